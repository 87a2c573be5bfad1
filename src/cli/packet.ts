import { asError, DataError } from '../errors.ts';

/*
 * Values that go between the command and the page it computes in: JSON in which typed arrays and numbers
 * that are not finite may stand anywhere.
 *
 *     uint32 length of the text · text (UTF-8) · padding to 8 bytes · arrays, each padded to 8 bytes
 */

const ARRAY_TYPES = {
  Float32Array,
  Float64Array,
  Int32Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
} as const;

type ArrayType = keyof typeof ARRAY_TYPES;
type PacketArray = InstanceType<(typeof ARRAY_TYPES)[ArrayType]>;

const ALIGNMENT = 8;
const ARRAY_MARK = '$array';
const NUMBER_MARK = '$number';

interface ArrayPlace {
  readonly type: ArrayType;
  readonly length: number;
}

/** The bytes of a value, in pieces; those of arrays are views, not copies. */
export function encodePacket(value: unknown): Uint8Array<ArrayBuffer>[] {
  const arrays: PacketArray[] = [];
  const plain = replace(value, (inner) => {
    if (isArray(inner)) return { [ARRAY_MARK]: arrays.push(inner) - 1 };
    if (typeof inner === 'number' && !Number.isFinite(inner)) {
      return { [NUMBER_MARK]: String(inner) };
    }
    return inner;
  });
  const places = arrays.map((array) => ({ type: typeOf(array), length: array.length }));
  const text = new TextEncoder().encode(JSON.stringify({ value: plain, places }));
  const start = pad(4 + text.length);
  const head = new Uint8Array(start);
  new DataView(head.buffer).setUint32(0, text.length, true);
  head.set(text, 4);
  const pieces = [head];
  for (const array of arrays) {
    pieces.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    const rest = pad(array.byteLength) - array.byteLength;
    if (rest > 0) pieces.push(new Uint8Array(rest));
  }
  return pieces;
}

/**
 * The value, its arrays in memory of their own.
 *
 * @throws DataError if the bytes are damaged or cut off.
 */
export function decodePacket(bytes: Uint8Array): unknown {
  try {
    return decode(bytes);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(`a packet is damaged: ${asError(cause).message}`, { cause });
  }
}

function decode(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textLength = view.getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + textLength));
  const { value, places } = JSON.parse(text) as { value: unknown; places: ArrayPlace[] };
  let offset = pad(4 + textLength);
  const arrays = places.map(({ type, length }) => {
    const end = offset + length * ARRAY_TYPES[type].BYTES_PER_ELEMENT;
    if (end > bytes.length) {
      throw new DataError(`a packet ends after ${bytes.length} bytes, but has arrays up to ${end}`);
    }
    // A copy: slice() of Node's buffers would be a view.
    const { buffer } = new Uint8Array(bytes.subarray(offset, end));
    offset = pad(end);
    return new ARRAY_TYPES[type](buffer);
  });
  return replace(value, (inner) => {
    if (typeof inner !== 'object' || inner === null) return inner;
    if (ARRAY_MARK in inner) return arrays[inner[ARRAY_MARK] as number];
    if (NUMBER_MARK in inner) return Number(inner[NUMBER_MARK]);
    return inner;
  });
}

/** A copy of nested lists and objects in which every value, outer ones first, is what `change` makes of it. */
function replace(value: unknown, change: (inner: unknown) => unknown): unknown {
  const changed = change(value);
  if (changed !== value || typeof value !== 'object' || value === null) return changed;
  if (Array.isArray(value)) return value.map((inner: unknown) => replace(inner, change));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, replace(inner, change)]),
  );
}

function isArray(value: unknown): value is PacketArray {
  return ArrayBuffer.isView(value) && value.constructor.name in ARRAY_TYPES;
}

function typeOf(array: PacketArray): ArrayType {
  return array.constructor.name as ArrayType;
}

const pad = (length: number): number => ALIGNMENT * Math.ceil(length / ALIGNMENT);
