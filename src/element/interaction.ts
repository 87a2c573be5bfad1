import type { PropertyValues } from 'lit';
import type { Domain } from '../model/plane.ts';
import { HOME_POSE } from '../render/style.ts';
import type { MapAnswers } from './answers.ts';
import type { FtleMapEventName, FtleMapEvents } from './events.ts';
import type { FileDrop } from './file-drop.ts';
import type { LinkKeeper, MapLink } from './link-keeper.ts';
import type { LiveMap } from './live-map.ts';
import { MenuOpener } from './menu-opener.ts';
import type { Navigation, ViewStep } from './navigation.ts';
import type { LoadedFile } from './plan.ts';
import type { ProbePanel } from './probe-panel.ts';
import type { ProblemSource } from './problems.ts';
import type { DomainList, GestureChoice } from './settings.ts';
import { lacksSecond, shownDomain } from './shown.ts';
import type { SurfaceView } from './surface-view.ts';

/** The element whose user is followed. */
export interface InteractionHost {
  readonly element: MapAnswers;
  /** null before the first network. */
  readonly live: () => LiveMap | null;
  /** The same as soon as it is there. */
  readonly opened: () => Promise<LiveMap>;
  readonly gestures: () => GestureChoice;
  /** Whether a surface is to be shown instead of the map. */
  readonly hasSurface: () => boolean;
  /** Whether there is a GPU to show it; null before the first connection. */
  readonly hasDevice: () => boolean | null;
  /** The surface is seen from elsewhere. */
  readonly onTurn: () => void;
  /** The map is shown flat. */
  readonly onFlat: () => void;
  /** Takes in the properties at once, not with the next update. */
  readonly readSettings: () => void;
  /** A point was chosen. */
  readonly select: (x: number, y: number) => void;
  readonly dispatch: <N extends FtleMapEventName>(name: N, detail: FtleMapEvents[N]) => void;
  readonly report: (source: ProblemSource, problem: unknown) => void;
}

/** Properties that say what the coordinates of a view mean. */
const PLACE_PROPERTIES = [
  'datasetName',
  'data',
  'src',
  'files',
  'planeAxes',
  'plane',
  'planePoints',
  'planeData',
];

/** What follows the user, whose code is loaded beside the first picture: drops, moves, numbers, links. */
export class Interaction {
  /** Where the pictures are; null while the element is closed. */
  #pictures: HTMLElement | null = null;
  #drop: FileDrop | null = null;
  #panel: ProbePanel | null = null;
  #navigation: Navigation | null = null;
  /** Camera of the surface while one is shown. */
  #surface: SurfaceView | null = null;
  /** Whether one is wanted that cannot be shown. */
  #isFlat = false;
  /** Where the next one is seen from. */
  #pose = HOME_POSE;
  /** Whether the picture has nothing to show anywhere. */
  #isBlank = false;
  #links: LinkKeeper | null = null;
  /** The name in the address that is followed. */
  #followed: string | null = null;
  #menu: MenuOpener | null = null;
  /** Resolves when drops and gestures are taken. */
  #taking: Promise<void> = Promise.resolve();
  /** Resolves when the address of the page has been read, if it is to be. */
  #linking: Promise<void> = Promise.resolve();
  /** The rectangle that the page asks for. */
  #home: Domain | null = null;
  /** What `domain` was set to when the view was moved last. */
  #moved: DomainList | null = null;

  constructor(readonly host: InteractionHost) {}

  /** Follows the user on these pictures. */
  open(pictures: HTMLElement): void {
    this.#pictures = pictures;
    this.#menu = this.#createMenu(pictures.parentElement!);
    this.#taking = this.#takeGestures(pictures).catch((error: unknown) =>
      this.host.report('engine', error),
    );
    this.#linking = this.#takeHash();
    this.#takePanel();
    this.takeSurface();
  }

  close(): void {
    this.#pictures = null;
    this.#menu?.dispose();
    this.#menu = null;
    this.#takePanel();
    this.takeSurface();
    this.#drop?.dispose();
    this.#drop = null;
    this.#navigation?.dispose();
    this.#navigation = null;
    this.#links?.dispose();
    this.#links = null;
    this.#followed = null;
  }

  /** Resolves when the view rests. */
  async settle(): Promise<void> {
    await this.#taking;
    await this.#navigation?.settle();
  }

  /** Resolves when the address of the page counts, if it is to. */
  settleLink(): Promise<void> {
    return this.#linking;
  }

  /**
   * To be called before the settings are read.
   *
   * @returns whether `domain` is the page's wish, and not where the user went.
   */
  beforeSettings(changed: PropertyValues): boolean {
    const isMoved = this.#moved !== null && this.host.element.domain === this.#moved;
    // A place on another plane, or among other data, means nothing.
    const isElsewhere = PLACE_PROPERTIES.some((name) => changed.has(name));
    if (isMoved && !changed.has('domain') && isElsewhere) this.#setDomain(this.#home);
    return !isMoved;
  }

  /** Takes the rectangle that the page asks for. */
  setHome(domain: Domain | null): void {
    this.#home = domain;
  }

  /** To be called after each update. */
  refresh(changed: PropertyValues): void {
    if (changed.has('probePanel')) this.#takePanel();
    if (this.#pictures && this.host.element.hash !== this.#followed) {
      this.#linking = this.#takeHash();
    }
    this.#links?.refresh();
  }

  /** To be called after the choice of gestures has changed. */
  refreshGestures(): void {
    this.#navigation?.refresh();
  }

  /** To be called after each frame. */
  takeFrame(): void {
    const live = this.host.live();
    const isBlank = live !== null && lacksSecond(live);
    if (isBlank && !this.#isBlank) this.#tell('λ₂ is −∞ behind a layer of one neuron');
    this.#isBlank = isBlank;
    this.#panel?.refresh();
    this.#surface?.refresh();
  }

  /** To be called when a network has been read: a map of another activation looks as good as the right one. */
  takeFile({ notes }: LoadedFile): void {
    const isAssumed = notes.some((note) => /^activation of the hidden.* does not say/.test(note));
    if (isAssumed && !this.host.element.hasAttribute('activation'))
      this.#tell('The file names no activation: tanh is assumed');
  }

  /** Gives gestures and keys to the surface, whose code is loaded by then, or back to the map. */
  takeSurface(): void {
    const { hasSurface, hasDevice, live, onTurn, onFlat, report } = this.host;
    const pictures = this.#pictures;
    const isMissing = hasSurface() && hasDevice() === false;
    if (isMissing && !this.#isFlat) this.#tell('A surface needs WebGPU: the map is shown flat');
    this.#isFlat = isMissing;
    if (!pictures || !hasSurface() || isMissing) {
      this.#surface?.dispose();
      this.#surface = null;
      this.#navigation?.refresh();
      onFlat();
      return;
    }
    if (this.#surface) {
      this.#surface.refresh();
      return;
    }
    const opening = import('./surface-view.ts').then(({ SurfaceView }) => {
      if (this.#pictures !== pictures || this.#surface || !hasSurface()) return;
      const onMove = (): void => {
        onTurn();
        this.#links?.refresh();
      };
      this.#surface = new SurfaceView(pictures, live, onMove, this.#pose);
      this.#pose = HOME_POSE;
      this.#navigation?.refresh();
    });
    this.#taking = Promise.all([this.#taking, opening]).then(
      () => undefined,
      (error: unknown) => report('engine', error),
    );
  }

  /** One step of the view, which a button asks for. */
  step(step: ViewStep): void {
    this.#navigation?.step(step);
  }

  /** Opens the menu beside a button, or closes it. */
  toggleMenu(button: HTMLElement): void {
    this.#menu?.toggle(button);
  }

  /** A link that opens the map as it is; null if it follows none. */
  async link(): Promise<MapLink | null> {
    return this.#links && this.#links.link();
  }

  /** Says something over the map as soon as that can be done. */
  #tell(text: string): void {
    void this.#taking.then(() => this.#navigation?.tell(text));
  }

  #createMenu(frame: HTMLElement): MenuOpener {
    const { element, dispatch, report } = this.host;
    return new MenuOpener(frame, {
      isOff: () => element.noMenu,
      commands: {
        map: element,
        link: () => this.link(),
        hasLink: () => this.#links !== null,
        open: (files) => this.#takeFiles(files),
        tell: (text) => this.#tell(text),
        dispatch,
      },
      onError: (error) => report('engine', error),
    });
  }

  /** Takes drops and gestures as soon as the code for it is there. */
  async #takeGestures(pictures: HTMLElement): Promise<void> {
    const [{ FileDrop }, { Navigation }] = await Promise.all([
      import('./file-drop.ts'),
      import('./navigation.ts'),
    ]);
    if (this.#pictures !== pictures) return;
    const { element, live, gestures } = this.host;
    this.#drop = new FileDrop(element, pictures.parentElement!, (files) => this.#takeFiles(files));
    this.#navigation = new Navigation(element.shadowRoot!, pictures, {
      choice: gestures,
      live,
      surface: () => this.#surface,
      home: () => this.#home,
      move: (domain) => this.#move(domain, domain),
      goHome: (shown) => this.#move(this.#home, shown),
    });
  }

  #takeFiles(files: readonly File[]): void {
    this.host.element.files = files;
    this.host.dispatch('ftle-change', { name: 'files' });
  }

  /** Shows or takes away the numbers under the pointer, whose code is loaded by then. */
  #takePanel(): void {
    const { element, live, opened, select, report } = this.host;
    const pictures = this.#pictures;
    if (!element.probePanel || !pictures) {
      this.#panel?.dispose();
      this.#panel = null;
      return;
    }
    Promise.all([import('./probe-panel.ts'), import('./reading.ts')]).then(
      ([{ ProbePanel }, { readPoint }]) => {
        if (!element.probePanel || this.#pictures !== pictures || this.#panel) return;
        this.#panel = new ProbePanel(element.shadowRoot!, pictures, {
          domain: () => {
            const map = live();
            return map && shownDomain(map);
          },
          read: async (x, y) => readPoint(await opened(), x, y),
          onSelect: select,
          onError: (error) => report('engine', error),
        });
      },
      (error: unknown) => report('engine', error),
    );
  }

  /** Keeps the state in the address of the page, or no more. */
  async #takeHash(): Promise<void> {
    this.#links?.dispose();
    this.#links = null;
    const { element, live, report } = this.host;
    const hash = (this.#followed = element.hash);
    if (hash === null) return;
    const pictures = this.#pictures;
    try {
      const { LinkKeeper } = await import('./link-keeper.ts');
      if (this.#pictures !== pictures || this.#followed !== hash) return;
      this.#links = new LinkKeeper({
        element,
        live,
        setDomain: (domain) => this.#setDomain(domain),
        pose: () => this.#surface && this.#surface.pose,
        setPose: (pose) => {
          if (this.#surface) this.#surface.look(pose);
          else this.#pose = pose;
        },
        tell: (text) => this.#tell(text),
        report: (error) => report('link', error),
      });
      await this.#links.read();
    } catch (error) {
      report('link', error);
    }
  }

  /**
   * Shows another rectangle at once, because the user wants it.
   *
   * @param shown - the same in numbers, where `domain` is null.
   */
  #move(domain: Domain | null, shown: Domain): void {
    this.#setDomain(domain);
    this.host.readSettings();
    this.host.dispatch('ftle-view', { domain: listOf(shown) });
  }

  #setDomain(domain: Domain | null): void {
    this.#moved = domain && listOf(domain);
    this.host.element.domain = this.#moved;
  }
}

function listOf({ sMin, tMin, sMax, tMax }: Domain): DomainList {
  return [sMin, tMin, sMax, tMax];
}
