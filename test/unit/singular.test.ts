// Plan: singular values and vectors against exact cases, against the SVD of ml-matrix on random matrices of all
// shapes, and against their definition ‖A v‖ = σ, vᵀv = 1; the two-column case against the general one; QR against
// Q R = A, QᵀQ = 1. High relative accuracy on a graded matrix is what ml-matrix cannot check: exact σ there.
// Control: vectors of another matrix do not pass the definition.
import fc from 'fast-check';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { factorQr, norm, transpose } from '../../src/math/linear.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import { planeStretch, singularFactors } from '../../src/math/singular.ts';
import { mean, quantile } from '../../src/math/statistics.ts';
import { compare } from '../support/compare.ts';
import { FLOAT64_UNIT, singularTolerance } from '../support/tolerance.ts';

const SHAPES = [
  [1, 1],
  [2, 2],
  [5, 2],
  [2, 5],
  [1, 7],
  [7, 1],
  [10, 10],
  [30, 12],
  [12, 30],
] as const;

function randomMatrix(rows: number, columns: number, seed = 1): Float64Array {
  const stream = new RandomStream(seed, Purpose.points, 100 * rows + columns);
  return Float64Array.from({ length: rows * columns }, () => stream.normal());
}

function multiply(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const [rows, columns] = [a.length / inner, b.length / inner];
  return Float64Array.from({ length: rows * columns }, (_, index) => {
    const [i, j] = [Math.floor(index / columns), index % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[i * inner + k] * b[k * columns + j];
    return sum;
  });
}

/** Largest deviation of V Vᵀ from 1 for vectors [count][length]. */
function orthogonalityError(vectors: Float64Array, count: number, length: number): number {
  const gram = multiply(vectors, transpose(vectors, count, length), length);
  return Math.max(
    ...gram.map((value, i) => Math.abs(value - (Math.floor(i / count) === i % count ? 1 : 0))),
  );
}

describe.each(SHAPES)('singularFactors of a %i × %i matrix', (rows, columns) => {
  const matrix = randomMatrix(rows, columns);
  const count = Math.min(rows, columns);
  const { values, vectors } = singularFactors(matrix, rows, columns);
  const tolerance = singularTolerance(rows, columns) * values[0];

  it('has the values of ml-matrix', () => {
    const oracle = new SingularValueDecomposition(Matrix.from1DArray(rows, columns, matrix), {
      autoTranspose: true,
    });
    compare({
      label: `σ of ${rows} × ${columns}`,
      actual: values,
      expected: oracle.diagonal.slice(0, count),
      tolerance: () => tolerance,
    });
  });

  it('has orthonormal vectors that A stretches by those values', () => {
    expect(orthogonalityError(vectors, count, columns)).toBeLessThan(
      singularTolerance(rows, columns),
    );
    const images = multiply(matrix, transpose(vectors, count, columns), columns);
    const byVector = transpose(images, rows, count);
    compare({
      label: `‖A v‖ of ${rows} × ${columns}`,
      actual: Array.from(values, (_, i) => norm(byVector, i * rows, rows)),
      expected: values,
      tolerance: () => tolerance,
    });
  });
});

describe('singularFactors', () => {
  it('is exact for diagonal matrices and sorts', () => {
    const { values, vectors } = singularFactors(Float64Array.of(0, 3, 0, -5, 0, 0, 0, 0, 4), 3, 3);
    expect(Array.from(values)).toEqual([5, 4, 3]);
    expect(Array.from(vectors, Math.abs)).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0]);
  });

  it('gives 0 and no vector where the rank ends', () => {
    const { values, vectors } = singularFactors(Float64Array.of(1, 2, 2, 4), 2, 2);
    expect(values[0]).toBeCloseTo(5, 14);
    expect(values[1]).toBeLessThan(4 * FLOAT64_UNIT * 5);
    expect(Math.abs(vectors[1] / vectors[0])).toBeCloseTo(2, 14);
    const zero = singularFactors(new Float64Array(6), 3, 2);
    expect([...zero.values, ...zero.vectors]).toEqual(new Array(6).fill(0));
  });

  it('keeps relative accuracy of tiny values when columns are graded', () => {
    // A = [a 0; 0 b] rotated from the left: σ = a, b for any a, b
    const [c, s] = [0.6, 0.8];
    const [a, b] = [1e150, 1e-150];
    const { values } = singularFactors(Float64Array.of(c * a, -s * b, s * a, c * b), 2, 2);
    compare({
      label: 'graded σ',
      actual: values,
      expected: [a, b],
      tolerance: (i) => 8 * FLOAT64_UNIT * [a, b][i],
    });
  });

  it('tells wrong vectors from right ones (control)', () => {
    const matrix = randomMatrix(4, 4);
    const { values } = singularFactors(matrix, 4, 4);
    const { vectors } = singularFactors(randomMatrix(4, 4, 2), 4, 4);
    const image = multiply(matrix, vectors.slice(0, 4), 4);
    expect(Math.abs(norm(image) - values[0])).toBeGreaterThan(1e-3);
  });
});

describe('planeStretch', () => {
  it('agrees with the general case', () => {
    const entry = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 6, maxLength: 6 }),
        fc.integer({ min: -300, max: 300 }),
        fc.integer({ min: -300, max: 300 }),
        (entries, i, j) => {
          const u = Float64Array.from(entries.slice(0, 3), (x) => x * 2 ** i);
          const v = Float64Array.from(entries.slice(3), (x) => x * 2 ** j);
          const { logFirst, logSecond, direction } = planeStretch(u, v);
          const matrix = Float64Array.from({ length: 6 }, (_, k) => (k % 2 ? v : u)[k >> 1]);
          const { values, vectors } = singularFactors(matrix, 3, 2);
          expect(logFirst).toBe(Math.log(values[0]));
          expect(logSecond).toBe(Math.log(values[1]));
          expect(direction[0]).toBeGreaterThanOrEqual(0);
          if (values[0] > 0) {
            const along = direction[0] * vectors[0] + direction[1] * vectors[1];
            expect(Math.abs(Math.abs(along) - 1)).toBeLessThan(8 * FLOAT64_UNIT);
          }
        },
      ),
    );
  });

  it('is exact for scaled axes, in either order', () => {
    const wide = planeStretch(Float64Array.of(0, 2), Float64Array.of(-8, 0));
    expect(wide).toEqual({ logFirst: Math.log(8), logSecond: Math.log(2), direction: [0, 1] });
    const tall = planeStretch(Float64Array.of(0, -8), Float64Array.of(2, 0));
    expect(tall.direction).toEqual([1, 0]);
  });

  it('turns with the stretching direction', () => {
    for (let degrees = -89; degrees <= 90; degrees += 7) {
      const angle = (degrees * Math.PI) / 180;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      // 3 d dᵀ + ½ n nᵀ with d = (c, s), n = (−s, c)
      const u = Float64Array.of(3 * c * c + 0.5 * s * s, 2.5 * s * c);
      const v = Float64Array.of(2.5 * s * c, 3 * s * s + 0.5 * c * c);
      const { logFirst, logSecond, direction } = planeStretch(u, v);
      expect(logFirst).toBeCloseTo(Math.log(3), 14);
      expect(logSecond).toBeCloseTo(Math.log(0.5), 14);
      expect(direction[0]).toBeCloseTo(c, 14);
      expect(direction[1]).toBeCloseTo(s, 14);
    }
  });

  it('reports rank one and zero as −Infinity', () => {
    const line = planeStretch(Float64Array.of(1, 1), Float64Array.of(0, 0));
    expect(line).toEqual({
      logFirst: Math.log(Math.SQRT2),
      logSecond: -Infinity,
      direction: [1, 0],
    });
    const none = planeStretch(new Float64Array(3), new Float64Array(3));
    expect(none).toEqual({ logFirst: -Infinity, logSecond: -Infinity, direction: [1, 0] });
  });
});

describe('factorQr', () => {
  it.each(SHAPES.filter(([rows, columns]) => rows >= columns))(
    'factors %i × %i',
    (rows, columns) => {
      const matrix = randomMatrix(rows, columns);
      const { q, r } = factorQr(matrix, rows, columns);
      const unit = singularTolerance(rows, columns);
      const byColumn = transpose(matrix, rows, columns);
      compare({
        label: `Q R of ${rows} × ${columns}`,
        actual: multiply(q, r, columns),
        expected: matrix,
        // roundings of reflections along a column add up like a random walk, to less than 8 units
        tolerance: (i) => 8 * FLOAT64_UNIT * norm(byColumn, (i % columns) * rows, rows),
      });
      expect(orthogonalityError(transpose(q, rows, columns), columns, rows)).toBeLessThan(unit);
      for (let i = 0; i < columns; i++) {
        expect(r[i * columns + i]).toBeGreaterThanOrEqual(0);
        for (let j = 0; j < i; j++) expect(r[i * columns + j]).toBe(0);
      }
    },
  );

  it('has orthonormal columns even where the matrix has rank one', () => {
    const { q, r } = factorQr(Float64Array.of(1, 2, 2, 4, 3, 6), 3, 2);
    expect(orthogonalityError(transpose(q, 3, 2), 2, 3)).toBeLessThan(singularTolerance(3, 2));
    expect(Math.abs(r[3])).toBeLessThan(1e-14);
  });
});

describe('statistics', () => {
  it('sums without losing small numbers', () => {
    expect(mean([1e16, 1, -1e16, 1])).toBe(0.5);
    expect(mean([3])).toBe(3);
  });

  it('interpolates between order statistics', () => {
    expect([0, 0.25, 0.5, 0.875, 1].map((f) => quantile([1, 2, 3, 5, 8], f))).toEqual([
      1, 2, 3, 6.5, 8,
    ]);
    expect(quantile([4], 0.3)).toBe(4);
  });
});
