import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { asError, DataError } from '../errors.ts';

/** @throws DataError that says why the file cannot be read. */
export function readInput(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => refuse(path, cause));
}

/**
 * Content of a file that another file names. Who wrote that may name a pipe or a device, of which reading may never
 * end.
 *
 * @throws Error for {@link reasonOf}.
 */
export async function readNamed(path: string): Promise<Buffer> {
  const found = await stat(path);
  if (found.isFile() || found.isDirectory()) return readFile(path);
  throw new DataError('it is a pipe, a socket or a device; put a file in its place');
}

/** @throws DataError that says why the file cannot be read. */
export async function checkInput(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((cause: unknown) => refuse(path, cause));
  if ((await stat(path)).isDirectory()) {
    throw new DataError(`${path} cannot be read: it is a folder; name a file in it`);
  }
}

/** Why a file cannot be read or written, in words. */
export function reasonOf(thrown: unknown): string {
  const { code, message } = asError(thrown) as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder; name a file in it';
  if (code === 'ENOSPC') return 'the disk is full; free some space';
  if (code === 'EACCES' || code === 'EPERM') return 'you have no permission';
  return message;
}

function refuse(path: string, cause: unknown): never {
  throw new DataError(`${path} cannot be read: ${reasonOf(cause)}`, { cause });
}
