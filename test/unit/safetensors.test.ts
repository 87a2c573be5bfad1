// Plan: our own files come back bit for bit, with the names of an nn.Sequential. Every named fault of a file is
// refused with its message; broken files and made-up ones give typed errors only. Control: the greatest header
// that is allowed is read.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError, NetworkError } from '../../src/errors.ts';
import {
  parseNetworkSafetensors,
  type TensorNetworkOptions,
} from '../../src/files/network-tensors.ts';
import {
  decodeTensor,
  MAXIMAL_HEADER_BYTES,
  parseSafetensors,
} from '../../src/files/safetensors.ts';
import { writeNetworkSafetensors, writeSafetensors } from '../../src/files/safetensors-writing.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { createNetwork } from '../../src/model/network.ts';
import { initialiseNetwork, tensorPlaces, writeTensor } from '../../src/model/parameters.ts';
import {
  checkReader,
  damagedFiles,
  listFixtures,
  readFixture,
  safetensorsFile,
} from '../support/files.ts';

describe('our own files', () => {
  it('come back bit for bit, metadata included', () => {
    const spec = parseArchitecture('2-3x2-2', { activation: 'celu', outputActivation: 'sigmoid' });
    const count = tensorPlaces(createNetwork(spec)).reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a * b),
      0,
    );
    const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: count, maxLength: count }),
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
        (numbers, values) => {
          // What JSON makes of it: no −0.
          const metadata = JSON.parse(JSON.stringify(values)) as Record<string, unknown>;
          const network = createNetwork(spec);
          let start = 0;
          for (const place of tensorPlaces(network)) {
            const end = start + place.shape.reduce((a, b) => a * b);
            writeTensor(place, numbers.slice(start, end), network.parameters);
            start = end;
          }
          const back = parseNetworkSafetensors(writeNetworkSafetensors(network, metadata));
          expect(new Uint32Array(back.network.parameters.buffer)).toEqual(
            new Uint32Array(network.parameters.buffer),
          );
          expect(back.network.spec).toEqual(spec);
          expect(back.metadata).toEqual(metadata);
          expect(back.notes).toEqual([]);
        },
      ),
      { seed: 1 },
    );
  });

  it('have the names and layout of an nn.Sequential', () => {
    const network = initialiseNetwork(parseArchitecture('2-3-1'), 1);
    const bytes = writeNetworkSafetensors(network);
    const { tensors, metadata } = parseSafetensors(bytes);
    expect(tensors.map(({ name, shape }) => [name, ...shape])).toEqual([
      ['0.weight', 3, 2],
      ['0.bias', 3],
      ['2.weight', 1, 3],
      ['2.bias', 1],
    ]);
    expect(metadata.format).toBe('pt');
    expect((8 + new DataView(bytes.buffer).getUint32(0, true)) % 8).toBe(0);
    // Read by names alone, as another program would.
    const plain = parseNetworkSafetensors(
      writeSafetensors(tensors.map((tensor) => ({ ...tensor, values: decodeTensor(tensor) }))),
      { outputActivation: 'tanh' },
    );
    expect(plain.network).toEqual(network);
  });

  const own = (change: (header: Record<string, unknown>) => void): Uint8Array => {
    const { tensors, metadata } = parseSafetensors(
      writeNetworkSafetensors(initialiseNetwork(parseArchitecture('2-3-1'), 1)),
    );
    const header = JSON.parse(metadata['ftle-map']) as Record<string, unknown>;
    change(header);
    return writeSafetensors(
      tensors.map((tensor) => ({ ...tensor, values: decodeTensor(tensor) })),
      { 'ftle-map': JSON.stringify(header) },
    );
  };
  it.each([
    [/version is 2, but this release reads 1/, (h) => (h.version = 2)],
    [/metadata is \[\], but must be an object/, (h) => (h.metadata = [])],
    [/^inputWidth is 0/, (h) => (h.inputWidth = 0)],
    [/^tensor 0\.weight has shape \[3\]\[2\], but .* need \[3\]\[4\]/, (h) => (h.inputWidth = 4)],
    [/^tensor 0\.weight has shape/, (h) => (h.inputWidth = 2 ** 20)],
    [
      /^tensor 4\.weight \[1\]\[1\] is missing/,
      (h) => (h.layers as unknown[]).push({ type: 'dense', width: 1 }),
    ],
    [/^tensor 2\.weight belongs to no layer/, (h) => (h.layers as unknown[]).pop()],
  ] satisfies [RegExp, (header: Record<string, unknown>) => unknown][])(
    'are refused with %s',
    (message, change) => {
      expect(() => parseNetworkSafetensors(own(change))).toThrow(message);
    },
  );

  it('are not written with metadata that JSON cannot hold', () => {
    const network = initialiseNetwork(parseArchitecture('2-1'), 1);
    expect(() => writeNetworkSafetensors(network, { n: 1n })).toThrow(DataError);
  });
});

const ONE = { dtype: 'F32', shape: [1, 1], data_offsets: [0, 4] };

describe('faults of a file', () => {
  it.each<[RegExp, Uint8Array]>([
    [/^the file has 3 bytes, but .* starts with 8/, new Uint8Array(3)],
    [
      /^the header's length is 2147483648 bytes, but may be 16777216 at most/,
      safetensorsFile({}, 0, 2n ** 31n),
    ],
    [/^the header's length is 18446744073709551615/, safetensorsFile({}, 0, 2n ** 64n - 1n)],
    [
      /^the header's length is 100 bytes, but only 2 follow: was the file cut/,
      safetensorsFile({}, 0, 100n),
    ],
    [/^the header is no UTF-8/, safetensorsFile('{"é":1}', 0, 3n)],
    [/^the header is no JSON/, safetensorsFile('{"a":}')],
    [/^the header must be a JSON object/, safetensorsFile('[]')],
    [/^the header has the name "a" twice/, safetensorsFile('{"a":1,"a":2}')],
    [/^the header has the name "a" twice/, safetensorsFile('{"a":1,"\\u0061":2}')],
    [/^the header is nested more than 3 deep/, safetensorsFile(`{"a":${'['.repeat(9999)}`)],
    [/^tensor a is 1, but must be \{ dtype/, safetensorsFile({ a: 1 })],
    [/^tensor a has dtype "F12", but/, safetensorsFile({ a: { ...ONE, dtype: 'F12' } }, 4)],
    [/^tensor a has dtype "toString"/, safetensorsFile({ a: { ...ONE, dtype: 'toString' } }, 4)],
    [/^tensor a has dtype missing/, safetensorsFile({ a: { shape: [1] } }, 4)],
    [/^tensor a has shape \[-1\], but/, safetensorsFile({ a: { ...ONE, shape: [-1] } }, 4)],
    [/^tensor a has shape \[1\.5\]/, safetensorsFile({ a: { ...ONE, shape: [1.5] } }, 4)],
    [/^tensor a has shape "x"/, safetensorsFile({ a: { ...ONE, shape: 'x' } }, 4)],
    [
      /^tensor a has data_offsets \[4,0\]/,
      safetensorsFile({ a: { ...ONE, data_offsets: [4, 0] } }, 4),
    ],
    [/^tensor a has data_offsets \[0\]/, safetensorsFile({ a: { ...ONE, data_offsets: [0] } }, 4)],
    [
      /^tensor a has shape \[2147483648\]\[2147483648\], which with 4 bytes .* more than any file/,
      safetensorsFile({ a: { ...ONE, shape: [2 ** 31, 2 ** 31] } }, 4),
    ],
    [
      /^tensor a has 4 bytes of data, but F32 of shape \[2\] needs 8/,
      safetensorsFile({ a: { ...ONE, shape: [2] } }, 4),
    ],
    [
      /^tensor a ends at byte 4 of the data, but there are only 3: .* cut/,
      safetensorsFile({ a: ONE }, 3),
    ],
    [
      /^tensor b starts at byte 2 of the data and so overlaps tensor a, but must start at 4/,
      safetensorsFile({ a: ONE, b: { ...ONE, data_offsets: [2, 6] } }, 8),
    ],
    [
      /^tensor b starts at byte 6 of the data and so leaves 2 bytes after tensor a/,
      safetensorsFile({ a: ONE, b: { ...ONE, data_offsets: [6, 10] } }, 10),
    ],
    [/^the data have 9 bytes, but the tensors take 4/, safetensorsFile({ a: ONE }, 9)],
    [/^__metadata__ is \{"a":1\}, but/, safetensorsFile({ __metadata__: { a: 1 } })],
  ])('are refused with %s', (message, bytes) => {
    expect(() => parseSafetensors(bytes)).toThrow(DataError);
    expect(() => parseSafetensors(bytes)).toThrow(message);
  });

  it('takes a file whose header has just the greatest length, and no longer one', () => {
    const fits = safetensorsFile(`{${' '.repeat(MAXIMAL_HEADER_BYTES - 2)}}`);
    expect(parseSafetensors(fits).tensors).toEqual([]);
    const long = safetensorsFile(`{${' '.repeat(MAXIMAL_HEADER_BYTES - 1)}}`);
    expect(() => parseSafetensors(long)).toThrow(/^the header's length/);
  });

  const weight = (dtype: string, ...data: number[]): Uint8Array =>
    safetensorsFile(
      { '0.weight': { dtype, shape: [1, 1], data_offsets: [0, data.length] } },
      Uint8Array.from(data),
    );
  it.each<[RegExp, typeof DataError | typeof NetworkError, Uint8Array, TensorNetworkOptions?]>([
    [/^tensor 0\.weight\[0\] is NaN, .* diverge/, NetworkError, weight('F32', 0, 0, 0xc0, 0x7f)],
    [/^tensor 0\.weight\[0\] is Infinity/, NetworkError, weight('F16', 0, 0x7c)],
    [/^tensor 0\.weight\[0\] is -Infinity/, NetworkError, weight('BF16', 0x80, 0xff)],
    [
      /^tensor 0\.weight\[0\] is 1e\+39, .* finite in float32, at most 3\.4e38/,
      NetworkError,
      weight('F64', ...new Uint8Array(Float64Array.of(1e39).buffer)),
    ],
    [
      /^tensor 0\.weight has type I32, but .* F64, F32, F16, BF16: convert/,
      DataError,
      weight('I32', 0, 0, 0, 0),
    ],
    [
      /^option outputActivation is "step", but/,
      DataError,
      weight('F16', 0, 0),
      { outputActivation: 'step' as 'relu' },
    ],
  ])('in numbers and options: %s', (message, type, bytes, options) => {
    expect(() => parseNetworkSafetensors(bytes, options)).toThrow(type);
    expect(() => parseNetworkSafetensors(bytes, options)).toThrow(message);
  });

  it('in metadata', () => {
    const file = (metadata: Record<string, string>): Uint8Array =>
      writeSafetensors(
        ['0', '1'].map((layer) => ({
          name: `${layer}.weight`,
          shape: [1, 1],
          values: Float32Array.of(1),
        })),
        metadata,
      );
    const read = (metadata: Record<string, string>) => parseNetworkSafetensors(file(metadata));
    expect(() => read({ activation: 'maxout' })).toThrow(
      /^metadata activation is "maxout", but must be one of identity, tanh/,
    );
    expect(() => read({ activation: 'elu', alpha: 'big' })).toThrow(/^metadata alpha is "big"/);
    const { network, notes, metadata } = read({
      activation: 'LeakyReLU',
      output_activation: 'Softmax',
    });
    expect(network.spec.layers[0]).toMatchObject({ activation: 'leaky-relu', alpha: 0.01 });
    expect(network.spec.layers[1]).toMatchObject({ activation: 'identity' });
    expect(notes.slice(-2)).toEqual([
      expect.stringMatching(/^softmax at the end left out/),
      'alpha of leaky-relu: 0.01, the file does not say; if it is another, give the option alpha',
    ]);
    expect(metadata).toEqual({ activation: 'LeakyReLU', output_activation: 'Softmax' });
  });

  it('in what is to be written', () => {
    const one = { name: 'a', shape: [1], values: Float32Array.of(1) };
    expect(() => writeSafetensors([one, one])).toThrow(/^tensor name a is taken/);
    expect(() => writeSafetensors([{ ...one, shape: [2] }])).toThrow(/^tensor a has 1 values/);
  });
});

describe('broken files', () => {
  const files = listFixtures('.safetensors').map(readFixture);
  files.push(
    writeNetworkSafetensors(initialiseNetwork(parseArchitecture('2-4x3-1'), 1), { a: [1] }),
  );

  it('that were real ones are read or refused with typed errors', async () => {
    await checkReader('damaged safetensors', damagedFiles(files), 4000, (bytes) =>
      parseNetworkSafetensors(bytes),
    );
  });

  it('with made-up tensors likewise', async () => {
    const name = fc
      .tuple(fc.constantFrom('', 'a.', 'b.', 'out/', 'l1_', 'l2_'), fc.nat(11))
      .chain(([path, n]) => {
        const parts = ['weight', 'bias', 'kernel', 'w', 'b', 'vars/0', 'vars/1', 'scale'];
        return fc.constantFrom(...parts.map((part) => `${path}${n}/${part}`));
      });
    const count = fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(1, 2, 2, 2, 3) },
      fc.constantFrom(0, -1, 0.5, 1025, 2 ** 31, 2 ** 53, 1e300, null),
    );
    const bytes: Record<string, number> = { F64: 8, F32: 4, F16: 2, BF16: 2, I8: 1, F4: 1 };
    const tensor = fc.record({
      name: fc.oneof({ weight: 20, arbitrary: name }, fc.constant('__proto__'), fc.string()),
      dtype: fc.oneof(
        { weight: 20, arbitrary: fc.constant('F16') },
        fc.constantFrom(...Object.keys(bytes)),
      ),
      shape: fc.oneof(
        { weight: 8, arbitrary: fc.tuple(count, count) },
        { weight: 4, arbitrary: fc.tuple(count) },
        fc.array(count, { maxLength: 3 }),
      ),
      shift: fc.oneof({ weight: 40, arbitrary: fc.constant(0) }, fc.integer({ min: -9, max: 9 })),
    });
    const made = fc.array(tensor, { minLength: 1, maxLength: 5 }).map((tensors) => {
      let end = 0;
      const members = tensors.map(({ name, dtype, shape, shift }) => {
        const size = shape.reduce<number>(
          (product, length) => product * (length ?? 1),
          bytes[dtype],
        );
        const start = end + shift;
        end = start + size;
        return [name, { dtype, shape, data_offsets: [start, end] }] as const;
      });
      const length = Math.min(Math.max(0, Math.trunc(end)), 1000);
      return safetensorsFile(Object.fromEntries(members), length);
    });
    await checkReader('made-up safetensors', made, 4000, (file) => parseNetworkSafetensors(file));
  });

  it('of random bytes likewise', async () => {
    await checkReader('random bytes', fc.uint8Array({ maxLength: 300 }), 500, (bytes) =>
      parseNetworkSafetensors(bytes),
    );
  });
});
