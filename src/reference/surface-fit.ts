import { cornerOf, type Corner } from './ridge.ts';

/** Number of standard deviations that the weights of a fit reach. */
const REACH = 4;
/** Monomials u^a v^b of a quadratic surface, as [a, b]. */
const TERMS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [2, 0],
  [1, 1],
  [0, 2],
] as const;
/** Moments Σ w u^a v^b that its normal equations need: a + b up to 4. */
const MOMENTS = [0, 1, 2, 3, 4].flatMap((a) =>
  [0, 1, 2, 3, 4].filter((b) => a + b <= 4).map((b) => [a, b] as const),
);
const momentIndex = (a: number, b: number): number =>
  MOMENTS.findIndex(([p, q]) => p === a && q === b);
/** [term][term] -> index into MOMENTS */
const PRODUCTS = TERMS.map(([a, b]) => TERMS.map(([c, d]) => momentIndex(a + c, b + d)));
/** Least pivot of the normal equations, of the diagonal that it is left of: below, too few pixels count. */
const LEAST_PIVOT = 1e-6;
/** A pixel that does not count itself has a surface if at least this part of the weight around it counts. */
const LEAST_WEIGHT = 0.75;

/** One row of pixels, filtered along x: Σ w(u) u^a f and Σ w(u) u^a over pixels that count. */
interface FilteredRow {
  /** [a][x], a = 0, 1, 2 */
  readonly values: readonly Float64Array[];
  /** [a][x], a = 0 to 4 */
  readonly weights: readonly Float64Array[];
  /** Whether all pixels of the window are there and count. */
  readonly isWhole: Uint8Array;
}

/**
 * Value, gradient and Hessian at every pixel of a grid, row by row from the lowest, by Gaussian derivatives:
 * a quadratic surface is fitted to the pixels around by least squares with Gaussian weights,
 *
 *   min Σ exp(−(x² + y²)/2σ²) (f(x, y) − c₀₀ − c₁₀x − c₀₁y − c₂₀x² − c₁₁xy − c₀₂y²)²
 *
 * over the pixels that count within 4 σ along either axis. Inside, gradient and Hessian of the surface are the
 * Gaussian derivatives of the field, normalised so that they are exact for quadratic fields however small σ
 * is. At edges and next to pixels that do not count the fit is one-sided, and still exact for those: there is no
 * bend as by mirrored pixels or renormalised weights.
 *
 * Source: Farnebäck, Polynomial Expansion for Orientation and Motion Estimation (2002), normalised
 * convolution; Lindeberg, Int. J. Computer Vision 30, 117 (1998), ridges at a scale.
 *
 * @param values - [height][width]; pixels that are not finite do not count.
 * @param sigma - standard deviation in pixels, at least 0.5: below, pixels two away, which edges need, have no weight.
 * @returns rows of corners, derivatives per pixel; null where too few pixels count.
 *
 * Cost: about 16 (4σ + 1) multiplications a pixel, memory for 8σ + 1 rows.
 */
export function* fitSurfaces(
  values: ArrayLike<number>,
  width: number,
  height: number,
  sigma: number,
): Generator<readonly (Corner | null)[]> {
  const reach = Math.max(1, Math.ceil(REACH * sigma));
  const powers = Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const u = (i - reach) / sigma;
    const weight = Math.exp(-0.5 * u * u);
    return [weight, weight * u, weight * u ** 2, weight * u ** 3, weight * u ** 4];
  });
  const taps = [0, 1, 2, 3, 4].map((a) => Float64Array.from(powers, (power) => power[a]));
  const fit = new SurfaceFit(taps, sigma, width);
  const rows = new Map<number, FilteredRow>();
  const last = height - 1;
  for (let y = 0; y < height; y++) {
    rows.delete(y - reach - 1);
    for (let k = Math.max(y - reach, 0); k <= Math.min(y + reach, last); k++) {
      if (!rows.has(k)) rows.set(k, filterRow(values, k * width, width, taps));
    }
    const window = Array.from({ length: 2 * reach + 1 }, (_, k) => rows.get(y + k - reach) ?? null);
    yield fit.row(window, (x) => Number.isFinite(values[y * width + x]));
  }
}

function filterRow(
  field: ArrayLike<number>,
  first: number,
  width: number,
  taps: readonly Float64Array[],
): FilteredRow {
  const reach = (taps[0].length - 1) / 2;
  const values = [0, 1, 2].map(() => new Float64Array(width));
  const weights = [0, 1, 2, 3, 4].map(() => new Float64Array(width));
  const isWhole = new Uint8Array(width);
  const known = new Float64Array(width);
  const counts = new Uint8Array(width);
  for (let x = 0; x < width; x++) {
    const value = field[first + x];
    if (!Number.isFinite(value)) continue;
    known[x] = value;
    counts[x] = 1;
  }
  const totals = taps.map((tap) => tap.reduce((sum, value) => sum + value, 0));
  for (let x = 0; x < width; x++) {
    const start = Math.max(-reach, -x);
    const end = Math.min(reach, width - 1 - x);
    let [sum0, sum1, sum2, count] = [0, 0, 0, 0];
    for (let k = start; k <= end; k++) {
      const value = known[x + k];
      sum0 += taps[0][k + reach] * value;
      sum1 += taps[1][k + reach] * value;
      sum2 += taps[2][k + reach] * value;
      count += counts[x + k];
    }
    values[0][x] = sum0;
    values[1][x] = sum1;
    values[2][x] = sum2;
    isWhole[x] = count === 2 * reach + 1 ? 1 : 0;
    for (let a = 0; a <= 4; a++) {
      if (isWhole[x]) weights[a][x] = totals[a];
      else for (let k = start; k <= end; k++) weights[a][x] += taps[a][k + reach] * counts[x + k];
    }
  }
  return { values, weights, isWhole };
}

/** Solves the fit at the pixels of a row, from filtered rows around it. */
class SurfaceFit {
  readonly #sums: readonly [number, number, number];
  readonly #moments = new Float64Array(MOMENTS.length);
  /** Σ w(v) v^b of the filtered rows, for each of TERMS, [term][x]; and how many rows are whole there. */
  readonly #sides: readonly Float64Array[];
  readonly #wholeCounts: Uint32Array;

  constructor(
    private readonly taps: readonly Float64Array[],
    private readonly sigma: number,
    width: number,
  ) {
    const sum = (a: number): number => taps[a].reduce((total, value) => total + value, 0);
    this.#sums = [sum(0), sum(2), sum(4)];
    this.#sides = TERMS.map(() => new Float64Array(width));
    this.#wholeCounts = new Uint32Array(width);
  }

  row(window: readonly (FilteredRow | null)[], isGood: (x: number) => boolean): (Corner | null)[] {
    this.#filter(window);
    const right = new Float64Array(TERMS.length);
    const corners: (Corner | null)[] = [];
    for (let x = 0; x < this.#wholeCounts.length; x++) {
      for (let i = 0; i < right.length; i++) right[i] = this.#sides[i][x];
      const isWhole = this.#wholeCounts[x] === window.length;
      const surface = isWhole
        ? this.#solveWhole(right)
        : this.#solvePart(right, window, x, isGood(x));
      corners.push(surface && this.#corner(surface));
    }
    return corners;
  }

  #filter(window: readonly (FilteredRow | null)[]): void {
    const { taps } = this;
    const counts = this.#wholeCounts.fill(0);
    for (const side of this.#sides) side.fill(0);
    window.forEach((row, k) => {
      if (!row) return;
      TERMS.forEach(([a, b], i) => {
        const [weight, values, side] = [taps[b][k], row.values[a], this.#sides[i]];
        for (let x = 0; x < side.length; x++) side[x] += weight * values[x];
      });
      for (let x = 0; x < counts.length; x++) counts[x] += row.isWhole[x];
    });
  }

  /** With all pixels there the equations are solved by the symmetry of the weights. */
  #solveWhole([s00, s10, s01, s20, s11, s02]: Float64Array): Float64Array {
    const [m0, m2, m4] = this.#sums;
    const mean = m2 / m0;
    const spread = m0 * (m4 - m2 * mean);
    const c20 = (s20 - mean * s00) / spread;
    const c02 = (s02 - mean * s00) / spread;
    const c00 = s00 / (m0 * m0) - mean * (c20 + c02);
    return Float64Array.of(c00, s10 / (m0 * m2), s01 / (m0 * m2), c20, s11 / (m2 * m2), c02);
  }

  #solvePart(
    right: Float64Array,
    window: readonly (FilteredRow | null)[],
    x: number,
    isGood: boolean,
  ): Float64Array | null {
    const { taps } = this;
    const moments = this.#moments.fill(0);
    MOMENTS.forEach(([a, b], i) => {
      for (let k = 0; k < window.length; k++) {
        const row = window[k];
        if (row) moments[i] += taps[b][k] * row.weights[a][x];
      }
    });
    if (!isGood && moments[0] < LEAST_WEIGHT * this.#sums[0] ** 2) return null;
    return solveNormal(moments, right);
  }

  #corner(surface: Float64Array): Corner {
    const { sigma } = this;
    const [c00, c10, c01, c20, c11, c02] = surface;
    const square = sigma * sigma;
    return cornerOf(
      c00,
      [c10 / sigma, c01 / sigma],
      [(2 * c20) / square, c11 / square, (2 * c02) / square],
    );
  }
}

/** Solves the normal equations by Cholesky's factors; null where they are singular. */
function solveNormal(moments: Float64Array, right: Float64Array): Float64Array | null {
  const n = TERMS.length;
  const factor = new Float64Array(n * n);
  const solution = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = moments[PRODUCTS[i][j]];
      for (let k = 0; k < j; k++) sum -= factor[i * n + k] * factor[j * n + k];
      if (i > j) factor[i * n + j] = sum / factor[j * n + j];
      else if (!(sum > LEAST_PIVOT * moments[PRODUCTS[i][i]])) return null;
      else factor[i * n + i] = Math.sqrt(sum);
    }
  }
  for (let i = 0; i < n; i++) {
    let sum = right[i];
    for (let k = 0; k < i; k++) sum -= factor[i * n + k] * solution[k];
    solution[i] = sum / factor[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = solution[i];
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i] * solution[k];
    solution[i] = sum / factor[i * n + i];
  }
  return solution;
}
