import { DataError, NetworkError, shorten, show } from '../errors.ts';
import type { LayerTensor } from '../layers/layer.ts';
import { layerType } from '../layers/registry.ts';
import { checkSpec, createNetwork, type Network, type NetworkSpec } from '../model/network.ts';
import { readTensor, tensorPlaces, writeTensor } from '../model/parameters.ts';
import { shortestDecimal } from './decimal.ts';
import { isRecord } from './show.ts';

/**
 * A network as plain JSON; docs/network.schema.json is the schema.
 *
 *     { "format": "ftle-map/network", "version": 1, "inputWidth": 2,
 *       "layers": [
 *         { "type": "dense", "width": 10, "activation": "tanh",
 *           "weight": [[…2 numbers], …10 rows], "bias": […10 numbers] },
 *         … hidden layers, then the output layer ],
 *       "metadata": { … anything, kept as it is } }
 *
 * A layer has the members of its specification and its tensors: matrices [out][in] as lists of rows.
 * Numbers are float32, written with at most nine digits, which brings back every bit.
 */
export interface NetworkFile {
  readonly network: Network;
  /** Whatever else the file says about the network; empty if it says nothing. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A file: its text, its bytes (UTF-8), or what JSON.parse made of it. */
export type NetworkSource = string | Uint8Array | ArrayBuffer | object;

export const NETWORK_FORMAT = 'ftle-map/network';
export const NETWORK_FORMAT_VERSION = 1;

/** Longest file that is read: JavaScript's strings end at twice that. */
export const MAXIMAL_JSON_BYTES = 2 ** 28;

/** Lists and objects within each other, the metadata themselves included. */
const METADATA_DEPTH = 100;

const MEMBERS = ['$schema', 'format', 'version', 'inputWidth', 'layers', 'metadata'];

/**
 * Reads a network file from an untrusted source.
 *
 * @throws DataError if it is no JSON or no network file, NetworkError if the network in it is wrong;
 *   the message names place, value and wanted value.
 */
export function parseNetworkJson(source: NetworkSource): NetworkFile {
  const file = asObject(isBytes(source) || typeof source === 'string' ? parse(source) : source);
  if (file.format !== NETWORK_FORMAT) {
    throw new DataError(
      `format is ${show(file.format)}, but must be "${NETWORK_FORMAT}": is this a network file of ftle-map?`,
    );
  }
  if (file.version !== NETWORK_FORMAT_VERSION) {
    throw new DataError(
      `version is ${show(file.version)}, but this release reads ${NETWORK_FORMAT_VERSION}: a newer release may read it`,
    );
  }
  const unknown = Object.keys(file).filter((name) => !MEMBERS.includes(name));
  if (unknown.length > 0) {
    throw new DataError(
      `the file has the unknown member ${shorten(unknown.join(', '))}; put what is yours into metadata`,
    );
  }
  const { inputWidth, layers, metadata = {} } = file;
  if (!isRecord(metadata)) {
    throw new DataError(`metadata is ${show(metadata)}, but must be an object`);
  }
  if (isDeeper(metadata, METADATA_DEPTH)) {
    throw new DataError(
      `metadata is nested more than ${METADATA_DEPTH} deep, which nothing that reads it on can take`,
    );
  }
  const members: unknown[] = Array.isArray(layers) ? layers : [];
  const parts = members.map((layer, index) => splitLayer(layer, `layers[${index}]`));
  const spec = checkSpec({
    inputWidth,
    layers: Array.isArray(layers) ? parts.map((part) => part.spec) : layers,
  });
  // Shapes first: what a file claims is allocated only if the file has the numbers for it.
  const tensors = parts.map((part, index) => checkTensors(spec, index, part.tensors));
  const network = createNetwork(spec);
  for (const place of tensorPlaces(network)) {
    writeTensor(place, tensors[place.layerIndex].get(place.name)!, network.parameters);
  }
  return { network, metadata };
}

/**
 * Writes a network file: one line a row of a matrix.
 *
 * @param metadata - JSON values; kept as they are.
 * @throws DataError if the metadata is no object that JSON can hold.
 */
export function writeNetworkJson(
  network: Network,
  metadata: Readonly<Record<string, unknown>> = {},
): string {
  const places = tensorPlaces(network);
  const layers = network.spec.layers.map((spec, layerIndex) => {
    const members = Object.entries(spec).map(
      ([name, value]) => `"${name}": ${JSON.stringify(value)}`,
    );
    const tensors = places
      .filter((place) => place.layerIndex === layerIndex)
      .map((place) => {
        const values = readTensor(place, network.parameters);
        return `"${place.name}": ${showTensor(values, place.shape)}`;
      });
    return `    {\n      ${[members.join(', '), ...tensors].join(',\n      ')}\n    }`;
  });
  const lines = [
    `  "format": "${NETWORK_FORMAT}"`,
    `  "version": ${NETWORK_FORMAT_VERSION}`,
    `  "inputWidth": ${network.inputWidth}`,
    `  "layers": [\n${layers.join(',\n')}\n  ]`,
  ];
  if (Object.keys(metadata).length > 0) lines.push(`  "metadata": ${showMetadata(metadata)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

type LayerMembers = Readonly<Record<string, unknown>>;

function isBytes(source: unknown): source is Uint8Array | ArrayBuffer {
  return source instanceof Uint8Array || source instanceof ArrayBuffer;
}

function parse(source: string | Uint8Array | ArrayBuffer): unknown {
  const length = typeof source === 'string' ? source.length : source.byteLength;
  if (length > MAXIMAL_JSON_BYTES) {
    throw new DataError(
      `the file has ${length} bytes, but network JSON may have ${MAXIMAL_JSON_BYTES} at most`,
    );
  }
  const text = typeof source === 'string' ? source : decode(source);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const number = /[[,:]\s*([+-]?(?:NaN|Infinity|nan|inf))\b/.exec(text);
    if (number) {
      const line = text.slice(0, number.index + number[0].length).split('\n').length;
      throw new DataError(
        `line ${line} has ${number[1]}, which JSON has no number for: all parameters must be finite (did training diverge?)`,
        { cause },
      );
    }
    throw new DataError(`the file is no JSON: ${(cause as SyntaxError).message}`, { cause });
  }
}

function decode(bytes: Uint8Array | ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError('the file is no UTF-8 text, but network JSON must be', { cause });
  }
}

function asObject(value: unknown): LayerMembers {
  if (isRecord(value)) return value;
  throw new DataError(
    `the file holds ${show(value)}, but must hold an object with format, layers, …`,
  );
}

/** Whether lists and objects lie within each other more than `depth` deep. */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

/** A layer's members as they stand in the file: its specification, and its tensors by name. */
function splitLayer(
  layer: unknown,
  place: string,
): { spec: unknown; tensors: Map<string, unknown> } {
  if (!isRecord(layer)) return { spec: layer, tensors: new Map() };
  const { tensorNames } = layerType(layer.type, place);
  const isTensor = ([name]: [string, unknown]) => tensorNames.includes(name);
  const members = Object.entries(layer);
  return {
    spec: Object.fromEntries(members.filter((member) => !isTensor(member))),
    tensors: new Map(members.filter(isTensor)),
  };
}

/** The tensors of one layer, flat and row-major. */
function checkTensors(
  spec: NetworkSpec,
  index: number,
  found: ReadonlyMap<string, unknown>,
): Map<string, number[]> {
  const place = `layers[${index}]`;
  const layer = spec.layers[index];
  const inputWidth = index === 0 ? spec.inputWidth : outputWidth(spec, index - 1);
  const wanted = layerType(layer.type, place).tensors(layer, inputWidth);
  for (const name of found.keys()) {
    if (!wanted.some((tensor) => tensor.name === name)) {
      throw new NetworkError(`${place}.${name} is there, but this layer has no ${name}`);
    }
  }
  return new Map(wanted.map((tensor) => [tensor.name, checkTensor(tensor, found, place)]));
}

function outputWidth(spec: NetworkSpec, index: number): number {
  return spec.layers
    .slice(0, index + 1)
    .reduce((width, layer) => layerType(layer.type, '').outputWidth(layer, width), spec.inputWidth);
}

function checkTensor(
  { name, shape }: LayerTensor,
  found: ReadonlyMap<string, unknown>,
  layerPlace: string,
): number[] {
  const place = `${layerPlace}.${name}`;
  if (!found.has(name)) {
    const size = `[${shape.join('][')}]`;
    throw new NetworkError(`${place} is missing, but must be a list of numbers ${size}`);
  }
  const values: number[] = [];
  appendNumbers(found.get(name), shape, place, place, values);
  return values;
}

/** Appends the numbers of nested lists of the given shape. */
function appendNumbers(
  value: unknown,
  shape: readonly number[],
  place: string,
  tensorPlace: string,
  values: number[],
): void {
  const [length, ...inner] = shape;
  if (length === undefined) {
    values.push(checkNumber(value, place));
    return;
  }
  if (!Array.isArray(value) || value.length !== length) {
    const found = Array.isArray(value) ? `has ${value.length} members` : `is ${show(value)}`;
    const what = inner.length > 0 ? `a list of ${length} rows` : `a list of ${length} numbers`;
    const rows =
      shape.length > 1 || place !== tensorPlace ? ' (one row an output, as in PyTorch)' : '';
    throw new NetworkError(`${place} ${found}, but must be ${what}${rows}`);
  }
  for (let i = 0; i < length; i++) {
    appendNumbers(value[i], inner, `${place}[${i}]`, tensorPlace, values);
  }
}

function checkNumber(value: unknown, place: string): number {
  if (typeof value === 'number' && Number.isFinite(Math.fround(value))) return value;
  const reason =
    value === null
      ? ' (JSON writes NaN and Infinity as null: did training diverge?)'
      : typeof value === 'number'
        ? ' in float32, at most 3.4e38'
        : '';
  throw new NetworkError(`${place} is ${show(value)}, but must be a finite number${reason}`);
}

function showTensor(values: Float32Array, shape: readonly number[]): string {
  if (shape.length === 1) return `[${Array.from(values, shortestDecimal).join(', ')}]`;
  const columns = shape[1];
  const rows = Array.from({ length: shape[0] }, (_, i) =>
    showTensor(values.subarray(i * columns, (i + 1) * columns), [columns]),
  );
  return `[\n        ${rows.join(',\n        ')}\n      ]`;
}

function showMetadata(metadata: unknown): string {
  if (!isRecord(metadata)) {
    throw new DataError(`metadata is ${show(metadata)}, but must be an object`);
  }
  try {
    return JSON.stringify(metadata, null, 2).replaceAll('\n', '\n  ');
  } catch (cause) {
    throw new DataError(`metadata does not go into JSON: ${String(cause)}`, { cause });
  }
}
