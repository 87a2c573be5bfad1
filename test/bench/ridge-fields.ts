// ridge-fields.ts: fields whose ridges are known, and how far the ridges that are found are from them
import { curveLength } from '../../src/curves/curve.ts';
import { findRidgeCurves } from '../../src/curves/ridge-curves.ts';
import { mean } from '../../src/math/statistics.ts';
import { RandomStream, Purpose } from '../../src/math/random.ts';
import type { Domain } from '../../src/model/plane.ts';
import { findRidges, smoothGrid } from '../../src/reference/ridge.ts';
import { createFieldData } from '../support/synthetic-field.ts';

/** A field over [−1, 1]² whose ridges are known. */
export interface RidgeField {
  readonly name: string;
  value(s: number, t: number): number;
  /** Distance to the nearest ridge, to first order near it. */
  distance(s: number, t: number): number;
  /** Length of its ridges within the square, to a percent. */
  readonly length: number;
  /** Least deviation of the Gaussian across its ridges. */
  readonly width: number;
  /** Largest curvature of the ridges; 0 for lines. */
  readonly curvature: number;
  /** −nᵀHn on the ridge; null where it is not simply known. */
  readonly sharpness: ((s: number, t: number) => number) | null;
  /** Standard deviation of normal noise on every pixel. */
  readonly noise?: number;
}

/** Deviation of the Gaussian across each ridge. */
export const WALL_WIDTH = 0.1;
const wall = (distance: number): number => Math.exp(-0.5 * (distance / WALL_WIDTH) ** 2);
const DOMAIN: Domain = { sMin: -1, tMin: -1, sMax: 1, tMax: 1 };

const ANGLE = 0.4;
const [COSINE, SINE] = [Math.cos(ANGLE), Math.sin(ANGLE)];
/** Coordinates turned by ANGLE, off the centre. */
const along = (s: number, t: number): number => (s - 0.03) * COSINE + (t - 0.01) * SINE;
const across = (s: number, t: number): number => (t - 0.01) * COSINE - (s - 0.03) * SINE;
const lineLength = 2 / COSINE;

/** First-order distance to the curve g = 0 from g and its gradient. */
const byGradient = (g: number, gs: number, gt: number): number => Math.abs(g) / Math.hypot(gs, gt);

const ELLIPSE = { a: 0.8, b: 0.45 };
const ellipse = (s: number, t: number): number => Math.hypot(s / ELLIPSE.a, t / ELLIPSE.b);
const PARABOLA = { bend: 0.6, foot: -0.7 };

export const RIDGE_FIELDS: readonly RidgeField[] = [
  {
    name: 'circle',
    value: (s, t) => wall(Math.hypot(s, t) - 0.6),
    distance: (s, t) => Math.abs(Math.hypot(s, t) - 0.6),
    length: 2 * Math.PI * 0.6,
    width: WALL_WIDTH,
    curvature: 1 / 0.6,
    sharpness: () => 1 / WALL_WIDTH ** 2,
  },
  {
    name: 'ellipse',
    value: (s, t) => wall((ellipse(s, t) - 1) * ELLIPSE.b),
    distance(s, t) {
      const r = ellipse(s, t);
      return byGradient(r - 1, s / (r * ELLIPSE.a ** 2), t / (r * ELLIPSE.b ** 2));
    },
    length: 4.0043,
    width: WALL_WIDTH,
    curvature: ELLIPSE.a / ELLIPSE.b ** 2,
    sharpness: null,
  },
  {
    name: 'crossing lines',
    value: (s, t) => wall(along(s, t)) + wall(across(s, t)),
    distance: (s, t) => Math.min(Math.abs(along(s, t)), Math.abs(across(s, t))),
    length: 2 * lineLength,
    width: WALL_WIDTH,
    curvature: 0,
    sharpness: null,
  },
  {
    name: 'parabola',
    value: (s, t) => wall(t - PARABOLA.foot - PARABOLA.bend * s * s),
    distance: (s, t) =>
      byGradient(t - PARABOLA.foot - PARABOLA.bend * s * s, -2 * PARABOLA.bend * s, 1),
    length: 2.4087,
    width: WALL_WIDTH / Math.hypot(1, 2 * PARABOLA.bend),
    curvature: 2 * PARABOLA.bend,
    sharpness: null,
  },
  {
    name: 'Gaussian ridge',
    value: (s, t) => (1 + 0.3 * along(s, t)) * wall(across(s, t)),
    distance: (s, t) => Math.abs(across(s, t)),
    length: lineLength,
    width: WALL_WIDTH,
    curvature: 0,
    sharpness: (s, t) => (1 + 0.3 * along(s, t)) / WALL_WIDTH ** 2,
  },
  {
    name: 'with 2 % noise',
    value: (s, t) => (1 + 0.3 * along(s, t)) * wall(across(s, t)),
    distance: (s, t) => Math.abs(across(s, t)),
    length: lineLength,
    width: WALL_WIDTH,
    curvature: 0,
    sharpness: (s, t) => (1 + 0.3 * along(s, t)) / WALL_WIDTH ** 2,
    noise: 0.02,
  },
];

/** How far ridges are from the true ones, in pixels. */
export interface RidgeErrors {
  /**
   * Root of the mean square, and the largest, of points whose window, of 4 σ, is within the field;
   * null if there are none.
   */
  readonly inside: number | null;
  readonly worstInside: number | null;
  /** Likewise of the other points. */
  readonly atEdge: number | null;
  readonly worstAtEdge: number | null;
  /** Length found less length that there is, as a part of it. */
  readonly excess: number;
  /** Mean of −nᵀHn inside, as a part of the true one; null where that is not known. */
  readonly sharpnessRatio: number | null;
}

/** Points below this part of the height are left out. */
const LOW = 0.5;
/** As RidgeOptions has it: without, the foot of a ring, bent along it more than across, counts as ridge as well. */
const SHARPNESS = 0.1;
/** As reference/surface-fit.ts has it. */
const WINDOW_REACH = 4;

export function fieldPixels(field: RidgeField, side: number) {
  const stream = new RandomStream(7, Purpose.noise);
  return createFieldData({ width: side, height: side }, DOMAIN, (s, t) => ({
    exponent: field.value(s, t) + (field.noise ? field.noise * stream.normal() : 0),
  }));
}

/**
 * @param way - `curves`: Gaussian derivatives by fitted surfaces; `live`: central differences of the smoothed field.
 */
export function measureRidges(
  field: RidgeField,
  side: number,
  smoothing: number,
  way: 'curves' | 'live',
): RidgeErrors {
  const data = fieldPixels(field, side);
  const step = 2 / side;
  if (way === 'live') {
    const grid = smoothGrid(
      { values: Float64Array.from(data.exponents), width: side, height: side },
      smoothing,
    );
    const sharpness = SHARPNESS / (side / 20) ** 2;
    const ends = findRidges(grid, LOW, sharpness).map((pixel) => DOMAIN.sMin + pixel * step);
    let length = 0;
    for (let i = 0; i < ends.length; i += 4) {
      length += Math.hypot(ends[i + 2] - ends[i], ends[i + 3] - ends[i + 1]);
    }
    return summarise(field, step, smoothing, ends, null, length);
  }
  const curves = findRidgeCurves(data, {
    smoothing,
    low: LOW,
    high: LOW,
    sharpness: SHARPNESS,
  });
  const points = curves.flatMap((curve) => Array.from(curve.points));
  const sharpnesses = curves.flatMap((curve) => Array.from(curve.sharpnesses));
  const length = curves.reduce((sum, curve) => sum + curveLength(curve), 0);
  return summarise(field, step, smoothing, points, sharpnesses, length);
}

function summarise(
  field: RidgeField,
  step: number,
  smoothing: number,
  points: ArrayLike<number>,
  sharpnesses: readonly number[] | null,
  length: number,
): RidgeErrors {
  const inside: number[] = [];
  const atEdge: number[] = [];
  const bends: number[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const [s, t] = [points[i], points[i + 1]];
    const isInside = 1 - Math.max(Math.abs(s), Math.abs(t)) > WINDOW_REACH * smoothing * step;
    (isInside ? inside : atEdge).push(field.distance(s, t) / step);
    if (isInside && sharpnesses && field.sharpness) {
      bends.push(sharpnesses[i / 2] / field.sharpness(s, t));
    }
  }
  return {
    inside: rootMeanSquare(inside),
    worstInside: inside.length > 0 ? Math.max(...inside) : null,
    atEdge: rootMeanSquare(atEdge),
    worstAtEdge: atEdge.length > 0 ? Math.max(...atEdge) : null,
    excess: length / field.length - 1,
    sharpnessRatio: bends.length > 0 ? mean(bends) : null,
  };
}

function rootMeanSquare(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
