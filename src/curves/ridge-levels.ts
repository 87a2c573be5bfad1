import type { FieldData } from '../engine/engine.ts';
import { Status } from '../engine/engine.ts';
import { fieldStatistics } from '../engine/field-statistics.ts';
import { checkRidgeOptions, drawnRidges, ridgeLimits } from '../engine/ridge-limits.ts';
import { DataError } from '../errors.ts';
import { quantile } from '../math/statistics.ts';
import { pixelSteps } from './curve.ts';

/**
 * A value of λ₁; or the one below which that percentage of the field's good pixels lies, 0 to 100; or `auto`, which
 * takes it from the field's statistics.
 */
export type RidgeLevel = number | { readonly percentile: number } | 'auto';

/** What counts as a ridge; everything has a default. */
export interface RidgeCurveOptions {
  /**
   * Standard deviation of the Gaussian derivatives, in pixels, 0.5 to 16. By default 1/170 of the field's longer
   * side, but at least 0.8 and at most 4.
   */
  readonly smoothing?: number;
  /** A curve has λ₁ ≥ low everywhere, and ≥ high somewhere: weak parts stay where they are joined to strong ones. */
  readonly low?: RidgeLevel;
  readonly high?: RidgeLevel;
  /** Least sharpness −nᵀHn: a fraction of the range of λ₁ (1 % to 99 %) per squared twentieth of the longer side; 0.1. */
  readonly sharpness?: number;
  /** Shorter curves are dropped; plane units; by default a twentieth of the field's longer side. */
  readonly minimumLength?: number;
}

/** The same as numbers. */
export interface RidgeCurveLimits {
  /** Pixels. */
  readonly smoothing: number;
  readonly low: number;
  readonly high: number;
  /** λ per squared plane unit. */
  readonly sharpness: number;
  /** Plane units. */
  readonly minimumLength: number;
}

/** The fitted surfaces need neighbours with weight. */
export const LEAST_SMOOTHING = 0.5;
/** Shorter curves are dropped by default: this part of the field's longer side. */
const SHORTEST_PART = 1 / 20;
/** How far from the mean to the threshold of strong ridges the level `auto` of weak ones lies. */
const WEAK_PART = 2 / 3;

/** @throws DataError if an option is out of range, or low is above high. */
export function ridgeCurveLimits(data: FieldData, options: RidgeCurveOptions): RidgeCurveLimits {
  const { width, height } = data.request;
  const side = Math.max(width, height);
  const standard = drawnRidges(data.request);
  const {
    smoothing = standard.smoothing,
    sharpness = standard.sharpness,
    low = 'auto',
    high = 'auto',
  } = options;
  checkRidgeOptions({ smoothing, sharpness, threshold: 'auto' });
  if (smoothing < LEAST_SMOOTHING) {
    throw new DataError(`smoothing is ${smoothing}, but must be at least ${LEAST_SMOOTHING}`);
  }
  const statistics = fieldStatistics(data);
  const perPixel = ridgeLimits(statistics, data.request, {
    smoothing,
    sharpness,
    threshold: 'auto',
  });
  const strong = levelValue('high', high, perPixel.threshold, data);
  const weak = Math.max(0, statistics.mean + WEAK_PART * (perPixel.threshold - statistics.mean));
  const least = levelValue('low', low, Math.min(weak, strong), data);
  if (least > strong) throw new DataError(`low is ${least}, but must not be above high, ${strong}`);
  const longerStep = Math.max(...pixelSteps(data.request));
  const { minimumLength = SHORTEST_PART * side * longerStep } = options;
  if (!(minimumLength >= 0 && minimumLength < Infinity)) {
    throw new DataError(`minimumLength is ${minimumLength}, but must be finite and at least 0`);
  }
  return {
    smoothing,
    low: least,
    high: strong,
    sharpness: perPixel.sharpness / longerStep ** 2,
    minimumLength,
  };
}

function levelValue(name: string, level: RidgeLevel, automatic: number, data: FieldData): number {
  if (level === 'auto') return automatic;
  if (typeof level === 'number') {
    if (Number.isFinite(level)) return level;
    throw new DataError(`${name} is ${level}, but must be finite`);
  }
  const { percentile } = level;
  if (!(percentile >= 0 && percentile <= 100)) {
    throw new DataError(`${name}.percentile is ${percentile}, but must be from 0 to 100`);
  }
  const good = data.exponents.filter((_, i) => data.statuses[i] === Status.good).sort();
  return good.length > 0 ? quantile(good, percentile / 100) : 0;
}
