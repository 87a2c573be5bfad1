import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { asError, DataError } from '../errors.ts';
import { decodeNpyValues, npyItemBytes } from '../files/npy.ts';
import { readNpyHeader } from '../files/npy-header.ts';
import { showList } from '../files/show.ts';
import { ByteQueue } from './byte-queue.ts';
import type { Backend } from './host.ts';
import { checkInput } from './input-file.ts';
import { listZipFile, readZipFile } from './zip-stream.ts';

/*
 * Points from files that may be longer than memory: NPY, one array of an NPZ, CSV.
 */

/** Rows of a table, read from first to last. */
export interface RowSource {
  /** For messages. */
  readonly name: string;
  readonly count: number;
  /**
   * The next rows, [rowCount][width], at most as many as asked for; null after the last.
   *
   * @throws DataError naming row and column if the file is faulty or a number is not finite.
   */
  read(rowCount: number): Promise<Float32Array | null>;
  /**
   * For those who leave rows unread: goes on to where the file tells whether those before were right, if it does.
   *
   * @throws DataError if they were not.
   */
  verify(): Promise<void>;
  close(): Promise<void>;
}

const PIECE_BYTES = 2 ** 20;
/** Most bytes of a line: a row of a million numbers takes less, and no text may be longer than 512 MiB. */
const MAXIMAL_LINE = 2 ** 26;
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
  const { path, arrayName } = tablePath(text);
  await checkInput(path);
  const source = await openKind(path, arrayName, text, width);
  if (source.count > 0) return source;
  await source.close();
  throw new DataError(`${text} has no rows`);
}

/** The file of a table, and the array of it that is meant if that is said. */
export function tablePath(text: string): { path: string; arrayName: string | undefined } {
  const npz = /^(.*\.npz)(?::(.+))?$/is.exec(text);
  return npz ? { path: npz[1], arrayName: npz[2] } : { path: text, arrayName: undefined };
}

async function openKind(
  path: string,
  arrayName: string | undefined,
  text: string,
  width: number,
): Promise<RowSource> {
  if (/\.npz$/i.test(path)) return openNpy(unzipArray(path, arrayName), text, width, true);
  if (/\.npy$/i.test(path)) return openNpy(readPieces(path), text, width, false);
  if (/\.(csv|tsv|txt)$/i.test(path)) return CsvRows.open(path, width);
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

function readPieces(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: PIECE_BYTES });
}

/** The unpacked bytes of one array of an NPZ file. */
async function* unzipArray(path: string, name: string | undefined): AsyncGenerator<Uint8Array> {
  const files = await listZipFile(path);
  const names = files.map((file) => file.name.replace(/\.npy$/, ''));
  const index = name === undefined ? 0 : names.indexOf(name);
  if (index < 0 || files.length === 0 || (name === undefined && files.length > 1)) {
    const list = showList(names) || 'no arrays';
    const fix =
      name === undefined ? `name one, such as ${path}:${names[0] ?? 'x'}` : 'name another';
    throw new DataError(`it has ${list}: ${fix}`);
  }
  yield* readZipFile(path, files[index], PIECE_BYTES);
}

/** @param hasChecksum - whether the pieces end with an error if they were damaged. */
async function openNpy(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  width: number,
  hasChecksum: boolean,
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
    // A list of numbers is one row; where a row has one number, it is many rows.
    const isRow = shape.length < 2 && width > 1;
    const [count, ...rest] = isRow || shape.length === 0 ? [1, ...shape] : shape;
    const found = rest.reduce((product, length) => product * length, 1);
    if (found !== width) {
      const shown = `[${shape.join(', ')}]`;
      throw new DataError(`its shape is ${shown}, but must be [rows, ${width}]`);
    }
    return new NpyRows(queue, name, count, width, descr, itemBytes, hasChecksum);
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
    private readonly hasChecksum: boolean,
  ) {}

  async read(rowCount: number): Promise<Float32Array | null> {
    const rows = Math.min(rowCount, this.count - this.#done);
    if (rows <= 0) return null;
    const wanted = rows * this.width * this.itemBytes;
    const bytes = await this.#take(wanted);
    if (bytes.length < wanted) {
      const read = this.#done + Math.floor(bytes.length / (this.width * this.itemBytes));
      throw new DataError(`${this.name} ends after ${read} of ${this.count} rows: was it cut off?`);
    }
    const values = decodeNpyValues(this.descr, bytes);
    const points = values instanceof Float32Array ? values : Float32Array.from(values);
    checkRows(points, this.name, this.width, this.#done);
    this.#done += rows;
    // The end of an NPZ file tells whether all before it was right.
    if (this.#done === this.count && (await this.#take(1)).length > 0) {
      throw new DataError(
        `${this.name} goes on after the ${this.count} rows that its header names: save it again`,
      );
    }
    return points;
  }

  async verify(): Promise<void> {
    if (!this.hasChecksum) return;
    while ((await this.#take(PIECE_BYTES)).length > 0);
  }

  async #take(length: number): Promise<Uint8Array> {
    try {
      return await this.queue.take(length);
    } catch (cause) {
      throw new DataError(`${this.name}: ${asError(cause).message}`, { cause });
    }
  }

  close(): Promise<void> {
    return this.queue.close();
  }
}

/**
 * Lines of numbers between commas, semicolons, tabs or blanks, in quotes or not; lines from `#` on and a first line
 * of names are none.
 */
class CsvRows implements RowSource {
  #lineNumber = 0;
  /** Number of the first line that is no comment; 0 before it is read. */
  #firstLine = 0;
  #isTooLong = false;
  readonly #stream;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    readonly name: string,
    readonly width: number,
    readonly count: number,
  ) {
    this.#stream = createReadStream(name, { highWaterMark: PIECE_BYTES });
    const lines = createInterface({ input: this.#stream, crlfDelay: Infinity });
    this.#lines = lines[Symbol.asyncIterator]();
    let length = 0;
    this.#stream.on('data', (data) => {
      const piece = data as Buffer;
      const end = Math.max(piece.lastIndexOf(0x0a), piece.lastIndexOf(0x0d));
      length = end < 0 ? length + piece.length : piece.length - end - 1;
      if (length <= MAXIMAL_LINE) return;
      this.#isTooLong = true;
      lines.close();
    });
  }

  /** Reads the file once to count its rows. */
  static async open(path: string, width: number): Promise<CsvRows> {
    const counter = new CsvRows(path, width, 0);
    let count = 0;
    try {
      while ((await counter.#next()) !== null) count++;
    } finally {
      await counter.close();
    }
    return new CsvRows(path, width, count);
  }

  async read(rowCount: number): Promise<Float32Array | null> {
    const values: number[] = [];
    while (values.length < rowCount * this.width) {
      const line = await this.#next();
      if (line === null) break;
      const cells = line.split(SEPARATOR);
      const numbers = cells.map(readCell);
      this.#checkLine(cells, numbers);
      for (const value of numbers) values.push(value);
    }
    return values.length > 0 ? Float32Array.from(values) : null;
  }

  /** The next line that has numbers. */
  async #next(): Promise<string | null> {
    for (;;) {
      const next = await this.#lines.next();
      if (next.done && this.#isTooLong) {
        throw new DataError(
          `${this.name}, line ${this.#lineNumber + 1} has more than ${MAXIMAL_LINE} bytes: is it a table, a row a line?`,
        );
      }
      if (next.done) return null;
      this.#lineNumber++;
      const line = next.value.trim();
      if (line === '' || line.startsWith('#')) continue;
      if (this.#firstLine === 0) {
        this.#firstLine = this.#lineNumber;
        if (isHeading(line)) continue;
      }
      return line;
    }
  }

  #checkLine(cells: readonly string[], numbers: readonly number[]): void {
    const place = `${this.name}, line ${this.#lineNumber}`;
    const bad = numbers.findIndex((value) => !Number.isFinite(Math.fround(value)));
    const isMixed = bad >= 0 && this.#lineNumber === this.#firstLine;
    const fix = isMixed ? '; put # before the line if it is a heading' : '';
    if (numbers.length !== this.width) {
      const counts = `has ${numbers.length} numbers, but must have ${this.width}`;
      throw new DataError(`${place} ${counts}${fix}`);
    }
    if (bad >= 0) {
      const shown = JSON.stringify(cells[bad]);
      throw new DataError(`${place}, column ${bad} is ${shown}, but must be a finite number${fix}`);
    }
  }

  /** The file has no checksum. */
  async verify(): Promise<void> {}

  async close(): Promise<void> {
    this.#stream.destroy();
  }
}

const SEPARATOR = /\s*[,;]\s*|\s+/;

const unquote = (cell: string): string => cell.replace(/^"(.*)"$/, '$1').trim();

/** NaN if the cell holds no number. */
function readCell(cell: string): number {
  const text = unquote(cell);
  return text === '' ? NaN : Number(text);
}

const isNan = (cell: string): boolean => /^[+-]?(nan|inf(inity)?)$/i.test(unquote(cell));

/**
 * Whether a line names columns: none of its cells is a number, and one is not empty. A line with both is a row with
 * a fault.
 */
function isHeading(line: string): boolean {
  // Where something else separates, names may have blanks and numbers in them: `pixel 0,pixel 1`.
  const cells = line.split(/[,;\t]/.test(line) ? /[,;\t]/ : /\s+/);
  const filled = cells.map((cell) => unquote(cell.trim())).filter((cell) => cell !== '');
  const isNumber = (word: string): boolean => !Number.isNaN(readCell(word)) || isNan(word);
  return filled.length > 0 && filled.every((cell) => !cell.split(/\s+/).every(isNumber));
}

function checkRows(points: Float32Array, name: string, width: number, firstRow: number): void {
  const bad = points.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const place = `${name}, row ${firstRow + Math.floor(bad / width)}, column ${bad % width}`;
  throw new DataError(`${place} is ${points[bad]}, but must be finite in float32`);
}

/** Points that go to a job together: enough for a device, and a moment's work for a CPU. */
const PART_ROWS: Readonly<Record<Backend, number>> = { webgpu: 8192, dawn: 8192, cpu: 256 };
const PART_BYTES = 2 ** 23;

/** Rows to hand to a job at once. */
export function partRows(width: number, backend: Backend): number {
  return Math.max(1, Math.min(PART_ROWS[backend], Math.floor(PART_BYTES / (4 * width))));
}
