/** Milliseconds of work between two turns of the event loop: half a frame at 60 Hz. */
const SLICE_TIME = 8;

/**
 * Cuts long work into slices, between which the page gets its turn:
 *
 *     const slices = new Slices();
 *     for (…) { work(); if (slices.due) await slices.next(); }
 */
export class Slices {
  #end = performance.now() + SLICE_TIME;

  /** True once the present slice has used up its time. */
  get due(): boolean {
    return performance.now() >= this.#end;
  }

  /** Lets the event loop turn, then starts the next slice. */
  async next(): Promise<void> {
    await turn();
    this.#end = performance.now() + SLICE_TIME;
  }
}

/** A message is a task of its own, and, unlike a timer, is never held back to 4 ms or more. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
