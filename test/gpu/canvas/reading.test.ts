// Plan: what lies over a field. Streaks on the GPU against their float64 twin, at pixels whose line comes no
// nearer to a pixel's edge than rounding can move it (nearly all); random signs of the directions change
// nothing, bit for bit; streaks are smooth along the direction and rough across; pixels without a direction
// are neutral, and do not change the contrast beside them. Tinted regions and streaks by both painters against
// the colour rule; rings around wrong samples alone. Histogram of a live field against its pixels. Controls:
// other directions give other streaks; class maps are not tinted; without errors there is no ring.
import { afterEach, describe, expect, it } from 'vitest';
import { Status, type FieldData } from '../../../src/engine/engine.ts';
import { GpuField } from '../../../src/engine/gpu-field.ts';
import { GpuModel } from '../../../src/engine/gpu-model.ts';
import { GpuStreaks } from '../../../src/engine/gpu-streaks.ts';
import { directionGrid, fieldStreaks, STREAK_REACH } from '../../../src/engine/streaks.ts';
import { assert } from '../../../src/errors.ts';
import { readBuffer } from '../../../src/gpu/readback.ts';
import { Scope } from '../../../src/gpu/scope.ts';
import { RandomStream } from '../../../src/math/random.ts';
import { parseArchitecture } from '../../../src/model/architecture.ts';
import { initialiseNetwork } from '../../../src/model/parameters.ts';
import { coordinatePlane, type Domain } from '../../../src/model/plane.ts';
import { streamline } from '../../../src/reference/convolution.ts';
import { createCanvasPainter } from '../../../src/render/canvas-painter.ts';
import { createGpuPainter } from '../../../src/render/gpu-painter.ts';
import { overlaidColor } from '../../../src/render/overlay-color.ts';
import { classRgb, colorTable, tableColor } from '../../../src/render/palette.ts';
import type { PaintStyle } from '../../../src/render/style.ts';
import { compare } from '../../support/compare.ts';
import { getTestDevice } from '../../support/device.ts';
import { createCpuField, createFieldData, createGpuField } from '../../support/synthetic-field.ts';
import { FLOAT32_UNIT } from '../../support/tolerance.ts';
import { PLAIN } from '../../support/paint-style.ts';

const domain: Domain = { sMin: -1, tMin: -2, sMax: 1, tMax: 2 };
const SIZE = { width: 70, height: 45 };

let scope: Scope | null = null;
afterEach(() => {
  scope?.dispose();
  expect(scope?.size ?? 0).toBe(0);
  scope = null;
});

/** Directions that turn around a point off the centre, with a hole of bad pixels. */
function swirl(angleOffset = 0): FieldData {
  return createFieldData(SIZE, domain, (s, t) => ({
    angle: Math.atan2(t - 0.137, s - 0.219) + angleOffset,
    status: Math.hypot(s + 0.5, t + 1) < 0.3 ? Status.collapsed : Status.good,
  }));
}

async function gpuStreaks(data: FieldData, grain: number): Promise<Float32Array> {
  scope ??= new Scope(await getTestDevice(), 'ftle-map/test/reading');
  const { device } = scope;
  const field = createGpuField(scope, data);
  assert(field instanceof GpuField, 'not a field of the GPU');
  const streaks = await GpuStreaks.create(scope);
  const encoder = device.createCommandEncoder();
  const buffer = streaks.record(encoder, field.buffers, data.request, grain);
  device.queue.submit([encoder.finish()]);
  const bytes = await readBuffer(device, buffer, 0, 4 * SIZE.width * SIZE.height);
  return new Float32Array(bytes);
}

/** How near the places of a pixel's line come to an edge of a pixel. */
function edgeDistance(data: FieldData, pixel: number, grain: number): number {
  const grid = directionGrid(data);
  if (data.statuses[pixel] !== Status.good) return 1;
  const options = { reach: STREAK_REACH, grain };
  const places = [1, -1].flatMap((sign) => [
    ...streamline(grid, pixel, sign, options),
    // A line that ends does so at a place that is not in it.
    ...nextPlace(data, pixel, sign, grain),
  ]);
  return Math.min(1, ...places.flat().map((value) => Math.abs(value - Math.round(value))));
}

/** The place at which a line ends early; none if it does not. */
function nextPlace(data: FieldData, pixel: number, sign: number, grain: number): number[][] {
  const grid = directionGrid(data);
  const options = { reach: STREAK_REACH, grain };
  const places = streamline(grid, pixel, sign, options);
  if (places.length === STREAK_REACH) return [];
  // As if nothing were bad and the field had no end, the last step goes on straight from the pixel before.
  const { width } = SIZE;
  const [x, y] = places.at(-1) ?? [(pixel % width) + 0.5, Math.floor(pixel / width) + 0.5];
  const at = Math.floor(y) * width + Math.floor(x);
  const axis = [grid.directions[2 * at], grid.directions[2 * at + 1] * grid.aspect];
  const length = Math.hypot(...axis);
  return [1, -1].map((turn) => [
    x + (turn * grain * axis[0]) / length,
    y + (turn * grain * axis[1]) / length,
  ]);
}

describe('streaks', () => {
  it.each([1, 3])('of grain %d are those of the float64 twin', async (grain) => {
    const data = swirl();
    const [actual, expected] = [await gpuStreaks(data, grain), fieldStreaks(data, grain)];
    // A unit vector is 8 u off (quotient, product, square root), a place after 10 steps that times the steps'
    // length, and u times the place itself for each sum.
    const shift = STREAK_REACH * (8 * grain + SIZE.width) * FLOAT32_UNIT;
    const sure = Array.from(expected.keys()).filter(
      (pixel) => edgeDistance(data, pixel, grain) > shift,
    );
    expect(sure.length).toBeGreaterThan(0.95 * expected.length);
    // Twenty products and sums of at most 1/2, their quotient by a root of at least √(1/12): 60 · 4 u at most.
    const tolerance = () => 60 * FLOAT32_UNIT;
    compare({
      label: `streaks of grain ${grain}, ${sure.length} of ${expected.length} pixels`,
      actual: sure.map((pixel) => actual[pixel]),
      expected: sure.map((pixel) => expected[pixel]),
      tolerance,
    });
    const turned = await gpuStreaks(swirl(Math.PI / 2), grain);
    const differing = turned.filter((value, i) => Math.abs(value - actual[i]) > 0.02).length;
    expect(differing).toBeGreaterThan(0.8 * actual.length);
  });

  it('do not depend on the signs that directions are stored with', async () => {
    const data = swirl();
    const stream = new RandomStream(5, 2);
    const signs = Array.from(data.statuses, () => (stream.uniform() < 0.5 ? -1 : 1));
    const flipped = {
      ...data,
      directions: data.directions.map((part, i) => part * signs[i >> 1]),
    };
    expect(signs).toContain(-1);
    expect(fieldStreaks(flipped, 2)).toEqual(fieldStreaks(data, 2));
    expect(await gpuStreaks(flipped, 2)).toEqual(await gpuStreaks(data, 2));
  });

  it('follow the directions', async () => {
    const data = createFieldData(SIZE, domain, () => ({ angle: 0 }));
    const streaks = await gpuStreaks(data, 1);
    let [along, across] = [0, 0];
    for (let y = 0; y < SIZE.height - 1; y++) {
      for (let x = 0; x < SIZE.width - 1; x++) {
        const pixel = y * SIZE.width + x;
        along += (streaks[pixel + 1] - streaks[pixel]) ** 2;
        across += (streaks[pixel + SIZE.width] - streaks[pixel]) ** 2;
      }
    }
    // Of neighbours along the line 20 of 21 noises are the same; across none is.
    expect(across / along).toBeGreaterThan(10);
  });

  it('are neutral where there is no direction, and as strong beside it as elsewhere', async () => {
    const data = swirl();
    const streaks = await gpuStreaks(data, 1);
    const bad = [...streaks.keys()].filter((pixel) => data.statuses[pixel] !== Status.good);
    expect(bad.length).toBeGreaterThan(20);
    expect(bad.every((pixel) => streaks[pixel] === 0.5)).toBe(true);
    const spread = (pixels: number[]): number =>
      Math.sqrt(pixels.reduce((sum, p) => sum + (streaks[p] - 0.5) ** 2, 0) / pixels.length);
    const isBeside = (pixel: number): boolean =>
      bad.some(
        (other) =>
          Math.hypot(
            (other % SIZE.width) - (pixel % SIZE.width),
            Math.floor(other / SIZE.width) - Math.floor(pixel / SIZE.width),
          ) < 4,
      );
    const good = [...streaks.keys()].filter((pixel) => data.statuses[pixel] === Status.good);
    const beside = good.filter(isBeside);
    const ratio = spread(beside) / spread(good.filter((pixel) => !isBeside(pixel)));
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.6);
  });
});

const VIRIDIS: PaintStyle = { ...PLAIN, colormap: 'viridis' };

/** Paints data on a canvas of that size by one of the painters. */
async function paint(
  backend: 'webgpu' | 'canvas',
  data: FieldData,
  size: { width: number; height: number },
  style: Partial<PaintStyle>,
): Promise<ImageData> {
  scope ??= new Scope(await getTestDevice(), 'ftle-map/test/reading');
  const canvas = new OffscreenCanvas(size.width, size.height);
  const isGpu = backend === 'webgpu';
  const painter = isGpu
    ? await createGpuPainter(scope.device, canvas, navigator.gpu.getPreferredCanvasFormat())
    : createCanvasPainter(canvas);
  const field = isGpu ? createGpuField(scope, data) : createCpuField(data);
  const full = { ...VIRIDIS, ...style };
  await painter.prepare(full);
  painter.paint(field, null, full, data.request.domain);
  const context = new OffscreenCanvas(size.width, size.height).getContext('2d')!;
  context.drawImage(canvas, 0, 0);
  painter.dispose();
  return context.getImageData(0, 0, size.width, size.height);
}

/** Red, green and blue of a pixel, counted as a field has them: row 0 is the lowest. */
function colorOf({ width, height, data }: ImageData, pixel: number): number[] {
  const at = 4 * ((height - 1 - Math.floor(pixel / width)) * width + (pixel % width));
  return [...data.subarray(at, at + 3)];
}

describe.each(['webgpu', 'canvas'] as const)('overlays, %s', (backend) => {
  const data = createFieldData(SIZE, domain, (s, t) => ({
    exponent: 0.6 * s,
    angle: 0.4 + t,
    outputs: [0, t, -1 + 2 * s],
    status: Math.hypot(s, t) < 0.2 ? Status.collapsed : Status.good,
  }));
  const table = colorTable('viridis');

  it.each([
    ['regions', { regions: true }],
    ['streaks', { directions: 'convolution' }],
    ['both', { regions: true, directions: 'convolution' }],
  ] as const)('%s change the colours as they say', async (name, style) => {
    const picture = await paint(backend, data, SIZE, style);
    const plain = await paint(backend, data, SIZE, {});
    const streaks = fieldStreaks(data, 2);
    const good = [...data.statuses.keys()].filter(
      (pixel) => data.statuses[pixel] === Status.good && edgeDistance(data, pixel, 2) > 1e-3,
    );
    const expected = good.flatMap((pixel) => {
      const own = tableColor(table, (data.exponents[pixel] + 1) / 2);
      const region = 'regions' in style ? classRgb(data.classes[pixel]) : null;
      const streak = 'directions' in style ? streaks[pixel] : 0.5;
      return overlaidColor(own, region, streak).map((part) => 255 * part);
    });
    // A place in the table has eight bits, which may move it by one entry of at most three levels; tint and
    // streaks have eight bits too.
    compare({
      label: `${backend} ${name}`,
      actual: good.flatMap((pixel) => colorOf(picture, pixel)),
      expected,
      tolerance: () => 5,
    });
    const bad = [...data.statuses.keys()].filter((pixel) => data.statuses[pixel] !== Status.good);
    for (const pixel of bad) expect(colorOf(picture, pixel)).toEqual(colorOf(plain, pixel));
    const changed = good.filter(
      (pixel) => String(colorOf(picture, pixel)) !== String(colorOf(plain, pixel)),
    );
    expect(changed.length).toBeGreaterThan(0.9 * good.length);
  });

  it('leave maps of classes as they are, and draw the boundary over regions', async () => {
    const [tinted, plain] = await Promise.all(
      [true, false].map((regions) => paint(backend, data, SIZE, { quantity: 'class', regions })),
    );
    expect(tinted.data).toEqual(plain.data);
    const size = { width: 280, height: 180 };
    const lined = await paint(backend, data, size, { regions: true, boundary: true });
    const bare = await paint(backend, data, size, { regions: true });
    const darkest = (picture: ImageData): number => {
      let least = 255;
      for (let i = 0; i < picture.data.length; i += 4) {
        least = Math.min(least, Math.max(...picture.data.subarray(i, i + 3)));
      }
      return least;
    };
    expect(darkest(lined)).toBeLessThan(60);
    expect(darkest(bare)).toBeGreaterThan(90);
  });

  it('ring the samples that are wrong, and no others', async () => {
    const size = { width: 100, height: 100 };
    const flat = createFieldData({ width: 4, height: 4 }, domain, () => ({ exponent: 0 }));
    const samples = { points: Float32Array.of(-0.5, 1, 0.5, -1), classes: [0, 1], count: 2 };
    const errors = Uint8Array.of(0, 1);
    const [ringed, unknown] = await Promise.all(
      [{ ...samples, errors }, samples].map((marks) =>
        paint(backend, flat, size, { samples: marks, pixelRatio: 3 }),
      ),
    );
    // The second sample is at (75, 75) of the canvas, the first at (25, 25).
    const differs = (x: number, y: number): boolean => {
      const at = 4 * (y * 100 + x);
      return [0, 1, 2].some((k) => ringed.data[at + k] !== unknown.data[at + k]);
    };
    let farthest = 0;
    let count = 0;
    for (let y = 0; y < 100; y++) {
      for (let x = 0; x < 100; x++) {
        if (!differs(x, y)) continue;
        count++;
        farthest = Math.max(farthest, Math.hypot(x + 0.5 - 75, y + 0.5 - 75));
      }
    }
    expect(count).toBeGreaterThan(100);
    expect(farthest).toBeGreaterThan(12);
    expect(farthest).toBeLessThan(19);
    expect(differs(75, 75)).toBe(false);
  });
});

describe('a histogram', () => {
  it('counts the pixels of a live field', async () => {
    const network = initialiseNetwork(parseArchitecture('2-10x4-1'), 3);
    const model = new GpuModel(await getTestDevice(), network);
    const field = await GpuField.create(model, { slow: true });
    const request = { plane: coordinatePlane(2), domain, width: 64, height: 50, layer: 4 } as const;
    await field.compute(request);
    const { exponents } = await field.read();
    const { minimum, maximum, counts, goodCount, badCount } = await field.histogram();
    expect([goodCount, badCount]).toEqual([3200, 0]);
    expect(counts.length).toBe(4096);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3200);
    expect([minimum, maximum]).toEqual([Math.min(...exponents), Math.max(...exponents)]);
    // A value may be counted beside its bin if it is nearer to the edge than rounding moves it: in bins, two
    // roundings of a number of at most 4,096, and one of λ itself.
    const width = (maximum - minimum) / 4096;
    const reach = 4096 * 2 * FLOAT32_UNIT + (Math.abs(maximum) * FLOAT32_UNIT) / width;
    const below = (places: number): number =>
      exponents.filter((value) => (value - minimum) / width < places).length;
    let sum = 0;
    for (let bin = 1; bin < 4096; bin++) {
      sum += counts[bin - 1];
      expect(sum).toBeGreaterThanOrEqual(below(bin - reach));
      expect(sum).toBeLessThanOrEqual(below(bin + reach));
    }
    field.dispose();
    model.dispose();
  });
});
