import { assert } from '../errors.ts';
import { CpuField } from '../engine/cpu-field.ts';
import { CpuRidges } from '../engine/cpu-ridges.ts';
import { Status, type Field, type FieldData, type Ridges } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import { HALO, LINES, OUTSIDE, type Painter, type PaintStyle } from './style.ts';
import { classColor, classRgb, colorTable, TABLE_SIZE, type Rgb } from './palette.ts';

type Context2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Paints fields that live on the CPU with Canvas 2D, in the look of the WebGPU painter. */
export function createCanvasPainter(canvas: HTMLCanvasElement | OffscreenCanvas): Painter {
  const context: Context2D | null =
    canvas instanceof HTMLCanvasElement ? canvas.getContext('2d') : canvas.getContext('2d');
  assert(context, 'the canvas already has a context of another kind');
  let isDisposed = false;
  return {
    paint(field, ridges, style, view) {
      assert(field instanceof CpuField, 'the field was made by another engine');
      const { data } = field;
      if (isDisposed || !data || canvas.width === 0 || canvas.height === 0) return;
      paintAll(context, field, data, ridges, style, view);
    },
    dispose() {
      isDisposed = true;
    },
  };
}

function paintAll(
  context: Context2D,
  field: Field,
  data: FieldData,
  ridges: Ridges | null,
  style: PaintStyle,
  view: Domain,
): void {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = css(OUTSIDE);
  context.fillRect(0, 0, width, height);
  const toX = (s: number) => ((s - view.sMin) / (view.sMax - view.sMin)) * width;
  const toY = (t: number) => ((view.tMax - t) / (view.tMax - view.tMin)) * height;

  const { domain } = data.request;
  context.imageSmoothingEnabled = style.quantity !== 'class';
  const [left, top] = [toX(domain.sMin), toY(domain.tMax)];
  const image = fieldImage(data, style);
  context.drawImage(image, left, top, toX(domain.sMax) - left, toY(domain.tMin) - top);

  context.lineCap = 'round';
  if (style.boundary) {
    strokeSegments(context, boundarySegments(data), toX, toY, LINES.boundary, style, style.ink);
  }
  if (style.directions) strokeDirections(context, data, style, view, toX, toY);
  if (style.ridges && ridges instanceof CpuRidges && ridges.field === field) {
    strokeSegments(context, ridges.segments, toX, toY, LINES.ridgeHalo, style, HALO);
    strokeSegments(context, ridges.segments, toX, toY, LINES.ridge, style, style.ink);
  }
  if (style.samples) {
    const { points, classes, count } = style.samples;
    context.lineWidth = style.pixelRatio;
    context.strokeStyle = css([0.08, 0.08, 0.08]);
    for (let i = 0; i < count; i++) {
      context.beginPath();
      const radius = (LINES.sample / 2) * style.pixelRatio;
      context.arc(toX(points[2 * i]), toY(points[2 * i + 1]), radius, 0, 2 * Math.PI);
      context.fillStyle = classColor(classes[i]);
      context.fill();
      context.stroke();
    }
  }
}

/** The field as an image of its own size, highest t first. */
function fieldImage(data: FieldData, style: PaintStyle): OffscreenCanvas {
  const { width, height } = data.request;
  const table = colorTable(style.quantity === 'direction' ? 'direction' : style.colormap);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [r, g, b] = pixelColor(data, row * width + column, style, table, row + column);
      const at = 4 * ((height - 1 - row) * width + column);
      pixels.set([255 * r, 255 * g, 255 * b, 255], at);
    }
  }
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  assert(context, 'no 2d context');
  context.putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}

function pixelColor(
  data: FieldData,
  pixel: number,
  style: PaintStyle,
  table: Float32Array,
  diagonal: number,
): Rgb {
  if (style.quantity === 'class') return classRgb(data.classes[pixel]);
  const entry = (part: number): Rgb => {
    const index = 3 * Math.floor(Math.min(Math.max(part, 0), 1) * (TABLE_SIZE - 0.01));
    return [table[index], table[index + 1], table[index + 2]];
  };
  const value = shownValue(data, pixel, style);
  const isBad = style.quantity !== 'output' && data.statuses[pixel] !== Status.good;
  if (isBad || !Number.isFinite(value))
    return diagonal % 4 < 2 ? [0.62, 0.62, 0.62] : [0.78, 0.78, 0.78];
  if (style.quantity === 'direction') return entry(value / Math.PI);
  const [low, high] = style.range;
  return entry((value - low) / (high - low));
}

/** What the colour stands for; for directions the angle, 0 to π. */
function shownValue(data: FieldData, pixel: number, style: PaintStyle): number {
  switch (style.quantity) {
    case 'exponent':
      return style.scale * data.exponents[pixel];
    case 'second-exponent':
      return style.scale * data.secondExponents[pixel];
    case 'direction': {
      const angle = Math.atan2(data.directions[2 * pixel + 1], data.directions[2 * pixel]);
      return angle < 0 ? angle + Math.PI : angle;
    }
    default: {
      const count = data.statuses.length;
      const outputWidth = data.outputs.length / count;
      return data.outputs[pixel * outputWidth + Math.min(style.outputIndex, outputWidth - 1)];
    }
  }
}

/** Segments [count][4] where the margin of the decision changes sign or class, in plane coordinates. */
function boundarySegments({ request, outputs, classes }: FieldData): Float32Array {
  const { width, height, domain } = request;
  const sStep = (domain.sMax - domain.sMin) / width;
  const tStep = (domain.tMax - domain.tMin) / height;
  const outputWidth = outputs.length / (width * height);
  const segments: number[] = [];
  /** Where between two pixels the decision changes, 0 to 1; NaN if it does not. */
  const crossing = (a: number, b: number): number => {
    if (classes[a] === classes[b]) return NaN;
    if (outputWidth === 1) return outputs[a] / (outputs[a] - outputs[b]);
    const difference = (p: number) =>
      outputs[p * outputWidth + classes[a]] - outputs[p * outputWidth + classes[b]];
    return difference(a) / (difference(a) - difference(b));
  };
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const found: number[] = [];
      for (const [ax, ay, bx, by] of CELL_EDGES) {
        const part = crossing((y + ay) * width + x + ax, (y + by) * width + x + bx);
        if (Number.isNaN(part)) continue;
        found.push(
          domain.sMin + (x + 0.5 + ax + part * (bx - ax)) * sStep,
          domain.tMin + (y + 0.5 + ay + part * (by - ay)) * tStep,
        );
      }
      for (let i = 0; i + 3 < found.length; i += 4) segments.push(...found.slice(i, i + 4));
    }
  }
  return Float32Array.from(segments);
}

const CELL_EDGES = [
  [0, 0, 1, 0],
  [1, 0, 1, 1],
  [1, 1, 0, 1],
  [0, 1, 0, 0],
] as const;

function strokeSegments(
  context: Context2D,
  segments: Float32Array,
  toX: (s: number) => number,
  toY: (t: number) => number,
  lineWidth: number,
  { pixelRatio }: PaintStyle,
  color: Rgb,
): void {
  context.beginPath();
  for (let i = 0; i < segments.length; i += 4) {
    context.moveTo(toX(segments[i]), toY(segments[i + 1]));
    context.lineTo(toX(segments[i + 2]), toY(segments[i + 3]));
  }
  context.lineWidth = lineWidth * pixelRatio;
  context.strokeStyle = css(color);
  context.stroke();
}

function strokeDirections(
  context: Context2D,
  data: FieldData,
  style: PaintStyle,
  view: Domain,
  toX: (s: number) => number,
  toY: (t: number) => number,
): void {
  const { width, height, domain } = data.request;
  const { width: canvasWidth, height: canvasHeight } = context.canvas;
  const spacing = LINES.directionSpacing * style.pixelRatio;
  const marks: number[] = [];
  for (let y = spacing / 2; y < canvasHeight; y += spacing) {
    for (let x = spacing / 2; x < canvasWidth; x += spacing) {
      const s = view.sMin + (x / canvasWidth) * (view.sMax - view.sMin);
      const t = view.tMin + (y / canvasHeight) * (view.tMax - view.tMin);
      const column = Math.floor(((s - domain.sMin) / (domain.sMax - domain.sMin)) * width);
      const row = Math.floor(((t - domain.tMin) / (domain.tMax - domain.tMin)) * height);
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      const pixel = row * width + column;
      if (data.statuses[pixel] !== Status.good) continue;
      const ds = data.directions[2 * pixel] / (view.sMax - view.sMin);
      const dt = data.directions[2 * pixel + 1] / (view.tMax - view.tMin);
      const size = Math.hypot(ds * canvasWidth, dt * canvasHeight);
      const half = ((LINES.directionLength / 2) * style.pixelRatio) / size;
      const [a, b] = [half * ds * (view.sMax - view.sMin), half * dt * (view.tMax - view.tMin)];
      marks.push(s - a, t - b, s + a, t + b);
    }
  }
  const segments = Float32Array.from(marks);
  strokeSegments(context, segments, toX, toY, LINES.direction, style, style.ink);
}

function css([r, g, b]: Rgb): string {
  return `rgb(${255 * r} ${255 * g} ${255 * b})`;
}
