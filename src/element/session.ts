import type { Engine, Field, FieldStatistics, Model, Ridges, Trainer } from '../engine/engine.ts';
import { createNetwork, type Network } from '../model/network.ts';
import { coordinatePlane, type Plane } from '../model/plane.ts';
import type { Plan } from './plan.ts';

/** What the engine holds for one plan: model, field, ridges and trainer, freed together. */
export class Session {
  readonly plane: Plane;
  #ridges: Ridges | null = null;
  #ridgesOpening: Promise<Ridges> | null = null;
  #areRidgesDue = true;
  #trainer: Trainer | null = null;
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
    this.plane = coordinatePlane(plan.network.inputWidth);
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

  statistics(): Promise<FieldStatistics> {
    return this.field.statistics();
  }

  dispose(): void {
    this.#disposed = true;
    this.#ridges?.dispose();
    this.#trainer?.dispose();
    this.field.dispose();
    this.model.dispose();
  }
}
