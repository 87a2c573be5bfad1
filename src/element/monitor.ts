import type { TrainingStatus } from '../engine/engine.ts';
import type { Picture } from './picture.ts';
import type { Session } from './session.ts';

/** Milliseconds between two evaluations, readbacks of the weights, measurements of the colour range. */
const EVALUATION_INTERVAL = 250;
const KEEP_INTERVAL = 2000;
const MEASURE_INTERVAL = 100;

/** Reads back from a session, beside its frames, what is worth knowing: status, weights, colour range. */
export class Monitor {
  #evaluating: Promise<void> | null = null;
  #isKeeping = false;
  #evaluatedAt = -Infinity;
  #keptAt: number;
  #measuredAt = -Infinity;
  #isClosed = false;

  constructor(
    readonly session: Session,
    readonly picture: Picture,
    readonly onStatus: (status: TrainingStatus) => void,
    readonly onError: (error: unknown) => void,
  ) {
    this.#keptAt = performance.now();
  }

  /** Starts what is due; to be called after each live frame. */
  watch(): void {
    const { session, picture } = this;
    const now = performance.now();
    if (now - this.#measuredAt > MEASURE_INTERVAL && !picture.isMeasuring) {
      const elapsed = now - this.#measuredAt;
      this.#measuredAt = now;
      void this.#attempt(() => picture.measure(session, elapsed));
    }
    if (now - this.#evaluatedAt > EVALUATION_INTERVAL && !this.#evaluating) {
      void this.#attempt(() => this.#evaluate());
    }
    if (now - this.#keptAt > KEEP_INTERVAL && !this.#isKeeping) {
      this.#isKeeping = true;
      this.#keptAt = now;
      void this.#attempt(() => session.keep()).finally(() => (this.#isKeeping = false));
    }
  }

  /** Reads weights and status as they are now; for when nothing trains. */
  async takeStock(): Promise<void> {
    await this.session.keep();
    await this.#evaluate();
  }

  async #evaluate(): Promise<void> {
    while (this.#evaluating) await this.#evaluating;
    const { trainer } = this.session;
    if (!trainer || this.#isClosed) return;
    const evaluation = trainer.evaluate();
    const over = (): void => {
      this.#evaluating = null;
    };
    this.#evaluating = evaluation.then(over, over);
    const status = await evaluation;
    this.#evaluatedAt = performance.now();
    if (!this.#isClosed) this.onStatus(status);
  }

  /** A failure of a session that is gone by then is none. */
  async #attempt(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!this.#isClosed) this.onError(error);
    }
  }

  /** After this nothing is reported any more. */
  close(): void {
    this.#isClosed = true;
  }
}
