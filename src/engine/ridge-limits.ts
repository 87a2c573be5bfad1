import { DataError } from '../errors.ts';
import type { Field, FieldRequest, FieldStatistics, RidgeOptions } from './engine.ts';

/** What counts as a ridge, in the units of the field and its pixels. */
export interface RidgeLimits {
  /** Least λ₁. */
  readonly threshold: number;
  /** Least −nᵀHn, λ per squared pixel. */
  readonly sharpness: number;
}

/** The length by which sharpness is stated: this part of the field's longer side. */
const REFERENCE_PART = 1 / 20;
/** How far from the mean to the high end of λ₁ the threshold `auto` lies. */
const STRONG_PART = 0.6;
/** Ridges keep to the boundary of trained networks and are whole at this sharpness; less adds spurs. */
const STANDARD_SHARPNESS = 0.1;
/** λ₁ is smoothed over this part of the field's longer side, so that a finer field has the same ridges. */
const STANDARD_SMOOTHING = { part: 1 / 170, leastPixels: 0.8, mostPixels: 4 };
/** Pixels: kernels reach no further. */
export const MOST_SMOOTHING = 16;
/** Second differences below this part of |λ₁| may be rounding of float32: 16 u. */
const ROUNDING = 2 ** -20;

/**
 * Limits for a field. The threshold `auto` lies 60 % of the way from the mean to the high end (99 %) of λ₁, and
 * not below 0: where nothing stretches there is no ridge. Sharpness is at least what float32 can tell from 0.
 *
 * The shader's twin is find_limits() of shaders/kernels/ridge.wgsl.
 */
export function ridgeLimits(
  { minimum, maximum, mean, low, high }: FieldStatistics,
  request: FieldRequest,
  { threshold, sharpness }: RidgeOptions,
): RidgeLimits {
  const noise = ROUNDING * Math.max(Math.abs(minimum), Math.abs(maximum));
  return {
    threshold: threshold === 'auto' ? Math.max(0, mean + STRONG_PART * (high - mean)) : threshold,
    sharpness: Math.max(sharpnessPart(request, sharpness) * (high - low), noise),
  };
}

/** Largest side of a field that ridges are looked for in: a live field is in memory as a whole. */
const RIDGE_SIDE = 2048;

/** The request itself, or one for a smaller field of the same view, in which its ridges can be found. */
export function ridgeRequest(request: FieldRequest): FieldRequest {
  const { width, height } = request;
  const factor = RIDGE_SIDE / Math.max(width, height);
  if (factor >= 1) return request;
  const pixels = (length: number): number => Math.max(1, Math.round(factor * length));
  return { ...request, width: pixels(width), height: pixels(height) };
}

/** Which ridges maps draw, whatever the size of the field. */
export interface DrawnRidges {
  /** Standard deviation of the Gaussian that smooths λ₁, a part of the field's longer side; null: the standard. */
  readonly smoothing: number | null;
  /** Least λ₁; `auto` takes it from the field's statistics. */
  readonly threshold: number | 'auto';
}

export const STANDARD_RIDGES: DrawnRidges = { smoothing: null, threshold: 'auto' };

/** The same in the units of a field. */
export function drawnRidges(
  { width, height }: Pick<FieldRequest, 'width' | 'height'>,
  { smoothing, threshold }: DrawnRidges = STANDARD_RIDGES,
): RidgeOptions {
  const { part, leastPixels, mostPixels } = STANDARD_SMOOTHING;
  const most = smoothing === null ? mostPixels : MOST_SMOOTHING;
  const pixels = (smoothing ?? part) * Math.max(width, height);
  return {
    smoothing: Math.max(leastPixels, Math.min(most, pixels)),
    threshold,
    sharpness: STANDARD_SHARPNESS,
  };
}

/** Sharpness as a part of the range of λ₁ per squared pixel. */
export function sharpnessPart({ width, height }: FieldRequest, sharpness: number): number {
  return sharpness / (REFERENCE_PART * Math.max(width, height)) ** 2;
}

/** @throws DataError if an option is out of range. */
export function checkRidgeOptions({ smoothing, sharpness, threshold }: RidgeOptions): void {
  if (!(smoothing > 0 && smoothing <= MOST_SMOOTHING)) {
    throw new DataError(
      `smoothing is ${smoothing}, but must be above 0 and at most ${MOST_SMOOTHING} pixels`,
    );
  }
  if (!(sharpness >= 0 && sharpness < Infinity)) {
    throw new DataError(`sharpness is ${sharpness}, but must be a finite number and at least 0`);
  }
  if (threshold !== 'auto' && !Number.isFinite(threshold)) {
    throw new DataError(`threshold is ${threshold}, but must be a finite number or auto`);
  }
}

/** @throws DataError if nothing has been computed. */
export function currentRequest(field: Field): FieldRequest {
  if (!field.request) throw new DataError('ridges of a field that is not computed; call compute()');
  return field.request;
}
