import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { TrainingStatus } from '../engine/engine.ts';
import { asError, DataError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import { MapAnswers } from './answers.ts';
import type { ColorRange } from './automatic-range.ts';
import { renderColorbar } from './colorbar.ts';
import type { Connection } from './connection.ts';
import { Connector } from './connector.ts';
import { renderControls, type ControlActions } from './controls.ts';
import { describeDivergence } from './description.ts';
import { lendDevice, lentDevice } from './device.ts';
import type { FtleMapEventName, FtleMapEvents } from './events.ts';
import { Interaction } from './interaction.ts';
import type { MapLink } from './link-keeper.ts';
import { LayerAnimation } from './layer-animation.ts';
import type { FrameInfo, LiveMapListener } from './listener.ts';
import type { LiveMap } from './live-map.ts';
import { renderBadge, renderMessage } from './overlays.ts';
import type { LoadedFile } from './plan.ts';
import { PlanLoader } from './plan-loader.ts';
import { Problems, type ProblemSource } from './problems.ts';
import { describeShown, shownDomain, shownSpace } from './shown.ts';
import type { DirectionChoice } from './settings.ts';
import { Stage } from './stage.ts';
import { styles } from './styles.ts';
import { pointIn } from './view.ts';
import { Wishes } from './wishes.ts';

export type { EmbedOptions } from './embed-code.ts';
export type { CopyKind, FtleMapEventName, FtleMapEvents } from './events.ts';
export type { MapLink } from './link-keeper.ts';
export type { FrameInfo } from './listener.ts';
export type { BlobOptions } from './map-files.ts';
export type { LoadedFile } from './plan.ts';
export type { Probe } from './probe.ts';
export type { Profile, ProfileOptions } from './profile.ts';
export type { FieldOptions } from './queries.ts';
export type {
  Backend,
  Colormap,
  DirectionChoice,
  DirectionStyle,
  DomainList,
  GestureChoice,
  LayerName,
  Quantity,
  RangeChoice,
} from './settings.ts';

/**
 * `<ftle-map>`: the finite-time Lyapunov exponents of a neural network over its input space, live
 * while the network trains.
 *
 * The module only defines the class; `ftle-map/define` registers the tag.
 *
 * @csspart canvas - the picture
 * @csspart colorbar - what the colours mean, beside the picture or below it
 * @csspart badge - says what computes, if it is not a GPU
 * @csspart message - what is wrong
 * @csspart controls - buttons and sliders below the picture
 * @csspart hint - a note that lies over the picture for a moment
 * @csspart drop - what is shown while files are held over the picture
 * @csspart probe - the numbers under the pointer
 * @csspart cursor - the place that they are of, while keys move it
 * @csspart menu - commands that save and copy
 *
 * @cssprop [--ftle-ink=#1d2330] - most text
 * @cssprop [--ftle-muted=#59606e] - text that matters less
 * @cssprop [--ftle-surface=#ffffff] - buttons and panels
 * @cssprop [--ftle-line=#c9ced8] - their borders
 * @cssprop [--ftle-hover=#eef1f6] - what the pointer is on
 * @cssprop [--ftle-accent=#1f57b8] - what is chosen, and the focus
 * @cssprop [--ftle-on-accent=#ffffff] - text on the accent
 * @cssprop [--ftle-alert=#a3231a] - ground of a message
 * @cssprop [--ftle-on-alert=#ffffff] - its text
 * @cssprop [--ftle-radius=6px] - of corners
 * @cssprop [--ftle-font=system-ui, sans-serif] - family of the text
 * @cssprop [--ftle-aspect-ratio=1] - of the picture, where the element has no height of its own
 */
export class FtleMapElement extends MapAnswers {
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
  readonly #layerAnimation = new LayerAnimation(() => this.#showNextLayer());
  #wantsPlay: boolean | null = null;

  readonly #wishes = new Wishes();
  readonly #plans = new PlanLoader((plan, error) => {
    this.#report('plan', error);
    this.#live?.setPlan(plan);
    if (plan?.file) {
      this.#dispatch('ftle-load', plan.file);
      this.#interaction.takeFile(plan.file);
    }
  });

  #status: TrainingStatus | null = null;
  /** Bounds that the colour bar shows. */
  #bounds: ColorRange = [-1, 1];
  /** What it says exponents are over. */
  #space = '';
  /** How directions were shown last. */
  #directions: DirectionChoice = true;
  /** The network that is shown, with the weights read back last: at most two seconds old. */
  get network(): Network | null {
    const session = this.#live?.session;
    return session ? { ...session.plan.network, parameters: session.kept.parameters } : null;
  }

  /** The file that the network was read from, and what was assumed; null if it was made here. */
  get file(): LoadedFile | null {
    return this.#live?.session?.plan.file ?? null;
  }

  /** Whether it trains. */
  get playing(): boolean {
    return this.#live?.playing ?? this.#wantsPlay ?? false;
  }

  /** Loss and accuracy as evaluated last. */
  get status(): TrainingStatus | null {
    return this.#status;
  }

  /** What computes, `webgpu` or `cpu`; null before that is known. */
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

  /** What was painted last. */
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

  /** Stops training. */
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
    await (await this.opened()).live.step(stepCount);
  }

  /** Back to the start values: the same seed gives the same weights. Training goes on if it ran. */
  async reset(): Promise<void> {
    const { live } = await this.opened();
    this.#report('training', null);
    await live.reset();
  }

  /** The point at a place of the page, in client coordinates, also beyond the map; null without a picture. */
  pointAt(clientX: number, clientY: number): [x: number, y: number] | null {
    const domain = this.#live && shownDomain(this.#live);
    const box = this.renderRoot.querySelector('.frame')?.getBoundingClientRect();
    return domain && box ? pointIn(domain, box, clientX, clientY) : null;
  }

  /** A link that opens this page with the map as it is now; only if the map has the attribute `hash`. */
  async link(): Promise<MapLink> {
    await this.opened();
    const link = await this.#interaction.link();
    if (!link) throw new DataError('link(): the map follows no links; give it attribute hash');
    return link;
  }

  /** Resolves when the picture answers all settings and nothing is under way; while playing, when paused. */
  async whenIdle(): Promise<void> {
    await this.#settleConnection();
    await this.#interaction.settle();
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
    const isPageWish = this.#interaction.beforeSettings(changed);
    if (changed.size > 0) this.#readSettings();
    if (changed.has('domain') && isPageWish) {
      this.#interaction.setHome(this.#wishes.get('view').domain);
    }
  }

  protected override firstUpdated(): void {
    if (this.isConnected) this.#open();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.size > 0) this.#stage?.refreshLabel();
    this.#interaction.refresh(changed);
    if (changed.has('animateLayers')) this.#layerAnimation.run(this.animateLayers);
  }

  protected override render(): TemplateResult {
    const connection = this.#connection;
    const live = this.#live;
    const classCount = Math.max(2, live?.session?.plan.network.outputWidth ?? 0);
    this.#bounds = live?.picture.bounds ?? this.#bounds;
    this.#space = (live && shownSpace(live)) ?? this.#space;
    const range = live?.frame ? this.#bounds : null;
    const isFlat = this.surface && connection?.engine.device === null;
    const bar = (): unknown =>
      renderColorbar(this.#wishes.get('style'), this.#space, range, classCount);
    return html`
      <div class="root">
        <div class="stage">
          <div class="frame">
            <div class="pictures"></div>
            ${connection ? renderBadge(connection.engine, connection.fallbackReason, isFlat) : nothing}
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
    const hasMenu = !this.noMenu;
    const hasSurface = this.#connection?.engine.device !== null;
    const { status } = this;
    const state = { depth, layer, canTrain, playing, canMove, hasMenu, hasSurface, status };
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
    view: (step) => this.#interaction.step(step),
    menu: (button) => this.#interaction.toggleMenu(button),
    nextLayer: () => {
      this.#showNextLayer();
      this.#dispatch('ftle-change', { name: 'layer' });
    },
    change: (name, value) => {
      // The button knows on and off: on again is what it was before.
      if (name === 'directions' && this.directions) this.#directions = this.directions;
      const wanted = name === 'directions' && value === true ? this.#directions : value;
      Object.assign(this, { [name]: wanted });
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
      this.#interaction.takeFrame();
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

  readonly #interaction = new Interaction({
    element: this,
    live: () => this.#live,
    opened: async () => (await this.opened()).live,
    gestures: () => this.#wishes.get('gestures'),
    hasSurface: () => this.#wishes.get('style').surface !== null,
    hasDevice: () => this.#connection && this.#connection.engine.device !== null,
    onTurn: () => this.#stage?.refreshLabel(),
    onFlat: () => this.#stage?.followView(),
    readSettings: () => this.#readSettings(),
    select: (x, y) => this.#select(x, y),
    dispatch: (name, detail) => this.#dispatch(name, detail),
    report: (source, problem) => this.#report(source, problem),
  });

  readonly #connector = new Connector({
    listener: this.#listener,
    backend: () => this.#wishes.get('backend'),
    start: () => ({
      style: this.#wishes.get('style'),
      view: this.#wishes.get('view'),
      plane: this.#wishes.get('plane'),
      learningRate: this.#wishes.get('learningRate'),
      playing: this.playing,
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
    await this.#interaction.settleLink();
    await this.#connector.settle();
  }

  protected override async opened(): Promise<Connection> {
    await this.#settleConnection();
    if (this.#connection) return this.#connection;
    if (!this.isConnected) {
      throw new DOMException('the element is in no document', 'InvalidStateError');
    }
    throw this.error ?? new DOMException('the element was removed', 'AbortError');
  }

  protected override get knownBounds(): ColorRange | null {
    return this.#live?.picture.knownBounds ?? null;
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
      if (name === 'gestures') this.#interaction.refreshGestures();
      if (name === 'plane') this.#live?.setPlane(wishes.get('plane'));
      if (name === 'style') {
        this.#live?.setStyle(wishes.get('style'));
        this.#interaction.takeSurface();
      }
      if (name === 'learningRate') this.#live?.setLearningRate(wishes.get('learningRate'));
      // Before the element is open, network and backend wait for that.
      if (name === 'network' && this.#stage) this.#load();
      if (name === 'backend' && this.#stage) this.#connector.connect(null);
    }
  }

  #open(): void {
    this.#wantsPlay ??= this.autoplay;
    this.#stage = new Stage(this.renderRoot.querySelector<HTMLElement>('.pictures')!, {
      onResize: (size) => this.#live?.setSize(size),
      onAwake: (isAwake) => this.#live?.setAwake(isAwake),
      onSelect: (x, y) => this.#select(x, y),
      describe: () =>
        this.#live && describeShown(this.#live, this.#wishes.get('style'), this.#status),
    });
    const stage = this.#stage;
    const start = (): void => {
      if (this.#stage !== stage) return;
      this.#connector.open();
      this.#load();
    };
    this.#interaction.open(stage.pictures);
    if (this.hash === null) start();
    else {
      this.#connector.prepare();
      void this.#interaction.settleLink().then(start);
    }
    this.#layerAnimation.run(this.animateLayers);
  }

  /** Shows the next hidden layer, after the last the first. */
  #showNextLayer(): void {
    const plan = this.#live?.session?.plan;
    if (!plan || plan.network.depth === 0) return;
    const layer = this.#live.picture.layerFor(plan);
    this.layer = layer === 'output' ? 1 : (layer % plan.network.depth) + 1;
  }

  /** Frees everything that the element holds. */
  #close(): void {
    this.#plans.close();
    this.#stage?.dispose();
    this.#stage = null;
    this.#interaction.close();
    this.#layerAnimation.run(false);
    this.#connector.close();
    this.#wantsPlay = null;
    this.#status = null;
    this.#problems.clear();
    this.requestUpdate();
  }

  #attach(connection: Connection): void {
    const { live, fallbackReason } = connection;
    this.#stage!.attach(connection);
    this.#interaction.takeSurface();
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
    if (!this.#problems.set(source, error)) return;
    if (isEvent && error) this.#dispatch('ftle-error', { error });
    this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ftle-map': FtleMapElement;
  }
}
