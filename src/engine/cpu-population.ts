import type { Dataset } from '../data/dataset.ts';
import { DataError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import type { TrainingOptions } from '../model/training.ts';
import { CpuModel } from './cpu-model.ts';
import { createCpuTrainer, type CpuTrainer } from './cpu-trainer.ts';
import type { MemberOptions, Population, PopulationState, TrainingStatus } from './engine.ts';
import { checkMembers, checkPopulation, checkState } from './population-checks.ts';

/** Networks that take their steps one after the other, in float64. */
export class CpuPopulation implements Population {
  readonly models: readonly CpuModel[];
  readonly #trainers: readonly CpuTrainer[];
  /** The last call of step(), whose networks take their steps in turn. */
  #lastCall: Promise<void> = Promise.resolve();
  /** Counts states written: steps asked for before one are dropped. */
  #run = 0;

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
    const run = this.#run;
    const steps = this.#lastCall.then(async () => {
      for (const trainer of this.#trainers) {
        if (run === this.#run) await trainer.step(stepCount);
      }
    });
    this.#lastCall = steps.catch(() => undefined);
    await steps;
  }

  async evaluate(): Promise<readonly TrainingStatus[]> {
    const statuses: TrainingStatus[] = [];
    for (const trainer of this.#trainers) statuses.push(await trainer.evaluate());
    return statuses;
  }

  async readState(): Promise<PopulationState> {
    await this.#lastCall;
    return this.#trainers.map((trainer) => trainer.readState());
  }

  writeState(state: PopulationState): void {
    checkState(state, this.models.length, this.models[0].network.program.parameterLength);
    this.#run++;
    this.#trainers.forEach((trainer, i) => trainer.writeState(state[i]));
  }

  dispose(): void {
    for (const owner of [...this.#trainers, ...this.models]) owner.dispose();
  }
}
