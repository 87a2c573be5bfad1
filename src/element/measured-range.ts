import type { Field } from '../engine/engine.ts';
import { quantileRange, type ColorRange } from '../render/color-range.ts';
import type { Quantity } from './settings.ts';

/**
 * 1 % and 99 % quantiles of what a field shows.
 *
 * @param scale - factor from λ to what is shown.
 * @returns null if the quantity has no colour range or no pixel has a value.
 */
export async function measureRange(
  field: Field,
  quantity: Quantity,
  scale: number,
): Promise<ColorRange | null> {
  if (quantity === 'direction' || quantity === 'class') return null;
  if (quantity === 'exponent') {
    const { low, high, goodCount } = await field.statistics();
    return goodCount > 0 ? [low * scale, high * scale] : null;
  }
  return quantileRange(await field.read(), { quantity, scale, outputIndex: 0 });
}
