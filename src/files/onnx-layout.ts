import { showAxes } from './show.ts';
import { broadcast, type Budget, type Constant } from './onnx-tensor.ts';

/**
 * How a tensor of the graph holds one column a point: the lengths of its axes, one of which may count
 * points. `['batch', 3, 4]` holds columns of 12 numbers, row-major.
 */
export interface Layout {
  /** null: a length that the file leaves open. */
  readonly axes: readonly Axis[];
  /** Number of points that the file fixes; null if it leaves it open. */
  readonly batchLength: number | null;
}

/** Most axes of a tensor, and most lengths in a list of them. */
export const MAXIMAL_RANK = 64;

export type Axis = number | null | 'batch';

/** A layout, or why there is none. */
export type LayoutResult = Layout | string;

/** One number for all entries of a column, or one for each. */
export type Factor = number | Float64Array;

/** Layout of a graph input: the first axis of several counts points, unless the last is the open one. */
export function inputLayout(shape: readonly (number | null)[] | null): Layout {
  if (shape === null) return { axes: ['batch', null], batchLength: null };
  if (shape.length < 2) return { axes: shape, batchLength: null };
  const [first, ...rest] = shape;
  if (shape.length === 2 && rest[0] === null && first !== null && first > 1) {
    return { axes: [first, 'batch'], batchLength: null };
  }
  return { axes: ['batch', ...rest], batchLength: first };
}

export function showLayout({ axes }: Layout): string {
  return showAxes(axes.map((axis) => (axis === 'batch' ? 'n' : axis)));
}

/** Numbers a column; null if that is open. */
export function layoutWidth({ axes }: Layout): number | null {
  let width = 1;
  for (const axis of axes) {
    if (axis === null) return null;
    if (axis !== 'batch') width *= axis;
  }
  return width;
}

/** Lengths of all axes, as the operator Shape gives them; null where open. */
export function layoutSizes({ axes, batchLength }: Layout): (number | null)[] {
  return axes.map((axis) => (axis === 'batch' ? batchLength : axis));
}

/**
 * A constant that is broadcast along columns, one value for each entry or one for all. Vectors go on the
 * budget: those of every node of a chain, or of a wide input, could take far more memory than the file.
 *
 * @returns null if it does not fit, differs from point to point, or would make columns longer.
 */
export function alongColumn(
  constant: Constant,
  layout: Layout,
  budget: Budget,
  place: string,
): { readonly factor: Factor; readonly layout: Layout } | null {
  const { shape, values } = constant;
  if (values.length === 0) return null;
  const axes = [...layout.axes];
  let { batchLength } = layout;
  while (axes.length < shape.length) {
    if (axes.includes('batch')) axes.unshift(1);
    else {
      axes.unshift('batch');
      batchLength = 1;
    }
  }
  const start = axes.length - shape.length;
  for (const [i, length] of shape.entries()) {
    const axis = axes[start + i];
    if (length === 1 || axis === length) continue;
    if (axis !== null) return null;
    axes[start + i] = length;
  }
  const fitted = { axes, batchLength };
  const first = values[0];
  if (Array.prototype.every.call(values, (value) => value === first)) {
    return { factor: first, layout: fitted };
  }
  const width = layoutWidth(fitted);
  if (width === null) return null;
  budget.spend(4 * width, place);
  const read = broadcast(
    constant,
    axes.map((axis) => (axis === 'batch' ? 1 : axis!)),
  );
  return { factor: Float64Array.from({ length: width }, (_, i) => read(i)), layout: fitted };
}

/**
 * Columns in another shape, entries in the same order.
 *
 * @param target - lengths as of the operator Reshape: −1 is what is left, 0 as it was (unless
 *   `keepsZero`), null open, which can only be the number of points.
 */
export function reshape(
  layout: Layout,
  target: readonly (number | null)[],
  keepsZero: boolean,
): LayoutResult {
  const { axes, batchLength } = layout;
  const fault = `${showLayout(layout)} into ${showAxes(target)} does not keep one column a point`;
  const width = layoutWidth(layout);
  const wanted = target.map((length, i): Axis => {
    if (length === null) return 'batch';
    return length === 0 && !keepsZero ? (axes[i] ?? null) : length;
  });
  if (axes.includes('batch')) {
    if (axes[0] !== 'batch') return fault;
    const [first, ...rest] = wanted;
    const isBatch = first === 'batch' || first === (batchLength ?? 1);
    if (isBatch || first === -1) {
      const features = fillAxes(rest, width);
      const isOpen = first === -1 && rest.includes(-1);
      if (features && !isOpen) return { axes: ['batch', ...features], batchLength };
    }
    if (batchLength !== 1) return fault;
  }
  const features = fillAxes(wanted, width);
  if (!features) return fault;
  return features.length > 1 && features[0] === 1
    ? { axes: ['batch', ...features.slice(1)], batchLength: 1 }
    : { axes: features, batchLength: null };
}

/** Axes of one column of a known or open width, −1 filled in; null if they do not fit. */
function fillAxes(axes: readonly Axis[], width: number | null): (number | null)[] | null {
  const known = axes.reduce<number>((product, axis) => {
    return typeof axis === 'number' && axis !== -1 ? product * axis : product;
  }, 1);
  if (axes.includes('batch') || axes.indexOf(-1) !== axes.lastIndexOf(-1) || known < 1) return null;
  if (axes.includes(null) || width === null) {
    return axes.map((axis) => (axis === -1 ? null : (axis as number | null)));
  }
  if (!axes.includes(-1)) return known === width ? (axes as number[]) : null;
  return width % known === 0
    ? axes.map((axis) => (axis === -1 ? width / known : Number(axis)))
    : null;
}

/** Columns as one axis: operator Flatten. */
export function flatten(layout: Layout, axis: number): LayoutResult {
  const { axes, batchLength } = layout;
  const split = axis < 0 ? axis + axes.length : axis;
  const width = layoutWidth(layout);
  const before = axes.slice(0, split);
  const isBatch = axes[0] === 'batch' && before.slice(1).every((length) => length === 1);
  if (isBatch && split > 0) return { axes: ['batch', width], batchLength };
  const isSingle = !axes.includes('batch') || batchLength === 1;
  if (isSingle && before.every((length) => length === 1 || length === 'batch')) {
    return { axes: ['batch', width], batchLength: 1 };
  }
  return `${showLayout(layout)} from axis ${axis} on does not keep one column a point`;
}

/** Without axes of length 1: operator Squeeze. */
export function squeeze(layout: Layout, removed: readonly number[] | null): LayoutResult {
  const { axes, batchLength } = layout;
  const places = removed?.map((axis) => (axis < 0 ? axis + axes.length : axis));
  const isSingle = (axis: Axis): boolean => axis === 1 || (axis === 'batch' && batchLength === 1);
  const wrong = places?.find((place) => !(place in axes) || !isSingle(axes[place]));
  if (wrong !== undefined) return `axis ${wrong} of ${showLayout(layout)} has no length of 1`;
  const kept = axes.filter((axis, i) => (places ? !places.includes(i) : !isSingle(axis)));
  return { axes: kept, batchLength: kept.includes('batch') ? batchLength : null };
}

/** With new axes of length 1, at their places in the result: operator Unsqueeze. */
export function unsqueeze(layout: Layout, added: readonly number[]): LayoutResult {
  const rank = layout.axes.length + added.length;
  const places = new Set(added.map((axis) => (axis < 0 ? axis + rank : axis)));
  if (rank > MAXIMAL_RANK) return `${rank} axes are more than any network needs`;
  if (places.size < added.length || [...places].some((place) => place < 0 || place >= rank)) {
    return `new axes ${showAxes(added)} do not fit ${showLayout(layout)}`;
  }
  const axes: Axis[] = [];
  let next = 0;
  for (let place = 0; place < rank; place++) {
    axes.push(places.has(place) ? 1 : layout.axes[next++]);
  }
  if (axes.includes('batch') || axes[0] !== 1) return { axes, batchLength: layout.batchLength };
  return { axes: ['batch', ...axes.slice(1)], batchLength: 1 };
}

/** Axes in another order, which must leave the entries of columns in theirs: operator Transpose. */
export function permute(layout: Layout, order: readonly number[]): LayoutResult {
  const { axes, batchLength } = layout;
  if (order.length !== axes.length || axes.some((_, i) => !order.includes(i))) {
    return `order ${showAxes(order)} does not fit ${showLayout(layout)}`;
  }
  const moved = order.filter((place) => axes[place] !== 1 && axes[place] !== 'batch');
  if (moved.some((place, i) => i > 0 && moved[i - 1] > place)) {
    return `it changes the order of the entries of ${showLayout(layout)}; transpose the inputs before the network instead`;
  }
  return { axes: order.map((place) => axes[place]), batchLength };
}

/**
 * The axis that a matrix product sums over becomes one of `width`, or none.
 *
 * @param place - index of that axis.
 * @returns why not: the product would act on parts of a column.
 */
export function contract(
  layout: Layout,
  place: number,
  inputWidth: number,
  width: number | null,
): LayoutResult {
  const { axes, batchLength } = layout;
  const axis = axes[place];
  if (axis === 'batch' || (axis !== null && axis !== inputWidth)) {
    return `the matrix takes columns of ${inputWidth}, but the tensor is ${showLayout(layout)}`;
  }
  if (axes.some((other, i) => i !== place && other !== 1 && other !== 'batch')) {
    return `it acts on axis ${place} of ${showLayout(layout)} alone; flatten the inputs before it`;
  }
  const result = [...axes];
  result.splice(place, 1, ...(width === null ? [] : [width]));
  return { axes: result, batchLength };
}
