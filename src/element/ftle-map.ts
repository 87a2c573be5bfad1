import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RidgeCurve } from '../curves/ridge-curves.ts';
import type { FieldData, TrainingStatus } from '../engine/engine.ts';
import { asError, DataError, DeviceError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import { MapAttributes } from './attributes.ts';
import type { ColorRange } from './automatic-range.ts';
import { CanvasWatch } from './canvas-watch.ts';
import { renderColorbar } from './colorbar.ts';
import { Connection } from './connection.ts';
import { renderControls, type ControlActions } from './controls.ts';
import { describeDivergence, describePicture } from './description.ts';
import { lendDevice, lentDevice } from './device.ts';
import type { FtleMapEventName, FtleMapEvents } from './events.ts';
import type { FrameInfo, LiveMapListener, LiveMapStart } from './listener.ts';
import type { LiveMap } from './live-map.ts';
import { FileDrop } from './file-drop.ts';
import { renderBadge, renderDropHint, renderMessage } from './overlays.ts';
import { PictureLabel } from './picture-label.ts';
import type { LoadedFile } from './plan.ts';
import { PlanLoader } from './plan-loader.ts';
import type { Probe } from './probe.ts';
import { Problems, type ProblemSource } from './problems.ts';
import {
  computeMapField,
  findMapRidges,
  paintBlob,
  probeMap,
  type FieldOptions,
  type MapRidgeOptions,
} from './queries.ts';
import { styles } from './styles.ts';
import { isSameSize, pointIn, type CanvasSize } from './view.ts';
import { Wishes } from './wishes.ts';

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
  #connection: Connection | null = null;
  /** Resolves when the connection is there or has failed. */
  #connecting: Promise<void> = Promise.resolve();
  #opening = new AbortController();
  #watch: CanvasWatch | null = null;
  #drop: FileDrop | null = null;
  #isDropTarget = false;
  #size: CanvasSize = { width: 0, height: 0, pixelRatio: 1 };
  #isAwake = false;
  #wantsPlay = false;
  #isReady = false;
  #hasRecovered = false;

  readonly #wishes = new Wishes();
  readonly #plans = new PlanLoader((plan, error) => {
    this.#report('plan', error);
    this.#live?.setPlan(plan);
    if (plan?.file) this.#dispatch('ftle-load', plan.file);
  });

  #status: TrainingStatus | null = null;
  /** Bounds that the colour bar shows. */
  #bounds: ColorRange = [-1, 1];
  readonly #label = new PictureLabel(
    () => this.#describe(),
    (text) => this.#connection?.canvas.setAttribute('aria-label', text),
  );

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

  /** Everything about the point (x, y), in float64, with the present weights. */
  async probe(x: number, y: number): Promise<Probe> {
    return probeMap((await this.#opened()).live, x, y);
  }

  /** A field of the present weights, as arrays. */
  async field(options: FieldOptions = {}): Promise<FieldData> {
    return computeMapField((await this.#opened()).live, options);
  }

  /** Ridges of a field of the present weights, as curves in plane coordinates, longest first. */
  async ridgeCurves(options: MapRidgeOptions = {}): Promise<RidgeCurve[]> {
    return findMapRidges((await this.#opened()).live, options);
  }

  /** Ridges of the field that is shown, as segments [count][4]: x0, y0, x1, y1. */
  async ridgeSegments(): Promise<Float32Array> {
    return (await this.#opened()).live.ridgeSegments();
  }

  /**
   * What is shown as a PNG.
   *
   * @param options.width - device pixels; by default as on screen.
   */
  async toBlob(options: { readonly width?: number } = {}): Promise<Blob> {
    return paintBlob(await this.#opened(), options.width);
  }

  /** Resolves when the picture answers all settings and nothing is under way; while playing, when paused. */
  async whenIdle(): Promise<void> {
    await this.#settleConnection();
    await this.#live?.whenIdle();
    await this.updateComplete;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated && !this.#watch) this.#open();
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
    if (changed.size > 0) this.#readSettings();
  }

  protected override firstUpdated(): void {
    if (this.isConnected) this.#open();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.size > 0) this.#label.refresh();
  }

  protected override render(): TemplateResult {
    const connection = this.#connection;
    const live = this.#live;
    const classCount = Math.max(2, live?.session?.plan.network.outputWidth ?? 0);
    this.#bounds = live?.picture.bounds ?? this.#bounds;
    const bar = (): unknown =>
      renderColorbar(this.#wishes.get('style'), live?.frame ? this.#bounds : null, classCount);
    return html`
      <div class="root">
        <div class="stage">
          <div class="frame">
            <div class="pictures"></div>
            ${connection ? renderBadge(connection.engine, connection.fallbackReason) : nothing}
            ${renderMessage(this.#problems)} ${this.#isDropTarget ? renderDropHint() : nothing}
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
    const state = { depth, layer, canTrain, playing, status: this.#status };
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
    change: (name, value) => {
      Object.assign(this, { [name]: value });
      this.#dispatch('ftle-change', { name });
    },
  };

  #select(event: MouseEvent, canvas: HTMLCanvasElement): void {
    const live = this.#live;
    if (!live?.session) return;
    const domain = live.picture.viewDomain(live.session.plan);
    const [x, y] = pointIn(domain, canvas.getBoundingClientRect(), event.clientX, event.clientY);
    this.probe(x, y).then(
      (probe) => this.#dispatch('ftle-select', probe),
      (error: unknown) => this.#report('engine', error),
    );
  }

  readonly #listener: LiveMapListener = {
    onOpen: () => {
      this.#status = null;
      this.#report('training', null);
      this.requestUpdate();
    },
    onFrame: (frame) => {
      this.#showCanvas();
      this.#dispatch('ftle-frame', frame);
      this.#label.refresh();
      if (frame.low !== this.#bounds[0] || frame.high !== this.#bounds[1]) this.requestUpdate();
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

  get #live(): LiveMap | null {
    return this.#connection?.live ?? null;
  }

  /** Waits until the connection that the properties ask for is there or has failed. */
  async #settleConnection(): Promise<void> {
    let awaited: Promise<void> | null = null;
    await this.updateComplete;
    while (awaited !== this.#connecting) {
      awaited = this.#connecting;
      await awaited;
    }
  }

  async #opened(): Promise<Connection> {
    await this.#settleConnection();
    if (this.#connection) return this.#connection;
    if (!this.isConnected) {
      throw new DOMException('the element is in no document', 'InvalidStateError');
    }
    throw this.error ?? new DOMException('the element was removed', 'AbortError');
  }

  /** Takes in the properties: what changed goes to the live map, what is wrong into the message. */
  #readSettings(): void {
    const wishes = this.#wishes;
    const report = (source: ProblemSource, error: unknown): void => this.#report(source, error);
    for (const name of wishes.take(this, report)) {
      if (name === 'view') this.#live?.setView(wishes.get('view'));
      if (name === 'style') this.#live?.setStyle(wishes.get('style'));
      if (name === 'learningRate') this.#live?.setLearningRate(wishes.get('learningRate'));
      // Before the element is open, network and backend wait for that.
      if (name === 'network' && this.#watch) this.#load();
      if (name === 'backend' && this.#watch) this.#connect(null);
    }
  }

  #open(): void {
    const pictures = this.renderRoot.querySelector('.pictures')!;
    this.#wantsPlay = this.autoplay;
    this.#isReady = false;
    this.#hasRecovered = false;
    this.#watch = new CanvasWatch(
      pictures,
      (size) => this.#resize(size),
      (isAwake) => {
        this.#isAwake = isAwake;
        this.#live?.setAwake(isAwake);
      },
    );
    this.#drop = new FileDrop(
      this,
      (isOver) => {
        this.#isDropTarget = isOver;
        this.requestUpdate();
      },
      (files) => {
        this.files = files;
        this.#dispatch('ftle-change', { name: 'files' });
      },
    );
    this.#connect(null);
    this.#load();
  }

  /** Frees everything that the element holds. */
  #close(): void {
    this.#opening.abort();
    this.#plans.close();
    this.#watch?.dispose();
    this.#watch = null;
    this.#drop?.dispose();
    this.#drop = null;
    this.#label.stop();
    this.#connection?.dispose();
    this.#connection = null;
    this.#status = null;
    this.#problems.clear();
    this.renderRoot.querySelector('.pictures')?.replaceChildren();
    this.requestUpdate();
  }

  /** Starts the backend; what there was before stays on screen until the new has a picture. */
  #connect(parameters: Float32Array | null): void {
    this.#opening.abort();
    const { signal } = (this.#opening = new AbortController());
    const start = (): LiveMapStart => ({
      style: this.#wishes.get('style'),
      view: this.#wishes.get('view'),
      learningRate: this.#wishes.get('learningRate'),
      playing: this.#wantsPlay,
      parameters,
    });
    this.#connecting = Connection.open(
      this.#wishes.get('backend'),
      this.#listener,
      start,
      signal,
    ).then(
      (connection) => this.#attach(connection),
      (error: unknown) => {
        if (!signal.aborted) this.#report('device', error);
      },
    );
  }

  #attach(connection: Connection): void {
    const { live, canvas, lost, fallbackReason } = connection;
    this.#connection?.dispose();
    this.#connection = connection;
    this.#isReady = false;
    this.#report('device', null);
    canvas.setAttribute('part', 'canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'Map of a neural network: no picture yet');
    canvas.addEventListener('click', (event) => this.#select(event, canvas));
    canvas.style.visibility = 'hidden';
    this.renderRoot.querySelector('.pictures')!.append(canvas);
    if (this.#size.width > 0) live.setSize(this.#size);
    live.setAwake(this.#isAwake);
    if (this.#plans.isLoading) live.awaitPlan();
    else live.setPlan(this.#plans.plan);
    void lost?.then((info) => {
      if (this.#connection === connection) this.#recover(connection, info);
    });
    if (fallbackReason !== null) this.#dispatch('ftle-fallback', { reason: fallbackReason });
    this.requestUpdate();
  }

  /** After the loss of the device: says so, and asks once for another to go on with the last weights. */
  #recover({ live }: Connection, { message }: GPUDeviceLostInfo): void {
    const kept = live.session?.kept ?? null;
    this.#wantsPlay = live.playing;
    this.#connection!.dispose();
    this.#connection = null;
    const next = this.#hasRecovered
      ? 'Reload the page to go on.'
      : 'The map asks for another one and goes on with its last weights.';
    const reason = message ? ` (${message})` : '';
    this.#report('device', new DeviceError('lost', `The GPU device was lost${reason}. ${next}`));
    if (this.#hasRecovered) return;
    this.#hasRecovered = true;
    this.#connect(kept && kept.parameters);
  }

  #resize(size: CanvasSize): void {
    // A box that is not laid out has no size; what was painted last stays good for when it is back.
    if (size.width === 0 || size.height === 0 || isSameSize(size, this.#size)) return;
    this.#size = size;
    this.#live?.setSize(size);
  }

  #load(): void {
    this.#live?.awaitPlan();
    this.#plans.load(this.#wishes.get('network'));
  }

  /** Shows the canvas of the present connection, which has a picture now, and drops older ones. */
  #showCanvas(): void {
    if (this.#isReady) return;
    const { canvas, engine } = this.#connection!;
    canvas.style.visibility = '';
    canvas.parentElement?.replaceChildren(canvas);
    this.#isReady = true;
    const { backend, description } = engine;
    this.#dispatch('ftle-ready', { backend, description });
  }

  #describe(): string | null {
    const live = this.#live;
    const plan = live?.session?.plan;
    if (!live || !plan) return null;
    const { picture, frame } = live;
    const [layer, domain] = [picture.layerFor(plan), picture.viewDomain(plan)];
    return describePicture(plan, layer, domain, this.#wishes.get('style'), frame, this.#status);
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

declare global {
  interface HTMLElementTagNameMap {
    'ftle-map': FtleMapElement;
  }
}
