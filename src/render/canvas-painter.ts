import { assert } from '../errors.ts';
import { CpuField } from '../engine/cpu-field.ts';
import { CpuRidges } from '../engine/cpu-ridges.ts';
import { Status, type Field, type FieldData, type Ridges } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import { boundarySegments, hasOutput } from './boundary.ts';
import { HALO, HATCH, LINES, OPACITY, OUTSIDE, type Painter, type PaintStyle } from './style.ts';
import { classColor, classRgb, colorTable, tableColor, type Rgb } from './palette.ts';

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
  const [right, bottom] = [toX(domain.sMax), toY(domain.tMin)];
  context.fillStyle = hatching(context, LINES.hatch * style.pixelRatio);
  context.fillRect(left, top, right - left, bottom - top);
  const image = fieldImage(data, style);
  context.drawImage(image, left, top, right - left, bottom - top);

  context.lineCap = 'round';
  if (style.boundary) {
    const segments = boundarySegments(data);
    strokeSegments(context, segments, toX, toY, LINES.boundary, style, style.ink, OPACITY.boundary);
  }
  if (style.directions) strokeDirections(context, data, style, view, toX, toY);
  if (style.ridges && ridges instanceof CpuRidges && ridges.field === field) {
    const { segments } = ridges;
    strokeSegments(context, segments, toX, toY, LINES.ridgeHalo, style, HALO, OPACITY.ridgeHalo);
    strokeSegments(context, segments, toX, toY, LINES.ridge, style, style.ink, OPACITY.ridge);
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

/** Diagonal stripes across the canvas, `width` pixels wide each pair. */
function hatching(context: Context2D, width: number): CanvasPattern {
  const side = Math.max(2, Math.round(width));
  const tile = new OffscreenCanvas(side, side);
  const tileContext = tile.getContext('2d');
  assert(tileContext, 'no 2d context');
  const pixels = new ImageData(side, side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const isLight = ((x + y + 1) / side) % 1 < 0.5;
      pixels.data.set(toBytes(HATCH[isLight ? 1 : 0]), 4 * (y * side + x));
    }
  }
  tileContext.putImageData(pixels, 0, 0);
  const pattern = context.createPattern(tile, 'repeat');
  assert(pattern, 'no pattern');
  return pattern;
}

/** The field as an image of its own size, highest t first; transparent where it has no value. */
function fieldImage(data: FieldData, style: PaintStyle): OffscreenCanvas {
  const { width, height } = data.request;
  const table = colorTable(style.quantity === 'direction' ? 'direction' : style.colormap);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const color = pixelColor(data, row * width + column, style, table);
      if (color) pixels.set(toBytes(color), 4 * ((height - 1 - row) * width + column));
    }
  }
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  assert(context, 'no 2d context');
  context.putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}

/** Null where there is nothing to show. */
function pixelColor(
  data: FieldData,
  pixel: number,
  style: PaintStyle,
  table: Float32Array,
): Rgb | null {
  const { quantity, range } = style;
  const isOutput = quantity === 'output' || quantity === 'class';
  const isGood = isOutput ? hasOutput(data, pixel) : data.statuses[pixel] === Status.good;
  if (!isGood) return null;
  if (quantity === 'class') return classRgb(data.classes[pixel]);
  const value = shownValue(data, pixel, style);
  if (!Number.isFinite(value)) return null;
  if (quantity === 'direction') return tableColor(table, value / Math.PI);
  return tableColor(table, (value - range[0]) / (range[1] - range[0]));
}

function toBytes(color: Rgb): number[] {
  return [...color.map((part) => Math.round(255 * part)), 255];
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

function strokeSegments(
  context: Context2D,
  segments: Float32Array,
  toX: (s: number) => number,
  toY: (t: number) => number,
  lineWidth: number,
  { pixelRatio }: PaintStyle,
  color: Rgb,
  opacity: number,
): void {
  context.beginPath();
  for (let i = 0; i < segments.length; i += 4) {
    context.moveTo(toX(segments[i]), toY(segments[i + 1]));
    context.lineTo(toX(segments[i + 2]), toY(segments[i + 3]));
  }
  context.lineWidth = lineWidth * pixelRatio;
  context.strokeStyle = css(color, opacity);
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
  const { direction } = LINES;
  strokeSegments(context, segments, toX, toY, direction, style, style.ink, OPACITY.direction);
}

function css([r, g, b]: Rgb, opacity = 1): string {
  return `rgb(${255 * r} ${255 * g} ${255 * b} / ${opacity})`;
}
