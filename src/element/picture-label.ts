/** Milliseconds between two labels: screen readers need their time. */
const INTERVAL = 1000;

/** Keeps the label of a canvas true, but changes it at most once a second. */
export class PictureLabel {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #writtenAt = -Infinity;

  /**
   * @param write - the present text; null if there is nothing to say yet.
   * @param apply - sets it.
   */
  constructor(
    readonly write: () => string | null,
    readonly apply: (text: string) => void,
  ) {}

  /** To be called after everything that may change the text. */
  refresh(): void {
    const wait = this.#writtenAt + INTERVAL - performance.now();
    if (wait <= 0) this.#update();
    else this.#timer ??= setTimeout(() => this.#update(), wait);
  }

  #update(): void {
    this.stop();
    const text = this.write();
    if (text === null) return;
    this.#writtenAt = performance.now();
    this.apply(text);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
