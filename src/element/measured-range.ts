import { Status, type Field, type FieldData } from '../engine/engine.ts';
import type { ColorRange } from './automatic-range.ts';
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
  const data = await field.read();
  if (quantity === 'second-exponent') return quantiles(data, data.secondExponents, 1, scale);
  return quantiles(data, data.outputs, data.outputs.length / data.statuses.length, 1);
}

/** Quantiles of `values[pixel · stride]` over the pixels with good status and a finite value. */
function quantiles(
  { statuses }: FieldData,
  values: Float32Array,
  stride: number,
  scale: number,
): ColorRange | null {
  const good = new Float32Array(statuses.length);
  let count = 0;
  for (let pixel = 0; pixel < statuses.length; pixel++) {
    const value = values[pixel * stride];
    if (statuses[pixel] === Status.good && Number.isFinite(value)) good[count++] = value;
  }
  if (count === 0) return null;
  const sorted = good.subarray(0, count).sort();
  const at = (fraction: number): number => sorted[Math.round(fraction * (count - 1))] * scale;
  return [at(0.01), at(0.99)];
}
