import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { open, realpath, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../errors.ts';
import { UsageError } from './arguments.ts';
import { reasonOf } from './input-file.ts';

/** Files that are being written. */
const unfinished = new Set<string>();

/** Removes what would be left half written; for the end of the process, which waits for nothing. */
export function removeUnfinished(): void {
  for (const path of unfinished) {
    unfinished.delete(path);
    try {
      unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** A file that is written beside its place and moved there when it is whole. */
export class OutputFile {
  #handle: FileHandle | null;

  private constructor(
    readonly path: string,
    /** Where it is while it is written. */
    readonly partPath: string,
    handle: FileHandle,
  ) {
    this.#handle = handle;
  }

  /** @throws DataError if the folder is not there or nothing may be written to it. */
  static async create(path: string): Promise<OutputFile> {
    await checkPlace(path);
    // Process numbers come back: what a process that was killed has left must be in nobody's way.
    const suffix = `${process.pid}-${randomBytes(4).toString('hex')}.part`;
    const partPath = join(dirname(path), `.${basename(path)}.${suffix}`);
    try {
      const handle = await open(partPath, 'wx');
      unfinished.add(partPath);
      return new OutputFile(path, partPath, handle);
    } catch (cause) {
      throw refuse(path, cause);
    }
  }

  /** @throws DataError if the disk is full, … */
  write(bytes: Uint8Array): Promise<void> {
    return this.#guard(async () => {
      for (let start = 0; start < bytes.length;) {
        const { bytesWritten } = await this.#open.write(bytes, start);
        start += bytesWritten;
      }
    });
  }

  /** Overwrites bytes that are there already, such as a header that names what followed. */
  async writeAt(bytes: Uint8Array, position: number): Promise<void> {
    await this.#guard(() => this.#open.write(bytes, 0, bytes.length, position));
  }

  /** Moves the file to its place. */
  async finish(): Promise<void> {
    await this.#guard(async () => {
      await this.#open.close();
      this.#handle = null;
      await rename(this.partPath, this.path);
    });
    unfinished.delete(this.partPath);
  }

  /** Leaves nothing of it; does nothing once it is finished. */
  async discard(): Promise<void> {
    if (!unfinished.has(this.partPath)) return;
    await this.#handle?.close();
    this.#handle = null;
    await unlink(this.partPath);
    unfinished.delete(this.partPath);
  }

  async #guard(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (cause) {
      throw cause instanceof DataError ? cause : refuse(this.path, cause);
    }
  }

  get #open(): FileHandle {
    if (!this.#handle) throw new DataError(`${this.path} is closed already`);
    return this.#handle;
  }
}

function refuse(path: string, cause: unknown): DataError {
  return new DataError(`${path} cannot be written: ${reasonOf(cause)}`, { cause });
}

/** Writes a whole file, beside its place first. */
export async function writeOutput(path: string, bytes: Uint8Array | string): Promise<void> {
  const file = await OutputFile.create(path);
  try {
    await file.write(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
    await file.finish();
  } finally {
    await file.discard();
  }
}

/**
 * Before anything is read: whether the result would take the place of what it is made from.
 *
 * @param sources - files that are read, by what the command line calls them.
 * @throws UsageError naming both.
 */
export async function checkKept(
  out: string,
  sources: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const place = await filePlace(out);
  if (place === null) return;
  for (const [name, path] of Object.entries(sources)) {
    if (path !== undefined && (await filePlace(path)) === place) {
      throw new UsageError(
        `--out is ${out}, which is also what is read as ${name}: name another file`,
      );
    }
  }
}

/** Where a file is, by whatever names it is called; null if there is none. */
async function filePlace(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? realpath(path) : null;
}

/**
 * Before anything is computed: whether a file can be at that place.
 *
 * @throws DataError naming what to do.
 */
export async function checkPlace(path: string): Promise<void> {
  const folder = dirname(path);
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) {
    throw new DataError(`${path} cannot be written: there is no folder ${folder}; create it first`);
  }
  const old = await stat(path).catch(() => null);
  if (old?.isDirectory()) {
    throw new DataError(`${path} cannot be written: it is a folder; name a file in it`);
  }
}
