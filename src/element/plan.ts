import { createDataset } from '../data/toy.ts';
import type { Dataset } from '../data/dataset.ts';
import type { TrainingOptions } from '../engine/engine.ts';
import { countOf, DataError } from '../errors.ts';
import { loadNetwork, loadNetworkFiles, type LoadedNetwork } from '../files/load.ts';
import type { StartRecord } from '../files/parameters.ts';
import { parseArchitecture } from '../model/architecture.ts';
import type { Network } from '../model/network.ts';
import { initialiseNetwork } from '../model/parameters.ts';
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
  /** What the network was read from; null if it was made. */
  readonly file: LoadedFile | null;
  /** How its start values were drawn; null if they were read. */
  readonly start: StartRecord | null;
}

/** A network that was read from a file. */
export interface LoadedFile {
  /** Of the file, or its address. */
  readonly name: string;
  /** `safetensors`, `onnx` or `json`. */
  readonly format: LoadedNetwork['format'];
  /** What was assumed or changed, in words for people. */
  readonly notes: readonly string[];
}

/** Hidden layers where neither architecture nor file says what the network is. */
const DEFAULT_HIDDEN = '10x8';
/**
 * Loads or makes everything that the settings name.
 *
 * @throws NetworkError or DataError naming what does not fit, AddressError if there is no file at `src`,
 *   AbortError if the signal fires.
 */
export async function loadPlan(settings: NetworkSettings, signal: AbortSignal): Promise<Plan> {
  const { seed, src, files } = settings;
  const loaded = await loadFile(settings, signal);
  const name = settings.dataset;
  const given = settings.data ?? (name ? createDataset(name, { seed }) : null);
  // Whoever drops a file on a page has not chosen the data that it trains on.
  const dataset = files && given && loaded && !fits(loaded.network, given) ? null : given;
  const inputWidth = dataset?.inputWidth ?? 2;
  const outputWidth = dataset?.outputWidth ?? 1;
  const loss = (loaded?.network.outputWidth ?? outputWidth) === 1 ? 'squared' : 'cross-entropy';
  const text = settings.architecture || `${inputWidth}-${DEFAULT_HIDDEN}-${outputWidth}`;
  const network = loaded?.network ?? makeNetwork(settings, text);
  if (dataset)
    checkWidths(network, dataset, loaded ? 'the network of src' : `architecture ${text}`);
  const fileName = files?.[0]?.name ?? src ?? '';
  const notes = [
    ...(loaded?.notes ?? []),
    ...(dataset === given ? [] : [leftOut(given!, network)]),
  ];
  const { optimizer, momentum, weightDecay, batchSize } = settings;
  return {
    network,
    dataset,
    training: { optimizer, momentum, weightDecay, batchSize, loss, seed },
    name: `${loaded ? fileName : text}${dataset ? ` on ${dataset.name}` : ''}`,
    file: loaded && { name: fileName, format: loaded.format, notes },
    start: loaded ? null : { scheme: 'gaussian', variance: settings.startVariance, seed },
  };
}

function makeNetwork(settings: NetworkSettings, architecture: string): Network {
  const { activation, seed, startVariance } = settings;
  const isClassifier = !/-\s*1\s*$/.test(architecture);
  const outputActivation = settings.outputActivation ?? (isClassifier ? 'identity' : 'tanh');
  const spec = parseArchitecture(architecture, { activation, outputActivation });
  return initialiseNetwork(spec, seed, { scheme: 'gaussian', variance: startVariance });
}

function checkWidths(network: Network, dataset: Dataset, place: string): void {
  for (const side of ['inputWidth', 'outputWidth'] as const) {
    if (network[side] === dataset[side]) continue;
    const count = countOf(network[side], side === 'inputWidth' ? 'input' : 'output');
    throw new DataError(`${place} has ${count}, but data set ${dataset.name} has ${dataset[side]}`);
  }
}

async function loadFile(
  { src, files, activation, outputActivation }: NetworkSettings,
  signal: AbortSignal,
): Promise<LoadedNetwork | null> {
  const options = {
    // The first choice is what is assumed of a file that does not say, which its notes then tell.
    ...(activation !== 'tanh' && { activation }),
    ...(outputActivation && { outputActivation }),
    signal,
  };
  if (files) return loadNetworkFiles(files, options);
  return src === null ? null : loadNetwork(src, options);
}

function fits(network: Network, { inputWidth, outputWidth }: Dataset): boolean {
  return network.inputWidth === inputWidth && network.outputWidth === outputWidth;
}

function leftOut({ name, inputWidth, outputWidth }: Dataset, network: Network): string {
  return `data set ${name} left out: it has ${countOf(inputWidth, 'input')} and ${countOf(outputWidth, 'output')}, the network ${network.inputWidth} and ${network.outputWidth}`;
}
