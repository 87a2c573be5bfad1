// Plan: ridges of fields whose ridges are known: a Gaussian wall along a line at an angle, along a circle, two
// parallel walls, against the curve itself, in distance and in length; a saddle and a plane, which have none; pixels
// that do not count; fields too small for a cell; limits of threshold and sharpness; limits from statistics; the
// refusals. Control: a curve a pixel away is farther than the bound.
import { describe, expect, it } from 'vitest';
import { CpuField } from '../../src/engine/cpu-field.ts';
import { CpuModel } from '../../src/engine/cpu-model.ts';
import { createCpuRidges } from '../../src/engine/cpu-ridges.ts';
import type { FieldRequest, FieldStatistics, RidgeOptions } from '../../src/engine/engine.ts';
import { checkRidgeOptions, ridgeLimits } from '../../src/engine/ridge-limits.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { findRidges, smoothGrid, type ScalarGrid } from '../../src/reference/ridge.ts';

/** Pixels between a segment's end and the true curve, for walls a few pixels wide. */
const NEAR = 0.1;

function gridOf(
  width: number,
  height: number,
  value: (x: number, y: number) => number,
): ScalarGrid {
  const values = Float64Array.from({ length: width * height }, (_, i) =>
    value((i % width) + 0.5, Math.floor(i / width) + 0.5),
  );
  return { values, width, height };
}

const wall = (distance: number): number => Math.exp(-0.5 * (distance / 3) ** 2);

function segmentsOf(grid: ScalarGrid, threshold = 0.3, sharpness = 1e-3): Float64Array {
  return findRidges(smoothGrid(grid, 1), threshold, sharpness);
}

/** Largest of a function of all segment ends. */
function farthest(segments: Float64Array, distance: (x: number, y: number) => number): number {
  let most = 0;
  for (let i = 0; i < segments.length; i += 2) {
    most = Math.max(most, distance(segments[i], segments[i + 1]));
  }
  return most;
}

function lengthOf(segments: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < segments.length; i += 4) {
    sum += Math.hypot(segments[i + 2] - segments[i], segments[i + 3] - segments[i + 1]);
  }
  return sum;
}

describe('ridges', () => {
  it.each([0, 0.3, Math.PI / 4, 1.2, Math.PI / 2])('of a wall at angle %f lie on it', (angle) => {
    const distance = (x: number, y: number) =>
      (x - 20.3) * Math.sin(angle) - (y - 20.6) * Math.cos(angle);
    const found = segmentsOf(gridOf(41, 41, (x, y) => wall(distance(x, y))));
    // Smoothing bends walls where it meets the edge of the field, within three pixels.
    const inner = (x: number, y: number) => Math.min(x, y, 41 - x, 41 - y) > 5;
    const off = farthest(found, (x, y) => (inner(x, y) ? Math.abs(distance(x, y)) : 0));
    console.log(`wall at ${angle.toFixed(2)}: off by ${off.toExponential(1)} pixels`);
    expect(off).toBeLessThan(NEAR);
    const shifted = farthest(found, (x, y) => (inner(x, y) ? Math.abs(distance(x, y) - 1) : 0));
    expect(shifted).toBeGreaterThan(NEAR);
    const chord = 41 / Math.max(Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle)));
    expect(lengthOf(found)).toBeGreaterThan(chord - 8);
    expect(lengthOf(found)).toBeLessThan(chord + 1);
  });

  it('of a circle lie on it, all the way round', () => {
    const radius = 15;
    const distance = (x: number, y: number) => Math.hypot(x - 24.2, y - 23.7) - radius;
    // Outside, farther than the wall's deviation, the field is bent most along the circle, where it has no slope
    // at all: by the definition all of that is ridge, so the threshold keeps to the top.
    const found = segmentsOf(
      gridOf(48, 48, (x, y) => wall(distance(x, y))),
      0.7,
    );
    const off = farthest(found, (x, y) => Math.abs(distance(x, y)));
    console.log(`circle: off by ${off.toExponential(1)} pixels`);
    // The wall is steeper inside: smoothing with σ = 1 moves its top by about σ²/2r.
    expect(off).toBeLessThan(NEAR);
    expect(Math.abs(lengthOf(found) / (2 * Math.PI * radius) - 1)).toBeLessThan(0.02);
  });

  it('of two parallel walls are two', () => {
    const grid = gridOf(40, 30, (x) => wall(x - 12.4) + wall(x - 27.1));
    const found = segmentsOf(grid);
    const off = farthest(found, (x) => Math.min(Math.abs(x - 12.4), Math.abs(x - 27.1)));
    expect(off).toBeLessThan(NEAR);
    expect(lengthOf(found)).toBeCloseTo(2 * 27, 6);
  });

  it('are not between hills that bend upwards, nor in a plane', () => {
    const bowl = gridOf(30, 30, (x, y) => (x - 15) ** 2 + (y - 15) ** 2);
    expect(segmentsOf(bowl, -Infinity, 1e-3)).toHaveLength(0);
    const plane = gridOf(30, 30, (x, y) => 0.2 * x - 0.1 * y);
    expect(segmentsOf(plane, -Infinity, 1e-9)).toHaveLength(0);
  });

  it('of a saddle run along the way up, through the pass', () => {
    const saddle = gridOf(41, 41, (x, y) => 0.01 * ((x - 20.4) ** 2 - (y - 20.6) ** 2));
    const found = segmentsOf(saddle, -Infinity, 1e-3);
    const off = farthest(found, (x, y) => (Math.min(x, 41 - x) > 5 ? Math.abs(y - 20.6) : 0));
    expect(off).toBeLessThan(NEAR);
    expect(lengthOf(found)).toBeGreaterThan(30);
  });

  it('stop at pixels that do not count, and go on behind them', () => {
    const hole = gridOf(41, 30, (x, y) => (Math.abs(x - 20) < 5 ? NaN : wall(y - 14.7)));
    const found = findRidges(smoothGrid(hole, 0.5), 0.3, 1e-3);
    const off = farthest(found, (x, y) => (Math.abs(x - 20) < 8 ? 0 : Math.abs(y - 14.7)));
    expect(off).toBeLessThan(NEAR);
    expect(farthest(found, (x) => (Math.abs(x - 20) < 3 ? 1 : 0))).toBe(0);
    expect(farthest(found, (x) => -x + 41)).toBeGreaterThan(35);
    expect(farthest(found, (x) => x)).toBeGreaterThan(35);
    const nothing = gridOf(9, 9, () => NaN);
    expect(segmentsOf(nothing, -Infinity, 0)).toHaveLength(0);
  });

  it('need four by four pixels', () => {
    for (let width = 1; width <= 5; width++) {
      for (let height = 1; height <= 5; height++) {
        const grid = gridOf(width, height, (x) => -((x - width / 2 - 0.1) ** 2));
        const count = findRidges(grid, -Infinity, 0.1).length / 4;
        expect(count > 0, `${width} × ${height}`).toBe(width >= 4 && height >= 4);
      }
    }
  });

  it('end where the field falls below the threshold, and where they are not sharp enough', () => {
    // A wall of height y/40 along x = 20.3, of curvature −height/9.
    const grid = gridOf(40, 40, (x, y) => (y / 40) * wall(x - 20.3));
    const lowest = (segments: Float64Array) => 40 - farthest(segments, (_, y) => 40 - y);
    const above = findRidges(grid, 0.5, 0);
    expect(lowest(above)).toBeGreaterThan(19.5);
    expect(lowest(above)).toBeLessThan(21.5);
    const sharp = findRidges(grid, -Infinity, 0.25 / 9);
    expect(lowest(sharp)).toBeGreaterThan(9);
    expect(lowest(sharp)).toBeLessThan(12.5);
    expect(findRidges(grid, 1, 0)).toHaveLength(0);
    expect(findRidges(grid, -Infinity, 1 / 8)).toHaveLength(0);
  });
});

const domain = { sMin: -2, tMin: -1, sMax: 2, tMax: 1 };
const request: FieldRequest = {
  plane: coordinatePlane(2),
  domain,
  width: 40,
  height: 20,
  layer: 2,
};
const options: RidgeOptions = { smoothing: 1, threshold: 'auto', sharpness: 0.1 };

describe('limits', () => {
  const statistics: FieldStatistics = {
    minimum: -0.5,
    maximum: 1.5,
    mean: 0.25,
    low: -0.25,
    high: 1.25,
    goodCount: 800,
    badCount: 0,
  };

  it('follow from statistics, a length of a twentieth of the longer side', () => {
    const limits = ridgeLimits(statistics, request, options);
    expect(limits.threshold).toBeCloseTo(0.25 + 0.6, 12);
    expect(limits.sharpness).toBeCloseTo((0.1 * 1.5) / 2 ** 2, 12);
    expect(ridgeLimits(statistics, request, { ...options, threshold: -3 }).threshold).toBe(-3);
  });

  it('are not below 0, nor below what float32 can tell from 0', () => {
    const low = { ...statistics, mean: -2, high: -1, low: -3, minimum: -4, maximum: -0.5 };
    expect(ridgeLimits(low, request, options).threshold).toBe(0);
    expect(ridgeLimits(low, request, { ...options, sharpness: 0 }).sharpness).toBe(4 * 2 ** -20);
  });

  it.each([
    [{ smoothing: 0 }, /smoothing is 0, but must be above 0/],
    [{ smoothing: NaN }, /smoothing is NaN/],
    [{ smoothing: 17 }, /at most 16 pixels/],
    [{ sharpness: -1 }, /sharpness is -1/],
    [{ sharpness: Infinity }, /sharpness is Infinity/],
    [{ threshold: NaN }, /threshold is NaN, but must be a finite number or auto/],
  ])('refuse %o', (changes, message) => {
    expect(() => checkRidgeOptions({ ...options, ...changes })).toThrow(message);
  });
});

describe('ridges of a CPU field', () => {
  it('are in the coordinates of its plane, and refuse a field without content', async () => {
    const network = initialiseNetwork(parseArchitecture('2-6x2-1'), 1);
    const field = new CpuField(new CpuModel(network));
    const ridges = createCpuRidges(field);
    await expect(ridges.find(options)).rejects.toThrow(/not computed; call compute/);
    await field.compute(request);
    // A wall across, along s = 0.3: pixel (0.3 + 2) · 10 = 23.
    field.data!.exponents.forEach((_, i, exponents) => {
      exponents[i] = wall((i % 40) + 0.5 - 23);
    });
    await ridges.find(options);
    const found = await ridges.read();
    expect(found.length).toBeGreaterThan(4 * 10);
    for (let i = 0; i < found.length; i += 2) {
      expect(Math.abs(found[i] - 0.3)).toBeLessThan(NEAR / 10);
      expect(Math.abs(found[i + 1])).toBeLessThan(1);
    }
    ridges.dispose();
  });

  it('are those of the content at the call, whatever comes after it', async () => {
    const field = new CpuField(new CpuModel(initialiseNetwork(parseArchitecture('2-6x2-1'), 1)));
    await field.compute(request);
    field.data!.exponents.forEach((_, i, exponents) => {
      exponents[i] = wall((i % 40) + 0.5 - 23);
    });
    const ridges = createCpuRidges(field);
    await ridges.find(options);
    const expected = await ridges.read();
    const found = ridges.find(options);
    field.dispose();
    await found;
    expect(await ridges.read()).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  });
});
