import { DataError } from '../errors.ts';
import { Purpose, RandomStream } from '../math/random.ts';
import { deviation, mean } from '../math/statistics.ts';
import type { Dataset } from './dataset.ts';

/** Points and what belongs to them: either `classes` or `targets`. */
export interface ArraysOptions {
  /** [count][inputWidth], at least two points. */
  readonly points: ArrayLike<number>;
  readonly inputWidth: number;
  /** One class per point, whole numbers from 0. Two classes become targets ±1, more become one-hot. */
  readonly classes?: ArrayLike<number>;
  /** [count][outputWidth]. Classes follow from them: the largest, or for one output whether it is positive. */
  readonly targets?: ArrayLike<number>;
  /** Part of the points that is for training, between 0 and 1; 0.9 by default. Both parts get at least one. */
  readonly trainFraction?: number;
  /** Shift and scale inputs to mean 0 and deviation 1 over the training points; true by default. */
  readonly standardise?: boolean;
  /** Decides which points are for training, and their order; 0 by default. */
  readonly seed?: number;
  readonly name?: string;
}

/** As many classes as a layer may have outputs. */
const MAXIMAL_CLASS_COUNT = 1024;

/** Most targets, half a GiB: one-hot rows of a file of bytes could take far more memory than the file. */
const MAXIMAL_TARGET_COUNT = 2 ** 27;

/** The least number that float32 holds with all its digits. */
const SMALLEST_DEVIATION = 2 ** -126;

/**
 * A data set from arrays, shuffled, standardised and split.
 *
 * An input that is the same for all training points is shifted only (its deviation is reported as 1).
 *
 * @throws DataError naming place, value and wanted value.
 */
export function datasetFromArrays(options: ArraysOptions): Dataset {
  const { points, inputWidth, trainFraction = 0.9, standardise = true, seed = 0 } = options;
  const count = checkPoints(points, inputWidth);
  const labels = readLabels(options, count);
  if (!(trainFraction > 0 && trainFraction < 1)) {
    throw new DataError(`trainFraction is ${trainFraction}, but must be between 0 and 1`);
  }
  const trainCount = Math.max(1, Math.min(count - 1, Math.round(trainFraction * count)));
  const order = shuffledOrder(count, checkSeed(seed));

  const centre = new Float64Array(inputWidth);
  const scale = new Float64Array(inputWidth).fill(1);
  if (standardise) {
    for (let k = 0; k < inputWidth; k++) {
      const column = Float64Array.from(order.subarray(0, trainCount), (from) => {
        return points[from * inputWidth + k];
      });
      centre[k] = mean(column);
      const size = deviation(column, centre[k]);
      scale[k] = size > Math.max(1e-12 * Math.abs(centre[k]), SMALLEST_DEVIATION) ? size : 1;
    }
  }
  const { outputWidth } = labels;
  const classes = labels.classCount > 256 ? new Uint16Array(count) : new Uint8Array(count);
  const targets = new Float32Array(count * outputWidth);
  const standardised = new Float32Array(count * inputWidth);
  order.forEach((from, to) => {
    classes[to] = labels.classes[from]!;
    labels.writeTargets(from, targets.subarray(to * outputWidth, (to + 1) * outputWidth));
    for (let k = 0; k < inputWidth; k++) {
      const place = to * inputWidth + k;
      standardised[place] = (points[from * inputWidth + k] - centre[k]) / scale[k];
      if (!Number.isFinite(standardised[place])) {
        throw new DataError(
          `points[${from}][${k}] is ${points[from * inputWidth + k]}, too far out for the mean ${centre[k]} and deviation ${scale[k]} of the training points`,
        );
      }
    }
  });
  return {
    name: options.name ?? 'arrays',
    inputWidth,
    outputWidth,
    count,
    trainCount,
    points: standardised,
    targets,
    classes,
    classCount: labels.classCount,
    mean: centre,
    deviation: scale,
  };
}

/** Checks a seed: a whole number from 0 to 2⁵³ − 1. */
export function checkSeed(seed: number): number {
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new DataError(`seed is ${seed}, but must be a whole number from 0 to 2^53 - 1`);
}

function checkPoints(points: ArrayLike<number>, inputWidth: number): number {
  if (!Number.isInteger(inputWidth) || inputWidth < 1) {
    throw new DataError(`inputWidth is ${inputWidth}, but must be a whole number of at least 1`);
  }
  const count = points.length / inputWidth;
  if (!Number.isInteger(count) || count < 2) {
    throw new DataError(
      `points has ${points.length} numbers, but must have ${inputWidth} for each of at least 2 points`,
    );
  }
  checkNumbers(points, 'points', inputWidth);
  return count;
}

function checkNumbers(values: ArrayLike<number>, name: string, width: number): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]) && Number.isFinite(Math.fround(values[i]))) continue;
    const place = `${name}[${Math.floor(i / width)}][${i % width}]`;
    throw new DataError(`${place} is ${String(values[i])}, but must be a finite float32 number`);
  }
}

interface Labels {
  readonly outputWidth: number;
  readonly classCount: number;
  /** In the order of the given points. */
  readonly classes: ArrayLike<number>;
  /** @param row - zeros, [outputWidth]. */
  writeTargets(point: number, row: Float32Array): void;
}

function readLabels({ classes, targets }: ArraysOptions, count: number): Labels {
  if (classes !== undefined && targets !== undefined) {
    throw new DataError('classes and targets are both given, but only one of them is wanted');
  }
  if (classes !== undefined) return labelsFromClasses(classes, count);
  if (targets !== undefined) return labelsFromTargets(targets, count);
  throw new DataError('classes and targets are both missing, but one of them is wanted');
}

function labelsFromClasses(classes: ArrayLike<number>, count: number): Labels {
  if (classes.length !== count) {
    throw new DataError(`classes has ${classes.length} numbers, but there are ${count} points`);
  }
  let classCount = 0;
  for (let i = 0; i < count; i++) {
    const value = classes[i];
    if (!Number.isInteger(value) || value < 0 || value >= MAXIMAL_CLASS_COUNT) {
      const wanted = `a whole number from 0 to ${MAXIMAL_CLASS_COUNT - 1}`;
      throw new DataError(`classes[${i}] is ${String(value)}, but must be ${wanted}`);
    }
    classCount = Math.max(classCount, value + 1);
  }
  if (classCount < 2) throw new DataError('classes are all 0, but must be at least two');
  const outputWidth = classCount === 2 ? 1 : classCount;
  if (count * outputWidth > MAXIMAL_TARGET_COUNT) {
    throw new DataError(
      `${count} points of ${classCount} classes need ${count * outputWidth} targets, but there may be ${MAXIMAL_TARGET_COUNT} at most: take fewer points, or number the classes without gaps`,
    );
  }
  const writeTargets = (point: number, row: Float32Array): void => {
    if (outputWidth === 1) row[0] = 2 * classes[point] - 1;
    else row[classes[point]] = 1;
  };
  return { outputWidth, classCount, classes, writeTargets };
}

function labelsFromTargets(targets: ArrayLike<number>, count: number): Labels {
  const outputWidth = targets.length / count;
  if (!Number.isInteger(outputWidth) || outputWidth < 1 || outputWidth > MAXIMAL_CLASS_COUNT) {
    throw new DataError(
      `targets has ${targets.length} numbers, but must have 1 to ${MAXIMAL_CLASS_COUNT} for each of ${count} points`,
    );
  }
  checkNumbers(targets, 'targets', outputWidth);
  const classes = Uint16Array.from({ length: count }, (_, i) => {
    if (outputWidth === 1) return targets[i] > 0 ? 1 : 0;
    let largest = 0;
    for (let k = 1; k < outputWidth; k++) {
      if (targets[i * outputWidth + k] > targets[i * outputWidth + largest]) largest = k;
    }
    return largest;
  });
  const writeTargets = (point: number, row: Float32Array): void => {
    for (let k = 0; k < outputWidth; k++) row[k] = targets[point * outputWidth + k];
  };
  return { outputWidth, classCount: Math.max(2, outputWidth), classes, writeTargets };
}

/** 0 … count − 1 in random order (Fisher & Yates). */
function shuffledOrder(count: number, seed: number): Uint32Array {
  const stream = new RandomStream(seed, Purpose.split);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor((stream.word() / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
