import type { GestureChoice } from './settings.ts';

/** What gestures do with a map. Places are parts of it, from its left and its top. */
export interface GestureHost {
  readonly choice: () => GestureChoice;
  /** @param isShifted - with the Shift key, where a drag with it draws no box. */
  readonly pan: (right: number, down: number, isShifted: boolean) => void;
  /** By a factor, below 1 to come nearer, about a place. */
  readonly zoom: (factor: number, x: number, y: number) => void;
  /** The same for a single wish, such as a double click, which is not followed by the next at once. */
  readonly zoomStep: (factor: number, x: number, y: number) => void;
  /** Whether a drag with the Shift key draws a box. */
  readonly hasBoxes: () => boolean;
  /** A rectangle that is being drawn, in CSS pixels of the map; null when it is not any more. */
  readonly showBox: (box: DOMRectReadOnly | null) => void;
  readonly takeBox: (from: readonly [number, number], to: readonly [number, number]) => void;
  /** A gesture was left to the page, which has its own use for it. */
  readonly onLeft: (kind: 'wheel' | 'touch') => void;
}

/** CSS pixels that a pointer may move and still click. */
const CLICK_REACH = 4;
/** CSS pixels along each side that a box has at least. */
const SMALLEST_BOX = 8;
/** Octaves of zoom for a CSS pixel of the wheel, a line, and a page. */
const WHEEL_OCTAVES = [0.0025, 0.06, 1];
/** A pinch on a touch pad comes as wheel with Ctrl and small numbers. */
const PINCH_GAIN = 8;
/** Most octaves for one event. */
const MOST_OCTAVES = 0.5;
/** What a double click zooms by. */
export const ZOOM_STEP = 0.5;

/** A press of mouse or pen that may become a drag. */
interface Press {
  readonly pointerId: number;
  readonly isBox: boolean;
  readonly isShifted: boolean;
  readonly start: readonly [x: number, y: number];
  last: readonly [x: number, y: number];
  isDrag: boolean;
}

/** Turns what mouse, pen, wheel and fingers do on an element into moves of a view. */
export class Gestures {
  readonly #closing = new AbortController();
  #press: Press | null = null;
  /** Whether the click to come ends a drag and so is none. */
  #isClickSpent = false;
  /** Middle and spread of two fingers as they were last, in CSS pixels of the page. */
  #fingers: { readonly x: number; readonly y: number; readonly spread: number } | null = null;

  constructor(
    readonly target: HTMLElement,
    readonly host: GestureHost,
  ) {
    const { signal } = this.#closing;
    const on = <N extends keyof HTMLElementEventMap>(
      name: N,
      take: (event: HTMLElementEventMap[N]) => void,
      options: AddEventListenerOptions = {},
    ): void => target.addEventListener(name, take, { ...options, signal });
    on('pointerdown', (event) => this.#begin(event));
    on('pointermove', (event) => this.#drag(event));
    on('pointerup', (event) => this.#end(event, true));
    on('pointercancel', (event) => this.#end(event, false));
    on('click', (event) => this.#filterClick(event), { capture: true });
    on('dblclick', (event) => this.#double(event));
    on('wheel', (event) => this.#wheel(event), { passive: false });
    on('touchstart', (event) => this.#touch(event), { passive: false });
    on('touchmove', (event) => this.#touch(event), { passive: false });
    on('touchend', (event) => this.#touch(event), { passive: false });
    on('touchcancel', () => (this.#fingers = null));
    this.refresh();
  }

  /** To be called after the choice has changed. */
  refresh(): void {
    const { style } = this.target;
    const choice = this.host.choice();
    // What a finger may do without us: cooperative maps let it scroll the page, but not zoom it.
    const actions = { none: '', cooperative: 'pan-x pan-y', greedy: 'none' } as const;
    style.touchAction = actions[choice];
    style.cursor = '';
    if (choice === 'none') this.cancel();
  }

  /** Drops the drag that is under way. */
  cancel(): void {
    if (this.#press?.isBox) this.host.showBox(null);
    this.#isClickSpent = this.#press?.isDrag ?? false;
    this.#press = null;
    this.target.style.cursor = '';
  }

  dispose(): void {
    this.#closing.abort();
    this.cancel();
    this.target.style.touchAction = '';
  }

  #begin(event: PointerEvent): void {
    this.#isClickSpent = false;
    // Fingers come as touch events too, which alone can keep the page from scrolling.
    if (event.pointerType === 'touch' || event.button !== 0 || this.#isOff) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = [event.clientX, event.clientY] as const;
    this.#press = {
      pointerId: event.pointerId,
      isBox: event.shiftKey && this.host.hasBoxes(),
      isShifted: event.shiftKey,
      start: place,
      last: place,
      isDrag: false,
    };
    // Shift with a press would select text.
    if (event.shiftKey) event.preventDefault();
  }

  #drag(event: PointerEvent): void {
    const press = this.#press;
    if (press?.pointerId !== event.pointerId) return;
    // Let go where nobody told us: over a context menu, or outside before the pointer was captured.
    if (!(event.buttons & 1)) {
      this.cancel();
      return;
    }
    const { clientX: x, clientY: y } = event;
    const [startX, startY] = press.start;
    if (!press.isDrag) {
      if (Math.hypot(x - startX, y - startY) < CLICK_REACH) return;
      press.isDrag = true;
      // From here on the pointer may leave the map.
      this.target.setPointerCapture(event.pointerId);
      this.target.style.cursor = press.isBox ? 'crosshair' : 'grabbing';
    }
    const box = this.target.getBoundingClientRect();
    if (press.isBox) {
      const [left, top] = [Math.min(x, startX) - box.left, Math.min(y, startY) - box.top];
      this.host.showBox(new DOMRect(left, top, Math.abs(x - startX), Math.abs(y - startY)));
    } else {
      const [right, down] = [(x - press.last[0]) / box.width, (y - press.last[1]) / box.height];
      this.host.pan(right, down, press.isShifted);
    }
    press.last = [x, y];
  }

  #end({ pointerId, clientX, clientY }: PointerEvent, isWanted: boolean): void {
    const press = this.#press;
    if (press?.pointerId !== pointerId) return;
    this.cancel();
    if (!press.isBox || !press.isDrag || !isWanted) return;
    const [x, y] = press.start;
    if (Math.min(Math.abs(clientX - x), Math.abs(clientY - y)) < SMALLEST_BOX) return;
    this.host.takeBox(this.#placeOf(x, y), this.#placeOf(clientX, clientY));
  }

  /** Keeps a click that ends a drag from those who listen for clicks. */
  #filterClick(event: MouseEvent): void {
    if (this.#isClickSpent) event.stopImmediatePropagation();
    this.#isClickSpent = false;
  }

  #double(event: MouseEvent): void {
    if (this.#isOff) return;
    event.preventDefault();
    const place = this.#placeOf(event.clientX, event.clientY);
    this.host.zoomStep(event.shiftKey ? 1 / ZOOM_STEP : ZOOM_STEP, ...place);
  }

  #wheel(event: WheelEvent): void {
    if (this.#isOff) return;
    const isMeant = event.ctrlKey || event.metaKey;
    if (!isMeant && this.host.choice() === 'cooperative') {
      this.host.onLeft('wheel');
      return;
    }
    event.preventDefault();
    const gain = WHEEL_OCTAVES[event.deltaMode] * (event.ctrlKey ? PINCH_GAIN : 1);
    const octaves = Math.max(-MOST_OCTAVES, Math.min(MOST_OCTAVES, gain * event.deltaY));
    this.host.zoom(2 ** octaves, ...this.#placeOf(event.clientX, event.clientY));
  }

  /** Fingers as they are now: two pan and zoom, in greedy maps one pans. */
  #touch(event: TouchEvent): void {
    const fingers = [...event.targetTouches].slice(0, 2);
    const choice = this.host.choice();
    const isOurs = choice !== 'none' && fingers.length >= (choice === 'greedy' ? 1 : 2);
    const old = this.#fingers;
    this.#fingers = null;
    if (!isOurs) {
      if (event.type === 'touchmove' && choice === 'cooperative') this.host.onLeft('touch');
      return;
    }
    const [first, second = first] = fingers;
    const x = (first.clientX + second.clientX) / 2;
    const y = (first.clientY + second.clientY) / 2;
    const spread = Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY);
    this.#fingers = { x, y, spread };
    // A tap of one finger still has to become a click.
    if (event.cancelable && (fingers.length > 1 || event.type === 'touchmove')) {
      event.preventDefault();
    }
    // Where a finger came or went, middle and spread have jumped.
    if (!old || event.type !== 'touchmove') return;
    const box = this.target.getBoundingClientRect();
    const isPan = x !== old.x || y !== old.y;
    if (isPan) this.host.pan((x - old.x) / box.width, (y - old.y) / box.height, false);
    if (spread > 0 && old.spread > 0 && spread !== old.spread) {
      this.host.zoom(old.spread / spread, ...this.#placeOf(x, y));
    }
  }

  get #isOff(): boolean {
    return this.host.choice() === 'none';
  }

  #placeOf(clientX: number, clientY: number): [x: number, y: number] {
    const box = this.target.getBoundingClientRect();
    return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  }
}
