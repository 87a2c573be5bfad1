// Plan: ridges and limits on the GPU against the float64 definition, as sets of segments, for fields of several
// networks and shapes, and for fields written for it: known ridges, bad pixels, constants, tiny fields; statistics
// likewise; limits given and automatic; room for too few segments; repeated and after dispose. Control: the ridges
// of another field are farther away than the bound.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FieldData, type RidgeOptions, Status } from '../../src/engine/engine.ts';
import { fieldStatistics } from '../../src/engine/field-statistics.ts';
import { GpuField } from '../../src/engine/gpu-field.ts';
import { GpuModel } from '../../src/engine/gpu-model.ts';
import { createGpuRidges, type GpuRidges } from '../../src/engine/gpu-ridges.ts';
import { type RidgeLimits, ridgeLimits } from '../../src/engine/ridge-limits.ts';
import { BufferUsage } from '../../src/gpu/flags.ts';
import { createArguments, createKernel, dispatch } from '../../src/gpu/kernel.ts';
import { readBuffer } from '../../src/gpu/readback.ts';
import { Scope } from '../../src/gpu/scope.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { findRidges, smoothGrid } from '../../src/reference/ridge.ts';
import { getTestDevice } from '../support/device.ts';
import probe from '../support/exponent-probe.wgsl';
import { FLOAT32_UNIT } from '../support/tolerance.ts';

const domain = { sMin: -1.5, tMin: -1.25, sMax: 1.5, tMax: 1.75 };
const defaults: RidgeOptions = { smoothing: 1.5, threshold: 'auto', sharpness: 0.1 };
/** What stands for λ₁ of a bad pixel. */
const BAD = Math.fround(-3e38);
/** Bins of the histogram behind low and high. */
const BIN = 1 / 4096;

let device: GPUDevice;
const owned: { dispose(): void; readonly scope: Scope }[] = [];

beforeEach(async () => {
  device = await getTestDevice();
});

afterEach(() => {
  for (const resource of owned.splice(0)) {
    resource.dispose();
    expect(resource.scope.size).toBe(0);
  }
});

async function createField(
  architecture: string,
  width: number,
  height: number,
  gain = 1,
): Promise<GpuField> {
  const network = initialiseNetwork(parseArchitecture(architecture), 3);
  for (let i = 0; i < network.parameters.length; i++) network.parameters[i] *= gain;
  const model = new GpuModel(device, network);
  const field = await GpuField.create(model, { slow: true });
  const plane = coordinatePlane(network.inputWidth);
  await field.compute({ plane, domain, width, height, layer: network.depth });
  owned.push(field, { scope: model.scope, dispose: () => model.dispose() });
  return field;
}

/** A field with these values of λ₁ instead of a network's; NaN stands for bad pixels. */
async function createFieldOf(
  width: number,
  height: number,
  value: (x: number, y: number) => number,
): Promise<{ field: GpuField; values: Float64Array }> {
  const field = await createField('2-2-1', width, height);
  const count = width * height;
  const written = Float32Array.from({ length: count }, (_, i) => {
    const here = value((i % width) + 0.5, Math.floor(i / width) + 0.5);
    return Number.isNaN(here) ? BAD : here;
  });
  const scope = new Scope(device, 'ftle-map/test/ridge');
  const kernel = await createKernel(device, probe);
  const values = scope.buffer('values', count * 4, BufferUsage.storage | BufferUsage.copyDst);
  device.queue.writeBuffer(values, 0, written);
  const args = createArguments(scope, kernel);
  args.write(0, { pixelCount: count });
  const { exponents } = field.buffers;
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const bound = kernel.bind({ args: args.slot(0), values, exponents });
  dispatch(pass, kernel, bound, [Math.ceil(count / 64)]);
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  scope.dispose();
  return { field, values: Float64Array.from(written, (v) => (v === BAD ? NaN : v)) };
}

async function valuesOf(field: GpuField): Promise<Float64Array> {
  const { exponents } = await field.read();
  return Float64Array.from(exponents, (value) => (Number.isFinite(value) ? value : NaN));
}

async function ridgesOf(field: GpuField, capacity?: number): Promise<GpuRidges> {
  const ridges = await createGpuRidges(field, capacity);
  owned.push(ridges);
  return ridges;
}

/** The limits that the last ridges were found with. */
async function limitsOf(ridges: GpuRidges): Promise<RidgeLimits> {
  const words = new Float32Array(await readBuffer(device, ridges.buffers.counters));
  return { threshold: words[5], sharpness: words[6] };
}

/** Segments in pixels, as the definition has them. */
function toPixels(segments: Float32Array, { request }: GpuField): Float64Array {
  const { width, height } = request!;
  return Float64Array.from(segments, (value, i) =>
    i % 2 === 0
      ? ((value - domain.sMin) * width) / (domain.sMax - domain.sMin)
      : ((value - domain.tMin) * height) / (domain.tMax - domain.tMin),
  );
}

function lengthOf(segments: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < segments.length; i += 4) {
    sum += Math.hypot(segments[i + 2] - segments[i], segments[i + 3] - segments[i + 1]);
  }
  return sum;
}

/** Largest distance of an end of one set to the nearest segment of the other. */
function farthest(from: Float64Array, to: Float64Array): number {
  let most = 0;
  for (let i = 0; i < from.length; i += 2) {
    let nearest = Infinity;
    for (let j = 0; j < to.length; j += 4) {
      const [dx, dy] = [to[j + 2] - to[j], to[j + 3] - to[j + 1]];
      const [px, py] = [from[i] - to[j], from[i + 1] - to[j + 1]];
      const square = dx * dx + dy * dy;
      const part = square > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / square)) : 0;
      nearest = Math.min(nearest, Math.hypot(px - part * dx, py - part * dy));
    }
    most = Math.max(most, nearest);
  }
  return most;
}

/**
 * Largest error of an end, in pixels: rounding of the gradient, 8 u |λ|, over the curvature, at least the limit,
 * that divides it; and that of coordinates of this size.
 */
function placeTolerance(values: Float64Array, sharpness: number, side: number): number {
  const largest = values.reduce(
    (most, v) => (Number.isNaN(v) ? most : Math.max(most, Math.abs(v))),
    0,
  );
  return FLOAT32_UNIT * ((32 * largest) / sharpness + 8 * side);
}

async function compareRidges(
  name: string,
  field: GpuField,
  values: Float64Array,
  options: RidgeOptions,
): Promise<Float64Array> {
  const { width, height } = field.request!;
  const ridges = await ridgesOf(field);
  await ridges.find(options);
  const actual = toPixels(await ridges.read(), field);
  // With the very same limits: where a ridge ends is for the comparison of limits.
  const { threshold, sharpness } = await limitsOf(ridges);
  const smoothed = smoothGrid({ values, width, height }, options.smoothing);
  const expected = findRidges(smoothed, threshold, sharpness);
  const tolerance = placeTolerance(values, sharpness, Math.max(width, height));
  const off = Math.max(farthest(actual, expected), farthest(expected, actual));
  const length = lengthOf(expected);
  console.log(
    `ridges ${name}: ${expected.length / 4} segments, off by ${off.toExponential(1)} pixels, ` +
      `error/tolerance ${(off / tolerance).toFixed(3)}`,
  );
  expect(off).toBeLessThan(tolerance);
  expect(Math.abs(lengthOf(actual) - length)).toBeLessThanOrEqual(
    tolerance * Math.max(1, actual.length / 4),
  );
  return actual;
}

function expectLimits(actual: RidgeLimits, expected: RidgeLimits, range: number): void {
  expect(Math.abs(actual.threshold - expected.threshold)).toBeLessThan(BIN * range);
  expect(Math.abs(actual.sharpness / expected.sharpness - 1)).toBeLessThan(2 * BIN);
}

describe('ridges of networks', () => {
  it.each([
    ['2-10x8-1', 96, 96, 1.6],
    ['2-10x4-1', 67, 101, 2],
    ['2-40x3-2', 80, 50, 1.5],
    ['5-7x3-2', 61, 64, 2],
  ] as const)('%s at %i × %i are those of float64', async (architecture, width, height, gain) => {
    const field = await createField(architecture, width, height, gain);
    const values = await valuesOf(field);
    for (const threshold of ['auto', -1] as const) {
      const options = { ...defaults, threshold };
      const name = `${architecture} ${threshold}`;
      const found = await compareRidges(name, field, values, options);
      expect(found.length).toBeGreaterThan(0);
    }
    const other = await createField(architecture, width, height, gain * 1.1);
    const [a, b] = await Promise.all(
      [field, other].map(async (one) => {
        const ridges = await ridgesOf(one);
        await ridges.find(defaults);
        return toPixels(await ridges.read(), one);
      }),
    );
    expect(Math.max(farthest(a, b), farthest(b, a))).toBeGreaterThan(0.01);
  });

  it('have the limits of the definition, from the statistics of the definition', async () => {
    const field = await createField('2-10x8-1', 96, 70, 1.6);
    const statistics = fieldStatistics(await field.read());
    const found = await field.statistics();
    const range = statistics.maximum - statistics.minimum;
    for (const key of ['minimum', 'maximum', 'goodCount', 'badCount'] as const) {
      expect(found[key]).toBe(statistics[key]);
    }
    for (const key of ['mean', 'low', 'high'] as const) {
      expect(Math.abs(found[key] - statistics[key]), key).toBeLessThan((BIN * range) / 4);
    }
    const ridges = await ridgesOf(field);
    for (const options of [defaults, { ...defaults, threshold: 0.125, sharpness: 0.5 }]) {
      await ridges.find(options);
      expectLimits(await limitsOf(ridges), ridgeLimits(statistics, field.request!, options), range);
    }
  });
});

const wall = (distance: number): number => Math.exp(-0.5 * (distance / 3) ** 2);

describe('ridges of written fields', () => {
  const distance = (x: number, y: number) => (x - 20.3) * 0.6 - (y - 18.6) * 0.8;
  const cases: [string, (x: number, y: number) => number][] = [
    ['a wall', (x, y) => wall(distance(x, y))],
    ['two walls', (x) => wall(x - 10.4) + 0.8 * wall(x - 29.2)],
    ['a circle', (x, y) => wall(Math.hypot(x - 20.2, y - 19.7) - 12)],
    ['bad pixels', (x, y) => ((x * 7 + y * 5) % 31 < 1 ? NaN : wall(distance(x, y)))],
    ['a hole', (x, y) => (Math.hypot(x - 20, y - 18) < 6 ? NaN : wall(distance(x, y)))],
  ];
  it.each(cases)('%s are those of float64', async (name, value) => {
    const { field, values } = await createFieldOf(43, 37, value);
    for (const smoothing of [0.4, 1.5, 3.3]) {
      const options = { smoothing, threshold: 0.55, sharpness: 0.02 };
      const found = await compareRidges(`of ${name}, σ ${smoothing}`, field, values, options);
      expect(found.length).toBeGreaterThan(0);
    }
  });

  it.each([
    ['a plane', (x: number, y: number) => 0.2 * x - 0.1 * y],
    ['a constant', () => 0.7],
    ['a bowl', (x: number, y: number) => 0.01 * ((x - 20) ** 2 + (y - 15) ** 2)],
    ['bad pixels only', () => NaN],
  ])('%s has none', async (_, value) => {
    const { field } = await createFieldOf(41, 30, value);
    const ridges = await ridgesOf(field);
    for (const options of [defaults, { ...defaults, threshold: -1e300, sharpness: 0 }]) {
      await ridges.find(options);
      expect(await ridges.read()).toHaveLength(0);
    }
    const { goodCount, badCount } = await field.statistics();
    expect(goodCount + badCount).toBe(41 * 30);
  });

  it('tiny fields have ridges from four by four pixels on', async () => {
    for (const [width, height] of [
      [1, 1],
      [4, 1],
      [3, 9],
      [9, 3],
      [2, 2],
      [4, 4],
      [5, 4],
    ]) {
      const { field, values } = await createFieldOf(
        width,
        height,
        (x) => -((x - width / 2 - 0.1) ** 2),
      );
      const ridges = await ridgesOf(field);
      const options = { smoothing: 0.3, threshold: -100, sharpness: 0 };
      await ridges.find(options);
      const found = toPixels(await ridges.read(), field);
      const grid = smoothGrid({ values, width, height }, 0.3);
      const { threshold, sharpness } = await limitsOf(ridges);
      expect(found.length, `${width} × ${height}`).toBe(
        findRidges(grid, threshold, sharpness).length,
      );
      expect(found.length > 0, `${width} × ${height}`).toBe(width >= 4 && height >= 4);
    }
  });
});

describe('ridges', () => {
  it('that find no place are an error, and are not drawn', async () => {
    const { field } = await createFieldOf(40, 40, (x) => wall(x - 20.3));
    const ridges = await ridgesOf(field, 10);
    await ridges.find({ ...defaults, threshold: 0.1 });
    await expect(ridges.read()).rejects.toThrow(/has 37 ridge segments, but room for 10/);
    const [vertices, instances] = new Uint32Array(
      await readBuffer(device, ridges.buffers.counters),
    );
    expect([vertices, instances]).toEqual([6 * 10, 1]);
    await ridges.find({ ...defaults, threshold: 2 });
    expect(await ridges.read()).toHaveLength(0);
  });

  it('follow the field and its statistics when it is computed anew', async () => {
    const field = await createField('2-10x4-1', 48, 48, 2);
    const before = await field.statistics();
    const ridges = await ridgesOf(field);
    await ridges.find(defaults);
    const first = await ridges.read();
    await field.compute({ ...field.request!, width: 33, height: 21, layer: 2 });
    await ridges.find(defaults);
    expect(await ridges.read()).not.toEqual(first);
    const after = await field.statistics();
    expect(after.goodCount).toBe(33 * 21);
    expect(after.mean).not.toBe(before.mean);
    const data: FieldData = await field.read();
    expect(data.statuses.every((status) => status === Status.good)).toBe(true);
  });

  it('refuse wrong options, and use after dispose', async () => {
    const field = await createField('2-4x2-1', 16, 16);
    const ridges = await ridgesOf(field);
    await expect(ridges.find({ ...defaults, smoothing: 0 })).rejects.toThrow(/smoothing is 0/);
    ridges.dispose();
    await expect(ridges.find(defaults)).rejects.toThrow(/used after dispose/);
  });
});
