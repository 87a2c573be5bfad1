import { createReadStream } from 'node:fs';
import { Zip, ZipPassThrough } from 'fflate';
import { assert, DataError } from '../errors.ts';
import type { NpyValues } from '../files/npy.ts';
import { npyItemBytes } from '../files/npy.ts';
import { writeNpyHeader } from '../files/npy-header.ts';
import { writeNpyText } from '../files/npy-text.ts';
import { OutputFile } from './output.ts';

/*
 * NPY and NPZ files that are written row by row, so that memory does not grow with them.
 */

/** An array that will be written. */
export interface ArrayPlan {
  readonly name: string;
  /** NumPy's name of its type, such as `<f4`. */
  readonly descr: string;
  readonly shape: readonly number[];
}

/** Where the rows of arrays go. */
export interface ArraySink {
  /** Appends numbers to an array; those that have no place in the file are dropped. */
  append(name: string, values: NpyValues): Promise<void>;
  /** Puts the file in its place. */
  finish(): Promise<void>;
  /** Leaves nothing of it, unless it is finished. */
  discard(): Promise<void>;
}

/** One array as an NPY file. */
export async function createNpySink(path: string, plan: ArrayPlan): Promise<ArraySink> {
  const array = await ArrayFile.create(path, plan);
  return {
    append: async (name, values) => (name === plan.name ? array.append(values) : undefined),
    async finish() {
      array.check();
      await array.file.finish();
    },
    discard: () => array.file.discard(),
  };
}

/** Zip archives of this kind end here. */
const LARGEST_ARCHIVE = 2 ** 32 - 2 ** 20;

/**
 * Arrays as an NPZ file. Each is written to a file of its own beside the place first, and these are put together
 * in the end: needs twice the room on disk.
 *
 * @param texts - arrays of one text.
 * @throws DataError if the file would be larger than 4 GiB.
 */
export async function createNpzSink(
  path: string,
  plans: readonly ArrayPlan[],
  texts: Readonly<Record<string, string>>,
): Promise<ArraySink> {
  const length = plans.reduce((sum, plan) => sum + byteLength(plan), 0);
  if (length > LARGEST_ARCHIVE) {
    const size = (length / 2 ** 30).toFixed(1);
    throw new DataError(`${path} would have ${size} GiB, but NPZ files end at 4: write .npy`);
  }
  const whole = await OutputFile.create(path);
  const parts = new Map<string, ArrayFile>();
  const discard = async (): Promise<void> => {
    for (const { file } of [...parts.values(), { file: whole }]) await file.discard();
  };
  try {
    for (const plan of plans) {
      parts.set(plan.name, await ArrayFile.create(`${path}-${plan.name}`, plan));
    }
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    append: async (name, values) => parts.get(name)?.append(values),
    async finish() {
      const archive = new Archive(whole);
      for (const [name, part] of parts) {
        part.check();
        await archive.add(`${name}.npy`, createReadStream(part.file.partPath));
        await part.file.discard();
      }
      for (const [name, text] of Object.entries(texts)) {
        await archive.add(`${name}.npy`, [writeNpyText(text)]);
      }
      await archive.end();
      await whole.finish();
    },
    discard,
  };
}

function byteLength({ descr, shape }: ArrayPlan): number {
  return shape.reduce((product, length) => product * length, npyItemBytes(descr));
}

/** An NPY file under way. */
class ArrayFile {
  #written = 0;

  private constructor(
    readonly file: OutputFile,
    private readonly plan: ArrayPlan,
  ) {}

  static async create(path: string, plan: ArrayPlan): Promise<ArrayFile> {
    const file = await OutputFile.create(path);
    await file.write(writeNpyHeader(plan.descr, plan.shape));
    return new ArrayFile(file, plan);
  }

  async append(values: NpyValues): Promise<void> {
    this.#written += values.byteLength;
    await this.file.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  check(): void {
    const wanted = byteLength(this.plan);
    assert(
      this.#written === wanted,
      `${this.plan.name} has ${this.#written} bytes instead of ${wanted}`,
    );
  }
}

/** A zip archive of unpacked files, written as it comes. */
class Archive {
  #pieces: Uint8Array[] = [];
  readonly #zip = new Zip((error, piece) => {
    if (error) throw error;
    this.#pieces.push(piece);
  });

  constructor(private readonly file: OutputFile) {}

  async add(
    name: string,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void> {
    const entry = new ZipPassThrough(name);
    // The first day that a zip archive can name, whatever the time zone.
    entry.mtime = new Date(1980, 0, 1);
    this.#zip.add(entry);
    for await (const piece of content) {
      entry.push(piece);
      await this.#flush();
    }
    entry.push(new Uint8Array(0), true);
    await this.#flush();
  }

  async end(): Promise<void> {
    this.#zip.end();
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    for (const piece of pieces) await this.file.write(piece);
  }
}
