// Plan: fitted surfaces of quadratic fields against the field's own derivatives at every pixel, edges, corners and
// neighbours of bad pixels included, for wide and narrow weights; at places with bad pixels around against a least
// squares solver of another library; of a Gaussian hill against its closed form at the scale; where too few pixels count,
// none. Control: a cubic field is not met.
import { Matrix, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import type { Corner } from '../../src/reference/ridge.ts';
import { fitSurfaces } from '../../src/reference/surface-fit.ts';
import { compare } from '../support/compare.ts';
import { fitTolerance } from '../support/ridge-tolerance.ts';

type Scalar = (x: number, y: number) => number;

function fit(width: number, height: number, sigma: number, value: Scalar): (Corner | null)[] {
  const values = Float64Array.from({ length: width * height }, (_, i) =>
    value(i % width, Math.floor(i / width)),
  );
  return [...fitSurfaces(values, width, height, sigma)].flat();
}

const flat = ({ value, gradient, hessian }: Corner): number[] => [value, ...gradient, ...hessian];
const ORDERS = [0, 1, 1, 2, 2, 2];

const quadratic: Scalar = (x, y) =>
  1 + 0.3 * x - 0.2 * y + 0.05 * x * x - 0.07 * x * y + 0.02 * y * y;
const quadraticCorner = (x: number, y: number): number[] => [
  quadratic(x, y),
  0.3 + 0.1 * x - 0.07 * y,
  -0.2 - 0.07 * x + 0.04 * y,
  0.1,
  -0.07,
  0.04,
];

describe('surfaces', () => {
  it.each([0.5, 1, 2.3, 6])('of a quadratic field are the field, σ = %f', (sigma) => {
    const [width, height] = [23, 17];
    const corners = fit(width, height, sigma, quadratic);
    const places = corners.map((_, i) => [i % width, Math.floor(i / width)] as const);
    expect(corners.every((corner) => corner !== null)).toBe(true);
    const largest = Math.max(...places.map(([x, y]) => Math.abs(quadratic(x, y))));
    compare({
      label: `quadratic field, σ ${sigma}`,
      actual: corners.flatMap((corner) => flat(corner!)),
      expected: places.flatMap(([x, y]) => quadraticCorner(x, y)),
      tolerance: (i) => fitTolerance(largest, sigma, ORDERS[i % 6]),
      describe: (i) => `pixel ${String(places[Math.floor(i / 6)])}`,
    });
  });

  it('of a quadratic field are the field next to bad pixels and in place of single ones', () => {
    const isBad: Scalar = (x, y) => Number((x > 13 && y > 9) || (x === 5 && y === 6));
    const corners = fit(21, 18, 1.2, (x, y) => (isBad(x, y) ? NaN : quadratic(x, y)));
    const known = corners.flatMap((corner, i) => (corner ? [{ corner, i }] : []));
    compare({
      label: 'next to bad pixels',
      actual: known.flatMap(({ corner }) => flat(corner)),
      expected: known.flatMap(({ i }) => quadraticCorner(i % 21, Math.floor(i / 21))),
      tolerance: (i) => fitTolerance(60, 1.2, ORDERS[i % 6]),
    });
    expect(corners[6 * 21 + 5]).not.toBeNull();
    for (let y = 10; y < 18; y++) {
      expect(corners[y * 21 + 13]).not.toBeNull();
      expect(corners[y * 21 + 14]).toBeNull();
    }
  });

  it('are those of another least squares solver', () => {
    const stream = new RandomStream(3, Purpose.noise);
    const [width, height, sigma] = [15, 13, 1.1];
    const values = Float64Array.from({ length: width * height }, () =>
      stream.uniform() < 0.2 ? NaN : stream.normal(),
    );
    const corners = [...fitSurfaces(values, width, height, sigma)].flat();
    const actual: number[] = [];
    const expected: number[] = [];
    corners.forEach((corner, i) => {
      if (!corner) return;
      actual.push(...flat(corner));
      expected.push(...solveDirectly(values, width, i % width, Math.floor(i / width), sigma));
    });
    expect(actual.length).toBeGreaterThan(6 * 100);
    compare({
      label: 'against ml-matrix',
      actual,
      expected,
      tolerance: (i) => fitTolerance(4, sigma, ORDERS[i % 6]),
    });
  });

  it('of a Gaussian hill have the derivatives of a wider hill', () => {
    // A hill of deviation w smoothed by σ is one of w² + σ², lower by the ratio of the squares.
    const [width, sigma] = [4, 2];
    const square = width ** 2 + sigma ** 2;
    const height = width ** 2 / square;
    const corners = fit(61, 61, sigma, (x, y) =>
      Math.exp(-((x - 30) ** 2 + (y - 30) ** 2) / (2 * width ** 2)),
    );
    const actual: number[] = [];
    const expected: number[] = [];
    for (let y = 12; y < 49; y += 3) {
      for (let x = 12; x < 49; x += 3) {
        const [dx, dy] = [x - 30, y - 30];
        const hill = height * Math.exp(-(dx * dx + dy * dy) / (2 * square));
        const { gradient, hessian } = corners[y * 61 + x]!;
        actual.push(...gradient, ...hessian);
        expected.push((-dx / square) * hill, (-dy / square) * hill);
        expected.push(((dx * dx) / square - 1) * (hill / square));
        expected.push(((dx * dy) / square ** 2) * hill);
        expected.push(((dy * dy) / square - 1) * (hill / square));
      }
    }
    // Weights end at 4 σ: the second moment of what is cut off, 2 (4 φ(4) + Q(4)) = 1.1e-3, is missing of the
    // window's own; the derivatives, at most 1/σ and 1/σ² of the height, are off by that part or less.
    compare({
      label: 'hill',
      actual,
      expected,
      tolerance: (i) => (1.1e-3 * height) / sigma ** (i % 5 < 2 ? 1 : 2),
    });
  });

  it('are not those of a cubic field, and are not there where too few pixels count', () => {
    const cubic = fit(15, 15, 1, (x) => (x - 7) ** 3);
    expect(cubic[7 * 15 + 7]!.gradient[0]).toBeGreaterThan(1);
    for (const [width, height] of [
      [1, 1],
      [2, 9],
      [9, 2],
      [2, 2],
    ]) {
      expect(fit(width, height, 1, quadratic).every((corner) => corner === null)).toBe(true);
    }
    expect(fit(3, 3, 1, quadratic).every((corner) => corner !== null)).toBe(true);
    expect(fit(9, 9, 1, () => NaN).every((corner) => corner === null)).toBe(true);
    expect(fit(9, 9, 1, (x, y) => (y === 4 ? x : NaN)).every((c) => c === null)).toBe(true);
  });
});

/** Value and derivatives of the weighted least squares surface at a pixel, by an explicit matrix of all its rows. */
function solveDirectly(
  values: Float64Array,
  width: number,
  x: number,
  y: number,
  sigma: number,
): number[] {
  const reach = Math.ceil(4 * sigma);
  const rows: number[][] = [];
  const right: number[][] = [];
  values.forEach((value, i) => {
    const [dx, dy] = [(i % width) - x, Math.floor(i / width) - y];
    if (Number.isNaN(value) || Math.abs(dx) > reach || Math.abs(dy) > reach) return;
    const root = Math.exp(-(dx * dx + dy * dy) / (4 * sigma * sigma));
    rows.push([1, dx, dy, dx * dx, dx * dy, dy * dy].map((term) => root * term));
    right.push([root * value]);
  });
  const [c00, c10, c01, c20, c11, c02] = solve(new Matrix(rows), new Matrix(right), true).getColumn(
    0,
  );
  return [c00, c10, c01, 2 * c20, c11, 2 * c02];
}
