import { bytesPerPixel } from '../engine/field-content.ts';
import { bindingLimit } from '../gpu/binding-limit.ts';
import type { Network } from '../model/network.ts';
import { programCost } from '../model/program-cost.ts';
import { Pace, type FieldPlan, type FramePlan, type Speed } from './pace.ts';
import type { Picture } from './picture.ts';
import type { Session } from './session.ts';
import type { ViewChoice } from './view-choice.ts';

/** Puts a live field onto the canvas. */
export type ShowField = (session: Session, milliseconds: number, stepsPerFrame: number) => void;

/** Which fields of a picture are computed, one after the other: live ones between training steps, or still ones. */
export class Frames {
  /** For networks that cost what the one that is shown does, in time and memory. */
  #pace: Pace;
  /** The still pictures to come; null: to be planned, from the coarsest on. */
  #stills: FieldPlan[] | null = null;
  /** Whether the still picture under way is the first of its series. */
  #isFirstStill = false;
  /** Ends the still picture under way. */
  #stillAbort = new AbortController();
  /** Ends the live picture under way; null if there is none, or the one before it was dropped: some are completed. */
  #liveAbort: AbortController | null = null;

  /** @param closing - ends whatever is under way. */
  constructor(
    readonly picture: Picture,
    readonly view: ViewChoice,
    readonly show: ShowField,
    readonly closing: AbortSignal,
  ) {
    const { backend, slow } = picture.engine;
    const speed: Speed = backend === 'cpu' ? 'cpu' : slow ? 'slow' : 'fast';
    this.#pace = new Pace(speed);
    closing.addEventListener('abort', () => {
      this.dropStill();
      this.#liveAbort?.abort();
    });
  }

  /** Whether no still picture answers the settings; false where the canvas has no size. */
  get lacksStill(): boolean {
    return this.picture.isVisible && this.#stills === null;
  }

  /** Whether a finer still picture is to come. */
  get canRefine(): boolean {
    return this.picture.isVisible && !!this.#stills && this.#stills.length > 0;
  }

  /** Ends the still picture under way. */
  dropStill(): void {
    this.#stillAbort.abort();
  }

  /** Ends what is under way: the next still picture is the coarsest. */
  restart(): void {
    this.dropStill();
    this.#liveAbort?.abort();
    this.#stills = null;
  }

  /** The same for a view that moves on and on: its first pictures are completed, or none would come. */
  follow(): void {
    if (!this.#isFirstStill) this.dropStill();
    this.#liveAbort?.abort();
    this.#stills = null;
  }

  /** Has still pictures planned anew, and what is under way end by itself. */
  replan(): void {
    this.#stills = null;
  }

  /**
   * Goes over to a network.
   *
   * @returns takes it back.
   */
  begin({ program, outputWidth }: Network): () => void {
    const [pace, stills] = [this.#pace, this.#stills];
    const { device } = this.picture.engine;
    const cost = programCost(program);
    const mostPixels = device ? bindingLimit(device) / bytesPerPixel(outputWidth) : Infinity;
    if (cost !== pace.cost || mostPixels !== pace.mostPixels)
      this.#pace = new Pace(pace.speed, cost, mostPixels);
    this.#stills = null;
    return () => {
      this.#pace = pace;
      // Where the view has changed since, what there was does not answer it.
      this.#stills &&= stills;
    };
  }

  /** Begins to make what live frames want besides a trainer. */
  expectLive(session: Session): void {
    if (this.#pace.interpolates) session.field.expectTolerance();
  }

  /**
   * Trains some steps and shows the field after them.
   *
   * @returns whether the view did not change meanwhile.
   */
  async showLive(session: Session): Promise<boolean> {
    const { picture } = this;
    const pace = this.#pace;
    const start = performance.now();
    const frame = pace.next(this.view.settings.resolution, picture);
    const { stepCount, canvasScale } = frame;
    await session.trainer!.step(stepCount);
    const trained = performance.now();
    pace.measureSteps(stepCount, trained - start);
    this.#stills = null;
    if (!picture.isVisible) return true;
    const pixelCount = await this.#computeLive(session, frame);
    if (pixelCount === null) return false;
    if (!picture.isMeasured) await picture.measure(session, Infinity);
    const computed = performance.now();
    pace.measureField(pixelCount, computed - trained, frame.kind);
    picture.canvasScale = canvasScale;
    this.show(session, computed - start, stepCount);
    await picture.engine.device?.queue.onSubmittedWorkDone();
    pace.measurePaint(picture.canvasPixelCount, performance.now() - computed);
    return true;
  }

  /** Number of pixels; null if the view changed meanwhile. */
  async #computeLive(session: Session, frame: FramePlan): Promise<number | null> {
    const wasDropped = this.#liveAbort?.signal.aborted ?? false;
    this.#liveAbort = wasDropped ? null : new AbortController();
    const { signal } = this.#liveAbort ?? { signal: this.closing };
    try {
      const pixelCount = await this.picture.compute(session, frame, signal);
      this.#liveAbort = null;
      return pixelCount;
    } catch (error) {
      if (!signal.aborted) throw error;
      return null;
    }
  }

  /**
   * Computes the next of the still pictures, coarse to fine.
   *
   * @returns milliseconds that it took; null if it was dropped.
   */
  async computeStill(session: Session): Promise<number | null> {
    const start = performance.now();
    const { signal } = (this.#stillAbort = new AbortController());
    try {
      await this.#computeNext(session, signal);
    } catch (error) {
      if (signal.aborted) return null;
      this.#stills = [];
      throw error;
    }
    return signal.aborted ? null : performance.now() - start;
  }

  /** Computes the first picture of a network that `begin` was told of. */
  computeFirst(session: Session): Promise<void> {
    return this.#computeNext(session, this.closing);
  }

  /** Computes the next of the still pictures, and plans what follows it. */
  async #computeNext(session: Session, signal: AbortSignal): Promise<void> {
    const { picture } = this;
    const pace = this.#pace;
    const start = performance.now();
    const { resolution } = this.view.settings;
    this.#isFirstStill = !this.#stills;
    const stills = (this.#stills ??= pace.refinement(resolution, picture));
    const [still] = stills;
    const pixelCount = await picture.compute(session, still, signal);
    pace.measureField(pixelCount, performance.now() - start, still.kind);
    await picture.measure(session, Infinity);
    picture.canvasScale = 1;
    // From what it took, it is known better what time allows.
    if (this.#stills === stills) this.#stills = pace.refinement(resolution, picture, still);
  }
}
