import { DataError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import { besideAddress, fetchBytes } from './address.ts';
import { recogniseFormat, type NetworkFormat } from './format.ts';
import type { TensorNetworkOptions } from './network-tensors.ts';

/** A file: its bytes, a File or Blob of the browser, or its address, relative to the page. */
export type NetworkLocation = Uint8Array | ArrayBuffer | Blob | URL | string;

/** Activations and so on are used where the file leaves them open; see the notes of what was loaded. */
export interface LoadOptions extends TensorNetworkOptions {
  /** Files beside an ONNX model that hold its tensors, by name, such as `model.onnx.data`. */
  readonly externalData?: ReadonlyMap<string, Uint8Array>;
  readonly signal?: AbortSignal;
}

export interface LoadedNetwork {
  readonly network: Network;
  readonly format: NetworkFormat;
  /** What else the file says; empty if it says nothing. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What was assumed or changed, in words for people. */
  readonly notes: readonly string[];
}

/**
 * Loads a network from a file in safetensors, ONNX or JSON; the content decides, not the name.
 *
 * @throws DataError if the file is none of these or faulty, NetworkError if the network in it is, AddressError
 *   if it cannot be had from its address, AbortError if the signal fires.
 */
export async function loadNetwork(
  source: NetworkLocation,
  options: LoadOptions = {},
): Promise<LoadedNetwork> {
  const bytes = await readBytes(source, options.signal);
  options.signal?.throwIfAborted();
  return parseNetwork(bytes, options, addressOf(source));
}

/**
 * The same for files that were chosen or dropped together: one network, and the files its tensors are in.
 *
 * @throws DataError if not exactly one of the files is a network; else as above.
 */
export async function loadNetworkFiles(
  files: readonly File[],
  options: LoadOptions = {},
): Promise<LoadedNetwork> {
  if (files.length === 1) return loadNetwork(files[0], options);
  const found = await Promise.all(files.map((file) => isNetwork(file)));
  const networks = files.filter((_, index) => found[index]);
  if (networks.length !== 1) {
    const names = networks.map(({ name }) => name).join(', ');
    throw new DataError(
      `${files.length} files hold ${networks.length} networks${names && `, ${names}`}, but must hold one, and beside it only the files of its data`,
    );
  }
  const externalData = new Map(options.externalData);
  for (const file of files) {
    if (file !== networks[0]) externalData.set(file.name, await readBytes(file, options.signal));
  }
  return loadNetwork(networks[0], { ...options, externalData });
}

/** Each reader is a chunk of its own: a page loads those of the files that it shows. */
async function parseNetwork(
  bytes: Uint8Array,
  options: LoadOptions,
  address: string | URL | null,
): Promise<LoadedNetwork> {
  const format = recogniseFormat(bytes);
  switch (format) {
    case 'json': {
      const { parseNetworkJson } = await import('./json.ts');
      return { format, notes: [], ...parseNetworkJson(bytes) };
    }
    case 'safetensors': {
      const { parseNetworkSafetensors } = await import('./network-tensors.ts');
      return { format, ...parseNetworkSafetensors(bytes, options) };
    }
    case 'onnx': {
      const { parseOnnx } = await import('./onnx.ts');
      const externalData = await fetchExternalData(bytes, options, address);
      return { format, metadata: {}, ...parseOnnx(bytes, { externalData }) };
    }
  }
}

/** The files beside an ONNX model that it needs: those given, and where it has an address, those next to it. */
async function fetchExternalData(
  model: Uint8Array,
  { externalData, signal }: LoadOptions,
  address: string | URL | null,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map(externalData);
  if (address === null) return files;
  const { listExternalFiles } = await import('./onnx-files.ts');
  for (const name of listExternalFiles(model)) {
    if (files.has(name)) continue;
    const url = besideAddress(address, encodeURIComponent(name));
    if (url) files.set(name, await fetchBytes(url, signal));
  }
  return files;
}

/** Where a source has neighbours. */
function addressOf(source: NetworkLocation): string | URL | null {
  return typeof source === 'string' || source instanceof URL ? source : null;
}

async function readBytes(source: NetworkLocation, signal?: AbortSignal): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (!(source instanceof Blob)) return fetchBytes(source, signal);
  try {
    return new Uint8Array(await source.arrayBuffer());
  } catch (cause) {
    const name = source instanceof File ? source.name : 'the file';
    throw new DataError(
      `${name} cannot be read (${String(cause)}): was it changed or removed since it was chosen?`,
      { cause },
    );
  }
}

/** Whether a file is a network, by its first bytes. */
async function isNetwork(file: File): Promise<boolean> {
  try {
    recogniseFormat(await readBytes(file.slice(0, 256)));
    return true;
  } catch {
    return false;
  }
}
