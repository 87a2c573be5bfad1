import { assert } from '../errors.ts';
import {
  appendNode,
  haveSameAnchor,
  multiplyColumn,
  scaleColumn,
  type Column,
  type Matrix,
} from './onnx-column.ts';
import { evaluateCurve } from './onnx-curve.ts';
import { describeJoin, ELEMENTWISE_RULES } from './onnx-elementwise.ts';
import {
  alongColumn,
  contract,
  flatten,
  layoutSizes,
  layoutWidth,
  MAXIMAL_RANK,
  permute,
  reshape,
  showLayout,
  squeeze,
  unsqueeze,
  type Layout,
  type LayoutResult,
} from './onnx-layout.ts';
import { quote, showShape } from './onnx-messages.ts';
import { checkFinite, isFloatType, mapConstants, transpose, type Constant } from './onnx-tensor.ts';
import {
  columnValue,
  constantValue,
  floatAttribute,
  integerAttribute,
  readAxes,
  readSizes,
  refuse,
  type Call,
  type Fault,
  type Rule,
  type Value,
} from './onnx-value.ts';

/** Passes its first input on. */
const pass: Rule = ({ inputs: [input] }) => input ?? refuse('it has no input');

/** Rules of the operators that are read, by name; those of other domains as `domain:name`. */
export const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...Object.entries(ELEMENTWISE_RULES),
  ['MatMul', multiply],
  ['Gemm', gemm],
  ['BatchNormalization', normaliseBatch],
  ['ai.onnx.ml:Scaler', scale],
  ['Identity', pass],
  ['Dropout', dropout],
  ['Cast', cast],
  ['CastLike', pass],
  ['Reshape', applyReshape],
  [
    'Flatten',
    (call) => relayout(call, (layout) => flatten(layout, integerAttribute(call.node, 'axis', 1))),
  ],
  ['Squeeze', applySqueeze],
  ['Unsqueeze', applyUnsqueeze],
  ['Transpose', applyTranspose],
  ['Shape', shapeOf],
  ['Gather', gather],
  ['Slice', slice],
  ['Concat', concatenate],
]);

/** Operators that make probabilities or labels of scores. */
export const TAIL_STARTS: ReadonlySet<string> = new Set([
  'Softmax',
  'LogSoftmax',
  'Hardmax',
  'ArgMax',
  'ArgMin',
  'TopK',
  'ai.onnx.ml:ZipMap',
  'ai.onnx.ml:ArrayFeatureExtractor',
  'ai.onnx.ml:Binarizer',
]);

/** Operators that may follow those. */
export const TAIL_FOLLOWERS: ReadonlySet<string> = new Set([
  ...TAIL_STARTS,
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Neg',
  'Log',
  'Clip',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Where',
  'Identity',
  'Cast',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Gather',
  'Slice',
  'Concat',
  'Equal',
  'Not',
  'ReduceMax',
  'ai.onnx.ml:LabelEncoder',
]);

export function operatorKey(operator: string, domain: string): string {
  return domain === '' ? operator : `${domain}:${operator}`;
}

/** What to do about an operator that is not read. */
export function adviceFor(operator: string, domain: string): string {
  if (domain !== '' && domain !== 'ai.onnx.ml') {
    return `the domain ${quote(domain)} is not read; export with standard operators only`;
  }
  if (/Conv|Pool/.test(operator)) return 'convolutions are not read, only dense layers';
  if (/^(LSTM|GRU|RNN|Loop|Scan|If)$/.test(operator)) {
    return 'loops and recurrent layers are not read, only dense layers';
  }
  if (/Normalization|^LpNorm|Normalizer/.test(operator)) {
    return 'this normalisation depends on the whole layer and is not read; only BatchNormalization folds into dense layers';
  }
  if (/Quantize|QLinear|Integer$/.test(operator)) {
    return 'quantised networks are not read; export before quantising';
  }
  if (/^(Split|GatherElements|Pad|Expand|Tile|Einsum|Attention)$/.test(operator)) {
    return 'only whole layers are read; write it with Linear layers';
  }
  if (/Soft|Hard|Mish|Thresholded|Shrink|Cos|Atan|Sign/.test(operator)) {
    return 'this activation is not known; use tanh, sigmoid, relu, leaky relu, elu, selu, celu, gelu, silu, softplus or sin';
  }
  return 'this operator is not read; cut it off the model (onnx.utils.extract_model) or write it with Linear layers';
}

/** `[matrix, its tensor]` for messages, or why there is none. */
function readMatrix({ inputs, budget, place }: Call, index: number): Constant | Fault {
  const input = inputs[index];
  if (input?.kind !== 'constant') {
    return refuse(
      'it multiplies two tensors that depend on the inputs; only constant weights are read',
    );
  }
  const constant = input.read();
  const { shape } = constant;
  if (shape.length > 2 || shape.length < 1 || shape.includes(0)) {
    return refuse(`its matrix has shape ${showShape(shape)}, but must have rows and columns`);
  }
  budget.spend(constant.values.length, place);
  checkFinite(constant, place);
  return constant;
}

/** W of y = W x, from a constant that holds it as it is or transposed. */
function asMatrix(
  { name, shape, values }: Constant,
  isTransposed: boolean,
  factor: number,
): Matrix {
  // A vector is one row of W, either way.
  const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
  const isSwapped = isTransposed && shape.length === 2;
  const stored = { name, values, rows, columns, rowStride: columns, columnStride: 1, factor };
  if (!isSwapped) return stored;
  return { ...stored, rows: columns, columns: rows, rowStride: 1, columnStride: columns };
}

function product(
  column: Column,
  place: string,
  matrix: Matrix,
  axis: number,
  keepsAxis: boolean,
): Column | Fault {
  const width = keepsAxis ? matrix.rows : null;
  const layout = contract(column.layout, axis, matrix.columns, width);
  if (typeof layout === 'string') return refuse(layout);
  return multiplyColumn(column, place, matrix, layout);
}

function multiply(call: Call): Value {
  const { inputs, place } = call;
  const [left, right] = inputs;
  const index = left?.kind === 'column' ? 0 : 1;
  const input = inputs[index];
  if (input?.kind !== 'column' || !left || !right) {
    return refuse('a product of two constants is not folded; simplify the model (onnxsim)');
  }
  const { column } = input;
  const constant = readMatrix(call, 1 - index);
  if ('kind' in constant) return constant;
  const rank = column.layout.axes.length;
  // x W sums over the last axis of x, W x over the last but one.
  const axis = index === 0 || rank === 1 ? rank - 1 : rank - 2;
  const matrix = asMatrix(constant, index === 0, 1);
  const result = product(column, place, matrix, axis, constant.shape.length === 2);
  return 'kind' in result ? result : columnValue(result);
}

/** alpha A′ B′ + beta C */
function gemm(call: Call): Value {
  const { node, inputs, place, budget } = call;
  const [left, , bias] = inputs;
  const index = left?.kind === 'column' ? 0 : 1;
  const input = inputs[index];
  if (input?.kind !== 'column') {
    return refuse('a product of two constants is not folded; simplify the model (onnxsim)');
  }
  const { column } = input;
  const constant = readMatrix(call, 1 - index);
  if ('kind' in constant) return constant;
  const swaps = [integerAttribute(node, 'transA', 0), integerAttribute(node, 'transB', 0)];
  const layout = swaps[index] ? permute(column.layout, [1, 0]) : column.layout;
  if (typeof layout === 'string') return refuse(layout);
  if (layout.axes.length !== 2 || constant.shape.length !== 2) {
    return refuse(`its inputs must be matrices, but one is ${showLayout(layout)}`);
  }
  // x W has the points in rows, W x in columns.
  const isTransposed = (index === 0) !== Boolean(swaps[1 - index]);
  const matrix = asMatrix(constant, isTransposed, floatAttribute(node, 'alpha', 1));
  const result = product({ ...column, layout }, place, matrix, 1 - index, true);
  if ('kind' in result || !bias) return 'kind' in result ? result : columnValue(result);
  if (bias.kind !== 'constant') return refuse('its bias depends on the inputs');
  const added = bias.read();
  const beta = floatAttribute(node, 'beta', 1);
  const scaled = mapConstants(added.name, [added], budget, (value) => beta * value)!;
  return affine(call, result, null, scaled);
}

/** scale·column + shift of constants that are broadcast. */
function affine({ place }: Call, column: Column, factor: Constant | null, shift: Constant): Value {
  checkFinite(shift, place);
  if (factor) checkFinite(factor, place);
  const shifts = alongColumn(shift, column.layout);
  const scales = factor ? alongColumn(factor, column.layout) : { factor: 1 };
  if (!shifts || !scales) {
    return refuse(
      `a constant ${showShape(shift.shape)} does not go with ${showLayout(column.layout)}`,
    );
  }
  const { layout } = shifts;
  const unit = Math.max(shift.unit, factor?.unit ?? 0);
  return columnValue(scaleColumn({ ...column, layout }, place, scales.factor, shifts.factor, unit));
}

/** scale (x − mean) / √(variance + ε) + bias, for each channel. */
function normaliseBatch(call: Call): Value {
  const { node, inputs, place, budget } = call;
  const [input, ...rest] = inputs;
  if (integerAttribute(node, 'training_mode', 0)) {
    return refuse('it is in training mode; export after model.eval()');
  }
  const constants = rest.flatMap((other) => (other?.kind === 'constant' ? [other.read()] : []));
  if (input?.kind !== 'column' || constants.length !== 4) {
    return refuse('its parameters must be constants');
  }
  const { column } = input;
  const channels = constants.map((constant): Constant => {
    // One value for each index of axis 1, or of the only axis.
    const ones = new Array<number>(Math.max(0, column.layout.axes.length - 2)).fill(1);
    return { ...constant, shape: [constant.values.length, ...ones] };
  });
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const [gain, , , variance] = channels;
  const factor = mapConstants(
    place,
    [gain, variance],
    budget,
    (g, v) => g / Math.sqrt(v + epsilon),
  );
  const shift = mapConstants(
    place,
    channels,
    budget,
    (g, b, m, v) => b - (m * g) / Math.sqrt(v + epsilon),
  );
  if (!factor || !shift) return refuse('its parameters differ in length');
  return affine(call, column, factor, shift);
}

/** ai.onnx.ml: (x − offset) · scale */
function scale(call: Call): Value {
  const { node, inputs, place, budget } = call;
  const [input] = inputs;
  if (input?.kind !== 'column') return refuse('it must act on the inputs');
  const read = (name: string, absent: number): Constant => {
    const given = node.attributes.get(name)?.floats ?? [];
    const values = given.length > 0 ? given : [absent];
    return { name, shape: [values.length], values, unit: 2 ** -24 };
  };
  const [offset, factor] = [read('offset', 0), read('scale', 1)];
  const shift = mapConstants(place, [offset, factor], budget, (o, s) => -o * s);
  if (!shift) return refuse('its offset and scale differ in length');
  return affine(call, input.column, factor, shift);
}

function dropout(call: Call): Value {
  const mode = call.inputs[2];
  if (mode?.kind === 'constant' && mode.read().values[0]) {
    return refuse('it is in training mode; export after model.eval()');
  }
  return pass(call);
}

function cast(call: Call): Value {
  const [input] = call.inputs;
  const type = integerAttribute(call.node, 'to', 0);
  if (isFloatType(type) || !input || input.kind === 'sizes') return pass(call);
  if (input.kind === 'column') return refuse('it rounds to whole numbers, which has no slope');
  return constantValue(mapConstants(call.place, [input.read()], call.budget, Math.trunc)!);
}

/** Changes the layout of a column, or the shape of a constant. */
function relayout(call: Call, change: (layout: Layout) => LayoutResult): Value {
  const [input] = call.inputs;
  if (input?.kind === 'sizes') return input;
  if (input?.kind === 'column') {
    const layout = change(input.column.layout);
    return typeof layout === 'string' ? refuse(layout) : columnValue({ ...input.column, layout });
  }
  if (!input) return refuse('it has no input');
  const constant = input.read();
  // Without an axis of points: a row of axes, one of which may be called so, of length 1.
  const layout = change({ axes: constant.shape, batchLength: null });
  if (typeof layout === 'string') return refuse(layout);
  const shape = layout.axes.map((axis) => (axis === 'batch' ? layout.batchLength : axis));
  assert(!shape.includes(null), 'a constant has no open axis');
  return constantValue({ ...constant, shape: shape as number[] });
}

function applyReshape(call: Call): Value {
  const target = readSizes(call.inputs[1]);
  if (!target) return refuse('its target shape is not known from the file');
  const keepsZero = integerAttribute(call.node, 'allowzero', 0) !== 0;
  return relayout(call, (layout) => reshape(layout, target, keepsZero));
}

function applySqueeze(call: Call): Value {
  const axes = readAxes(call, 1);
  if (axes && 'kind' in axes) return axes;
  return relayout(call, (layout) => squeeze(layout, axes ?? null));
}

function applyUnsqueeze(call: Call): Value {
  const axes = readAxes(call, 1);
  if (axes && 'kind' in axes) return axes;
  return relayout(call, (layout) => unsqueeze(layout, axes ?? []));
}

function applyTranspose(call: Call): Value {
  const [input] = call.inputs;
  const perm = call.node.attributes.get('perm')?.integers;
  const orderOf = (rank: number): readonly number[] =>
    perm ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (input?.kind !== 'constant') {
    return relayout(call, (layout) => permute(layout, orderOf(layout.axes.length)));
  }
  const constant = input.read();
  const order = orderOf(constant.shape.length);
  const isOrder =
    order.length === constant.shape.length && constant.shape.every((_, i) => order.includes(i));
  if (!isOrder)
    return refuse(`order ${showShape(order)} does not fit ${showShape(constant.shape)}`);
  return constantValue(transpose(constant, order, call.budget));
}

function shapeOf(call: Call): Value {
  const [input] = call.inputs;
  if (!input || input.kind === 'sizes') return refuse('it asks for the shape of a shape');
  const sizes = input.kind === 'column' ? layoutSizes(input.column.layout) : input.read().shape;
  const start = integerAttribute(call.node, 'start', 0);
  const { attributes } = call.node;
  return { kind: 'sizes', sizes: sizes.slice(start, attributes.get('end')?.integer) };
}

function gather(call: Call): Value {
  const [input, places] = call.inputs;
  const sizes = readSizes(input);
  const picked = readSizes(places);
  if (input?.kind !== 'sizes' || !sizes || !picked) {
    return refuse(
      'it takes part of the inputs; train the network on that part, or give weights of 0',
    );
  }
  return {
    kind: 'sizes',
    sizes: picked.map((place) => sizes.at(place ?? 0) ?? null),
  };
}

function slice(call: Call): Value {
  const [input, starts, ends, , steps] = call.inputs;
  const [start, end] = [readSizes(starts), readSizes(ends)];
  const step = steps ? readSizes(steps)?.[0] : 1;
  if (input?.kind !== 'sizes' || start?.length !== 1 || end?.length !== 1 || step !== 1) {
    return refuse(
      'it takes part of the inputs; train the network on that part, or give weights of 0',
    );
  }
  return { kind: 'sizes', sizes: input.sizes.slice(start[0] ?? 0, end[0] ?? 0) };
}

function concatenate(call: Call): Value {
  const { inputs, place } = call;
  const columns = inputs.flatMap((input) => (input?.kind === 'column' ? [input.column] : []));
  if (columns.length === 0) {
    const lists = inputs.map(readSizes);
    if (lists.some((list) => list === null)) return refuse('it joins constants');
    const sizes = lists.flatMap((list) => list!);
    if (sizes.length > MAXIMAL_RANK) return refuse('it joins more lengths than a shape has');
    return { kind: 'sizes', sizes };
  }
  const [first, second] = columns;
  if (columns.length === 2 && inputs.length === 2 && areComplementary(first, second)) {
    // p and 1 − p of scikit-learn's binary classifiers: the plainer one is the score.
    const size = ({ curve }: Column): number => (curve.kind === 'call' ? curve.size : 0);
    const score = size(first) <= size(second) ? first : second;
    return { kind: 'tail', column: score, dropped: appendNode(null, place) };
  }
  return refuse(
    columns.length < inputs.length
      ? 'it joins columns with constants'
      : describeJoin(first, columns.at(-1)!),
  );
}

/** Whether two tensors of one number a point add up to 1, whatever the point. */
function areComplementary(first: Column, second: Column): boolean {
  if (!haveSameAnchor(first, second)) return false;
  if (layoutWidth(first.layout) !== 1 || layoutWidth(second.layout) !== 1) return false;
  return [-2.9, -0.7, 0.1, 1.3, 4.1].every((u) => {
    return Math.abs(evaluateCurve(first.curve, u) + evaluateCurve(second.curve, u) - 1) < 1e-6;
  });
}
