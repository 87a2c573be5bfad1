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

interface Corner {
  readonly value: number;
  readonly curvature: number;
  readonly normal: readonly [number, number];
  readonly gradient: readonly [number, number];
}

/** Value, gradient, most negative curvature and its direction at a pixel, by central differences. */
function cornerAt({ values, width }: ScalarGrid, x: number, y: number): Corner | null {
  const at = (dx: number, dy: number) => values[(y + dy) * width + x + dx];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) if (Number.isNaN(at(dx, dy))) return null;
  }
  const value = at(0, 0);
  const xx = at(1, 0) - 2 * value + at(-1, 0);
  const yy = at(0, 1) - 2 * value + at(0, -1);
  const xy = (at(1, 1) - at(-1, 1) - at(1, -1) + at(-1, -1)) / 4;
  const half = (xx - yy) / 2;
  const radius = Math.hypot(half, xy);
  const [a, b] = half > 0 ? [-xy, half + radius] : [radius - half, -xy];
  const size = Math.hypot(a, b);
  return {
    value,
    curvature: (xx + yy) / 2 - radius,
    normal: size > 0 ? [a / size, b / size] : [1, 0],
    gradient: [(at(1, 0) - at(-1, 0)) / 2, (at(0, 1) - at(0, -1)) / 2],
  };
}

const EDGES = [
  [0, 1],
  [1, 3],
  [3, 2],
  [2, 0],
] as const;
/** Directions within a cell that differ by more than 60° have no ridge between them. */
const LEAST_AGREEMENT = 0.5;

/**
 * Height ridges of a field: curves where the gradient vanishes along n, the direction of the most negative
 * curvature μ < 0 (∇f·n = 0), with f at least `threshold` and −μ at least `sharpness`.
 *
 * n has no sign; within a cell between four pixel centres all four are turned to agree with the sharpest
 * corner. Ends are found by linear interpolation along the cell's edges.
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
      addCell(corners, x + 0.5, y + 0.5, threshold, sharpness, segments);
    }
  }
  return Float64Array.from(segments);
}

function addCell(
  corners: readonly (Corner | null)[],
  left: number,
  bottom: number,
  threshold: number,
  sharpness: number,
  segments: number[],
): void {
  const known = corners.filter((corner) => corner !== null && corner.curvature < 0) as Corner[];
  if (known.length < 4) return;
  const sharpest = known.reduce((a, b) => (b.curvature < a.curvature ? b : a));
  const slopes = known.map(({ normal: [a, b], gradient: [gx, gy] }) => {
    const agreement = a * sharpest.normal[0] + b * sharpest.normal[1];
    if (Math.abs(agreement) < LEAST_AGREEMENT) return NaN;
    return Math.sign(agreement) * (gx * a + gy * b);
  });
  if (slopes.some((slope) => Number.isNaN(slope))) return;
  const found: number[] = [];
  for (const [a, b] of EDGES) {
    if (slopes[a] > 0 === slopes[b] > 0) continue;
    const part = slopes[a] / (slopes[a] - slopes[b]);
    const mix = (from: number, to: number) => from + part * (to - from);
    if (mix(known[a].value, known[b].value) < threshold) continue;
    if (-mix(known[a].curvature, known[b].curvature) < sharpness) continue;
    found.push(left + mix(a % 2, b % 2), bottom + mix(a >> 1, b >> 1));
  }
  for (let i = 0; i + 3 < found.length; i += 4) segments.push(...found.slice(i, i + 4));
}
