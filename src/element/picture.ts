import type { Engine, ExponentSpace, Field, LayerChoice, Ridges } from '../engine/engine.ts';
import { currentRequest, drawnRidges } from '../engine/ridge-limits.ts';
import { assert } from '../errors.ts';
import { layerPlace } from '../model/layer-choice.ts';
import type { Network } from '../model/network.ts';
import type { Domain, Plane } from '../model/plane.ts';
import { colorScale } from '../render/color-scale.ts';
import type { Painter, PaintStyle } from '../render/painter.ts';
import { HOME_POSE, type SurfaceLook } from '../render/style.ts';
import type { Rgb } from '../render/palette.ts';
import { AutomaticRange, type ColorRange } from './automatic-range.ts';
import { measureRange } from './measured-range.ts';
import type { FieldKind, FieldPlan } from './pace.ts';
import type { Plan } from './plan.ts';
import type { PlaneView } from './plane-view.ts';
import { createSamples, findErrors, type Samples } from './samples.ts';
import type { Session } from './session.ts';
import type { LayerName, StyleSettings } from './settings.ts';
import {
  aspectArea,
  fieldSize,
  hasLayer,
  resolveLayer,
  widenDomain,
  type CanvasSize,
} from './view.ts';

/** Colours of a map that the eye, or a screen, can tell apart. */
const COLORS = 256;
/** Pixels of a field along the longer side, unless `resolution` asks for more. */
const MOST_PIXELS = { fast: 1536, slow: 512, cpu: 256 };

/** The part of a canvas that a picture needs: painters take their size from it. */
export interface PaintedCanvas {
  width: number;
  height: number;
}

/** How a surface is seen, and the colours around it; `ink` is that of its axes. */
export interface Scene extends Omit<SurfaceLook, 'relief'> {
  readonly ink: Rgb;
}

/** What a map shows of a session, and how: field, ridges, colours, canvas. */
export class Picture {
  size: CanvasSize = { width: 0, height: 0, pixelRatio: 1 };
  /** null: that of the plane. */
  domain: Domain | null = null;
  layer: LayerName = 'last';
  space: ExponentSpace = 'plane';
  /** Error of l·λ₁ that a still picture may end with. */
  tolerance = 0;
  scene: Scene = {
    pose: HOME_POSE,
    background: [0.95, 0.95, 0.95],
    ground: [0.7, 0.7, 0.7],
    ink: [0, 0, 0],
  };
  /** Of the next field; null before the first network. */
  plane: PlaneView | null = null;
  /** Planes of computed fields: pictures of a field keep to its own until it is computed anew. */
  readonly #planes = new WeakMap<Field, PlaneView>();
  /** Canvas pixels per device pixel along a side: below 1 where painting costs too much. */
  canvasScale = 1;
  readonly #range = new AutomaticRange();
  /** How often the range was restarted: a measurement from before counts no more. */
  #restartCount = 0;
  #measuring: Promise<void> | null = null;
  /** Ridges that belong to the present field; null if they have not been looked for. */
  #found: Ridges | null = null;
  #samples: { readonly plan: Plan; readonly plane: Plane; readonly value: Samples | null } | null =
    null;
  /** Which samples are wrong, at the step that this was found or begun at. */
  #errors: { readonly plan: Plan; stepCount: number; values: Uint8Array | null } | null = null;
  #judging: Promise<void> | null = null;

  constructor(
    readonly engine: Engine,
    readonly painter: Painter,
    readonly canvas: PaintedCanvas,
    private style: StyleSettings,
  ) {}

  /** How the picture is painted. */
  get styleSettings(): StyleSettings {
    return this.style;
  }

  /** The surface that is shown instead of the map; null: none, or there is no GPU for it. */
  get surface(): (Scene & SurfaceLook) | null {
    const { surface } = this.style;
    return surface && this.engine.device ? { ...this.scene, ...surface } : null;
  }

  get isVisible(): boolean {
    return this.size.width > 0 && this.size.height > 0;
  }

  /** Device pixels of the canvas at full size, and as painted last. */
  get devicePixelCount(): number {
    return this.size.width * this.size.height;
  }

  get canvasPixelCount(): number {
    return this.canvas.width * this.canvas.height;
  }

  /** Pixels of a field divided by those of a square of the same longer side. */
  get fieldArea(): number {
    return aspectArea(this.size);
  }

  /** More field pixels along the longer side than this the canvas does not show. */
  get fullSide(): number {
    const { backend, slow } = this.engine;
    const most = MOST_PIXELS[backend === 'cpu' ? 'cpu' : slow ? 'slow' : 'fast'];
    return Math.min(most, Math.max(this.size.width, this.size.height));
  }

  /** Bounds of the colours in the units that are shown. */
  get bounds(): ColorRange {
    const { range } = this.style;
    return typeof range === 'string' ? this.#range.bounds : range;
  }

  /** The same; null if they wait for a measurement. */
  get knownBounds(): ColorRange | null {
    return this.isMeasured || typeof this.style.range !== 'string' ? this.bounds : null;
  }

  setStyle(style: StyleSettings): void {
    const old = this.style;
    this.style = style;
    const [wanted, before] = [style.drawnRidges, old.drawnRidges];
    if (wanted.smoothing !== before.smoothing || wanted.threshold !== before.threshold) {
      this.#found = null;
    }
    // A lock takes over what was in force, even bounds of the user's.
    if (style.range === 'locked') {
      if (typeof old.range !== 'string') this.#range.set(old.range);
      return;
    }
    const isSame = style.quantity === old.quantity && style.perLayer === old.perLayer;
    const wasFollowed = old.range === 'auto' || old.range === 'symmetric';
    if (!isSame || !wasFollowed || isSymmetric(style) !== isSymmetric(old)) this.restartRange();
  }

  /** Lets the next measurement set the colour range at once. */
  restartRange(): void {
    if (this.style.range === 'locked') return;
    this.#restartCount++;
    this.#range.restart();
  }

  /**
   * Takes a layer if the network has it; else the old one stays, or the last if that is not there either.
   *
   * @throws NetworkError naming the layers that there are.
   */
  takeLayer(layer: LayerName, network: Network): void {
    if (!hasLayer(network, this.layer)) this.layer = 'last';
    layerPlace(network, resolveLayer(layer, network));
    this.layer = layer;
  }

  layerFor({ network }: Plan): LayerChoice {
    return resolveLayer(this.layer, network);
  }

  /** The plane of what is shown of a session: its field's own, or that of the field to come. */
  shownPlane({ field }: Session): PlaneView {
    const shown = this.#planes.get(field) ?? this.plane;
    assert(shown, 'a session was opened without a plane');
    return shown;
  }

  /** The rectangle that the canvas shows of a plane. */
  viewDomain(plane: Pick<PlaneView, 'domain'>): Domain {
    return widenDomain(this.domain ?? plane.domain, this.size);
  }

  /**
   * Computes the field and, if they are shown and their kernels are there, its ridges.
   *
   * @returns number of pixels.
   */
  async compute(session: Session, { side, kind }: FieldPlan, signal: AbortSignal): Promise<number> {
    const { plan, field } = session;
    const { plane: view, space } = this;
    assert(view, 'a session was opened without a plane');
    const { width, height } = fieldSize(side, this.size);
    const domain = this.viewDomain(view);
    const layer = this.layerFor(plan);
    const request = {
      plane: view.plane,
      domain,
      width,
      height,
      layer,
      space,
      tolerance: kind === 'exact' ? 0 : this.#toleranceOf(kind, session),
      draft: kind === 'draft',
    };
    await this.painter.prepare(this.style);
    await field.compute(request, { signal });
    this.#planes.set(field, view);
    this.#found = null;
    if (this.style.ridges && session.ridges) {
      await this.findRidges(session);
      // Their time is the field's, not that of what is given to the engine next.
      await this.engine.device?.queue.onSubmittedWorkDone();
    }
    return width * height;
  }

  /** Whether ridges are to be shown that there are no kernels for yet. */
  lacksRidges(session: Session): boolean {
    return this.style.ridges && session.areRidgesDue;
  }

  /** The ridges of the present field. */
  async findRidges(session: Session): Promise<Ridges> {
    const ridges = await session.openRidges();
    if (this.#found !== ridges) {
      await ridges.find(drawnRidges(currentRequest(session.field), this.style.drawnRidges));
    }
    this.#found = ridges;
    return ridges;
  }

  /** Whether it is to be found which samples are wrong. */
  lacksErrors({ plan, trainer, field }: Session): boolean {
    if (!this.style.samples || !plan.dataset || !field.request) return false;
    return this.#errors?.plan !== plan || this.#errors.stepCount !== (trainer?.stepCount ?? 0);
  }

  /** Finds which samples are wrong with the present weights. */
  async judgeSamples(session: Session): Promise<void> {
    while (this.#judging) await this.#judging;
    if (!this.lacksErrors(session)) return;
    this.#judging = this.#judge(session).finally(() => (this.#judging = null));
    await this.#judging;
  }

  async #judge(session: Session): Promise<void> {
    const { plan, trainer } = session;
    const stepCount = trainer?.stepCount ?? 0;
    const isSame = this.#errors?.plan === plan;
    // A failure is not tried again at the same step.
    const found = { plan, stepCount, values: isSame ? this.#errors!.values : null };
    this.#errors = found;
    const classifier = await session.openClassifier(this.shownPlane(session).plane);
    found.values = await findErrors(plan.dataset!, classifier);
    this.#samples = null;
  }

  /** Does what a new style needs before it can be painted. */
  async prepare(session: Session): Promise<void> {
    if (!session.field.request) return;
    await this.painter.prepare(this.style);
    await this.judgeSamples(session);
    if (this.style.ridges) await this.findRidges(session);
    if (!this.#range.isSet) await this.measure(session, Infinity);
  }

  /**
   * Fits the automatic colour range to the present field.
   *
   * @param elapsed - milliseconds since the last time; Infinity fits at once.
   */
  async measure(session: Session, elapsed: number): Promise<void> {
    while (this.#measuring) await this.#measuring;
    this.#measuring = this.#measure(session, elapsed).finally(() => (this.#measuring = null));
    await this.#measuring;
  }

  async #measure(session: Session, elapsed: number): Promise<void> {
    const { range } = this.style;
    if (typeof range !== 'string' || (range === 'locked' && this.#range.isSet)) return;
    const style = this.style;
    const restartCount = this.#restartCount;
    const { quantity, surface } = style;
    // Of a surface whose colours are no scale, the heights are λ₁.
    const isHeight = surface && (quantity === 'direction' || quantity === 'class');
    const measured = await measureRange(
      session.field,
      isHeight ? 'exponent' : quantity,
      this.#scale(session.field),
    );
    if (measured && restartCount === this.#restartCount) {
      this.#range.follow(...measured, isSymmetric(style), elapsed);
    }
  }

  get isMeasured(): boolean {
    return this.#range.isSet;
  }

  /** Paints the present field on the canvas, which takes its size by the way. */
  paint(session: Session): void {
    if (!session.field.request || !this.isVisible) return;
    const width = Math.max(1, Math.round(this.size.width * this.canvasScale));
    const height = Math.max(1, Math.round(this.size.height * this.canvasScale));
    // To set the size, even to what it is, clears the canvas.
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.paintWith(session, this.painter, this.size.pixelRatio * this.canvasScale);
  }

  /** Paints the present field with a painter of another canvas, such as one for a file. */
  paintWith(session: Session, painter: Painter, pixelRatio: number): void {
    const isOwn = this.#found?.field === session.field;
    const ridges = this.style.ridges && isOwn ? this.#found : null;
    const style = this.#paintStyle(session, pixelRatio);
    painter.paint(session.field, ridges, style, this.viewDomain(this.shownPlane(session)));
  }

  #paintStyle(session: Session, pixelRatio: number): PaintStyle {
    const { field, plan } = session;
    const { plane } = this.shownPlane(session);
    const { quantity, colormap, ridges, directions, boundary, samples, regions } = this.style;
    const errors = this.#errors?.plan === plan ? this.#errors.values : null;
    if (samples && (this.#samples?.plan !== plan || this.#samples.plane !== plane)) {
      this.#samples = { plan, plane, value: createSamples(plan.dataset, plane, errors) };
    }
    return {
      quantity,
      colormap,
      range: this.bounds,
      scale: this.#scale(field),
      outputIndex: 0,
      ridges,
      directions,
      boundary,
      regions,
      samples: samples ? (this.#samples?.value ?? null) : null,
      pixelRatio,
      ink: [0, 0, 0],
      surface: this.surface,
    };
  }

  /** Error of l·λ₁ that was asked for, or that colours do not show; 0 where they show something else. */
  #toleranceOf(kind: FieldKind, { plan }: Session): number {
    const { quantity, perLayer } = this.style;
    if (kind === 'loose' && this.tolerance > 0) return this.tolerance;
    if (quantity === 'second-exponent' || !this.isMeasured) return 0;
    const { below, above } = colorScale(this.style.colormap, this.bounds);
    const { span } = layerPlace(plan.network, this.layerFor(plan));
    return (Math.min(below, above) * (perLayer ? span : 1)) / COLORS;
  }

  /** Factor from λ to what is shown. */
  #scale(field: Field): number {
    return this.style.perLayer ? 1 : field.span;
  }
}

/** The diverging map has a middle, which belongs to 0. */
function isSymmetric({ colormap, range }: StyleSettings): boolean {
  return colormap === 'diverging' || range === 'symmetric';
}
