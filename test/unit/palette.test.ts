// Plan: lightness (CIE L*) of the colour tables: it grows all along those that are made for it, peaks in the middle
// of the diverging one with ends alike, and hardly changes around the cycle of directions; ends are the published
// colours; class colours can be told apart; images and CSS stops say the same as the tables; ticks lie in the
// range, evenly, on round numbers. Control: the diverging table is not monotone.
import { describe, expect, it } from 'vitest';
import {
  CLASS_COLOR_COUNT,
  classColor,
  classRgb,
  colorTable,
  controlColors,
  niceTicks,
  paletteImage,
  tableColor,
  TABLE_SIZE,
  type Rgb,
} from '../../src/render/palette.ts';

/** CIE 1976 lightness of an sRGB colour, 0 to 100. */
function lightness(color: Rgb): number {
  const [r, g, b] = color.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return luminance > 216 / 24389 ? 116 * Math.cbrt(luminance) - 16 : (24389 / 27) * luminance;
}

const entries = (table: Float32Array): Rgb[] =>
  Array.from({ length: TABLE_SIZE }, (_, i) => [table[3 * i], table[3 * i + 1], table[3 * i + 2]]);

const hex = (color: Rgb): string =>
  color
    .map((part) =>
      Math.round(255 * part)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('');

const isGrowing = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value > values[i - 1]);

describe('colour tables', () => {
  it.each([
    ['cividis', '00224e', 'fee838'],
    ['viridis', '440154', 'fde725'],
    ['diverging', '16295f', '620f1e'],
    ['greys', 'ffffff', '000000'],
  ] as const)('%s ends in its colours', (name, low, high) => {
    const colors = entries(colorTable(name));
    expect([hex(colors[0]), hex(colors.at(-1)!)]).toEqual([low, high]);
  });

  it.each(['cividis', 'viridis'] as const)('%s grows lighter all along', (name) => {
    expect(isGrowing(entries(colorTable(name)).map(lightness))).toBe(true);
  });

  it('greys grow darker all along, and have no hue', () => {
    const colors = entries(colorTable('greys'));
    expect(isGrowing(colors.map(lightness).reverse())).toBe(true);
    for (const [r, g, b] of colors) expect([g, b]).toEqual([r, r]);
  });

  it('diverging is lightest in the middle and alike on both sides', () => {
    const values = entries(colorTable('diverging')).map(lightness);
    const half = TABLE_SIZE / 2;
    expect(isGrowing(values)).toBe(false);
    expect(isGrowing(values.slice(0, half))).toBe(true);
    expect(isGrowing(values.slice(half).reverse())).toBe(true);
    expect(values[half]).toBeGreaterThan(95);
    // A difference of lightness that the eye would not take for a difference of size.
    for (let i = 0; i < half; i++) {
      expect(Math.abs(values[i] - values[TABLE_SIZE - 1 - i]), `entry ${i}`).toBeLessThan(6);
    }
  });

  it('directions go round: the ends are one colour, and lightness changes little', () => {
    const colors = entries(colorTable('direction'));
    expect(hex(colors[0])).toBe(hex(colors.at(-1)!));
    const values = colors.map(lightness);
    expect(Math.max(...values) - Math.min(...values)).toBeLessThan(20);
  });

  it('are looked up with what is beyond at the ends', () => {
    const table = colorTable('viridis');
    const colors = entries(table);
    expect(tableColor(table, -3)).toEqual(colors[0]);
    expect(tableColor(table, 0)).toEqual(colors[0]);
    expect(tableColor(table, 0.5)).toEqual(colors[128]);
    expect(tableColor(table, 1)).toEqual(colors[255]);
    expect(tableColor(table, 7)).toEqual(colors[255]);
  });

  it('are made of CSS colours with the same ends', () => {
    const colors = controlColors('cividis');
    expect([colors[0], colors.at(-1)]).toEqual(['#00224e', '#fee838']);
  });
});

describe('class colours', () => {
  it('can be told apart, and repeat', () => {
    const colors = Array.from({ length: CLASS_COLOR_COUNT }, (_, i) => classRgb(i));
    colors.forEach((color, i) => {
      expect(classColor(i)).toBe(`#${hex(color)}`);
      expect(classRgb(i + CLASS_COLOR_COUNT)).toEqual(color);
      colors.slice(0, i).forEach((other, j) => {
        const distance = Math.hypot(...color.map((part, k) => 255 * (part - other[k])));
        const isDark = i >= 10 && j >= 10;
        expect(distance, `${hex(color)} and ${hex(other)}`).toBeGreaterThan(isDark ? 30 : 40);
      });
    });
  });

  it('are others for each of ten digits, and then the same, darker', () => {
    expect(CLASS_COLOR_COUNT).toBe(20);
    for (let i = 0; i < 10; i++) {
      const [light, dark] = [classRgb(i), classRgb(i + 10)];
      // Halves of a level are rounded.
      dark.forEach((part, k) => expect(Math.abs(255 * (part - 0.7 * light[k]))).toBeLessThan(0.51));
      expect(lightness(light)).toBeGreaterThan(50);
      expect(lightness(dark)).toBeGreaterThan(35);
    }
  });
});

describe('palette images', () => {
  const pixelOf = (name: Parameters<typeof paletteImage>[0], x: number, y: number): string => {
    const { width, data } = paletteImage(name);
    const at = 4 * (y * width + x);
    expect(data[at + 3]).toBe(255);
    return hex([data[at] / 255, data[at + 1] / 255, data[at + 2] / 255]);
  };

  it('of tables and classes are their colours in a row', () => {
    expect(paletteImage('viridis')).toMatchObject({ width: TABLE_SIZE, height: 1 });
    expect(pixelOf('viridis', 77, 0)).toBe(hex(entries(colorTable('viridis'))[77]));
    expect(paletteImage('class')).toMatchObject({ width: CLASS_COLOR_COUNT, height: 1 });
    expect(pixelOf('class', 3, 0)).toBe(hex(classRgb(3)));
  });

  it('of directions is a disc whose angle is twice the direction', () => {
    const table = colorTable('direction');
    const { width, height } = paletteImage('direction');
    for (const angle of [0.1, 0.8, 1.5, 2.2, 3]) {
      const [x, y] = [Math.cos(2 * angle), Math.sin(2 * angle)];
      const column = Math.floor((0.5 + 0.49 * x) * width);
      const row = Math.floor((0.5 + 0.49 * y) * height);
      const turn = Math.atan2(row + 0.5 - height / 2, column + 0.5 - width / 2) / (2 * Math.PI);
      expect(Math.abs(((turn + 1) % 1) - angle / Math.PI)).toBeLessThan(1 / width);
      expect(pixelOf('direction', column, row)).toBe(hex(tableColor(table, (turn + 1) % 1)));
    }
  });
});

describe('ticks', () => {
  it.each([
    [-8, 8, 5],
    [0, 1, 4],
    [-0.00031, 0.00094, 6],
    [17.2, 17.9, 5],
    [-4e7, 3e8, 5],
  ])('of %d to %d lie in the range, evenly, on round numbers', (low, high, count) => {
    const ticks = niceTicks(low, high, count);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(count + 1);
    const step = ticks[1] - ticks[0];
    const digit = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
    expect([1, 2, 5].some((round) => Math.abs(digit - round) < 1e-6)).toBe(true);
    ticks.forEach((tick, i) => {
      expect(tick).toBeGreaterThanOrEqual(low - 1e-9 * step);
      expect(tick).toBeLessThanOrEqual(high + 1e-9 * step);
      expect(Math.abs(tick / step - Math.round(tick / step))).toBeLessThan(1e-6);
      if (i > 0) expect(Math.abs(tick - ticks[i - 1] - step)).toBeLessThan(1e-6 * step);
    });
  });

  it('of no range are none', () => {
    expect(niceTicks(1, 1, 5)).toEqual([]);
    expect(niceTicks(2, 1, 5)).toEqual([]);
    expect(niceTicks(NaN, 1, 5)).toEqual([]);
    expect(niceTicks(0, Infinity, 5)).toEqual([]);
  });
});
