import { DataError } from '../errors.ts';

/** Equal bins from `low` to `high`, filled part by part: a million values take the memory of their bins. */
export class Histogram {
  /** [binCount]; a value at `high` is in the last bin. */
  readonly counts: Float64Array;
  /** Values outside, and those that are not a number. */
  below = 0;
  above = 0;
  notANumber = 0;

  /** @throws DataError if there is no bin or no room between the ends. */
  constructor(
    readonly low: number,
    readonly high: number,
    binCount: number,
  ) {
    checkBins(low, high, binCount);
    this.counts = new Float64Array(binCount);
  }

  get binCount(): number {
    return this.counts.length;
  }

  /** Values inside the bins. */
  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Middle of a bin. */
  centre(bin: number): number {
    return this.low + ((bin + 0.5) / this.binCount) * (this.high - this.low);
  }

  /** Fraction of all counted values in a bin, divided by its width: it integrates to 1 over the bins. */
  density(bin: number): number {
    return (this.counts[bin] / this.total / (this.high - this.low)) * this.binCount;
  }

  add(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) {
      const bin = binOf(values[i], this.low, this.high, this.binCount);
      if (bin >= 0 && bin < this.binCount) this.counts[bin]++;
      else if (bin < 0) this.below++;
      else if (bin >= this.binCount) this.above++;
      else this.notANumber++;
    }
  }
}

/** Mean of y, with its standard error, for each of equal bins of x; filled part by part. */
export class BinnedMeans {
  readonly counts: Float64Array;
  readonly #means: Float64Array;
  /** Σ (y − mean)², kept up to date by Welford's recurrence, which does not cancel. */
  readonly #squares: Float64Array;

  /** @throws DataError if there is no bin or no room between the ends. */
  constructor(
    readonly low: number,
    readonly high: number,
    binCount: number,
  ) {
    checkBins(low, high, binCount);
    this.counts = new Float64Array(binCount);
    this.#means = new Float64Array(binCount);
    this.#squares = new Float64Array(binCount);
  }

  get binCount(): number {
    return this.counts.length;
  }

  centre(bin: number): number {
    return this.low + ((bin + 0.5) / this.binCount) * (this.high - this.low);
  }

  /** NaN where there is nothing. */
  mean(bin: number): number {
    return this.counts[bin] > 0 ? this.#means[bin] : NaN;
  }

  /** Of the mean, s/√n with the sample deviation s; NaN below two values. */
  standardError(bin: number): number {
    const count = this.counts[bin];
    return count > 1 ? Math.sqrt(this.#squares[bin] / (count - 1) / count) : NaN;
  }

  /** Pairs with x outside, or with a number that is not finite, are left out. */
  add(x: ArrayLike<number>, y: ArrayLike<number>): void {
    if (x.length !== y.length) {
      throw new DataError(`x has ${x.length} numbers, but y has ${y.length}`);
    }
    for (let i = 0; i < x.length; i++) {
      const bin = binOf(x[i], this.low, this.high, this.binCount);
      if (!(bin >= 0 && bin < this.binCount) || !Number.isFinite(y[i])) continue;
      const count = ++this.counts[bin];
      const difference = y[i] - this.#means[bin];
      this.#means[bin] += difference / count;
      this.#squares[bin] += difference * (y[i] - this.#means[bin]);
    }
  }
}

function checkBins(low: number, high: number, binCount: number): void {
  if (!Number.isInteger(binCount) || binCount < 1) {
    throw new DataError(`binCount is ${binCount}, but must be a whole number of at least 1`);
  }
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new DataError(`bins go from ${low} to ${high}, but need finite ends, low below high`);
  }
}

function binOf(value: number, low: number, high: number, binCount: number): number {
  return value === high ? binCount - 1 : Math.floor(((value - low) / (high - low)) * binCount);
}

/** exp(y_i) / Σ exp(y_j), shifted by the largest so that nothing overflows. */
export function softmax(outputs: ArrayLike<number>): Float64Array {
  let largest = -Infinity;
  for (let i = 0; i < outputs.length; i++) largest = Math.max(largest, outputs[i]);
  const powers = Float64Array.from(outputs, (value) => Math.exp(value - largest));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

/** −Σ p log p of a distribution, natural logarithm; 0 for a sure thing, log n for a uniform one. */
export function entropy(probabilities: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i];
    if (p > 0) sum -= p * Math.log(p);
  }
  return sum;
}

/**
 * Predictive entropy of an ensemble at one point: that of the mean of its members' distributions.
 *
 * Source: Storm et al., Phys. Rev. Lett. 132, 057301 (2024), Fig. 4; Lakshminarayanan et al., NIPS 2017.
 *
 * @param members - one distribution each, of equal length, at least one.
 */
export function predictiveEntropy(members: readonly ArrayLike<number>[]): number {
  const average = Float64Array.from(members[0], () => 0);
  for (const member of members) {
    for (let i = 0; i < average.length; i++) average[i] += member[i] / members.length;
  }
  return entropy(average);
}

/**
 * Spearman's rank correlation: Pearson's of the ranks, where equal values share the mean of theirs.
 *
 * @returns −1 to 1; NaN if all of one side are equal.
 * @throws DataError if lengths differ or there are fewer than two pairs.
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length || x.length < 2) {
    throw new DataError(
      `spearman() has ${x.length} and ${y.length} numbers, but needs two or more pairs`,
    );
  }
  const [a, b] = [ranks(x), ranks(y)];
  const centre = (x.length - 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - centre) * (b[i] - centre);
    aa += (a[i] - centre) ** 2;
    bb += (b[i] - centre) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

function ranks(values: ArrayLike<number>): Float64Array {
  const order = Float64Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const found = new Float64Array(values.length);
  for (let first = 0; first < order.length;) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]] === values[order[first]]) last++;
    for (let k = first; k <= last; k++) found[order[k]] = (first + last) / 2;
    first = last + 1;
  }
  return found;
}
