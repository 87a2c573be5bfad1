import type { Dataset } from '../data/dataset.ts';
import type { Scope } from '../gpu/scope.ts';
import type { TrainingOptions } from '../model/training.ts';
import type { Trainer, TrainingStatus } from './engine.ts';
import type { GpuModel } from './gpu-model.ts';
import type { TrainingSteps } from './gpu-training.ts';
import { createTraining, type GpuTrainerSettings, type GpuTraining } from './gpu-training-run.ts';

export type { GpuTrainerSettings } from './gpu-training-run.ts';

/**
 * Trains a model on the GPU: see `GpuTraining`.
 *
 * @throws NetworkError or DataError if data set, network and options do not fit together; DeviceError if
 *   the device cannot hold them.
 */
export async function createGpuTrainer(
  model: GpuModel,
  dataset: Dataset,
  options: TrainingOptions,
  settings: GpuTrainerSettings = {},
): Promise<GpuTrainer> {
  const training = await createTraining(model, dataset, options, [options], settings);
  return new GpuTrainer(model, training);
}

/** A trainer of one network on the GPU. */
export class GpuTrainer implements Trainer {
  constructor(
    readonly model: GpuModel,
    private readonly training: GpuTraining,
  ) {}

  get scope(): Scope {
    return this.training.scope;
  }

  get steps(): TrainingSteps {
    return this.training.steps;
  }

  get dataset(): Dataset {
    return this.training.dataset;
  }

  get options(): TrainingOptions {
    const { options, members } = this.training;
    return { ...options, learningRate: members[0].learningRate };
  }

  get stepCount(): number {
    return this.training.stepCounts[0];
  }

  setLearningRate(learningRate: number): void {
    this.training.setLearningRates([learningRate]);
  }

  step(stepCount: number): Promise<void> {
    return this.training.step(stepCount);
  }

  async evaluate(): Promise<TrainingStatus> {
    return (await this.training.evaluate())[0];
  }

  reset(parameters: Float32Array): void {
    this.training.reset(() => this.model.write(parameters));
  }

  dispose(): void {
    this.training.dispose();
  }
}
