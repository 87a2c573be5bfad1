// Plan: networks survive a round trip through text, bytes and objects bit for bit, metadata included
// (property over random float32, with the extremes by hand); every fault of an untrusted file is refused
// with place, value and wanted value; the schema in docs/ says what the code checks. Control: a file
// written by hand as the format's description shows it is read.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError, NetworkError } from '../../src/errors.ts';
import {
  MAXIMAL_JSON_BYTES,
  NETWORK_FORMAT,
  NETWORK_FORMAT_VERSION,
  parseNetworkJson,
  writeNetworkJson,
} from '../../src/files/json.ts';
import { MAXIMAL_WIDTH } from '../../src/layers/dense.ts';
import { LAYERS } from '../../src/layers/registry.ts';
import { ACTIVATION_NAMES } from '../../src/math/activations.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import {
  createNetwork,
  MAXIMAL_INPUT_WIDTH,
  MAXIMAL_LAYER_COUNT,
} from '../../src/model/network.ts';
import { initialiseNetwork, tensorPlaces, writeTensor } from '../../src/model/parameters.ts';

/** A file as a user would write it: two inputs, a hidden layer of three, one output. */
function example(): Record<string, unknown> & { layers: Record<string, unknown>[] } {
  return {
    format: 'ftle-map/network',
    version: 1,
    inputWidth: 2,
    layers: [
      {
        type: 'dense',
        width: 3,
        activation: 'relu',
        weight: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        bias: [0.5, 0, -1],
      },
      { type: 'dense', width: 1, weight: [[7, 8, 9]], bias: [0.1] },
    ],
  };
}

describe('round trip', () => {
  it('keeps every bit of random float32 parameters', () => {
    const spec = parseArchitecture('2-3-2', { activation: 'leaky-relu' });
    const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
    const values = fc.array(finite, { minLength: 17, maxLength: 17 });
    fc.assert(
      fc.property(values, (numbers) => {
        const network = createNetwork(spec);
        let start = 0;
        for (const place of tensorPlaces(network)) {
          const end = start + place.shape.reduce((a, b) => a * b);
          writeTensor(place, numbers.slice(start, end), network.parameters);
          start = end;
        }
        const back = parseNetworkJson(writeNetworkJson(network)).network;
        expect(new Uint32Array(back.parameters.buffer)).toEqual(
          new Uint32Array(network.parameters.buffer),
        );
        expect(back.spec).toEqual(network.spec);
      }),
      { seed: 1 },
    );
  });

  it('keeps extremes with at most nine digits', () => {
    const extremes = [0, -0, 2 ** -149, -(2 ** -126), 3.4028234663852886e38, Math.fround(0.1)];
    const network = createNetwork(parseArchitecture('6-1'));
    writeTensor(tensorPlaces(network)[0], extremes, network.parameters);
    const text = writeNetworkJson(network);
    const back = parseNetworkJson(text).network;
    expect([...back.parameters.subarray(0, 6)]).toEqual(extremes);
    expect(text).toContain('[0, -0, ');
    expect(text).toContain(', 0.1]');
    for (const [, digits] of text.matchAll(/-?([\d.]+)(?:e[+-]\d+)?/g)) {
      expect(digits.replace(/^0\.0*|\./g, '').length).toBeLessThanOrEqual(9);
    }
  });

  it('keeps metadata, and reads text, bytes and objects alike', () => {
    const network = initialiseNetwork(parseArchitecture('2-10x3-5-2'), 3);
    const metadata = {
      dataset: { name: 'circle', mean: [0.5, -1] },
      note: 'ü "quoted"\n',
      n: null,
    };
    const text = writeNetworkJson(network, metadata);
    const bytes = new TextEncoder().encode(text);
    for (const source of [text, bytes, bytes.buffer, JSON.parse(text) as object]) {
      expect(parseNetworkJson(source)).toEqual({ network, metadata });
    }
  });
});

describe('reading', () => {
  it('takes a file written by hand', () => {
    const { network, metadata } = parseNetworkJson(JSON.stringify(example()));
    expect(network).toMatchObject({ inputWidth: 2, outputWidth: 1, depth: 1 });
    expect(network.spec.layers[1]).toEqual({
      type: 'dense',
      width: 1,
      activation: 'tanh',
      alpha: 0,
    });
    expect([...network.parameters.subarray(0, 12)]).toEqual([1, 2, 0, 0, 3, 4, 0, 0, 5, 6, 0, 0]);
    expect(metadata).toEqual({});
  });

  type Change = (file: ReturnType<typeof example>) => void;
  const inLayer =
    (index: number, members: Record<string, unknown>): Change =>
    (file) => {
      Object.assign(file.layers[index], members);
    };
  const cases: [RegExp, typeof DataError | typeof NetworkError, Change][] = [
    [/^format is "onnx", but must be "ftle-map\/network"/, DataError, (f) => (f.format = 'onnx')],
    [/^version is 2, but this release reads 1/, DataError, (f) => (f.version = 2)],
    [/^version is undefined/, DataError, (f) => delete f.version],
    [/^metadata is a list, but must be an object/, DataError, (f) => (f.metadata = [])],
    [
      /^metadata is nested more than 100 deep/,
      DataError,
      (f) => (f.metadata = JSON.parse(`${'{"a":'.repeat(101)}1${'}'.repeat(101)}`) as object),
    ],
    [/unknown member author; put .* metadata/, DataError, (f) => (f.author = 'me')],
    [/^inputWidth is 0/, NetworkError, (f) => (f.inputWidth = 0)],
    [/^layers is no list/, NetworkError, (f) => Object.assign(f, { layers: 'two' })],
    [/^layers has 0 layers/, NetworkError, (f) => (f.layers = [])],
    [/^layers\[1\] is null/, NetworkError, (f) => Object.assign(f.layers, { 1: null })],
    [
      /^layers\[0\]\.type is "lstm", but must be one of/,
      NetworkError,
      inLayer(0, { type: 'lstm' }),
    ],
    [/^layers\[0\] has the unknown member scale/, NetworkError, inLayer(0, { scale: 2 })],
    [/^layers\[1\]\.width is 0/, NetworkError, inLayer(1, { width: 0 })],
    [/^layers\[0\]\.weight has 3 members, but .* 1 rows/, NetworkError, inLayer(0, { width: 1 })],
    [
      /^layers\[0\]\.weight\[0\] has 2 members, .* 3 numbers/,
      NetworkError,
      (f) => (f.inputWidth = 3),
    ],
    [/^layers\[0\]\.weight\[0\] has 2 members/, NetworkError, (f) => (f.inputWidth = 2 ** 20)],
    [/^layers\[0\]\.weight\[1\] is 4/, NetworkError, inLayer(0, { weight: [[1, 2], 4, [5, 6]] })],
    [/^layers\[0\]\.weight is null, but/, NetworkError, inLayer(0, { weight: null })],
    [/^layers\[1\]\.bias is 3, but must be a list of 1 num/, NetworkError, inLayer(1, { bias: 3 })],
    [/^layers\[1\]\.bias\[0\] is null, .*diverge/, NetworkError, inLayer(1, { bias: [null] })],
    [/^layers\[1\]\.bias\[0\] is "1", but must/, NetworkError, inLayer(1, { bias: ['1'] })],
    [/^layers\[1\]\.bias\[0\] is 1e\+39, .* float32/, NetworkError, inLayer(1, { bias: [1e39] })],
    [/^layers\[1\]\.weight\[0\]\[2\] is NaN/, NetworkError, inLayer(1, { weight: [[1, 2, NaN]] })],
    [/^layers\[0\]\.bias is missing/, NetworkError, (f) => delete f.layers[0].bias],
  ];
  it.each(cases)('refuses with %s', (message, type, change) => {
    const file = example();
    change(file);
    expect(() => parseNetworkJson(file)).toThrow(type);
    expect(() => parseNetworkJson(file)).toThrow(message);
  });

  it.each([
    ['', /^the file is no JSON/],
    ['[]', /^the file holds a list, but must hold an object/],
    ['null', /^the file holds null/],
    ['{"layers": [\n{"bias": [1, NaN]}]}', /^line 2 has NaN, .* must be finite/],
    ['{"layers": [\n\n{"bias": [\n-Infinity]}]}', /^line 4 has -Infinity/],
    [new Uint8Array([0x7b, 0xff, 0x7d]), /^the file is no UTF-8 text/],
    [new ArrayBuffer(MAXIMAL_JSON_BYTES + 1), /^the file has 268435457 bytes, but .* 268435456/],
  ])('refuses source %#', (source, message) => {
    expect(() => parseNetworkJson(source)).toThrow(DataError);
    expect(() => parseNetworkJson(source)).toThrow(message);
  });

  it('is not fooled by names that objects inherit', () => {
    const file = JSON.parse(JSON.stringify(example()).replace('"type"', '"__proto__"')) as object;
    expect(() => parseNetworkJson(file)).toThrow(/layers\[0\]\.type is undefined/);
  });
});

describe('docs/network.schema.json', () => {
  interface Schema {
    properties: {
      format: { const: string };
      version: { const: number };
      inputWidth: { maximum: number };
      layers: { maxItems: number };
    };
    $defs: Record<
      string,
      { properties: { width: { maximum: number }; activation: { enum: string[] } } }
    >;
  }
  const schema = JSON.parse(readFileSync('docs/network.schema.json', 'utf8')) as Schema;

  it('says what the code checks', () => {
    expect(schema.properties.format.const).toBe(NETWORK_FORMAT);
    expect(schema.properties.version.const).toBe(NETWORK_FORMAT_VERSION);
    expect(schema.properties.inputWidth.maximum).toBe(MAXIMAL_INPUT_WIDTH);
    expect(schema.properties.layers.maxItems).toBe(MAXIMAL_LAYER_COUNT);
    expect(Object.keys(schema.$defs)).toEqual(Object.keys(LAYERS));
    const { properties } = schema.$defs.dense;
    expect(properties.width.maximum).toBe(MAXIMAL_WIDTH);
    expect(properties.activation.enum).toEqual(ACTIVATION_NAMES);
    const members = ['type', 'width', 'activation', 'alpha', ...LAYERS.dense.tensorNames];
    expect(Object.keys(properties)).toEqual(members);
  });
});
