import { ACTIVATIONS, type ActivationName } from '../math/activations.ts';
import { erfc } from '../math/gaussian.ts';
import { haveSameAnchor, scaleColumn, type Column } from './onnx-column.ts';
import { callCurve, erf, MAXIMAL_CURVE_SIZE, type Curve, type CurveCall } from './onnx-curve.ts';
import { alongColumn, showLayout, type Factor, type Layout } from './onnx-layout.ts';
import type { OnnxNode } from './onnx-model.ts';
import { quote, showAxes } from './show.ts';
import { checkFinite, mapConstants } from './onnx-tensor.ts';
import {
  columnValue,
  constantValue,
  floatAttribute,
  refuse,
  type Call,
  type ConstantValue,
  type Rule,
  type Value,
} from './onnx-value.ts';

type Compute = (...operands: number[]) => number;

/** A function of a node's inputs, entry by entry. */
interface Elementwise {
  compute(node: OnnxNode): Compute;
  /** Values of optional inputs that are left out. */
  readonly absent?: readonly number[];
  /** The activation that it is by itself. */
  activation?(node: OnnxNode): CurveCall['activation'];
}

function plain(compute: Compute): Elementwise {
  return { compute: () => compute };
}

function activation(
  name: ActivationName,
  readAlpha: (node: OnnxNode) => number = () => ACTIVATIONS[name].defaultAlpha,
): Elementwise {
  return {
    compute: (node) => (x) => ACTIVATIONS[name].value(x, readAlpha(node)),
    activation: (node) => ({ name, alpha: readAlpha(node) }),
  };
}

/** Defaults of Selu's attributes, which are float32 in files. */
const SELU_ALPHA = 1.6732632;
const SELU_GAMMA = 1.050701;

const ELEMENTWISE: Readonly<Record<string, Elementwise>> = {
  Add: plain((a, b) => a + b),
  Sub: plain((a, b) => a - b),
  Mul: plain((a, b) => a * b),
  Div: plain((a, b) => a / b),
  Neg: plain((x) => -x),
  Sum: plain((...values) => values.reduce((a, b) => a + b)),
  Pow: plain((a, b) => a ** b),
  Min: plain((...values) => Math.min(...values)),
  Max: plain((...values) => Math.max(...values)),
  Clip: {
    compute(node) {
      const least = floatAttribute(node, 'min', -Infinity);
      const most = floatAttribute(node, 'max', Infinity);
      return (x, min = least, max = most) => Math.min(Math.max(x, min), max);
    },
    absent: [NaN, -Infinity, Infinity],
  },
  Where: plain((condition, a, b) => (condition !== 0 ? a : b)),
  Greater: plain((a, b) => Number(a > b)),
  GreaterOrEqual: plain((a, b) => Number(a >= b)),
  Less: plain((a, b) => Number(a < b)),
  LessOrEqual: plain((a, b) => Number(a <= b)),
  Abs: plain(Math.abs),
  Exp: plain(Math.exp),
  Expm1: plain(Math.expm1),
  Log: plain(Math.log),
  Log1p: plain(Math.log1p),
  Sqrt: plain(Math.sqrt),
  Reciprocal: plain((x) => 1 / x),
  Erf: plain(erf),
  Erfc: plain(erfc),
  PRelu: plain((x, slope) => (x > 0 ? x : slope * x)),
  Tanh: activation('tanh'),
  Sigmoid: activation('sigmoid'),
  Relu: activation('relu'),
  LeakyRelu: activation('leaky-relu', (node) => floatAttribute(node, 'alpha', 0.01)),
  Elu: activation('elu', (node) => floatAttribute(node, 'alpha', 1)),
  Celu: activation('celu', (node) => floatAttribute(node, 'alpha', 1)),
  Softplus: activation('softplus'),
  Sin: activation('sine'),
  Selu: {
    compute(node) {
      const alpha = floatAttribute(node, 'alpha', SELU_ALPHA);
      const gamma = floatAttribute(node, 'gamma', SELU_GAMMA);
      return (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x));
    },
  },
  Gelu: {
    compute: (node) => (x) => ACTIVATIONS[geluName(node)].value(x, 0),
    activation: (node) => ({ name: geluName(node), alpha: 0 }),
  },
  Swish: {
    compute(node) {
      const beta = floatAttribute(node, 'alpha', 1);
      return (x) => x * ACTIVATIONS.sigmoid.value(beta * x, 0);
    },
  },
};

function geluName({ attributes }: OnnxNode): ActivationName {
  return attributes.get('approximate')?.text === 'tanh' ? 'gelu-tanh' : 'gelu';
}

/** Rules of all operators that act entry by entry. */
export const ELEMENTWISE_RULES: Readonly<Record<string, Rule>> = Object.fromEntries(
  Object.entries(ELEMENTWISE).map(([operator, entry]): [string, Rule] => [
    operator,
    (call) => applyElementwise(call, entry),
  ]),
);

function applyElementwise(call: Call, entry: Elementwise): Value {
  const { node, place, budget } = call;
  const compute = entry.compute(node);
  const given = call.inputs.flatMap((input, i) => input ?? absentInput(entry, i) ?? []);
  if (given.length < Math.max(1, compute.length)) return refuse('it has too few inputs');
  if (given.some((input) => input.kind === 'sizes')) return computeSize(given, compute);
  const columns = given.flatMap((input) => (input.kind === 'column' ? [input.column] : []));
  if (columns.length === 0) {
    const operands = given.flatMap((input) => (input.kind === 'constant' ? [input.read()] : []));
    const folded = mapConstants(place, operands, budget, compute);
    const shapes = operands.map(({ shape }) => showAxes(shape)).join(' and ');
    return folded ? constantValue(folded) : refuse(`shapes ${shapes} do not go together`);
  }
  const operands = readOperands(call, given, columns[0]);
  if ('kind' in operands) return operands;
  const line = LINES[node.operator] as LineRule | undefined;
  const scaled = columns.length === 1 && line ? applyLine(call, operands, line) : null;
  const result = scaled ?? applyCurve(call, entry, compute, columns[0], operands);
  const isLong =
    result.kind === 'column' &&
    result.column.curve.kind === 'call' &&
    result.column.curve.size > MAXIMAL_CURVE_SIZE;
  return isLong
    ? refuse(
        `it ends a formula of more than ${MAXIMAL_CURVE_SIZE} terms, which no activation needs`,
      )
    : result;
}

function absentInput({ absent }: Elementwise, index: number): ConstantValue | null {
  if (!absent) return null;
  return constantValue({ name: '', shape: [], values: [absent[index]], unit: 0 });
}

function applyCurve(
  { node, place }: Call,
  entry: Elementwise,
  compute: Compute,
  first: Column,
  operands: Operands,
): Value {
  const curves: Curve[] = [];
  for (const operand of operands.list) {
    if (operand.kind === 'column') {
      if (!haveSameAnchor(operand.column, first)) {
        return refuse(describeJoin(first, operand.column));
      }
      curves.push(operand.column.curve);
    } else if (typeof operand.factor === 'number') {
      curves.push({ kind: 'constant', value: operand.factor, unit: operand.unit });
    } else {
      return refuse('it has a parameter for each entry, which no known activation has');
    }
  }
  const curve = callCurve(place, compute, curves, entry.activation?.(node) ?? null);
  return columnValue({ ...first, curve, layout: operands.layout });
}

/** Why two tensors that depend on the inputs are not read together. */
export function describeJoin({ anchor: a }: Column, { anchor: b }: Column): string {
  if (a.stage.kind === 'input' && b.stage.kind === 'input' && a.stage !== b.stage) {
    const names = `${quote(a.stage.name)} and ${quote(b.stage.name)}`;
    return `it joins the inputs ${names}; give the network one input (if one of them ought to be a constant, the exporter has left its value out, as tf2onnx does for Keras's Normalization)`;
  }
  return 'it joins two branches; only plain stacks of layers are read, no skip connections';
}

type Operand =
  | { readonly kind: 'column'; readonly column: Column }
  | { readonly kind: 'factor'; readonly factor: Factor; readonly unit: number };

interface Operands {
  readonly list: readonly Operand[];
  readonly layout: Layout;
}

/** Inputs, constants broadcast along the columns. */
function readOperands(
  { budget, place }: Call,
  inputs: Call['inputs'],
  first: Column,
): Operands | Value {
  let { layout } = first;
  const list: Operand[] = [];
  for (const input of inputs) {
    if (input?.kind === 'column') {
      if (input.column.layout.axes.length !== layout.axes.length) {
        return refuse(
          `tensors ${showLayout(layout)} and ${showLayout(input.column.layout)} differ in shape`,
        );
      }
      list.push(input);
    } else if (input?.kind === 'constant') {
      const constant = input.read();
      budget.spend(2 * constant.values.length, place);
      const along = alongColumn(constant, layout, budget, place);
      if (!along) {
        return refuse(
          `a constant ${showAxes(constant.shape)} does not go with ${showLayout(layout)}`,
        );
      }
      if (typeof along.factor !== 'number') checkFinite(constant, place);
      layout = along.layout;
      list.push({ kind: 'factor', factor: along.factor, unit: constant.unit });
    }
  }
  return { list, layout };
}

/** Scale and shift of a column that a node with a constant makes; `isFirst`: the column is its first input. */
type LineRule = (factor: Factor, isFirst: boolean) => [scale: Factor, shift: Factor] | null;

const LINES: Readonly<Record<string, LineRule>> = {
  Add: (factor) => [1, factor],
  Sub: (factor, isFirst) => (isFirst ? [1, negate(factor)] : [-1, factor]),
  Mul: (factor) => [factor, 0],
  Div: (factor, isFirst) => (isFirst ? [invert(factor), 0] : null),
  Neg: () => [-1, 0],
};

function negate(factor: Factor): Factor {
  return typeof factor === 'number' ? -factor : factor.map((value) => -value);
}

function invert(factor: Factor): Factor {
  return typeof factor === 'number' ? 1 / factor : factor.map((value) => 1 / value);
}

function applyLine({ place }: Call, { list, layout }: Operands, line: LineRule): Value | null {
  const index = list.findIndex(({ kind }) => kind === 'column');
  const operand = list[index];
  const other = list[1 - index] as Operand | undefined;
  if (operand.kind !== 'column' || list.length > 2 || other?.kind === 'column') return null;
  const lines = line(other?.factor ?? 0, index === 0);
  if (!lines) return null;
  const [scale, shift] = lines;
  if (!isFinite(scale) || !isFinite(shift)) {
    return refuse('it divides by 0 or a number that is not finite');
  }
  return columnValue(
    scaleColumn({ ...operand.column, layout }, place, scale, shift, other?.unit ?? 0),
  );
}

function isFinite(factor: Factor): boolean {
  return typeof factor === 'number' ? Number.isFinite(factor) : factor.every(Number.isFinite);
}

/** Arithmetic with lengths, one at a time, as exporters use it for `x.view(n, c * h)`. */
function computeSize(inputs: Call['inputs'], compute: Compute): Value {
  const operands: number[] = [];
  for (const input of inputs) {
    const sizes = input?.kind === 'sizes' ? input.sizes : readSmall(input);
    if (sizes?.length !== 1) return refuse('it computes with lengths of tensors');
    if (sizes[0] === null) return { kind: 'sizes', sizes: [null] };
    operands.push(sizes[0]);
  }
  return { kind: 'sizes', sizes: [Math.trunc(compute(...operands))] };
}

function readSmall(input: Call['inputs'][number]): ArrayLike<number | null> | null {
  return input?.kind === 'constant' ? input.read().values : null;
}
