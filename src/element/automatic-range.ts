/** Bounds of the colours. */
export type ColorRange = readonly [low: number, high: number];

/** Share of the bounds that the values may leave unused before the bounds close in. */
const SLACK = 0.2;
/** Time in which most of a move is done, milliseconds. */
const MOVE_TIME = 400;
/** Part of the bounds that stays free when they are set or have come to rest. */
const ROOM = 0.04;

/**
 * Bounds that follow the values on screen without flicker: while the values fill 80 to 100 % of them,
 * the bounds rest; else they glide to where the values fill 96 %.
 */
export class AutomaticRange {
  #low = -1;
  #high = 1;
  #isSet = false;

  get bounds(): ColorRange {
    return [this.#low, this.#high];
  }

  /** True after at least one measurement since the last restart. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** Forgets the bounds: the next values set them at once. */
  restart(): void {
    this.#isSet = false;
  }

  /**
   * Takes in what the picture now holds.
   *
   * @param low, high - 1 % and 99 % quantiles of the values.
   * @param symmetric - bounds are −high and high, so that 0 has the middle colour.
   * @param elapsed - milliseconds since the last call; Infinity ends a move at once.
   */
  follow(low: number, high: number, symmetric: boolean, elapsed: number): void {
    const reach = Math.max(Math.abs(low), Math.abs(high));
    const [wantedLow, wantedHigh] = symmetric ? [-reach, reach] : [low, high];
    // A flat picture still needs bounds that differ.
    const extent = Math.max(wantedHigh - wantedLow, 1e-6 * reach, 1e-12);
    const isWithin = wantedLow >= this.#low && wantedHigh <= this.#high;
    if (this.#isSet && isWithin && extent >= (1 - SLACK) * (this.#high - this.#low)) return;
    const middle = (wantedLow + wantedHigh) / 2;
    const half = (extent / 2) * (1 + ROOM);
    const part = this.#isSet ? 1 - Math.exp(-elapsed / MOVE_TIME) : 1;
    this.#low += part * (middle - half - this.#low);
    this.#high += part * (middle + half - this.#high);
    this.#isSet = true;
  }
}
