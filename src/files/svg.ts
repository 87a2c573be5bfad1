import type { FieldData } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import { boundarySegments } from '../curves/boundary.ts';
import { directionMarks } from '../render/direction-marks.ts';
import { scaleTicks, type Legend } from '../render/legend.ts';
import { classColor } from '../render/palette.ts';
import { paintStill, stillLegend, type StillStyle } from '../render/still.ts';
import { LINES, MARK_INK, MARKS, OPACITY } from '../render/style.ts';
import { writeParameters, type MapParameters } from './parameters.ts';
import { writePng } from './png.ts';

/** Lengths in units of the pixel ratio. */
const FRAME = {
  left: 46,
  right: 14,
  top: 14,
  bottom: 40,
  barGap: 18,
  stripWidth: 14,
  leastHeight: 140,
  tick: 4,
  label: 11,
  /** Of a character of a label, on average. */
  character: 6.4,
  swatchSpacing: 18,
} as const;

/** Where the map stands, SVG units: those of the field's pixels. */
interface Layout {
  readonly domain: Domain;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** SVG units for each unit of line widths and text. */
  readonly unit: number;
}

/**
 * A field as SVG: colours as an image of the field's own pixels, all lines as paths, axes s and t, and the
 * parameters as text in `<metadata id="ftle-map">`. Every segment is a part `M x y L x y` of its path.
 *
 * @param title - what the picture shows, for those who cannot see it.
 */
export async function writeFieldSvg(
  data: FieldData,
  style: StillStyle,
  parameters: MapParameters,
  title: string,
): Promise<string> {
  const { width, height, domain } = data.request;
  const unit = style.pixelRatio;
  const layout: Layout = {
    domain,
    left: FRAME.left * unit,
    top: FRAME.top * unit,
    width,
    height,
    unit,
  };
  const bar = style.colorbar ? drawBar(stillLegend(data, style), layout) : null;
  const fullWidth = layout.left + width + FRAME.right * unit + (bar?.width ?? 0);
  const fullHeight = layout.top + Math.max(height, bar?.height ?? 0) + FRAME.bottom * unit;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${show(fullWidth)}" height="${show(fullHeight)}" viewBox="0 0 ${show(fullWidth)} ${show(fullHeight)}" role="img" aria-labelledby="ftle-map-title">`,
    `<title id="ftle-map-title">${escapeXml(title)}</title>`,
    `<metadata id="ftle-map">${escapeXml(writeParameters(parameters))}</metadata>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<clipPath id="ftle-map-frame">${drawRectangle(layout, '')}</clipPath>`,
    await drawImage(data, style, layout),
    `<g clip-path="url(#ftle-map-frame)" fill="none" stroke-linecap="round">`,
    ...drawLines(data, style, layout),
    '</g>',
    drawRectangle(layout, ` fill="none" stroke="#282828" stroke-width="${show(unit)}"`),
    `<g font-family="system-ui, sans-serif" font-size="${show(FRAME.label * unit)}" fill="#282828" stroke-width="${show(unit)}">`,
    ...drawAxes(layout),
    ...(bar?.parts ?? []),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** The colours with what is mixed into them, without lines: those are paths. */
async function drawImage(data: FieldData, style: StillStyle, layout: Layout): Promise<string> {
  const plain = {
    ridges: null,
    directions: style.directions === 'convolution' ? style.directions : false,
    boundary: false,
    samples: null,
    marks: null,
  };
  const {
    width,
    height,
    data: pixels,
  } = await paintStill(data, {
    ...style,
    ...plain,
    colorbar: false,
  });
  const png = await writePng({ width, height, channels: 3, data: pixels });
  const rendering = style.quantity === 'class' ? ' image-rendering="pixelated"' : '';
  return `<image x="${show(layout.left)}" y="${show(layout.top)}" width="${width}" height="${height}" preserveAspectRatio="none"${rendering} href="data:image/png;base64,${base64(png)}"/>`;
}

function drawLines(data: FieldData, style: StillStyle, layout: Layout): string[] {
  const { unit } = layout;
  const parts: string[] = [];
  const draw = (
    name: string,
    segments: Float32Array,
    color: string,
    lineWidth: number,
    opacity: number,
  ): void => {
    const path = segmentPath(segments, layout);
    parts.push(
      `<path class="${name}" stroke="${color}" stroke-width="${show(lineWidth * unit)}" stroke-opacity="${opacity}" d="${path}"/>`,
    );
  };
  if (style.boundary) {
    draw('boundary', boundarySegments(data), '#000', LINES.boundary, OPACITY.boundary);
  }
  if (style.directions === true) {
    const marks = directionMarks(data, data.request, layout.domain, unit);
    draw('directions', marks, '#000', LINES.direction, OPACITY.direction);
  }
  if (style.ridges) {
    draw('ridge-halo', style.ridges, '#fff', LINES.ridgeHalo, OPACITY.ridgeHalo);
    draw('ridges', style.ridges, '#000', LINES.ridge, OPACITY.ridge);
  }
  for (let i = 0; i < (style.samples?.count ?? 0); i++) {
    const { points, classes } = style.samples!;
    const [x, y] = place(points[2 * i], points[2 * i + 1], layout);
    parts.push(
      `<circle class="sample" cx="${show(x)}" cy="${show(y)}" r="${show((LINES.sample / 2) * unit)}" fill="${classColor(classes[i])}" stroke="#141414" stroke-width="${show(unit)}"/>`,
    );
  }
  const drawRing = (name: string, x: number, y: number, radius: number, rest: string): void => {
    parts.push(
      `<circle class="${name}" cx="${show(x)}" cy="${show(y)}" r="${show(radius * unit)}" ${rest}/>`,
    );
  };
  for (let i = 0; i < (style.samples?.count ?? 0); i++) {
    const { points, errors } = style.samples!;
    if (!errors?.[i]) continue;
    const [x, y] = place(points[2 * i], points[2 * i + 1], layout);
    const radius = LINES.error / 2 - LINES.errorStroke;
    const stroke = LINES.errorStroke * unit;
    drawRing('error-halo', x, y, radius, `stroke="#fff" stroke-width="${show(2 * stroke)}"`);
    drawRing('error', x, y, radius, `stroke="#000" stroke-width="${show(stroke)}"`);
  }
  const ink = `rgb(${MARK_INK.map((part) => Math.round(255 * part)).join(',')})`;
  for (let i = 0; i < (style.marks?.length ?? 0) / 2; i++) {
    const [x, y] = place(style.marks![2 * i], style.marks![2 * i + 1], layout);
    const [halo, stroke] = [MARKS.halo * unit, MARKS.stroke * unit];
    drawRing('mark-halo', x, y, MARKS.radius, `stroke="#fff" stroke-width="${show(halo)}"`);
    drawRing('mark', x, y, MARKS.radius, `stroke="${ink}" stroke-width="${show(stroke)}"`);
    const [left, bottom] = [
      x + MARKS.offset * unit,
      y - (MARKS.offset - MARKS.radius + MARKS.stroke) * unit,
    ];
    parts.push(
      `<text class="mark" x="${show(left)}" y="${show(bottom)}" font-family="system-ui, sans-serif" font-size="${show(MARKS.label * unit)}" font-weight="600" fill="${ink}" stroke="#fff" stroke-width="${show(MARKS.labelHalo * unit)}" stroke-linejoin="round" paint-order="stroke">${i + 1}</text>`,
    );
  }
  return parts;
}

function segmentPath(segments: Float32Array, layout: Layout): string {
  const parts: string[] = [];
  for (let i = 0; i < segments.length; i += 4) {
    const [x0, y0] = place(segments[i], segments[i + 1], layout);
    const [x1, y1] = place(segments[i + 2], segments[i + 3], layout);
    parts.push(`M${show(x0)} ${show(y0)}L${show(x1)} ${show(y1)}`);
  }
  return parts.join('');
}

function place(s: number, t: number, { domain, left, top, width, height }: Layout): number[] {
  return [
    left + ((s - domain.sMin) / (domain.sMax - domain.sMin)) * width,
    top + ((domain.tMax - t) / (domain.tMax - domain.tMin)) * height,
  ];
}

function drawRectangle({ left, top, width, height }: Layout, attributes: string): string {
  return `<rect x="${show(left)}" y="${show(top)}" width="${width}" height="${height}"${attributes}/>`;
}

function drawAxes({ domain, left, top, width, height, unit }: Layout): string[] {
  const [bottom, tick] = [top + height, FRAME.tick * unit];
  const count = (length: number): number => Math.max(1, Math.round(length / (70 * unit)));
  const under = bottom + tick + FRAME.label * unit;
  const parts: string[] = [];
  for (const { at, label } of scaleTicks([domain.sMin, domain.sMax], count(width))) {
    const x = left + at * width;
    parts.push(drawLine(x, bottom, x, bottom + tick), drawText(label, x, under, 'middle'));
  }
  for (const { at, label } of scaleTicks([domain.tMin, domain.tMax], count(height))) {
    const y = bottom - at * height;
    parts.push(drawLine(left - tick, y, left, y));
    parts.push(drawText(label, left - 1.7 * tick, y + 0.36 * FRAME.label * unit, 'end'));
  }
  parts.push(drawText('s', left + width / 2, under + 1.2 * FRAME.label * unit, 'middle'));
  parts.push(drawText('t', 0.8 * FRAME.label * unit, top + height / 2, 'middle'));
  return parts;
}

interface Bar {
  readonly parts: readonly string[];
  /** Of what stands at the right of the map. */
  readonly width: number;
  readonly height: number;
}

/** The legend at the right of the map. */
function drawBar(legend: Legend, layout: Layout): Bar {
  const { left, top, width, height, unit } = layout;
  const barLeft = left + width + FRAME.barGap * unit;
  const labels = legend.kind === 'strip' ? legend.ticks : legend.swatches;
  const characters = Math.max(0, ...labels.map(({ label }) => label.length));
  const labelWidth = characters * FRAME.character * unit;
  const strip = FRAME.stripWidth * unit;
  const half = 0.36 * FRAME.label * unit;
  if (legend.kind === 'swatches') {
    const parts = legend.swatches.flatMap(({ color, label }, index) => {
      const y = top + index * FRAME.swatchSpacing * unit;
      const swatch = `<rect x="${show(barLeft)}" y="${show(y)}" width="${show(strip)}" height="${show(strip)}" fill="${color}"/>`;
      const baseline = y + strip / 2 + half;
      return [swatch, drawText(label, barLeft + strip + 4 * unit, baseline, 'start')];
    });
    const barHeight = legend.swatches.length * FRAME.swatchSpacing * unit;
    return { parts, width: FRAME.barGap * unit + strip + 8 * unit + labelWidth, height: barHeight };
  }
  const barHeight = Math.max(height, FRAME.leastHeight * unit);
  const stops = legend.stops.map(
    ({ at, color }) => `<stop offset="${show(at)}" stop-color="${color}"/>`,
  );
  const parts = [
    `<linearGradient id="ftle-map-colors" x1="0" y1="1" x2="0" y2="0">${stops.join('')}</linearGradient>`,
    `<rect x="${show(barLeft)}" y="${show(top)}" width="${show(strip)}" height="${show(barHeight)}" fill="url(#ftle-map-colors)"/>`,
  ];
  const [tickLeft, tick] = [barLeft + strip, FRAME.tick * unit];
  for (const { at, label } of legend.ticks) {
    const y = top + (1 - at) * barHeight;
    parts.push(drawLine(tickLeft, y, tickLeft + tick, y));
    parts.push(drawText(label, tickLeft + 1.7 * tick, y + half, 'start'));
  }
  const titleX = tickLeft + 2 * tick + labelWidth + 1.2 * FRAME.label * unit;
  const middle = top + barHeight / 2;
  const turn = ` transform="rotate(-90 ${show(titleX)} ${show(middle)})"`;
  parts.push(drawText(legend.title, titleX, middle, 'middle', turn));
  return { parts, width: titleX - (left + width), height: barHeight };
}

function drawLine(x0: number, y0: number, x1: number, y1: number): string {
  return `<path stroke="#282828" d="M${show(x0)} ${show(y0)}L${show(x1)} ${show(y1)}"/>`;
}

function drawText(text: string, x: number, y: number, anchor: string, attributes = ''): string {
  return `<text x="${show(x)}" y="${show(y)}" text-anchor="${anchor}"${attributes}>${escapeXml(text)}</text>`;
}

/** A coordinate to a thousandth. */
function show(value: number): string {
  return String(Math.round(1000 * value) / 1000);
}

/** Text as XML holds it; characters that XML has no way to hold become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(NOT_XML, '\ufffd');
}

/** Control characters, half surrogate pairs, U+FFFE and U+FFFF. */
const NOT_XML = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Bytes as text for data addresses. */
export function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  // Whole groups of three bytes, so that parts can be joined.
  const step = 3 * 8192;
  for (let start = 0; start < bytes.length; start += step) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(start, start + step))));
  }
  return parts.join('');
}
