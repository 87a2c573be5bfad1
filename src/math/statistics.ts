/** Mean of at least one number; a sum that carries its rounding error along (Neumaier). */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  let carry = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const next = sum + value;
    carry += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return (sum + carry) / values.length;
}

/** Root of the mean squared distance from the mean (of the population, not a sample). */
export function deviation(values: ArrayLike<number>, centre = mean(values)): number {
  return Math.sqrt(mean(Array.from(values, (value) => (value - centre) ** 2)));
}

/**
 * The value below which a fraction of the values lies, interpolated between order statistics.
 *
 * @param sorted - at least one number, ascending.
 * @param fraction - 0 (least) to 1 (largest).
 */
export function quantile(sorted: ArrayLike<number>, fraction: number): number {
  const place = fraction * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  return low + (place - below) * (high - low);
}
