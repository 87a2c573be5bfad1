import { createDataset } from '../data/toy.ts';
import type { Dataset } from '../data/dataset.ts';
import type { TrainingOptions } from '../engine/engine.ts';
import { DataError } from '../errors.ts';
import { parseNetworkJson } from '../files/json.ts';
import { parseArchitecture } from '../model/architecture.ts';
import type { Network } from '../model/network.ts';
import { initialiseNetwork } from '../model/parameters.ts';
import type { Domain } from '../model/plane.ts';
import type { NetworkSettings } from './settings.ts';

/** A network to show, and what trains it. */
export interface Plan {
  /** With its start values. */
  readonly network: Network;
  readonly dataset: Dataset | null;
  /** All but the learning rate, which changes while training runs. */
  readonly training: Omit<TrainingOptions, 'learningRate'>;
  /** Such as `2-10x8-1 on circle`, for people. */
  readonly name: string;
  /** What the map shows where no domain is given. */
  readonly domain: Domain;
}

/** Hidden layers where neither architecture nor file says what the network is. */
const DEFAULT_HIDDEN = '10x8';
/** Half side of the square that is shown where there are no data: standardised inputs mostly lie inside. */
const DEFAULT_REACH = 1.8;
/** Part of the data's extent that is shown around it. */
const MARGIN = 0.04;

/**
 * Loads or makes everything that the settings name.
 *
 * @throws NetworkError or DataError naming what does not fit, AbortError if the signal fires.
 */
export async function loadPlan(settings: NetworkSettings, signal: AbortSignal): Promise<Plan> {
  const { seed, src } = settings;
  const file = src === null ? null : await fetchNetwork(src, signal);
  const name = settings.dataset;
  const dataset = settings.data ?? (name ? createDataset(name, { seed }) : null);
  const inputWidth = dataset?.inputWidth ?? 2;
  const outputWidth = dataset?.outputWidth ?? 1;
  const loss = (file?.outputWidth ?? outputWidth) === 1 ? 'squared' : 'cross-entropy';
  const text = settings.architecture || `${inputWidth}-${DEFAULT_HIDDEN}-${outputWidth}`;
  const network = file ?? makeNetwork(settings, text);
  if (dataset) checkWidths(network, dataset, file ? 'the network of src' : `architecture ${text}`);
  const { optimizer, momentum, weightDecay, batchSize } = settings;
  return {
    network,
    dataset,
    training: { optimizer, momentum, weightDecay, batchSize, loss, seed },
    name: `${file ? (src ?? '') : text}${dataset ? ` on ${dataset.name}` : ''}`,
    domain: dataset ? boundingSquare(dataset) : square(0, 0, DEFAULT_REACH),
  };
}

function makeNetwork(settings: NetworkSettings, architecture: string): Network {
  const { activation, seed, startVariance } = settings;
  const isClassifier = !/-\s*1\s*$/.test(architecture);
  const outputActivation = isClassifier ? 'identity' : 'tanh';
  const spec = parseArchitecture(architecture, { activation, outputActivation });
  return initialiseNetwork(spec, seed, { scheme: 'gaussian', variance: startVariance });
}

function checkWidths(network: Network, dataset: Dataset, place: string): void {
  for (const side of ['inputWidth', 'outputWidth'] as const) {
    if (network[side] === dataset[side]) continue;
    const what = side === 'inputWidth' ? 'inputs' : 'outputs';
    throw new DataError(
      `${place} has ${network[side]} ${what}, but data set ${dataset.name} has ${dataset[side]}`,
    );
  }
}

async function fetchNetwork(src: string, signal: AbortSignal): Promise<Network> {
  let response: Response;
  try {
    response = await fetch(src, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new DataError(`src ${src} cannot be loaded: ${String(cause)}`, { cause });
  }
  if (!response.ok) {
    throw new DataError(`src ${src} cannot be loaded: the server answers ${response.status}`);
  }
  return parseNetworkJson(await response.arrayBuffer()).network;
}

/** The smallest square around the first two inputs of all points, and a little more. */
function boundingSquare({ points, inputWidth, count }: Dataset): Domain {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  const axes = Math.min(2, inputWidth);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < axes; k++) {
      const value = points[i * inputWidth + k];
      if (value < low[k]) low[k] = value;
      if (value > high[k]) high[k] = value;
    }
  }
  if (axes === 1) [low[1], high[1]] = [0, 0];
  const reach = Math.max(high[0] - low[0], high[1] - low[1]) / 2;
  const centre = [0, 1].map((k) => (low[k] + high[k]) / 2) as [number, number];
  return square(...centre, reach > 0 ? (1 + MARGIN) * reach : DEFAULT_REACH);
}

function square(x: number, y: number, reach: number): Domain {
  return { sMin: x - reach, tMin: y - reach, sMax: x + reach, tMax: y + reach };
}
