import { permute, seedKey } from '../math/random.ts';
import type { Program } from '../model/network.ts';
import type { Dataset } from '../data/dataset.ts';
import { ADAM, type TrainingOptions } from '../model/training.ts';
import { addGradients, createGradientMemory, type GradientMemory } from './gradient.ts';

/**
 * Index of a training sample: sample `slot` of the batch of step `step` (from 0).
 *
 * Samples are drawn without replacement, epoch by epoch, each in a random order of its own; batches
 * run on across the end of an epoch, so that all are full.
 */
export function sampleIndex(
  options: TrainingOptions,
  trainCount: number,
  step: number,
  slot: number,
): number {
  const position = step * options.batchSize + slot;
  const epoch = Math.floor(position / trainCount);
  return permute(position - epoch * trainCount, trainCount, seedKey(options.seed), epoch);
}

/** Samples that pass an op before the next one: enough that fetching its parameters hardly counts. */
export const SAMPLES_TOGETHER = 8;

/** What an optimizer remembers from step to step, in the layout of the parameters. */
export interface OptimizerMemory {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** Everything that a run of training in float64 keeps. */
export interface TrainingState {
  readonly parameters: Float64Array;
  readonly memory: OptimizerMemory;
  readonly gradient: Float64Array;
  readonly passes: GradientMemory;
  /** Where a step's new values wait until all are known to be finite. */
  readonly next: OptimizerMemory & { readonly parameters: Float64Array };
}

export function createTrainingState(
  program: Program,
  parameters: ArrayLike<number>,
): TrainingState {
  const create = (): Float64Array => new Float64Array(program.parameterLength);
  return {
    parameters: Float64Array.from(parameters),
    memory: { first: create(), second: create() },
    gradient: create(),
    passes: createGradientMemory(program, SAMPLES_TOGETHER),
    next: { parameters: create(), first: create(), second: create() },
  };
}

/**
 * One step of training: the mean gradient over the batch, then the optimizer. If loss, gradient or a new
 * parameter is not finite, nothing is changed.
 *
 * @param step - from 0; chooses the samples.
 * @returns the batch's mean loss, before the step; not finite if the run diverged here.
 */
export function trainStep(
  program: Program,
  dataset: Dataset,
  options: TrainingOptions,
  step: number,
  state: TrainingState,
): number {
  state.gradient.fill(0);
  let loss = 0;
  for (let slot = 0; slot < options.batchSize; slot += SAMPLES_TOGETHER) {
    loss += addSamples(program, dataset, options, step, slot, state);
  }
  if (!Number.isFinite(loss)) return loss;
  return applyGradient(program, options, step, state) ? loss : NaN;
}

/**
 * The part of a step that belongs to the samples from `slot` on of its batch, as many as pass together: adds
 * to `state.gradient`.
 *
 * @returns their share of the batch's mean loss.
 */
export function addSamples(
  program: Program,
  dataset: Dataset,
  options: TrainingOptions,
  step: number,
  slot: number,
  state: TrainingState,
): number {
  const { points, targets, inputWidth, outputWidth, trainCount } = dataset;
  const { parameters, gradient, passes } = state;
  const scale = 1 / options.batchSize;
  const count = Math.min(SAMPLES_TOGETHER, options.batchSize - slot);
  const indices = Array.from({ length: count }, (_, k) =>
    sampleIndex(options, trainCount, step, slot + k),
  );
  const loss = addGradients(
    program,
    parameters,
    indices.map((i) => points.subarray(i * inputWidth, (i + 1) * inputWidth)),
    indices.map((i) => targets.subarray(i * outputWidth, (i + 1) * outputWidth)),
    options.loss,
    scale,
    gradient,
    passes,
    firstTrainedOp(program, options),
  );
  return scale * loss;
}

/** The first op whose layer is not frozen. */
export function firstTrainedOp(
  { layerEnds }: Program,
  { frozenLayers = 0 }: TrainingOptions,
): number {
  return layerEnds[frozenLayers];
}

/**
 * The optimizer's step, elementwise, on the parameters of layers that are not frozen.
 *
 *   sgd    g += decay·θ;  m = momentum·m + g;  θ −= rate·m
 *   adam   m = β₁m + (1−β₁)g;  v = β₂v + (1−β₂)g²;  θ −= rate·(m̂/(√v̂ + ε) + decay·θ)
 *
 * with m̂ = m/(1−β₁ᵏ), v̂ = v/(1−β₂ᵏ), k = step + 1.
 * Source: Kingma & Ba, ICLR 2015; Loshchilov & Hutter, ICLR 2019 (decoupled decay).
 *
 * @returns false, and nothing changed, if a new value is not finite.
 */
export function applyGradient(
  program: Program,
  options: TrainingOptions,
  step: number,
  state: TrainingState,
): boolean {
  const start = program.ops[firstTrainedOp(program, options)].parameterOffset;
  const { parameters, memory, gradient, next } = state;
  const { learningRate, momentum, weightDecay, optimizer } = options;
  const { first, second } = memory;
  const { beta1, beta2, epsilon } = ADAM;
  const correction1 = 1 - beta1 ** (step + 1);
  const correction2 = 1 - beta2 ** (step + 1);
  for (let i = start; i < parameters.length; i++) {
    const parameter = parameters[i];
    let change: number;
    if (optimizer === 'sgd') {
      next.first[i] = momentum * first[i] + gradient[i] + weightDecay * parameter;
      change = next.first[i];
    } else {
      next.first[i] = beta1 * first[i] + (1 - beta1) * gradient[i];
      next.second[i] = beta2 * second[i] + (1 - beta2) * gradient[i] ** 2;
      const scaled = Math.sqrt(next.second[i] / correction2) + epsilon;
      change = next.first[i] / correction1 / scaled + weightDecay * parameter;
    }
    next.parameters[i] = parameter - learningRate * change;
    if (!Number.isFinite(Math.fround(next.parameters[i]))) return false;
  }
  parameters.set(next.parameters.subarray(start), start);
  first.set(next.first.subarray(start), start);
  if (optimizer === 'adam') second.set(next.second.subarray(start), start);
  return true;
}
