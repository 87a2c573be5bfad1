import { DataError } from '../errors.ts';
import type { Field, FieldRequest, RidgeOptions } from './engine.ts';

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

/**
 * Limits for a field. The threshold `auto` lies 60 % of the way from the mean to the high end (99 %) of λ₁, and
 * not below 0: where nothing stretches there is no ridge.
 *
 * @throws DataError if an option is out of range or nothing has been computed.
 */
export async function ridgeLimits(field: Field, options: RidgeOptions): Promise<RidgeLimits> {
  const { smoothing, sharpness, threshold } = options;
  if (!(smoothing > 0 && smoothing <= 16)) {
    throw new DataError(`smoothing is ${smoothing}, but must be above 0 and at most 16 pixels`);
  }
  if (!(sharpness >= 0)) throw new DataError(`sharpness is ${sharpness}, but must be at least 0`);
  if (threshold !== 'auto' && !Number.isFinite(threshold)) {
    throw new DataError(`threshold is ${threshold}, but must be a finite number or auto`);
  }
  const { mean, low, high, goodCount } = await field.statistics();
  if (goodCount === 0) return { threshold: Infinity, sharpness: Infinity };
  const { width, height } = currentRequest(field);
  const length = REFERENCE_PART * Math.max(width, height);
  return {
    threshold: threshold === 'auto' ? Math.max(0, mean + STRONG_PART * (high - mean)) : threshold,
    sharpness: (sharpness * (high - low)) / length ** 2,
  };
}

/** @throws DataError if nothing has been computed. */
export function currentRequest(field: Field): FieldRequest {
  if (!field.request) throw new DataError('ridges of a field that is not computed; call compute()');
  return field.request;
}
