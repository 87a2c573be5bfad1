// Plan: stills of fields with known values: every pixel against the palette entry that belongs to its value, the
// highest t first; hatching where there is no value; lines where they must be, and only there, no darker where
// they meet; tint and streaks as on screen, rings and marks; the colour bar beside a map that it leaves alone, its strip against the table; labels of all legends
// have glyphs that stay within their line; ranges against sorted values. 1 × 1 and other shapes. Control: another
// range gives other colours.
import { describe, expect, it } from 'vitest';
import { Status } from '../../src/engine/engine.ts';
import { fieldStreaks } from '../../src/engine/streaks.ts';
import { automaticRange, extremeRange } from '../../src/render/color-range.ts';
import { textStrokes } from '../../src/render/glyphs.ts';
import { createLegend, formatNumber, spaceName } from '../../src/render/legend.ts';
import {
  classRgb,
  COLORMAPS,
  colorTable,
  tableColor,
  TABLE_SIZE,
  type Rgb,
} from '../../src/render/palette.ts';
import { Raster } from '../../src/render/raster.ts';
import { paintStill, type StillStyle } from '../../src/render/still.ts';
import { overlaidColor } from '../../src/render/overlay-color.ts';
import { HATCH, LINES, MARK_INK, MARKS, QUANTITIES } from '../../src/render/style.ts';
import { createFieldData } from '../support/synthetic-field.ts';

const DOMAIN = { sMin: -1, tMin: -2, sMax: 3, tMax: 1 };

const PLAIN: StillStyle = {
  quantity: 'exponent',
  colormap: 'viridis',
  range: [0, 1],
  perLayer: true,
  outputIndex: 0,
  ridges: null,
  directions: false,
  regions: false,
  marks: null,
  boundary: false,
  samples: null,
  colorbar: false,
  pixelRatio: 1,
};

const bytes = (color: Rgb): number[] => color.map((part) => Math.round(255 * part));

function pixelOf(raster: Raster, x: number, y: number): number[] {
  return [...raster.data.subarray(3 * (y * raster.width + x), 3 * (y * raster.width + x) + 3)];
}

describe('colours', () => {
  it.each([
    [1, 1],
    [13, 5],
    [2, 40],
  ])('of %d × %d pixels are the palette entries of the values, highest t first', async (w, h) => {
    const size = { width: w, height: h };
    let count = 0;
    const data = createFieldData(size, DOMAIN, () => ({ exponent: count++ / (w * h) }));
    for (const colormap of COLORMAPS) {
      const raster = await paintStill(data, { ...PLAIN, colormap });
      expect([raster.width, raster.height]).toEqual([w, h]);
      const table = colorTable(colormap);
      for (let i = 0; i < w * h; i++) {
        // The half above 0 of the diverging table.
        const part = colormap === 'diverging' ? 0.5 + data.exponents[i] / 2 : data.exponents[i];
        const entry = Math.min(TABLE_SIZE - 1, Math.floor(part * TABLE_SIZE));
        const wanted = [0, 1, 2].map((k) => Math.round(255 * table[3 * entry + k]));
        const [x, y] = [i % w, h - 1 - Math.floor(i / w)];
        expect(pixelOf(raster, x, y), `pixel ${i}, ${colormap}`).toEqual(wanted);
      }
    }
  });

  it('count λ by the span unless per layer, and end at the ends of the range', async () => {
    const data = { ...createFieldData({ width: 2, height: 1 }, DOMAIN, (s) => ({ exponent: s })) };
    const table = colorTable('viridis');
    const colorOf = async (style: Partial<StillStyle>, span: number): Promise<number[]> =>
      pixelOf(await paintStill({ ...data, span }, { ...PLAIN, ...style }), 1, 0);
    // Pixel centres are at s = 0 and s = 2.
    expect(await colorOf({ range: [0, 8] }, 3)).toEqual(bytes(tableColor(table, 0.25)));
    expect(await colorOf({ range: [0, 8], perLayer: false }, 3)).toEqual(
      bytes(tableColor(table, 0.75)),
    );
    expect(await colorOf({ range: [0, 1] }, 3)).toEqual(bytes(tableColor(table, 1)));
    expect(await colorOf({ range: [3, 4] }, 3)).toEqual(bytes(tableColor(table, 0)));
  });

  it('of directions, outputs and classes', async () => {
    const data = createFieldData({ width: 3, height: 1 }, DOMAIN, (s) => ({
      angle: s < 0 ? 0.2 : s < 2 ? Math.PI / 2 : Math.PI - 0.3,
      outputs: [s, 0.25, -s],
    }));
    const row = async (style: Partial<StillStyle>): Promise<number[][]> => {
      const raster = await paintStill(data, { ...PLAIN, ...style });
      return [0, 1, 2].map((x) => pixelOf(raster, x, 0));
    };
    const cycle = colorTable('direction');
    expect(await row({ quantity: 'direction' })).toEqual(
      [0.2, Math.PI / 2, Math.PI - 0.3].map((angle) => bytes(tableColor(cycle, angle / Math.PI))),
    );
    expect(await row({ quantity: 'class' })).toEqual(
      [...data.classes].map((index) => bytes(classRgb(index))),
    );
    expect(new Set(data.classes).size).toBeGreaterThan(1);
    const middle = bytes(tableColor(colorTable('viridis'), 0.25));
    expect(await row({ quantity: 'output', outputIndex: 1 })).toEqual([middle, middle, middle]);
  });

  it('are a hatching where there is no value', async () => {
    const data = createFieldData({ width: 16, height: 16 }, DOMAIN, (s, t) => ({
      exponent: -Infinity,
      secondExponent: s < 1 ? -Infinity : 0.5,
      outputs: [0],
      status: t < -0.5 ? Status.overflow : Status.collapsed,
    }));
    const raster = await paintStill(data, PLAIN);
    const hatch = HATCH.map(bytes);
    const seen = new Set<string>();
    for (let i = 0; i < 256; i++) {
      const color = pixelOf(raster, i % 16, Math.floor(i / 16));
      expect(hatch).toContainEqual(color);
      seen.add(String(color));
    }
    expect(seen.size).toBe(2);
    // Outputs that overflowed have no class; those of collapsed pixels do.
    const classes = await paintStill(data, { ...PLAIN, quantity: 'class' });
    expect(pixelOf(classes, 3, 0)).toEqual(bytes(classRgb(0)));
    expect(hatch).toContainEqual(pixelOf(classes, 3, 15));
    const second = { ...data, statuses: new Uint8Array(256) };
    const ranks = await paintStill(second, { ...PLAIN, quantity: 'second-exponent' });
    expect(hatch).toContainEqual(pixelOf(ranks, 2, 8));
    expect(pixelOf(ranks, 12, 8)).toEqual(bytes(tableColor(colorTable('viridis'), 0.5)));
  });
});

describe('lines', () => {
  const SIZE = { width: 40, height: 30 };
  const flat = createFieldData(SIZE, DOMAIN, (s) => ({ exponent: 0.5, outputs: [s - 1] }));
  const blank = pixelOf(new Raster(1, 1, tableColor(colorTable('viridis'), 0.5)), 0, 0);

  it('of a ridge are dark along it with a halo beside it', async () => {
    // t = −0.5 is the middle of the picture, between its rows 14 and 15.
    const ridges = Float32Array.of(-1, -0.5, 1, -0.5, 1, -0.5, 3, -0.5);
    const raster = await paintStill(flat, { ...PLAIN, ridges });
    for (let x = 0; x < 40; x++) {
      expect([pixelOf(raster, x, 14), pixelOf(raster, x, 15)]).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
      const halo = pixelOf(raster, x, 13);
      expect(halo.every((value, k) => value > blank[k])).toBe(true);
      expect(pixelOf(raster, x, 10)).toEqual(blank);
      expect(pixelOf(raster, x, 20)).toEqual(blank);
    }
  });

  it('of the boundary lie where the output is 0', async () => {
    const raster = await paintStill(flat, { ...PLAIN, boundary: true });
    for (let y = 0; y < 30; y++) {
      // s = 1 is the middle, between columns 19 and 20.
      for (const x of [19, 20]) expect(pixelOf(raster, x, y)[1]).toBeLessThan(blank[1] * 0.6);
      for (const x of [16, 23]) expect(pixelOf(raster, x, y)).toEqual(blank);
    }
  });

  it('of directions have their slope, and samples their class', async () => {
    const tilted = createFieldData(SIZE, DOMAIN, () => ({ exponent: 0.5, angle: Math.PI / 4 }));
    const raster = await paintStill(tilted, { ...PLAIN, directions: true });
    // The first mark stands 9 pixels from the lower left corner. It goes up to the right; y points down.
    const sums: number[] = [];
    for (let y = 12; y < 30; y++) {
      for (let x = 0; x < 18; x++) if (pixelOf(raster, x, y)[1] < 90) sums.push(x + y);
    }
    expect(sums.length).toBeGreaterThan(4);
    expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(2);
    const samples = { points: Float32Array.of(1, -0.5), classes: [1], count: 1 };
    const marked = await paintStill(flat, { ...PLAIN, samples, pixelRatio: 2 });
    expect(pixelOf(marked, 20, 15)).toEqual(bytes(classRgb(1)));
    expect(pixelOf(marked, 3, 3)).toEqual(blank);
  });

  it('are no darker where they meet, and stay within their clip', () => {
    const raster = new Raster(20, 9, [1, 1, 1]);
    raster.strokeSegments([2, 4.5, 10, 4.5, 10, 4.5, 18, 4.5], 3, [0, 0, 0], 0.5, {
      width: 15,
      height: 9,
    });
    const row = Array.from({ length: 20 }, (_, x) => pixelOf(raster, x, 4)[0]);
    expect(row.slice(3, 15)).toEqual(Array.from({ length: 12 }, () => 128));
    expect(row.slice(15)).toEqual([255, 255, 255, 255, 255]);
    raster.strokeSegments([-50, -50, -60, -60, NaN, 0, 1, 1], 3, [1, 0, 0]);
    expect(pixelOf(raster, 0, 0)).toEqual([255, 255, 255]);
  });
});

describe('what is mixed into the colours', () => {
  const SIZE = { width: 40, height: 30 };
  // The class changes at s = 1, and the upper rows have no value.
  const data = createFieldData(SIZE, DOMAIN, (s, t) => ({
    exponent: 0.5,
    angle: Math.PI / 2,
    outputs: [s - 1],
    status: t > 0.7 ? Status.overflow : Status.good,
  }));
  const flat = tableColor(colorTable('viridis'), 0.5);

  it('are regions in the colours of their classes, but where there is no value or classes are shown', async () => {
    const raster = await paintStill(data, { ...PLAIN, regions: true });
    for (const [x, classIndex] of [
      [5, 0],
      [35, 1],
    ]) {
      const wanted = flat.map((part, k) => part + 0.3 * (classRgb(classIndex)[k] - part));
      expect(pixelOf(raster, x, 20)).toEqual(bytes(wanted as unknown as Rgb));
    }
    expect(HATCH.map(bytes)).toContainEqual(pixelOf(raster, 5, 0));
    const style = { ...PLAIN, quantity: 'class' } as const;
    const classes = await paintStill(data, style);
    expect((await paintStill(data, { ...style, regions: true })).data).toEqual(classes.data);
  });

  it('are streaks as the screen has them, along the directions', async () => {
    const raster = await paintStill(data, { ...PLAIN, directions: 'convolution', pixelRatio: 0.5 });
    const streaks = fieldStreaks(data, 1);
    for (const [x, y] of [
      [3, 10],
      [20, 17],
      [39, 29],
    ]) {
      const streak = streaks[(29 - y) * 40 + x];
      expect(pixelOf(raster, x, y)).toEqual(bytes(overlaidColor(flat, null, streak)));
    }
    // Directions go up: columns differ more than neighbours in a column.
    const change = (dx: number, dy: number): number => {
      let sum = 0;
      for (let y = 10; y < 28; y++) {
        for (let x = 0; x < 38; x++) {
          sum += Math.abs(pixelOf(raster, x, y)[1] - pixelOf(raster, x + dx, y + dy)[1]);
        }
      }
      return sum;
    };
    expect(change(1, 0)).toBeGreaterThan(3 * change(0, 1));
    const wide = await paintStill(data, { ...PLAIN, directions: 'convolution', pixelRatio: 2 });
    expect(wide.data).not.toEqual(raster.data);
  });

  it('are rings around samples that are wrong, and numbered rings at marks', async () => {
    const large = createFieldData({ width: 80, height: 60 }, DOMAIN, () => ({ exponent: 0.5 }));
    const place = Float32Array.of(1, -0.5);
    const samples = { points: place, classes: [1], count: 1 };
    const ringed = async (errors: number[]): Promise<Raster> =>
      paintStill(large, { ...PLAIN, samples: { ...samples, errors }, pixelRatio: 2 });
    const [right, wrong] = [await ringed([0]), await ringed([1])];
    const radius = 2 * (LINES.error / 2 - LINES.errorStroke) - 0.5;
    const at = (raster: Raster, distance: number): number[] =>
      pixelOf(raster, Math.floor(40 + distance), 30);
    expect(at(wrong, radius)).toEqual([0, 0, 0]);
    expect(at(right, radius)).toEqual(bytes(flat));
    expect(at(wrong, 0)).toEqual(bytes(classRgb(1)));
    expect(at(wrong, radius + 8)).toEqual(bytes(flat));

    const marks = Float32Array.of(1, -0.5, -0.5, 0.5);
    const marked = await paintStill(large, { ...PLAIN, marks, pixelRatio: 1 });
    const ink = bytes(MARK_INK);
    // Its stroke of two pixels is the columns to both sides of the radius.
    expect(pixelOf(marked, 40 + MARKS.radius - 1, 30)).toEqual(ink);
    expect(pixelOf(marked, 40, 30)).toEqual(bytes(flat));
    // The digit stands above and to the right: 1 is one upright stroke, 2 has strokes to both sides.
    const inked = (centreX: number, centreY: number): number[] => {
      const columns: number[] = [];
      for (let x = centreX + 8; x < centreX + 22; x++) {
        for (let y = centreY - 18; y < centreY - 3; y++) {
          if (pixelOf(marked, x, y)[1] < 60) columns.push(x);
        }
      }
      return columns;
    };
    const [one, two] = [inked(40, 30), inked(10, 10)];
    expect(one.length).toBeGreaterThan(8);
    expect(new Set(two).size).toBeGreaterThan(new Set(one).size);
  });
});

describe('the colour bar', () => {
  const data = createFieldData({ width: 90, height: 160 }, DOMAIN, (s, t) => ({
    exponent: s / 3,
    outputs: [s, t, 0.1],
  }));

  it('is refused where it would fill the memory', async () => {
    const painted = paintStill(data, { ...PLAIN, colorbar: true, pixelRatio: 2000 });
    await expect(painted).rejects.toThrow(
      /^pixelRatio is 2000, .* \d+ × 280000 pixels .* 268435456/,
    );
  });

  it.each(QUANTITIES)('of %s stands beside a map that it leaves alone', async (quantity) => {
    const style = { ...PLAIN, quantity };
    const map = await paintStill(data, style);
    for (const pixelRatio of [1, 2.5]) {
      const raster = await paintStill(data, { ...style, colorbar: true, pixelRatio });
      expect(raster.width).toBeGreaterThan(90 + 30 * pixelRatio);
      expect(raster.height).toBeGreaterThanOrEqual(160);
      for (let y = 0; y < 160; y++) {
        const start = 3 * y * raster.width;
        expect(raster.data.subarray(start, start + 270)).toEqual(
          map.data.subarray(270 * y, 270 * (y + 1)),
        );
      }
      // All that is drawn keeps away from the edges at the right and below.
      for (let y = 0; y < raster.height; y++) {
        expect(pixelOf(raster, raster.width - 1, y)).toEqual([255, 255, 255]);
      }
    }
  });

  it('shows the table from the low end, below, to the high end', async () => {
    const raster = await paintStill(data, { ...PLAIN, colorbar: true });
    const x = 90 + 14 + 7;
    const colors = Array.from({ length: 160 }, (_, y) => pixelOf(raster, x, y));
    const used = colors.filter((color) => String(color) !== '255,255,255');
    const table = colorTable('viridis');
    expect(used.length).toBe(160 - 18);
    expect(used[0]).toEqual(bytes(tableColor(table, 1)));
    expect(used.at(-1)).toEqual(bytes(tableColor(table, 0)));
    expect(used[35]).toEqual(bytes(tableColor(table, 1 - 35.5 / 142)));
  });

  it('has the middle of the diverging table at 0, in the strip as on the map', async () => {
    const style = { ...PLAIN, colormap: 'diverging', range: [-1, 4], colorbar: true } as const;
    const zero = createFieldData({ width: 90, height: 160 }, DOMAIN, () => ({ exponent: 0 }));
    const raster = await paintStill(zero, style);
    const middle = bytes(tableColor(colorTable('diverging'), 0.5));
    expect(pixelOf(raster, 0, 0)).toEqual(middle);
    const tick = createLegend(style, '', style.range, 2);
    const at = tick.kind === 'strip' ? tick.ticks.find(({ label }) => label === '0')!.at : NaN;
    const y = 160 - 9 - Math.floor(at * 142);
    const strip = [y - 1, y].map((row) => pixelOf(raster, 90 + 14 + 7, row));
    for (const color of strip) {
      color.forEach((part, k) => expect(Math.abs(part - middle[k])).toBeLessThan(12));
    }
  });

  it('finds room beside a map of one pixel', async () => {
    const tiny = createFieldData({ width: 1, height: 1 }, DOMAIN, () => ({ exponent: 0.5 }));
    const raster = await paintStill(tiny, { ...PLAIN, colorbar: true });
    expect(raster.height).toBe(140);
    expect(pixelOf(raster, 0, 0)).toEqual(bytes(tableColor(colorTable('viridis'), 0.5)));
    expect(pixelOf(raster, 0, 1)).toEqual([255, 255, 255]);
  });
});

describe('labels', () => {
  it('of every legend have glyphs, within the height of a line', () => {
    const numbers = [-1.5e-7, 3e21, 0, 123_456, -0.001].map(formatNumber);
    const texts = new Set(numbers);
    for (const quantity of QUANTITIES) {
      for (const perLayer of [true, false]) {
        const subject = { quantity, perLayer, colormap: 'greys' } as const;
        for (const space of ['', spaceName('plane', 3), spaceName('full', 3)]) {
          texts.add(createLegend(subject, space, null, 12).title);
        }
        const legend = createLegend(subject, '', [-2e-9, 1e-9], 12);
        const labels = legend.kind === 'strip' ? legend.ticks : legend.swatches;
        expect(labels.length).toBeGreaterThan(3);
        for (const { label } of labels) texts.add(label);
      }
    }
    for (const text of [...texts, 'abcdefghijklmnopqrstuvwxyz', '₀₉']) {
      const { segments, width } = textStrokes(text);
      expect(width, text).toBeGreaterThan(0);
      for (let i = 0; i < segments.length; i += 2) {
        expect(
          segments[i] >= -0.01 && segments[i] <= width + 0.01,
          `${text}: x ${segments[i]}`,
        ).toBe(true);
        expect(Math.abs(segments[i + 1] - 2), `${text}: y ${segments[i + 1]}`).toBeLessThan(4.6);
      }
    }
    expect(() => textStrokes('§')).toThrow(/no glyph for "§"/);
  });
});

describe('ranges', () => {
  const data = createFieldData({ width: 30, height: 20 }, DOMAIN, (s, t) => ({
    exponent: s - t,
    status: s > 2.9 ? Status.collapsed : Status.good,
  }));
  const shown = [...data.exponents].filter((_, i) => data.statuses[i] === Status.good);
  shown.sort((a, b) => a - b);

  it('hold the middle 98 % with a little room, or are symmetric', () => {
    const style = { quantity: 'exponent', scale: 2, outputIndex: 0 } as const;
    const quantile = (part: number): number => 2 * shown[Math.round(part * (shown.length - 1))];
    const [low, high] = [quantile(0.01), quantile(0.99)];
    const range = automaticRange(data, { ...style, colormap: 'viridis' });
    expect(range[0]).toBeCloseTo(low - 0.02 * (high - low), 12);
    expect(range[1]).toBeCloseTo(high + 0.02 * (high - low), 12);
    const reach = Math.max(-low, high) * 1.04;
    const symmetric = automaticRange(data, { ...style, colormap: 'diverging' });
    expect(symmetric[0]).toBeCloseTo(-reach, 12);
    expect(symmetric[1]).toBeCloseTo(reach, 12);
    expect(extremeRange(data, style)).toEqual([2 * shown[0], 2 * shown.at(-1)!]);
  });

  it('are there for flat fields and for those without a value', () => {
    const style = { quantity: 'exponent', colormap: 'viridis', scale: 1, outputIndex: 0 } as const;
    const size = { width: 3, height: 3 };
    const flat = createFieldData(size, DOMAIN, () => ({ exponent: 5 }));
    const [low, high] = automaticRange(flat, style);
    expect(low < 5 && high > 5 && high - low < 1e-5).toBe(true);
    const bad = createFieldData(size, DOMAIN, () => ({ status: Status.overflow }));
    expect(automaticRange(bad, style)).toEqual([-1, 1]);
    expect(extremeRange(bad, style)).toBeNull();
  });
});
