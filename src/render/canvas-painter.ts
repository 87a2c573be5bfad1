import { assert } from '../errors.ts';
import { CpuField } from '../engine/cpu-field.ts';
import { CpuRidges } from '../engine/cpu-ridges.ts';
import type { Field, FieldData, Ridges } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import { boundarySegments, hasOutput } from '../curves/boundary.ts';
import type * as Streaks from '../engine/streaks.ts';
import { directionMarks } from './direction-marks.ts';
import { hasRegions, overlaidColor, streakGrain } from './overlay-color.ts';
import { classColor, classRgb, type Rgb } from './palette.ts';
import { pixelColor, styleTable } from './pixel-color.ts';
import { HALO, HATCH, LINES, OPACITY, OUTSIDE, type Painter, type PaintStyle } from './style.ts';

type Context2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Paints fields that live on the CPU with Canvas 2D, in the look of the WebGPU painter. */
export function createCanvasPainter(canvas: HTMLCanvasElement | OffscreenCanvas): Painter {
  const context: Context2D | null =
    canvas instanceof HTMLCanvasElement ? canvas.getContext('2d') : canvas.getContext('2d');
  assert(context, 'the canvas already has a context of another kind');
  let isDisposed = false;
  let streaks: typeof Streaks | null = null;
  return {
    async prepare({ directions }) {
      if (directions === 'convolution') streaks ??= await import('../engine/streaks.ts');
    },
    paint(field, ridges, style, view) {
      assert(field instanceof CpuField, 'the field was made by another engine');
      const { data } = field;
      if (isDisposed || !data || canvas.width === 0 || canvas.height === 0) return;
      const grain = streakGrain(data.request, view, canvas.width, style.pixelRatio);
      const isStreaked = style.directions === 'convolution' && streaks;
      const image = fieldImage(data, style, isStreaked ? streaks!.fieldStreaks(data, grain) : null);
      paintAll(context, field, data, image, ridges, style, view);
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
  image: OffscreenCanvas,
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
  context.drawImage(image, left, top, right - left, bottom - top);

  context.lineCap = 'round';
  if (style.boundary) {
    const segments = boundarySegments(data);
    strokeSegments(context, segments, toX, toY, LINES.boundary, style, style.ink, OPACITY.boundary);
  }
  if (style.directions === 'segments') {
    const marks = directionMarks(data, context.canvas, view, style.pixelRatio);
    const { direction } = LINES;
    strokeSegments(context, marks, toX, toY, direction, style, style.ink, OPACITY.direction);
  }
  if (style.ridges && ridges instanceof CpuRidges && ridges.field === field) {
    const { segments } = ridges;
    strokeSegments(context, segments, toX, toY, LINES.ridgeHalo, style, HALO, OPACITY.ridgeHalo);
    strokeSegments(context, segments, toX, toY, LINES.ridge, style, style.ink, OPACITY.ridge);
  }
  if (style.samples) {
    const { points, classes, errors, count } = style.samples;
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
    for (let i = 0; i < count; i++) {
      if (!errors?.[i]) continue;
      const ring = (LINES.error / 2 - LINES.errorStroke) * style.pixelRatio - 0.5;
      for (const [color, stroke] of [
        [HALO, 2],
        [style.ink, 1],
      ] as const) {
        context.beginPath();
        context.arc(toX(points[2 * i]), toY(points[2 * i + 1]), ring, 0, 2 * Math.PI);
        context.strokeStyle = css(color);
        context.lineWidth = stroke * LINES.errorStroke * style.pixelRatio;
        context.stroke();
      }
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

/**
 * The field as an image of its own size, with what lies over it, highest t first; transparent where it has no
 * value.
 */
function fieldImage(
  data: FieldData,
  style: PaintStyle,
  streaks: Float32Array | null,
): OffscreenCanvas {
  const { width, height } = data.request;
  const colors = styleTable(style);
  const isTinted = hasRegions(style);
  const isOverlaid = isTinted || streaks !== null;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column;
      const own = pixelColor(data, pixel, style, colors);
      const region = isTinted && hasOutput(data, pixel) ? classRgb(data.classes[pixel]) : null;
      const color = own && isOverlaid ? overlaidColor(own, region, streaks?.[pixel] ?? 0.5) : own;
      if (color) pixels.set(toBytes(color), 4 * ((height - 1 - row) * width + column));
    }
  }
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  assert(context, 'no 2d context');
  context.putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}

function toBytes(color: Rgb): number[] {
  return [...color.map((part) => Math.round(255 * part)), 255];
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

function css([r, g, b]: Rgb, opacity = 1): string {
  return `rgb(${255 * r} ${255 * g} ${255 * b} / ${opacity})`;
}
