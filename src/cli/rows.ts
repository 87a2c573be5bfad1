import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Unzip, UnzipInflate, type UnzipFile } from 'fflate';
import { asError, DataError } from '../errors.ts';
import { decodeNpyValues, npyItemBytes } from '../files/npy.ts';
import { readNpyHeader } from '../files/npy-header.ts';
import { ByteQueue } from './byte-queue.ts';

/*
 * Points from files that may be longer than memory: NPY, one array of an NPZ, CSV.
 */

/** Rows of a table, read from first to last. */
export interface RowSource {
  /** For messages. */
  readonly name: string;
  /** null: nobody knows before the end. */
  readonly count: number | null;
  /** Part of the file that has been read, 0 to 1. */
  readonly fraction: number;
  /**
   * The next rows, [rowCount][width], at most as many as asked for; null after the last.
   *
   * @throws DataError naming row and column if the file is faulty or a number is not finite.
   */
  read(rowCount: number): Promise<Float32Array | null>;
  close(): Promise<void>;
}

const PIECE_BYTES = 2 ** 20;
/** Longest NPY header, with what stands before it. */
const HEADER_BYTES = 10_012;

/**
 * Opens a table of points.
 *
 * @param text - x.npy, x.csv, or x.npz:name; of an NPZ with one array the name may be left out.
 * @param width - numbers of a row; the further dimensions of an array count as one.
 * @throws DataError if the file is not there, is none of these, or has rows of another length.
 */
export async function openRows(text: string, width: number): Promise<RowSource> {
  const npz = /^(.*\.npz)(?::(.+))?$/is.exec(text);
  const path = npz ? npz[1] : text;
  const size = await sizeOf(path);
  if (npz) return openNpy(unzipArray(path, npz[2]), text, width);
  if (/\.npy$/i.test(path)) return openNpy(readPieces(path), text, width);
  if (/\.(csv|tsv|txt)$/i.test(path)) return new CsvRows(path, size, width);
  throw new DataError(`${path} is no table that is read: it must end in .npy, .npz or .csv`);
}

/**
 * All rows of a table.
 *
 * @param most - bytes.
 */
export async function readAllRows(
  text: string,
  width: number,
  most = 2 ** 30,
): Promise<Float32Array> {
  const source = await openRows(text, width);
  try {
    const parts: Float32Array[] = [];
    let length = 0;
    const rows = Math.ceil(PIECE_BYTES / (4 * width));
    for (let part = await source.read(rows); part; part = await source.read(rows)) {
      parts.push(part);
      length += part.length;
      if (4 * length > most) {
        throw new DataError(`${text} has more than ${most} bytes; take a part of its rows`);
      }
    }
    const values = new Float32Array(length);
    let at = 0;
    for (const part of parts) {
      values.set(part, at);
      at += part.length;
    }
    return values;
  } finally {
    await source.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new DataError(`${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

/** Why a file cannot be read or written, in words. */
export function reasonOf(thrown: unknown): string {
  const { code, message } = asError(thrown) as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES' || code === 'EPERM') return 'you have no permission';
  return message;
}

function readPieces(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: PIECE_BYTES });
}

/** The unpacked bytes of one array of an NPZ file. */
async function* unzipArray(path: string, name: string | undefined): AsyncIterable<Uint8Array> {
  let pieces: Uint8Array[] = [];
  const names: string[] = [];
  let failure: Error | null = null;
  const unzip = new Unzip((file: UnzipFile) => {
    names.push(file.name.replace(/\.npy$/, ''));
    if (name === undefined ? names.length > 1 : names.at(-1) !== name) return;
    file.ondata = (error, data) => {
      if (error) failure = error;
      else pieces.push(data);
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  try {
    for await (const piece of readPieces(path)) {
      unzip.push(piece);
      if (failure) throw failure as Error;
      yield* pieces;
      pieces = [];
    }
  } catch (cause) {
    const { message } = asError(cause);
    throw new DataError(`${path} is no NPZ file, or a damaged one: ${message}`, { cause });
  }
  if (name === undefined ? names.length !== 1 : !names.includes(name)) {
    const list = names.join(', ') || 'no arrays';
    const fix =
      name === undefined ? `name one, such as ${path}:${names[0] ?? 'x'}` : 'name another';
    throw new DataError(`${path} has ${list}: ${fix}`);
  }
}

async function openNpy(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  width: number,
): Promise<RowSource> {
  const queue = new ByteQueue(pieces);
  try {
    const { descr, fortranOrder, shape, dataOffset } = readNpyHeader(
      await queue.peek(HEADER_BYTES),
    );
    await queue.take(dataOffset);
    const itemBytes = npyItemBytes(descr);
    if (fortranOrder && shape.length > 1) {
      throw new DataError('it is in Fortran order: save numpy.ascontiguousarray(x)');
    }
    // A list of numbers is one row, or one number a row.
    const isRow = shape.length === 1 && width > 1;
    const [count, ...rest] = isRow ? [1, ...shape] : shape.length === 0 ? [1] : shape;
    const found = rest.reduce((product, length) => product * length, 1);
    if (found !== width) {
      const shown = `[${shape.join(', ')}]`;
      throw new DataError(`its shape is ${shown}, but must be [rows, ${width}]`);
    }
    return new NpyRows(queue, name, count, width, descr, itemBytes);
  } catch (cause) {
    await queue.close();
    throw new DataError(`${name}: ${asError(cause).message}`, { cause });
  }
}

class NpyRows implements RowSource {
  #done = 0;

  constructor(
    private readonly queue: ByteQueue,
    readonly name: string,
    readonly count: number,
    private readonly width: number,
    private readonly descr: string,
    private readonly itemBytes: number,
  ) {}

  get fraction(): number {
    return this.count === 0 ? 1 : this.#done / this.count;
  }

  async read(rowCount: number): Promise<Float32Array | null> {
    const rows = Math.min(rowCount, this.count - this.#done);
    if (rows <= 0) return null;
    const wanted = rows * this.width * this.itemBytes;
    const bytes = await this.queue.take(wanted);
    if (bytes.length < wanted) {
      const read = this.#done + Math.floor(bytes.length / (this.width * this.itemBytes));
      throw new DataError(`${this.name} ends after ${read} of ${this.count} rows: was it cut off?`);
    }
    const values = decodeNpyValues(this.descr, bytes);
    const points = values instanceof Float32Array ? values : Float32Array.from(values);
    checkRows(points, this.name, this.width, this.#done);
    this.#done += rows;
    return points;
  }

  close(): Promise<void> {
    return this.queue.close();
  }
}

class CsvRows implements RowSource {
  readonly count = null;
  #bytes = 0;
  #lineNumber = 0;
  #isOpen = false;
  readonly #lines: AsyncIterator<string>;
  readonly #stream;

  constructor(
    readonly name: string,
    private readonly size: number,
    private readonly width: number,
  ) {
    this.#stream = createReadStream(name, { highWaterMark: PIECE_BYTES });
    this.#lines = createInterface({ input: this.#stream, crlfDelay: Infinity })[
      Symbol.asyncIterator
    ]();
  }

  get fraction(): number {
    return this.size === 0 ? 1 : Math.min(1, this.#bytes / this.size);
  }

  async read(rowCount: number): Promise<Float32Array | null> {
    const values: number[] = [];
    while (values.length < rowCount * this.width) {
      const { value: line, done } = await this.#lines.next();
      if (done) break;
      this.#bytes += line.length + 1;
      this.#lineNumber++;
      const text = line.trim();
      if (text === '' || text.startsWith('#')) continue;
      const cells = text.split(/\s*[,;]\s*|\s+/);
      const numbers = cells.map((cell) => (cell === '' ? NaN : Number(cell)));
      const isHeader = !this.#isOpen && numbers.some((x, i) => Number.isNaN(x) && !isNan(cells[i]));
      this.#isOpen = true;
      if (isHeader) continue;
      this.#checkLine(cells, numbers);
      values.push(...numbers);
    }
    return values.length > 0 ? Float32Array.from(values) : null;
  }

  #checkLine(cells: readonly string[], numbers: readonly number[]): void {
    const place = `${this.name}, line ${this.#lineNumber}`;
    if (numbers.length !== this.width) {
      throw new DataError(`${place} has ${numbers.length} numbers, but must have ${this.width}`);
    }
    const bad = numbers.findIndex((value) => !Number.isFinite(Math.fround(value)));
    if (bad >= 0) {
      const shown = JSON.stringify(cells[bad]);
      throw new DataError(`${place}, column ${bad} is ${shown}, but must be a finite number`);
    }
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }
}

const isNan = (cell: string): boolean => /^[+-]?(nan|inf(inity)?)$/i.test(cell);

function checkRows(points: Float32Array, name: string, width: number, firstRow: number): void {
  const bad = points.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const place = `${name}, row ${firstRow + Math.floor(bad / width)}, column ${bad % width}`;
  throw new DataError(`${place} is ${points[bad]}, but must be finite in float32`);
}
