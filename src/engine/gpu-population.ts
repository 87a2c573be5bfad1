import type { Dataset } from '../data/dataset.ts';
import type { Network } from '../model/network.ts';
import type { TrainingOptions } from '../model/training.ts';
import type { MemberOptions, Population, PopulationState, TrainingStatus } from './engine.ts';
import type { GpuModel } from './gpu-model.ts';
import { GpuPopulationModel } from './gpu-population-model.ts';
import { createTraining, type GpuTrainerSettings, type GpuTraining } from './gpu-training-run.ts';

/** Networks that take their steps in the same dispatches. */
export class GpuPopulation implements Population {
  private constructor(
    private readonly model: GpuPopulationModel,
    private readonly training: GpuTraining,
  ) {}

  /**
   * @throws NetworkError or DataError if architectures differ, or data and options do not fit them;
   *   DeviceError if the device cannot hold them.
   */
  static async create(
    device: GPUDevice,
    networks: readonly Network[],
    dataset: Dataset,
    options: TrainingOptions,
    members: readonly MemberOptions[],
    settings: GpuTrainerSettings,
  ): Promise<GpuPopulation> {
    const model = new GpuPopulationModel(device, networks);
    try {
      const training = await createTraining(model, dataset, options, members, settings);
      return new GpuPopulation(model, training);
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  get models(): readonly GpuModel[] {
    return this.model.members;
  }

  get dataset(): Dataset {
    return this.training.dataset;
  }

  get options(): TrainingOptions {
    return this.training.options;
  }

  get members(): readonly MemberOptions[] {
    return this.training.members;
  }

  get stepCounts(): readonly number[] {
    return this.training.stepCounts;
  }

  setLearningRates(rates: readonly number[]): void {
    this.training.setLearningRates(rates);
  }

  step(stepCount: number): Promise<void> {
    return this.training.step(stepCount);
  }

  evaluate(): Promise<readonly TrainingStatus[]> {
    return this.training.evaluate();
  }

  readState(): Promise<PopulationState> {
    return this.training.readState();
  }

  writeState(state: PopulationState): void {
    this.training.writeState(state);
  }

  dispose(): void {
    this.training.dispose();
    this.model.dispose();
  }
}
