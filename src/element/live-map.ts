import type { Engine, TrainingStatus } from '../engine/engine.ts';
import { asError, DataError } from '../errors.ts';
import { isLost } from '../gpu/device-loss.ts';
import type { TrainingRecord } from '../files/parameters.ts';
import type { Network } from '../model/network.ts';
import type { Painter } from '../render/painter.ts';
import { Frames } from './frames.ts';
import type {
  FrameInfo,
  KeptWeights,
  LiveMapListener,
  LiveMapStart,
  LiveSource,
} from './listener.ts';
import { Monitor } from './monitor.ts';
import { Picture, type PaintedCanvas, type Scene } from './picture.ts';
import type { Plan } from './plan.ts';
import type { PlaneSettings } from './plane-settings.ts';
import type { PlaneView } from './plane-view.ts';
import { Session } from './session.ts';
import type { StyleSettings, ViewSettings } from './settings.ts';
import { JobQueue, nextAnimationFrame, TaskLoop, type Task } from './task-loop.ts';
import type { CanvasSize } from './view.ts';
import { ViewChoice } from './view-choice.ts';

/** A network as it was between two training steps, and the plane that is shown. */
export interface Snapshot {
  readonly network: Network;
  readonly plane: PlaneView;
  readonly session: Session;
  /** How it was trained so far; null if it was not. */
  readonly training: TrainingRecord | null;
}

/**
 * A map that trains, computes and paints, one thing after the other: nothing is given to the engine
 * before what was given last is done. It knows nothing of the document.
 */
export class LiveMap {
  readonly picture: Picture;
  readonly #closing = new AbortController();
  readonly #frames: Frames;
  #session: Session | null = null;
  #monitor: Monitor | null = null;
  #frame: FrameInfo | null = null;

  // What is wanted.
  #nextPlan: Plan | null = null;
  #isPlanAwaited = false;
  /** To go on with, should their plan come. */
  #kept: KeptWeights | null;
  readonly #view: ViewChoice;
  #learningRate: number;
  #playing: boolean;
  #isAwake = false;

  // What is to be done.
  readonly #loop: TaskLoop;
  readonly #jobs = new JobQueue<Session>();
  #isTrainerDue = false;
  #isStatusStale = false;
  #isPaintStale = false;
  /** The session whose ridges are being made or are there. */
  #ridgesOf: Session | null = null;

  constructor(
    readonly engine: Engine,
    painter: Painter,
    canvas: PaintedCanvas,
    readonly listener: LiveMapListener,
    start: LiveMapStart,
  ) {
    this.picture = new Picture(engine, painter, canvas, start.style);
    this.#view = new ViewChoice(start.view, start.plane);
    this.#view.applyTo(this.picture);
    this.#frames = new Frames(
      this.picture,
      this.#view,
      (...frame) => this.#finishFrame(...frame),
      this.#closing.signal,
    );
    this.#learningRate = start.learningRate;
    this.#playing = start.playing;
    this.#kept = start.kept;
    this.#loop = new TaskLoop(
      () => this.#nextTask(),
      () => !this.#isPlanAwaited && !this.#isRunning,
      (error) => this.#failOnEngine('engine', error, true),
    );
  }

  get session(): Session | null {
    return this.#session;
  }

  get playing(): boolean {
    return this.#playing;
  }

  get frame(): FrameInfo | null {
    return this.#frame;
  }

  /** Says that a plan is on its way: other settings wait for it before they are judged. */
  awaitPlan(): void {
    this.#isPlanAwaited = true;
  }

  /** Replaces network and data as soon as their first picture is there; null if none comes. */
  setPlan(plan: Plan | null): void {
    this.#isPlanAwaited = false;
    if (plan) this.#nextPlan = plan;
    else this.#judgeView();
    this.#loop.wake();
  }

  setView(view: ViewSettings): void {
    const isMove = this.#view.differsInDomain(view);
    this.#view.settings = view;
    this.#view.applyTo(this.picture);
    if (isMove) this.#followMove();
    else this.#takeView();
  }

  /** Shows another plane; if it does not fit the network, the old one stays. */
  setPlane(settings: PlaneSettings): void {
    this.#view.setPlane(settings);
    this.#takeView();
  }

  setStyle(style: StyleSettings): void {
    this.picture.setStyle(style);
    this.#isPaintStale = true;
    this.#loop.wake();
  }

  /** Shows a surface from elsewhere or in other colours, at once. */
  setScene(scene: Scene): void {
    this.picture.scene = scene;
    if (this.#session) this.picture.paint(this.#session);
  }

  setLearningRate(learningRate: number): void {
    this.#learningRate = learningRate;
    this.#session?.trainer?.setLearningRate(learningRate);
  }

  /** Takes the canvas' new size and paints what is there at once. */
  setSize(size: CanvasSize): void {
    this.picture.size = size;
    if (this.#session) this.picture.paint(this.#session);
    this.#recompute();
  }

  /** Asleep, a map does nothing by itself, but still answers calls. */
  setAwake(isAwake: boolean): void {
    this.#isAwake = isAwake;
    this.#loop.wake();
  }

  /** @throws DataError if the network that is shown has no data to train on. */
  play(): void {
    const { plan } = this.#session ?? {};
    if (plan && !plan.dataset && !this.#isPlanAwaited && !this.#nextPlan) {
      throw new DataError('there is nothing to train: give a dataset');
    }
    this.#playing = true;
    this.#frames.dropStill();
    this.#loop.wake();
  }

  pause(): void {
    if (!this.#playing) return;
    this.#playing = false;
    this.#isStatusStale = true;
    this.#recompute();
  }

  /** Trains that many steps; resolves when loss and accuracy are known too. */
  step(stepCount: number): Promise<void> {
    return this.#enqueue(async (session) => {
      if (!session.trainer) throw new DataError('there is nothing to train: give a dataset');
      await session.trainer.step(stepCount);
      this.#recompute();
      await this.#takeStock();
    });
  }

  /** Back to the start values, at step 0. */
  reset(): Promise<void> {
    return this.#enqueue(async (session) => {
      session.reset();
      this.picture.restartRange();
      this.#recompute();
      await this.#takeStock();
    });
  }

  /** The session, once its first picture is there if it is to have one. */
  opened(): Promise<Session> {
    return this.#enqueue((session) => Promise.resolve(session));
  }

  /** Asks something of the network with its present weights, between two training steps. */
  ask<T>(question: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    return this.#enqueue(async (session) => {
      const plane = this.picture.shownPlane(session);
      const training = session.describeTraining(this.#learningRate);
      return question({ network: await session.snapshot(), plane, session, training });
    });
  }

  /** The network with its present weights. */
  snapshot(): Promise<Snapshot> {
    return this.ask((snapshot) => Promise.resolve(snapshot));
  }

  /** Ridges of the field that is shown, [count][4] in plane coordinates. */
  ridgeSegments(): Promise<Float32Array> {
    return this.#enqueue(async (session) => {
      if (!session.field.request) return new Float32Array(0);
      return (await this.picture.findRidges(session)).read();
    });
  }

  /** Resolves when the picture answers all settings and nothing is under way. */
  whenIdle(): Promise<void> {
    return this.#loop.whenIdle();
  }

  /** Ends all at once; resolves when what was under way is over and all is freed. */
  async dispose(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#jobs.close(new DOMException('the map was removed from its page', 'AbortError'));
    const session = this.#session;
    this.#session = null;
    await Promise.all([this.#loop.close(), this.#monitor?.close()]);
    session?.dispose();
  }

  #enqueue<T>(run: (session: Session) => Promise<T>): Promise<T> {
    const result = this.#jobs.add(run);
    this.#loop.wake();
    return result;
  }

  #recompute(): void {
    this.#frames.restart();
    this.#loop.wake();
  }

  get #isRunning(): boolean {
    return this.#playing && !!this.#session?.trainer;
  }

  /** What to do next, the most urgent first; null if there is nothing. */
  #nextTask(): Task | null {
    const isCalled = this.#jobs.hasJobs || this.#loop.isAwaited;
    if (!this.#isAwake && !isCalled) return null;
    const plan = this.#nextPlan;
    if (plan) return () => this.#open(plan);
    const session = this.#session;
    if (this.#isPlanAwaited) return null;
    if (!session) {
      this.#jobs.rejectAll(new DataError('the map has no network: see its error'));
      return null;
    }
    if (this.#isTrainerDue) return () => this.#openTrainer(session);
    const job = this.#jobs.take();
    if (job) return () => job(session);
    if (this.#isRunning) return this.#isAwake ? () => this.#showLive(session) : null;
    const frames = this.#frames;
    if (frames.lacksStill) return () => this.#showStill(session);
    if (this.#isStatusStale) return () => this.#takeStock();
    if (frames.canRefine) return () => this.#showStill(session);
    const { picture } = this;
    if (this.#isPaintStale || picture.lacksRidges(session) || picture.lacksErrors(session))
      return () => this.#repaint(session);
    return null;
  }

  /** Opens a plan and computes its first picture; only then the old one goes. */
  async #open(plan: Plan): Promise<void> {
    let session: Session | null = null;
    const start = performance.now();
    const old = this.#session;
    const { picture } = this;
    let takeBack: (() => void)[] = [];
    try {
      const kept = this.#kept?.plan === plan ? this.#kept.parameters : null;
      session = await Session.open(this.engine, plan, kept);
      // A picture that is there stays until all of the new is sure.
      if (old) await session.openTrainer(this.#learningRate);
      takeBack = [this.#view.begin(picture, plan), this.#frames.begin(plan.network)];
      picture.restartRange();
      if (picture.isVisible) await this.#frames.computeFirst(session);
    } catch (error) {
      session?.dispose();
      for (const undo of takeBack) undo();
      if (this.#nextPlan !== plan) return;
      this.#nextPlan = null;
      this.#jobs.rejectAll(error as Error);
      await this.#failOnEngine('network', error);
      this.#judgeView();
      return;
    }
    if (this.#closing.signal.aborted) {
      session.dispose();
      return;
    }
    this.#session = session;
    void this.#monitor?.close().then(() => old?.dispose());
    this.#monitor = new Monitor(
      session,
      picture,
      (status) => this.#takeStatus(status),
      (error) => void this.#failOnEngine('engine', error),
    );
    if (this.#nextPlan === plan) this.#nextPlan = null;
    this.#kept = null;
    session.trainer?.setLearningRate(this.#learningRate);
    this.#isTrainerDue = plan.dataset !== null && !session.trainer;
    this.#isStatusStale = plan.dataset !== null;
    this.listener.onProblem('network', null);
    this.#judgeView();
    this.listener.onOpen();
    this.#finishFrame(session, performance.now() - start, 0);
    this.#beginRidges(session);
    if (this.#playing && !plan.dataset) this.#stop();
  }

  async #openTrainer(session: Session): Promise<void> {
    this.#isTrainerDue = false;
    try {
      const opening = session.openTrainer(this.#learningRate);
      this.#frames.expectLive(session);
      await opening;
    } catch (error) {
      this.#isStatusStale = false;
      this.#jobs.rejectAll(error as Error);
      await this.#failOnEngine('network', error, true);
    }
    session.trainer?.setLearningRate(this.#learningRate);
  }

  /** One frame while training: steps, field, ridges, picture. */
  async #showLive(session: Session): Promise<void> {
    if (!(await this.#frames.showLive(session))) return;
    this.#monitor?.watch();
    this.#beginRidges(session);
    await nextAnimationFrame();
  }

  /** Has the kernels of ridges compiled, if they are wanted, beside all else. */
  #beginRidges(session: Session): void {
    if (this.#ridgesOf === session || !this.picture.lacksRidges(session)) return;
    this.#ridgesOf = session;
    session.openRidges().then(
      () => this.#loop.wake(),
      (error: unknown) => void this.#failOnEngine('engine', error),
    );
  }

  async #showStill(session: Session): Promise<void> {
    const milliseconds = await this.#frames.computeStill(session);
    if (milliseconds === null) return;
    this.listener.onProblem('engine', null);
    this.#finishFrame(session, milliseconds, 0);
  }

  async #repaint(session: Session): Promise<void> {
    this.#isPaintStale = false;
    await this.picture.prepare(session);
    this.#finishFrame(session, this.#frame?.milliseconds ?? 0, 0);
  }

  #finishFrame(session: Session, milliseconds: number, stepsPerFrame: number): void {
    const { request } = session.field;
    if (!request || this.#closing.signal.aborted) return;
    this.picture.paint(session);
    this.#isPaintStale = false;
    const { width, height } = request;
    const [low, high] = this.picture.bounds;
    this.#frame = { width, height, milliseconds, low, high, stepsPerFrame };
    this.listener.onFrame(this.#frame);
  }

  /** Weights and status as they are now, while nothing trains. */
  async #takeStock(): Promise<void> {
    this.#isStatusStale = false;
    await this.#monitor?.takeStock();
  }

  #takeStatus(status: TrainingStatus): void {
    if (status.diverged) this.#stop();
    this.listener.onStatus(status);
  }

  #stop(): void {
    if (this.#closing.signal.aborted || !this.#playing) return;
    this.#playing = false;
    this.#frames.replan();
    this.#isStatusStale = true;
    this.listener.onStop();
  }

  #fail(source: LiveSource, error: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.listener.onProblem(source, asError(error));
  }

  /** Reports what failed, unless the device is lost: then all fails, and who connected tells of it. */
  async #failOnEngine(source: LiveSource, error: unknown, endsTraining = false): Promise<void> {
    const { device } = this.engine;
    if (device && (await isLost(device))) return;
    if (endsTraining) this.#stop();
    this.#fail(source, error);
  }

  /** Paints the present field where it is in another view, and computes it there. */
  #followMove(): void {
    if (this.#session) this.picture.paint(this.#session);
    this.#frames.follow();
    this.#loop.wake();
  }

  /** Computes anew for another view. */
  #takeView(): void {
    this.#judgeView();
    this.picture.restartRange();
    this.#recompute();
  }

  /** Takes the wanted layer and plane, unless a plan is on its way that they may belong to. */
  #judgeView(): void {
    const { plan } = this.#session ?? {};
    if (!plan || this.#isPlanAwaited || this.#nextPlan) return;
    this.#judge('view', () => this.#view.takeLayer(this.picture, plan));
    this.#judge('plane', () => this.#view.takePlane(this.picture, plan));
  }

  #judge(source: LiveSource, take: () => void): void {
    try {
      take();
      this.listener.onProblem(source, null);
    } catch (error) {
      this.#fail(source, error);
    }
  }
}
