import type { Dataset } from '../data/dataset.ts';
import type { Plane } from '../model/plane.ts';

/** Points of a data set as the painter draws them. */
export interface Samples {
  /** Plane coordinates, [count][2]. */
  readonly points: Float32Array;
  readonly classes: ArrayLike<number>;
  readonly count: number;
}

/** As many as can be told apart on a map of a few hundred pixels. */
const MOST_SAMPLES = 600;

/** The first points of a data set, which are in random order, projected onto a plane. */
export function createSamples(dataset: Dataset | null, plane: Plane): Samples | null {
  if (!dataset) return null;
  const count = Math.min(MOST_SAMPLES, dataset.count);
  const points = new Float32Array(2 * count);
  const { inputWidth } = dataset;
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < inputWidth; k++) {
      const offset = dataset.points[i * inputWidth + k] - plane.origin[k];
      points[2 * i] += offset * plane.u[k];
      points[2 * i + 1] += offset * plane.v[k];
    }
  }
  return { points, classes: dataset.classes.subarray(0, count), count };
}
