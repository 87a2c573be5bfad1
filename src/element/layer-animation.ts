/** Milliseconds that a layer is shown at least. */
const STEP_TIME = 600;

/** Whether the user wants no motion. */
export function isMotionReduced(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Shows one layer after the other: the next when the last has been seen for a while. */
export class LayerAnimation {
  #timer: ReturnType<typeof setInterval> | null = null;
  /** Whether the layer that was asked for last is on the canvas. */
  #isShown = true;

  /** @param step - asks for the next layer. */
  constructor(readonly step: () => void) {}

  /** Starts or stops; for those who want no motion, nothing moves by itself. */
  run(isWanted: boolean): void {
    if (isWanted) this.#timer ??= setInterval(() => this.#tick(), STEP_TIME);
    else if (this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }

  /** To be called after every frame. */
  takeFrame(): void {
    this.#isShown = true;
  }

  #tick(): void {
    if (!this.#isShown || isMotionReduced()) return;
    this.#isShown = false;
    this.step();
  }
}
