import type { Connection } from './connection.ts';

/** A copy of the picture while the page is printed: of a canvas of WebGPU browsers print nothing. */
export class PrintCopy {
  readonly #copy = document.createElement('canvas');
  readonly #closing = new AbortController();

  /** @param shown - whose canvas is shown; null while there is none. */
  constructor(shown: () => Connection | null) {
    this.#copy.className = 'marks';
    this.#copy.ariaHidden = 'true';
    const { signal } = this.#closing;
    addEventListener('beforeprint', () => this.#show(shown()), { signal });
    addEventListener('afterprint', () => this.#copy.remove(), { signal });
  }

  dispose(): void {
    this.#closing.abort();
    this.#copy.remove();
  }

  #show(connection: Connection | null): void {
    const session = connection?.live.session;
    // The canvas of the CPU is printed as it is.
    if (!session || !connection.engine.device) return;
    const { canvas, live } = connection;
    // The content of a canvas is only sure in the task that painted it.
    live.picture.paint(session);
    [this.#copy.width, this.#copy.height] = [canvas.width, canvas.height];
    this.#copy.getContext('2d')!.drawImage(canvas, 0, 0);
    canvas.after(this.#copy);
  }
}
