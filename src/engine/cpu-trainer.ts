import type { Dataset } from '../data/dataset.ts';
import { assert } from '../errors.ts';
import {
  checkRate,
  checkStepCount,
  checkTraining,
  type TrainingOptions,
} from '../model/training.ts';
import { classify, createStates, runForward } from '../reference/forward.ts';
import { sampleLoss } from '../reference/loss.ts';
import {
  addSamples,
  applyGradient,
  createTrainingState,
  SAMPLES_TOGETHER,
  type TrainingState,
} from '../reference/training.ts';
import type { CpuModel } from './cpu-model.ts';
import { EVALUATED_COUNT, type MemberState, type Trainer, type TrainingStatus } from './engine.ts';
import { Slices } from './slices.ts';

/**
 * Trains a model in float64 with the steps of `reference/training.ts`, in slices that leave the event
 * loop its turns, within a step too.
 *
 * @throws NetworkError or DataError if data set, network and options do not fit together.
 */
export function createCpuTrainer(
  model: CpuModel,
  dataset: Dataset,
  options: TrainingOptions,
): CpuTrainer {
  checkTraining(model.network, dataset, options);
  return new CpuTrainer(model, dataset, options);
}

/** A trainer of one network on the CPU. */
export class CpuTrainer implements Trainer {
  #options: TrainingOptions;
  #state: TrainingState;
  #stepCount = 0;
  #diverged = false;
  #disposed = false;
  /** Counts resets: steps asked for before one are dropped. */
  #run = 0;
  /** The last call of step(); the next one starts after it. */
  #lastCall: Promise<void> = Promise.resolve();

  constructor(
    readonly model: CpuModel,
    readonly dataset: Dataset,
    options: TrainingOptions,
  ) {
    this.#options = options;
    this.#state = this.#freshState();
  }

  get options(): TrainingOptions {
    return this.#options;
  }

  get stepCount(): number {
    return this.#stepCount;
  }

  setLearningRate(learningRate: number): void {
    this.#assertAlive();
    checkRate('learningRate', learningRate);
    this.#options = { ...this.#options, learningRate };
  }

  async step(stepCount: number): Promise<void> {
    this.#assertAlive();
    checkStepCount(stepCount);
    const run = this.#run;
    this.#lastCall = this.#lastCall.then(() => this.#runSteps(stepCount, run));
    await this.#lastCall;
  }

  async #runSteps(stepCount: number, run: number): Promise<void> {
    const slices = new Slices();
    const { program } = this.model.network;
    for (let k = 0; k < stepCount; k++) {
      if (this.#diverged || this.#disposed || run !== this.#run) return;
      const options = this.#options;
      let loss = 0;
      this.#state.gradient.fill(0);
      for (let slot = 0; slot < options.batchSize; slot += SAMPLES_TOGETHER) {
        loss += addSamples(program, this.dataset, options, this.#stepCount, slot, this.#state);
        if (slices.due) {
          await slices.next();
          if (this.#disposed || run !== this.#run) return;
        }
      }
      const isFinite =
        Number.isFinite(loss) && applyGradient(program, options, this.#stepCount, this.#state);
      if (isFinite) this.#stepCount++;
      else this.#diverged = true;
    }
  }

  async evaluate(): Promise<TrainingStatus> {
    this.#assertAlive();
    const { count, trainCount } = this.dataset;
    const stepCount = this.#stepCount;
    const parameters = this.model.parameters.slice();
    const slices = new Slices();
    const train = await this.#evaluateSamples(parameters, 0, trainCount, slices);
    const test = await this.#evaluateSamples(parameters, trainCount, count, slices);
    return {
      stepCount,
      epoch: (stepCount * this.#options.batchSize) / trainCount,
      trainLoss: train.loss,
      testLoss: test.loss,
      trainAccuracy: train.accuracy,
      testAccuracy: test.accuracy,
      diverged: this.#diverged,
    };
  }

  /** Mean loss and accuracy of the first samples from `start`. */
  async #evaluateSamples(
    parameters: Float64Array,
    start: number,
    end: number,
    slices: Slices,
  ): Promise<{ loss: number; accuracy: number }> {
    const { points, targets, classes, inputWidth, outputWidth } = this.dataset;
    const { program } = this.model.network;
    const states = createStates(program);
    const [point, outputs] = [states[0], states[program.ops.length]];
    const count = Math.min(end - start, EVALUATED_COUNT);
    let loss = 0;
    let rightCount = 0;
    for (let i = start; i < start + count; i++) {
      point.set(points.subarray(i * inputWidth, (i + 1) * inputWidth));
      runForward(program, parameters, states);
      const target = targets.subarray(i * outputWidth, (i + 1) * outputWidth);
      loss += sampleLoss(this.#options.loss, outputs, target) / count;
      if (classify(outputs) === classes[i]) rightCount++;
      if (slices.due) await slices.next();
    }
    return { loss, accuracy: rightCount / count };
  }

  reset(parameters: Float32Array): void {
    this.#assertAlive();
    this.model.write(parameters);
    this.#run++;
    this.#state = this.#freshState();
    this.#stepCount = 0;
    this.#diverged = false;
  }

  /** As it is now, which may be in the middle of a call of step(), between two of its steps. */
  readState(): MemberState {
    this.#assertAlive();
    const { length } = this.model.parameters;
    const { first, second } = this.#state.memory;
    const diverged = this.#diverged;
    return {
      stepCount: this.#stepCount,
      diverged,
      parameters: this.model.parameters.slice(),
      first: diverged ? new Float64Array(length) : first.slice(),
      second: diverged ? new Float64Array(length) : second.slice(),
    };
  }

  /** @param state - one that fits the network. */
  writeState({ stepCount, diverged, parameters, first, second }: MemberState): void {
    this.#assertAlive();
    this.model.parameters.set(parameters);
    this.#run++;
    this.#state = this.#freshState();
    this.#state.memory.first.set(first);
    this.#state.memory.second.set(second);
    this.#stepCount = stepCount;
    this.#diverged = diverged;
  }

  /** The optimizer's memory at 0; the parameters are the model's own. */
  #freshState(): TrainingState {
    const { parameters, network } = this.model;
    return { ...createTrainingState(network.program, parameters), parameters };
  }

  #assertAlive(): void {
    this.model.assertAlive();
    assert(!this.#disposed, 'trainer is used after dispose()');
  }

  dispose(): void {
    this.#disposed = true;
  }
}
