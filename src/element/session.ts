import type { Engine, Field, FieldStatistics, Model, Ridges, Trainer } from '../engine/engine.ts';
import { createNetwork, type Network } from '../model/network.ts';
import { coordinatePlane, type Plane } from '../model/plane.ts';
import type { Plan } from './plan.ts';

/** What the engine holds for one plan: model, field, ridges and trainer, freed together. */
export class Session {
  readonly plane: Plane;
  #ridges: Ridges | null = null;
  /** Parameters read back last, and the step they belong to: what survives the loss of a device. */
  kept: { readonly parameters: Float32Array; readonly stepCount: number };
  #disposed = false;

  private constructor(
    readonly engine: Engine,
    readonly plan: Plan,
    readonly model: Model,
    readonly field: Field,
    readonly trainer: Trainer | null,
  ) {
    this.plane = coordinatePlane(plan.network.inputWidth);
    this.kept = { parameters: plan.network.parameters, stepCount: 0 };
  }

  /**
   * @param parameters - to go on from, if not from the start values.
   * @throws NetworkError, DataError or DeviceError if the engine cannot hold the plan.
   */
  static async open(
    engine: Engine,
    plan: Plan,
    learningRate: number,
    parameters: Float32Array | null,
  ): Promise<Session> {
    const { network, dataset, training } = plan;
    const model = engine.createModel(network);
    let trainer: Trainer | null = null;
    try {
      if (parameters) model.write(parameters);
      if (dataset) {
        trainer = await engine.createTrainer(model, dataset, { ...training, learningRate });
      }
      return new Session(engine, plan, model, await engine.createField(model), trainer);
    } catch (error) {
      trainer?.dispose();
      model.dispose();
      throw error;
    }
  }

  /** Ridges of the field; made at the first call. */
  async ridges(): Promise<Ridges> {
    this.#ridges ??= await this.engine.createRidges(this.field);
    return this.#ridges;
  }

  /** Back to the start values. */
  reset(): void {
    const { parameters } = this.plan.network;
    if (this.trainer) this.trainer.reset(parameters);
    else this.model.write(parameters);
    this.kept = { parameters, stepCount: 0 };
  }

  /** Reads the present parameters back. */
  async keep(): Promise<void> {
    const stepCount = this.trainer?.stepCount ?? 0;
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
    this.trainer?.dispose();
    this.field.dispose();
    this.model.dispose();
  }
}
