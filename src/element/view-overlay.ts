import { adoptStyles } from './late-styles.ts';

/** Milliseconds that a hint stays, and after the last move until the view is said. */
const HINT_TIME = 1600;
const VOICE_PAUSE = 700;

const STYLES = `
  .pictures:focus-visible { outline: none; }
  .pictures:focus-visible::after {
    content: ''; position: absolute; inset: 0; z-index: 1; pointer-events: none;
    border: 3px solid var(--_accent); border-radius: var(--_radius);
    box-shadow: inset 0 0 0 1.5px var(--_surface);
  }
  .navigation { position: absolute; inset: 0; overflow: hidden; pointer-events: none; }
  .navigation .hint {
    position: absolute; inset-inline: 0; inset-block-start: 50%; translate: 0 -50%;
    inline-size: fit-content; max-inline-size: calc(100% - 1.2em); margin-inline: auto;
    padding: 0.5em 0.9em; border: 1px solid transparent; border-radius: var(--_radius);
    color: var(--_ink); text-align: center; font-size: 0.875rem;
    background: color-mix(in srgb, var(--_surface) 92%, transparent);
    box-shadow: 0 1px 8px rgb(0 0 0 / 30%); transition: opacity 150ms;
  }
  .navigation .hint:not([data-shown]) { opacity: 0; visibility: hidden; }
  .navigation .box {
    position: absolute; border: 1.5px solid var(--_ink); outline: 1.5px solid var(--_surface);
    background: color-mix(in srgb, var(--_accent) 14%, transparent);
  }
  .navigation .box[hidden] { display: none; }
  .navigation .voice {
    position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    .navigation .hint { transition: none; }
  }
`;

/** What lies over a map that is moved: a hint, a box that is being drawn, and words for screen readers. */
export class ViewOverlay {
  readonly #root = document.createElement('div');
  readonly #hint = document.createElement('div');
  readonly #box = document.createElement('div');
  readonly #voice = document.createElement('div');
  #hintTimer: ReturnType<typeof setTimeout> | undefined;
  #voiceTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param below - element that the overlay comes after. */
  constructor(shadow: ShadowRoot, below: Element) {
    adoptStyles(shadow, STYLES);
    this.#root.className = 'navigation';
    this.#hint.className = 'hint';
    this.#hint.setAttribute('part', 'hint');
    // What is to be heard goes into the live region.
    this.#hint.ariaHidden = 'true';
    this.#box.className = 'box';
    this.#box.hidden = true;
    this.#voice.className = 'voice';
    this.#voice.role = 'status';
    this.#root.append(this.#box, this.#hint, this.#voice);
    below.after(this.#root);
  }

  /** Shows a hint for a while. */
  hint(text: string): void {
    this.#hint.textContent = text;
    this.#hint.dataset.shown = '';
    clearTimeout(this.#hintTimer);
    this.#hintTimer = setTimeout(() => delete this.#hint.dataset.shown, HINT_TIME);
  }

  /**
   * Says something once nothing else has been to say for a moment.
   *
   * @param write - the text as it is then.
   */
  say(write: () => string): void {
    clearTimeout(this.#voiceTimer);
    this.#voiceTimer = setTimeout(() => (this.#voice.textContent = write()), VOICE_PAUSE);
  }

  /** Shows a rectangle in CSS pixels of the map; null hides it. */
  showBox(box: DOMRectReadOnly | null): void {
    this.#box.hidden = !box;
    if (!box) return;
    // Physical sides: the map is not mirrored where text runs from right to left.
    const { style } = this.#box;
    [style.left, style.top] = [`${box.x}px`, `${box.y}px`];
    [style.width, style.height] = [`${box.width}px`, `${box.height}px`];
  }

  dispose(): void {
    clearTimeout(this.#hintTimer);
    clearTimeout(this.#voiceTimer);
    this.#root.remove();
  }
}
