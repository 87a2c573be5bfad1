import { DataError } from '../errors.ts';
import { shorten } from './show.ts';

/** A file in a zip archive, still packed. */
export interface ZipEntry {
  readonly name: string;
  /** Whether `packed` is a deflate stream, not the bytes themselves. */
  readonly isDeflated: boolean;
  readonly packed: Uint8Array;
  /** Unpacked, as the archive claims. */
  readonly byteLength: number;
  /** CRC-32 of the unpacked bytes. */
  readonly checksum: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const DIRECTORY = 0x02014b50;
const DIRECTORY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;

/** Bytes that one byte of a deflate stream can stand for at most. */
const DEFLATE_RATIO = 1032;

/**
 * Lists the files of a zip archive from an untrusted source, by the directory at its end. Archives of more than
 * 4 GiB or 65,534 files (zip64) are not read.
 *
 * @throws DataError if it is no archive, or a broken one.
 */
export function listZip(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const entries: ZipEntry[] = [];
  let place = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (place + DIRECTORY_BYTES > end || view.getUint32(place, true) !== DIRECTORY) {
      throw broken(`entry ${i} of its directory is not where it should be`);
    }
    const next = place + DIRECTORY_BYTES + view.getUint16(place + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(place + DIRECTORY_BYTES, next));
    entries.push(readEntry(view, place, name));
    place = next + view.getUint16(place + 30, true) + view.getUint16(place + 32, true);
  }
  return entries;
}

/** The directory's last record, which may have a comment behind it. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let end = last; end >= 0 && end >= last - LONGEST_COMMENT; end--) {
    if (view.getUint32(end, true) === END) return end;
  }
  throw broken('it has no directory at its end: was it cut off?');
}

function readEntry(view: DataView, place: number, name: string): ZipEntry {
  const flags = view.getUint16(place + 8, true);
  const method = view.getUint16(place + 10, true);
  const packedLength = view.getUint32(place + 20, true);
  const byteLength = view.getUint32(place + 24, true);
  const local = view.getUint32(place + 42, true);
  const what = JSON.stringify(shorten(name));
  if ((flags & 1) !== 0 || (method !== 0 && method !== 8)) {
    throw broken(`${what} is encrypted, or packed in another way than deflate`);
  }
  if (local + LOCAL_BYTES > view.byteLength || view.getUint32(local, true) !== LOCAL) {
    throw broken(`${what} is not where its directory says`);
  }
  const start =
    local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packedLength > view.byteLength) throw broken(`${what} does not end before its end`);
  const isDeflated = method === 8;
  const most = isDeflated ? DEFLATE_RATIO * packedLength : packedLength;
  if (byteLength > most || (!isDeflated && byteLength < most)) {
    throw broken(`${what} claims ${byteLength} bytes from ${packedLength}, which cannot be`);
  }
  const packed = new Uint8Array(view.buffer, view.byteOffset + start, packedLength);
  const checksum = view.getUint32(place + 16, true);
  return { name, isDeflated, packed, byteLength, checksum };
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
  if (bytes.length !== byteLength || crc32(bytes) !== checksum) {
    throw broken(`${what} does not have the checksum that it should have`);
  }
  return bytes;
}

function broken(fault: string, options?: ErrorOptions): DataError {
  return new DataError(`the file is no zip archive, or a damaged one: ${fault}`, options);
}

/** The checksum of zip archives: polynomial 0xedb88320, bits reversed. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});
