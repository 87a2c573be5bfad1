import { DataError } from '../errors.ts';
import { shorten } from './show.ts';

/** What the header of an NPY file says. */
export interface NpyHeader {
  /** NumPy's name of the type, such as `<f4`. */
  readonly descr: string;
  /** Whether the first index runs fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the numbers start, in bytes. */
  readonly dataOffset: number;
}

/** First bytes of every NPY file. */
export const NPY_MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** Longest header that is read, as in NumPy. */
const MAXIMAL_LENGTH = 10_000;
/** Most dimensions, as in NumPy 2. */
const MAXIMAL_DIMENSIONS = 64;

/**
 * Reads the header, versions 1 to 3, from an untrusted source:
 *
 *     \x93NUMPY, two bytes of version, length of the text (uint16, from version 2 uint32, little endian), text
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
 *
 * Source: numpy.lib.format
 *
 * @param bytes - the file or its beginning.
 * @throws DataError naming value and wanted value.
 */
export function readNpyHeader(bytes: Uint8Array): NpyHeader {
  if (!NPY_MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw new DataError('the file is no NPY file: it does not start with \\x93NUMPY');
  }
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) {
    throw new DataError(`NPY version is ${version}, but must be 1, 2 or 3`);
  }
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw cutOff(bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAXIMAL_LENGTH) {
    throw new DataError(`the NPY header has ${length} bytes, but may have ${MAXIMAL_LENGTH}`);
  }
  const dataOffset = start + length;
  if (bytes.length < dataOffset) throw cutOff(bytes.length);
  const text = String.fromCharCode(...bytes.subarray(start, dataOffset));
  return { ...readMembers(text), dataOffset };
}

/** The bytes of a header of version 1; the numbers after it are aligned to 64 bytes. */
export function writeNpyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const list = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${list}), }`;
  const length = 64 * Math.ceil((10 + text.length + 1) / 64);
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set([...NPY_MAGIC, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
  return bytes;
}

type Value = string | boolean | readonly number[];

/** Reads the one kind of Python literal that there may be: a dict of texts, truth values and tuples. */
function readMembers(text: string): Omit<NpyHeader, 'dataOffset'> {
  const members = new Map<string, Value>();
  let rest = take(text, /^\s*\{\s*/, 'a dict');
  while (!rest.startsWith('}')) {
    const [, name] = match(rest, KEY, 'a name');
    rest = take(rest, KEY, 'a name');
    const pattern = VALUES.find((candidate) => candidate.test(rest));
    if (!pattern) throw fault(rest, 'a text, True, False or a tuple of whole numbers');
    const value = readValue(match(rest, pattern, 'a value')[1]);
    if (members.has(name)) throw new DataError(`the NPY header has ${shorten(name)} twice`);
    members.set(name, value);
    rest = take(rest, pattern, 'a value');
    if (rest.startsWith(',')) rest = take(rest, /^,\s*/, 'a comma');
    else if (!rest.startsWith('}')) throw fault(rest, 'a comma or }');
  }
  if (rest.slice(1).trim() !== '') throw fault(rest.slice(1), 'its end');
  return checkMembers(members);
}

const KEY = /^['"](\w+)['"]\s*:\s*/;
const VALUES = [
  /^('[^'\\]*'|"[^"\\]*")\s*/,
  /^(True|False)\b\s*/,
  /^(\((?:\d+L?, ?)*(?:\d+L?)?\))\s*/,
];

function readValue(text: string): Value {
  if (text === 'True' || text === 'False') return text === 'True';
  return text.startsWith('(') ? (text.match(/\d+/g) ?? []).map(Number) : text.slice(1, -1);
}

function checkMembers(members: ReadonlyMap<string, Value>): Omit<NpyHeader, 'dataOffset'> {
  const [descr, fortranOrder, shape] = ['descr', 'fortran_order', 'shape'].map((name) =>
    members.get(name),
  );
  if (typeof descr !== 'string' || typeof fortranOrder !== 'boolean' || members.size !== 3) {
    throw new DataError(
      `the NPY header has ${shorten([...members.keys()].join(', '))}, but must have descr, a text, fortran_order, True or False, and shape, a tuple`,
    );
  }
  if (!Array.isArray(shape) || shape.length > MAXIMAL_DIMENSIONS) {
    throw new DataError(
      `the shape in the NPY header must be a tuple of at most ${MAXIMAL_DIMENSIONS} whole numbers`,
    );
  }
  return { descr, fortranOrder, shape: shape as number[] };
}

function match(text: string, pattern: RegExp, wanted: string): RegExpExecArray {
  const found = pattern.exec(text);
  if (!found) throw fault(text, wanted);
  return found;
}

function take(text: string, pattern: RegExp, wanted: string): string {
  return text.slice(match(text, pattern, wanted)[0].length);
}

function fault(text: string, wanted: string): DataError {
  const structured = text.startsWith('[')
    ? ' (arrays of records are not read: save one column)'
    : '';
  return new DataError(
    `the NPY header has ${JSON.stringify(shorten(text))}, but ${wanted} must stand there${structured}`,
  );
}

function cutOff(length: number): DataError {
  return new DataError(`the NPY file ends after ${length} bytes, in its header: was it cut off?`);
}
