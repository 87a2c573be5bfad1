import { Purpose, RandomStream } from './random.ts';
import { singularFactors } from './singular.ts';

/** Largest singular values with their right singular vectors. */
export interface LeadingDirections {
  readonly values: readonly number[];
  /** Unit; the largest component is positive, since singular vectors have no sign. */
  readonly vectors: readonly Float64Array[];
}

/** Steps after which leading values have converged for all but flat spectra. */
const MOST_STEPS = 60;

/**
 * The leading right singular vectors of a matrix [rows][columns], by Golub–Kahan bidiagonalisation with
 * full reorthogonalisation from a fixed start: exact for up to 60 rows or columns.
 *
 * Source: Golub & Van Loan, Matrix Computations, 4th ed., 10.4.
 */
export function leadingDirections(
  matrix: Float64Array,
  rows: number,
  columns: number,
  wanted: number,
): LeadingDirections {
  const steps = Math.min(rows, columns, MOST_STEPS);
  const rights: Float64Array[] = [];
  const lefts: Float64Array[] = [];
  // B[i][i] = alphas[i], B[i][i + 1] = betas[i]; A V = U B.
  const alphas: number[] = [];
  const betas: number[] = [];
  const stream = new RandomStream(0, Purpose.noise);
  let right: Float64Array = Float64Array.from({ length: columns }, () => stream.normal());
  let beta = unitise(right);
  for (let step = 0; step < steps && beta > 0; step++) {
    rights.push(right);
    const left = multiply(matrix, rows, columns, right);
    const alpha = unitise(orthogonalise(left, lefts));
    // What is left of a vector in the span of others is rounding.
    if (!(alpha > 1e-14 * (alphas[0] ?? 0))) break;
    alphas.push(alpha);
    lefts.push(left);
    right = multiplyTransposed(matrix, rows, columns, left);
    beta = unitise(orthogonalise(right, rights));
    if (beta <= 1e-14 * alphas[0]) break;
    betas.push(beta);
  }
  // A column more than rows where the last right vector led to nothing new on the left.
  const [height, size] = [alphas.length, rights.length];
  const bidiagonal = new Float64Array(height * size);
  alphas.forEach((alpha, i) => {
    bidiagonal[i * size + i] = alpha;
    if (i + 1 < size) bidiagonal[i * size + i + 1] = betas[i];
  });
  const { values, vectors } = singularFactors(bidiagonal, height, size);
  const count = Math.min(wanted, height);
  return {
    values: Array.from(values.subarray(0, count)),
    vectors: Array.from({ length: count }, (_, k) => {
      const direction = new Float64Array(columns);
      for (let i = 0; i < size; i++) {
        const part = vectors[k * size + i];
        for (let j = 0; j < columns; j++) direction[j] += part * rights[i][j];
      }
      const largest = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
      return largest < 0 ? direction.map((value) => -value) : direction;
    }),
  };
}

function multiply(a: Float64Array, rows: number, columns: number, x: Float64Array): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += a[i * columns + j] * x[j];
    out[i] = sum;
  }
  return out;
}

function multiplyTransposed(
  a: Float64Array,
  rows: number,
  columns: number,
  x: Float64Array,
): Float64Array {
  const out = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j] += a[i * columns + j] * x[i];
  }
  return out;
}

/** Takes the parts along unit vectors out of x; twice, because once leaves rounding. */
function orthogonalise(x: Float64Array, others: readonly Float64Array[]): Float64Array {
  for (let pass = 0; pass < 2; pass++) {
    for (const other of others) {
      let along = 0;
      for (let i = 0; i < x.length; i++) along += other[i] * x[i];
      for (let i = 0; i < x.length; i++) x[i] -= along * other[i];
    }
  }
  return x;
}

/** Makes x a unit vector, unless it is 0; its length. */
function unitise(x: Float64Array): number {
  let square = 0;
  for (let i = 0; i < x.length; i++) square += x[i] * x[i];
  const size = Math.sqrt(square);
  if (size > 0) for (let i = 0; i < x.length; i++) x[i] /= size;
  return size;
}
