// Plan: files that PyTorch, Keras, Flax and Equinox wrote give the exponents that those frameworks computed
// beside them in float64 (test/fixtures/make_fixtures.py), at the last hidden layer and at the output. Names
// and shapes give the right order, orientation and notes, or an error that says what to do. Our own files come
// back bit for bit. Every named fault of a file is refused with its message, broken files only with typed
// errors. Control: a fixture read with another activation or transposed does not agree.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError, NetworkError } from '../../src/errors.ts';
import { findDenseStack, type StackOptions } from '../../src/files/dense-stack.ts';
import {
  parseNetworkSafetensors,
  type TensorNetworkOptions,
} from '../../src/files/network-tensors.ts';
import { parseNpz } from '../../src/files/npz.ts';
import {
  decodeTensor,
  MAXIMAL_HEADER_BYTES,
  parseSafetensors,
} from '../../src/files/safetensors.ts';
import { writeNetworkSafetensors, writeSafetensors } from '../../src/files/safetensors-writing.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { createNetwork, type Network } from '../../src/model/network.ts';
import { initialiseNetwork, tensorPlaces, writeTensor } from '../../src/model/parameters.ts';
import { exponents } from '../../src/reference/exponent.ts';
import { compare } from '../support/compare.ts';
import {
  checkReader,
  damagedFiles,
  listFixtures,
  readFixture,
  safetensorsFile,
} from '../support/files.ts';
import { FLOAT32_UNIT, FLOAT64_UNIT, parameterTolerance } from '../support/tolerance.ts';

interface Fixture {
  readonly name: string;
  readonly options: TensorNetworkOptions;
  readonly widths: string;
  readonly activations: readonly [hidden: string, output: string];
  /** Words of the notes, one for each. */
  readonly notes: readonly RegExp[];
  /** Relative error of the parameters as read. */
  readonly unit: number;
}

const OUTPUT_ASSUMED = /^activation of the output: identity, the file does not say/;

const FIXTURES: readonly Fixture[] = [
  {
    name: 'torch-tanh',
    options: { outputActivation: 'tanh' },
    widths: '2,10,10,10,10,10,10,10,10,1',
    activations: ['tanh', 'tanh'],
    notes: [
      /^activation of the hidden layers: tanh, the file does not say; .* option activation$/,
      /^activation of the output: tanh, as the option outputActivation says/,
    ],
    unit: FLOAT64_UNIT,
  },
  {
    name: 'torch-gelu-bf16',
    // The file's word counts, not the option.
    options: { activation: 'relu' },
    widths: '3,6,6,6,6,6,6,6,6,6,6,6,6,6',
    activations: ['gelu', 'identity'],
    notes: [/^layers taken in the order layers\.0\.linear, .*, and 1 more, by/, OUTPUT_ASSUMED],
    unit: FLOAT64_UNIT,
  },
  {
    name: 'torch-silu-f16',
    options: { activation: 'silu' },
    widths: '4,16,9,2',
    activations: ['silu', 'identity'],
    notes: [/^activation of the hidden layers: silu, as the option/, OUTPUT_ASSUMED],
    unit: FLOAT64_UNIT,
  },
  {
    name: 'torch-leaky-f64',
    options: {},
    widths: '5,7,7,3',
    activations: ['leaky-relu', 'identity'],
    notes: [/^no bias in fc2, fc3: taken as 0$/, /^float64 parameters rounded to float32$/],
    // Only the parameters are rounded, not the sums: a fourth of what `parameterTolerance` adds for those.
    unit: FLOAT32_UNIT / 4,
  },
  ...['keras-tanh', 'keras-vars'].map((name): Fixture => {
    return {
      name,
      options: { activation: 'tanh', outputActivation: 'sigmoid' },
      widths: '5,5,5,5,5,5,5,5,5,5,5,5,5',
      activations: ['tanh', 'sigmoid'],
      notes: [/tanh/, /sigmoid/],
      unit: FLOAT64_UNIT,
    };
  }),
  {
    name: 'flax-elu',
    options: { activation: 'elu' },
    widths: '4,4,4,4,4,4,4,4,4,4,4,4,4',
    activations: ['elu', 'identity'],
    notes: [/elu/, OUTPUT_ASSUMED],
    unit: FLOAT64_UNIT,
  },
  {
    name: 'equinox-sine',
    options: { activation: 'sine' },
    widths: '2,12,12,12,2',
    activations: ['sine', 'identity'],
    notes: [/sine/, OUTPUT_ASSUMED],
    unit: FLOAT64_UNIT,
  },
];

/** l·λ₁ of the network at every input. */
function logStretches(
  network: Network,
  inputs: ArrayLike<number>,
  layer: number | 'output',
): number[] {
  const { inputWidth } = network;
  return Array.from({ length: inputs.length / inputWidth }, (_, i) => {
    const point = Array.from({ length: inputWidth }, (_, k) => inputs[i * inputWidth + k]);
    const { values, span } = exponents(network, point, layer);
    return values[0] * span;
  });
}

describe('files of frameworks', () => {
  it('are all there', () => {
    const names = listFixtures('.safetensors').map((file) => file.replace('.safetensors', ''));
    expect(names.sort()).toEqual(FIXTURES.map(({ name }) => name).sort());
  });

  it.each(FIXTURES)('$name: layers, activations, notes, exponents', async (fixture) => {
    const { name, options, unit } = fixture;
    const { network, notes } = parseNetworkSafetensors(readFixture(`${name}.safetensors`), options);
    const { layers, inputWidth } = network.spec;
    expect([inputWidth, ...layers.map(({ width }) => width)].join()).toBe(fixture.widths);
    expect([layers[0].activation, layers.at(-1)!.activation]).toEqual(fixture.activations);
    expect(notes).toHaveLength(fixture.notes.length);
    fixture.notes.forEach((words, i) => expect(notes[i]).toMatch(words));

    const truth = await parseNpz(readFixture(`${name}.npz`));
    for (const [key, layer] of [
      ['hidden', network.depth],
      ['output', 'output'],
    ] as const) {
      const inputs = truth.get('inputs')!.values;
      const tolerances = parameterTolerance(network, unit, (changed) =>
        logStretches(changed, inputs, layer),
      );
      compare({
        label: `${name}, l·λ₁ at ${layer}`,
        actual: logStretches(network, inputs, layer),
        expected: truth.get(key)!.values,
        tolerance: (i) => tolerances[i],
      });
    }
  });

  it.each([
    ['torch-tanh', { activation: 'relu', outputActivation: 'tanh' }],
    ['keras-tanh', { outputActivation: 'sigmoid', weightOrder: 'out-in' }],
    ['flax-elu', { activation: 'elu', weightOrder: 'out-in' }],
  ] satisfies [string, TensorNetworkOptions][])(
    'control: %s read wrong does not agree',
    async (name, options) => {
      const { network } = parseNetworkSafetensors(readFixture(`${name}.safetensors`), options);
      const truth = await parseNpz(readFixture(`${name}.npz`));
      const inputs = truth.get('inputs')!.values;
      const logs = logStretches(network, inputs, network.depth);
      const expected = truth.get('hidden')!.values;
      expect(Math.max(...logs.map((log, i) => Math.abs(log - expected[i])))).toBeGreaterThan(0.1);
    },
  );
});

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
    [/^tensor 0\.weight has shape/, (h) => (h.inputWidth = 2 ** 52)],
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

describe('layers', () => {
  /** Tensors by name from `0.weight 3 2`. */
  const stack = (lines: readonly string[], options?: StackOptions) =>
    findDenseStack(
      lines.map((line) => {
        const [name, ...shape] = line.split(' ');
        return { name, shape: shape.map(Number) };
      }),
      options,
    );
  const namesOf = (lines: readonly string[], options?: StackOptions): string =>
    stack(lines, options)
      .layers.map(({ name, weightOrder }) => `${name} ${weightOrder}`)
      .join(', ');

  it.each<[string[], string, StackOptions?]>([
    [['10.weight 4 4', '9.weight 4 4', '2.weight 4 4'], '2 out-in, 9 out-in, 10 out-in'],
    [['net.2.weight 1 8', 'net.0.weight 8 2', 'net.0.bias 8'], 'net.0 out-in, net.2 out-in'],
    [['dense/kernel:0 2 8', 'dense_1/kernel:0 8 1'], 'dense in-out, dense_1 in-out'],
    [['Dense_0.kernel 3 3', 'Dense_1.kernel 3 3'], 'Dense_0 in-out, Dense_1 in-out'],
    [['layers/dense/vars/0 3 3', 'layers/dense/vars/1 3'], 'layers/dense in-out'],
    [['mlp/~/linear_0/w 2 5', 'mlp/~/linear_0/b 5'], 'mlp/~/linear_0 in-out'],
    [['W1 5 2', 'b1 5', 'W2 1 5', 'b2 1'], '1 out-in, 2 out-in'],
    [['W1 2 5', 'b1 5', 'W2 5 1', 'b2 1'], '1 in-out, 2 in-out'],
    [['fc1_weight 4 2', 'fc2_weight 4 4'], 'fc1 out-in, fc2 out-in'],
    [['decoder.weight 2 5', 'encoder.weight 5 3'], 'encoder out-in, decoder out-in'],
    [['out.weight 4 4', 'hidden.0.weight 4 4'], 'hidden.0 out-in, out out-in'],
    [['w 3 3'], ' in-out', { weightOrder: 'in-out' }],
    [['b.weight 4 4', 'a.weight 4 4'], 'b out-in, a out-in', { layers: ['b', 'a'] }],
    [['0.weight 2 5', '0.bias 5'], '0 in-out'],
  ])('of %j are %s', (lines, expected, options) => {
    expect(namesOf(lines, options)).toBe(expected);
  });

  it('are noted where names do not tell', () => {
    expect(stack(['0.weight 2 5', '0.bias 5']).notes).toEqual([
      'weights taken as [in][out], by their shapes',
    ]);
    expect(stack(['decoder.weight 2 5', 'encoder.weight 5 3']).notes).toEqual([
      'layers taken in the order encoder, decoder, by their widths',
      'no bias in encoder, decoder: taken as 0',
    ]);
  });

  it.each<[RegExp, string[], StackOptions?]>([
    [/^the file holds no tensor/, []],
    [
      /more than a plain stack .*: 1\.running_mean \[4\] is no weight or bias.*as ONNX$/,
      ['0.weight 4 2', '1.running_mean 4'],
    ],
    [/1\.weight \[4\] has 1 dimensions, .* has 2\. Save/, ['0.weight 4 2', '1.weight 4']],
    [/conv\.weight \[8\]\[1\]\[3\]\[3\] has 4 dimensions/, ['conv.weight 8 1 3 3']],
    [/0\.bias \[4\] has no weight beside it/, ['0.bias 4', '1.weight 4 4']],
    [/0\.weight \[0\]\[2\] is empty/, ['0.weight 0 2']],
    [/the same layer's weight as 0\.weight/, ['0.weight 2 2', '0.kernel 2 2']],
    [/and 3 more\. Save/, Array.from({ length: 15 }, (_, i) => `norm${i}.scale 2`)],
    [/0\.bias \[3\] does not fit 0\.weight \[4\]\[2\]/, ['0.weight 4 2', '0.bias 3']],
    [
      /layer 1 takes 5 numbers, but 0 before it gives 4\. Found are 0\.weight \[4\]\[2\], 1\.weight \[1\]\[5\]\. Save/,
      ['0.weight 4 2', '1.weight 1 5'],
    ],
    [/layer 2 takes 2 numbers, but 1 before it gives 1/, ['1.weight 1 10', '2.weight 10 2']],
    [
      /^the order of the layers is ambiguous: a, b or b, a\. .* option layers/,
      ['a.weight 4 4', 'b.weight 4 4'],
    ],
    [/^weights may be stored .* name w does not tell\. .* weightOrder/, ['w 3 3']],
    [/^the file holds 513 layers/, Array.from({ length: 513 }, (_, i) => `${i}.weight 1 1`)],
    [
      /^layers has 1 names, but must name each of 0, 1 once/,
      ['0.w 1 1', '1.w 1 1'],
      { layers: ['0'] },
    ],
    [/^layers names "2", but must name/, ['0.weight 1 1', '1.weight 1 1'], { layers: ['0', '2'] }],
    [/^weightOrder is "oi"/, ['w 1 1'], { weightOrder: 'oi' as 'out-in' }],
  ])('are refused with %s', (message, lines, options) => {
    expect(() => stack(lines, options)).toThrow(DataError);
    expect(() => stack(lines, options)).toThrow(message);
  });

  it('are not searched for ever', () => {
    // Widths that chain in a great many ways but never to the end.
    const lines = Array.from(
      { length: 300 },
      (_, i) => `${'abcdefgh'[i % 8]}${'x'.repeat(i)}.weight 2 2`,
    );
    const start = performance.now();
    expect(() => stack([...lines, 'z.weight 2 3', 'y.weight 2 3'])).toThrow(DataError);
    expect(performance.now() - start).toBeLessThan(1000);
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
    expect(notes.at(-1)).toMatch(/^softmax at the end left out/);
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
