/** A scalar field on a grid of unit pixels; row 0 is the lowest. NaN marks pixels that do not count. */
export interface ScalarGrid {
  readonly values: Float64Array;
  readonly width: number;
  readonly height: number;
}

/** Number of standard deviations that a smoothing kernel reaches. */
export const SMOOTHING_REACH = 2.5;

/**
 * Gaussian smoothing, separable, with weights renormalised at edges and next to pixels that do not count.
 *
 * @param sigma - standard deviation in pixels, above 0.
 */
export function smoothGrid({ values, width, height }: ScalarGrid, sigma: number): ScalarGrid {
  const reach = Math.ceil(SMOOTHING_REACH * sigma);
  const weight = (k: number) => Math.exp(-0.5 * (k / sigma) ** 2);
  const sums = new Float64Array(values.length);
  const weights = new Float64Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = Math.max(-reach, -x); k <= Math.min(reach, width - 1 - x); k++) {
        const value = values[y * width + x + k];
        if (Number.isNaN(value)) continue;
        sums[y * width + x] += weight(k) * value;
        weights[y * width + x] += weight(k);
      }
    }
  }
  const smoothed = new Float64Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      let total = 0;
      for (let k = Math.max(-reach, -y); k <= Math.min(reach, height - 1 - y); k++) {
        sum += weight(k) * sums[(y + k) * width + x];
        total += weight(k) * weights[(y + k) * width + x];
      }
      smoothed[y * width + x] = total > 1e-6 ? sum / total : NaN;
    }
  }
  return { values: smoothed, width, height };
}

/** Value, gradient and Hessian of a field at a pixel's centre, and what they say about ridges there. */
export interface Corner {
  readonly value: number;
  readonly gradient: readonly [number, number];
  /** xx, xy, yy */
  readonly hessian: readonly [number, number, number];
  /** μ, the most negative eigenvalue of the Hessian. */
  readonly curvature: number;
  /** Its eigenvector n, unit; the sign means nothing. */
  readonly normal: readonly [number, number];
}

export function cornerOf(
  value: number,
  gradient: readonly [number, number],
  hessian: readonly [number, number, number],
): Corner {
  const [xx, xy, yy] = hessian;
  const half = (xx - yy) / 2;
  const radius = Math.hypot(half, xy);
  // Of the two ways to write n the one that does not cancel.
  const [a, b] = half > 0 ? [-xy, half + radius] : [radius - half, -xy];
  const size = Math.hypot(a, b);
  return {
    value,
    gradient,
    hessian,
    curvature: (xx + yy) / 2 - radius,
    normal: size > 0 ? [a / size, b / size] : [1, 0],
  };
}

/** By central differences; null next to a pixel that does not count. */
function cornerAt({ values, width }: ScalarGrid, x: number, y: number): Corner | null {
  const at = (dx: number, dy: number) => values[(y + dy) * width + x + dx];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) if (Number.isNaN(at(dx, dy))) return null;
  }
  const value = at(0, 0);
  const xx = at(1, 0) - 2 * value + at(-1, 0);
  const yy = at(0, 1) - 2 * value + at(0, -1);
  const xy = (at(1, 1) - at(-1, 1) - at(1, -1) + at(-1, -1)) / 4;
  const gradient = [(at(1, 0) - at(-1, 0)) / 2, (at(0, 1) - at(0, -1)) / 2] as const;
  return cornerOf(value, gradient, [xx, xy, yy]);
}

/** Normals of neighbours that differ by more than 60° have no ridge between them. */
const LEAST_AGREEMENT = 0.5;

/** ∇f·n at two neighbouring corners, n at the second turned to agree with n at the first. */
export function slopesBetween(a: Corner, b: Corner): readonly [number, number] {
  const slope = ({ gradient, normal }: Corner) => gradient[0] * normal[0] + gradient[1] * normal[1];
  const agreement = a.normal[0] * b.normal[0] + a.normal[1] * b.normal[1];
  return [slope(a), agreement < 0 ? -slope(b) : slope(b)];
}

/**
 * Where a ridge passes between two neighbouring corners: the part of the way from a to b, 0 to 1, or null
 * where none does.
 */
export function crossingBetween(a: Corner | null, b: Corner | null): number | null {
  if (!a || !b || a.curvature >= 0 || b.curvature >= 0) return null;
  const agreement = a.normal[0] * b.normal[0] + a.normal[1] * b.normal[1];
  if (Math.abs(agreement) < LEAST_AGREEMENT) return null;
  const [from, to] = slopesBetween(a, b);
  return from > 0 === to > 0 ? null : from / (from - to);
}

/** Around a cell, from its lower left corner. */
const EDGES = [
  [0, 1],
  [1, 3],
  [3, 2],
  [2, 0],
] as const;

/**
 * Height ridges of a field: curves where the gradient vanishes along n, the direction of the most negative
 * curvature μ < 0 (∇f·n = 0), with f at least `threshold` and −μ at least `sharpness`. This is what is
 * drawn live; curves/ridge-curves.ts has the same rule with derivatives of a surface that is fitted.
 *
 * n has no sign; along each edge of a cell between four pixel centres its ends are turned to agree, and the
 * ridge crosses where ∇f·n, interpolated between them, is 0. So neighbouring cells share their ends.
 *
 * Source: Eberly, Ridges in Image and Data Analysis (1996), height ridges; Sadlo & Peikert, IEEE TVCG 13
 * (2007), for ridges of exponents.
 *
 * @returns segments [count][4]: x0, y0, x1, y1 in pixels, a pixel's centre at (column + ½, row + ½).
 */
export function findRidges(grid: ScalarGrid, threshold: number, sharpness: number): Float64Array {
  const { width, height } = grid;
  const segments: number[] = [];
  for (let y = 1; y + 2 < height; y++) {
    for (let x = 1; x + 2 < width; x++) {
      const corners = [0, 1, 2, 3].map((c) => cornerAt(grid, x + (c % 2), y + (c >> 1)));
      const found: number[] = [];
      for (const [i, j] of EDGES) {
        const [a, b] = [corners[i], corners[j]];
        const part = crossingBetween(a, b);
        if (part === null) continue;
        const mix = (from: number, to: number) => from + part * (to - from);
        if (mix(a!.value, b!.value) < threshold) continue;
        if (-mix(a!.curvature, b!.curvature) < sharpness) continue;
        found.push(x + 0.5 + mix(i % 2, j % 2), y + 0.5 + mix(i >> 1, j >> 1));
      }
      for (let i = 0; i + 3 < found.length; i += 4) segments.push(...found.slice(i, i + 4));
    }
  }
  return Float64Array.from(segments);
}
