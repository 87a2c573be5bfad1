// Plan: pictures of known synthetic fields, by the WebGPU and by the Canvas 2D painter. Every quantity against the
// colour table at the ends, between and beyond them, and about 0 for ranges of any proportion; classes and directions; hatching exactly where there is no
// value; the decision boundary of one output and of four classes where the outputs tie, with the width it
// claims; a ridge segment; the angle of direction marks; samples; the outside. Repainting follows every
// change of content and style. The two painters against each other. Controls: pictures without the line in
// question, and a field with another value, differ.
import { afterEach, describe, expect, it } from 'vitest';
import { Status, type Field, type FieldData } from '../../../src/engine/engine.ts';
import { Scope } from '../../../src/gpu/scope.ts';
import type { Domain } from '../../../src/model/plane.ts';
import { createCanvasPainter } from '../../../src/render/canvas-painter.ts';
import { createGpuPainter } from '../../../src/render/gpu-painter.ts';
import {
  classRgb,
  colorTable,
  tableColor,
  TABLE_SIZE,
  type ColormapName,
  type Rgb,
} from '../../../src/render/palette.ts';
import {
  HATCH,
  LINES,
  OPACITY,
  OUTSIDE,
  type Painter,
  type PaintStyle,
} from '../../../src/render/style.ts';
import { compare } from '../../support/compare.ts';
import { getTestDevice } from '../../support/device.ts';
import {
  createCpuField,
  createFieldData,
  createGpuField,
  createRidges,
  type PixelValues,
  type SegmentDraw,
} from '../../support/synthetic-field.ts';
import { PLAIN } from '../../support/paint-style.ts';

const domain: Domain = { sMin: -1, tMin: -2, sMax: 1, tMax: 2 };

type Backend = 'webgpu' | 'canvas';

/** A canvas with its painter, and where the buffers of its fields are. */
interface Easel {
  readonly painter: Painter;
  readonly scope: Scope;
  fieldOf(data: FieldData): Field;
  /** Paints, and reads what is on the canvas. */
  paint(field: Field, style?: Partial<PaintStyle>, options?: PaintOptions): ImageData;
}

interface PaintOptions {
  readonly view?: Domain;
  /** Segments [count][4]. */
  readonly ridges?: Float32Array;
  /** The field that they belong to, if not the one that is painted. */
  readonly ridgesOf?: Field;
  /** How the ridges' buffers count them. */
  readonly draw?: SegmentDraw;
}

const easels: Easel[] = [];
afterEach(() => {
  for (const { painter, scope } of easels.splice(0)) {
    painter.dispose();
    painter.dispose();
    scope.dispose();
    expect(scope.size).toBe(0);
  }
});

async function createEasel(backend: Backend, width: number, height: number): Promise<Easel> {
  const canvas = new OffscreenCanvas(width, height);
  const scope = new Scope(await getTestDevice(), 'ftle-map/test/painter');
  const isGpu = backend === 'webgpu';
  const painter = isGpu
    ? await createGpuPainter(scope.device, canvas, navigator.gpu.getPreferredCanvasFormat())
    : createCanvasPainter(canvas);
  const easel: Easel = {
    painter,
    scope,
    fieldOf: (data) => (isGpu ? createGpuField(scope, data) : createCpuField(data)),
    paint(field, style = {}, { view = domain, ridges, ridgesOf = field, draw = 'vertices' } = {}) {
      const found = ridges ? createRidges(scope, ridgesOf, ridges, draw) : null;
      painter.paint(field, found, { ...PLAIN, ...style }, view);
      const context = new OffscreenCanvas(width, height).getContext('2d')!;
      context.drawImage(canvas, 0, 0);
      return context.getImageData(0, 0, width, height);
    },
  };
  easels.push(easel);
  return easel;
}

/** Red, green and blue of all pixels, 0 to 255, from the lowest row up as fields have it. */
function channels({ width, height, data }: ImageData): number[] {
  const rows = Array.from({ length: height }, (_, row) => height - 1 - row);
  return rows.flatMap((row) =>
    [...data.subarray(4 * row * width, 4 * (row + 1) * width)].filter((_, i) => i % 4 !== 3),
  );
}

function colorAt({ width, data }: ImageData, x: number, y: number): number[] {
  return [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
}

const levels = (color: Rgb): number[] => color.map((part) => 255 * part);

/** Largest difference of neighbouring entries of a table, in levels. */
function tableStep(table: Float32Array): number {
  let step = 0;
  for (let i = 3; i < table.length; i++) step = Math.max(step, Math.abs(table[i] - table[i - 3]));
  return 255 * step;
}

/** A place in the table has eight bits, which may move it by one entry; a level is half a level off. */
const placeTolerance = (table: Float32Array): number => tableStep(table) + 1;

describe.each(['webgpu', 'canvas'] as const)('painter, %s', (backend) => {
  const size = { width: 40, height: 6 };
  /** From −1.2 to 1.2: beyond the range at both ends. */
  const ramp = (s: number): number => 1.2 * s;

  it.each<[string, Partial<PaintStyle>, (value: number) => PixelValues]>([
    ['exponent', { quantity: 'exponent', scale: 4 }, (value) => ({ exponent: value / 4 })],
    [
      'second exponent',
      { quantity: 'second-exponent', colormap: 'cividis' },
      (value) => ({ exponent: 9, secondExponent: value }),
    ],
    [
      'output',
      { quantity: 'output', colormap: 'viridis', outputIndex: 1, scale: 7 },
      (value) => ({ outputs: [5, value, -5] }),
    ],
  ])('colours the %s by the table, its ends, and beyond them', async (name, style, valuesOf) => {
    const easel = await createEasel(backend, size.width, size.height);
    const data = createFieldData(size, domain, (s) => valuesOf(ramp(s)));
    const picture = easel.paint(easel.fieldOf(data), style);
    const table = colorTable(style.colormap ?? PLAIN.colormap);
    const expected = Array.from({ length: size.height * size.width }, (_, i) => {
      const s = -1 + (((i % size.width) + 0.5) * 2) / size.width;
      return levels(tableColor(table, (ramp(s) + 1) / 2));
    }).flat();
    const tolerance = () => placeTolerance(table);
    compare({ label: `${backend} ${name}`, actual: channels(picture), expected, tolerance });
    const ends = [colorAt(picture, 0, 0), colorAt(picture, size.width - 1, 0)].flat();
    const wanted = [tableColor(table, 0), tableColor(table, 1)].flatMap(levels);
    compare({
      label: `${backend} ${name} ends`,
      actual: ends,
      expected: wanted,
      tolerance: () => 0.51,
    });
  });

  it.each<[range: readonly [number, number], partOf: (value: number) => number]>([
    [[-0.25, 1], (value) => 0.5 + (value < 0 ? 2 * value : value / 2)],
    [[0.25, 1], (value) => 0.5 + Math.max(0, value - 0.25) / 1.5],
    [[-1, -0.5], (value) => 0.5 + Math.min(0, value + 0.5)],
  ])('has the middle of the diverging table at 0 for the range %j', async (range, partOf) => {
    const easel = await createEasel(backend, size.width, size.height);
    const data = createFieldData(size, domain, (s) => ({ exponent: ramp(s) / 3 }));
    const picture = easel.paint(easel.fieldOf(data), { range, scale: 3 });
    const table = colorTable('diverging');
    const expected = Array.from({ length: size.height * size.width }, (_, i) => {
      const s = -1 + (((i % size.width) + 0.5) * 2) / size.width;
      return levels(tableColor(table, partOf(ramp(s))));
    }).flat();
    const tolerance = () => placeTolerance(table);
    compare({
      label: `${backend} ${range.join()}`,
      actual: channels(picture),
      expected,
      tolerance,
    });
  });

  it('follows the colour map in its scale too', async () => {
    const easel = await createEasel(backend, 8, 4);
    const data = createFieldData({ width: 8, height: 4 }, domain, () => ({ exponent: 0 }));
    const field = easel.fieldOf(data);
    for (const [colormap, part] of [
      ['greys', 0.2],
      ['diverging', 0.5],
      ['viridis', 0.2],
    ] as const) {
      const table = colorTable(colormap);
      const actual = colorAt(easel.paint(field, { colormap, range: [-1, 4] }), 4, 2);
      const expected = levels(tableColor(table, part));
      const tolerance = () => placeTolerance(table);
      compare({ label: `${backend} ${colormap} at 0`, actual, expected, tolerance });
    }
  });

  it('puts values, not rows, where they are on a canvas that is larger', async () => {
    const easel = await createEasel(backend, 4 * 10, 4 * 8);
    const plan = (s: number, t: number): number => 0.3 * s + 0.3 * t;
    const data = createFieldData({ width: 10, height: 8 }, domain, (s, t) => ({
      exponent: plan(s, t),
    }));
    const picture = easel.paint(easel.fieldOf(data), { colormap: 'greys' });
    const table = colorTable('greys');
    const actual: number[] = [];
    const expected: number[] = [];
    // Half a field pixel from the edge, values no longer change.
    for (let y = 2; y < 30; y++) {
      for (let x = 2; x < 38; x++) {
        const [s, t] = [-1 + ((x + 0.5) * 2) / 40, 2 - ((y + 0.5) * 4) / 32];
        actual.push(colorAt(picture, x, y)[0]);
        expected.push(255 * tableColor(table, (plan(s, t) + 1) / 2)[0]);
      }
    }
    // Weights of a linear filter have eight bits, of a difference of less than a tenth of the table.
    const tolerance = () => placeTolerance(table) + 1;
    compare({ label: `${backend} interpolation`, actual, expected, tolerance });
  });

  it('paints classes flat, in their colours', async () => {
    const easel = await createEasel(backend, 60, 60);
    const outputsAt = (s: number, t: number): number[] => {
      const index = Math.floor(3 * (s + 1)) + 6 * Math.floor(t + 2);
      return Array.from({ length: 24 }, (_, i) => (i === index ? 1 : 0));
    };
    const data = createFieldData({ width: 12, height: 12 }, domain, (s, t) => ({
      outputs: outputsAt(s, t),
    }));
    const picture = easel.paint(easel.fieldOf(data), { quantity: 'class' });
    for (let y = 0; y < 60; y++) {
      for (let x = 0; x < 60; x++) {
        const index = Math.floor(x / 10) + 6 * Math.floor((59 - y) / 15);
        expect(colorAt(picture, x, y), `${x}, ${y}`).toEqual(levels(classRgb(index)));
      }
    }
  });

  it('colours directions by their angle, and opposite ones alike', async () => {
    const easel = await createEasel(backend, 36, 4);
    const angleAt = (s: number): number => (s + 1) * Math.PI;
    const data = createFieldData({ width: 36, height: 4 }, domain, (s) => ({ angle: angleAt(s) }));
    const picture = easel.paint(easel.fieldOf(data), { quantity: 'direction' });
    const table = colorTable('direction');
    const expected = Array.from({ length: 36 * 4 }, (_, i) => {
      const angle = angleAt(-1 + (((i % 36) + 0.5) * 2) / 36);
      return levels(tableColor(table, (angle / Math.PI) % 1));
    }).flat();
    // The doubled vector has eight bits and the disc 128 pixels: less than an entry each.
    const tolerance = () => 2 * tableStep(table) + 1;
    compare({ label: `${backend} directions`, actual: channels(picture), expected, tolerance });
  });

  const isBad = (s: number, t: number): boolean => Math.hypot(s, t / 2) < 0.5;
  it.each<[string, Partial<PaintStyle>, PixelValues]>([
    ['collapsed pixels', { quantity: 'exponent' }, { status: Status.collapsed }],
    ['pixels of rank one', { quantity: 'second-exponent' }, { secondExponent: -Infinity }],
    ['directions of collapsed pixels', { quantity: 'direction' }, { status: Status.collapsed }],
    ['outputs that overflowed', { quantity: 'output' }, { status: Status.overflow, outputs: [0] }],
    ['their classes', { quantity: 'class' }, { status: Status.overflow, outputs: [0] }],
  ])('hatches %s and nothing else', async (_, style, bad) => {
    const easel = await createEasel(backend, 80, 80);
    const good: PixelValues = { exponent: 0.5, secondExponent: 0.5, angle: 1, outputs: [0.5] };
    const data = createFieldData({ width: 20, height: 20 }, domain, (s, t) =>
      isBad(s, t) ? { ...good, ...bad } : good,
    );
    const field = easel.fieldOf(data);
    const picture = easel.paint(field, style);
    const whole = easel.paint(
      easel.fieldOf(createFieldData(data.request, domain, () => good)),
      style,
    );
    let hatched = 0;
    for (let y = 0; y < 80; y++) {
      for (let x = 0; x < 80; x++) {
        const [s, t] = [(x + 0.5) / 40 - 1, 2 - (y + 0.5) / 20];
        const reach = Math.hypot(s, t / 2);
        const isLight = ((x + y + 1) / LINES.hatch) % 1 < 0.5;
        // A field pixel is 0.1 wide here; between good and bad ones both may be.
        if (reach > 0.62) expect(colorAt(picture, x, y)).toEqual(colorAt(whole, x, y));
        const stripe = levels(HATCH[isLight ? 1 : 0]).map(Math.round);
        const isHatched = colorAt(picture, x, y).join() === stripe.join();
        // In between, Canvas 2D fades; the other painter takes the mean of good pixels or none.
        if (reach < 0.38) expect(isHatched, `${x}, ${y}`).toBe(true);
        else if (backend === 'webgpu' && !isHatched) {
          expect(colorAt(picture, x, y), `${x}, ${y}`).toEqual(colorAt(whole, x, y));
        }
        if (isHatched) hatched++;
      }
    }
    expect(hatched).toBeGreaterThan(500);
    expect(hatched).toBeLessThan(Math.PI * 24 ** 2);
  });

  /** Canvas 2D knows how much of a pixel a line covers to about a tenth. */
  const EDGE = 0.1;

  /** How dark a line makes each pixel: 0 where it is not, its opacity where it covers all. */
  function coverage(withLine: ImageData, without: ImageData): number[] {
    const [dark, light] = [withLine, without].map(channels);
    return dark.flatMap((level, i) => (i % 3 === 0 ? [1 - level / light[i]] : []));
  }

  it.each([
    [12, 10],
    [96, 80],
    [288, 240],
  ])(
    'draws the boundary of %d × %d outputs along its zeros, edge to edge, as wide as it says',
    async (fieldWidth, fieldHeight) => {
      const [width, height] = [96, 80];
      const easel = await createEasel(backend, width, height);
      const fieldShape = { width: fieldWidth, height: fieldHeight };
      const data = createFieldData(fieldShape, domain, (s, t) => ({
        outputs: [s - 0.1 - 0.05 * t],
      }));
      const field = easel.fieldOf(data);
      const without = easel.paint(field, { quantity: 'class', pixelRatio: 2 });
      const picture = easel.paint(field, { quantity: 'class', pixelRatio: 2, boundary: true });
      const cover = coverage(picture, without);
      // Across a line of slope 0.05 · 2 plane units a canvas height, in canvas pixels.
      const slope = (0.05 * 4 * width) / 2 / height;
      for (let row = 0; row < height; row++) {
        const line = cover.slice(row * width, (row + 1) * width);
        const sum = line.reduce((a, b) => a + b);
        const centre = line.reduce((a, b, x) => a + b * (x + 0.5), 0) / sum;
        // Constant in the outer half of the outer field pixels.
        const last = 2 - 2 / fieldHeight;
        const t = Math.min(Math.max(-2 + ((row + 0.5) * 4) / height, -last), last);
        const expected = ((0.1 + 0.05 * t + 1) * width) / 2;
        expect(Math.abs(centre - expected), `row ${row}`).toBeLessThan(2 * EDGE);
        // Segments meet at an angle in the outer field pixels only.
        const isOuter = Math.abs(row + 0.5 - height / 2) > height / 2 - height / fieldHeight - 4;
        const wide = 2 * LINES.boundary * Math.hypot(1, slope);
        const found = sum / OPACITY.boundary;
        if (!isOuter) expect(Math.abs(found - wide), `row ${row}`).toBeLessThan(2 * EDGE);
        expect(found, `row ${row}`).toBeGreaterThan(0.6 * wide);
      }
    },
  );

  it('draws the boundaries of four classes where their outputs tie', async () => {
    const [width, height] = [90, 90];
    const easel = await createEasel(backend, width, height);
    // Classes 0 and 2 below, 1 and 3 above; they meet at (0.04, 0.08).
    const data = createFieldData({ width: 15, height: 15 }, domain, (s, t) => {
      const [right, up] = [(s - 0.04) * 2, t - 0.08];
      return { outputs: [-right - up, -right + up, right - up, right + up] };
    });
    const field = easel.fieldOf(data);
    const cover = coverage(
      easel.paint(field, { quantity: 'class', boundary: true }),
      easel.paint(field, { quantity: 'class' }),
    );
    const [column, row] = [((0.04 + 1) * width) / 2, ((0.08 + 2) * height) / 4];
    for (let i = 0; i < 90; i++) {
      if (Math.abs(i + 0.5 - column) < 8 || Math.abs(i + 0.5 - row) < 8) continue;
      const across = Array.from({ length: 16 }, (_, k) => Math.floor(column) - 8 + k);
      const up = Array.from({ length: 16 }, (_, k) => Math.floor(row) - 8 + k);
      for (const [places, coverOf, expected] of [
        [across, (x: number) => cover[i * width + x], column],
        [up, (y: number) => cover[y * width + i], row],
      ] as const) {
        const sum = places.reduce((a, place) => a + coverOf(place), 0);
        const centre = places.reduce((a, place) => a + coverOf(place) * (place + 0.5), 0) / sum;
        expect(Math.abs(sum / OPACITY.boundary - LINES.boundary)).toBeLessThan(2 * EDGE);
        expect(Math.abs(centre - expected)).toBeLessThan(2 * EDGE);
      }
    }
    const total = cover.reduce((a, b) => a + b);
    // Nothing but a cross.
    expect(total).toBeLessThan(2.1 * width * LINES.boundary * OPACITY.boundary);
  });

  it('draws no boundary around pixels without outputs', async () => {
    const easel = await createEasel(backend, 40, 40);
    const data = createFieldData({ width: 10, height: 10 }, domain, (s, t) =>
      isBad(s, t) ? { status: Status.overflow, outputs: [0] } : { outputs: [1] },
    );
    const field = easel.fieldOf(data);
    expect(easel.paint(field, { boundary: true }).data).toEqual(easel.paint(field).data);
  });

  it('draws a ridge segment as ink with a halo, where it is', async () => {
    const easel = await createEasel(backend, 60, 60);
    const data = createFieldData({ width: 6, height: 6 }, domain, () => ({ exponent: -1 }));
    const field = easel.fieldOf(data);
    // From (15, 45) to (45, 15) on the canvas, y down.
    const ridges = Float32Array.of(-0.5, -1, 0.5, 1);
    const picture = easel.paint(field, { ridges: true, pixelRatio: 2 }, { ridges });
    const without = easel.paint(field, { pixelRatio: 2 }, { ridges });
    const base = colorAt(without, 0, 0);
    expect(new Set(channels(without)).size).toBe(new Set(base).size);
    for (let y = 0; y < 60; y++) {
      for (let x = 0; x < 60; x++) {
        const [along, across] = [(x - y) / Math.SQRT2, (x + y + 1 - 60) / Math.SQRT2];
        const distance = Math.hypot(Math.max(Math.abs(along) - 15 * Math.SQRT2, 0), across);
        const color = colorAt(picture, x, y);
        const place = `${x}, ${y}`;
        if (distance < LINES.ridge - 0.71) expect(Math.max(...color), place).toBeLessThan(3);
        if (distance > LINES.ridgeHalo + 0.71) expect(color, place).toEqual(base);
        if (distance > LINES.ridge + 0.71 && distance < LINES.ridgeHalo - 0.71) {
          const halo = base.map((level) => level + OPACITY.ridgeHalo * (255 - level));
          color.forEach((level, k) => expect(Math.abs(level - halo[k]), place).toBeLessThan(2));
        }
      }
    }
    // Another segment after it, and counted as instances, changes nothing where the first one is.
    const two = Float32Array.of(...ridges, -0.9, 1.9, -0.8, 1.9);
    const [asVertices, asInstances] = (['vertices', 'instances'] as const).map((draw) =>
      easel.paint(field, { ridges: true, pixelRatio: 2 }, { ridges: two, draw }),
    );
    expect(asVertices.data).not.toEqual(picture.data);
    expect(asInstances.data).toEqual(asVertices.data);
    expect(colorAt(asVertices, 30, 30)).toEqual(colorAt(picture, 30, 30));
    const others = { ridges, ridgesOf: easel.fieldOf(data) };
    const unmarked = easel.paint(field, { ridges: true, pixelRatio: 2 }, others);
    expect(unmarked.data).toEqual(without.data);
  });

  it.each([20, 90, 155])('draws direction marks at %d degrees', async (degrees) => {
    const easel = await createEasel(backend, 72, 72);
    const angle = (degrees * Math.PI) / 180;
    const data = createFieldData({ width: 9, height: 9 }, domain, () => ({ angle, exponent: -1 }));
    const field = easel.fieldOf(data);
    const style = { pixelRatio: 2, colormap: 'greys' } as const;
    const cover = coverage(
      easel.paint(field, { ...style, directions: 'segments' }),
      easel.paint(field, style),
    );
    // One unit of s is twice as many pixels as one of t.
    const expected = Math.atan2(Math.sin(angle) * 18, Math.cos(angle) * 36);
    const spacing = LINES.directionSpacing * 2;
    for (const [left, low] of [
      [0, 0],
      [spacing, 0],
      [0, spacing],
      [spacing, spacing],
    ]) {
      let [sum, xx, xy, yy] = [0, 0, 0, 0];
      for (let y = 0; y < spacing; y++) {
        for (let x = 0; x < spacing; x++) {
          const weight = cover[(low + y) * 72 + left + x];
          const [dx, dy] = [x + 0.5 - spacing / 2, y + 0.5 - spacing / 2];
          sum += weight;
          xx += weight * dx * dx;
          xy += weight * dx * dy;
          yy += weight * dy * dy;
        }
      }
      const found = 0.5 * Math.atan2(2 * xy, xx - yy);
      expect(Math.abs(Math.sin(found - expected))).toBeLessThan(0.02);
      // As long as it says, with two round caps.
      const length = sum / (2 * LINES.direction * OPACITY.direction);
      expect(Math.abs(length - 2 * LINES.directionLength)).toBeLessThan(3);
    }
  });

  it('shows the field where it is in a larger view, and nothing around it', async () => {
    const easel = await createEasel(backend, 80, 80);
    const data = createFieldData({ width: 8, height: 8 }, domain, () => ({ exponent: 1 }));
    const view = { sMin: -2, tMin: -3, sMax: 2, tMax: 5 };
    const picture = easel.paint(easel.fieldOf(data), { boundary: true }, { view });
    const inside = levels(tableColor(colorTable('diverging'), 1)).map(Math.round);
    const outside = levels(OUTSIDE).map(Math.round);
    for (let y = 0; y < 80; y++) {
      for (let x = 0; x < 80; x++) {
        const isInside = x >= 20 && x < 60 && y >= 30 && y < 70;
        const color = colorAt(picture, x, y);
        const wanted = isInside ? inside : outside;
        color.forEach((level, k) =>
          expect(Math.abs(level - wanted[k]), `${x}, ${y}`).toBeLessThan(2),
        );
      }
    }
  });

  it('draws samples as discs in the colour of their class', async () => {
    const easel = await createEasel(backend, 60, 60);
    const data = createFieldData({ width: 6, height: 6 }, domain, () => ({ exponent: 1 }));
    const field = easel.fieldOf(data);
    const points = Float32Array.of(-0.5, 1, 0.5, -1);
    const samples = { points, classes: [1, 29], count: 2 };
    const picture = easel.paint(field, { samples, pixelRatio: 2 });
    [colorAt(picture, 15, 15), colorAt(picture, 45, 45)].forEach((color, i) => {
      const wanted = levels(classRgb(samples.classes[i]));
      color.forEach((level, k) => expect(Math.abs(level - wanted[k])).toBeLessThan(2));
    });
    const base = colorAt(easel.paint(field, { pixelRatio: 2 }), 0, 0);
    for (const [x, y] of [
      [15, 45],
      [45, 15],
      [15, 24],
    ]) {
      expect(colorAt(picture, x, y)).toEqual(base);
    }
    expect(Math.max(...colorAt(picture, 20, 15))).toBeLessThan(160);
  });

  it('follows every change of content and style, and nothing else', async () => {
    const easel = await createEasel(backend, 30, 30);
    const [one, other] = [0.2, 0.3].map((factor) =>
      easel.fieldOf(
        createFieldData({ width: 10, height: 10 }, domain, (s, t) => ({
          exponent: factor * (s + t),
          secondExponent: factor * (s - t),
          angle: s,
          outputs: [factor * s, factor * t],
        })),
      ),
    );
    const coarse = easel.fieldOf(
      createFieldData({ width: 3, height: 5 }, domain, (s, t) => ({ exponent: s * t })),
    );
    // Each differs from the one before in one thing.
    const styles: readonly (readonly [Field, Partial<PaintStyle>])[] = [
      [coarse, {}],
      [other, {}],
      [one, {}],
      [one, { range: [-2, 2] }],
      [one, { range: [-2, 2], scale: 1.5 }],
      [one, { range: [-2, 2], scale: 1.5, colormap: 'viridis' }],
      [one, { quantity: 'second-exponent' }],
      [one, { quantity: 'direction' }],
      [one, { quantity: 'output' }],
      [one, { quantity: 'output', outputIndex: 1 }],
      [one, { quantity: 'class' }],
      [one, { quantity: 'class', boundary: true }],
    ];
    const paintAll = (): string[] =>
      styles.map(([field, style]) => easel.paint(field, style).data.join());
    const first = paintAll();
    expect(new Set(first).size).toBe(styles.length);
    expect(paintAll()).toEqual(first);
    const again = styles.map(([field, style]) => {
      easel.paint(field, style);
      return easel.paint(field, style).data.join();
    });
    expect(again).toEqual(first);
  });

  it('refuses a field of the other engine', async () => {
    const easel = await createEasel(backend, 8, 8);
    const data = createFieldData({ width: 2, height: 2 }, domain, () => ({}));
    const wrong = backend === 'webgpu' ? createCpuField(data) : createGpuField(easel.scope, data);
    expect(() => easel.paint(wrong)).toThrow(/another engine/);
  });
});

describe('both painters', () => {
  const smooth = (s: number, t: number): PixelValues => ({
    exponent: 0.6 * Math.sin(1.3 * s + 0.4 * t),
    secondExponent: 0.6 * Math.cos(0.9 * s - 0.5 * t),
    angle: 0.4 * s + 0.2 * t + 1,
    outputs: [s - 0.2 * t * t + 0.31, Math.sin(t) + 0.3],
    status: Math.hypot(s - 0.4, (t - 1) / 2) < 0.2 ? Status.collapsed : Status.good,
  });

  it.each<[PaintStyle['quantity'], ColormapName]>([
    ['exponent', 'diverging'],
    ['second-exponent', 'cividis'],
    ['direction', 'greys'],
    ['output', 'viridis'],
    ['class', 'greys'],
  ])('paint the same %s', async (quantity, colormap) => {
    const [width, height] = [96, 96];
    const data = createFieldData({ width: 32, height: 32 }, domain, smooth);
    const style = { quantity, colormap, range: [-1.5, 1.5] } as const;
    const pictures: number[][] = [];
    for (const backend of ['webgpu', 'canvas'] as const) {
      const easel = await createEasel(backend, width, height);
      pictures.push(channels(easel.paint(easel.fieldOf(data), style)));
    }
    const table = colorTable(quantity === 'direction' ? 'direction' : colormap);
    // One interpolates values, the other colours: between neighbours a tenth of the table apart, where the
    // table bends, that is up to a quarter of what the colour changes. Around bad pixels it is the hatching.
    const tolerance = 0.25 * 0.1 * TABLE_SIZE * tableStep(table) + 2 * tableStep(table) + 2;
    const isNear = (i: number): boolean => {
      const pixel = Math.floor(i / 3);
      const [s, t] = [(pixel % width) / 48 - 1, Math.floor(pixel / width) / 24 - 2];
      return Math.abs(Math.hypot(s - 0.4, (t - 1) / 2) - 0.2) < 0.12;
    };
    const kept = pictures[0].map((_, i) => i).filter((i) => !isNear(i));
    const [actual, expected] = pictures.map((all) => kept.map((i) => all[i]));
    compare({
      label: `both painters, ${quantity}`,
      actual,
      expected,
      tolerance: () => (quantity === 'class' ? 0 : tolerance),
    });
  });
});
