import type { CommandHost } from './menu-commands.ts';
import type { Menu, MenuPlace } from './menu.ts';

/** Whose menu is opened. */
export interface MenuHost {
  readonly isOff: () => boolean;
  readonly commands: CommandHost;
  readonly onError: (error: unknown) => void;
}

/** Opens the menu of a map on right clicks and keys, with code that is loaded at the first use. */
export class MenuOpener {
  readonly #closing = new AbortController();
  #menu: Menu | null = null;

  /** @param frame - element of the shadow root that the menu belongs to. */
  constructor(
    readonly frame: HTMLElement,
    readonly host: MenuHost,
  ) {
    const { signal } = this.#closing;
    frame.addEventListener('contextmenu', (event) => this.#takeClick(event), { signal });
    frame.addEventListener('keydown', (event) => this.#takeKey(event), { signal });
  }

  /** Opens or closes the menu beside a button. */
  toggle(button: HTMLElement): void {
    if (this.#menu?.opener === button) this.#menu.close(true);
    else this.#open(button, button);
  }

  dispose(): void {
    this.#closing.abort();
    this.#menu?.dispose();
    this.#menu = null;
  }

  #takeClick(event: PointerEvent): void {
    const { target, pointerType, clientX: x, clientY: y } = event;
    // Long presses are left to the page, and messages are there to be copied.
    if (this.host.isOff() || pointerType === 'touch') return;
    if (target instanceof Element && target.closest('[role=alert]')) return;
    event.preventDefault();
    // Some browsers send this after the key that has opened the menu.
    if (event.button !== 2 && this.#menu?.opener) return;
    this.#open({ x, y }, this.#focused);
  }

  #takeKey(event: KeyboardEvent): void {
    const isMenuKey = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    const focused = this.#focused;
    if (!isMenuKey || !focused || this.host.isOff()) return;
    event.preventDefault();
    const { left, top, width, height } = focused.getBoundingClientRect();
    this.#open({ x: left + width / 2, y: top + height / 2 }, focused);
  }

  get #focused(): HTMLElement | null {
    return this.#shadow.activeElement as HTMLElement | null;
  }

  get #shadow(): ShadowRoot {
    return this.frame.getRootNode() as ShadowRoot;
  }

  #open(place: MenuPlace, opener: HTMLElement | null): void {
    const { commands, onError } = this.host;
    import('./menu-commands.ts').then(({ createMapMenu }) => {
      if (this.#closing.signal.aborted) return;
      this.#menu?.dispose();
      this.#menu = createMapMenu(this.#shadow, commands);
      this.#menu.open(place, opener);
    }, onError);
  }
}
