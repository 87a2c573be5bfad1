import { BIN_COUNT, Status } from './engine.ts';
import type { FieldData, FieldHistogram, FieldStatistics } from './engine.ts';

/** Histogram of λ₁ over the pixels with good status; without any, all numbers but `badCount` are 0. */
export function fieldHistogram({ exponents, statuses }: FieldData): FieldHistogram {
  let [minimum, maximum, goodCount] = [Infinity, -Infinity, 0];
  for (let i = 0; i < exponents.length; i++) {
    if (statuses[i] !== Status.good) continue;
    const value = exponents[i];
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    goodCount++;
  }
  if (goodCount === 0) [minimum, maximum] = [0, 0];
  const counts = new Uint32Array(BIN_COUNT);
  const binsPerUnit = maximum > minimum ? BIN_COUNT / (maximum - minimum) : 0;
  for (let i = 0; i < exponents.length; i++) {
    if (statuses[i] !== Status.good) continue;
    const bin = Math.floor((exponents[i] - minimum) * binsPerUnit);
    counts[Math.min(bin, BIN_COUNT - 1)]++;
  }
  return { minimum, maximum, counts, goodCount, badCount: exponents.length - goodCount };
}

/** Statistics of λ₁ over the pixels with good status; without any, the numbers are 0. */
export function fieldStatistics(data: FieldData): FieldStatistics {
  const { minimum, maximum, counts, goodCount, badCount } = fieldHistogram(data);
  if (goodCount === 0) {
    return { minimum: 0, maximum: 0, mean: 0, low: 0, high: 0, goodCount, badCount };
  }
  const { exponents, statuses } = data;
  const sum = exponents.reduce((s, value, i) => (statuses[i] === Status.good ? s + value : s), 0);
  const quantile = (percent: number): number => {
    const wanted = (percent * goodCount) / 100;
    let below = 0;
    for (let bin = 0; bin < BIN_COUNT; bin++) {
      const count = counts[bin];
      if (count > 0 && below + count >= wanted) {
        const place = (bin + (wanted - below) / count) / BIN_COUNT;
        return minimum + place * (maximum - minimum);
      }
      below += count;
    }
    return maximum;
  };
  const mean = sum / goodCount;
  return { minimum, maximum, mean, low: quantile(1), high: quantile(99), goodCount, badCount };
}
