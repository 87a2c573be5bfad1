import { dirname, join } from 'node:path';
import { asError, DataError, NetworkError } from '../errors.ts';
import { loadNetwork, type LoadedNetwork, type LoadOptions } from '../files/load.ts';
import { listExternalFiles } from '../files/onnx-files.ts';
import { recogniseFormat } from '../files/format.ts';
import type { Origin } from '../files/file-options.ts';
import { checkParameters } from '../files/checked-parameters.ts';
import { OWN_MEMBER } from '../files/own-tensors.ts';
import { describeNetwork, PARAMETERS_FORMAT } from '../files/parameters.ts';
import { parseSafetensors } from '../files/safetensors.ts';
import { isRecord, quote } from '../files/show.ts';
import { optionsInFlags } from './arguments.ts';
import { readInput, readNamed, reasonOf } from './input-file.ts';

/** A network with the file that it came from. */
export interface NetworkFromFile extends LoadedNetwork {
  readonly path: string;
  /** What goes into files that are made from it; with its training, if that was here. */
  readonly origin: Origin;
  /** Whether the file holds tensors alone, of which options say the rest. */
  readonly isTensorsAlone: boolean;
}

/**
 * Reads a network, and beside an ONNX model the files of its tensors.
 *
 * @throws DataError or NetworkError naming the file and what is wrong with it.
 */
export async function readNetworkFile(
  path: string,
  options: Omit<LoadOptions, 'externalData'>,
): Promise<NetworkFromFile> {
  const bytes = await readInput(path);
  try {
    const externalData = new Map<string, Uint8Array>();
    if (recogniseFormat(bytes) === 'onnx') {
      for (const name of listExternalFiles(bytes)) {
        // One that is not there is named by the reader, with the tensor that it is needed for.
        const content = await readNamed(join(dirname(path), name)).catch((cause: unknown) => {
          if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
          throw new DataError(
            `the file of its tensors ${quote(name)} cannot be read: ${reasonOf(cause)}`,
            { cause },
          );
        });
        if (content) externalData.set(name, content);
      }
    }
    const loaded = await loadNetwork(bytes, { ...options, externalData });
    const { origin, notes } = describeOrigin(loaded, path);
    return {
      ...loaded,
      path,
      origin,
      isTensorsAlone: loaded.format === 'safetensors' && !isOwn(bytes),
      notes: [...loaded.notes.map(optionsInFlags), ...notes],
    };
  } catch (cause) {
    const message = `${path}: ${optionsInFlags(asError(cause).message)}`;
    if (cause instanceof NetworkError) throw new NetworkError(message, { cause });
    if (cause instanceof DataError) throw new DataError(message, { cause });
    throw cause;
  }
}

/** Whether safetensors say what the network is, as ours do. */
const isOwn = (bytes: Uint8Array): boolean =>
  Object.hasOwn(parseSafetensors(bytes).metadata, OWN_MEMBER);

/** What is known of a network; parameters in the file that cannot be read are noted, they are not needed. */
function describeOrigin({ network, metadata }: LoadedNetwork, path: string) {
  const record = describeNetwork(network, path);
  const unknown = { origin: { network: record }, notes: [] };
  const { parameters } = metadata;
  // Metadata are the user's, who may call something of their own so.
  if (!isRecord(parameters) || parameters.format !== PARAMETERS_FORMAT) return unknown;
  try {
    const { network: old, training } = checkParameters(parameters);
    // Of a network that was changed since, nothing is known.
    if (old.sha256 !== record.sha256) return unknown;
    const known = { ...record, ...(old.start && { start: old.start }) };
    return { origin: { network: known, ...(training && { training }) }, notes: [] };
  } catch (error) {
    return { ...unknown, notes: [`how it was made is not read: ${asError(error).message}`] };
  }
}
