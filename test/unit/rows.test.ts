// Plan: tables are read whole or refused: a changed byte anywhere in an array of an NPZ file, packed or not, also
// behind the rows that are wanted, and bytes beyond the last row. What an archive unpacks to never lies in memory as a whole. Long archives (zip64)
// are read. Only a line of nothing but names is a heading. Control: the same files before they are changed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { choosePlane } from '../../src/cli/plane-options.ts';
import { openRows, readAllRows } from '../../src/cli/rows.ts';
import { listZipFile, readZipFile } from '../../src/cli/zip-stream.ts';
import { DataError } from '../../src/errors.ts';
import { writeNpy } from '../../src/files/npy.ts';
import { parseNpz, writeNpz } from '../../src/files/npz.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';

const folder = mkdtempSync(join(tmpdir(), 'ftle-map-rows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

const COUNT = 50;
const values = Float32Array.from({ length: 3 * COUNT }, (_, i) => Math.sin(i));
const array = { shape: [COUNT, 3], values };
const archives = {
  stored: await writeNpz({ x: array, y: array }),
  packed: await writeNpz({ x: array, y: array }, { compress: true }),
};

async function errorOf(path: string): Promise<Error> {
  const failure = await readAllRows(path, 3).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(DataError);
  expect((failure as Error).message).toContain(path);
  return failure as Error;
}

describe.each(['stored', 'packed'] as const)('an array of an NPZ file, %s,', (kind) => {
  const whole = archives[kind];

  it('is read by its name', async () => {
    const path = write(`${kind}.npz`, whole);
    for (const name of ['x', 'y']) expect(await readAllRows(`${path}:${name}`, 3)).toEqual(values);
  });

  it('is refused if a byte of it has changed', async () => {
    const damaged = whole.slice();
    damaged[30 + 'x.npy'.length + 200] ^= 1;
    const path = write(`${kind}-damaged.npz`, damaged);
    const { message } = await errorOf(`${path}:x`);
    expect(message).toMatch(/"x\.npy" (does not have the checksum|cannot be unpacked)/);
    expect(await readAllRows(`${path}:y`, 3)).toEqual(values);
  });

  it('is read from a long archive', async () => {
    const path = write(`${kind}-long.npz`, asLong(whole));
    expect(await readAllRows(`${path}:y`, 3)).toEqual(values);
    const arrays = await parseNpz(asLong(whole));
    expect(arrays.get('y')?.values).toEqual(values);
  });
});

describe.each(['stored', 'packed'] as const)('an array of which a part is read, %s,', (kind) => {
  const rowCount = 3000;
  const long = Float32Array.from({ length: 3 * rowCount }, (_, i) => Math.sin(i));
  const options = kind === 'packed' ? { compress: true } : {};
  const network = initialiseNetwork(parseArchitecture('3-4-1'), 1);
  const quiet = { note: () => undefined };
  const planePoints = [0, 1, 2] as const;

  it('is refused if it was damaged behind that part', async () => {
    const whole = await writeNpz({ x: { shape: [rowCount, 3], values: long } }, options);
    const path = write(`${kind}-part.npz`, whole);
    const { places } = await choosePlane(network, { inputs: path, planePoints }, quiet);
    expect(places).toHaveLength(6);

    // The directory starts behind the array, whose last bytes are those of its last rows.
    const { start, packedLength } = (await listZipFile(path))[0];
    whole[start + packedLength - (kind === 'packed' ? 500 : 1)] ^= 1;
    const inputs = write(`${kind}-part-damaged.npz`, whole);
    const rows = await openRows(inputs, 3);
    expect(await rows.read(3)).toEqual(long.subarray(0, 9));
    await expect(rows.verify()).rejects.toThrow(DataError);
    await rows.close();
    await expect(choosePlane(network, { inputs, planePoints }, quiet)).rejects.toThrow(
      /part-damaged\.npz: .*"x\.npy" (does not have the checksum|cannot be unpacked)/,
    );
  });
});

describe('bytes beyond the last row', () => {
  const long = new Uint8Array([...writeNpy(array), 0]);

  it('are refused in an NPY file', async () => {
    const { message } = await errorOf(write('long.npy', long));
    expect(message).toMatch(/goes on after the 50 rows that its header names/);
  });

  it('are refused at the last rows, not before', async () => {
    const rows = await openRows(write('long.npy', long), 3);
    expect(await rows.read(COUNT - 1)).toHaveLength(3 * (COUNT - 1));
    await expect(rows.read(COUNT)).rejects.toThrow('goes on');
    await rows.close();
  });
});

describe('the first line of a CSV file', () => {
  const writeText = (text: string) => write('first.csv', new TextEncoder().encode(text));

  it.each([
    ['names', 'x,y,z'],
    ['names in quotes', '"x","y 1","z"'],
    ['names with numbers in them', 'pixel 0,pixel 1,pixel 2'],
    ['names between blanks', 'x y z'],
    ['an empty name', ',y,z'],
  ])('is a heading if it holds %s', async (_, line) => {
    const path = writeText(`# made by hand\n${line}\n1,2,3\n`);
    expect(await readAllRows(path, 3)).toEqual(Float32Array.of(1, 2, 3));
  });

  it.each([
    ['numbers', '4,5,6'],
    ['numbers in quotes', '"4","5","6"'],
  ])('is a row if it holds %s', async (_, line) => {
    const path = writeText(`${line}\n1,2,3\n`);
    expect(await readAllRows(path, 3)).toEqual(Float32Array.of(4, 5, 6, 1, 2, 3));
  });

  it.each([
    ['a name among numbers', '4,5,x6', 'column 2 is "x6"'],
    ['a number among names', 'x,1,z', 'column 0 is "x"'],
    ['an empty cell among numbers', '4,,6', 'column 1 is ""'],
    ['a cell that is no number', 'nan,5,6', 'column 0 is "nan"'],
    ['empty cells alone', ',,', 'column 0 is ""'],
    ['half a number in quotes', '4,5,"6', 'column 2 is "\\"6"'],
  ])('is refused if it holds %s', async (_, line, found) => {
    const { message } = await errorOf(writeText(`${line}\n1,2,3\n`));
    expect(message).toMatch(/line 1, .*, but must be a finite number; put # before the line if/);
    expect(message).toContain(found);
  });

  it('is no place for a heading further down', async () => {
    const { message } = await errorOf(writeText('1,2,3\nx,y,z\n'));
    expect(message).toMatch(/line 2, column 0 is "x", but must be a finite number$/);
  });
});

it('a line without end is refused while it is read', async () => {
  const bytes = new Uint8Array(2 ** 26 + 2 ** 20).fill('7'.charCodeAt(0));
  bytes.set(new TextEncoder().encode('1,2,3\n'));
  const { message } = await errorOf(write('line.csv', bytes));
  expect(message).toMatch(/line\.csv, line 2 has more than 67108864 bytes: is it a table/);
});

it('an archive is unpacked piece by piece', async () => {
  const zeros = { shape: [2 ** 22], values: new Float32Array(2 ** 22) };
  const path = write('zeros.npz', await writeNpz({ x: zeros }, { compress: true }));
  const [file] = await listZipFile(path);
  expect(file.packedLength).toBeLessThan(2 ** 15);
  let length = 0;
  for await (const piece of readZipFile(path, file, 2 ** 14)) {
    expect(piece.length).toBeLessThanOrEqual(2 ** 14);
    length += piece.length;
  }
  expect(length).toBe(file.byteLength);
});

/** The same archive with all lengths and places as numbers of 64 bits. */
function asLong(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  const parts: Uint8Array[] = [bytes.subarray(0, start)];
  for (let place = start, i = 0; i < count; i++) {
    const next = place + 46 + view.getUint16(place + 28, true);
    const entry = bytes.slice(place, next);
    const fields = new DataView(entry.buffer);
    const extra = new DataView(new ArrayBuffer(28));
    extra.setUint16(0, 1, true);
    extra.setUint16(2, 24, true);
    for (const [index, offset] of [24, 20, 42].entries()) {
      extra.setBigUint64(4 + 8 * index, BigInt(fields.getUint32(offset, true)), true);
      fields.setUint32(offset, 0xffffffff, true);
    }
    fields.setUint16(30, 28, true);
    parts.push(entry, new Uint8Array(extra.buffer));
    place = next;
  }
  const directoryEnd = parts.reduce((sum, { length }) => sum + length, 0);
  const tail = new DataView(new ArrayBuffer(56 + 20 + 22));
  tail.setUint32(0, 0x06064b50, true);
  for (const [offset, value] of [
    [4, 44],
    [24, count],
    [32, count],
    [40, directoryEnd - start],
    [48, start],
    [56 + 8, directoryEnd],
  ]) {
    tail.setBigUint64(offset, BigInt(value), true);
  }
  tail.setUint32(56, 0x07064b50, true);
  tail.setUint32(76, 0x06054b50, true);
  for (const offset of [8, 10]) tail.setUint16(76 + offset, 0xffff, true);
  for (const offset of [12, 16]) tail.setUint32(76 + offset, 0xffffffff, true);
  parts.push(new Uint8Array(tail.buffer));
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
