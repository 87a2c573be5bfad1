import { DataError } from '../errors.ts';
import { writeNpyText } from './npy-text.ts';
import { parseNpy, writeNpy, type NpyArray } from './npy.ts';
import { shorten } from './show.ts';
import { listZip, unpackEntry, type ZipEntry } from './zip.ts';

/*
 * An NPZ file is a zip archive of NPY files, one for each array: `name.npy`. The code of deflate is a
 * chunk of its own, loaded when it is first used.
 */

export interface NpzReading {
  /** Arrays that are wanted, without `.npy`; the others stay packed. All by default. */
  readonly names?: readonly string[];
  /** Most bytes of the arrays together, unpacked; 1 GiB by default. */
  readonly maximalBytes?: number;
}

export interface NpzWriting {
  /** Whether to compress, as numpy.savez_compressed does. */
  readonly compress?: boolean;
}

const EXTENSION = '.npy';

/**
 * Reads arrays from the bytes of an NPZ file; they are untrusted.
 *
 * @returns the arrays by name, without `.npy`.
 * @throws DataError if it is no such file, an array is faulty, or unpacking would take too much memory.
 */
export async function parseNpz(
  bytes: Uint8Array,
  { names, maximalBytes = 2 ** 30 }: NpzReading = {},
): Promise<Map<string, NpyArray>> {
  const entries = checkEntries(listZip(bytes), names ?? null, maximalBytes);
  const { inflateSync } = await import('fflate');
  return new Map(
    entries.map((entry) => {
      const name = entry.name.slice(0, -EXTENSION.length);
      try {
        return [name, parseNpy(unpackEntry(entry, inflateSync))];
      } catch (cause) {
        if (!(cause instanceof DataError)) throw cause;
        throw new DataError(`array ${shorten(name)}: ${cause.message}`, { cause });
      }
    }),
  );
}

/** Names and claimed lengths, before anything is unpacked. */
function checkEntries(
  entries: readonly ZipEntry[],
  wanted: readonly string[] | null,
  maximalBytes: number,
): readonly ZipEntry[] {
  const names = new Set<string>();
  let total = 0;
  const isWanted = ({ name }: ZipEntry): boolean =>
    wanted?.includes(name.slice(0, -EXTENSION.length)) ?? true;
  for (const entry of entries) {
    const { name, byteLength } = entry;
    const place = `entry ${JSON.stringify(shorten(name))} of the NPZ file`;
    if (!name.endsWith(EXTENSION)) throw new DataError(`${place} is no array: its name lacks .npy`);
    if (names.has(name)) throw new DataError(`${place} stands there twice`);
    names.add(name);
    if (isWanted(entry)) total += byteLength;
  }
  if (total > maximalBytes) {
    throw new DataError(
      `the NPZ file unpacks to ${total} bytes, but may unpack to ${maximalBytes}: save the arrays one by one`,
    );
  }
  return entries.filter(isWanted);
}

/**
 * Writes arrays as an NPZ file; the same arrays give the same bytes.
 *
 * @param arrays - by name, without `.npy`; a string becomes an array of one text.
 */
export async function writeNpz(
  arrays: Readonly<Record<string, NpyArray | string>>,
  { compress = false }: NpzWriting = {},
): Promise<Uint8Array> {
  const { zipSync } = await import('fflate');
  const files = Object.entries(arrays).map(([name, array]) => {
    const content = typeof array === 'string' ? writeNpyText(array) : writeNpy(array);
    return [name + EXTENSION, content];
  });
  // The first day that a zip archive can name, whatever the time zone.
  return zipSync(Object.fromEntries(files) as Record<string, Uint8Array>, {
    level: compress ? 6 : 0,
    mtime: new Date(1980, 0, 1),
  });
}
