import type { Dataset } from '../data/dataset.ts';
import { DataError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import type { TrainingOptions } from '../model/training.ts';
import { CpuModel } from './cpu-model.ts';
import { createCpuTrainer } from './cpu-trainer.ts';
import type { MemberOptions, Population, Trainer, TrainingStatus } from './engine.ts';
import { checkMembers, checkPopulation } from './population-checks.ts';

/** Networks that take their steps one after the other, in float64. */
export class CpuPopulation implements Population {
  readonly models: readonly CpuModel[];
  readonly #trainers: readonly Trainer[];

  /** @throws NetworkError or DataError if architectures differ, or data and options do not fit them. */
  constructor(
    networks: readonly Network[],
    readonly dataset: Dataset,
    readonly options: TrainingOptions,
    members: readonly MemberOptions[],
  ) {
    checkPopulation(networks);
    checkMembers(members, networks.length);
    this.models = networks.map((network) => new CpuModel(network));
    this.#trainers = this.models.map((model, i) =>
      createCpuTrainer(model, dataset, { ...options, ...members[i] }),
    );
  }

  get members(): readonly MemberOptions[] {
    return this.#trainers.map(({ options: { seed, learningRate } }) => ({ seed, learningRate }));
  }

  get stepCounts(): readonly number[] {
    return this.#trainers.map((trainer) => trainer.stepCount);
  }

  setLearningRates(rates: readonly number[]): void {
    if (rates.length !== this.models.length) {
      throw new DataError(`rates has ${rates.length} entries for ${this.models.length} networks`);
    }
    this.#trainers.forEach((trainer, i) => trainer.setLearningRate(rates[i]));
  }

  async step(stepCount: number): Promise<void> {
    for (const trainer of this.#trainers) await trainer.step(stepCount);
  }

  async evaluate(): Promise<readonly TrainingStatus[]> {
    const statuses: TrainingStatus[] = [];
    for (const trainer of this.#trainers) statuses.push(await trainer.evaluate());
    return statuses;
  }

  dispose(): void {
    for (const owner of [...this.#trainers, ...this.models]) owner.dispose();
  }
}
