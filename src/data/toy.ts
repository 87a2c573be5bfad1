import { DataError } from '../errors.ts';
import { Purpose, RandomStream } from '../math/random.ts';
import { checkSeed, datasetFromArrays } from './arrays.ts';
import type { Dataset } from './dataset.ts';

/** A problem in the plane, by its name. */
export type DatasetName = 'circle' | 'spirals' | 'moons' | 'xor' | 'rings' | 'blobs';

export interface DatasetOptions {
  /** Decides points, noise and split; a whole number, 0 by default. */
  readonly seed?: number;
  /** Number of points, training and test together. */
  readonly count?: number;
  /** Standard deviation of normal numbers that are added to the points after they are labelled. */
  readonly noise?: number;
  /** Number of classes; fixed to two for circle, moons and xor. */
  readonly classCount?: number;
  /** Part of the points that is for training; 0.9 by default. */
  readonly trainFraction?: number;
}

interface Recipe {
  readonly count: number;
  readonly noise: number;
  readonly classCount: number;
  /** False where the shape has two classes by nature. */
  readonly anyClassCount: boolean;
  /**
   * One point and its class.
   *
   * @param turn - point number; points take turns where classes are drawn one by one.
   * @param a, b - uniform on [0, 1).
   */
  draw(turn: number, a: number, b: number, classCount: number): LabelledPoint;
}

type LabelledPoint = readonly [x: number, y: number, label: number];

const FULL_TURN = 2 * Math.PI;

/** A disc of this radius holds half of the square [−1, 1]². */
const CIRCLE_RADIUS = Math.sqrt(2 / Math.PI);

const RECIPES: Readonly<Record<DatasetName, Recipe>> = {
  circle: {
    count: 40_000,
    noise: 0,
    classCount: 2,
    anyClassCount: false,
    draw(_turn, a, b) {
      const [x, y] = [2 * a - 1, 2 * b - 1];
      return [x, y, Math.hypot(x, y) < CIRCLE_RADIUS ? 0 : 1];
    },
  },
  spirals: {
    count: 8_000,
    noise: 0.02,
    classCount: 2,
    anyClassCount: true,
    draw(turn, a, _b, classCount) {
      const label = turn % classCount;
      const radius = Math.sqrt(a);
      const angle = FULL_TURN * (1.25 * radius + label / classCount);
      return [radius * Math.cos(angle), radius * Math.sin(angle), label];
    },
  },
  moons: {
    count: 8_000,
    noise: 0.1,
    classCount: 2,
    anyClassCount: false,
    draw(turn, a) {
      const [x, y] = [Math.cos(Math.PI * a), Math.sin(Math.PI * a)];
      return turn % 2 === 0 ? [x, y, 0] : [1 - x, 0.5 - y, 1];
    },
  },
  xor: {
    count: 8_000,
    noise: 0,
    classCount: 2,
    anyClassCount: false,
    draw(_turn, a, b) {
      const [x, y] = [2 * a - 1, 2 * b - 1];
      return [x, y, x < 0 === y < 0 ? 0 : 1];
    },
  },
  rings: {
    count: 8_000,
    noise: 0.05,
    classCount: 2,
    anyClassCount: true,
    draw(turn, a, _b, classCount) {
      const label = turn % classCount;
      const radius = (label + 1) / classCount;
      return [radius * Math.cos(FULL_TURN * a), radius * Math.sin(FULL_TURN * a), label];
    },
  },
  blobs: {
    count: 8_000,
    noise: 0.2,
    classCount: 3,
    anyClassCount: true,
    draw(turn, _a, _b, classCount) {
      const label = turn % classCount;
      const angle = FULL_TURN * (0.25 + label / classCount);
      return [Math.cos(angle), Math.sin(angle), label];
    },
  },
};

export const DATASET_NAMES = Object.keys(RECIPES) as readonly DatasetName[];

/**
 * A toy problem. `circle` is that of Storm et al. (2024): 40,000 points uniform in a square, target −1
 * inside and 1 outside a circle that holds half of them, 90 % for training, inputs standardised.
 *
 * @throws DataError naming the option, its value and the wanted value.
 */
export function createDataset(name: DatasetName, options: DatasetOptions = {}): Dataset {
  if (!Object.hasOwn(RECIPES, name)) {
    const wanted = DATASET_NAMES.join(', ');
    throw new DataError(`data set is ${JSON.stringify(name)}, but must be one of ${wanted}`);
  }
  const recipe = RECIPES[name];
  const { seed = 0, count = recipe.count, noise = recipe.noise } = options;
  const { classCount = recipe.classCount, trainFraction = 0.9 } = options;
  checkSeed(seed);
  checkOptions(name, count, noise, classCount);

  const stream = new RandomStream(seed, Purpose.points);
  const noiseStream = new RandomStream(seed, Purpose.noise);
  const points = new Float64Array(2 * count);
  const classes = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const [x, y, label] = recipe.draw(i, stream.uniform(), stream.uniform(), classCount);
    points[2 * i] = noise > 0 ? x + noise * noiseStream.normal() : x;
    points[2 * i + 1] = noise > 0 ? y + noise * noiseStream.normal() : y;
    classes[i] = label;
  }
  return datasetFromArrays({ name, points, inputWidth: 2, classes, trainFraction, seed });
}

function checkOptions(name: DatasetName, count: number, noise: number, classCount: number): void {
  if (!Number.isInteger(count) || count < 10 || count > 1e7) {
    throw new DataError(`count is ${count}, but must be a whole number from 10 to 10,000,000`);
  }
  if (!(noise >= 0 && noise < 1e6)) {
    throw new DataError(`noise is ${noise}, but must be from 0 to 1,000,000`);
  }
  if (RECIPES[name].anyClassCount) {
    const most = Math.min(100, count);
    if (!Number.isInteger(classCount) || classCount < 2 || classCount > most) {
      throw new DataError(
        `classCount is ${classCount}, but must be a whole number from 2 to ${most}`,
      );
    }
  } else if (classCount !== 2) {
    throw new DataError(`classCount is ${classCount}, but ${name} has 2`);
  }
}
