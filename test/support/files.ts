import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { FtleError } from '../../src/errors.ts';

const FOLDER = resolve(import.meta.dirname, '../fixtures');

/** Bytes of a file in test/fixtures, in a buffer of their own. */
export function readFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FOLDER, name)));
}

/** All files there with that extension, such as `.npz`. */
export function listFixtures(extension: string): string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith(extension));
}

/** A safetensors file whose parts need not fit together; the header's length is that of the header if not given. */
export function safetensorsFile(
  header: unknown,
  data: Uint8Array | number = 0,
  length?: bigint,
): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const numbers = typeof data === 'number' ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + json.length + numbers.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(numbers, 8 + json.length);
  return bytes;
}

/** One thing that goes wrong with a file; places are fractions of its length. */
type Damage =
  | { kind: 'set'; at: number; value: number }
  | { kind: 'flip'; at: number; value: number }
  | { kind: 'digit'; at: number; value: number }
  | { kind: 'cut'; at: number; value: number }
  | { kind: 'remove'; at: number; value: number }
  | { kind: 'repeat'; at: number; value: number };

const KINDS = ['set', 'flip', 'digit', 'cut', 'remove', 'repeat'] as const;

/** Real files, damaged in one to four ways; the header, which comes first, more often than the rest. */
export function damagedFiles(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const damage = fc.record({
    kind: fc.constantFrom(...KINDS),
    at: fc.oneof(
      place,
      place.map((x) => x * x * x),
    ),
    value: fc.nat(255),
  });
  return fc
    .tuple(fc.constantFrom(...files), fc.array(damage, { minLength: 1, maxLength: 4 }))
    .map(([file, damages]) => damages.reduce<Uint8Array>(apply, file));
}

function apply(file: Uint8Array, { kind, at, value }: Damage): Uint8Array {
  const place = Math.floor(at * file.length);
  const bytes = file.slice();
  switch (kind) {
    case 'set':
      bytes[place] = value;
      return bytes;
    case 'flip':
      bytes[place] ^= 1 << (value & 7);
      return bytes;
    case 'digit': {
      // The next digit of a text becomes another: shapes and offsets that do not fit.
      const digit = bytes.findIndex((byte, i) => i >= place && byte >= 0x30 && byte <= 0x39);
      if (digit >= 0) bytes[digit] = 0x30 + (value % 10);
      return bytes;
    }
    case 'cut':
      return bytes.slice(0, place);
    case 'remove':
      return concatenate(bytes.subarray(0, place), bytes.subarray(place + 1 + (value & 15)));
    case 'repeat':
      return concatenate(bytes.subarray(0, place + 1 + (value & 63)), bytes.subarray(place));
  }
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** Longest that a reader may take for a file of a few kilobytes, broken or not. */
const MAXIMAL_MILLISECONDS = 1000;

/**
 * Gives a reader broken files, and prints how many it refused and the longest that it took.
 *
 * @throws Error with fast-check's account of the file if the reader throws anything but an error of this package,
 *   takes too long, or refuses nothing.
 */
export async function checkReader(
  label: string,
  files: fc.Arbitrary<Uint8Array>,
  count: number,
  read: (bytes: Uint8Array) => unknown,
): Promise<void> {
  let refused = 0;
  let longest = 0;
  await fc.assert(
    fc.asyncProperty(files, async (bytes) => {
      const start = performance.now();
      try {
        await read(bytes);
      } catch (error) {
        if (!(error instanceof FtleError) || error.code === 'internal') throw error;
        refused++;
      }
      const duration = performance.now() - start;
      longest = Math.max(longest, duration);
      if (duration > MAXIMAL_MILLISECONDS) throw new Error(`the reader took ${duration} ms`);
    }),
    { seed: 1, numRuns: count },
  );
  console.log(`${label}: ${refused} of ${count} refused, longest ${longest.toFixed(1)} ms`);
  if (refused === 0) throw new Error(`${label}: no file was refused`);
}
