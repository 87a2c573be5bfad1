import { assert, NetworkError } from '../errors.ts';
import { checkSpec, createNetwork, lowerSpec, type Network } from '../model/network.ts';
import { tensorPlaces, writeTensor } from '../model/parameters.ts';
import { factorAt, listNodes, scaleAnchor, type Matrix } from './onnx-column.ts';
import { showList } from './show.ts';
import { UNIT_LINE } from './onnx-curve.ts';
import { foldedNodes, type Stack, type StackLayer, type Transform } from './onnx-stack.ts';

/** Floats that a network may have for each byte of its file, since layers may share weights. */
const SHARING = 4;

const SPARE_FLOATS = 2 ** 20;

/**
 * The network that a stack is, in float32, constants folded into its weights in float64.
 *
 * @param byteLength - of the file, with its external data.
 * @throws NetworkError if a layer is too wide, the network is far larger than its file, or a number
 *   leaves float32.
 */
export function buildNetwork({ layers, output }: Stack, byteLength: number): Network {
  const dense = layers.map(({ product, activation }) => ({
    type: 'dense',
    width: product.weight.rows,
    activation: activation?.activation ?? 'identity',
    alpha: activation?.alpha ?? 0,
  }));
  const hasEnd = changesValues(output);
  const { width } = dense.at(-1)!;
  const spec = checkSpec({
    inputWidth: layers[0].product.weight.columns,
    layers: hasEnd ? [...dense, { type: 'dense', width, activation: 'identity' }] : dense,
  });
  const { parameterLength } = lowerSpec(spec);
  if (parameterLength > SHARING * byteLength + SPARE_FLOATS) {
    throw new NetworkError(
      `the network has ${parameterLength} parameters, but its file has ${byteLength} bytes: too many layers share their weights`,
    );
  }
  const network = createNetwork(spec);
  for (const place of tensorPlaces(network)) {
    const layer = layers[place.layerIndex] as StackLayer | undefined;
    const compute = place.part === 'weight' ? weightOf : biasOf;
    const values = layer ? compute(layer) : diagonalOf(output, width)[place.part];
    writeTensor(place, values, network.parameters);
  }
  return network;
}

/** What was folded and how activations were read, layer by layer. */
export function describeStack({ layers, output }: Stack): string[] {
  const notes: string[] = [];
  layers.forEach((layer, index) => {
    const folded = foldedNodes(layer);
    if (folded.length > 0) notes.push(`folded into layers[${index}]: ${showList(folded)}`);
    const { activation, activationNodes } = layer;
    if (activation && activationNodes.length > 1) {
      notes.push(
        `read as ${activation.activation} of layers[${index}]: ${showList(activationNodes)}`,
      );
    }
    const { factor, offset } = activation?.outer ?? UNIT_LINE;
    if (factor !== 1 || offset !== 0) {
      const shift = offset === 0 ? '' : ` + ${offset}`;
      const formula = `${factor} · ${activation!.activation}${shift}`;
      notes.push(
        `layers[${index}] is ${formula}: factor and offset are folded into layers[${index + 1}], so exponents at this layer itself are without them`,
      );
    }
    if (!activation && index < layers.length - 1) {
      notes.push(`layers[${index}] is linear: no activation follows ${layer.product.node}`);
    }
  });
  if (changesValues(output)) {
    const nodes = listNodes(output.folded);
    const by = nodes.length > 0 ? ` (${showList(nodes)})` : '';
    notes.push(
      `outputs are scaled after the last activation${by}: layers[${layers.length}] was added for that, diagonal and linear`,
    );
  }
  return notes;
}

function changesValues({ scale, shift }: Transform): boolean {
  return scale !== 1 || shift !== 0;
}

function entry({ values, rowStride, columnStride, factor }: Matrix, i: number, j: number): number {
  return factor * values[i * rowStride + j * columnStride];
}

/** Transform of the matrix product that the activation acts on. */
function rowsOf({ product, rows, activation }: StackLayer): Transform {
  const { factor, offset } = activation?.inner ?? UNIT_LINE;
  return scaleAnchor({ ...rows, stage: product }, factor, offset);
}

/** W′_ij = r_i W_ij c_j, r and c the scales of rows and columns; row-major. */
function weightOf(layer: StackLayer): Float64Array {
  const { weight } = layer.product;
  const { scale } = rowsOf(layer);
  const folded = new Float64Array(weight.rows * weight.columns);
  for (let i = 0; i < weight.rows; i++) {
    for (let j = 0; j < weight.columns; j++) {
      const factor = factorAt(scale, i) * factorAt(layer.columns.scale, j);
      folded[i * weight.columns + j] = factor * entry(weight, i, j);
    }
  }
  return folded;
}

/** b′_i = r_i Σ_j W_ij d_j + s_i, d and s the shifts of columns and rows. */
function biasOf(layer: StackLayer): Float64Array {
  const { weight } = layer.product;
  const { scale, shift } = rowsOf(layer);
  const shifts = layer.columns.shift;
  return Float64Array.from({ length: weight.rows }, (_, i) => {
    let sum = 0;
    if (shifts !== 0) {
      for (let j = 0; j < weight.columns; j++) sum += entry(weight, i, j) * factorAt(shifts, j);
    }
    return factorAt(scale, i) * sum + factorAt(shift, i);
  });
}

/** Weight and bias of a layer that only scales and shifts. */
function diagonalOf(
  { scale, shift }: Transform,
  width: number,
): Readonly<Record<'weight' | 'bias', Float64Array>> {
  assert(typeof scale === 'number' || scale.length === width, 'output scale of another width');
  const weight = new Float64Array(width * width);
  for (let i = 0; i < width; i++) weight[i * width + i] = factorAt(scale, i);
  return { weight, bias: Float64Array.from({ length: width }, (_, i) => factorAt(shift, i)) };
}
