import { adoptStyles } from './late-styles.ts';

/** A command of a menu. */
export interface MenuItem {
  readonly name: string;
  /** Items of one group stand together. */
  readonly group: string;
  readonly label: string;
}

/** A place of the page that a menu opens at, or an element that it opens beside. */
export type MenuPlace = { readonly x: number; readonly y: number } | HTMLElement;

/** Milliseconds within which letters are taken as one word. */
const TYPING_TIME = 700;
/** CSS pixels that are kept free at the edges of the window. */
const EDGE = 4;

const STYLES = `
  .menu {
    position: fixed; inset: auto; margin: 0; padding: 0.3em; min-inline-size: 11em;
    max-block-size: calc(100dvh - 8px); overflow: auto;
    border: 1px solid var(--_line); border-radius: var(--_radius);
    color: var(--_ink); background: var(--_surface); font: inherit; text-align: start;
    box-shadow: 0 4px 16px rgb(0 0 0 / 28%);
  }
  .menu button {
    display: block; inline-size: 100%; padding: 0.25em 0.8em; border: 0;
    border-radius: calc(var(--_radius) - 2px); text-align: start; background: none;
  }
  .menu button:focus { background: var(--_hover); outline: 2px solid var(--_accent); outline-offset: -2px; }
  .menu hr { margin: 0.3em 0.5em; border: 0; border-block-start: 1px solid var(--_line); }
  @media (forced-colors: active) {
    .menu button:focus { outline-color: Highlight; }
  }
`;

/** A menu of commands over the page: arrow keys, first letters and pointer choose; Esc, Tab and a click beside it close. */
export class Menu {
  readonly #root = document.createElement('div');
  readonly #closing = new AbortController();
  readonly #buttons: readonly HTMLButtonElement[];
  /** What gets the focus back. */
  #opener: HTMLElement | null = null;
  #typed = '';
  #typingTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param onChoose - given the name of an item, while the choice still counts as the user's act. */
  constructor(
    shadow: ShadowRoot,
    label: string,
    items: readonly MenuItem[],
    onChoose: (name: string) => void,
  ) {
    adoptStyles(shadow, STYLES);
    const root = this.#root;
    root.className = 'menu';
    root.popover = 'manual';
    root.role = 'menu';
    root.ariaLabel = label;
    root.setAttribute('part', 'menu');
    this.#buttons = items.map(({ name, group, label: text }, index) => {
      if (index > 0 && group !== items[index - 1].group) root.append(document.createElement('hr'));
      const button = document.createElement('button');
      button.type = 'button';
      button.role = 'menuitem';
      button.tabIndex = -1;
      // English also on pages whose text runs from right to left, where "Open file…" would begin with the dots.
      const words = document.createElement('bdi');
      words.textContent = text;
      button.append(words);
      button.addEventListener('click', () => {
        this.close(true);
        onChoose(name);
      });
      // The item under the pointer is the one that Enter takes.
      button.addEventListener('pointermove', () => button.focus({ preventScroll: true }));
      root.append(button);
      return button;
    });
    root.addEventListener('keydown', (event) => this.#key(event));
    root.addEventListener('focusout', ({ relatedTarget }) => {
      const isInside = relatedTarget instanceof Node && root.contains(relatedTarget);
      // A button that opens the menu closes it when it is clicked.
      const isButton = relatedTarget !== null && relatedTarget === this.#opener;
      if (!isInside && !(isButton && this.#opener!.ariaHasPopup)) this.close(false);
    });
    const { signal } = this.#closing;
    const leave = ({ target }: Event): void => {
      if (target !== root) this.close(false);
    };
    addEventListener('scroll', leave, { signal, capture: true });
    addEventListener('resize', leave, { signal });
    root.addEventListener('contextmenu', (event) => event.preventDefault());
    shadow.append(root);
  }

  /** What has opened the menu, while that is open. */
  get opener(): HTMLElement | null {
    return this.#opener;
  }

  /**
   * Opens with the focus on the first item.
   *
   * @param opener - gets the focus back when the menu is closed by keys or a choice; may be null.
   */
  open(place: MenuPlace, opener: HTMLElement | null): void {
    this.#opener = opener;
    this.#root.showPopover();
    this.#place(place);
    if (opener?.ariaHasPopup) opener.ariaExpanded = 'true';
    this.#buttons[0].focus({ preventScroll: true });
  }

  /** @param hasFocusBack - whether the focus goes to where it was. */
  close(hasFocusBack: boolean): void {
    if (!this.#root.matches(':popover-open')) return;
    const opener = this.#opener;
    this.#opener = null;
    this.#root.hidePopover();
    if (opener?.ariaHasPopup) opener.ariaExpanded = 'false';
    if (hasFocusBack) opener?.focus({ preventScroll: true });
  }

  dispose(): void {
    clearTimeout(this.#typingTimer);
    this.#closing.abort();
    this.close(false);
    this.#root.remove();
  }

  /** Below and to the end side of the place, or to the other sides where there is no room. */
  #place(place: MenuPlace): void {
    const root = this.#root;
    const box =
      place instanceof HTMLElement ? place.getBoundingClientRect() : new DOMRect(place.x, place.y);
    const { left, right, top, bottom } = box;
    const { offsetWidth, offsetHeight } = root;
    const isMirrored = getComputedStyle(root).direction === 'rtl';
    const [forward, backward] = [left, right - offsetWidth];
    const fits = (x: number): boolean => x >= EDGE && x + offsetWidth <= innerWidth - EDGE;
    const [wanted, other] = isMirrored ? [backward, forward] : [forward, backward];
    const x = fits(wanted) || !fits(other) ? wanted : other;
    const isBelow = bottom + offsetHeight <= innerHeight - EDGE || top - offsetHeight < EDGE;
    const y = isBelow ? bottom : top - offsetHeight;
    const within = (value: number, length: number, size: number): number =>
      Math.max(EDGE, Math.min(value, size - length - EDGE));
    root.style.left = `${within(x, offsetWidth, innerWidth)}px`;
    root.style.top = `${within(y, offsetHeight, innerHeight)}px`;
  }

  #key(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, altKey } = event;
    // What is pressed here is not for the map or the page.
    event.stopPropagation();
    if (key === 'Tab') {
      // The browser goes on from where the menu was opened.
      this.close(true);
      return;
    }
    if (ctrlKey || metaKey || altKey) return;
    const count = this.#buttons.length;
    const index = this.#buttons.findIndex((button) => button.matches(':focus'));
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: (index + 1) % count,
      ArrowUp: (index + count - 1) % count,
      Home: 0,
      End: count - 1,
    };
    if (Object.hasOwn(steps, key)) this.#buttons[steps[key]].focus();
    else if (key === 'Escape') this.close(true);
    // A space within a word is no press of the button.
    else if (key.length === 1 && (key !== ' ' || this.#typed !== ''))
      this.#type(key.toLowerCase(), index);
    else return;
    event.preventDefault();
  }

  /** Goes to the next item that begins with what was typed. */
  #type(letter: string, index: number): void {
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => (this.#typed = ''), TYPING_TIME);
    this.#typed += letter;
    const isRepeated = this.#typed === letter.repeat(this.#typed.length);
    const wanted = isRepeated ? letter : this.#typed;
    const start = isRepeated ? index + 1 : index;
    const order = [...this.#buttons.slice(start), ...this.#buttons.slice(0, start)];
    order.find((button) => button.textContent.toLowerCase().startsWith(wanted))?.focus();
  }
}
