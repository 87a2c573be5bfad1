import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RidgeCurve } from '../curves/ridge-curves.ts';
import type { FieldData, TrainingStatus } from '../engine/engine.ts';
import { asError, DataError, DeviceError } from '../errors.ts';
import type { SavedNetworkFormat } from '../files/file-options.ts';
import type { Network } from '../model/network.ts';
import { MapAttributes } from './attributes.ts';
import type { ColorRange } from './automatic-range.ts';
import { renderColorbar } from './colorbar.ts';
import type { Connection } from './connection.ts';
import { Connector } from './connector.ts';
import { renderControls, type ControlActions } from './controls.ts';
import { describeDivergence } from './description.ts';
import { lendDevice, lentDevice } from './device.ts';
import type { FtleMapEventName, FtleMapEvents } from './events.ts';
import { LayerAnimation } from './layer-animation.ts';
import type { FrameInfo, LiveMapListener } from './listener.ts';
import type { LiveMap } from './live-map.ts';
import type { FileDrop } from './file-drop.ts';
import type { LinkKeeper, MapLink } from './link-keeper.ts';
import type { Navigation } from './navigation.ts';
import { renderBadge, renderMessage } from './overlays.ts';
import type { LoadedFile } from './plan.ts';
import { PlanLoader } from './plan-loader.ts';
import type { Probe } from './probe.ts';
import type { ProbePanel } from './probe-panel.ts';
import type { Histogram, Place, Profile, ProfileOptions } from './profile.ts';
import { Problems, type ProblemSource } from './problems.ts';
import {
  computeMapField,
  findMapRidges,
  probeMap,
  type FieldOptions,
  type MapRidgeOptions,
  type ProbeOptions,
} from './queries.ts';
import { describeShown, shownDomain, shownSpace } from './shown.ts';
import type { Domain } from '../model/plane.ts';
import { Stage } from './stage.ts';
import { styles } from './styles.ts';
import type { SurfaceView } from './surface-view.ts';
import type * as MapFiles from './map-files.ts';
import type { BlobOptions } from './map-files.ts';
import { pointIn } from './view.ts';
import type { DomainList } from './settings.ts';
import { Wishes } from './wishes.ts';

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

/**
 * `<ftle-map>`: the finite-time Lyapunov exponents of a neural network over its input space, live
 * while the network trains.
 *
 * The module only defines the class; `ftle-map/define` registers the tag.
 */
export class FtleMapElement extends MapAttributes {
  static override readonly styles = styles;

  /** The device that all elements use, if the page lends them one of its own; it is never destroyed. */
  static get device(): GPUDevice | null {
    return lentDevice();
  }

  static set device(device: GPUDevice | null) {
    lendDevice(device);
  }

  readonly #problems = new Problems();
  /** null while the element is in no document. */
  #stage: Stage | null = null;
  #drop: FileDrop | null = null;
  #panel: ProbePanel | null = null;
  #navigation: Navigation | null = null;
  /** Its camera while a surface is shown. */
  #surface: SurfaceView | null = null;
  readonly #layerAnimation = new LayerAnimation(() => this.#showNextLayer());
  /** Resolves when drops and gestures are taken, whose code is loaded beside the first picture. */
  #interaction: Promise<void> = Promise.resolve();
  #links: LinkKeeper | null = null;
  /** The name in the address that is followed. */
  #followed: string | null = null;
  /** Resolves when the address of the page has been read, if it is to be. */
  #linking: Promise<void> = Promise.resolve();
  /** The rectangle that the page asks for. */
  #home: Domain | null = null;
  /** What `domain` was set to when the view was moved last. */
  #moved: DomainList | null = null;
  #wantsPlay = false;

  readonly #wishes = new Wishes();
  readonly #plans = new PlanLoader((plan, error) => {
    this.#report('plan', error);
    this.#live?.setPlan(plan);
    if (plan?.file) this.#dispatch('ftle-load', plan.file);
  });

  #status: TrainingStatus | null = null;
  /** Bounds that the colour bar shows. */
  #bounds: ColorRange = [-1, 1];
  /** What it says exponents are over. */
  #space = '';
  /** The network that is shown, with the weights read back last: at most two seconds old. */
  get network(): Network | null {
    const session = this.#live?.session;
    return session ? { ...session.plan.network, parameters: session.kept.parameters } : null;
  }

  /** The file that the network was read from, and what was assumed; null if it was made here. */
  get file(): LoadedFile | null {
    return this.#live?.session?.plan.file ?? null;
  }

  get playing(): boolean {
    return this.#live?.playing ?? this.#wantsPlay;
  }

  /** Loss and accuracy as evaluated last. */
  get status(): TrainingStatus | null {
    return this.#status;
  }

  get backendInUse(): 'webgpu' | 'cpu' | null {
    return this.#connection?.engine.backend ?? null;
  }

  /** What computes, for people. */
  get description(): string {
    return this.#connection?.engine.description ?? '';
  }

  /** The gravest of what is wrong at present. */
  get error(): Error | null {
    return this.#problems.first;
  }

  get frame(): FrameInfo | null {
    return this.#live?.frame ?? null;
  }

  /** Starts training. */
  play(): void {
    this.#wantsPlay = true;
    try {
      this.#live?.play();
    } catch (error) {
      this.#wantsPlay = false;
      this.#report('training', error);
    }
    this.requestUpdate();
  }

  pause(): void {
    this.#wantsPlay = false;
    this.#live?.pause();
    this.requestUpdate();
  }

  /** Trains some steps; resolves when they are done and `status` and `network` tell of them. */
  async step(stepCount = 1): Promise<void> {
    if (!Number.isInteger(stepCount) || stepCount < 1) {
      throw new DataError(`step(${stepCount}): wanted is a whole number of at least 1`);
    }
    await (await this.#opened()).live.step(stepCount);
  }

  /** Back to the start values: the same seed gives the same weights. Training goes on if it ran. */
  async reset(): Promise<void> {
    const { live } = await this.#opened();
    this.#report('training', null);
    await live.reset();
  }

  /** The point at a place of the page, in client coordinates, also beyond the map; null without a picture. */
  pointAt(clientX: number, clientY: number): [x: number, y: number] | null {
    const domain = this.#live && shownDomain(this.#live);
    const box = this.renderRoot.querySelector('.frame')?.getBoundingClientRect();
    return domain && box ? pointIn(domain, box, clientX, clientY) : null;
  }

  /** Everything about the point (x, y), with the present weights. */
  async probe(x: number, y: number, options: ProbeOptions = {}): Promise<Probe> {
    return probeMap((await this.#opened()).live, x, y, options);
  }

  /** A field of the present weights, as arrays. */
  async field(options: FieldOptions = {}): Promise<FieldData> {
    return computeMapField((await this.#opened()).live, options);
  }

  /** Ridges of a field of the present weights, as curves in plane coordinates, longest first. */
  async ridgeCurves(options: MapRidgeOptions = {}): Promise<RidgeCurve[]> {
    return findMapRidges((await this.#opened()).live, options);
  }

  /**
   * λ, outputs and classes along the line between two points, with the present weights: `count` points with
   * both ends, and where the line crosses the decision boundary.
   */
  async profile(
    from: Place,
    to: Place,
    count = 256,
    options: ProfileOptions = {},
  ): Promise<Profile> {
    const [{ live }, { profileMap }] = await Promise.all([this.#opened(), import('./profile.ts')]);
    return profileMap(live, from, to, count, options);
  }

  /** λ₁ of the field that is shown, counted in bins; their number is a power of two up to 4,096. */
  async histogram(binCount = 64): Promise<Histogram> {
    const [{ live }, { histogramOfMap }] = await Promise.all([
      this.#opened(),
      import('./profile.ts'),
    ]);
    return histogramOfMap(live, binCount);
  }

  /** Ridges of the field that is shown, as segments [count][4]: x0, y0, x1, y1. */
  async ridgeSegments(): Promise<Float32Array> {
    return (await this.#opened()).live.ridgeSegments();
  }

  /**
   * The map as a file. Without options it is a PNG of the canvas as it is on screen; with any of them the
   * field is computed anew at the wanted size, and the file tells what made it.
   */
  async toBlob(options: BlobOptions = {}): Promise<Blob> {
    const [connection, { writeMapBlob }] = await this.#withFiles();
    return writeMapBlob(connection, options);
  }

  /** The network with its present weights as a file, which tells how it was trained. */
  async networkBlob(format: SavedNetworkFormat = 'safetensors'): Promise<Blob> {
    const [{ live }, { writeNetworkBlob }] = await this.#withFiles();
    return writeNetworkBlob(live, format);
  }

  /** A link that opens this page with the map as it is now; only if the map has the attribute `hash`. */
  async link(): Promise<MapLink> {
    await this.#opened();
    if (!this.#links)
      throw new DataError('link(): the map follows no links; give it attribute hash');
    return this.#links.link();
  }

  /** Resolves when the picture answers all settings and nothing is under way; while playing, when paused. */
  async whenIdle(): Promise<void> {
    await this.#settleConnection();
    await this.#interaction;
    await this.#navigation?.settle();
    await this.#live?.whenIdle();
    await this.updateComplete;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated && !this.#stage) this.#open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // An element that is only moved is back by then.
    queueMicrotask(() => {
      if (!this.isConnected) this.#close();
    });
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (this.hasUpdated && changed.has('src') && !changed.has('files')) this.files = null;
    const isMove = this.#moved !== null && this.domain === this.#moved;
    // A place on another plane, or among other data, means nothing.
    if (isMove && !changed.has('domain') && PLACE_PROPERTIES.some((name) => changed.has(name))) {
      this.#setDomain(this.#home);
    }
    if (changed.size > 0) this.#readSettings();
    if (changed.has('domain') && !isMove) this.#home = this.#wishes.get('view').domain;
  }

  protected override firstUpdated(): void {
    if (this.isConnected) this.#open();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.size > 0) this.#stage?.refreshLabel();
    if (changed.has('probePanel')) this.#takePanel();
    if (changed.has('animateLayers')) this.#layerAnimation.run(this.animateLayers);
    if (this.#stage && this.hash !== this.#followed) this.#linking = this.#takeHash();
    this.#links?.refresh();
  }

  protected override render(): TemplateResult {
    const connection = this.#connection;
    const live = this.#live;
    const classCount = Math.max(2, live?.session?.plan.network.outputWidth ?? 0);
    this.#bounds = live?.picture.bounds ?? this.#bounds;
    this.#space = (live && shownSpace(live)) ?? this.#space;
    const range = live?.frame ? this.#bounds : null;
    const bar = (): unknown =>
      renderColorbar(this.#wishes.get('style'), this.#space, range, classCount);
    return html`
      <div class="root">
        <div class="stage">
          <div class="frame">
            <div class="pictures"></div>
            ${connection ? renderBadge(connection.engine, connection.fallbackReason) : nothing}
            ${renderMessage(this.#problems)}
          </div>
          ${this.noColorbar ? nothing : bar()}
        </div>
        ${this.controls ? this.#renderControls() : nothing}
      </div>
    `;
  }

  #renderControls(): TemplateResult {
    const plan = this.#live?.session?.plan;
    const depth = plan?.network.depth ?? 0;
    const layer = plan ? this.#live.picture.layerFor(plan) : null;
    const canTrain = !!plan?.dataset;
    const { playing } = this;
    const canMove = this.#wishes.get('gestures') !== 'none';
    const state = { depth, layer, canTrain, playing, canMove, status: this.#status };
    return renderControls(this, state, this.#actions);
  }

  readonly #actions: ControlActions = {
    toggle: () => {
      if (this.playing) this.pause();
      else this.play();
      this.#dispatch(this.playing ? 'ftle-play' : 'ftle-pause', null);
    },
    step: () => void this.step().catch((error: unknown) => this.#report('training', error)),
    reset: () => {
      this.reset().catch((error: unknown) => this.#report('training', error));
      this.#dispatch('ftle-reset', null);
    },
    view: (step) => this.#navigation?.step(step),
    nextLayer: () => this.#showNextLayer(),
    change: (name, value) => {
      Object.assign(this, { [name]: value });
      this.#dispatch('ftle-change', { name });
    },
  };

  readonly #listener: LiveMapListener = {
    onOpen: () => {
      this.#status = null;
      this.#report('training', null);
      this.requestUpdate();
    },
    onFrame: (frame) => {
      const { engine, live } = this.#connection!;
      if (this.#stage!.show()) {
        const { backend, description } = engine;
        this.#dispatch('ftle-ready', { backend, description });
      }
      this.#dispatch('ftle-frame', frame);
      this.#panel?.refresh();
      this.#surface?.refresh();
      this.#layerAnimation.takeFrame();
      const isSameRange = frame.low === this.#bounds[0] && frame.high === this.#bounds[1];
      if (!isSameRange || shownSpace(live) !== this.#space) this.requestUpdate();
    },
    onStatus: (status) => {
      const hasDiverged = status.diverged && !this.#status?.diverged;
      this.#status = status;
      this.#dispatch('ftle-training', status);
      if (hasDiverged) {
        const message = describeDivergence(status, this.#wishes.get('learningRate'));
        this.#report('training', new DataError(message), false);
        this.#dispatch('ftle-diverged', status);
      } else if (!status.diverged) this.#report('training', null);
      this.requestUpdate();
    },
    onStop: () => {
      this.#wantsPlay = false;
      this.requestUpdate();
    },
    onProblem: (source, error) => this.#report(source, error),
  };

  readonly #connector = new Connector({
    listener: this.#listener,
    backend: () => this.#wishes.get('backend'),
    start: () => ({
      style: this.#wishes.get('style'),
      view: this.#wishes.get('view'),
      plane: this.#wishes.get('plane'),
      learningRate: this.#wishes.get('learningRate'),
      playing: this.#wantsPlay,
    }),
    onConnect: (connection) => this.#attach(connection),
    onLost: ({ playing }) => {
      this.#wantsPlay = playing;
    },
    onProblem: (error) => this.#report('device', error),
  });

  get #connection(): Connection | null {
    return this.#connector.connection;
  }

  get #live(): LiveMap | null {
    return this.#connector.live;
  }

  /** Waits until the connection that the properties ask for is there or has failed. */
  async #settleConnection(): Promise<void> {
    await this.updateComplete;
    await this.#linking;
    await this.#connector.settle();
  }

  async #opened(): Promise<Connection> {
    await this.#settleConnection();
    if (this.#connection) return this.#connection;
    if (!this.isConnected) {
      throw new DOMException('the element is in no document', 'InvalidStateError');
    }
    throw this.error ?? new DOMException('the element was removed', 'AbortError');
  }

  /** The connection, and the chunk that writes files. */
  async #withFiles(): Promise<[Connection, typeof MapFiles]> {
    const files = import('./map-files.ts');
    return Promise.all([this.#opened(), files]);
  }

  /** Takes in the properties: what changed goes to the live map, what is wrong into the message. */
  #readSettings(): void {
    const wishes = this.#wishes;
    const report = (source: ProblemSource, error: unknown): void => this.#report(source, error);
    for (const name of wishes.take(this, report)) {
      if (name === 'view') {
        this.#live?.setView(wishes.get('view'));
        this.#stage?.followView();
      }
      if (name === 'gestures') this.#navigation?.refresh();
      if (name === 'plane') this.#live?.setPlane(wishes.get('plane'));
      if (name === 'style') {
        this.#live?.setStyle(wishes.get('style'));
        this.#takeSurface();
      }
      if (name === 'learningRate') this.#live?.setLearningRate(wishes.get('learningRate'));
      // Before the element is open, network and backend wait for that.
      if (name === 'network' && this.#stage) this.#load();
      if (name === 'backend' && this.#stage) this.#connector.connect(null);
    }
  }

  #open(): void {
    this.#wantsPlay = this.autoplay;
    this.#stage = new Stage(this.renderRoot.querySelector<HTMLElement>('.pictures')!, {
      onResize: (size) => this.#live?.setSize(size),
      onAwake: (isAwake) => this.#live?.setAwake(isAwake),
      onSelect: (x, y) => this.#select(x, y),
      describe: () =>
        this.#live && describeShown(this.#live, this.#wishes.get('style'), this.#status),
    });
    const stage = this.#stage;
    this.#interaction = this.#takeGestures(stage).catch((error: unknown) =>
      this.#report('engine', error),
    );
    const start = (): void => {
      if (this.#stage !== stage) return;
      this.#connector.open();
      this.#load();
    };
    if (this.hash === null) start();
    else this.#linking = this.#takeHash().then(start);
    this.#takePanel();
    if (this.surface) this.#takeSurface();
    this.#layerAnimation.run(this.animateLayers);
  }

  /** Gives gestures and keys to the surface, whose code is loaded by then, or back to the map. */
  #takeSurface(): void {
    const stage = this.#stage;
    const isWanted = (): boolean => this.#wishes.get('style').surface !== null;
    const isMissing = isWanted() && this.#connection?.engine.device === null;
    const message = 'a surface needs WebGPU: the map is shown flat';
    this.#report('surface', isMissing ? new DeviceError('none', message) : null);
    if (!stage || !isWanted() || isMissing) {
      this.#surface?.dispose();
      this.#surface = null;
      this.#navigation?.refresh();
      stage?.followView();
      return;
    }
    if (this.#surface) return;
    const opening = import('./surface-view.ts').then(({ SurfaceView }) => {
      if (this.#stage !== stage || this.#surface || !isWanted()) return;
      const onMove = (): void => stage.refreshLabel();
      this.#surface = new SurfaceView(stage.pictures, () => this.#live, onMove);
      this.#navigation?.refresh();
    });
    this.#interaction = Promise.all([this.#interaction, opening]).then(
      () => undefined,
      (error: unknown) => this.#report('engine', error),
    );
  }

  /** Shows the next hidden layer, after the last the first. */
  #showNextLayer(): void {
    const plan = this.#live?.session?.plan;
    if (!plan || plan.network.depth === 0) return;
    const layer = this.#live.picture.layerFor(plan);
    this.layer = layer === 'output' ? 1 : (layer % plan.network.depth) + 1;
  }

  /** Shows or takes away the numbers under the pointer, whose code is loaded by then. */
  #takePanel(): void {
    if (!this.probePanel || !this.#stage) {
      this.#panel?.dispose();
      this.#panel = null;
      return;
    }
    const stage = this.#stage;
    Promise.all([import('./probe-panel.ts'), import('./reading.ts')]).then(
      ([{ ProbePanel }, { readPoint }]) => {
        if (!this.probePanel || this.#stage !== stage || this.#panel) return;
        const pictures = this.renderRoot.querySelector<HTMLElement>('.pictures')!;
        this.#panel = new ProbePanel(this.shadowRoot!, pictures, {
          domain: () => this.#live && shownDomain(this.#live),
          read: async (x, y) => readPoint((await this.#opened()).live, x, y),
          onSelect: (x, y) => this.#select(x, y),
          onError: (error) => this.#report('engine', error),
        });
      },
      (error: unknown) => this.#report('engine', error),
    );
  }

  /** Keeps the state in the address of the page, or no more. */
  async #takeHash(): Promise<void> {
    this.#links?.dispose();
    this.#links = null;
    const hash = (this.#followed = this.hash);
    if (hash === null) return;
    const stage = this.#stage;
    try {
      const { LinkKeeper } = await import('./link-keeper.ts');
      if (this.#stage !== stage || this.#followed !== hash) return;
      this.#links = new LinkKeeper({
        element: this,
        live: () => this.#live,
        setDomain: (domain) => this.#setDomain(domain),
        tell: (text) => this.#navigation?.tell(text),
        report: (error) => this.#report('link', error),
      });
      await this.#links.read();
    } catch (error) {
      this.#report('link', error);
    }
  }

  /** Takes drops and gestures on a stage as soon as the code for it is there. */
  async #takeGestures(stage: Stage): Promise<void> {
    const [{ FileDrop }, { Navigation }] = await Promise.all([
      import('./file-drop.ts'),
      import('./navigation.ts'),
    ]);
    if (this.#stage !== stage) return;
    this.#drop = new FileDrop(this, stage.pictures.parentElement!, (files) => {
      this.files = files;
      this.#dispatch('ftle-change', { name: 'files' });
    });
    this.#navigation = new Navigation(this.shadowRoot!, stage.pictures, {
      choice: () => this.#wishes.get('gestures'),
      live: () => this.#live,
      surface: () => this.#surface,
      home: () => this.#home,
      move: (domain) => this.#move(domain, domain),
      goHome: (shown) => this.#move(this.#home, shown),
    });
  }

  /**
   * Shows another rectangle at once, because the user wants it.
   *
   * @param shown - the same in numbers, where `domain` is null.
   */
  #move(domain: Domain | null, shown: Domain): void {
    this.#setDomain(domain);
    this.#readSettings();
    this.#dispatch('ftle-view', { domain: listOf(shown) });
  }

  #setDomain(domain: Domain | null): void {
    this.#moved = domain && listOf(domain);
    this.domain = this.#moved;
  }

  /** Frees everything that the element holds. */
  #close(): void {
    this.#plans.close();
    this.#stage?.dispose();
    this.#stage = null;
    this.#takePanel();
    this.#takeSurface();
    this.#layerAnimation.run(false);
    this.#drop?.dispose();
    this.#drop = null;
    this.#navigation?.dispose();
    this.#navigation = null;
    this.#links?.dispose();
    this.#links = null;
    this.#followed = null;
    this.#connector.close();
    this.#status = null;
    this.#problems.clear();
    this.requestUpdate();
  }

  #attach(connection: Connection): void {
    const { live, fallbackReason } = connection;
    this.#stage!.attach(connection);
    this.#takeSurface();
    this.#surface?.refresh();
    if (this.#plans.isLoading) live.awaitPlan();
    else live.setPlan(this.#plans.plan);
    if (fallbackReason !== null) this.#dispatch('ftle-fallback', { reason: fallbackReason });
    this.requestUpdate();
  }

  #load(): void {
    this.#live?.awaitPlan();
    this.#plans.load(this.#wishes.get('network'));
  }

  #select(x: number, y: number): void {
    this.probe(x, y).then(
      (probe) => this.#dispatch('ftle-select', probe),
      (error: unknown) => this.#report('engine', error),
    );
  }

  #dispatch<N extends FtleMapEventName>(name: N, detail: FtleMapEvents[N]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** Shows an error, or with null that its source is right again. */
  #report(source: ProblemSource, problem: unknown, isEvent = true): void {
    const error = problem === null ? null : asError(problem);
    const isNew = this.#problems.set(source, error);
    if (isNew && isEvent && error) this.#dispatch('ftle-error', { error });
    this.requestUpdate();
  }
}

function listOf({ sMin, tMin, sMax, tMax }: Domain): DomainList {
  return [sMin, tMin, sMax, tMax];
}

declare global {
  interface HTMLElementTagNameMap {
    'ftle-map': FtleMapElement;
  }
}
