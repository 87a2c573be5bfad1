import { assert } from '../errors.ts';
import {
  flatten,
  layoutSizes,
  MAXIMAL_RANK,
  permute,
  reshape,
  squeeze,
  unsqueeze,
  type Layout,
  type LayoutResult,
} from './onnx-layout.ts';
import { showAxes } from './show.ts';
import { transpose } from './onnx-tensor.ts';
import {
  columnValue,
  constantValue,
  integerAttribute,
  readAxes,
  readSizes,
  refuse,
  type Call,
  type Rule,
  type Value,
} from './onnx-value.ts';

/** Rules of the operators that change shapes, or compute them. */
export const SHAPE_RULES: Readonly<Record<string, Rule>> = {
  Reshape: applyReshape,
  Flatten: applyFlatten,
  Squeeze: applySqueeze,
  Unsqueeze: applyUnsqueeze,
  Transpose: applyTranspose,
  Shape: shapeOf,
  Gather: gather,
  Slice: slice,
};

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

function applyFlatten(call: Call): Value {
  const axis = integerAttribute(call.node, 'axis', 1);
  return relayout(call, (layout) => flatten(layout, axis));
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
  if (!isOrder) return refuse(`order ${showAxes(order)} does not fit ${showAxes(constant.shape)}`);
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

/** Lists of lengths, one after the other. */
export function joinSizes({ inputs }: Call): Value {
  const lists = inputs.map(readSizes);
  if (lists.some((list) => list === null)) return refuse('it joins constants');
  const sizes = lists.flatMap((list) => list!);
  if (sizes.length > MAXIMAL_RANK) return refuse('it joins more lengths than a shape has');
  return { kind: 'sizes', sizes };
}
