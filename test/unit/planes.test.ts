// Plan: planes from axes, three points and principal components: their points, orthonormality, coordinates;
// principal components against an SVD of ml-matrix, for fewer and more than 60 columns; every refusal.
// Control: the components of other points differ.
import { SingularValueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.ts';
import { leadingDirections } from '../../src/math/principal.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import { planePoint, type Plane } from '../../src/model/plane.ts';
import { axesPlane, pointsPlane, principalPlane } from '../../src/model/planes.ts';
import { FLOAT64_UNIT } from '../support/tolerance.ts';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);

function expectOrthonormal({ u, v }: Plane): void {
  expect(Math.abs(dot(u, u) - 1)).toBeLessThan(8 * FLOAT64_UNIT);
  expect(Math.abs(dot(v, v) - 1)).toBeLessThan(8 * FLOAT64_UNIT);
  expect(Math.abs(dot(u, v))).toBeLessThan(8 * FLOAT64_UNIT);
}

/** Points that spread by these deviations along rotated axes. */
function cloud(count: number, deviations: readonly number[], seed: number): Float64Array {
  const n = deviations.length;
  const stream = new RandomStream(seed, Purpose.noise);
  const mixing = Float64Array.from({ length: n * n }, () => stream.normal());
  const points = new Float64Array(count * n);
  for (let i = 0; i < count; i++) {
    const parts = deviations.map((deviation) => deviation * stream.normal());
    for (let j = 0; j < n; j++)
      points[i * n + j] = 3 + dot(parts, mixing.subarray(j * n, j * n + n));
  }
  return points;
}

describe('axesPlane', () => {
  it('has two inputs as coordinates and the others fixed', () => {
    const plane = axesPlane(4, [3, 1], [10, 20, 30, 40]);
    expect([...planePoint(plane, 5, -6)]).toEqual([10, -6, 30, 5]);
    expect([...planePoint(axesPlane(3, [0, 2]), 1, 2)]).toEqual([1, 0, 2]);
  });

  it.each([
    [() => axesPlane(3, [0, 3]), /axes\[1\] is 3.*0 to 2/],
    [() => axesPlane(3, [-1, 0]), /axes\[0\] is -1/],
    [() => axesPlane(3, [0.5, 1]), /axes\[0\] is 0.5/],
    [() => axesPlane(3, [1, 1]), /both axes are input 1/],
    [() => axesPlane(3, [0, 1], [1, 2]), /fixed has 2 numbers.*3 inputs/],
  ])('refuses %s', (make, message) => {
    expect(make).toThrow(DataError);
    expect(make).toThrow(message);
  });
});

describe('pointsPlane', () => {
  it('goes through its points, which it marks', () => {
    const points = [
      [1, 2, 3, 4],
      [2, 2, 0, 4],
      [0, 5, 1, -1],
    ] as const;
    const { plane, places } = pointsPlane(...points);
    expectOrthonormal(plane);
    points.forEach((point, i) => {
      const found = planePoint(plane, ...(places[i] as [number, number]));
      point.forEach((value, j) => expect(Math.abs(found[j] - value)).toBeLessThan(1e-14));
    });
    expect(places[1][1] - places[0][1]).toBeCloseTo(0, 14);
    expect(places[1][0]).toBeGreaterThan(places[0][0]);
    expect(places.reduce((sum, [s]) => sum + s, 0)).toBeCloseTo(0, 14);
  });

  it.each([
    [() => pointsPlane([0, 0, 0], [1, 1, 1], [3, 3, 3]), /lie on a line/],
    [() => pointsPlane([0, 0], [0, 0], [3, 3]), /lie on a line/],
    [() => pointsPlane([0, 0], [0, 1, 2], [3, 3]), /points\[1\] has 3 numbers/],
    [() => pointsPlane([0, NaN], [0, 1], [3, 3]), /line|finite/],
  ])('refuses %s', (make, message) => {
    expect(make).toThrow(DataError);
    expect(make).toThrow(message);
  });
});

describe('principalPlane', () => {
  it.each([
    [2, 50],
    [5, 200],
    [90, 300],
    [200, 40],
  ])('of %i inputs and %i points is that of an SVD', (n, count) => {
    const deviations = Array.from({ length: n }, (_, i) => 5 / (1 + i));
    const points = cloud(count, deviations, n);
    const { plane, deviations: found } = principalPlane(points, n);
    expectOrthonormal(plane);
    const matrix = Matrix.from1DArray(count, n, [...points]).center('column');
    const svd = new SingularValueDecomposition(count >= n ? matrix : matrix.transpose());
    const vectors = count >= n ? svd.rightSingularVectors : svd.leftSingularVectors;
    [plane.u, plane.v].forEach((vector, k) => {
      expect(Math.abs(found[k] / (svd.diagonal[k] / Math.sqrt(count)) - 1)).toBeLessThan(1e-9);
      expect(1 - Math.abs(dot(vector, vectors.getColumn(k)))).toBeLessThan(1e-9);
    });
    const mean = Array.from({ length: n }, (_, j) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += points[i * n + j];
      return sum / count;
    });
    plane.origin.forEach((value, j) => expect(value).toBeCloseTo(mean[j], 10));
    expect(principalPlane(cloud(count, deviations, n + 1), n).deviations[0]).not.toBeCloseTo(
      found[0],
      6,
    );
  });

  it('finds values of a matrix of low rank and stops there', () => {
    const matrix = Float64Array.of(3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0);
    const { values } = leadingDirections(matrix, 4, 3, 3);
    expect(values[0]).toBeCloseTo(3, 12);
    expect(values[1]).toBeCloseTo(2, 12);
    expect(values[2] ?? 0).toBeLessThan(1e-12);
  });

  it.each([
    [() => principalPlane([1, 2, 3, 4], 2), /three points/],
    [() => principalPlane([1, 2, 3, 4, 5], 2), /multiple of 2/],
    [() => principalPlane([0, 0, 1, 1, 2, 2, 3, 3], 2), /lie on a line/],
    [() => principalPlane([0, 0, 1, Infinity, 2, 2], 2), /points\[1\]\[1\] is Infinity/],
    [() => principalPlane([1, 1, 1, 1, 1, 1], 2), /lie on a line/],
  ])('refuses %s', (make, message) => {
    expect(make).toThrow(DataError);
    expect(make).toThrow(message);
  });
});
