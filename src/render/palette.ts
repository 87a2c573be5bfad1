/** Colour maps for fields. */
export const COLORMAPS = ['diverging', 'cividis', 'viridis', 'greys'] as const;
export type ColormapName = (typeof COLORMAPS)[number];

/** Red, green, blue, 0 to 1, as sRGB values. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Control points, evenly spaced from the low end to the high end.
 *
 * diverging: blue to near white to red after Moreland, Diverging color maps for scientific visualization
 * (ISVC 2009), with darker ends. cividis: Nuñez, Anderton & Renslow, PLoS ONE 13, e0199239 (2018).
 * viridis: van der Walt & Smith, matplotlib 2.0 (CC0). direction: a cycle through four hues.
 */
const CONTROL_POINTS: Readonly<Record<ColormapName | 'direction', readonly string[]>> = {
  diverging: [
    '16295f',
    '2c5aa8',
    '6c9fd6',
    'b9d3ea',
    'f6f5f2',
    'f2c4ab',
    'e07e62',
    'b8342f',
    '620f1e',
  ],
  cividis: [
    '00224e',
    '123570',
    '3b496c',
    '575d6d',
    '707173',
    '8a8678',
    'a59c74',
    'c3b369',
    'e1cc55',
    'fee838',
  ],
  viridis: [
    '440154',
    '482878',
    '3e4989',
    '31688e',
    '26828e',
    '1f9e89',
    '35b779',
    '6ece58',
    'b5de2b',
    'fde725',
  ],
  greys: ['ffffff', '000000'],
  direction: ['a54a5e', 'a8823a', '4f8f5b', '3f86a8', '6c62ad', 'a54a5e'],
};

/**
 * Ten colours, and the same with 0.7 of their light.
 *
 * The ninth and tenth lie as far from the others as colours that bear black and white lines can, by CIE 1976 ΔE and
 * for dichromats too, after Machado, Oliveira & Fernandes, IEEE Trans. Vis. Comput. Graph. 15, 1291 (2009).
 */
const CLASS_COLORS = [
  '6c9fd6',
  'e8a184',
  '8fbf8a',
  'c7a6d8',
  'd8c46a',
  '8cc7c4',
  'd88ca8',
  'a8a8a8',
  'cc543c',
  '7474dc',
  '4c6f96',
  'a2715c',
  '648661',
  '8b7497',
  '97894a',
  '628b89',
  '976276',
  '767676',
  '8f3b2a',
  '51519a',
];

/** Entries of a colour table. */
export const TABLE_SIZE = 256;

/** Colours before classes repeat. */
export const CLASS_COLOR_COUNT = CLASS_COLORS.length;

/** A colour table [TABLE_SIZE][3], interpolated linearly between the control points. */
export function colorTable(name: ColormapName | 'direction'): Float32Array {
  const points = CONTROL_POINTS[name].map(parseColor);
  const table = new Float32Array(TABLE_SIZE * 3);
  for (let i = 0; i < TABLE_SIZE; i++) {
    const place = (i / (TABLE_SIZE - 1)) * (points.length - 1);
    const index = Math.min(Math.floor(place), points.length - 2);
    const fraction = place - index;
    for (let k = 0; k < 3; k++) {
      table[3 * i + k] = points[index][k] * (1 - fraction) + points[index + 1][k] * fraction;
    }
  }
  return table;
}

/** A colour table, the cycle of directions, or the colours of classes. */
export type PaletteName = ColormapName | 'direction' | 'class';

/** Colours over the unit square: 8-bit RGBA, [height][width][4]. */
export interface PaletteImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Pixels along a side of the disc of directions: half a degree of angle at its rim. */
const DISC_SIDE = 128;

/**
 * Where the painter looks colours up: a table or the class colours along x; for directions the disc
 * whose angle is that of the doubled direction vector ½ + ½ (cos 2θ, sin 2θ).
 */
export function paletteImage(name: PaletteName): PaletteImage {
  if (name === 'class') {
    return createImage(CLASS_COLOR_COUNT, 1, (column) => classRgb(column));
  }
  const table = colorTable(name);
  if (name !== 'direction') {
    return createImage(TABLE_SIZE, 1, (column) => tableEntry(table, column));
  }
  return createImage(DISC_SIDE, DISC_SIDE, (column, row) => {
    const [x, y] = [column, row].map((index) => index + 0.5 - DISC_SIDE / 2);
    return tableColor(table, (Math.atan2(y, x) / (2 * Math.PI) + 1) % 1);
  });
}

/** Colour at a part of a table, from 0 to 1; what is beyond has the end's colour. */
export function tableColor(table: Float32Array, part: number): Rgb {
  const place = Math.floor(Math.min(Math.max(part, 0), 1) * TABLE_SIZE);
  return tableEntry(table, Math.min(place, TABLE_SIZE - 1));
}

function tableEntry(table: Float32Array, index: number): Rgb {
  return [table[3 * index], table[3 * index + 1], table[3 * index + 2]];
}

function createImage(
  width: number,
  height: number,
  color: (column: number, row: number) => Rgb,
): PaletteImage {
  const data = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const bytes = color(column, row).map((part) => Math.round(255 * part));
      data.set([...bytes, 255], 4 * (row * width + column));
    }
  }
  return { width, height, data };
}

/** Colour of a class, from 0; after twenty they repeat. */
export function classRgb(index: number): Rgb {
  return parseColor(CLASS_COLORS[index % CLASS_COLORS.length]);
}

/** The same as CSS. */
export function classColor(index: number): string {
  return `#${CLASS_COLORS[index % CLASS_COLORS.length]}`;
}

/** The colours that a table is made of as CSS, evenly spaced, low end first. */
export function controlColors(name: ColormapName | 'direction'): string[] {
  return CONTROL_POINTS[name].map((color) => `#${color}`);
}

/** Round numbers within [low, high], about `count` of them, ascending. */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!(high > low) || !Number.isFinite(high - low)) return [];
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= raw) ?? 10);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
    ticks.push(i * step);
  return ticks;
}

/** A colour from hexadecimal digits, with or without `#`. */
export function parseColor(text: string): Rgb {
  const hex = text.replace('#', '');
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Rgb;
}
