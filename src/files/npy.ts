import { DataError } from '../errors.ts';
import { decodeFloat16 } from './float-formats.ts';
import { readNpyHeader, writeNpyHeader } from './npy-header.ts';
import { textsAsNumbers } from './npy-text.ts';
import { shorten, showShape } from './show.ts';

/** Numbers of an array, in the type of the file as far as there is one. */
export type NpyValues =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** An array of any dimension. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Row-major: the last index runs fastest, also where the file has it otherwise. */
  readonly values: NpyValues;
}

interface ElementType {
  readonly byteLength: number;
  /** The numbers in a buffer of their own, which may be taken over. */
  readonly decode: (buffer: ArrayBuffer) => NpyValues;
}

/** Types that are read, by NumPy's names; the bytes in memory are little endian, as they are in files. */
const TYPES: Readonly<Record<string, ElementType>> = {
  '|b1': { byteLength: 1, decode: (buffer) => new Uint8Array(buffer).map((x) => Number(x !== 0)) },
  '|i1': { byteLength: 1, decode: (buffer) => new Int8Array(buffer) },
  '|u1': { byteLength: 1, decode: (buffer) => new Uint8Array(buffer) },
  '<i2': { byteLength: 2, decode: (buffer) => new Int16Array(buffer) },
  '<u2': { byteLength: 2, decode: (buffer) => new Uint16Array(buffer) },
  '<i4': { byteLength: 4, decode: (buffer) => new Int32Array(buffer) },
  '<u4': { byteLength: 4, decode: (buffer) => new Uint32Array(buffer) },
  '<i8': { byteLength: 8, decode: (buffer) => decodeLong(new BigInt64Array(buffer)) },
  '<u8': { byteLength: 8, decode: (buffer) => decodeLong(new BigUint64Array(buffer)) },
  '<f2': {
    byteLength: 2,
    decode: (buffer) => Float32Array.from(new Uint16Array(buffer), decodeFloat16),
  },
  '<f4': { byteLength: 4, decode: (buffer) => new Float32Array(buffer) },
  '<f8': { byteLength: 8, decode: (buffer) => new Float64Array(buffer) },
};

/**
 * Bytes of one number of a type, by NumPy's name, such as `<f4`.
 *
 * @throws DataError if the type is none that is read.
 */
export function npyItemBytes(descr: string): number {
  return elementType(descr).byteLength;
}

/**
 * A stretch of the numbers of a file, in the file's order, for those who read a long file in pieces.
 *
 * @param descr - the type, from `readNpyHeader`.
 * @param bytes - whole numbers of it.
 * @throws DataError as `parseNpy`.
 */
export function decodeNpyValues(descr: string, bytes: Uint8Array): NpyValues {
  const { byteLength, decode } = elementType(descr);
  if (bytes.length % byteLength !== 0) {
    throw new DataError(`${bytes.length} bytes are no whole count of ${descr}`);
  }
  return decode(new Uint8Array(bytes).buffer);
}

/**
 * Reads an array from the bytes of an NPY file; they are untrusted. Truth values come as 0 and 1, float16 as
 * float32, whole numbers of 64 bits as float64, texts of n characters as n code points along one more
 * dimension, 0 where they are shorter.
 *
 * @throws DataError if it is no such file, its type is none of the above or not little endian, its length
 *   does not fit its shape, or a whole number lies beyond 2⁵³.
 */
export function parseNpy(bytes: Uint8Array): NpyArray {
  const { descr, fortranOrder, shape, dataOffset } = textsAsNumbers(readNpyHeader(bytes));
  const needed = countNumbers(shape) * npyItemBytes(descr);
  const found = bytes.length - dataOffset;
  if (found !== needed) {
    throw new DataError(
      `the NPY file has ${found} bytes of numbers, but ${descr} of shape ${showShape(shape)} needs ${needed}${found < needed ? ': was it cut off?' : ''}`,
    );
  }
  const values = decodeNpyValues(descr, bytes.subarray(dataOffset));
  return { shape, values: fortranOrder ? toRowMajor(values, shape) : values };
}

/**
 * Writes an array as NumPy does: row-major, in the type that `values` has.
 *
 * @throws DataError if the values do not fit the shape.
 */
export function writeNpy({ shape, values }: NpyArray): Uint8Array {
  const needed = countNumbers(shape);
  if (values.length !== needed) {
    throw new DataError(
      `${values.length} numbers do not fit shape ${showShape(shape)}, which needs ${needed}`,
    );
  }
  const header = writeNpyHeader(describeType(values), shape);
  const bytes = new Uint8Array(header.length + values.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), header.length);
  return bytes;
}

function elementType(descr: string): ElementType {
  // One byte has no order, and NumPy writes it as `|`; other programs may not.
  const name = /^[<>=][biu]1$/.test(descr) ? `|${descr.slice(1)}` : descr;
  if (Object.hasOwn(TYPES, name)) return TYPES[name];
  const isSwapped = descr.startsWith('>') && Object.hasOwn(TYPES, `<${descr.slice(1)}`);
  const fix = isSwapped ? `x.astype('<${descr.slice(1)}')` : 'x.astype(float)';
  throw new DataError(
    `the NPY file has type ${shorten(descr)}, but must have one of ${Object.keys(TYPES).join(', ')}: save ${fix}`,
  );
}

function countNumbers(shape: readonly number[]): number {
  const count = shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, 1);
  if (8 * count <= Number.MAX_SAFE_INTEGER) return count;
  throw new DataError(`shape ${showShape(shape)} has more numbers than any file holds`);
}

function decodeLong(longs: BigInt64Array | BigUint64Array): Float64Array {
  const values = new Float64Array(longs.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = Number(longs[i]);
    if (Number.isSafeInteger(values[i])) continue;
    throw new DataError(
      `number ${i} of the NPY file is ${longs[i]}, but whole numbers are read up to 2^53: save x.astype(float)`,
    );
  }
  return values;
}

/** From the order in which the first index runs fastest. */
function toRowMajor(values: NpyValues, shape: readonly number[]): NpyValues {
  const strides: number[] = [];
  let stride = 1;
  for (const length of shape) {
    strides.push(stride);
    stride *= length;
  }
  const index = shape.map(() => 0);
  let place = 0;
  return values.map(() => {
    const value = values[place];
    for (let k = shape.length - 1; k >= 0; k--) {
      place += strides[k];
      if (++index[k] < shape[k]) break;
      place -= shape[k] * strides[k];
      index[k] = 0;
    }
    return value;
  });
}

function describeType(values: NpyValues): string {
  const size = values.BYTES_PER_ELEMENT;
  if (values instanceof Float32Array || values instanceof Float64Array) return `<f${size}`;
  const isSigned = [Int8Array, Int16Array, Int32Array].some((type) => values instanceof type);
  return `${size === 1 ? '|' : '<'}${isSigned ? 'i' : 'u'}${size}`;
}
