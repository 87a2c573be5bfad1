import type { CanvasSize } from './view.ts';

/** More device pixels than this along a side are not painted but stretched. */
const MOST_PIXELS = 4096;

/** Tells the size of an element's box in device pixels, and whether anybody can see it. */
export class CanvasWatch {
  readonly #resize: ResizeObserver;
  readonly #intersection: IntersectionObserver;
  readonly #closing = new AbortController();
  #isOnScreen = false;

  constructor(
    box: Element,
    onSize: (size: CanvasSize) => void,
    onAwake: (isAwake: boolean) => void,
  ) {
    this.#resize = new ResizeObserver(([entry]) => onSize(observedSize(entry)));
    // The observer tells nothing before the page's next frame, which a hidden page does not have.
    const { width, height } = box.getBoundingClientRect();
    onSize(canvasSize(Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)));
    observe(this.#resize, box);
    const tell = (): void => onAwake(this.#isOnScreen && !document.hidden);
    this.#intersection = new IntersectionObserver(
      (entries) => {
        this.#isOnScreen = entries.at(-1)!.isIntersecting;
        tell();
      },
      // What is about to scroll in is worth having ready.
      { rootMargin: '100px' },
    );
    this.#intersection.observe(box);
    document.addEventListener('visibilitychange', tell, { signal: this.#closing.signal });
  }

  dispose(): void {
    this.#resize.disconnect();
    this.#intersection.disconnect();
    this.#closing.abort();
  }
}

function observe(observer: ResizeObserver, box: Element): void {
  try {
    observer.observe(box, { box: 'device-pixel-content-box' });
  } catch (error) {
    // Safari knows no device pixels; CSS pixels times the ratio are right but for rounding.
    if (!(error instanceof TypeError)) throw error;
    observer.observe(box);
  }
}

function observedSize({ devicePixelContentBoxSize, contentRect }: ResizeObserverEntry): CanvasSize {
  const exact = (devicePixelContentBoxSize as readonly ResizeObserverSize[] | undefined)?.[0];
  const ratio = devicePixelRatio;
  return canvasSize(
    exact?.inlineSize ?? Math.round(contentRect.width * ratio),
    exact?.blockSize ?? Math.round(contentRect.height * ratio),
  );
}

function canvasSize(width: number, height: number): CanvasSize {
  const factor = Math.min(1, MOST_PIXELS / Math.max(width, height, 1));
  return {
    width: Math.round(width * factor),
    height: Math.round(height * factor),
    pixelRatio: devicePixelRatio * factor,
  };
}
