// workloads.ts: the fields that all contestants compute, and what is right
//
//   λ₁ of the plane at every pixel of a square, at the last hidden layer of a random tanh network
//
// tools/peers.py builds the same networks from the numbers that `exportWorkloads` gives.
import { parseArchitecture } from '../../src/model/architecture.ts';
import type { Network } from '../../src/model/network.ts';
import { initialiseNetwork, readTensor, tensorPlaces } from '../../src/model/parameters.ts';
import { coordinatePlane, pixelCentre, type Domain } from '../../src/model/plane.ts';
import { planeExponents } from '../../src/reference/exponent.ts';

/** A field to compute. */
export interface FieldWorkload {
  readonly name: string;
  readonly architecture: string;
  /** Pixels along a side. */
  readonly side: number;
}

export const FIELD_WORKLOADS = [
  { name: 'A', architecture: '2-10x12-1', side: 512 },
  { name: 'B', architecture: '2-50x8-1', side: 256 },
  { name: 'C', architecture: '2-250x12-1', side: 128 },
] as const satisfies readonly FieldWorkload[];

export const DOMAIN: Domain = { sMin: -1.8, tMin: -1.8, sMax: 1.8, tMax: 1.8 };

/** Weights of a hidden layer. */
export interface PlainLayer {
  readonly inputWidth: number;
  readonly width: number;
  /** [width][inputWidth] */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** A workload as plain numbers, for those who know nothing of networks. */
export interface PlainWorkload extends FieldWorkload {
  readonly network: Network;
  readonly layers: readonly PlainLayer[];
  /** Pixel centres [side²][2], row 0 the lowest. */
  readonly points: Float32Array;
}

export function createWorkload(workload: FieldWorkload): PlainWorkload {
  const { architecture, side } = workload;
  const network = initialiseNetwork(parseArchitecture(architecture), 1);
  return { ...workload, network, layers: hiddenLayers(network), points: squarePoints(side) };
}

/** Pixel centres [side²][2], row 0 the lowest. */
export function squarePoints(side: number): Float32Array {
  const points = new Float32Array(2 * side ** 2);
  for (let row = 0, i = 0; row < side; row++) {
    for (let column = 0; column < side; column++, i += 2) {
      points.set(pixelCentre(DOMAIN, side, side, column, row), i);
    }
  }
  return points;
}

/** All workloads as JSON, points left out: they follow from side and domain. */
export function exportWorkloads(): string {
  const plain = FIELD_WORKLOADS.map((workload) => {
    const { name, side, layers } = createWorkload(workload);
    const numbers = layers.map(({ weights, biases, ...widths }) => ({
      ...widths,
      weights: [...weights],
      biases: [...biases],
    }));
    return { name, side, domain: DOMAIN, layers: numbers };
  });
  return JSON.stringify(plain);
}

function hiddenLayers(network: Network): PlainLayer[] {
  const places = tensorPlaces(network);
  return network.spec.layers.slice(0, network.depth).map(({ width }, layerIndex) => {
    const [weights, biases] = (['weight', 'bias'] as const).map((part) => {
      const place = places.find((one) => one.layerIndex === layerIndex && one.part === part)!;
      return readTensor(place, network.parameters);
    });
    return { inputWidth: weights.length / width, width, weights, biases };
  });
}

/**
 * Every `stride`-th point of a workload: what slow contestants compute.
 *
 * @returns [⌈side²/stride⌉][2]
 */
export function everyPoint({ points }: PlainWorkload, stride: number): Float32Array {
  const count = Math.ceil(points.length / 2 / stride);
  const chosen = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    chosen.set(points.subarray(2 * i * stride, 2 * i * stride + 2), 2 * i);
  }
  return chosen;
}

/** Largest |l·λ₁ − float64| that a contestant may have: what the field itself promises. */
export const BOUND = 1e-3;
const CHECKED = 48;

/**
 * Largest |l·λ₁ − float64| over points spread through the list.
 *
 * @param stretches - l·λ₁ at each of `points`.
 * @throws Error if it exceeds the bound, or numbers are missing or not finite.
 */
export function checkStretches(
  { network }: Pick<PlainWorkload, 'network'>,
  points: Float32Array,
  stretches: ArrayLike<number>,
): number {
  const count = points.length / 2;
  if (stretches.length !== count) {
    throw new Error(`${stretches.length} numbers came for ${count} points`);
  }
  const plane = coordinatePlane(2);
  let worst = 0;
  for (let k = 0; k < Math.min(CHECKED, count); k++) {
    const i = Math.floor((k * (count - 1)) / Math.max(1, Math.min(CHECKED, count) - 1));
    const point = points.subarray(2 * i, 2 * i + 2);
    const { first, span } = planeExponents(network, point, network.depth, plane);
    const error = Math.abs(stretches[i] - first * span);
    if (!(error <= BOUND)) {
      throw new Error(`l·λ₁ at point ${i} is ${stretches[i]}, expected ${first * span} ± ${BOUND}`);
    }
    worst = Math.max(worst, error);
  }
  return worst;
}
