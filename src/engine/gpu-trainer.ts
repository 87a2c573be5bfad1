import type { Dataset } from '../data/dataset.ts';
import { assert, DataError } from '../errors.ts';
import { BufferUsage, MapMode } from '../gpu/flags.ts';
import { Scope } from '../gpu/scope.ts';
import { checkRate, checkTraining, type TrainingOptions } from '../model/training.ts';
import type { Trainer, TrainingStatus } from './engine.ts';
import { chooseShape, createColumnKernels, type Road } from './gpu-columns.ts';
import { createEvaluation, type Evaluation } from './gpu-evaluation.ts';
import type { GpuModel } from './gpu-model.ts';
import {
  createSteps,
  createTrainingKernels,
  NEVER,
  uploadDataset,
  type TrainingKernels,
  type TrainingSteps,
} from './gpu-training.ts';

/** Samples of each set that an evaluation looks at, at most. */
const EVALUATED_COUNT = 4096;

/** Default of GpuTrainerSettings.stateByteLength. */
const STATE_BYTES = 2 ** 26;

/** Milliseconds of work in a submission, if a step does not take longer. */
const SUBMISSION_TIME = 12;

export interface GpuTrainerSettings {
  /** The adapter computes on the CPU. */
  readonly slow?: boolean;
  /** Takes this road instead of the one that suits the network. */
  readonly road?: Road;
  /** Memory for the states of a batch; what does not fit goes through in parts. 64 MiB by default. */
  readonly stateByteLength?: number;
}

/**
 * Trains a model on the GPU: see `GpuTrainer`.
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
  checkTraining(model.network, dataset, options);
  const { slow = false, road, stateByteLength = STATE_BYTES } = settings;
  const { program } = model.network;
  const shape = chooseShape(program, slow, road);
  const columns = await createColumnKernels(model.device, program, shape);
  const kernels = await createTrainingKernels(model.device, columns, options, slow);
  return new GpuTrainer(model, dataset, options, kernels, stateByteLength);
}

/**
 * The steps of reference/training.ts in float32 on the GPU, on the model's own parameters.
 *
 * A run depends on nothing but adapter, start parameters, data and options: not on how steps are grouped
 * into calls. If a loss, a gradient or a parameter leaves ±10³⁷ in some step, that step is undone as a
 * whole before any other work on the queue can see the parameters, and all later steps do nothing. So
 * the parameters are finite at any time, and those of the last good step.
 *
 * Calls of step() and evaluate() run one after the other, in the order in which they were made. On
 * dispose(), pending calls of step() resolve, those of evaluate() reject with an AbortError.
 */
export class GpuTrainer implements Trainer {
  readonly scope: Scope;
  readonly steps: TrainingSteps;
  readonly #evaluation: Evaluation;
  readonly #counts: readonly [train: number, test: number];
  /** Results on their way to the CPU; calls run one after the other, so a few buffers do. */
  readonly #stepReadbacks: readonly Readback[];
  readonly #evaluationReadback: Readback;
  #options: TrainingOptions;
  #stepCount = 0;
  #diverged = false;
  /** Steps of a submission, from what they took so far. */
  #chunk = 1;
  /** Counts resets: steps asked for before one are dropped. */
  #run = 0;
  #lastCall: Promise<unknown> = Promise.resolve();

  constructor(
    readonly model: GpuModel,
    readonly dataset: Dataset,
    options: TrainingOptions,
    kernels: TrainingKernels,
    stateByteLength: number,
  ) {
    this.#options = options;
    const { trainCount, count } = dataset;
    this.#counts = [
      Math.min(trainCount, EVALUATED_COUNT),
      Math.min(count - trainCount, EVALUATED_COUNT),
    ];
    const scope = new Scope(model.device, 'ftle-map/trainer');
    this.scope = scope;
    try {
      const data = uploadDataset(scope, dataset);
      this.steps = createSteps(scope, model, dataset, data, kernels, options, stateByteLength);
      this.#evaluation = createEvaluation(
        scope,
        model,
        dataset,
        data,
        kernels,
        this.#counts,
        stateByteLength,
      );
      this.#stepReadbacks = [0, 1].map(() => new Readback(scope, this.steps.status));
      this.#evaluationReadback = new Readback(scope, this.#evaluation.sums);
    } catch (error) {
      scope.dispose();
      throw error;
    }
    this.#clear();
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
    if (!Number.isSafeInteger(stepCount) || stepCount < 0) {
      throw new DataError(`stepCount is ${stepCount}, but must be a whole number of at least 0`);
    }
    const run = this.#run;
    await this.#after(() => this.#runSteps(stepCount, run));
  }

  async evaluate(): Promise<TrainingStatus> {
    this.#assertAlive();
    return this.#after(() => this.#evaluateNow());
  }

  reset(parameters: Float32Array): void {
    this.#assertAlive();
    this.model.write(parameters);
    this.#clear();
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Runs `job` when all earlier calls are done, whether they succeeded or not. */
  #after<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#lastCall.then(job, job);
    this.#lastCall = result.catch(() => undefined);
    return result;
  }

  /** While the GPU runs one submission, the next is being recorded. */
  async #runSteps(stepCount: number, run: number): Promise<void> {
    const isOver = () => this.scope.disposed || this.#diverged || run !== this.#run;
    let submitted = this.#stepCount;
    const end = submitted + stepCount;
    let before: Promise<void> = Promise.resolve();
    for (let turn = 0; submitted < end && !isOver(); turn = 1 - turn) {
      const count = Math.min(end - submitted, this.#chunk, this.steps.capacity);
      const first = submitted;
      submitted += count;
      const readback = this.#submitSteps(first, count, this.#stepReadbacks[turn]);
      const next = this.#finishSteps(readback, before, first + count, count, run);
      await before;
      before = next;
    }
    await before;
  }

  #submitSteps(first: number, count: number, readback: Readback): Promise<ArrayBuffer | null> {
    const { device } = this.model;
    const encoder = device.createCommandEncoder({ label: 'ftle-map/step' });
    const pass = encoder.beginComputePass({ label: 'ftle-map/step' });
    this.steps.record(pass, first, count, this.#options);
    pass.end();
    readback.record(encoder);
    device.queue.submit([encoder.finish()]);
    return readback.read();
  }

  /** Takes note of what a submission of steps led to, after the one before it. */
  async #finishSteps(
    readback: Promise<ArrayBuffer | null>,
    before: Promise<void>,
    stepCount: number,
    count: number,
    run: number,
  ): Promise<void> {
    await before;
    const start = performance.now();
    const bytes = await readback;
    if (!bytes || run !== this.#run) return;
    this.#adaptChunk((performance.now() - start) / count);
    this.#noteStatus(new Uint32Array(bytes), stepCount);
  }

  /** At most doubled, so that a short first measurement does not mislead. */
  #adaptChunk(stepTime: number): void {
    const wanted = Math.floor(SUBMISSION_TIME / Math.max(stepTime, 1e-3));
    this.#chunk = Math.max(1, Math.min(wanted, 2 * this.#chunk));
  }

  #noteStatus(words: Uint32Array, stepCount: number): void {
    const failed = Math.min(words[0], words[1]);
    this.#diverged = failed !== NEVER;
    this.#stepCount = this.#diverged ? failed : stepCount;
  }

  /** Throws an AbortError if the trainer is disposed meanwhile. */
  async #evaluateNow(): Promise<TrainingStatus> {
    const { device } = this.model;
    const { parts } = this.#evaluation;
    let bytes: ArrayBuffer | null = null;
    for (const [index, part] of parts.entries()) {
      this.#assertGoingOn();
      const isLast = index === parts.length - 1;
      const encoder = device.createCommandEncoder({ label: 'ftle-map/evaluate' });
      const pass = encoder.beginComputePass({ label: 'ftle-map/evaluate' });
      part(pass);
      pass.end();
      if (isLast) this.#evaluationReadback.record(encoder);
      device.queue.submit([encoder.finish()]);
      if (isLast) bytes = await this.#evaluationReadback.read();
      else await device.queue.onSubmittedWorkDone();
    }
    this.#assertGoingOn();
    assert(bytes, 'an evaluation has no parts');
    const [train, test] = this.#counts;
    const sums = new Float32Array(bytes, 0, 8);
    return {
      stepCount: this.#stepCount,
      epoch: (this.#stepCount * this.#options.batchSize) / this.dataset.trainCount,
      trainLoss: meanLoss(sums.subarray(0, 4), train),
      testLoss: meanLoss(sums.subarray(4, 8), test),
      trainAccuracy: sums[1] / train,
      testAccuracy: sums[5] / test,
      diverged: this.#diverged,
    };
  }

  #clear(): void {
    const { device } = this.model;
    const encoder = device.createCommandEncoder({ label: 'ftle-map/reset' });
    encoder.clearBuffer(this.steps.memory);
    device.queue.submit([encoder.finish()]);
    device.queue.writeBuffer(this.steps.status, 0, new Uint32Array([NEVER, NEVER]));
    this.#stepCount = 0;
    this.#diverged = false;
    this.#run++;
  }

  #assertGoingOn(): void {
    if (!this.scope.disposed) return;
    throw new DOMException('the trainer was disposed during an evaluation', 'AbortError');
  }

  #assertAlive(): void {
    assert(!this.scope.disposed, 'trainer is used after dispose()');
  }
}

/** Infinity if a sample's loss is. */
function meanLoss(sums: Float32Array, count: number): number {
  return sums[2] > 0 ? Infinity : sums[0] / count;
}

/** A lasting buffer through which a small one is read, one reading at a time. */
class Readback {
  readonly #staging: GPUBuffer;

  constructor(
    readonly scope: Scope,
    readonly source: GPUBuffer,
  ) {
    const usage = BufferUsage.mapRead | BufferUsage.copyDst;
    this.#staging = scope.buffer('readback', source.size, usage);
  }

  record(encoder: GPUCommandEncoder): void {
    encoder.copyBufferToBuffer(this.source, 0, this.#staging, 0, this.source.size);
  }

  /** The bytes that the last submission with `record` copied; null if the scope is disposed meanwhile. */
  async read(): Promise<ArrayBuffer | null> {
    try {
      await this.#staging.mapAsync(MapMode.read);
    } catch (error) {
      if (this.scope.disposed) return null;
      throw error;
    }
    if (this.scope.disposed) return null;
    const bytes = this.#staging.getMappedRange().slice(0);
    this.#staging.unmap();
    return bytes;
  }
}
