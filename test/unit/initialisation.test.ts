// Plan: moments and bounds of every scheme against their definition, orthogonality of orthogonal matrices of
// all shapes (also by ml-matrix), uniform distribution of their first column; seeds and layers give streams of their
// own. Control: variance 0 gives zeros, and the fourth moments tell normal from uniform.
import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { initialWeights, type Initialisation } from '../../src/math/initialisation.ts';
import { mean } from '../../src/math/statistics.ts';
import { singularTolerance } from '../support/tolerance.ts';

const KEY = { seed: 5, layerIndex: 2 };
const [ROWS, COLUMNS] = [300, 200];

const moment = (values: Float64Array, order: number): number =>
  mean(values.map((value) => value ** order));

interface Case {
  start: Initialisation;
  variance: number;
  /** ⟨x⁴⟩ / ⟨x²⟩²: 3 normal, 9/5 uniform. */
  kurtosis: number;
}

const CASES: Case[] = [
  { start: { scheme: 'gaussian', variance: 1 }, variance: 1 / COLUMNS, kurtosis: 3 },
  { start: { scheme: 'gaussian', variance: 4 }, variance: 4 / COLUMNS, kurtosis: 3 },
  { start: { scheme: 'he' }, variance: 2 / COLUMNS, kurtosis: 3 },
  { start: { scheme: 'glorot' }, variance: 2 / (ROWS + COLUMNS), kurtosis: 9 / 5 },
];

describe.each(CASES)('$start', ({ start, variance, kurtosis }) => {
  const weights = initialWeights(start, ROWS, COLUMNS, KEY);
  const five = 5 / Math.sqrt(ROWS * COLUMNS);

  it('has mean 0, its variance and its kurtosis, within five standard deviations', () => {
    expect(weights).toHaveLength(ROWS * COLUMNS);
    expect(Math.abs(moment(weights, 1))).toBeLessThan(five * Math.sqrt(variance));
    expect(Math.abs(moment(weights, 2) / variance - 1)).toBeLessThan(
      five * Math.sqrt(kurtosis - 1),
    );
    // ⟨x⁸⟩ is 105 σ⁸ for normal numbers, more than for uniform ones
    expect(Math.abs(moment(weights, 4) / variance ** 2 - kurtosis)).toBeLessThan(
      five * Math.sqrt(105),
    );
  });
});

describe('glorot', () => {
  it('stays within its bound and comes close to it', () => {
    const weights = initialWeights({ scheme: 'glorot' }, ROWS, COLUMNS, KEY);
    const largest = Math.max(...weights.map(Math.abs));
    const bound = Math.sqrt(6 / (ROWS + COLUMNS));
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.999 * bound);
  });
});

describe('orthogonal', () => {
  it.each([
    [1, 1],
    [10, 10],
    [40, 10],
    [10, 40],
    [1, 5],
    [100, 100],
  ])('has orthonormal rows or columns, %i × %i', (rows, columns) => {
    const weights = initialWeights({ scheme: 'orthogonal' }, rows, columns, KEY);
    const matrix = Matrix.from1DArray(rows, columns, weights);
    const tall = rows >= columns ? matrix : matrix.transpose();
    const error = tall.transpose().mmul(tall).sub(Matrix.eye(tall.columns));
    expect(Math.max(...error.abs().to1DArray())).toBeLessThan(singularTolerance(rows, columns));
  });

  it('is uniformly distributed: mean of an entry 0, of its square 1/n, of its fourth power 3/(n(n+2))', () => {
    const n = 3;
    const count = 4000;
    const corner = Float64Array.from({ length: count }, (_, seed) => {
      return initialWeights({ scheme: 'orthogonal' }, n, n, { seed, layerIndex: 0 })[n * n - 1];
    });
    const five = 5 / Math.sqrt(count);
    expect(Math.abs(moment(corner, 1))).toBeLessThan(five * Math.sqrt(1 / n));
    expect(Math.abs(moment(corner, 2) - 1 / n)).toBeLessThan(five * Math.sqrt(1 / 5 - 1 / 9));
    expect(Math.abs(moment(corner, 4) - 3 / (n * (n + 2)))).toBeLessThan(five * Math.sqrt(1 / 9));
  });
});

describe('initialWeights', () => {
  const draw = (seed: number, layerIndex: number): string =>
    initialWeights({ scheme: 'he' }, 4, 4, { seed, layerIndex }).join();

  it('repeats from its seed; layers and seeds differ', () => {
    expect(draw(1, 0)).toBe(draw(1, 0));
    expect(new Set([draw(1, 0), draw(1, 1), draw(2, 0), draw(0, 1)]).size).toBe(4);
  });

  it('gives zeros for variance 0', () => {
    const weights = initialWeights({ scheme: 'gaussian', variance: 0 }, 3, 2, KEY);
    expect(weights.every((value) => value === 0)).toBe(true);
  });
});
