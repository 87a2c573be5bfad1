import type { Domain } from '../model/plane.ts';
import { Gestures, ZOOM_STEP } from './gestures.ts';
import type { LiveMap } from './live-map.ts';
import type { GestureChoice } from './settings.ts';
import { shownDomain } from './shown.ts';
import type { SurfaceView } from './surface-view.ts';
import { widenDomain } from './view.ts';
import { between, describeView, onTheWay, pan, pixelLimits, zoom } from './view-moves.ts';
import { ViewOverlay } from './view-overlay.ts';

/** Whose view is moved. */
export interface NavigationHost {
  readonly choice: () => GestureChoice;
  /** null before the first network. */
  readonly live: () => LiveMap | null;
  /** The surface that is shown instead of the map, which then gets all moves. */
  readonly surface: () => SurfaceView | null;
  /** The rectangle to show at home; null: that of the plane. */
  readonly home: () => Domain | null;
  /** Shows another rectangle at once. */
  readonly move: (domain: Domain) => void;
  /** Likewise home, which is this rectangle. */
  readonly goHome: (shown: Domain) => void;
}

/** What buttons and keys ask for. */
export type ViewStep = 'in' | 'out' | 'home';

/** Milliseconds that a single step takes. */
const STEP_TIME = 220;
/** Part of the view that an arrow key moves it by, and with Shift. */
const KEY_STEPS = { usual: 0.1, large: 0.5 };
const EPSILON = { webgpu: 2 ** -23, cpu: 2 ** -52 };

const ARROWS: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

const STEP_KEYS: Readonly<Record<string, ViewStep>> = {
  '+': 'in',
  '=': 'in',
  '-': 'out',
  _: 'out',
  '0': 'home',
  Home: 'home',
};

const ROLE = {
  role: 'application',
  tabindex: '0',
  'aria-roledescription': 'map',
  'aria-label': 'Map: arrow keys move it, plus and minus zoom, 0 shows all of it',
  'aria-keyshortcuts': 'ArrowLeft ArrowRight ArrowUp ArrowDown + - 0 Home',
};

const SURFACE_ROLE = {
  ...ROLE,
  'aria-roledescription': 'surface',
  'aria-label':
    'Surface: arrow keys turn it, with Shift they move it, plus and minus zoom, 0 shows all of it',
};

/** Moves the view of a map: by gestures on its picture, by keys while that has the focus, step by step. */
export class Navigation {
  readonly #gestures: Gestures;
  readonly #overlay: ViewOverlay;
  readonly #closing = new AbortController();
  /** The move that is under way, if it takes a while. */
  #flight: { readonly to: Domain; readonly done: Promise<void>; end(): void } | null = null;

  constructor(
    shadow: ShadowRoot,
    readonly pictures: HTMLElement,
    readonly host: NavigationHost,
  ) {
    this.#overlay = new ViewOverlay(shadow, pictures);
    this.#gestures = new Gestures(pictures, {
      choice: host.choice,
      pan: (right, down, isShifted) => this.#pan(right, down, isShifted),
      zoom: (factor, x, y) => this.#zoom(factor, x, y, false),
      zoomStep: (factor, x, y) => this.#zoom(factor, x, y, true),
      hasBoxes: () => !host.surface(),
      showBox: (box) => this.#overlay.showBox(box),
      takeBox: (from, to) => this.#showBetween(from, to),
      onLeft: (kind) => this.#explain(kind),
    });
    pictures.addEventListener('keydown', (event) => this.#key(event), {
      signal: this.#closing.signal,
    });
    this.refresh();
  }

  /** To be called after the choice of gestures has changed. */
  refresh(): void {
    this.#gestures.refresh();
    const isOff = this.host.choice() === 'none';
    for (const [name, value] of Object.entries(this.host.surface() ? SURFACE_ROLE : ROLE)) {
      if (isOff) this.pictures.removeAttribute(name);
      else this.pictures.setAttribute(name, value);
    }
  }

  /** Resolves when the view rests. */
  async settle(): Promise<void> {
    while (this.#flight) await this.#flight.done;
  }

  /** One step nearer or farther about the middle, or home. */
  step(step: ViewStep): void {
    if (step === 'home') this.#goHome();
    else this.#zoom(step === 'in' ? ZOOM_STEP : 1 / ZOOM_STEP, 0.5, 0.5, true);
  }

  /** Says something over the map, and to screen readers. */
  tell(text: string): void {
    this.#overlay.hint(text);
    this.#overlay.say(() => text);
  }

  dispose(): void {
    this.#closing.abort();
    this.#flight?.end();
    this.#gestures.dispose();
    this.#overlay.dispose();
    for (const name of Object.keys(ROLE)) this.pictures.removeAttribute(name);
  }

  /** The rectangle that is asked for, or will be when the move under way is done. */
  get #wanted(): Domain | null {
    const live = this.host.live();
    if (!live?.session) return null;
    const { picture, session } = live;
    return this.#flight?.to ?? picture.domain ?? picture.shownPlane(session).domain;
  }

  /** Moves the surface, if there is one, and says where it is seen from. */
  #onSurface(move: (surface: SurfaceView) => void): boolean {
    const surface = this.host.surface();
    if (!surface) return false;
    this.#flight?.end();
    move(surface);
    this.#overlay.say(() => `Surface ${surface.describe()}`);
    return true;
  }

  #pan(right: number, down: number, isShifted: boolean): void {
    if (this.#onSurface((surface) => surface.drag(right, down, isShifted))) return;
    this.#flight?.end();
    const live = this.host.live();
    const [domain, shown] = [this.#wanted, live && shownDomain(live)];
    if (domain && shown) this.#move(pan(domain, shown, right, down));
  }

  /** The same for a key: after the move that is under way, which it prolongs. */
  #panStep(right: number, down: number): void {
    const [live, domain] = [this.host.live(), this.#wanted];
    if (!live || !domain) return;
    this.#fly(pan(domain, widenDomain(domain, live.picture.size), right, down));
  }

  #zoom(factor: number, x: number, y: number, isStep: boolean): void {
    if (this.#onSurface((surface) => surface.zoom(factor))) return;
    if (!isStep) this.#flight?.end();
    const live = this.host.live();
    const domain = this.#wanted;
    if (!live || !domain) return;
    const shown = widenDomain(domain, live.picture.size);
    const { least, most } = this.#limits(live, shown);
    const distance = (shown.sMax - shown.sMin) / live.picture.size.width;
    // Who is beyond a limit already, as the page may have set it, is not thrown back.
    const allowed =
      factor < 1
        ? Math.min(1, Math.max(factor, least / distance))
        : Math.max(1, Math.min(factor, most / distance));
    const isEnd = allowed === 1 || Math.abs(Math.log2(allowed)) < 1e-3;
    if (isEnd && factor !== 1) this.#explain(factor < 1 ? 'deepest' : 'widest');
    if (isEnd) return;
    const next = zoom(domain, shown, allowed, x, y);
    if (isStep) this.#fly(next);
    else this.#move(next);
  }

  #showBetween(from: readonly [number, number], to: readonly [number, number]): void {
    const live = this.host.live();
    const shown = live && shownDomain(live);
    if (!shown) return;
    const { picture } = live;
    const domain = between(shown, from, to);
    const next = widenDomain(domain, picture.size);
    const { least } = this.#limits(live, shown);
    const missing = least / ((next.sMax - next.sMin) / picture.size.width);
    if (missing > 1) this.#explain('deepest');
    this.#fly(missing > 1 ? zoom(domain, domain, missing, 0.5, 0.5) : domain);
  }

  #goHome(): void {
    if (this.#onSurface((surface) => surface.goHome())) return;
    const live = this.host.live();
    if (!live?.session) return;
    const home = this.#home(live);
    this.#fly(home, () => this.host.goHome(home));
  }

  #home({ picture, session }: LiveMap): Domain {
    return this.host.home() ?? picture.shownPlane(session!).domain;
  }

  #limits(live: LiveMap, shown: Domain): ReturnType<typeof pixelLimits> {
    const { picture, engine, session } = live;
    const home = widenDomain(this.#home(live), picture.size);
    const { origin } = picture.shownPlane(session!).plane;
    return pixelLimits(shown, home, origin, picture.size.width, EPSILON[engine.backend]);
  }

  #move(domain: Domain): void {
    this.host.move(domain);
    this.#announce();
  }

  #announce(): void {
    this.#overlay.say(() => {
      const live = this.host.live();
      const shown = live && shownDomain(live);
      return shown ? `Map: ${describeView(shown)}` : '';
    });
  }

  /** Moves there in a moment, or at once for those who want no motion. */
  #fly(to: Domain, arrive: () => void = () => this.host.move(to)): void {
    const live = this.host.live();
    const from = live?.session && (live.picture.domain ?? this.#wanted);
    this.#flight?.end();
    if (!from || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      arrive();
      this.#announce();
      return;
    }
    const start = performance.now();
    let request = 0;
    let finish: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (finish = resolve));
    // A page in the background has no frames.
    const timer = setTimeout(() => land(), 3 * STEP_TIME);
    const end = (): void => {
      cancelAnimationFrame(request);
      clearTimeout(timer);
      this.#flight = null;
      finish();
    };
    const land = (): void => {
      end();
      arrive();
      this.#announce();
    };
    const next = (): void => {
      const part = Math.min(1, (performance.now() - start) / STEP_TIME);
      if (part === 1) {
        land();
        return;
      }
      this.host.move(onTheWay(from, to, part * (2 - part)));
      request = requestAnimationFrame(next);
    };
    this.#flight = { to, done, end };
    request = requestAnimationFrame(next);
  }

  #key(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (event.defaultPrevented || ctrlKey || metaKey || altKey || this.host.choice() === 'none') {
      return;
    }
    const arrow = ARROWS[key] as (typeof ARROWS)[string] | undefined;
    const step = STEP_KEYS[key] as ViewStep | undefined;
    if (arrow) {
      const { usual, large } = KEY_STEPS;
      const isMoved = this.#onSurface((surface) =>
        surface.drag(usual * arrow[0], usual * arrow[1], event.shiftKey),
      );
      const size = event.shiftKey ? large : usual;
      if (!isMoved) this.#panStep(size * arrow[0], size * arrow[1]);
    } else if (step) this.step(step);
    else if (key === 'Escape') this.#gestures.cancel();
    else return;
    event.preventDefault();
  }

  /** Says why nothing moves. */
  #explain(kind: 'wheel' | 'touch' | 'deepest' | 'widest'): void {
    const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);
    const kindOfNumber = this.host.live()?.engine.backend === 'cpu' ? 'float64' : 'float32';
    const texts = {
      wheel: `Hold ${isMac ? '⌘' : 'Ctrl'} and scroll to zoom the map`,
      touch: 'Use two fingers to move the map',
      deepest: `Deepest zoom: nearer, ${kindOfNumber} numbers cannot tell pixels apart`,
      widest: 'Widest view',
    };
    if (kind === 'wheel' || kind === 'touch') this.#overlay.hint(texts[kind]);
    else this.tell(texts[kind]);
  }
}
