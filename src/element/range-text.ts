import type { ColorRange } from '../render/color-range.ts';

/** Significant digits of bounds: colours are 256. */
const DIGITS = 6;

/**
 * The attribute `range` as it gives the same colours elsewhere: of a locked range the bounds, since there they would be
 * those of another field.
 *
 * @param bounds - that are in force; null if there are none yet.
 */
export function writeRange(range: string | null, bounds: ColorRange | null): string | null {
  if (range !== 'locked' || !bounds) return range;
  return bounds.map((bound) => String(Number(bound.toPrecision(DIGITS)))).join(',');
}
