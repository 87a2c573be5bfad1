import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { asError } from '../errors.ts';
import {
  broken,
  changed,
  checkEnd,
  dataStart,
  findDirectory,
  LOCAL_BYTES,
  readDirectory,
  TAIL_BYTES,
  type ZipFile,
} from '../files/zip.ts';

/*
 * Zip archives that may be longer than memory.
 */

/** A file in an archive, and where its packed bytes start. */
export interface PlacedFile extends ZipFile {
  readonly start: number;
}

/** Directories of more bytes list more files than any archive of arrays has. */
const MAXIMAL_DIRECTORY = 2 ** 24;

/**
 * The files of an archive.
 *
 * @throws DataError if it is none, or a broken one.
 */
export async function listZipFile(path: string): Promise<PlacedFile[]> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const read = async (start: number, end: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      return bytes.subarray(0, bytesRead);
    };
    const tailStart = Math.max(0, size - TAIL_BYTES);
    const { start, end, count } = findDirectory(await read(tailStart, size), tailStart);
    if (end - start > MAXIMAL_DIRECTORY) throw broken(`its directory has ${end - start} bytes`);
    const placed: PlacedFile[] = [];
    for (const file of readDirectory(await read(start, end), count)) {
      const { headerStart } = file;
      const from = dataStart(file, await read(headerStart, headerStart + LOCAL_BYTES));
      checkEnd(file, from, size);
      placed.push({ ...file, start: from });
    }
    return placed;
  } finally {
    await handle.close();
  }
}

/**
 * The bytes of a file in an archive, in pieces; no more of it is unpacked than is asked for.
 *
 * @throws DataError if they are damaged; known after the last piece only.
 */
export async function* readZipFile(
  path: string,
  { name, isDeflated, start, packedLength, byteLength, checksum }: PlacedFile,
  pieceBytes: number,
): AsyncGenerator<Uint8Array> {
  const range = { start, end: start + packedLength - 1, highWaterMark: pieceBytes };
  let [length, crc] = [0, 0];
  if (packedLength > 0) {
    const packed = createReadStream(path, range);
    const pieces = isDeflated
      ? // What goes wrong is thrown where the pieces are read.
        pipeline(packed, createInflateRaw({ chunkSize: pieceBytes }), () => undefined)
      : packed;
    try {
      for await (const piece of pieces as AsyncIterable<Uint8Array>) {
        length += piece.length;
        if (length > byteLength) break;
        crc = crc32(piece, crc);
        yield piece;
      }
    } catch (cause) {
      const what = JSON.stringify(name);
      throw broken(`${what} cannot be unpacked (${asError(cause).message})`, { cause });
    }
  }
  if (length !== byteLength || crc !== checksum) throw changed(name);
}
