// Plan: arrays that NumPy wrote (test/fixtures/arrays.npz, version-2.npy, version-3.npy) have its numbers,
// shapes and types, in C and Fortran order; what we write is what NumPy would, and comes back bit for bit
// (property over types and shapes); every fault has its message; broken NPY and NPZ files give typed errors
// only. Control: the Fortran fixture does hold its numbers in another order than ours.
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.ts';
import { readNpyHeader } from '../../src/files/npy-header.ts';
import {
  decodeNpyValues,
  npyItemBytes,
  parseNpy,
  writeNpy,
  type NpyValues,
} from '../../src/files/npy.ts';
import { parseNpz, writeNpz } from '../../src/files/npz.ts';
import { checkReader, damagedFiles, listFixtures, readFixture } from '../support/files.ts';

const SIX = [0, 1, 2, 3, 4, 5];

/** A file of version 1 with this text as its header. */
function npyFile(header: string, data = 0, version = 1): Uint8Array {
  const bytes = new Uint8Array(10 + header.length + data);
  bytes.set([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    version,
    0,
    header.length & 255,
    header.length >> 8,
  ]);
  bytes.set(new TextEncoder().encode(header), 10);
  return bytes;
}

const header = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe('arrays of NumPy', () => {
  it.each([
    ['float16', Float32Array],
    ['float32', Float32Array],
    ['float64', Float64Array],
    ['int8', Int8Array],
    ['uint8', Uint8Array],
    ['int16', Int16Array],
    ['uint16', Uint16Array],
    ['int32', Int32Array],
    ['uint32', Uint32Array],
    ['int64', Float64Array],
    ['uint64', Float64Array],
  ])('of %s', async (name, type) => {
    const array = (await parseNpz(readFixture('arrays.npz'))).get(`array-${name}`)!;
    expect(array).toEqual({ shape: [2, 3], values: type.from(SIX) });
  });

  it('of other shapes and of truth values', async () => {
    const arrays = await parseNpz(readFixture('arrays.npz'));
    expect(arrays.get('array-bool')!.values).toEqual(Uint8Array.of(0, 1, 1, 1, 1, 1));
    expect(arrays.get('scalar')).toEqual({ shape: [], values: Float64Array.of(2.5) });
    expect(arrays.get('empty')).toEqual({ shape: [0, 3], values: new Float32Array(0) });
    expect(arrays.get('vector')!.values).toEqual(Float64Array.of(0, 0.25, 0.5, 0.75, 1));
    expect(arrays.size).toBe(17);
  });

  it('in Fortran order', async () => {
    const arrays = await parseNpz(readFixture('arrays.npz'));
    expect(arrays.get('fortran')).toEqual({ shape: [2, 3], values: Float64Array.from(SIX) });
    // cube[i][j][k] = i + 2j + 6k
    const cube = [0, 1].flatMap((i) =>
      [0, 1, 2].flatMap((j) => [0, 1, 2, 3].map((k) => i + 2 * j + 6 * k)),
    );
    expect(arrays.get('cube')).toEqual({ shape: [2, 3, 4], values: Int32Array.from(cube) });
  });

  it('control: Fortran order is another order', () => {
    const data = Float64Array.of(1, 2, 3, 4);
    const text = header("'<f8'", '(2, 2)', 'True');
    const bytes = npyFile(text, 32);
    bytes.set(new Uint8Array(data.buffer), bytes.length - 32);
    expect(parseNpy(bytes).values).toEqual(Float64Array.of(1, 3, 2, 4));
  });

  it('of version 2', () => {
    const bytes = readFixture('version-2.npy');
    expect(bytes[6]).toBe(2);
    expect(parseNpy(bytes)).toEqual({ shape: [2, 3], values: Float32Array.from(SIX) });
  });

  it('of version 3, big endian, are refused with what to save instead', () => {
    const bytes = readFixture('version-3.npy');
    expect(readNpyHeader(bytes)).toMatchObject({ descr: '>f4', shape: [2, 3] });
    expect(() => parseNpy(bytes)).toThrow(/type >f4, .*: save x\.astype\('<f4'\)$/);
  });

  it('in pieces are the same as whole', () => {
    const bytes = readFixture('version-2.npy');
    const { descr, dataOffset } = readNpyHeader(bytes.subarray(0, 200));
    const middle = dataOffset + 2 * npyItemBytes(descr);
    const pieces = [bytes.subarray(dataOffset, middle), bytes.subarray(middle)];
    expect(pieces.flatMap((piece) => [...decodeNpyValues(descr, piece)])).toEqual(SIX);
    expect(() => decodeNpyValues(descr, bytes.subarray(0, 7))).toThrow(
      /^7 bytes are no whole count/,
    );
  });

  it('that end before their place in a larger buffer', () => {
    const file = readFixture('version-2.npy');
    const larger = new Uint8Array(file.length + 9);
    larger.set(file, 3);
    expect(parseNpy(larger.subarray(3, -6)).values).toEqual(Float32Array.from(SIX));
  });
});

describe('arrays of ours', () => {
  it('are written as NumPy writes them', () => {
    const bytes = writeNpy({ shape: [2, 3], values: Float64Array.from(SIX) });
    const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`;
    expect(new TextDecoder('latin1').decode(bytes.subarray(0, 128))).toBe(
      `\x93NUMPY\x01\x00\x76\x00${text.padEnd(117)}\n`,
    );
    expect(bytes.length).toBe(128 + 48);
    const line = writeNpy({ shape: [6], values: Uint8Array.from(SIX) });
    expect(new TextDecoder().decode(line.subarray(10))).toMatch(/'\|u1'.*\(6,\)/);
  });

  it('come back bit for bit', async () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
    const types = [Float32Array, Float64Array, Int8Array, Uint8Array] as const;
    const more = [Int16Array, Uint16Array, Int32Array, Uint32Array] as const;
    const arrays = fc
      .tuple(shapes, fc.constantFrom(...types, ...more), fc.nat())
      .map(([shape, type, seed]) => {
        const count = shape.reduce((a, b) => a * b, 1);
        const bytes = new Uint8Array(count * type.BYTES_PER_ELEMENT);
        bytes.forEach((_, i) => (bytes[i] = (seed * (i + 1)) % 251));
        return { shape, values: new type(bytes.buffer) };
      });
    const bits = (values: NpyValues): Uint8Array =>
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    await fc.assert(
      fc.asyncProperty(fc.array(arrays, { maxLength: 3 }), fc.boolean(), async (list, compress) => {
        const named = Object.fromEntries(list.map((array, i) => [`a${i}`, array]));
        const back = await parseNpz(await writeNpz(named, { compress }));
        expect([...back.keys()]).toEqual(Object.keys(named));
        list.forEach(({ shape, values }, i) => {
          const found = back.get(`a${i}`)!;
          expect(found.shape).toEqual(shape);
          expect(found.values.constructor).toBe(values.constructor);
          expect(bits(found.values)).toEqual(bits(values));
        });
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('make the same NPZ bytes again', async () => {
    const arrays = { x: { shape: [2], values: Float32Array.of(1, 2) } };
    expect(await writeNpz(arrays)).toEqual(await writeNpz(arrays));
  });

  it('must fit their shape', () => {
    expect(() => writeNpy({ shape: [2, 2], values: new Float32Array(3) })).toThrow(
      /^3 numbers do not fit shape \[2\]\[2\], which needs 4/,
    );
  });
});

describe('faults', () => {
  it.each<[RegExp, Uint8Array]>([
    [/does not start with \\x93NUMPY/, new TextEncoder().encode('0.1,0.2\n')],
    [/^NPY version is 4/, npyFile(header("'<f8'", '()'), 8, 4)],
    [/ends after 9 bytes, in its header: was it cut/, npyFile('').subarray(0, 9)],
    [/ends after 30 bytes, in its header/, npyFile(header("'<f8'", '()')).subarray(0, 30)],
    [
      /header has 2147483648 bytes, but may have 10000/,
      Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0, 0, 0, 0, 0x80),
    ],
    [
      /has 8 bytes of numbers, but <f8 of shape \[2\] needs 16: .*cut/,
      npyFile(header("'<f8'", '(2,)'), 8),
    ],
    [
      /has 24 bytes of numbers, but <f8 of shape \[2\] needs 16$/,
      npyFile(header("'<f8'", '(2,)'), 24),
    ],
    [/more numbers than any file/, npyFile(header("'<f8'", '(4294967296, 4294967296)'))],
    [/more numbers than any file/, npyFile(header("'<f8'", `(${'9'.repeat(400)},)`))],
    [/has type \|O, but .*save x\.astype\(float\)/, npyFile(header("'|O'", '(1,)'), 8)],
    [/has type <c8/, npyFile(header("'<c8'", '(1,)'), 8)],
    [/has type constructor/, npyFile(header("'constructor'", '(1,)'), 8)],
    [
      /arrays of records are not read: save one column/,
      npyFile(header("[('x', '<f8')]", '(1,)'), 8),
    ],
    [
      /"__import__.*", but a text, True, False or a tuple/,
      npyFile(header("__import__('os')", '()')),
    ],
    [/has descr twice/, npyFile("{'descr': '<f8', 'descr': '<f8', }")],
    [/has descr, but must have descr, a text, fortran_order/, npyFile("{'descr': '<f8', }")],
    [/shape in the NPY header must be a tuple/, npyFile(header("'<f8'", "'2'"), 8)],
    [/tuple of at most 64/, npyFile(header("'<f8'", `(${'1, '.repeat(65)})`), 8)],
    [/but a dict must stand/, npyFile('[1]')],
    [/but a name must stand/, npyFile("{'descr': '<f8', ")],
    [/but a comma or \} must stand/, npyFile("{'descr': '<f8' 'shape'")],
    [/but its end must stand/, npyFile(`${header("'<f8'", '()').trim()} {}`)],
    [/^number 0 of the NPY file is 4607182418800017408, .* 2\^53/, longFile()],
  ])('of NPY files: %s', (message, bytes) => {
    expect(() => parseNpy(bytes)).toThrow(DataError);
    expect(() => parseNpy(bytes)).toThrow(message);
  });

  /** The bits of 1.0 as a whole number. */
  function longFile(): Uint8Array {
    const bytes = npyFile(header("'<i8'", '(1,)'), 8);
    bytes.set(new Uint8Array(Float64Array.of(1).buffer), bytes.length - 8);
    return bytes;
  }

  it('of NPZ files', async () => {
    const good = await writeNpz({ x: { shape: [], values: Float32Array.of(1) } });
    const text = new TextDecoder('latin1').decode(good);
    // `x.npy` stands in the file twice: before its content, and in the directory at the end.
    const [content, directory] = [text.indexOf('x.npy') + 5, text.lastIndexOf('x.npy') - 46];
    const change = (place: number, ...values: number[]): Uint8Array => {
      const bytes = good.slice();
      bytes.set(values, place);
      return bytes;
    };
    const cases: [RegExp, Uint8Array][] = [
      [/^the file is no zip archive, .*: it has no directory at its end/, new Uint8Array(30)],
      [/it has no directory at its end: was it cut off/, new Uint8Array(0)],
      [/it has no directory at its end: was it cut off/, good.slice(0, -1)],
      [/entry 0 of its directory is not where it should be/, change(directory, 0)],
      [/entry 1 of its directory is not where/, change(good.length - 12, 2)],
      [/"x\.npy" is encrypted, or packed in another way/, change(directory + 8, 1)],
      [/"x\.npy" is encrypted, or packed in another way/, change(directory + 10, 12)],
      [/"x\.npy" is not where its directory says/, change(directory + 42, 1)],
      [/"x\.npy" does not end before its end/, change(directory + 20, 132, 9, 0, 0, 132, 9)],
      [/"x\.npy" claims 4294967280 bytes from 132/, change(directory + 24, 0xf0, 0xff, 0xff, 0xff)],
      [/^entry "x\.npz" of the NPZ file is no array/, change(directory + 50, 0x7a)],
      [/^array x: .*"x\.npy" does not have the checksum/, change(content + 130, 1)],
      [/^array x: .*"x\.npy" does not have the checksum/, change(directory + 16, 0, 0)],
    ];
    for (const [message, bytes] of cases) {
      await expect(parseNpz(bytes)).rejects.toThrow(DataError);
      await expect(parseNpz(bytes)).rejects.toThrow(message);
    }
    await expect(parseNpz(good, { maximalBytes: 100 })).rejects.toThrow(
      /^the NPZ file unpacks to 132 bytes, but may unpack to 100/,
    );
    const twice = await writeNpz({
      x: { shape: [], values: Float32Array.of(1) },
      y: { shape: [], values: Float32Array.of(2) },
    });
    twice[new TextDecoder('latin1').decode(twice).lastIndexOf('y.npy')] = 0x78;
    await expect(parseNpz(twice)).rejects.toThrow(
      /^entry "x\.npy" of the NPZ file stands there twice/,
    );
    const packed = await writeNpz(
      { x: { shape: [99], values: new Float64Array(99) } },
      { compress: true },
    );
    packed[45] ^= 0xff;
    await expect(parseNpz(packed)).rejects.toThrow(
      /^array x: the file is no zip archive, or a damaged one/,
    );
  });

  it('of arrays within an NPZ file name the array', async () => {
    const zipped = zipSync({ 'x.npy': new TextEncoder().encode('1,2') });
    await expect(parseNpz(zipped)).rejects.toThrow(/^array x: the file is no NPY file/);
  });
});

describe('broken files', () => {
  it('of NPY are read or refused with typed errors', async () => {
    const types = [Float64Array, Float32Array, Int16Array];
    const files = types.map((type) => writeNpy({ shape: [2, 3], values: type.from(SIX) }));
    await checkReader('damaged NPY', damagedFiles(files), 3000, parseNpy);
  });

  it('with made-up headers likewise', async () => {
    const odd = fc.oneof(
      fc.constantFrom("'<f8'", "'|O'", 'True', '(9999999999,)', '(2, -1)', "'"),
      fc.string({ maxLength: 8 }),
    );
    const mostly = (...values: string[]) =>
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...values) }, odd);
    const made = fc
      .record({
        descr: mostly("'<f8'", "'<f4'", "'|u1'"),
        order: mostly('True', 'False'),
        shape: mostly('(2,)', '(1, 2)', '(2, 3)', '(0, 4)', '()'),
        data: fc.constantFrom(0, 1, 2, 4, 6, 8, 16, 24, 48),
      })
      .map(({ descr, order, shape, data }) => npyFile(header(descr, shape, order), data));
    await checkReader('made-up NPY', made, 2000, parseNpy);
  });

  it('of NPZ likewise', async () => {
    const small = await writeNpz(
      { x: { shape: [3], values: Float32Array.of(1, 2, 3) } },
      { compress: true },
    );
    const files = [small, ...listFixtures('.npz').map(readFixture)];
    await checkReader('damaged NPZ', damagedFiles(files), 2000, (bytes) => parseNpz(bytes));
  });
});
