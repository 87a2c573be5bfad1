import type { TrainingStatus } from '../engine/engine.ts';
import type { Picture } from './picture.ts';
import type { Session } from './session.ts';

/** Milliseconds between two evaluations, readbacks of the weights, measurements of the colour range. */
const INTERVALS = { evaluation: 250, samples: 250, keep: 2000, measure: 100 };
/** What takes long is done less often: it may take this part of the time. */
const MOST_PART = 0.1;

/** Reads back from a session, beside its frames, what is worth knowing: status, weights, colour range. */
export class Monitor {
  readonly #evaluation = new Interval(INTERVALS.evaluation);
  readonly #samples = new Interval(INTERVALS.samples);
  readonly #keep = new Interval(INTERVALS.keep);
  readonly #measure = new Interval(INTERVALS.measure);
  #evaluating: Promise<void> | null = null;
  readonly #underWay = new Set<Promise<void>>();
  #isClosed = false;

  constructor(
    readonly session: Session,
    readonly picture: Picture,
    readonly onStatus: (status: TrainingStatus) => void,
    readonly onError: (error: unknown) => void,
  ) {}

  /** Starts what is due; to be called after each live frame. */
  watch(): void {
    const { session, picture } = this;
    this.#watch(this.#measure, (elapsed) => picture.measure(session, elapsed));
    this.#watch(this.#evaluation, () => this.#evaluate());
    this.#watch(this.#samples, () => picture.judgeSamples(session));
    this.#watch(this.#keep, () => session.keep());
  }

  /** Starts something if it is due; that its session is gone when it fails is no failure. */
  #watch(interval: Interval, run: (elapsed: number) => Promise<void>): void {
    const elapsed = interval.begin();
    if (elapsed === null) return;
    const reading = run(elapsed)
      .catch((error: unknown) => {
        if (!this.#isClosed) this.onError(error);
      })
      .finally(() => {
        interval.end();
        this.#underWay.delete(reading);
      });
    this.#underWay.add(reading);
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
    if (!this.#isClosed) this.onStatus(status);
  }

  /** After this nothing is reported any more; resolves when nothing is read any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#underWay);
  }
}

/** Says when something that takes time is due again. */
class Interval {
  #beganAt = performance.now();
  #duration = 0;
  #isUnderWay = false;

  /** @param least - milliseconds between two beginnings. */
  constructor(readonly least: number) {}

  /** Milliseconds since the last time; null if it is not due. */
  begin(): number | null {
    const now = performance.now();
    const elapsed = now - this.#beganAt;
    if (this.#isUnderWay || elapsed < Math.max(this.least, this.#duration / MOST_PART)) return null;
    this.#isUnderWay = true;
    this.#beganAt = now;
    return elapsed;
  }

  end(): void {
    this.#isUnderWay = false;
    this.#duration = performance.now() - this.#beganAt;
  }
}
