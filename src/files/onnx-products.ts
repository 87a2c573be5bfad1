import { multiplyColumn, scaleColumn, type Column, type Matrix } from './onnx-column.ts';
import { alongColumn, contract, permute, showLayout } from './onnx-layout.ts';
import { showAxes } from './show.ts';
import { checkFinite, mapConstants, type Constant } from './onnx-tensor.ts';
import {
  columnValue,
  floatAttribute,
  integerAttribute,
  refuse,
  type Call,
  type Fault,
  type Rule,
  type Value,
} from './onnx-value.ts';

/** Rules of the operators that multiply columns by constants. */
export const PRODUCT_RULES: Readonly<Record<string, Rule>> = {
  MatMul: multiply,
  Gemm: gemm,
  BatchNormalization: normaliseBatch,
  'ai.onnx.ml:Scaler': scale,
};

/** The constant that a node multiplies with, or why there is none. */
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
    return refuse(`its matrix has shape ${showAxes(shape)}, but must have rows and columns`);
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
function affine(
  { place, budget }: Call,
  column: Column,
  factor: Constant | null,
  shift: Constant,
): Value {
  checkFinite(shift, place);
  if (factor) checkFinite(factor, place);
  const shifts = alongColumn(shift, column.layout, budget, place);
  const scales = factor ? alongColumn(factor, column.layout, budget, place) : { factor: 1 };
  if (!shifts || !scales) {
    return refuse(
      `a constant ${showAxes(shift.shape)} does not go with ${showLayout(column.layout)}`,
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
