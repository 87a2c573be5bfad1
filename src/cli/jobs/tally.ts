import { Status } from '../../engine/engine.ts';

/** Of λ₁ over the pixels or points with good status. */
export interface Extent {
  /** null where there is no good one. */
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly mean: number | null;
  readonly goodCount: number;
  readonly collapsedCount: number;
  readonly overflowCount: number;
}

/** Counts and sums over the parts of a long list. */
export class Tally {
  #minimum = Infinity;
  #maximum = -Infinity;
  #sum = 0;
  readonly #counts = [0, 0, 0];

  /** @param stride - exponents of each point, of which the first counts. */
  add(exponents: Float32Array, statuses: Uint8Array, stride = 1): void {
    for (let i = 0; i < statuses.length; i++) {
      this.#counts[statuses[i]]++;
      if (statuses[i] !== Status.good) continue;
      const value = exponents[i * stride];
      if (value < this.#minimum) this.#minimum = value;
      if (value > this.#maximum) this.#maximum = value;
      this.#sum += value;
    }
  }

  extent(): Extent {
    const [goodCount, collapsedCount, overflowCount] = this.#counts;
    const some = (value: number): number | null => (goodCount > 0 ? value : null);
    return {
      minimum: some(this.#minimum),
      maximum: some(this.#maximum),
      mean: some(this.#sum / goodCount),
      goodCount,
      collapsedCount,
      overflowCount,
    };
  }
}
