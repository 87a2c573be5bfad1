import { DataError } from '../errors.ts';
import { readIdx, type IdxArray } from './idx.ts';

/** Pixels of a side of an image. */
export const DIGIT_SIDE = 28;
export const PIXEL_COUNT = DIGIT_SIDE ** 2;
export const DIGIT_COUNT = 10;

/** Images of handwritten digits and what they show. The first `trainCount` are for training. */
export interface DigitImages {
  /** For people and in names of kept results: letters, digits and `-`. */
  readonly name: string;
  readonly trainCount: number;
  /** [count][28][28], the uppermost row first; 0 is paper, 255 ink. */
  readonly pixels: Uint8Array;
  /** 0 to 9 for each image. */
  readonly labels: Uint8Array;
}

/** Where MNIST can be had by a page, and the names of its four files there and anywhere. */
export const MNIST_ADDRESS = 'https://cdn.jsdelivr.net/gh/fgnt/mnist/';
export const MNIST_FILES = {
  trainImages: 'train-images-idx3-ubyte.gz',
  trainLabels: 'train-labels-idx1-ubyte.gz',
  testImages: 't10k-images-idx3-ubyte.gz',
  testLabels: 't10k-labels-idx1-ubyte.gz',
} as const;

/** What reads a file by its name. */
export type FileReader = (name: string) => Promise<Uint8Array>;

/**
 * MNIST from its four IDX files.
 *
 * @throws DataError if a file is not what it should be, and what `read` throws.
 */
export async function readMnist(read: FileReader): Promise<DigitImages> {
  const load = async (name: string): Promise<IdxArray> => readIdx(await read(name), name);
  // One after the other, so that of several faults the same one is told each time.
  const trainImages = await load(MNIST_FILES.trainImages);
  const trainLabels = await load(MNIST_FILES.trainLabels);
  const testImages = await load(MNIST_FILES.testImages);
  const testLabels = await load(MNIST_FILES.testLabels);
  checkPair(trainImages, trainLabels, MNIST_FILES.trainImages, MNIST_FILES.trainLabels);
  checkPair(testImages, testLabels, MNIST_FILES.testImages, MNIST_FILES.testLabels);
  return {
    name: 'mnist',
    trainCount: trainImages.shape[0],
    pixels: joined(trainImages.values, testImages.values),
    labels: joined(trainLabels.values, testLabels.values),
  };
}

function checkPair(images: IdxArray, labels: IdxArray, imageFile: string, labelFile: string): void {
  const [count, rows, columns] = images.shape;
  if (images.shape.length !== 3 || rows !== DIGIT_SIDE || columns !== DIGIT_SIDE || count < 1) {
    throw new DataError(
      `${imageFile} has shape [${images.shape.join(', ')}], but must be [count, ${DIGIT_SIDE}, ${DIGIT_SIDE}]`,
    );
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new DataError(
      `${labelFile} has shape [${labels.shape.join(', ')}], but ${imageFile} needs [${count}]`,
    );
  }
  const bad = labels.values.findIndex((label) => label >= DIGIT_COUNT);
  if (bad >= 0) {
    throw new DataError(`${labelFile}: label ${bad} is ${labels.values[bad]}, but must be 0 to 9`);
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** One mean and one deviation for all pixels: input = (pixel/255 − mean)/deviation. */
export interface DigitScale {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Scale in which the training images have mean 0 and deviation 1, all pixels taken together. So a pixel that is
 * hardly ever inked is not blown up, and distances between inputs are distances between images.
 */
export function digitScale({ trainCount, pixels }: DigitImages): DigitScale {
  const counts = new Float64Array(256);
  const total = trainCount * PIXEL_COUNT;
  for (let i = 0; i < total; i++) counts[pixels[i]]++;
  const mean = counts.reduce((sum, count, pixel) => sum + count * pixel, 0) / total;
  const variance = counts.reduce((sum, n, pixel) => sum + n * (pixel - mean) ** 2, 0) / total;
  return { mean: mean / 255, deviation: Math.sqrt(variance) / 255 };
}

/** Images from `first` to before `last` as inputs, [last − first][784]. */
export function digitInputs(
  { pixels }: DigitImages,
  scale: DigitScale,
  first: number,
  last: number,
): Float32Array {
  const table = scaleTable(scale);
  const chosen = pixels.subarray(first * PIXEL_COUNT, last * PIXEL_COUNT);
  return Float32Array.from(chosen, (pixel) => table[pixel]);
}

/** Input of each of the 256 values that a pixel can have. */
export function scaleTable({ mean, deviation }: DigitScale): Float64Array {
  return Float64Array.from({ length: 256 }, (_, pixel) => (pixel / 255 - mean) / deviation);
}
