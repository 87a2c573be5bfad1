import type { Domain } from '../model/plane.ts';
import { adoptStyles } from './late-styles.ts';
import type { Reading } from './reading.ts';
import { pointIn } from './view.ts';

/** Who a panel asks and tells. */
export interface ProbePanelHost {
  /** The rectangle that the picture shows; null before the first. */
  readonly domain: () => Domain | null;
  readonly read: (x: number, y: number) => Promise<Reading>;
  readonly onSelect: (x: number, y: number) => void;
  readonly onError: (error: unknown) => void;
}

/** Part of the view that an arrow key moves the cursor by, and with Shift. */
const STEPS = { usual: 1 / 64, fine: 1 / 512 };
/** Milliseconds between two readings of the same place, while the picture changes. */
const REFRESH_TIME = 250;
/** Outputs that are listed. */
const MOST_OUTPUTS = 6;

const MOVES: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const STYLES = `
  .probe { position: absolute; inset: 0; pointer-events: none; }
  .probe .cursor {
    position: absolute; left: calc(var(--x, 0.5) * 100%); top: calc(var(--y, 0.5) * 100%);
    inline-size: 22px; block-size: 22px; min-block-size: 0; margin: -11px; padding: 0;
    border: 2px solid #101218; border-radius: 50%; background: none; opacity: 0;
    box-shadow: 0 0 0 1.5px #fff, inset 0 0 0 1.5px #fff;
  }
  .probe .cursor:focus-visible { opacity: 1; }
  .probe .panel {
    position: absolute; margin: 0.5em; padding: 0.45em 0.7em; max-inline-size: min(17em, 62%);
    border-radius: var(--_radius); color: var(--_ink); font-size: 0.75rem;
    background: color-mix(in srgb, var(--_surface) 92%, transparent);
    box-shadow: 0 1px 6px rgb(0 0 0 / 30%);
  }
  .probe .panel[hidden] { display: none; }
  .probe .panel[data-left] { left: 0; }
  .probe .panel:not([data-left]) { right: 0; }
  .probe .panel[data-top] { top: 0; }
  .probe .panel:not([data-top]) { bottom: 0; }
  .probe:has(~ .badge) .panel[data-top] { top: 2em; }
  .probe dl { display: grid; grid-template-columns: auto 1fr; gap: 0 0.8em; margin: 0; }
  .probe dt { color: var(--_muted); white-space: nowrap; }
  .probe dd { margin: 0; text-align: end; overflow-wrap: anywhere; }
`;

/** The numbers under the pointer, or under a cursor that the arrow keys move while it has the focus. */
export class ProbePanel {
  readonly #root = document.createElement('div');
  readonly #cursor = document.createElement('button');
  readonly #panel = document.createElement('div');
  readonly #list = document.createElement('dl');
  readonly #listening = new AbortController();
  /** Parts of the frame from its left and top: of the cursor, and of what is read; null: nothing. */
  #cursorPlace = { x: 0.5, y: 0.5 };
  #place: { readonly x: number; readonly y: number } | null = null;
  #isReading = false;
  #isStale = false;
  #refreshTimer: ReturnType<typeof setTimeout> | null = null;

  /** @param pictures - element whose pointer is followed; the panel is put beside it. */
  constructor(
    readonly shadow: ShadowRoot,
    readonly pictures: HTMLElement,
    readonly host: ProbePanelHost,
  ) {
    adoptStyles(shadow, STYLES);
    this.#root.className = 'probe';
    this.#cursor.className = 'cursor';
    this.#cursor.type = 'button';
    this.#cursor.setAttribute('part', 'cursor');
    this.#cursor.ariaLabel = 'Probe: arrow keys move it, Enter selects the point';
    this.#panel.className = 'panel';
    this.#panel.setAttribute('part', 'probe');
    this.#panel.role = 'status';
    this.#panel.ariaLive = 'off';
    this.#panel.hidden = true;
    this.#panel.append(this.#list);
    this.#root.append(this.#cursor, this.#panel);
    pictures.after(this.#root);
    const { signal } = this.#listening;
    const follow = (event: PointerEvent): void => this.#follow(event);
    pictures.addEventListener('pointermove', follow, { signal });
    pictures.addEventListener('pointerdown', follow, { signal });
    pictures.addEventListener('pointerleave', (event) => this.#leave(event), { signal });
    this.#cursor.addEventListener('keydown', (event) => this.#move(event));
    this.#cursor.addEventListener('focus', () => {
      if (this.#cursor.matches(':focus-visible')) this.#showCursor();
    });
    this.#cursor.addEventListener('blur', () => this.#show(null));
    this.#cursor.addEventListener('click', () => this.#select());
  }

  /** Reads the same place again soon; to be called after each picture. */
  refresh(): void {
    if (!this.#place || this.#refreshTimer !== null) return;
    this.#refreshTimer = setTimeout(() => {
      this.#refreshTimer = null;
      this.#show(this.#place);
    }, REFRESH_TIME);
  }

  dispose(): void {
    this.#listening.abort();
    this.#place = null;
    if (this.#refreshTimer !== null) clearTimeout(this.#refreshTimer);
    this.#root.remove();
  }

  #follow(event: PointerEvent): void {
    const box = this.pictures.getBoundingClientRect();
    this.#panel.ariaLive = 'off';
    this.#show({
      x: (event.clientX - box.left) / box.width,
      y: (event.clientY - box.top) / box.height,
    });
  }

  /** A finger that was lifted leaves its numbers there. */
  #leave({ pointerType }: PointerEvent): void {
    if (pointerType === 'touch') return;
    if (this.#cursor.matches(':focus-visible')) this.#showCursor();
    else this.#show(null);
  }

  #move(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#show(null);
    const move = MOVES[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    // The same keys may mean something to the map or the page around it.
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? STEPS.fine : STEPS.usual;
    const { x, y } = this.#cursorPlace;
    const within = (value: number): number => Math.min(Math.max(value, 0), 1);
    this.#cursorPlace = { x: within(x + step * move[0]), y: within(y + step * move[1]) };
    this.#showCursor();
  }

  #showCursor(): void {
    const { x, y } = this.#cursorPlace;
    this.#cursor.style.setProperty('--x', String(x));
    this.#cursor.style.setProperty('--y', String(y));
    this.#panel.ariaLive = 'polite';
    this.#show(this.#cursorPlace);
  }

  #select(): void {
    const point = this.#pointAt(this.#cursorPlace);
    if (point) this.host.onSelect(...point);
  }

  #pointAt({ x, y }: { x: number; y: number }): [x: number, y: number] | null {
    const domain = this.host.domain();
    return domain && pointIn(domain, new DOMRect(0, 0, 1, 1), x, y);
  }

  #show(place: { readonly x: number; readonly y: number } | null): void {
    this.#place = place;
    this.#isStale = true;
    if (!place) this.#panel.hidden = true;
    if (!this.#isReading) void this.#read();
  }

  /** Reads until what is shown is where the pointer is; one reading at a time. */
  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#isStale && this.#place) {
        this.#isStale = false;
        const place = this.#place;
        const point = this.#pointAt(place);
        if (!point) return;
        const reading = await this.host.read(...point);
        // The pointer may have left meanwhile.
        if (!this.#place) return;
        this.#list.replaceChildren(...rowsOf(reading));
        this.#panel.toggleAttribute('data-left', place.x > 0.5);
        this.#panel.toggleAttribute('data-top', place.y > 0.5);
        this.#panel.hidden = false;
      }
    } catch (error) {
      if (!this.#listening.signal.aborted) this.host.onError(error);
    } finally {
      this.#isReading = false;
    }
  }
}

function rowsOf({ probe, double, single, error, singularValues }: Reading): HTMLElement[] {
  const { x, y, span, layer, space, direction, outputs, status } = probe;
  const [first, second] = double ?? single;
  const [dx, dy] = direction;
  const angle = (Math.atan2(dy, dx) * 180) / Math.PI;
  const listed = [...outputs.subarray(0, MOST_OUTPUTS)].map((value) => digits(value, 4));
  const isGood = status === 'good';
  const rows: readonly (readonly [name: string, value: string])[] = [
    ['at', `${digits(x, 5)}, ${digits(y, 5)}`],
    [layer === 'output' ? 'layers, with the output' : 'layers l', String(span)],
    ...(isGood
      ? ([
          [space === 'full' ? 'λ₁, all inputs' : 'λ₁', digits(first, 7)],
          ['λ₂', digits(second, 7)],
          ['Λ₁', digits(singularValues[0], 5)],
          ['Λ₂', digits(singularValues[1], 5)],
          [
            'direction',
            `${digits(dx, 3)}, ${digits(dy, 3)} (${angle.toFixed(1).replace('-', '−')}°)`,
          ],
        ] as const)
      : ([['λ₁', status === 'collapsed' ? '−∞: J = 0' : 'beyond the range of numbers']] as const)),
    ['output', listed.join(', ') + (outputs.length > listed.length ? ', …' : '')],
    ['class', String(probe.class)],
    ...(isGood
      ? ([
          [
            double ? 'λ₁, float32' : 'float64',
            double ? digits(single[0], 7) : 'takes too long here',
          ],
          ['error', error === null ? '–' : error.toExponential(1).replaceAll('-', '−')],
        ] as const)
      : []),
  ];
  return rows.flatMap(([name, value]) => {
    const [term, description] = ['dt', 'dd'].map((tag) => document.createElement(tag));
    term.textContent = name;
    description.textContent = value;
    return [term, description];
  });
}

/** A number with that many digits at most, and a true minus sign. */
function digits(value: number, count: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '−∞' : '–';
  return String(Number(value.toPrecision(count))).replaceAll('-', '−');
}
