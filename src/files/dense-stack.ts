import { countOf, DataError } from '../errors.ts';
import { MAXIMAL_LAYER_COUNT } from '../model/network.ts';
import { compareLayerNames, findOrders } from './layer-order.ts';
import { shorten, showList, showTensor } from './show.ts';
import { tensorRole, type TensorRole, type WeightOrder } from './tensor-names.ts';

/** A tensor as far as names and shapes go. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface StackOptions {
  /** Names of the layers, first to last, where the file leaves the order open or holds others too. */
  readonly layers?: readonly string[];
  /** How weights are stored, where neither names nor shapes tell. */
  readonly weightOrder?: WeightOrder;
}

/** One dense layer of the stack, y = g(W x + b). */
export interface StackLayer<T extends NamedShape> {
  readonly name: string;
  readonly weight: T;
  /** null: there is none, as with `bias=False`. */
  readonly bias: T | null;
  readonly inputWidth: number;
  readonly width: number;
  readonly weightOrder: WeightOrder;
}

export interface DenseStack<T extends NamedShape> {
  /** First to last; widths chain. */
  readonly layers: readonly StackLayer<T>[];
  /** What was assumed, in words for people. */
  readonly notes: readonly string[];
}

/** A layer whose orientation is still open. */
interface Candidate<T extends NamedShape> {
  readonly name: string;
  readonly weight: T;
  readonly order: TensorRole['order'];
  readonly bias: T | null;
}

/**
 * Finds the dense layers that tensors belong to, and their order, from names and shapes.
 *
 * @throws DataError that lists the tensors which do not fit, or says what is ambiguous and which option
 *   decides it.
 */
export function findDenseStack<T extends NamedShape>(
  all: readonly T[],
  options: StackOptions = {},
): DenseStack<T> {
  const tensors = options.layers ? selectTensors(all, options.layers) : all;
  const candidates = collectLayers(tensors);
  const names = compareLayerNames(candidates.map(({ name }) => name));
  const readings = weightOrders(candidates, options).map((orders, index) => {
    const layers = orient(candidates, orders);
    const fault = biasFault(layers) ?? (index > 0 ? contradiction(candidates, layers) : null);
    if (fault !== null) return { found: [], isCertain: true, isComplete: true, fault };
    const { orders: found, ...rest } = findOrders(layers, names, options.layers);
    return { found, ...rest };
  });
  const fitting = readings.filter(({ found }) => found.length > 0);
  if (fitting.length === 0) throw notPlain(`${readings[0].fault}. Found are`, tensors);
  if (fitting.length > 1 && candidates.some(({ order }) => order === 'unknown')) {
    const { name } = candidates[0].weight;
    throw new DataError(
      `weights may be stored [out][in] or [in][out]: shapes fit both, and the name ${shorten(name)} does not tell. Give the option weightOrder, 'out-in' or 'in-out'`,
    );
  }
  const { found, isCertain, isComplete } = fitting[0];
  if (found.length > 1 || !isComplete) {
    const shown = found.map(showNames).join(' or ');
    throw new DataError(
      `the order of the layers is ambiguous: ${shown}${isComplete ? '' : ', or others'}. Give the option layers, their names from first to last`,
    );
  }
  const layers = found[0];
  const notes: string[] = [];
  const others = all.filter((tensor) => !tensors.includes(tensor));
  if (others.length > 0) notes.push(`left out: ${showList(others.map(showTensor))}`);
  if (!isCertain && layers.length > 1) {
    notes.push(`layers taken in the order ${showNames(layers)}, by words and widths`);
  }
  if (options.weightOrder === undefined && fitting[0] !== readings[0]) {
    notes.push(`weights taken as ${showOrder(layers[0].weightOrder)}, by their shapes`);
  }
  const unbiased = layers.filter(({ bias }) => bias === null);
  if (unbiased.length > 0) notes.push(`no bias in ${showNames(unbiased)}: taken as 0`);
  return { layers, notes };
}

/** The tensors of the layers that are asked for. */
function selectTensors<T extends NamedShape>(all: readonly T[], names: readonly string[]): T[] {
  const layers = all.map(({ name }) => roleOf(name)?.layer);
  const known = [...new Set(layers)].filter((name) => name !== undefined);
  names.forEach((name, index) => {
    const fault = !known.includes(name) ? 'not in the file' : 'there twice';
    if (known.includes(name) && names.indexOf(name) === index) return;
    throw new DataError(
      `the option layers names ${JSON.stringify(name)}, which is ${fault}, but must name layers of ${showList(known)}, each once`,
    );
  });
  return all.filter((_, index) => layers[index] !== undefined && names.includes(layers[index]));
}

function roleOf(name: string): TensorRole | null {
  return name.length <= LONGEST_NAME ? tensorRole(name) : null;
}

/** Pairs weights and biases, or lists every tensor that is neither. */
function collectLayers<T extends NamedShape>(tensors: readonly T[]): Candidate<T>[] {
  const layers = new Map<string, Partial<Record<'weight' | 'bias', T>>>();
  const orders = new Map<string, TensorRole['order']>();
  const faults: string[] = [];
  for (const tensor of tensors) {
    const role = roleOf(tensor.name);
    const fault = role ? shapeFault(role, tensor) : 'is no weight or bias by its name';
    if (!role || fault !== null) {
      faults.push(`${showTensor(tensor)} ${fault ?? ''}`);
      continue;
    }
    const { layer: name, part, order } = role;
    const layer = layers.get(name) ?? {};
    const other = layer[part];
    if (other) faults.push(`${showTensor(tensor)} is the same layer's ${part} as ${other.name}`);
    layer[part] = tensor;
    if (part === 'weight') orders.set(name, order);
    layers.set(name, layer);
  }
  for (const { weight, bias } of layers.values()) {
    if (!weight && bias) faults.push(`${showTensor(bias)} has no weight beside it`);
  }
  if (faults.length > 0) {
    throw new DataError(
      `the file holds more than a plain stack of dense layers: ${showList(faults)}. ${FIX}`,
    );
  }
  if (layers.size === 0) {
    throw new DataError('the file holds no tensor, but must hold the weights of a network');
  }
  if (layers.size > MAXIMAL_LAYER_COUNT) {
    throw new DataError(
      `the file holds ${layers.size} layers, but a network may have ${MAXIMAL_LAYER_COUNT} at most`,
    );
  }
  return [...layers].map(([name, { weight, bias = null }]) => {
    return { name, weight: weight!, order: orders.get(name)!, bias };
  });
}

/** Longer names are none that frameworks give, and cost time to compare. */
const LONGEST_NAME = 200;

const FIX =
  'Save the dense layers alone, name them in the option layers, or save the whole network as ONNX';

function notPlain(fault: string, tensors: readonly NamedShape[]): DataError {
  return new DataError(
    `the tensors are no plain stack of dense layers: ${fault} ${showList(tensors.map(showTensor))}. ${FIX}`,
  );
}

function shapeFault({ part }: TensorRole, { shape }: NamedShape): string | null {
  const dimensions = part === 'weight' ? 2 : 1;
  if (shape.length !== dimensions) {
    return `has ${countOf(shape.length, 'dimension')}, but the ${part} of a dense layer has ${dimensions}`;
  }
  return shape.includes(0) ? 'is empty' : null;
}

/** For every way in which the weights may be stored, likeliest first: the order of each. */
function weightOrders<T extends NamedShape>(
  candidates: readonly Candidate<T>[],
  { weightOrder }: StackOptions,
): WeightOrder[][] {
  if (weightOrder !== undefined) {
    if (weightOrder !== 'out-in' && weightOrder !== 'in-out') {
      throw new DataError(
        `weightOrder is ${JSON.stringify(weightOrder)}, but must be out-in or in-out`,
      );
    }
    return [candidates.map(() => weightOrder)];
  }
  const named = candidates.map(({ order }) => (order === 'unknown' ? 'out-in' : order));
  return [named, named.map((order) => (order === 'out-in' ? 'in-out' : 'out-in'))];
}

function orient<T extends NamedShape>(
  candidates: readonly Candidate<T>[],
  orders: readonly WeightOrder[],
): StackLayer<T>[] {
  return candidates.map(({ name, weight, bias }, i) => {
    const [rows, columns] = weight.shape;
    const [width, inputWidth] = orders[i] === 'out-in' ? [rows, columns] : [columns, rows];
    return { name, weight, bias, inputWidth, width, weightOrder: orders[i] };
  });
}

function biasFault<T extends NamedShape>(layers: readonly StackLayer<T>[]): string | null {
  const wrong = layers.find(({ bias, width }) => bias !== null && bias.shape[0] !== width);
  if (!wrong) return null;
  const { weight, bias, width, weightOrder } = wrong;
  return `${showTensor(bias!)} does not fit ${showTensor(weight)}, stored ${showOrder(weightOrder)}, which needs ${width} numbers`;
}

/**
 * Why weights cannot be stored against their names: without a bias that says so, layers in reverse order
 * would look the same.
 */
function contradiction<T extends NamedShape>(
  candidates: readonly Candidate<T>[],
  layers: readonly StackLayer<T>[],
): string | null {
  const isNamed = candidates.every(({ order }) => order !== 'unknown');
  const isProved = layers.some(({ bias, width, inputWidth }) => bias && width !== inputWidth);
  return isNamed && !isProved ? 'names and shapes contradict each other' : null;
}

function showNames<T extends NamedShape>(layers: readonly StackLayer<T>[]): string {
  return showList(layers.map(({ name, weight }) => shorten(name || weight.name)));
}

function showOrder(order: WeightOrder): string {
  return order === 'out-in' ? '[out][in]' : '[in][out]';
}
