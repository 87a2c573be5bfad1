import { NetworkError } from '../errors.ts';
import { layerType } from '../layers/registry.ts';
import type { LayerTensor } from '../layers/layer.ts';
import type { Initialisation } from '../math/initialisation.ts';
import { biasOffset, weightStride } from '../ops/affine.ts';
import type { AffineOp, Op } from '../ops/op.ts';
import { createNetwork, type Network, type NetworkSpec } from './network.ts';

/** A parameter tensor of one layer, in the order of files: PyTorch's `[out][in]`, no padding. */
export interface TensorPlace extends LayerTensor {
  /** Layer from 0. */
  readonly layerIndex: number;
  /** Where its rows start in the flat parameter array, and floats from row to row. */
  readonly offset: number;
  readonly stride: number;
}

/** Every parameter tensor of a network, first layer first. */
export function tensorPlaces(network: Network): TensorPlace[] {
  const { spec, program } = network;
  let width = spec.inputWidth;
  return spec.layers.flatMap((layer, layerIndex) => {
    const type = layerType(layer.type, `layers[${layerIndex}]`);
    const tensors = type.tensors(layer, width);
    width = type.outputWidth(layer, width);
    return tensors.map((tensor) => {
      const op = program.ops[program.layerEnds[layerIndex] + tensor.opIndex] as Op<AffineOp>;
      const isWeight = tensor.part === 'weight';
      const offset = isWeight ? op.parameterOffset : biasOffset(op);
      return { ...tensor, layerIndex, offset, stride: isWeight ? weightStride(op) : 1 };
    });
  });
}

/** Copies one tensor out of a flat parameter array, row-major without padding. */
export function readTensor(place: TensorPlace, parameters: Float32Array): Float32Array {
  const [rows, columns] = tensorRows(place);
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const start = place.offset + i * place.stride;
    values.set(parameters.subarray(start, start + columns), i * columns);
  }
  return values;
}

/**
 * Copies one tensor, row-major without padding, into a flat parameter array.
 *
 * @throws NetworkError if the number of values does not fit or one is not finite in float32.
 */
export function writeTensor(
  place: TensorPlace,
  values: ArrayLike<number>,
  parameters: Float32Array,
): void {
  const [rows, columns] = tensorRows(place);
  const name = `layers[${place.layerIndex}].${place.name}`;
  if (values.length !== rows * columns) {
    throw new NetworkError(
      `${name} has ${values.length} values, but shape [${place.shape.join(', ')}] needs ${rows * columns}`,
    );
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = Math.fround(values[i * columns + j]);
      if (!Number.isFinite(value)) {
        throw new NetworkError(
          `${name}[${i * columns + j}] is ${values[i * columns + j]}, but must be finite in float32`,
        );
      }
      parameters[place.offset + i * place.stride + j] = value;
    }
  }
}

function tensorRows({ shape }: TensorPlace): [rows: number, columns: number] {
  return shape.length === 2 ? [shape[0], shape[1]] : [1, shape[0]];
}

/**
 * A network with start values.
 *
 * @param start - the scheme; by default Gaussian weights of variance 1/fan-in, as in Storm et al. (2024).
 *   Biases start at zero.
 */
export function initialiseNetwork(
  spec: NetworkSpec,
  seed: number,
  start: Initialisation = { scheme: 'gaussian', variance: 1 },
): Network {
  const network = createNetwork(spec);
  for (const place of tensorPlaces(network)) {
    const { layerIndex } = place;
    const type = layerType(spec.layers[layerIndex].type, `layers[${layerIndex}]`);
    const values = type.initialise(place, start, { seed, layerIndex });
    writeTensor(place, values, network.parameters);
  }
  return network;
}

/**
 * The network that gives for x what a network gives for (x − mean)/deviation: its first layer has the weights
 * w/deviation and the biases b − Σ mean·w/deviation, so that λ is of x too.
 *
 * @param mean - [inputWidth]; `deviation` too, above 0.
 * @throws NetworkError if a weight or bias is beyond float32.
 */
export function takeOriginalInputs(
  network: Network,
  { mean, deviation }: { readonly mean: Float64Array; readonly deviation: Float64Array },
): Network {
  const taken = createNetwork(network.spec, network.parameters.slice());
  const first = tensorPlaces(network).filter(({ layerIndex }) => layerIndex === 0);
  const [weight, bias] = (['weight', 'bias'] as const).map((part) => {
    const place = first.find((candidate) => candidate.part === part)!;
    return { place, values: Float64Array.from(readTensor(place, network.parameters)) };
  });
  const { inputWidth } = network;
  weight.values.forEach((value, i) => {
    const input = i % inputWidth;
    const scaled = value / deviation[input];
    weight.values[i] = scaled;
    bias.values[Math.floor(i / inputWidth)] -= scaled * mean[input];
  });
  for (const { place, values } of [weight, bias]) writeTensor(place, values, taken.parameters);
  return taken;
}
