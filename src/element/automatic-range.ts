import { addRoom, coveringRange, type ColorRange } from '../render/color-range.ts';

export type { ColorRange } from '../render/color-range.ts';

/** Share of the bounds that the values may leave unused before the bounds close in. */
const SLACK = 0.2;
/** Time in which most of a move is done, milliseconds. */
const MOVE_TIME = 400;

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

  /** Takes bounds of the user's. */
  set([low, high]: ColorRange): void {
    [this.#low, this.#high, this.#isSet] = [low, high, true];
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
    const wanted = coveringRange(low, high, symmetric);
    const isWithin = wanted[0] >= this.#low && wanted[1] <= this.#high;
    const extent = wanted[1] - wanted[0];
    if (this.#isSet && isWithin && extent >= (1 - SLACK) * (this.#high - this.#low)) return;
    const [nextLow, nextHigh] = addRoom(wanted);
    const part = this.#isSet ? 1 - Math.exp(-elapsed / MOVE_TIME) : 1;
    this.#low += part * (nextLow - this.#low);
    this.#high += part * (nextHigh - this.#high);
    this.#isSet = true;
  }
}
