import { factorQr, transpose } from './linear.ts';
import { Purpose, RandomStream } from './random.ts';

/** How start values of weight matrices are drawn. Biases start at zero. */
export type Initialisation =
  | {
      /** Independent normal numbers of variance σ²/fan-in; `variance` is σ² ≥ 0. */
      readonly scheme: 'gaussian';
      readonly variance: number;
    }
  /** Uniform on ±√(6/(fan-in + fan-out)). Glorot & Bengio, AISTATS 2010. */
  | { readonly scheme: 'glorot' }
  /** Normal numbers of variance 2/fan-in. He et al., ICCV 2015. */
  | { readonly scheme: 'he' }
  /** A random matrix with orthonormal rows or columns. Saxe et al., ICLR 2014. */
  | { readonly scheme: 'orthogonal' };

/** Which random numbers a weight matrix is drawn from. */
export interface WeightKey {
  readonly seed: number;
  readonly layerIndex: number;
}

/**
 * Start values of a weight matrix [rows][columns]: fan-out and fan-in.
 *
 * Orthogonal matrices are uniformly distributed; if not square, the shorter of rows and columns are
 * orthonormal.
 */
export function initialWeights(
  start: Initialisation,
  rows: number,
  columns: number,
  key: WeightKey,
): Float64Array {
  const stream = new RandomStream(key.seed, Purpose.weights, key.layerIndex);
  switch (start.scheme) {
    case 'gaussian':
      return normals(rows * columns, Math.sqrt(start.variance / columns), stream);
    case 'he':
      return normals(rows * columns, Math.sqrt(2 / columns), stream);
    case 'glorot': {
      const bound = Math.sqrt(6 / (rows + columns));
      return Float64Array.from({ length: rows * columns }, () => {
        return bound * (2 * stream.uniform() - 1);
      });
    }
    case 'orthogonal': {
      const gaussian = normals(rows * columns, 1, stream);
      if (rows >= columns) return factorQr(gaussian, rows, columns).q;
      return transpose(factorQr(gaussian, columns, rows).q, columns, rows);
    }
  }
}

function normals(count: number, deviation: number, stream: RandomStream): Float64Array {
  return Float64Array.from({ length: count }, () => deviation * stream.normal());
}
