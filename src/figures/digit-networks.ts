import { DIGIT_COUNT } from '../data/digits.ts';
import type { Dataset } from '../data/dataset.ts';
import { parseArchitecture } from '../model/architecture.ts';
import { createNetwork, type Network, type NetworkSpec } from '../model/network.ts';
import { initialiseNetwork, readTensor, tensorPlaces, writeTensor } from '../model/parameters.ts';
import type { TrainingOptions } from '../model/training.ts';
import {
  evaluateTrained,
  goOn,
  storeTrained,
  type Trained,
  type TrainingContext,
} from './training.ts';

/** How networks for digits are trained. */
export interface DigitSchedule {
  /** Samples that each network sees. */
  readonly sampleCount: number;
  readonly batchSize: number;
  /** At the start; it falls to 0 along half a cosine. */
  readonly learningRate: number;
}

/** Steps with one rate. The same on every machine, since results depend on it. */
const STRETCH = 25;

/** Steps between two checkpoints: a fraction of a second to some seconds. */
const TURN = 5;

/**
 * Networks `inputs-NxL-10` with tanh layers, softmax over their outputs, from orthogonal start weights. Those
 * keep products of many matrices from squeezing, which Gaussian ones of width 20 do.
 */
export function digitNetworks(
  inputWidth: number,
  width: number,
  depth: number,
  seeds: readonly number[],
): Network[] {
  const text = `${inputWidth}-${width}x${depth}-${DIGIT_COUNT}`;
  const spec = parseArchitecture(text, { outputActivation: 'identity' });
  return seeds.map((seed) => initialiseNetwork(spec, seed, { scheme: 'orthogonal' }));
}

/**
 * Trains networks together, by Adam on the cross-entropy. Goes on from the state that is kept of the step, if there
 * is one.
 *
 * @param seeds - of the order of samples, one a network.
 * @throws FtleError if one diverges.
 */
export async function trainOnDigits(
  { engine, kept, checkpoint, onProgress }: TrainingContext,
  networks: readonly Network[],
  dataset: Dataset,
  seeds: readonly number[],
  { sampleCount, batchSize, learningRate }: DigitSchedule,
  frozenLayers = 0,
): Promise<Trained[]> {
  const options: TrainingOptions = {
    optimizer: 'adam',
    learningRate,
    momentum: 0,
    weightDecay: 0,
    batchSize,
    loss: 'cross-entropy',
    seed: seeds[0],
    frozenLayers,
  };
  const members = seeds.map((seed) => ({ seed, learningRate }));
  const population = await engine.createPopulation(networks, dataset, options, members);
  try {
    const stepCount = Math.ceil(sampleCount / batchSize);
    for (let done = goOn(population, kept); done < stepCount; done += TURN) {
      await checkpoint(() => population.readState());
      const first = done - (done % STRETCH);
      const rate = learningRate * 0.5 * (1 + Math.cos((Math.PI * first) / stepCount));
      population.setLearningRates(seeds.map(() => rate));
      await population.step(Math.min(TURN, stepCount - done));
      onProgress(Math.min(1, (done + TURN) / stepCount));
    }
    return await storeTrained(population, await evaluateTrained(population, options));
  } finally {
    population.dispose();
  }
}

/** Neurons that hidden states are projected on. */
const BOTTLENECK_WIDTH = 2;

/**
 * A network with a linear layer of two neurons put before its output layer: hidden layers are the given
 * network's, the last two are start values.
 */
export function withBottleneck({ spec, parameters, ...network }: Network, seed: number): Network {
  const { layers } = spec;
  const hidden = layers.slice(0, -1);
  const bottleneck = {
    type: 'dense',
    width: BOTTLENECK_WIDTH,
    activation: 'identity',
    alpha: 1,
  } as const;
  const wanted: NetworkSpec = { ...spec, layers: [...hidden, bottleneck, layers.at(-1)!] };
  const found = initialiseNetwork(wanted, seed, { scheme: 'orthogonal' });
  copyLayers({ spec, parameters, ...network }, found, hidden.length);
  return found;
}

/** The network up to and with its bottleneck, whose two neurons are then its outputs. */
export function upToBottleneck(network: Network): Network {
  const layers = network.spec.layers.slice(0, -1);
  const found = createNetwork({ ...network.spec, layers });
  copyLayers(network, found, layers.length);
  return found;
}

function copyLayers(from: Network, to: Network, layerCount: number): void {
  const places = tensorPlaces(from);
  tensorPlaces(to).forEach((place, i) => {
    if (place.layerIndex >= layerCount) return;
    writeTensor(place, readTensor(places[i], from.parameters), to.parameters);
  });
}
