import type { Dataset } from '../data/dataset.ts';
import type { Evaluator } from '../engine/engine.ts';
import type { Plane } from '../model/plane.ts';

/** Points of a data set as the painter draws them. */
export interface Samples {
  /** Plane coordinates, [count][2]. */
  readonly points: Float32Array;
  readonly classes: ArrayLike<number>;
  readonly count: number;
  /** 1 for those that the network gets wrong; null before that is known. */
  readonly errors: Uint8Array | null;
}

/** As many as can be told apart on a map of a few hundred pixels. */
const MOST_SAMPLES = 600;

/** The first points of a data set, which are in random order, projected onto a plane. */
export function createSamples(
  dataset: Dataset | null,
  plane: Plane,
  errors: Uint8Array | null = null,
): Samples | null {
  if (!dataset) return null;
  const count = sampleCount(dataset);
  const points = new Float32Array(2 * count);
  const { inputWidth } = dataset;
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < inputWidth; k++) {
      const offset = dataset.points[i * inputWidth + k] - plane.origin[k];
      points[2 * i] += offset * plane.u[k];
      points[2 * i + 1] += offset * plane.v[k];
    }
  }
  return { points, classes: dataset.classes.subarray(0, count), count, errors };
}

function sampleCount({ count }: Dataset): number {
  return Math.min(MOST_SAMPLES, count);
}

/** Which of these points a network gets wrong: 1, else 0. */
export async function findErrors(dataset: Dataset, classifier: Evaluator): Promise<Uint8Array> {
  const count = sampleCount(dataset);
  const points = dataset.points.subarray(0, count * dataset.inputWidth);
  const { classes } = await classifier.evaluate(points);
  return Uint8Array.from({ length: count }, (_, i) => Number(classes[i] !== dataset.classes[i]));
}
