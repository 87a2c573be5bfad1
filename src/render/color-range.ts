import { assert } from '../errors.ts';
import type { FieldData } from '../engine/engine.ts';
import { shownValue, type ColorStyle, type ValueStyle } from './pixel-color.ts';

/** Bounds of the colours. */
export type ColorRange = readonly [low: number, high: number];

/** Part of the bounds that stays free. */
const ROOM = 0.04;
/** Values that quantiles are taken from, at most: evenly spaced pixels. */
const MOST_VALUES = 2 ** 20;

/**
 * The least bounds that hold the values from `low` to `high`.
 *
 * @param symmetric - bounds are −high and high, so that 0 has the middle colour.
 */
export function coveringRange(low: number, high: number, symmetric: boolean): ColorRange {
  const reach = Math.max(Math.abs(low), Math.abs(high));
  if (symmetric) [low, high] = [-reach, reach];
  // A flat picture still needs bounds that differ.
  const extra = Math.max(0, Math.max(1e-6 * reach, 1e-12) - (high - low)) / 2;
  return [low - extra, high + extra];
}

export function addRoom([low, high]: ColorRange): ColorRange {
  const extra = ((high - low) / 2) * ROOM;
  return [low - extra, high + extra];
}

/**
 * Bounds for a field: around the 1 % and 99 % quantiles of what is shown, symmetric for the diverging
 * map; −1 and 1 where nothing is shown or the quantity has no scale.
 */
export function automaticRange(data: FieldData, style: Omit<ColorStyle, 'range'>): ColorRange {
  const { quantity, colormap } = style;
  if (quantity === 'class' || quantity === 'direction') return [-1, 1];
  const found = quantileRange(data, style);
  return found ? addRoom(coveringRange(...found, colormap === 'diverging')) : [-1, 1];
}

/** Least and largest shown value; null if there is none. */
export function extremeRange(data: FieldData, style: ValueStyle): ColorRange | null {
  let [low, high] = [Infinity, -Infinity];
  for (let pixel = 0; pixel < data.statuses.length; pixel++) {
    const value = shownValue(data, pixel, style);
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

/** 1 % and 99 % quantiles of what is shown; null if nothing is. */
export function quantileRange(data: FieldData, style: ValueStyle): ColorRange | null {
  const { length } = data.statuses;
  assert(length > 0, 'a field without pixels');
  const stride = Math.ceil(length / MOST_VALUES);
  const values = new Float64Array(Math.ceil(length / stride));
  let count = 0;
  for (let pixel = 0; pixel < length; pixel += stride) {
    const value = shownValue(data, pixel, style);
    if (value !== null) values[count++] = value;
  }
  if (count === 0) return null;
  const sorted = values.subarray(0, count).sort();
  const at = (fraction: number): number => sorted[Math.round(fraction * (count - 1))];
  return [at(0.01), at(0.99)];
}
