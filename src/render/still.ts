import type { FieldData } from '../engine/engine.ts';
import { Slices } from '../engine/slices.ts';
import { DataError } from '../errors.ts';
import { fieldStreaksInTurns } from '../engine/streaks.ts';
import { boundarySegments, hasOutput } from '../curves/boundary.ts';
import type { ColorRange } from './color-range.ts';
import { directionMarks } from './direction-marks.ts';
import { DIGIT_HEIGHT, STROKE_WIDTH, textStrokes } from './glyphs.ts';
import { createLegend, spaceName, type Legend } from './legend.ts';
import { partOf } from './color-scale.ts';
import { classRgb, parseColor, tableColor, type ColormapName, type Rgb } from './palette.ts';
import { hasRegions, overlaidColor, streakGrain } from './overlay-color.ts';
import { pixelColor, styleTable, type ColorStyle } from './pixel-color.ts';
import { Raster } from './raster.ts';
import {
  HALO,
  HATCH,
  LINES,
  MARK_INK,
  MARKS,
  OPACITY,
  type Quantity,
  type SampleMarks,
} from './style.ts';

/** How a computed field is drawn as a picture. */
export interface StillStyle {
  readonly quantity: Quantity;
  readonly colormap: ColormapName;
  /** Values of the ends of the colour map. */
  readonly range: ColorRange;
  /** Show λ instead of l·λ. */
  readonly perLayer: boolean;
  /** Which output the quantity `output` shows. */
  readonly outputIndex: number;
  /** Ridges as segments [count][4] in plane coordinates: s0, t0, s1, t1; null: none. */
  readonly ridges: Float32Array | null;
  /** As segments, or as streaks. */
  readonly directions: boolean | 'convolution';
  readonly boundary: boolean;
  /** Whether the regions of the classes are tinted. */
  readonly regions: boolean;
  readonly samples: SampleMarks | null;
  /** Points to number 1, 2, 3 …: plane coordinates [count][2]; null: none. */
  readonly marks: Float32Array | null;
  /** Whether the colours are explained beside the map. */
  readonly colorbar: boolean;
  /** Pixels for each unit of line widths and text. */
  readonly pixelRatio: number;
}

/** Four of the largest fields: 0.8 GB. */
const MAXIMAL_PIXEL_COUNT = 2 ** 28;

/** Lengths in units of the pixel ratio. */
const BAR = {
  leastHeight: 140,
  gap: 14,
  stripWidth: 14,
  margin: 9,
  tick: 4,
  labelGap: 4,
  titleGap: 11,
  digitHeight: 7.5,
  swatch: 10,
  swatchSpacing: 18,
} as const;

const PAPER: Rgb = [1, 1, 1];
const INK: Rgb = [0, 0, 0];
const TEXT: Rgb = [0.16, 0.16, 0.16];
/** Height of a digit in parts of the size of its font. */
const MARK_HEIGHT = 0.66;
const SAMPLE_RIM: Rgb = [0.08, 0.08, 0.08];

/** What colours the pixels of a still. */
export function colorStyle({ span }: FieldData, style: StillStyle): ColorStyle {
  return { ...style, scale: style.perLayer ? 1 : span };
}

/** The legend of a still. */
export function stillLegend(data: FieldData, style: StillStyle): Legend {
  const classCount = Math.max(2, data.outputs.length / data.statuses.length);
  const { plane, space = 'plane' } = data.request;
  const over = spaceName(space, plane.origin.length);
  return createLegend(style, over, style.range, classCount);
}

/**
 * A field as a picture: one pixel for each of its own, the highest t first, hatched where there is no value;
 * at its right, if wanted, the colour bar. Needs no canvas, and leaves the event loop its turns.
 */
export async function paintStill(data: FieldData, style: StillStyle): Promise<Raster> {
  const { width, height } = data.request;
  const { pixelRatio } = style;
  const bar = style.colorbar ? layOutBar(stillLegend(data, style), height, pixelRatio) : null;
  const size = [width + (bar?.width ?? 0), Math.max(height, bar?.height ?? 0)] as const;
  if (size[0] * size[1] > MAXIMAL_PIXEL_COUNT) {
    throw new DataError(
      `pixelRatio is ${pixelRatio}, which makes a picture of ${size[0]} × ${size[1]} pixels with its colour bar, but it may have ${MAXIMAL_PIXEL_COUNT} at most: take a smaller one`,
    );
  }
  const raster = new Raster(...size, PAPER);
  await paintField(raster, data, style);
  paintLines(raster, data, style);
  if (bar) paintBar(raster, width, bar, style);
  return raster;
}

async function paintField(raster: Raster, data: FieldData, style: StillStyle): Promise<void> {
  const { width, height } = data.request;
  const coloring = colorStyle(data, style);
  const colors = styleTable(coloring);
  const hatchWidth = Math.max(2, Math.round(LINES.hatch * style.pixelRatio));
  const isTinted = hasRegions(style);
  const { domain } = data.request;
  const streaks =
    style.directions === 'convolution'
      ? await fieldStreaksInTurns(data, streakGrain(data.request, domain, width, style.pixelRatio))
      : null;
  const slices = new Slices();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = (height - 1 - y) * width + x;
      const own = pixelColor(data, pixel, coloring, colors);
      const region = isTinted && hasOutput(data, pixel) ? classRgb(data.classes[pixel]) : null;
      const isOverlaid = region !== null || streaks !== null;
      const color = own && isOverlaid ? overlaidColor(own, region, streaks?.[pixel] ?? 0.5) : own;
      const isLight = ((x + y + 1) / hatchWidth) % 1 < 0.5;
      raster.setPixel(x, y, color ?? HATCH[isLight ? 1 : 0]);
    }
    if (slices.due) await slices.next();
  }
}

function paintLines(raster: Raster, data: FieldData, style: StillStyle): void {
  const { request } = data;
  const { width, height, domain } = request;
  const { pixelRatio, ridges, samples } = style;
  const sFactor = width / (domain.sMax - domain.sMin);
  const tFactor = height / (domain.tMax - domain.tMin);
  const toPixels = (points: Float32Array): Float32Array =>
    points.map((value, i) =>
      i % 2 === 0 ? (value - domain.sMin) * sFactor : (domain.tMax - value) * tFactor,
    );
  const stroke = (segments: Float32Array, lineWidth: number, color: Rgb, opacity: number): void =>
    raster.strokeSegments(toPixels(segments), lineWidth * pixelRatio, color, opacity, request);
  if (style.boundary) stroke(boundarySegments(data), LINES.boundary, INK, OPACITY.boundary);
  if (style.directions === true) {
    const marks = directionMarks(data, request, domain, pixelRatio);
    stroke(marks, LINES.direction, INK, OPACITY.direction);
  }
  if (ridges) {
    stroke(ridges, LINES.ridgeHalo, HALO, OPACITY.ridgeHalo);
    stroke(ridges, LINES.ridge, INK, OPACITY.ridge);
  }
  for (let i = 0; i < (samples?.count ?? 0); i++) {
    const { points, classes } = samples!;
    const centre = toPixels(points.subarray(2 * i, 2 * i + 2));
    const diameter = LINES.sample * pixelRatio;
    raster.fillDiscs(centre, diameter + pixelRatio, SAMPLE_RIM, request);
    raster.fillDiscs(centre, diameter - pixelRatio, classRgb(classes[i]), request);
  }
  const strokeRing = (at: Float32Array, radius: number, lineWidth: number, color: Rgb): void =>
    raster.strokeSegments(circle(at, radius), lineWidth * pixelRatio, color, 1, request);
  for (let i = 0; i < (samples?.count ?? 0); i++) {
    if (!samples!.errors?.[i]) continue;
    const centre = toPixels(samples!.points.subarray(2 * i, 2 * i + 2));
    // As in render/lines.wgsl.
    const radius = (LINES.error / 2 - LINES.errorStroke) * pixelRatio - 0.5;
    strokeRing(centre, radius, 2 * LINES.errorStroke, HALO);
    strokeRing(centre, radius, LINES.errorStroke, INK);
  }
  const { marks } = style;
  for (let i = 0; i < (marks?.length ?? 0) / 2; i++) {
    const centre = toPixels(marks!.subarray(2 * i, 2 * i + 2));
    const fontUnit = (MARK_HEIGHT * MARKS.label * pixelRatio) / DIGIT_HEIGHT;
    const [left, bottom] = [
      centre[0] + (MARKS.offset + MARKS.stroke / 2) * pixelRatio,
      centre[1] - (MARKS.offset - MARKS.radius + MARKS.stroke) * pixelRatio,
    ];
    const label = textStrokes(String(i + 1)).segments.map((value, k) =>
      k % 2 === 0 ? left + fontUnit * value : bottom - fontUnit * value,
    );
    const bold = 1.6 * STROKE_WIDTH * fontUnit;
    strokeRing(centre, MARKS.radius * pixelRatio, MARKS.halo, HALO);
    strokeRing(centre, MARKS.radius * pixelRatio, MARKS.stroke, MARK_INK);
    raster.strokeSegments(label, bold + MARKS.labelHalo * pixelRatio, HALO, 1, request);
    raster.strokeSegments(label, bold, MARK_INK, 1, request);
  }
}

/** A circle as segments that are no longer than two pixels or a twentieth of it. */
function circle([x, y]: Float32Array, radius: number): number[] {
  const count = Math.max(20, Math.ceil(Math.PI * radius));
  const at = (i: number): [number, number] => {
    const angle = (2 * Math.PI * i) / count;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  };
  return Array.from({ length: count }, (_, i) => [...at(i), ...at(i + 1)]).flat();
}

interface BarLayout {
  readonly legend: Legend;
  /** Of all that stands beside the map, pixels. */
  readonly width: number;
  readonly height: number;
  /** Pixels for a unit of the font. */
  readonly fontUnit: number;
  /** Widest label, pixels. */
  readonly labelWidth: number;
}

function layOutBar(legend: Legend, mapHeight: number, pixelRatio: number): BarLayout {
  const fontUnit = (BAR.digitHeight * pixelRatio) / DIGIT_HEIGHT;
  const isStrip = legend.kind === 'strip';
  const labels = isStrip ? legend.ticks : legend.swatches;
  const labelWidth = fontUnit * Math.max(0, ...labels.map(({ label }) => textStrokes(label).width));
  const columns = isStrip
    ? BAR.stripWidth + BAR.tick + BAR.labelGap + BAR.titleGap + BAR.digitHeight
    : BAR.swatch + BAR.labelGap;
  const width = Math.ceil((BAR.gap + columns + BAR.margin) * pixelRatio + labelWidth);
  const leastHeight = isStrip
    ? Math.max(
        BAR.leastHeight,
        2 * BAR.margin + (textStrokes(legend.title).width * fontUnit) / pixelRatio,
      )
    : 2 * BAR.margin + BAR.swatchSpacing * legend.swatches.length;
  const height = Math.max(mapHeight, Math.ceil(leastHeight * pixelRatio));
  return { legend, width, height, fontUnit, labelWidth };
}

function paintBar(raster: Raster, mapWidth: number, bar: BarLayout, style: StillStyle): void {
  const { legend, fontUnit } = bar;
  const { pixelRatio } = style;
  const pixels = (length: number): number => Math.round(length * pixelRatio);
  const left = mapWidth + pixels(BAR.gap);
  const write = (text: string, x: number, y: number): void =>
    writeText(raster, text, fontUnit, (alongX, upY) => [x + alongX, y - upY]);
  if (legend.kind === 'swatches') {
    legend.swatches.forEach(({ color, label }, index) => {
      const top = pixels(BAR.margin + index * BAR.swatchSpacing);
      const side = pixels(BAR.swatch);
      raster.fillRectangle(left, top, side, side, parseColor(color));
      const baseline = top + (side + DIGIT_HEIGHT * fontUnit) / 2;
      write(label, left + side + pixels(BAR.labelGap), baseline);
    });
    return;
  }
  const [top, bottom] = [pixels(BAR.margin), bar.height - pixels(BAR.margin)];
  const stripWidth = pixels(BAR.stripWidth);
  const { table, scale } = styleTable(style);
  const [low, high] = style.quantity === 'direction' ? [0, Math.PI] : style.range;
  for (let y = top; y < bottom; y++) {
    const value = low + ((bottom - y - 0.5) / (bottom - top)) * (high - low);
    raster.fillRectangle(left, y, stripWidth, 1, tableColor(table, partOf(scale, value)));
  }
  const tickLeft = left + stripWidth;
  const labelLeft = tickLeft + pixels(BAR.tick + BAR.labelGap);
  for (const { at, label } of legend.ticks) {
    const y = bottom - at * (bottom - top);
    raster.strokeSegments([tickLeft, y, tickLeft + pixels(BAR.tick), y], pixelRatio, TEXT);
    write(label, labelLeft, y + (DIGIT_HEIGHT * fontUnit) / 2);
  }
  // The title reads upwards.
  const baseline = labelLeft + bar.labelWidth + pixels(BAR.titleGap + BAR.digitHeight / 2);
  const middle = (top + bottom) / 2 + (fontUnit * textStrokes(legend.title).width) / 2;
  writeText(raster, legend.title, fontUnit, (along, up) => [baseline - up, middle - along]);
}

function writeText(
  raster: Raster,
  text: string,
  fontUnit: number,
  place: (along: number, up: number) => readonly [x: number, y: number],
): void {
  const { segments } = textStrokes(text);
  const placed: number[] = [];
  for (let i = 0; i < segments.length; i += 2) {
    placed.push(...place(fontUnit * segments[i], fontUnit * segments[i + 1]));
  }
  raster.strokeSegments(placed, STROKE_WIDTH * fontUnit, TEXT);
}
