import type { Dataset } from '../data/dataset.ts';
import { assert, DataError } from '../errors.ts';
import { BufferUsage, MapMode } from '../gpu/flags.ts';
import { Scope } from '../gpu/scope.ts';
import { seedKey } from '../math/random.ts';
import {
  checkRate,
  checkStepCount,
  checkTraining,
  type TrainingOptions,
} from '../model/training.ts';
import {
  EVALUATED_COUNT,
  type MemberOptions,
  type PopulationState,
  type TrainingStatus,
} from './engine.ts';
import { chooseShape, trainingRoad, type Road } from './gpu-columns.ts';
import { createEvaluation, type Evaluation } from './gpu-evaluation.ts';
import type { ResidentNetworks } from './gpu-model.ts';
import { checkMembers, checkState } from './population-checks.ts';
import {
  createSteps,
  createTrainingKernels,
  NEVER,
  uploadDataset,
  type TrainingKernels,
  type TrainingSteps,
} from './gpu-training.ts';
import { readTrainingState, writeTrainingState } from './gpu-training-state.ts';

/** Default of GpuTrainerSettings.stateByteLength. */
const STATE_BYTES = 2 ** 26;

/** Milliseconds of work in a submission, if a step does not take longer. */
const SUBMISSION_TIME = 12;

/** Struct Member of lib/training.wgsl. */
const MEMBER_WORDS = 4;

export interface GpuTrainerSettings {
  /** The adapter computes on the CPU. */
  readonly slow?: boolean;
  /** Takes this road instead of the one that suits the network. */
  readonly road?: Road;
  /** Memory for the states of a batch; what does not fit goes through in parts. 64 MiB by default. */
  readonly stateByteLength?: number;
}

/**
 * @param members - of each network; they come before `options`.
 * @throws NetworkError or DataError if data set, networks and options do not fit together; DeviceError if
 *   the device cannot hold them.
 */
export async function createTraining(
  networks: ResidentNetworks,
  dataset: Dataset,
  options: TrainingOptions,
  members: readonly MemberOptions[],
  settings: GpuTrainerSettings,
): Promise<GpuTraining> {
  checkMembers(members, networks.count);
  for (const own of members) checkTraining(networks.network, dataset, { ...options, ...own });
  const { slow = false, road, stateByteLength = STATE_BYTES } = settings;
  const { program } = networks.network;
  const shape = chooseShape(program, slow, road ?? trainingRoad(program, slow));
  const kernels = await createTrainingKernels(networks.device, program, shape, options, slow);
  return new GpuTraining(networks, dataset, options, members, kernels, stateByteLength);
}

/**
 * The steps of reference/training.ts in float32 on the GPU, on the networks' own parameters.
 *
 * A run depends on nothing but adapter, start parameters, data and options: not on how steps are grouped
 * into calls. If a loss, a gradient or a parameter leaves ±10³⁷ in some step, that step is undone as a
 * whole before any other work on the queue can see the parameters, and all later steps do nothing. So
 * the parameters are finite at any time, and those of the last good step.
 *
 * Calls of step(), evaluate() and readState() run one after the other, in the order in which they were made. On
 * dispose(), pending calls of step() resolve, the others reject with an AbortError.
 */
export class GpuTraining {
  readonly scope: Scope;
  readonly steps: TrainingSteps;
  readonly #evaluation: Evaluation;
  readonly #counts: readonly [train: number, test: number];
  /** Results on their way to the CPU; calls run one after the other, so a few buffers do. */
  readonly #stepReadbacks: readonly Readback[];
  readonly #evaluationReadback: Readback;
  #members: readonly MemberOptions[];
  readonly #memberBuffer: GPUBuffer;
  /** Steps that were taken by networks which did not fail. */
  #stepCount = 0;
  /** The step that each network failed in, or NEVER. */
  #failures: readonly number[] = [];
  /** Steps of a submission, from what they took so far. */
  #chunk = 1;
  /** Counts resets: steps asked for before one are dropped. */
  #run = 0;
  #lastCall: Promise<unknown> = Promise.resolve();

  constructor(
    readonly networks: ResidentNetworks,
    readonly dataset: Dataset,
    readonly options: TrainingOptions,
    members: readonly MemberOptions[],
    kernels: TrainingKernels,
    stateByteLength: number,
  ) {
    this.#members = members;
    const { trainCount, count } = dataset;
    this.#counts = [
      Math.min(trainCount, EVALUATED_COUNT),
      Math.min(count - trainCount, EVALUATED_COUNT),
    ];
    const scope = new Scope(networks.device, 'ftle-map/trainer');
    this.scope = scope;
    try {
      const data = uploadDataset(scope, dataset);
      const usage = BufferUsage.storage | BufferUsage.copyDst;
      const buffer = scope.buffer('members', networks.count * MEMBER_WORDS * 4, usage);
      this.#memberBuffer = buffer;
      this.steps = createSteps(
        scope,
        networks,
        dataset,
        data,
        buffer,
        kernels,
        options,
        stateByteLength,
      );
      this.#evaluation = createEvaluation(
        scope,
        networks,
        dataset,
        data,
        buffer,
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
    this.#writeMembers();
    this.#clear();
  }

  get members(): readonly MemberOptions[] {
    return this.#members;
  }

  /** Steps of each network: those before the one in which it failed, if it did. */
  get stepCounts(): readonly number[] {
    return this.#failures.map((failure) => Math.min(failure, this.#stepCount));
  }

  /** Takes effect with the next step that is submitted. */
  setLearningRates(rates: readonly number[]): void {
    this.#assertAlive();
    const { count } = this.networks;
    if (rates.length !== count) {
      throw new DataError(`rates has ${rates.length} entries for ${count} networks`);
    }
    for (const rate of rates) checkRate('learningRate', rate);
    this.#members = this.#members.map(({ seed }, i) => ({ seed, learningRate: rates[i] }));
    this.#writeMembers();
  }

  async step(stepCount: number): Promise<void> {
    this.#assertAlive();
    checkStepCount(stepCount);
    const run = this.#run;
    await this.#after(() => this.#runSteps(stepCount, run));
  }

  /** Loss and accuracy of each network. */
  async evaluate(): Promise<TrainingStatus[]> {
    this.#assertAlive();
    return this.#after(() => this.#evaluateNow());
  }

  /** Back to step 0, the optimizer's memory cleared, with the parameters that `write` writes. */
  reset(write: () => void): void {
    this.#assertAlive();
    write();
    this.#clear();
  }

  async readState(): Promise<PopulationState> {
    this.#assertAlive();
    return this.#after(() => {
      this.#assertGoingOn();
      return readTrainingState(
        this.networks,
        this.steps.memory,
        this.stepCounts,
        this.#failures.map((failure) => failure !== NEVER),
      );
    });
  }

  /** Goes on from a state. */
  writeState(state: PopulationState): void {
    this.#assertAlive();
    const { count, network } = this.networks;
    checkState(state, count, network.program.parameterLength);
    this.#clear();
    writeTrainingState(this.networks, this.steps.memory, this.steps.status, state);
    this.#stepCount = Math.max(...state.map(({ stepCount }) => stepCount));
    this.#failures = state.map(({ diverged, stepCount }) => (diverged ? stepCount : NEVER));
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
    const isOver = () => this.scope.disposed || this.#isOver || run !== this.#run;
    let submitted = this.#stepCount;
    const end = submitted + stepCount;
    let before: Promise<void> = Promise.resolve();
    for (let turn = 0; submitted < end && !isOver(); turn = 1 - turn) {
      const count = Math.min(end - submitted, this.#chunk, this.steps.capacity);
      const first = submitted;
      submitted += count;
      const readback = this.#submitSteps(first, count, this.#stepReadbacks[turn]);
      const next = this.#finishSteps(readback, before, first + count, count, run);
      // Where one fails, nobody waits for the next.
      for (const promise of [readback, next]) promise.catch(() => undefined);
      await before;
      before = next;
    }
    await before;
  }

  #submitSteps(first: number, count: number, readback: Readback): Promise<ArrayBuffer | null> {
    const { device } = this.networks;
    const encoder = device.createCommandEncoder({ label: 'ftle-map/step' });
    const pass = encoder.beginComputePass({ label: 'ftle-map/step' });
    this.steps.record(pass, first, count, this.options);
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
    this.#stepCount = stepCount;
    this.#failures = this.#failures.map((_, i) => Math.min(words[2 * i], words[2 * i + 1]));
  }

  /** True once every network has failed. */
  get #isOver(): boolean {
    return this.#failures.every((failure) => failure !== NEVER);
  }

  /** Throws an AbortError if the trainer is disposed meanwhile. */
  async #evaluateNow(): Promise<TrainingStatus[]> {
    const { device } = this.networks;
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
    const { batchSize } = this.options;
    return this.stepCounts.map((stepCount, i) => ({
      stepCount,
      epoch: (stepCount * batchSize) / this.dataset.trainCount,
      ...scoresOf(new Float32Array(bytes, 32 * i, 8), this.#counts),
      diverged: this.#failures[i] !== NEVER,
    }));
  }

  #writeMembers(): void {
    const words = new Uint32Array(MEMBER_WORDS * this.#members.length);
    const floats = new Float32Array(words.buffer);
    this.#members.forEach(({ seed, learningRate }, i) => {
      words.set(seedKey(seed), MEMBER_WORDS * i);
      floats[MEMBER_WORDS * i + 2] = learningRate;
    });
    this.networks.device.queue.writeBuffer(this.#memberBuffer, 0, words);
  }

  #clear(): void {
    const { device } = this.networks;
    const encoder = device.createCommandEncoder({ label: 'ftle-map/reset' });
    encoder.clearBuffer(this.steps.memory);
    device.queue.submit([encoder.finish()]);
    device.queue.writeBuffer(
      this.steps.status,
      0,
      new Uint32Array(2 * this.networks.count).fill(NEVER),
    );
    this.#stepCount = 0;
    this.#failures = this.#members.map(() => NEVER);
    this.#run++;
  }

  #assertGoingOn(): void {
    if (!this.scope.disposed) return;
    throw new DOMException('the trainer was disposed meanwhile', 'AbortError');
  }

  #assertAlive(): void {
    assert(!this.scope.disposed, 'trainer is used after dispose()');
  }
}

/** From Σ loss, right classes, losses not finite of training and test set. */
function scoresOf(
  sums: Float32Array,
  [train, test]: readonly [train: number, test: number],
): Pick<TrainingStatus, 'trainLoss' | 'testLoss' | 'trainAccuracy' | 'testAccuracy'> {
  return {
    trainLoss: meanLoss(sums.subarray(0, 4), train),
    testLoss: meanLoss(sums.subarray(4, 8), test),
    trainAccuracy: sums[1] / train,
    testAccuracy: sums[5] / test,
  };
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
