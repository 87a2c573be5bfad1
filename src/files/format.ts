import { DataError } from '../errors.ts';

export type NetworkFormat = 'json' | 'safetensors' | 'onnx';

/** Files that people take for one of ours, by their first bytes, and what to do instead. */
const OTHERS: readonly { starts: readonly (string | readonly number[])[]; what: string }[] = [
  {
    starts: ['PK\x03\x04', [0x80, 0x02], [0x80, 0x03], [0x80, 0x04], [0x80, 0x05]],
    what: "a zip archive or a pickle, such as a PyTorch checkpoint (.pt) or a .keras file. Save its weights with safetensors, as in safetensors.torch.save_file(model.state_dict(), 'net.safetensors'), or the network as ONNX",
  },
  {
    starts: ['\x89HDF'],
    what: "an HDF5 file, as Keras writes weights. Save the weights with safetensors.numpy.save_file({v.path: v.numpy() for v in model.weights}, …), or the network as ONNX with model.export('net.onnx', format='onnx')",
  },
  { starts: ['\x93NUMPY'], what: 'an array of NumPy, which is data and no network' },
  { starts: [[0x1f, 0x8b]], what: 'compressed by gzip. Unpack it first' },
  {
    starts: ['version https://git-lfs'],
    what: 'a pointer of Git LFS in place of the file. Get the file itself with git lfs pull',
  },
  { starts: ['<'], what: 'a web page or XML. Does the address lead to the file itself?' },
];

/**
 * What format a network file has, by its content.
 *
 * @throws DataError if it is none that is read; the message says what it is, if that is known.
 */
export function recogniseFormat(bytes: Uint8Array): NetworkFormat {
  if (bytes.length === 0) {
    throw new DataError('the file is empty, but must be a network in safetensors, ONNX or JSON');
  }
  // Before all others: the length may look like the start of one, as 0x280 does like that of a pickle.
  if (isSafetensors(bytes)) return 'safetensors';
  const other = OTHERS.find(({ starts }) => starts.some((start) => startsWith(bytes, start)));
  if (other) throw new DataError(`the file is ${other.what}`);
  const start = skipBlanks(bytes);
  // A safetensors header starts after its length, of which the upper bytes are zero; no text has a zero.
  const isText = !bytes.subarray(0, 8).includes(0);
  if (isText && (bytes[start] === OPEN_BRACE || bytes[start] === OPEN_BRACKET)) return 'json';
  if (bytes[8] === OPEN_BRACE) return 'safetensors';
  if (isOnnx(bytes)) return 'onnx';
  throw new DataError(
    `the file starts with the bytes ${showBytes(bytes)}, but must be a network in safetensors, ONNX or JSON`,
  );
}

/** The length of a header below 2⁴⁰ bytes, and its first character. */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes[8] === OPEN_BRACE && bytes.subarray(5, 8).every((byte) => byte === 0);
}

/**
 * ONNX is a protobuf message whose fields writers put in order: first ir_version, a small number, then one
 * of text (producer_name …), number (model_version) or message (graph), by their numbers from 2 to 14.
 */
function isOnnx(bytes: Uint8Array): boolean {
  const [tag, version, next] = bytes;
  const field = next >> 3;
  const wireType = next & 7;
  const isNext = field >= 2 && field <= 14 && wireType === (field === 5 ? 0 : 2);
  return bytes.length > 2 && tag === 0x08 && version < 0x40 && isNext;
}

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
/** Blank, tab, line feed, carriage return, and the bytes of a byte order mark. */
const BLANKS = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf];

function skipBlanks(bytes: Uint8Array): number {
  const start = bytes.findIndex((byte) => !BLANKS.includes(byte));
  return start < 0 ? bytes.length : start;
}

function startsWith(bytes: Uint8Array, start: string | readonly number[]): boolean {
  const codes = typeof start === 'string' ? Array.from(start, (c) => c.charCodeAt(0)) : start;
  return codes.every((code, i) => bytes[i] === code);
}

function showBytes(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
