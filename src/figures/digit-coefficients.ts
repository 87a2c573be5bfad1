import type { Dataset } from '../data/dataset.ts';
import {
  DIGIT_COUNT,
  DIGIT_SIDE,
  PIXEL_COUNT,
  scaleTable,
  type DigitImages,
  type DigitScale,
} from '../data/digits.ts';
import { createNetwork, type Network } from '../model/network.ts';
import { readTensor, tensorPlaces, writeTensor } from '../model/parameters.ts';

/*
 * Training on digits goes through their low-frequency cosine coefficients. The coefficients are a linear map of
 * the pixels, so a network on them is a network on pixels whose first matrix has rows in a space of smooth
 * images; once trained, it is written as such, and everything after that is over all 784 pixels. What is
 * gained: a step costs a third, and no weight follows the noise of single pixels.
 *
 *   c = SCALE·(C·x − m)     C [coefficients][784] orthonormal rows, m mean of C·x over the training images
 *   W c + b = W₁ x + b₁     W₁ = SCALE·W·C, b₁ = b − SCALE·W·m
 */

/** Frequencies (i, j) of the discrete cosine transform with i + j up to this: 66 of them. */
const HIGHEST_FREQUENCY = 10;

/** Brings the leading coefficient of MNIST to a deviation of about 1. */
const SCALE = 0.14;

/** Moves of the training images by a pixel, each of which makes a copy of them. */
const MOVES = [
  [0, 0],
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

/** [frequency][28]: orthonormal rows √(2/28) cos(π (i + ½) k/28), the first √(1/28). */
const WAVES = Float64Array.from({ length: (HIGHEST_FREQUENCY + 1) * DIGIT_SIDE }, (_, at) => {
  const [frequency, place] = [Math.floor(at / DIGIT_SIDE), at % DIGIT_SIDE];
  const size = Math.sqrt((frequency === 0 ? 1 : 2) / DIGIT_SIDE);
  return size * Math.cos((Math.PI * (place + 0.5) * frequency) / DIGIT_SIDE);
});

const FREQUENCIES: readonly (readonly [row: number, column: number])[] = Array.from(
  { length: HIGHEST_FREQUENCY + 1 },
  (_, row) => row,
).flatMap((row) =>
  Array.from({ length: HIGHEST_FREQUENCY + 1 - row }, (_, column) => [row, column] as const),
);

export const COEFFICIENT_COUNT = FREQUENCIES.length;

/** Digits as coefficients. */
export interface DigitCoefficients {
  readonly dataset: Dataset;
  /** m, [coefficients]. */
  readonly mean: Float64Array;
}

/** Coefficients of all images; the training images also moved by a pixel up, down, left and right. */
export function digitCoefficients(images: DigitImages, scale: DigitScale): DigitCoefficients {
  const { pixels, labels, trainCount, name } = images;
  const testCount = labels.length - trainCount;
  const movedCount = MOVES.length * trainCount;
  const count = movedCount + testCount;
  const points = new Float32Array(count * COEFFICIENT_COUNT);
  const classes = new Uint8Array(count);
  const transform = createTransform(scale);
  MOVES.forEach(([down, right], k) => {
    for (let i = 0; i < trainCount; i++) {
      const to = k * trainCount + i;
      classes[to] = labels[i];
      transform(pixels, i, down, right, points, to);
    }
  });
  for (let i = 0; i < testCount; i++) {
    classes[movedCount + i] = labels[trainCount + i];
    transform(pixels, trainCount + i, 0, 0, points, movedCount + i);
  }
  const mean = new Float64Array(COEFFICIENT_COUNT);
  for (let i = 0; i < movedCount; i++) {
    for (let k = 0; k < COEFFICIENT_COUNT; k++) {
      mean[k] += points[i * COEFFICIENT_COUNT + k] / movedCount;
    }
  }
  for (let i = 0; i < points.length; i++) {
    points[i] = SCALE * (points[i] - mean[i % COEFFICIENT_COUNT]);
  }
  const targets = new Float32Array(count * DIGIT_COUNT);
  classes.forEach((label, i) => {
    targets[i * DIGIT_COUNT + label] = 1;
  });
  const dataset = {
    name,
    inputWidth: COEFFICIENT_COUNT,
    outputWidth: DIGIT_COUNT,
    count,
    trainCount: movedCount,
    points,
    targets,
    classes,
    classCount: DIGIT_COUNT,
    mean,
    deviation: new Float64Array(COEFFICIENT_COUNT).fill(1 / SCALE),
  };
  return { dataset, mean };
}

/** C·x of one image at a time, moved by whole pixels over paper. */
function createTransform(scale: DigitScale) {
  const table = scaleTable(scale);
  const waveCount = HIGHEST_FREQUENCY + 1;
  // Transformed along the rows, [28][frequency].
  const lines = new Float64Array(DIGIT_SIDE * waveCount);
  return (
    pixels: Uint8Array,
    index: number,
    down: number,
    right: number,
    out: Float32Array,
    outIndex: number,
  ): void => {
    lines.fill(0);
    for (let row = 0; row < DIGIT_SIDE; row++) {
      const fromRow = row - down;
      const isPaper = fromRow < 0 || fromRow >= DIGIT_SIDE;
      const start = index * PIXEL_COUNT + fromRow * DIGIT_SIDE;
      for (let column = 0; column < DIGIT_SIDE; column++) {
        const from = column - right;
        const pixel = isPaper || from < 0 || from >= DIGIT_SIDE ? 0 : pixels[start + from];
        const value = table[pixel];
        for (let k = 0; k < waveCount; k++) {
          lines[row * waveCount + k] += value * WAVES[k * DIGIT_SIDE + column];
        }
      }
    }
    for (let c = 0; c < COEFFICIENT_COUNT; c++) {
      const [i, j] = FREQUENCIES[c];
      let sum = 0;
      for (let row = 0; row < DIGIT_SIDE; row++) {
        sum += WAVES[i * DIGIT_SIDE + row] * lines[row * waveCount + j];
      }
      out[outIndex * COEFFICIENT_COUNT + c] = sum;
    }
  };
}

/** A network on coefficients as one on pixels, in the scale that the coefficients were made with. */
export function onPixels(network: Network, mean: Float64Array): Network {
  return withFirstLayer(network, PIXEL_COUNT, (weights, biases) => ({
    weights: toPixels(weights),
    biases: biases.map((bias, row) => bias - along(weights, mean, row)),
  }));
}

/** The inverse of {@link onPixels}; of any network on pixels its part in the space of smooth images. */
export function onCoefficients(network: Network, mean: Float64Array): Network {
  return withFirstLayer(network, COEFFICIENT_COUNT, (weights, biases) => {
    const own = toCoefficients(weights);
    return { weights: own, biases: biases.map((bias, row) => bias + along(own, mean, row)) };
  });
}

interface FirstLayer {
  /** [rows][inputs] */
  readonly weights: ArrayLike<number>;
  readonly biases: ArrayLike<number>;
}

/** A network of another input width, its first layer replaced and the others the same. */
function withFirstLayer(
  network: Network,
  inputWidth: number,
  replace: (weights: Float64Array, biases: Float64Array) => FirstLayer,
): Network {
  const found = createNetwork({ ...network.spec, inputWidth });
  const places = tensorPlaces(network);
  const read = (wanted: 'weight' | 'bias'): Float64Array => {
    const place = places.find(({ layerIndex, part }) => layerIndex === 0 && part === wanted)!;
    return Float64Array.from(readTensor(place, network.parameters));
  };
  const first = replace(read('weight'), read('bias'));
  tensorPlaces(found).forEach((place, i) => {
    const values =
      place.layerIndex > 0
        ? readTensor(places[i], network.parameters)
        : place.part === 'weight'
          ? first.weights
          : first.biases;
    writeTensor(place, values, found.parameters);
  });
  return found;
}

/** SCALE·(W·m) in one row. */
function along(weights: Float64Array, mean: Float64Array, row: number): number {
  const start = row * COEFFICIENT_COUNT;
  return SCALE * mean.reduce((sum, value, c) => sum + weights[start + c] * value, 0);
}

/** SCALE·W·C, [rows][784], of W [rows][coefficients]. */
function toPixels(weights: Float64Array): Float64Array {
  const found = new Float64Array((weights.length / COEFFICIENT_COUNT) * PIXEL_COUNT);
  weights.forEach((weight, at) => {
    const start = Math.floor(at / COEFFICIENT_COUNT) * PIXEL_COUNT;
    const wave = waveOf(at % COEFFICIENT_COUNT);
    for (let i = 0; i < PIXEL_COUNT; i++) found[start + i] += SCALE * weight * wave[i];
  });
  return found;
}

/** W₁·Cᵀ/SCALE, [rows][coefficients], of W₁ [rows][784]. */
function toCoefficients(weights: Float64Array): Float64Array {
  const rows = weights.length / PIXEL_COUNT;
  return Float64Array.from({ length: rows * COEFFICIENT_COUNT }, (_, at) => {
    const start = Math.floor(at / COEFFICIENT_COUNT) * PIXEL_COUNT;
    const wave = waveOf(at % COEFFICIENT_COUNT);
    let sum = 0;
    for (let i = 0; i < PIXEL_COUNT; i++) sum += weights[start + i] * wave[i];
    return sum / SCALE;
  });
}

/** A row of C. */
const waveOf = (coefficient: number): Float64Array => {
  const [i, j] = FREQUENCIES[coefficient];
  return Float64Array.from({ length: PIXEL_COUNT }, (_, pixel) => {
    const [y, x] = [Math.floor(pixel / DIGIT_SIDE), pixel % DIGIT_SIDE];
    return WAVES[i * DIGIT_SIDE + y] * WAVES[j * DIGIT_SIDE + x];
  });
};
