import type { FieldData } from '../engine/engine.ts';
import { base64, escapeXml } from '../files/svg.ts';
import { writePng } from '../files/png.ts';
import { scaleTicks } from '../render/legend.ts';
import { colorStops } from '../render/color-scale.ts';
import { paintStill, type StillStyle } from '../render/still.ts';

/** A field in a grid of fields. */
export interface Panel {
  readonly field: FieldData;
  readonly title: string;
}

/** What all panels have in common. */
export interface PanelsStyle {
  readonly columnCount: number;
  /** Values of l·λ₁ at the ends of the diverging map. */
  readonly range: readonly [low: number, high: number];
  /** Name of the quantity, beside the colour bar. */
  readonly label: string;
}

/** Lengths in units of SVG. */
const LAYOUT = {
  panel: 192,
  gap: 12,
  title: 18,
  margin: 10,
  bar: 12,
  barRoom: 70,
  font: 12,
} as const;
/** Of the images, so that direction marks keep their distances. */
const PIXEL_RATIO = 0.5;

/** Fields of one size in a grid, row by row, with stretching directions and boundary, and one colour bar. */
export async function panelsSvg(panels: readonly Panel[], style: PanelsStyle): Promise<string> {
  const { panel, gap, title, margin, barRoom, font } = LAYOUT;
  const { columnCount } = style;
  const rowCount = Math.ceil(panels.length / columnCount);
  const [stepX, stepY] = [panel + gap, panel + gap + title];
  const right = 2 * margin + columnCount * stepX;
  const [width, height] = [right + barRoom, 2 * margin + rowCount * stepY - gap];
  const parts: string[] = [];
  for (const [i, { field, title: text }] of panels.entries()) {
    const x = margin + (i % columnCount) * stepX;
    const y = margin + Math.floor(i / columnCount) * stepY;
    parts.push(
      `<text x="${x + panel / 2}" y="${y + font}" text-anchor="middle">${escapeXml(text)}</text>`,
      `<image x="${x}" y="${y + title}" width="${panel}" height="${panel}" preserveAspectRatio="none" href="data:image/png;base64,${base64(await paintPanel(field, style))}"/>`,
    );
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="${font}" fill="#282828">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...parts,
    ...drawBar(style, right, margin + title, height - 2 * margin - title),
    '</svg>',
    '',
  ].join('\n');
}

async function paintPanel(field: FieldData, { range }: PanelsStyle): Promise<Uint8Array> {
  const style: StillStyle = {
    quantity: 'exponent',
    colormap: 'diverging',
    range,
    perLayer: false,
    outputIndex: 0,
    ridges: null,
    directions: true,
    boundary: true,
    regions: false,
    samples: null,
    marks: null,
    colorbar: false,
    pixelRatio: PIXEL_RATIO,
  };
  const { width, height, data } = await paintStill(field, style);
  return writePng({ width, height, channels: 3, data });
}

function drawBar(
  { range, label }: PanelsStyle,
  x: number,
  y: number,
  height: number,
): readonly string[] {
  const { bar, font } = LAYOUT;
  const stops = colorStops('diverging', range).map(
    ({ at, color }) => `<stop offset="${at}" stop-color="${color}"/>`,
  );
  const ticks = scaleTicks(range, 8).map(
    ({ at, label: text }) =>
      `<text x="${x + bar + 5}" y="${y + (1 - at) * height + 0.36 * font}">${escapeXml(text)}</text>`,
  );
  const [titleX, middle] = [x + bar + 46, y + height / 2];
  return [
    `<linearGradient id="bar" x1="0" y1="1" x2="0" y2="0">${stops.join('')}</linearGradient>`,
    `<rect x="${x}" y="${y}" width="${bar}" height="${height}" fill="url(#bar)"/>`,
    ...ticks,
    `<text x="${titleX}" y="${middle}" text-anchor="middle" transform="rotate(-90 ${titleX} ${middle})">${escapeXml(label)}</text>`,
  ];
}
