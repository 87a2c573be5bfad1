import { norm, transpose } from './linear.ts';

/** A = U Σ Vᵀ without U. */
export interface SingularFactors {
  /** Singular values, descending; min(rows, columns) of them. */
  readonly values: Float64Array;
  /** Right singular vectors [min(rows, columns)][columns], unit; zero where the value is 0. */
  readonly vectors: Float64Array;
}

const MAXIMAL_SWEEPS = 60;

/**
 * Singular values and right singular vectors of a matrix [rows][columns], by one-sided Jacobi rotations.
 *
 * Pairs of columns are rotated until all are orthogonal to rounding: then their lengths are the
 * singular values, small ones as accurate in relative terms as the scaling of the columns allows.
 * A wide matrix is transposed first: its rotated rows, made unit, are the right singular vectors.
 *
 * Source: Demmel & Veselić, SIAM J. Matrix Anal. Appl. 13, 1204 (1992).
 */
export function singularFactors(
  matrix: Float64Array,
  rows: number,
  columns: number,
): SingularFactors {
  const wide = columns > rows;
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const work = wide ? matrix.slice() : transpose(matrix, rows, columns);
  const turned = new Float64Array(count * count);
  for (let i = 0; i < count; i++) turned[i * count + i] = 1;
  for (let sweep = 0; sweep < MAXIMAL_SWEEPS; sweep++) {
    let rotated = false;
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        rotated = orthogonalise(work, length, i, j, turned, count) || rotated;
      }
    }
    if (!rotated) break;
  }
  const sizes = Array.from({ length: count }, (_, i) => norm(work, i * length, length));
  const order = sizes.map((_, i) => i).sort((a, b) => sizes[b] - sizes[a]);
  const vectors = new Float64Array(count * columns);
  order.forEach((from, to) => {
    const size = sizes[from];
    if (size === 0) return;
    for (let k = 0; k < columns; k++) {
      vectors[to * columns + k] = wide ? work[from * length + k] / size : turned[from * count + k];
    }
  });
  return { values: Float64Array.from(order, (i) => sizes[i]), vectors };
}

/** How a linear map from a plane stretches: from its two columns, the images of u and v. */
export interface PlaneStretch {
  /** log σ₁ and log σ₂; −Infinity for 0. */
  readonly logFirst: number;
  readonly logSecond: number;
  /** Right singular vector of σ₁ in (u, v), unit, first component ≥ 0; (1, 0) if both columns are 0. */
  readonly direction: readonly [number, number];
}

/** Singular values and maximal stretching direction of the matrix with columns `first` and `second`. */
export function planeStretch(first: Float64Array, second: Float64Array): PlaneStretch {
  const length = first.length;
  const work = new Float64Array(2 * length);
  work.set(first);
  work.set(second, length);
  const turned = Float64Array.of(1, 0, 0, 1);
  for (let sweep = 0; sweep < MAXIMAL_SWEEPS; sweep++) {
    if (!orthogonalise(work, length, 0, 1, turned, 2)) break;
  }
  const sizes = [norm(work, 0, length), norm(work, length, length)] as const;
  const largest = sizes[1] > sizes[0] ? 1 : 0;
  const [s, t] = [turned[2 * largest], turned[2 * largest + 1]];
  const isReversed = s < 0 || (s === 0 && t < 0);
  return {
    logFirst: Math.log(sizes[largest]),
    logSecond: Math.log(sizes[1 - largest]),
    direction: isReversed ? [0 - s, -t] : [s, t],
  };
}

/**
 * Rotates vectors i and j of `work` [count][length] within their plane until they are orthogonal, and
 * vectors i and j of `turned` [·][width] by the same angle.
 *
 * The angle comes from the ratio of lengths and the cosine between them, so that squares of very long
 * or very short vectors do not leave the range of numbers.
 *
 * @returns false if they were orthogonal to rounding already.
 */
function orthogonalise(
  work: Float64Array,
  length: number,
  i: number,
  j: number,
  turned: Float64Array,
  width: number,
): boolean {
  const a = i * length;
  const b = j * length;
  const aSize = norm(work, a, length);
  const bSize = norm(work, b, length);
  if (aSize === 0 || bSize === 0) return false;
  let cosine = 0;
  for (let k = 0; k < length; k++) cosine += (work[a + k] / aSize) * (work[b + k] / bSize);
  if (Math.abs(cosine) <= length * Number.EPSILON) return false;
  const ratio = bSize / aSize;
  const zeta = (ratio - 1 / ratio) / (2 * cosine);
  const root = Math.abs(zeta) < 1e8 ? Math.sqrt(1 + zeta * zeta) : Math.abs(zeta);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + root);
  if (tangent === 0) return false;
  rotate(work, a, b, length, tangent);
  rotate(turned, i * width, j * width, width, tangent);
  return true;
}

function rotate(x: Float64Array, a: number, b: number, length: number, tangent: number): void {
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = cosine * tangent;
  for (let k = 0; k < length; k++) {
    const [p, q] = [x[a + k], x[b + k]];
    x[a + k] = cosine * p - sine * q;
    x[b + k] = sine * p + cosine * q;
  }
}
