import { CanvasWatch } from './canvas-watch.ts';
import type { Connection } from './connection.ts';
import { MarkLayer } from './marks.ts';
import { PictureLabel } from './picture-label.ts';
import { shownDomain, shownMarks } from './shown.ts';
import { isSameSize, pointIn, type CanvasSize } from './view.ts';

/** Who is told what happens on a stage. */
export interface StageHost {
  readonly onResize: (size: CanvasSize) => void;
  readonly onAwake: (isAwake: boolean) => void;
  /** A click, in plane coordinates. */
  readonly onSelect: (x: number, y: number) => void;
  /** The picture in words; null if there is nothing to say yet. */
  readonly describe: () => string | null;
}

/** Where the pictures of an element are: the canvas that is shown, marks over it, its size and label. */
export class Stage {
  readonly #watch: CanvasWatch;
  readonly #marks: MarkLayer;
  readonly #label: PictureLabel;
  readonly #closing = new AbortController();
  #size: CanvasSize = { width: 0, height: 0, pixelRatio: 1 };
  #isAwake = false;
  #connection: Connection | null = null;
  /** Whether the canvas of the connection is the one that is shown. */
  #isShown = false;

  constructor(
    readonly pictures: HTMLElement,
    readonly host: StageHost,
  ) {
    this.#marks = new MarkLayer(pictures);
    this.#label = new PictureLabel(host.describe, (text) =>
      this.#connection?.canvas.setAttribute('aria-label', text),
    );
    this.#watch = new CanvasWatch(
      pictures,
      (size) => this.#resize(size),
      (isAwake) => {
        this.#isAwake = isAwake;
        host.onAwake(isAwake);
      },
    );
    // Not in what a page loads at once; without it only the print lacks the picture.
    import('./print-copy.ts').then(
      ({ copyForPrint }) =>
        copyForPrint(() => (this.#isShown ? this.#connection : null), this.#closing.signal),
      () => undefined,
    );
  }

  /** Takes up the canvas of a connection; what was there before stays until it has a picture. */
  attach(connection: Connection): void {
    const { canvas, live } = connection;
    this.#connection = connection;
    this.#isShown = false;
    canvas.setAttribute('part', 'canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'Map of a neural network: no picture yet');
    canvas.addEventListener('click', (event) => this.#select(event, connection));
    canvas.style.visibility = 'hidden';
    this.pictures.append(canvas);
    if (this.#size.width > 0) live.setSize(this.#size);
    live.setAwake(this.#isAwake);
  }

  /**
   * Shows the canvas of the connection, which has a picture now, and drops older ones.
   *
   * @returns true the first time.
   */
  show(): boolean {
    const { canvas } = this.#connection!;
    const isFirst = !this.#isShown;
    if (isFirst) {
      canvas.style.visibility = '';
      this.pictures.replaceChildren(canvas);
      this.#isShown = true;
    }
    this.followView();
    this.#label.refresh();
    return isFirst;
  }

  /** Puts what lies over the picture where it belongs in the present view. */
  followView(): void {
    if (!this.#isShown) return;
    const { live } = this.#connection!;
    const domain = shownDomain(live);
    if (domain) this.#marks.show(shownMarks(live), domain, this.#size);
    else this.#marks.dispose();
  }

  /** To be called after everything that may change what the picture is in words. */
  refreshLabel(): void {
    this.#label.refresh();
  }

  dispose(): void {
    this.#watch.dispose();
    this.#label.stop();
    this.#closing.abort();
    this.#marks.dispose();
    this.pictures.replaceChildren();
  }

  #select(event: MouseEvent, { canvas, live }: Connection): void {
    const domain = shownDomain(live);
    if (!domain) return;
    const box = canvas.getBoundingClientRect();
    this.host.onSelect(...pointIn(domain, box, event.clientX, event.clientY));
  }

  #resize(size: CanvasSize): void {
    // A box that is not laid out has no size; what was painted last stays good for when it is back.
    if (size.width === 0 || size.height === 0 || isSameSize(size, this.#size)) return;
    this.#size = size;
    this.host.onResize(size);
  }
}
