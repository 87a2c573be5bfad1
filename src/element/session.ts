import type {
  Engine,
  Evaluator,
  Field,
  FieldStatistics,
  LayerChoice,
  Model,
  PointsRequest,
  Ridges,
  Trainer,
} from '../engine/engine.ts';
import type { TrainingRecord } from '../files/parameters.ts';
import { createNetwork, type Network } from '../model/network.ts';
import type { Plane } from '../model/plane.ts';
import type { Plan } from './plan.ts';

/** What an evaluator is for: each has one of its own. */
type EvaluatorUse = 'reading' | 'classes';

/** What the engine holds for one plan: model, field, ridges and trainer, freed together. */
export class Session {
  #ridges: Ridges | null = null;
  #ridgesOpening: Promise<Ridges> | null = null;
  #areRidgesDue = true;
  #trainer: Trainer | null = null;
  readonly #evaluators = new Map<EvaluatorUse, Evaluator>();
  /** Parameters read back last, and the step they belong to: what survives the loss of a device. */
  kept: { readonly parameters: Float32Array; readonly stepCount: number };
  #disposed = false;

  private constructor(
    readonly engine: Engine,
    readonly plan: Plan,
    readonly model: Model,
    readonly field: Field,
    parameters: Float32Array,
  ) {
    this.kept = { parameters, stepCount: 0 };
  }

  /**
   * @param parameters - to go on from, if not from the start values.
   * @throws NetworkError or DeviceError if the engine cannot hold the network.
   */
  static async open(engine: Engine, plan: Plan, parameters: Float32Array | null): Promise<Session> {
    const model = engine.createModel(plan.network);
    try {
      if (parameters) model.write(parameters);
      const field = await engine.createField(model);
      return new Session(engine, plan, model, field, parameters ?? plan.network.parameters);
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  /** null before {@link openTrainer}, and without data. */
  get trainer(): Trainer | null {
    return this.#trainer;
  }

  /**
   * Makes the trainer, which the first picture need not wait for.
   *
   * @throws DataError or DeviceError if the data do not fit network or device.
   */
  async openTrainer(learningRate: number): Promise<void> {
    const { dataset, training } = this.plan;
    if (!dataset) return;
    const options = { ...training, learningRate };
    const trainer = await this.engine.createTrainer(this.model, dataset, options);
    if (this.#disposed) trainer.dispose();
    else this.#trainer = trainer;
  }

  /** null until {@link openRidges} is done. */
  get ridges(): Ridges | null {
    return this.#ridges;
  }

  /** False once ridges are there or could not be made. */
  get areRidgesDue(): boolean {
    return this.#areRidgesDue;
  }

  /** Makes the ridges of the field, which the first picture need not wait for; once. */
  openRidges(): Promise<Ridges> {
    this.#ridgesOpening ??= this.engine
      .createRidges(this.field)
      .then((ridges) => {
        if (this.#disposed) ridges.dispose();
        else this.#ridges = ridges;
        return ridges;
      })
      .finally(() => (this.#areRidgesDue = false));
    return this.#ridgesOpening;
  }

  /** λ₁, λ₂ and directions at points of the caller; kept until others are asked for. One caller at a time. */
  openEvaluator(layer: LayerChoice, space: Plane | 'full'): Promise<Evaluator> {
    const exponentCount = Math.min(2, this.plan.network.inputWidth);
    return this.#openEvaluator('reading', { layer, space, exponentCount, directions: true });
  }

  /** Classes at points of the caller, who is another one; its exponents are of no use. */
  openClassifier(plane: Plane): Promise<Evaluator> {
    const layer = this.plan.network.depth > 0 ? 1 : 'output';
    const request = { layer, space: plane, exponentCount: 1, directions: false } as const;
    return this.#openEvaluator('classes', request);
  }

  async #openEvaluator(use: EvaluatorUse, request: PointsRequest): Promise<Evaluator> {
    const kept = this.#evaluators.get(use);
    const { layer, space } = kept?.request ?? {};
    if (kept && layer === request.layer && space === request.space) return kept;
    kept?.dispose();
    this.#evaluators.delete(use);
    const evaluator = await this.engine.createEvaluator(this.model, request);
    if (this.#disposed) evaluator.dispose();
    else this.#evaluators.set(use, evaluator);
    return evaluator;
  }

  /** Back to the start values. */
  reset(): void {
    const { parameters } = this.plan.network;
    if (this.#trainer) this.#trainer.reset(parameters);
    else this.model.write(parameters);
    this.kept = { parameters, stepCount: 0 };
  }

  /** Reads the present parameters back. */
  async keep(): Promise<void> {
    const stepCount = this.#trainer?.stepCount ?? 0;
    const parameters = await this.model.read();
    if (!this.#disposed) this.kept = { parameters, stepCount };
  }

  /** The network with its present parameters. */
  async snapshot(): Promise<Network> {
    return createNetwork(this.plan.network.spec, await this.model.read());
  }

  /** How the network was trained so far; null if it was not. */
  describeTraining(learningRate: number): TrainingRecord | null {
    const { dataset, training } = this.plan;
    const stepCount = this.#trainer?.stepCount ?? 0;
    if (!dataset || stepCount === 0) return null;
    return { dataset: dataset.name, ...training, learningRate, stepCount };
  }

  statistics(): Promise<FieldStatistics> {
    return this.field.statistics();
  }

  dispose(): void {
    this.#disposed = true;
    this.#ridges?.dispose();
    for (const evaluator of this.#evaluators.values()) evaluator.dispose();
    this.#trainer?.dispose();
    this.field.dispose();
    this.model.dispose();
  }
}
