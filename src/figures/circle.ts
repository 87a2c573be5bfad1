import type { Dataset } from '../data/dataset.ts';
import { createDataset } from '../data/toy.ts';
import { parseArchitecture } from '../model/architecture.ts';
import { createNetwork, type Network } from '../model/network.ts';
import { initialiseNetwork, readTensor, tensorPlaces, writeTensor } from '../model/parameters.ts';

/*
 * The problem of Figs. 2 and 3 of Storm et al. (2024): two classes, inside and outside a circle.
 */

export interface CircleData {
  readonly dataset: Dataset;
  /** Of the circle, in the units of the data set's points. */
  readonly radius: number;
}

/** @param scale - factor of the standardised inputs. */
export function createCircle(seed: number, count: number, scale = 1): CircleData {
  const standard = createDataset('circle', { seed, count });
  const dataset: Dataset = {
    ...standard,
    points: standard.points.map((value) => scale * value),
    deviation: standard.deviation.map((value) => value / scale),
  };
  // A circle that holds half of the square [−1, 1]²; deviations of both inputs are equal but for chance.
  const radius = (scale * Math.sqrt(2 / Math.PI)) / Math.sqrt(meanSquare(standard.deviation));
  return { dataset, radius };
}

const meanSquare = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value ** 2, 0) / values.length;

/** Networks of one architecture, the seed of each one above that of the one before. */
export function circleNetworks(width: number, depth: number, count: number, seed: number) {
  const spec = parseArchitecture(`2-${width}x${depth}-1`);
  return Array.from({ length: count }, (_, i): Network => initialiseNetwork(spec, seed + i));
}

/** The network with weights of its first layer that have this variance, from some of variance 1/inputs. */
export function withFirstVariance(network: Network, variance: number): Network {
  const parameters = network.parameters.slice();
  const place = tensorPlaces(network).find(
    ({ layerIndex, part }) => layerIndex === 0 && part === 'weight',
  )!;
  const factor = Math.sqrt(variance * network.inputWidth);
  const weights = readTensor(place, parameters).map((weight) => factor * weight);
  writeTensor(place, weights, parameters);
  return createNetwork(network.spec, parameters);
}

/** Points on a circle about the origin, [count][2]. */
export function ringPoints(radius: number, count: number): Float32Array {
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const angle = (2 * Math.PI * (i + 0.5)) / count;
    points.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * i);
  }
  return points;
}

/** Points spread evenly over a disc about the origin, [count][2]. */
export function discPoints(radius: number, count: number): Float32Array {
  const points = new Float32Array(2 * count);
  // Sunflower: equal areas, turned by the golden angle.
  const golden = Math.PI * (3 - Math.sqrt(5));
  for (let i = 0; i < count; i++) {
    const r = radius * Math.sqrt((i + 0.5) / count);
    points.set([r * Math.cos(golden * i), r * Math.sin(golden * i)], 2 * i);
  }
  return points;
}
