import { assert } from '../errors.ts';

/** The transpose of a matrix [rows][columns], as [columns][rows]. */
export function transpose(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = matrix[i * columns + j]!;
  }
  return out;
}

/** Euclidean length of `length` numbers from `start`; neither overflows nor underflows. */
export function norm(vector: Float64Array, start = 0, length = vector.length): number {
  let largest = 0;
  for (let i = start; i < start + length; i++) largest = Math.max(largest, Math.abs(vector[i]));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = start; i < start + length; i++) sum += (vector[i] / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** A = Q R with orthonormal columns of Q and diag R ≥ 0. */
export interface QrFactors {
  /** [rows][columns] */
  readonly q: Float64Array;
  /** [columns][columns], zero below the diagonal. */
  readonly r: Float64Array;
}

/**
 * QR factors of a matrix [rows][columns] with rows ≥ columns, by Householder reflections.
 *
 * diag R ≥ 0 makes the factors unique for full rank, so that Q of a Gaussian matrix is uniformly
 * distributed. Sources: Golub & Van Loan, Matrix Computations, 4th ed., 5.2; Mezzadri, Notices AMS 54,
 * 592 (2007).
 *
 * Cost: 4 rows · columns² multiply-adds.
 */
export function factorQr(matrix: Float64Array, rows: number, columns: number): QrFactors {
  assert(rows >= columns, `QR of a ${rows} × ${columns} matrix needs at least as many rows`);
  const work = transpose(matrix, rows, columns);
  const r = new Float64Array(columns * columns);
  const signs = new Float64Array(columns);
  for (let k = 0; k < columns; k++) {
    const reflector = work.subarray(k * rows, (k + 1) * rows);
    for (let i = 0; i < k; i++) r[i * columns + k] = reflector[i]!;
    signs[k] = makeReflector(reflector, k);
    r[k * columns + k] = Math.abs(signs[k]);
    for (let j = k + 1; j < columns; j++) {
      reflect(reflector, work.subarray(j * rows, (j + 1) * rows), k);
    }
  }
  const q = new Float64Array(columns * rows);
  for (let j = 0; j < columns; j++) {
    const column = q.subarray(j * rows, (j + 1) * rows);
    column[j] = signs[j] < 0 ? -1 : 1;
    for (let k = j; k >= 0; k--) reflect(work.subarray(k * rows, (k + 1) * rows), column, k);
  }
  for (let i = 0; i < columns; i++) {
    if (signs[i] >= 0) continue;
    for (let j = i + 1; j < columns; j++) r[i * columns + j] *= -1;
  }
  return { q: transpose(q, columns, rows), r };
}

/**
 * Replaces x by the unit vector w, zero before `start`, whose reflection 1 − 2wwᵀ takes x to (…, β, 0, …).
 *
 * @returns β = ∓‖x‖, counted from `start`.
 */
function makeReflector(x: Float64Array, start: number): number {
  x.fill(0, 0, start);
  const size = norm(x);
  if (size === 0) return 0;
  const beta = x[start] > 0 ? -size : size;
  x[start] -= beta;
  const length = norm(x);
  for (let i = start; i < x.length; i++) x[i] /= length;
  return beta;
}

function reflect(w: Float64Array, x: Float64Array, start: number): void {
  let sum = 0;
  for (let i = start; i < x.length; i++) sum += w[i] * x[i];
  for (let i = start; i < x.length; i++) x[i] -= 2 * sum * w[i];
}
