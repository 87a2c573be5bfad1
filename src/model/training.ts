import { countOf, DataError, NetworkError } from '../errors.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Network } from './network.ts';

export type Optimizer = 'sgd' | 'adam';
export type Loss = 'squared' | 'cross-entropy';

export interface TrainingOptions {
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  /** Of sgd; adam has its own. */
  readonly momentum: number;
  /** L2 penalty: gradient += weightDecay · parameter (decoupled, as in AdamW, for adam). */
  readonly weightDecay: number;
  readonly batchSize: number;
  readonly loss: Loss;
  /** Seed of the order in which samples are drawn. */
  readonly seed: number;
  /** The first so many layers keep their parameters; 0 by default, fewer than there are. */
  readonly frozenLayers?: number;
}

/** Constants of Adam, as its paper proposes them. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

export const MAXIMAL_BATCH_SIZE = 4096;

/**
 * Checks that a network can be trained on a data set with these options.
 *
 * @throws NetworkError if widths do not fit, DataError if an option is out of range.
 */
export function checkTraining(network: Network, dataset: Dataset, options: TrainingOptions): void {
  if (dataset.inputWidth !== network.inputWidth) {
    throw new NetworkError(
      `network has ${countOf(network.inputWidth, 'input')}, but data set ${dataset.name} has ${dataset.inputWidth}; change the first number of the architecture`,
    );
  }
  if (dataset.outputWidth !== network.outputWidth) {
    throw new NetworkError(
      `network has ${countOf(network.outputWidth, 'output')}, but data set ${dataset.name} needs ${dataset.outputWidth}; change the last number of the architecture`,
    );
  }
  checkSamples(dataset);
  const { batchSize, optimizer, loss, seed } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > MAXIMAL_BATCH_SIZE) {
    const wanted = `a whole number from 1 to ${MAXIMAL_BATCH_SIZE}`;
    throw new DataError(`batchSize is ${batchSize}, but must be ${wanted}`);
  }
  if (optimizer !== 'sgd' && optimizer !== 'adam') {
    throw new DataError(`optimizer is ${JSON.stringify(optimizer)}, but must be sgd or adam`);
  }
  if (loss !== 'squared' && loss !== 'cross-entropy') {
    throw new DataError(`loss is ${JSON.stringify(loss)}, but must be squared or cross-entropy`);
  }
  if (loss === 'cross-entropy' && dataset.outputWidth === 1) {
    throw new DataError('loss is cross-entropy, but one output has no softmax; use squared');
  }
  const negative = dataset.targets.findIndex((value) => value < 0);
  if (loss === 'cross-entropy' && negative >= 0) {
    throw new DataError(
      `loss is cross-entropy, but ${samplePlace('targets', negative, dataset.outputWidth)} is ${dataset.targets[negative]}, which is no probability`,
    );
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new DataError(`seed is ${seed}, but must be a whole number from 0 to 2^53 - 1`);
  }
  const { frozenLayers = 0 } = options;
  const layerCount = network.spec.layers.length;
  if (!Number.isInteger(frozenLayers) || frozenLayers < 0 || frozenLayers >= layerCount) {
    throw new DataError(
      `frozenLayers is ${frozenLayers}, but must be a whole number from 0 to ${layerCount - 1}, below the number of layers`,
    );
  }
  checkRate('learningRate', options.learningRate);
  checkRate('weightDecay', options.weightDecay);
  if (!(options.momentum >= 0 && options.momentum < 1)) {
    throw new DataError(`momentum is ${options.momentum}, but must be at least 0 and below 1`);
  }
}

/** @throws DataError unless the value is finite and at least 0. */
export function checkRate(name: string, value: number): void {
  if (!Number.isFinite(value) || value < 0) {
    throw new DataError(`${name} is ${value}, but must be a finite number of at least 0`);
  }
}

/** @throws DataError unless so many steps can be taken. */
export function checkStepCount(stepCount: number): void {
  if (!Number.isSafeInteger(stepCount) || stepCount < 0) {
    throw new DataError(`stepCount is ${stepCount}, but must be a whole number of at least 0`);
  }
}

function checkSamples(dataset: Dataset): void {
  const { name, count, trainCount } = dataset;
  if (!Number.isInteger(trainCount) || trainCount < 1 || !(trainCount <= count)) {
    throw new DataError(
      `data set ${name} has ${trainCount} training samples, but must have 1 to ${count}, which is all`,
    );
  }
  for (const part of ['points', 'targets'] as const) {
    const values = dataset[part];
    const width = part === 'points' ? dataset.inputWidth : dataset.outputWidth;
    if (values.length !== count * width) {
      throw new DataError(
        `${part} of data set ${name} has ${values.length} numbers, but ${count} samples of ${width} need ${count * width}`,
      );
    }
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new DataError(
        `${samplePlace(part, bad, width)} of data set ${name} is ${values[bad]}, but must be finite`,
      );
    }
  }
}

function samplePlace(part: string, index: number, width: number): string {
  return `${part}[${Math.floor(index / width)}][${index % width}]`;
}
