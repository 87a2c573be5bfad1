import { assert, DataError } from '../errors.ts';
import { Slices } from '../engine/slices.ts';
import { textOf } from './code-points.ts';
import { crc32 } from './crc32.ts';
import { shorten } from './show.ts';

/** A picture without transparency. */
export interface PngImage {
  readonly width: number;
  readonly height: number;
  /** 1: grey; 3: red, green, blue as sRGB. */
  readonly channels: 1 | 3;
  /** [height][width][channels], the highest row first; 16-bit numbers make a PNG of 16 bits. */
  readonly data: Uint8Array | Uint16Array;
}

/** What a PNG says in words, by keyword: 1 to 79 characters of Latin-1. */
export type PngTexts = Readonly<Record<string, string>>;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** Bytes of a chunk besides its data: length, name, checksum. */
const CHUNK_FRAME = 12;
const LONGEST_KEYWORD = 79;

/**
 * Writes a picture as PNG; the same picture gives the same bytes. Long work leaves the event loop its turns.
 *
 * Source: PNG specification, third edition, W3C 2025
 */
export async function writePng(image: PngImage, texts: PngTexts = {}): Promise<Uint8Array> {
  const { width, height, channels, data } = image;
  assert(data.length === width * height * channels, 'pixels do not fit the size of the picture');
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8 * data.BYTES_PER_ELEMENT, channels === 1 ? 0 : 2], 8);
  const isColor = channels === 3;
  return concatenate([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    // How colours are meant: by perception. Grey pictures hold measured values.
    ...(isColor ? [chunk('sRGB', Uint8Array.of(0))] : []),
    ...textChunks(texts),
    ...(await packRows(image)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/**
 * The texts of a PNG from an untrusted source, as far as they are not compressed.
 *
 * @param wanted - keyword of the only text that is read; all by default.
 * @throws DataError if it is no PNG, or cut off before its pixels.
 */
export function readPngTexts(bytes: Uint8Array, wanted?: string): Map<string, string> {
  checkSignature(bytes);
  const texts = new Map<string, string>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset: number = SIGNATURE.length;
  for (;;) {
    const length = offset + CHUNK_FRAME <= bytes.length ? view.getUint32(offset) : Infinity;
    if (length > bytes.length - offset - CHUNK_FRAME) {
      throw new DataError(`the PNG ends after ${bytes.length} bytes: was it cut off?`);
    }
    const name = latin1(bytes.subarray(offset + 4, offset + 8));
    if (name === 'IEND') return texts;
    const data = bytes.subarray(offset + 8, offset + 8 + length);
    const keyword = name === 'tEXt' || name === 'iTXt' ? readKeyword(data) : null;
    if (keyword !== null && (wanted ?? keyword) === keyword) {
      const text = name === 'tEXt' ? latin1(data.subarray(keyword.length + 1)) : readLongText(data);
      if (text !== null) texts.set(keyword, text);
    }
    offset += CHUNK_FRAME + length;
  }
}

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

function checkSignature(bytes: Uint8Array): void {
  if (!isPng(bytes)) throw new DataError('the file is no PNG: it does not start as one');
}

/** Each row after the number of its filter, all of them as one zlib stream in chunks. */
async function packRows({ width, height, channels, data }: PngImage): Promise<Uint8Array[]> {
  const { Zlib } = await import('fflate');
  const chunks: Uint8Array[] = [];
  const stream = new Zlib({ level: 6 }, (part) => {
    if (part.length > 0) chunks.push(chunk('IDAT', part));
  });
  const slices = new Slices();
  const pixelBytes = channels * data.BYTES_PER_ELEMENT;
  const rowLength = width * channels;
  let above = new Uint8Array(width * pixelBytes);
  for (let y = 0; y < height; y++) {
    const row = bigEndian(data.subarray(y * rowLength, (y + 1) * rowLength));
    stream.push(filterRow(row, above, pixelBytes), y === height - 1);
    above = row;
    if (slices.due) await slices.next();
  }
  return chunks;
}

function bigEndian(values: Uint8Array | Uint16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.byteLength);
  if (values instanceof Uint8Array) bytes.set(values);
  else {
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < values.length; i++) view.setUint16(2 * i, values[i]);
  }
  return bytes;
}

/**
 * A row as it is packed: differences from the pixel at the left (filter 1) or above (2), or as it is (0),
 * whichever has the least sum of sizes, as the specification advises.
 */
function filterRow(row: Uint8Array, above: Uint8Array, pixelBytes: number): Uint8Array {
  const filtered = [0, 1, 2].map((filter) => {
    const bytes = new Uint8Array(1 + row.length);
    bytes[0] = filter;
    let size = 0;
    for (let i = 0; i < row.length; i++) {
      const left = i < pixelBytes ? 0 : row[i - pixelBytes];
      const byte = (row[i] - (filter === 0 ? 0 : filter === 1 ? left : above[i])) & 0xff;
      bytes[1 + i] = byte;
      size += byte < 128 ? byte : 256 - byte;
    }
    return { bytes, size };
  });
  return filtered.reduce((best, next) => (next.size < best.size ? next : best)).bytes;
}

/** Texts of ASCII as tEXt, which every program shows, all others as UTF-8 in iTXt. */
function textChunks(texts: PngTexts): Uint8Array[] {
  return Object.entries(texts).map(([keyword, text]) => {
    if (!/^[!-~](?:[ -~]{0,77}[!-~])?$/.test(keyword)) {
      throw new DataError(
        `the keyword of a PNG text is ${JSON.stringify(shorten(keyword))}, but must be 1 to 79 ASCII characters`,
      );
    }
    const encoder = new TextEncoder();
    const key = encoder.encode(keyword);
    const isAscii = /^[\n -~]*$/.test(text);
    // iTXt: not compressed (two zeros), no language, no translated keyword.
    const separators = isAscii ? [0] : [0, 0, 0, 0, 0];
    const data = concatenate([key, Uint8Array.from(separators), encoder.encode(text)]);
    return chunk(isAscii ? 'tEXt' : 'iTXt', data);
  });
}

/** What a text starts with, up to a 0; null if there is none. */
function readKeyword(data: Uint8Array): string | null {
  const end = data.subarray(0, LONGEST_KEYWORD + 1).indexOf(0);
  return end < 0 ? null : latin1(data.subarray(0, end));
}

/** UTF-8 after the keyword; null if it is compressed. */
function readLongText(data: Uint8Array): string | null {
  const end = data.indexOf(0);
  if (data[end + 1] !== 0) return null;
  const language = data.indexOf(0, end + 3);
  const translation = language < 0 ? -1 : data.indexOf(0, language + 1);
  if (translation < 0) return null;
  return new TextDecoder().decode(data.subarray(translation + 1));
}

/** Each byte is the code of a character. TextDecoder has windows-1252 under this name. */
const latin1 = (bytes: Uint8Array): string => textOf(bytes);

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHUNK_FRAME + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
