import type { FieldData, PointsData } from '../engine/engine.ts';
import type { Network } from '../model/network.ts';
import type {
  FieldFileOptions,
  FieldFormat,
  NetworkOrigin,
  Origin,
  PointsFormat,
  SavedNetworkFormat,
} from './file-options.ts';
import type { MapParameters } from './parameters.ts';

/*
 * Files out. What writes them is a chunk of its own, loaded at the first use.
 */

/**
 * What is known of a network, for the files that it leads to. Trained on, it is another network.
 *
 * Cost: a hash of all parameters, some 20 ms a million.
 */
export async function describeOrigin(
  network: Network,
  origin: NetworkOrigin = {},
): Promise<Origin> {
  const { packOrigin } = await import('./packed-files.ts');
  return packOrigin(network, origin);
}

/**
 * A field as a file. In pictures a pixel of the map is one of the field. Where there is no number, arrays hold
 * −∞ or 0 and a status, CSV `-inf` where J = 0 (of λ₂, where its rank is 1) and else an empty cell, colours a hatching, greys 0.
 *
 * @throws DataError if an option does not fit.
 */
export async function writeField(
  data: FieldData,
  format: FieldFormat,
  origin: Origin,
  options: FieldFileOptions = {},
): Promise<Uint8Array> {
  const { packField } = await import('./packed-files.ts');
  return packField(data, format, origin, options);
}

/**
 * What was computed at points as a file; NPY holds the exponents.
 *
 * @param inputs - file name or address of the points, for the parameters.
 */
export async function writePoints(
  data: PointsData,
  format: PointsFormat,
  origin: Origin,
  inputs?: string,
): Promise<Uint8Array> {
  const { packPoints } = await import('./packed-files.ts');
  return packPoints(data, format, origin, inputs);
}

/**
 * A network as a file; its metadata say under `parameters` what it is and how it was trained.
 *
 * @param origin - file name or address that it was read from, or how its start values were drawn; how it
 *   was trained here.
 */
export async function writeNetwork(
  network: Network,
  format: SavedNetworkFormat,
  origin: NetworkOrigin = {},
): Promise<Uint8Array> {
  const { packNetwork } = await import('./packed-files.ts');
  return packNetwork(network, format, origin);
}

/**
 * The parameters in a file that was written here, from an untrusted source: PNG, SVG, NPZ, CSV, a network in
 * safetensors or JSON, or parameters alone as JSON.
 *
 * @throws DataError or NetworkError if the file has none, or they are faulty.
 */
export async function readParameters(bytes: Uint8Array): Promise<MapParameters> {
  const { parseParameters } = await import('./stored-parameters.ts');
  return parseParameters(bytes);
}
