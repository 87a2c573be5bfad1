import { DataError, NetworkError } from '../errors.ts';
import { decodeBfloat16, decodeFloat16 } from './float-formats.ts';
import { LENGTH_BYTES, METADATA } from './safetensors-layout.ts';
import { isRecord, shorten, showShape, showValue } from './show.ts';
import { parseStrictJson } from './strict-json.ts';

/** A tensor as it stands in a file. */
export interface Tensor {
  readonly name: string;
  /** As the file calls it, such as `F32` or `I64`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Its bytes: a view into the file, row-major, little endian. */
  readonly bytes: Uint8Array;
}

export interface TensorFile {
  /** In the order of their data. */
  readonly tensors: readonly Tensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Longest header that is read: room for a hundred times the tensors of the largest network. */
export const MAXIMAL_HEADER_BYTES = 2 ** 24;

/** Objects and lists within each other: the header, a tensor, its shape. */
const HEADER_DEPTH = 3;

/** Bytes of one number. */
const TYPE_BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
  C64: 8,
};

type ReadNumber = (view: DataView, offset: number) => number;

/** Types whose numbers can be parameters of a network. */
const READERS: Readonly<Record<string, ReadNumber>> = {
  F64: (view, offset) => view.getFloat64(offset, true),
  F32: (view, offset) => view.getFloat32(offset, true),
  F16: (view, offset) => decodeFloat16(view.getUint16(offset, true)),
  BF16: (view, offset) => decodeBfloat16(view.getUint16(offset, true)),
};

/**
 * Reads the tensors of a file from an untrusted source; copies nothing.
 *
 * @throws DataError naming place, value and wanted value.
 */
export function parseSafetensors(bytes: Uint8Array): TensorFile {
  const header = readHeader(bytes);
  const data = bytes.subarray(LENGTH_BYTES + header.byteLength);
  const tensors = Object.entries(header.members)
    .filter(([name]) => name !== METADATA)
    .map(([name, member]) => readEntry(name, member));
  tensors.sort((a, b) => a.start - b.start || a.end - b.end);
  checkCoverage(tensors, data.byteLength);
  return {
    tensors: tensors.map(({ name, dtype, shape, start, end }) => {
      return { name, dtype, shape, bytes: data.subarray(start, end) };
    }),
    metadata: checkMetadata(header.members[METADATA]),
  };
}

/**
 * The numbers of a tensor, rounded to float32.
 *
 * @throws DataError if its type is none of F64, F32, F16, BF16; NetworkError if a number is not finite.
 */
export function decodeTensor({ name, dtype, bytes }: Tensor): Float32Array {
  if (!Object.hasOwn(READERS, dtype)) {
    const wanted = Object.keys(READERS).join(', ');
    throw new DataError(
      `tensor ${shorten(name)} has type ${dtype}, but must have one of ${wanted}: convert it before it is saved`,
    );
  }
  const read = READERS[dtype];
  const size = TYPE_BYTES[dtype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.byteLength / size);
  for (let i = 0; i < values.length; i++) {
    values[i] = read(view, i * size);
    if (Number.isFinite(values[i])) continue;
    const value = read(view, i * size);
    const reason = Number.isFinite(value)
      ? 'in float32, at most 3.4e38'
      : '(did training diverge?)';
    throw new NetworkError(
      `tensor ${shorten(name)}[${i}] is ${value}, but all parameters must be finite ${reason}`,
    );
  }
  return values;
}

interface Header {
  readonly byteLength: number;
  readonly members: Readonly<Record<string, unknown>>;
}

function readHeader(bytes: Uint8Array): Header {
  if (bytes.byteLength < LENGTH_BYTES) {
    throw new DataError(
      `the file has ${bytes.byteLength} bytes, but a safetensors file starts with ${LENGTH_BYTES} for the length of its header`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  const rest = bytes.byteLength - LENGTH_BYTES;
  if (length > BigInt(MAXIMAL_HEADER_BYTES)) {
    throw new DataError(
      `the header's length is ${length.toString()} bytes, but may be ${MAXIMAL_HEADER_BYTES} at most: is this a safetensors file?`,
    );
  }
  if (length > BigInt(rest)) {
    throw new DataError(
      `the header's length is ${length.toString()} bytes, but only ${rest} follow: was the file cut off?`,
    );
  }
  const byteLength = Number(length);
  let text: string;
  try {
    const header = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + byteLength);
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch (cause) {
    throw new DataError('the header is no UTF-8 text, but must be', { cause });
  }
  const members = parseStrictJson(text, HEADER_DEPTH, 'the header');
  if (!isRecord(members)) {
    throw new DataError('the header must be a JSON object of tensors by name');
  }
  return { byteLength, members };
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

function readEntry(name: string, member: unknown): Entry {
  const place = `tensor ${shorten(name)}`;
  if (!isRecord(member)) {
    throw new DataError(
      `${place} is ${showValue(member)}, but must be { dtype, shape, data_offsets }`,
    );
  }
  const { dtype, shape, data_offsets: offsets } = member;
  if (typeof dtype !== 'string' || !Object.hasOwn(TYPE_BYTES, dtype)) {
    const wanted = Object.keys(TYPE_BYTES).join(', ');
    throw new DataError(`${place} has dtype ${showValue(dtype)}, but must have one of ${wanted}`);
  }
  if (!isCounts(shape)) {
    throw new DataError(
      `${place} has shape ${showValue(shape)}, but must have a list of whole numbers from 0`,
    );
  }
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw new DataError(
      `${place} has data_offsets ${showValue(offsets)}, but must have [start, end], whole numbers, start not after end`,
    );
  }
  const [start, end] = offsets as [number, number];
  const needed = shape.includes(0)
    ? 0
    : shape.reduce((product, length) => product * length, TYPE_BYTES[dtype]);
  if (needed > Number.MAX_SAFE_INTEGER) {
    throw new DataError(
      `${place} has shape ${showShape(shape)}, which with ${TYPE_BYTES[dtype]} bytes a number is more than any file holds`,
    );
  }
  if (needed !== end - start) {
    throw new DataError(
      `${place} has ${end - start} bytes of data, but ${dtype} of shape ${showShape(shape)} needs ${needed}`,
    );
  }
  return { name, dtype, shape, start, end };
}

/** Every byte of the data belongs to one tensor: what overlaps or is left over, a writer got wrong. */
function checkCoverage(tensors: readonly Entry[], dataLength: number): void {
  let end = 0;
  let before = 'the header';
  for (const tensor of tensors) {
    const place = `tensor ${shorten(tensor.name)}`;
    if (tensor.end > dataLength) {
      throw new DataError(
        `${place} ends at byte ${tensor.end} of the data, but there are only ${dataLength}: was the file cut off?`,
      );
    }
    if (tensor.start !== end) {
      const fault = tensor.start < end ? 'overlaps' : `leaves ${tensor.start - end} bytes after`;
      throw new DataError(
        `${place} starts at byte ${tensor.start} of the data and so ${fault} ${before}, but must start at ${end}: write the file again`,
      );
    }
    end = tensor.end;
    before = place;
  }
  if (end !== dataLength) {
    throw new DataError(
      `the data have ${dataLength} bytes, but the tensors take ${end}: bytes that belong to no tensor are not allowed`,
    );
  }
}

function checkMetadata(metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {};
  const isText = (value: unknown): value is string => typeof value === 'string';
  if (!isRecord(metadata) || !Object.values(metadata).every(isText)) {
    throw new DataError(`${METADATA} is ${showValue(metadata)}, but must be an object of texts`);
  }
  return metadata as Record<string, string>;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
