import { DataError } from '../errors.ts';

/** An array of bytes from an IDX file, the format of MNIST and its kin. */
export interface IdxArray {
  /** Length of each dimension, the slowest first: [count][rows][columns] of images. */
  readonly shape: readonly number[];
  /** All entries, row-major. */
  readonly values: Uint8Array;
}

/** Type code of unsigned bytes, the only one that is read. */
const UNSIGNED_BYTES = 0x08;

const TYPE_NAMES: Readonly<Record<number, string>> = {
  0x08: 'unsigned bytes',
  0x09: 'signed bytes',
  0x0b: '16-bit integers',
  0x0c: '32-bit integers',
  0x0d: '32-bit floats',
  0x0e: '64-bit floats',
};

/** Images and labels have three and one; nobody has more than this. */
const MAXIMAL_DIMENSION_COUNT = 8;

/** Ten thousand times MNIST's images would not be read into a page. */
const MAXIMAL_VALUE_COUNT = 2 ** 30;

/**
 * Reads an IDX file, gzip or plain.
 *
 * Layout, big-endian: 0, 0, type code, dimension count; a word for the length of each dimension; the entries.
 *
 * @param name - of the file, for messages.
 * @throws DataError naming the file if it is no such file, has another type than unsigned bytes, or another
 *   length than its header says.
 */
export async function readIdx(bytes: Uint8Array, name: string): Promise<IdxArray> {
  const plain = isGzip(bytes) ? await gunzip(bytes, name) : bytes;
  const [first, second, type, dimensionCount] = plain;
  if (plain.length < 4 || first !== 0 || second !== 0 || !(type in TYPE_NAMES)) {
    throw new DataError(`${name} is no IDX file: it does not start with 0, 0 and a type code`);
  }
  if (type !== UNSIGNED_BYTES) {
    throw new DataError(`${name} holds ${TYPE_NAMES[type]}, but must hold unsigned bytes`);
  }
  if (dimensionCount < 1 || dimensionCount > MAXIMAL_DIMENSION_COUNT) {
    throw new DataError(
      `${name} has ${dimensionCount} dimensions, but must have 1 to ${MAXIMAL_DIMENSION_COUNT}`,
    );
  }
  const start = 4 + 4 * dimensionCount;
  if (plain.length < start) throw new DataError(`${name} ends within its header`);
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  const shape = Array.from({ length: dimensionCount }, (_, k) => view.getUint32(4 + 4 * k));
  const count = shape.reduce((product, length) => product * length, 1);
  if (count > MAXIMAL_VALUE_COUNT) {
    throw new DataError(
      `${name} has shape [${shape.join(', ')}], but at most ${MAXIMAL_VALUE_COUNT} entries are read`,
    );
  }
  if (plain.length - start !== count) {
    throw new DataError(
      `${name} has ${plain.length - start} bytes of entries, but shape [${shape.join(', ')}] needs ${count}`,
    );
  }
  return { shape, values: plain.subarray(start) };
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Unpacks gzip, and stops once more comes out than is read of any file. */
async function gunzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const limit = MAXIMAL_VALUE_COUNT + 4 * (1 + MAXIMAL_DIMENSION_COUNT);
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      length += part.value.length;
      if (length > limit) break;
    }
  } catch (cause) {
    throw new DataError(`${name} is no intact gzip file`, { cause });
  }
  if (length > limit) {
    await reader.cancel();
    throw new DataError(`${name} unpacks to more than ${limit} bytes`);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
