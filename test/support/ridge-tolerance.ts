import { FLOAT64_UNIT } from './tolerance.ts';

/** A Gaussian wall exp(−d²/2w²) along a curve, in pixels. */
export interface WallShape {
  /** w */
  readonly width: number;
  /** Largest curvature of the curve, 1/radius; 0 for a line. */
  readonly curvature: number;
  /** σ of the derivatives. */
  readonly smoothing: number;
}

/**
 * Largest distance of a ridge from the wall's top inside a field, in pixels.
 *
 * Smoothing moves the top of a bent wall by κσ²/2 to first order, and by half as much again while σ ≤ w / 2. The slope
 * across the wall is taken as linear along the edge of a pixel, at most √2 long across it: its cubic part moves the
 * zero by up to max x(1 − x)(1 − 2x)/2 = 0.048 of a squared edge by w² + σ². Weights end at 4 σ on a square window: the
 * missing part of their second moment, 1.1e-3, turns n by as much to either side where the field is no wall.
 */
export function insideTolerance({ width, curvature, smoothing }: WallShape): number {
  const cubic = (2 * 0.048) / (width ** 2 + smoothing ** 2);
  return 0.75 * curvature * smoothing ** 2 + cubic + 2.2e-3 * smoothing;
}

/**
 * Likewise at the field's edge, where the fitted window has one side only: what a quadratic surface leaves out, the
 * cubic part of the slope, counts in full: at most half of σ³/w², the third derivative by the second.
 */
export function edgeTolerance(shape: WallShape): number {
  return insideTolerance(shape) + (0.5 * shape.smoothing ** 3) / shape.width ** 2;
}

/**
 * Rounding of the derivatives of a quadratic field: that of the field's values, at most `largest`, in sums of a few dozen,
 * divided by σ for each derivative, and magnified by the normal equations. A one-sided window has to see a pixel two
 * away, whose row in the least squares problem counts √w = exp(−1/σ²).
 */
export function fitTolerance(largest: number, sigma: number, order: number): number {
  return (40 * Math.exp(1 / sigma ** 2) * FLOAT64_UNIT * largest) / Math.min(1, sigma) ** order;
}
