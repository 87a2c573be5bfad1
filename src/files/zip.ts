import { DataError } from '../errors.ts';
import { crc32 } from './crc32.ts';
import { shorten } from './show.ts';

/** What the directory of a zip archive says of a file. */
export interface ZipFile {
  readonly name: string;
  /** Whether it is packed as a deflate stream, not as the bytes themselves. */
  readonly isDeflated: boolean;
  /** Where its own header starts. */
  readonly headerStart: number;
  readonly packedLength: number;
  /** Unpacked, as the archive claims. */
  readonly byteLength: number;
  /** CRC-32 of the unpacked bytes. */
  readonly checksum: number;
}

/** A file in a zip archive, still packed. */
export interface ZipEntry extends ZipFile {
  readonly packed: Uint8Array;
}

const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
/** Of archives that are longer than 32 bits can count: a second end, and where it is. */
const LONG_END = 0x06064b50;
const LONG_END_BYTES = 56;
const LOCATOR = 0x07064b50;
const LOCATOR_BYTES = 20;
const DIRECTORY = 0x02014b50;
const DIRECTORY_BYTES = 46;
const LOCAL = 0x04034b50;
export const LOCAL_BYTES = 30;

/** A number that stands elsewhere, because it does not fit. */
const TOO_LONG = 0xffffffff;
const LONG_EXTRA = 1;

/** As much of the end of an archive as tells where its directory is. */
export const TAIL_BYTES = END_BYTES + LONGEST_COMMENT + LOCATOR_BYTES + LONG_END_BYTES;

/** Bytes that one byte of a deflate stream can stand for at most. */
const DEFLATE_RATIO = 1032;

/** Where the directory of an archive is: bytes from its start. */
export interface DirectoryPlace {
  readonly start: number;
  readonly end: number;
  /** Number of files. */
  readonly count: number;
}

/**
 * Lists the files of a zip archive from an untrusted source, by the directory at its end.
 *
 * @throws DataError if it is no archive, or a broken one.
 */
export function listZip(bytes: Uint8Array): ZipEntry[] {
  const { start, end, count } = findDirectory(bytes, 0);
  return readDirectory(bytes.subarray(start, end), count).map((file) => {
    const { headerStart, packedLength } = file;
    const from = dataStart(file, bytes.subarray(headerStart, headerStart + LOCAL_BYTES));
    checkEnd(file, from, bytes.length);
    return { ...file, packed: bytes.subarray(from, from + packedLength) };
  });
}

/**
 * Where the directory of an archive is.
 *
 * @param tail - the last bytes of the archive, at least TAIL_BYTES if it has as many.
 * @param tailStart - how many bytes are before them.
 * @throws DataError if it is no archive.
 */
export function findDirectory(tail: Uint8Array, tailStart: number): DirectoryPlace {
  const view = viewOf(tail);
  const last = findEnd(view);
  const [short, length, start] = [
    view.getUint16(last + 10, true),
    view.getUint32(last + 12, true),
    view.getUint32(last + 16, true),
  ];
  let place = { start, end: start + length, count: short };
  const locator = last - LOCATOR_BYTES;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR) {
    const long = readLong(view, locator + 8) - tailStart;
    if (!(long >= 0 && long + LONG_END_BYTES <= last) || view.getUint32(long, true) !== LONG_END) {
      throw broken('the end of its directory is not where it should be');
    }
    const longStart = readLong(view, long + 48);
    place = {
      start: longStart,
      end: longStart + readLong(view, long + 40),
      count: readLong(view, long + 32),
    };
  }
  if (place.end <= tailStart + last) return place;
  throw broken('its directory is not where it should be');
}

/** The directory's last record, which may have a comment behind it. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let end = last; end >= 0 && end >= last - LONGEST_COMMENT; end--) {
    if (view.getUint32(end, true) === END) return end;
  }
  throw broken('it has no directory at its end: was it cut off?');
}

/**
 * The files that a directory lists.
 *
 * @throws DataError if it is broken.
 */
export function readDirectory(directory: Uint8Array, count: number): ZipFile[] {
  const view = viewOf(directory);
  const files: ZipFile[] = [];
  let place = 0;
  for (let i = 0; i < count; i++) {
    const isThere = place + DIRECTORY_BYTES <= directory.length;
    if (!isThere || view.getUint32(place, true) !== DIRECTORY) {
      throw broken(`entry ${i} of its directory is not where it should be`);
    }
    const nameEnd = place + DIRECTORY_BYTES + view.getUint16(place + 28, true);
    const extraEnd = nameEnd + view.getUint16(place + 30, true);
    if (extraEnd > directory.length) throw broken(`entry ${i} of its directory is cut off`);
    const name = new TextDecoder().decode(directory.subarray(place + DIRECTORY_BYTES, nameEnd));
    files.push(readFile(view, place, name, viewOf(directory.subarray(nameEnd, extraEnd))));
    place = extraEnd + view.getUint16(place + 32, true);
  }
  return files;
}

function readFile(view: DataView, place: number, name: string, extra: DataView): ZipFile {
  const flags = view.getUint16(place + 8, true);
  const method = view.getUint16(place + 10, true);
  const checksum = view.getUint32(place + 16, true);
  const what = JSON.stringify(shorten(name));
  if ((flags & 1) !== 0 || (method !== 0 && method !== 8)) {
    throw broken(`${what} is encrypted, or packed in another way than deflate`);
  }
  const longs = longNumbers(extra);
  const [byteLength, packedLength, headerStart] = [24, 20, 42].map((offset) => {
    const number = view.getUint32(place + offset, true);
    return number === TOO_LONG ? (longs.shift() ?? number) : number;
  });
  const isDeflated = method === 8;
  const most = isDeflated ? DEFLATE_RATIO * packedLength : packedLength;
  if (byteLength > most || (!isDeflated && byteLength < most)) {
    throw broken(`${what} claims ${byteLength} bytes from ${packedLength}, which cannot be`);
  }
  return { name, isDeflated, headerStart, packedLength, byteLength, checksum };
}

/** Numbers of an entry that take more than 32 bits, in their order. */
function longNumbers(extra: DataView): number[] {
  for (let place = 0; place + 4 <= extra.byteLength;) {
    const length = extra.getUint16(place + 2, true);
    const start = place + 4;
    place = start + length;
    if (extra.getUint16(start - 4, true) !== LONG_EXTRA || place > extra.byteLength) continue;
    return Array.from({ length: Math.floor(length / 8) }, (_, i) => readLong(extra, start + 8 * i));
  }
  return [];
}

/**
 * Where the packed bytes of a file start.
 *
 * @param header - the LOCAL_BYTES bytes at its `headerStart`, or fewer if the archive ends there.
 * @throws DataError if that is no header.
 */
export function dataStart({ name, headerStart }: ZipFile, header: Uint8Array): number {
  const view = viewOf(header);
  if (header.length < LOCAL_BYTES || view.getUint32(0, true) !== LOCAL) {
    throw broken(`${JSON.stringify(shorten(name))} is not where its directory says`);
  }
  return headerStart + LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
}

/** @throws DataError if a file whose packed bytes start there does not end in an archive of that length. */
export function checkEnd({ name, packedLength }: ZipFile, start: number, length: number): void {
  if (start + packedLength <= length) return;
  throw broken(`${JSON.stringify(shorten(name))} does not end before its end`);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function readLong(view: DataView, place: number): number {
  return Number(view.getBigUint64(place, true));
}

/**
 * The bytes of a file in an archive.
 *
 * @param inflate - unpacks a deflate stream into `out`, and gives the part that it filled.
 * @throws DataError if they are damaged.
 */
export function unpackEntry(
  { name, isDeflated, packed, byteLength, checksum }: ZipEntry,
  inflate: (data: Uint8Array, options: { out: Uint8Array }) => Uint8Array,
): Uint8Array {
  const what = JSON.stringify(shorten(name));
  let bytes = packed;
  try {
    if (isDeflated) bytes = inflate(packed, { out: new Uint8Array(byteLength) });
  } catch (cause) {
    throw broken(`${what} cannot be unpacked (${String(cause)})`, { cause });
  }
  if (bytes.length !== byteLength || crc32(bytes) !== checksum) throw changed(name);
  return bytes;
}

/** A file in an archive that does not unpack to what it was. */
export function changed(name: string): DataError {
  const what = JSON.stringify(shorten(name));
  return broken(`${what} does not have the checksum that it should have`);
}

/** @param fault - what is wrong with an archive. */
export function broken(fault: string, options?: ErrorOptions): DataError {
  return new DataError(`the file is no zip archive, or a damaged one: ${fault}`, options);
}
