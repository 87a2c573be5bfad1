import { DataError } from '../errors.ts';
import { ACTIVATIONS, type ActivationName } from '../math/activations.ts';
import { checkSpec, createNetwork, type Network, type NetworkSpec } from '../model/network.ts';
import { tensorPlaces, writeTensor } from '../model/parameters.ts';
import { isSoftmax, readActivation } from './activation-names.ts';
import { findDenseStack, type StackLayer, type StackOptions } from './dense-stack.ts';
import { ownName, ownShapes, OWN_MEMBER, OWN_VERSION } from './own-tensors.ts';
import { decodeTensor, parseSafetensors, type Tensor, type TensorFile } from './safetensors.ts';
import { isRecord, shorten, showShape, showValue } from './show.ts';
import { parseStrictJson } from './strict-json.ts';

export interface TensorNetworkOptions extends StackOptions {
  /** Of the hidden layers, where the file does not say; `tanh` by default. */
  readonly activation?: ActivationName;
  /** Of the output layer, where the file does not say; `identity` by default. */
  readonly outputActivation?: ActivationName;
  /** Parameter of leaky relu, elu and celu, where the file does not say. */
  readonly alpha?: number;
}

export interface TensorNetwork {
  readonly network: Network;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What was assumed, in words for people. */
  readonly notes: readonly string[];
}

/** Objects and lists within each other in what we write ourselves: metadata are the user's. */
const DEPTH = 1000;

/**
 * Reads a network from the bytes of a safetensors file; they are untrusted. Files of ours (own-tensors.ts) say
 * what the network is; those of others are read by the names and shapes of their tensors, and by the entries
 * `activation`, `output_activation` and `alpha` of their metadata, if there are any.
 *
 * @throws DataError if it is no such file or its tensors are no plain stack of dense layers, NetworkError
 *   if the network is wrong; the message names place, value and wanted value.
 */
export function parseNetworkSafetensors(
  bytes: Uint8Array,
  options: TensorNetworkOptions = {},
): TensorNetwork {
  const file = parseSafetensors(bytes);
  return Object.hasOwn(file.metadata, OWN_MEMBER) ? readOwn(file) : readForeign(file, options);
}

function readOwn(file: TensorFile): TensorNetwork {
  const place = `metadata ${OWN_MEMBER}`;
  const header = parseStrictJson(file.metadata[OWN_MEMBER], DEPTH, place);
  if (!isRecord(header) || header.version !== OWN_VERSION) {
    const version = isRecord(header) ? header.version : header;
    throw new DataError(
      `${place}: version is ${showValue(version)}, but this release reads ${OWN_VERSION}: a newer release may read it`,
    );
  }
  const { inputWidth, layers, metadata = {} } = header;
  if (!isRecord(metadata)) {
    throw new DataError(`${place}: metadata is ${showValue(metadata)}, but must be an object`);
  }
  const spec = checkSpec({ inputWidth, layers });
  const found = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  checkOwnShapes(spec, found);
  const network = createNetwork(spec);
  for (const tensorPlace of tensorPlaces(network)) {
    const values = decodeTensor(found.get(ownName(tensorPlace.layerIndex, tensorPlace.name))!);
    writeTensor(tensorPlace, values, network.parameters);
  }
  return { network, metadata, notes: roundingNotes(file.tensors) };
}

/** Shapes first: what a file claims is allocated only if the file has the numbers for it. */
function checkOwnShapes(spec: NetworkSpec, found: ReadonlyMap<string, Tensor>): void {
  const wanted = ownShapes(spec);
  for (const [name, shape] of wanted) {
    const tensor = found.get(name);
    if (!tensor) {
      throw new DataError(`tensor ${name} ${showShape(shape)} is missing: was the file cut off?`);
    }
    if (String(tensor.shape) !== String(shape)) {
      throw new DataError(
        `tensor ${name} has shape ${showShape(tensor.shape)}, but the layers in metadata ${OWN_MEMBER} need ${showShape(shape)}`,
      );
    }
  }
  for (const name of found.keys()) {
    if (wanted.has(name)) continue;
    throw new DataError(
      `tensor ${shorten(name)} belongs to no layer in metadata ${OWN_MEMBER}: leave it out`,
    );
  }
}

function readForeign(
  { tensors, metadata }: TensorFile,
  options: TensorNetworkOptions,
): TensorNetwork {
  const { layers, notes } = findDenseStack(tensors, options);
  const chosen = chooseActivations(metadata, options, layers.length);
  const alpha = metadata.alpha === undefined ? options.alpha : readAlpha(metadata.alpha);
  const { defaultAlpha } = ACTIVATIONS[chosen.hidden];
  const assumed =
    alpha === undefined && defaultAlpha !== 0
      ? [
          `alpha of ${chosen.hidden}: ${defaultAlpha}, the file does not say; if it is another, give the option alpha`,
        ]
      : [];
  const spec = checkSpec({
    inputWidth: layers[0].inputWidth,
    layers: layers.map(({ width }, index) => {
      const isOutput = index === layers.length - 1;
      const activation = isOutput ? chosen.output : chosen.hidden;
      return { type: 'dense', width, activation, ...(alpha === undefined ? {} : { alpha }) };
    }),
  });
  const network = createNetwork(spec);
  for (const place of tensorPlaces(network)) {
    const layer = layers[place.layerIndex];
    const values =
      place.name === 'weight' ? readWeight(layer) : layer.bias && decodeTensor(layer.bias);
    if (values) writeTensor(place, values, network.parameters);
  }
  const all = [...notes, ...chosen.notes, ...assumed, ...roundingNotes(tensors)];
  return { network, metadata, notes: all };
}

interface ChosenActivations {
  readonly hidden: ActivationName;
  readonly output: ActivationName;
  readonly notes: readonly string[];
}

/** The file's word counts first, then the option, then what is usual. */
function chooseActivations(
  metadata: TensorFile['metadata'],
  { activation, outputActivation }: TensorNetworkOptions,
  layerCount: number,
): ChosenActivations {
  const notes: string[] = [];
  const choose = (
    what: string,
    [entry, option]: [entry: string, option: string],
    given: unknown,
    usual: ActivationName,
  ): ActivationName => {
    if (Object.hasOwn(metadata, entry)) {
      return readActivation(metadata[entry], `metadata ${entry}`);
    }
    const chosen = given === undefined ? usual : readActivation(given, `option ${option}`);
    const reason =
      given === undefined
        ? `the file does not say; if it is another, give the option ${option}`
        : `as the option ${option} says, since the file does not`;
    notes.push(`${what}: ${chosen}, ${reason}`);
    return chosen;
  };
  const hidden =
    layerCount > 1
      ? choose('activation of the hidden layers', ['activation', 'activation'], activation, 'tanh')
      : 'identity';
  if (isSoftmax(metadata.output_activation)) {
    notes.push('softmax at the end left out: the outputs are its arguments');
    return { hidden, output: 'identity', notes };
  }
  const names: [string, string] = ['output_activation', 'outputActivation'];
  const output = choose('activation of the output', names, outputActivation, 'identity');
  return { hidden, output, notes };
}

function readAlpha(text: string): number {
  const alpha = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(alpha)) return alpha;
  throw new DataError(`metadata alpha is ${showValue(text)}, but must be a finite number`);
}

/** The weight of a layer as [out][in]. */
function readWeight({ weight, weightOrder, width, inputWidth }: StackLayer<Tensor>): Float32Array {
  const values = decodeTensor(weight);
  if (weightOrder === 'out-in') return values;
  const transposed = new Float32Array(values.length);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < inputWidth; j++) transposed[i * inputWidth + j] = values[j * width + i];
  }
  return transposed;
}

function roundingNotes(tensors: readonly Tensor[]): string[] {
  const isDouble = tensors.some(({ dtype }) => dtype === 'F64');
  return isDouble ? ['float64 parameters rounded to float32'] : [];
}
