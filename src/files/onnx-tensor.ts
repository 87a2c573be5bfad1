import { decodeBfloat16, decodeFloat16 } from './float-formats.ts';
import { assert, DataError } from '../errors.ts';
import { quote, showAxes } from './show.ts';
import type { OnnxTensor } from './onnx-model.ts';

/** A tensor whose values are known, row-major. */
export interface Constant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  /** Unit roundoff of the numbers as they were stored; 0 for float64 and integers. */
  readonly unit: number;
}

/** Files that hold tensors of a model, by the name that the model gives them. */
export type ExternalData = ReadonlyMap<string, Uint8Array>;

/** Memory and work that a file of this size may ask for; shared by all that reads it. */
export class Budget {
  private left: number;

  /** @param byteLength - of the model with its external data. */
  constructor(byteLength: number) {
    this.left = 8 * byteLength + 2 ** 22;
  }

  /** @throws DataError once more numbers have been asked for than any honest file needs. */
  spend(count: number, place: string): void {
    this.left -= count;
    if (this.left < 0) {
      throw new DataError(
        `${place}: the file asks for far more numbers than it holds; simplify the model (onnxsim) and try again`,
      );
    }
  }
}

interface ElementType {
  readonly name: string;
  readonly byteLength: number;
  readonly unit: number;
  read(view: DataView, offset: number): number;
  /** What `*_data` fields hold, if that is not the number itself. */
  fromField?(value: number): number;
}

function integerType(
  name: string,
  byteLength: number,
  read: (view: DataView, offset: number) => number,
): ElementType {
  return { name, byteLength, unit: 0, read };
}

/** TensorProto.DataType -> how its numbers are stored. */
const ELEMENT_TYPES: Readonly<Record<number, ElementType>> = {
  1: { name: 'FLOAT', byteLength: 4, unit: 2 ** -24, read: (v, o) => v.getFloat32(o, true) },
  2: integerType('UINT8', 1, (v, o) => v.getUint8(o)),
  3: integerType('INT8', 1, (v, o) => v.getInt8(o)),
  4: integerType('UINT16', 2, (v, o) => v.getUint16(o, true)),
  5: integerType('INT16', 2, (v, o) => v.getInt16(o, true)),
  6: integerType('INT32', 4, (v, o) => v.getInt32(o, true)),
  7: integerType('INT64', 8, (v, o) => Number(v.getBigInt64(o, true))),
  9: integerType('BOOL', 1, (v, o) => v.getUint8(o)),
  10: {
    name: 'FLOAT16',
    byteLength: 2,
    unit: 2 ** -11,
    read: (v, o) => decodeFloat16(v.getUint16(o, true)),
    fromField: decodeFloat16,
  },
  11: { name: 'DOUBLE', byteLength: 8, unit: 0, read: (v, o) => v.getFloat64(o, true) },
  12: integerType('UINT32', 4, (v, o) => v.getUint32(o, true)),
  13: integerType('UINT64', 8, (v, o) => Number(v.getBigUint64(o, true))),
  16: {
    name: 'BFLOAT16',
    byteLength: 2,
    unit: 2 ** -8,
    read: (v, o) => decodeBfloat16(v.getUint16(o, true)),
    fromField: decodeBfloat16,
  },
};

const FLOAT_TYPES = [1, 10, 11, 16];

export function isFloatType(type: number): boolean {
  return FLOAT_TYPES.includes(type);
}

/**
 * The numbers of a tensor, wherever the file keeps them.
 *
 * @throws DataError naming the tensor if type, shape and bytes do not fit, or its file is not there.
 */
export function readConstant(
  tensor: OnnxTensor,
  place: string,
  externalData: ExternalData,
  budget: Budget,
): Constant {
  const { name, shape } = tensor;
  const type = Object.hasOwn(ELEMENT_TYPES, tensor.type) ? ELEMENT_TYPES[tensor.type] : null;
  if (!type) {
    const wanted = Object.values(ELEMENT_TYPES).map((known) => known.name);
    throw new DataError(
      `${place} has data type ${tensor.type}, but must have one of ${wanted.join(', ')}; save the model in float32`,
    );
  }
  const count = elementCount(shape, place);
  const { unit } = type;
  if (!tensor.external && !tensor.raw) {
    const { numbers } = tensor;
    if (numbers.length !== count) {
      throw new DataError(
        `${place} has ${numbers.length} numbers, but its shape ${showAxes(shape)} needs ${count}`,
      );
    }
    const values = type.fromField ? numbers.map(type.fromField) : numbers;
    return { name, shape, values, unit };
  }
  const byteLength = count * type.byteLength;
  const bytes = tensor.external
    ? externalBytes(tensor.external, place, externalData, byteLength)
    : tensor.raw!;
  if (bytes.length !== byteLength) {
    throw new DataError(
      `${place} has ${bytes.length} bytes, but ${type.name} of shape ${showAxes(shape)} needs ${byteLength}`,
    );
  }
  budget.spend(count, place);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = unit > 0 ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = type.read(view, i * type.byteLength);
  return { name, shape, values, unit };
}

/** @throws DataError if a length is negative, or the product is no exact number. */
function elementCount(shape: readonly number[], place: string): number {
  let count = 1;
  for (const length of shape) {
    count *= length;
    if (length < 0 || !Number.isSafeInteger(count * 8)) {
      throw new DataError(
        `${place} has shape ${showAxes(shape)}, but lengths must be at least 0 and the bytes countable`,
      );
    }
  }
  return count;
}

function externalBytes(
  entries: ReadonlyMap<string, string>,
  place: string,
  externalData: ExternalData,
  wantedLength: number,
): Uint8Array {
  const location = entries.get('location') ?? '';
  const file = externalData.get(location) ?? externalData.get(location.split(/[/\\]/).at(-1)!);
  if (!file) {
    const given = [...externalData.keys()].map(quote);
    const found = given.length > 0 ? `only ${given.join(', ')} given` : 'no such file is given';
    throw new DataError(
      `${place} lies in the file ${quote(location)}, but ${found}: give the model together with ${quote(location)}`,
    );
  }
  const offset = readLength(entries, 'offset', 0, place);
  const length = readLength(entries, 'length', wantedLength, place);
  if (offset + length > file.length) {
    throw new DataError(
      `${place} lies at bytes ${offset} to ${offset + length} of ${quote(location)}, which has ${file.length}: is it the file that belongs to this model, and complete?`,
    );
  }
  return file.subarray(offset, offset + length);
}

function readLength(
  entries: ReadonlyMap<string, string>,
  key: string,
  absent: number,
  place: string,
): number {
  const text = entries.get(key);
  if (text === undefined) return absent;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new DataError(`${place} has the ${key} ${quote(text)}, but must have a number of bytes`);
}

/**
 * Function of one or more constants, element by element, with NumPy's broadcasting.
 *
 * @returns null if the shapes do not go together.
 */
export function mapConstants(
  name: string,
  operands: readonly Constant[],
  budget: Budget,
  compute: (...values: number[]) => number,
): Constant | null {
  const rank = Math.max(...operands.map(({ shape }) => shape.length));
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const lengths = operands.map(
      (operand) => operand.shape[axis + operand.shape.length - rank] ?? 1,
    );
    const length = lengths.find((other) => other !== 1) ?? 1;
    if (lengths.some((other) => other !== 1 && other !== length)) return null;
    shape.push(length);
  }
  const count = elementCount(shape, name);
  budget.spend(count * operands.length, name);
  const values = new Float64Array(count);
  const readers = operands.map((operand) => broadcast(operand, shape));
  for (let i = 0; i < count; i++) values[i] = compute(...readers.map((read) => read(i)));
  return { name, shape, values, unit: Math.max(...operands.map(({ unit }) => unit)) };
}

/** Reads a constant as if it had a larger shape, by the index into that. */
export function broadcast(
  { shape, values }: Constant,
  target: readonly number[],
): (index: number) => number {
  if (values.length === 1) return () => values[0];
  const strides: [period: number, length: number, stride: number][] = [];
  let period = 1;
  let stride = 1;
  for (let axis = target.length - 1; axis >= 0; axis--) {
    const length = shape[axis + shape.length - target.length] ?? 1;
    if (length > 1) strides.push([period, length, stride]);
    period *= target[axis];
    stride *= length;
  }
  return (index) => {
    let place = 0;
    for (const [step, length, by] of strides) place += (Math.trunc(index / step) % length) * by;
    return values[place];
  };
}

/** Axes in another order: axis i of the result is axis `order[i]`. */
export function transpose(constant: Constant, order: readonly number[], budget: Budget): Constant {
  const { name, shape, values, unit } = constant;
  assert(order.length === shape.length, 'transpose needs an order of all axes');
  budget.spend(values.length, name);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const target = order.map((axis) => shape[axis]);
  const moved = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    let rest = i;
    let place = 0;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      place += (rest % target[axis]) * strides[order[axis]];
      rest = Math.trunc(rest / target[axis]);
    }
    moved[i] = values[place];
  }
  return { name, shape: target, values: moved, unit };
}

/** @throws DataError if a value is NaN or infinite. */
export function checkFinite({ name, shape, values }: Constant, place: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new DataError(
      `${place}: ${quote(name)} ${showAxes(shape)} is ${values[i]} at index ${i}, but must be finite (did training diverge?)`,
    );
  }
}
