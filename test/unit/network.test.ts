// Plan: architectures and specifications are checked at the door (each bad case names place, value and
// wanted value); programs lay out ops without overlap; tensors survive a round trip through the padded
// layout. Control: a network whose parameters have the right length passes.
import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../src/errors.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { checkSpec, createNetwork, lowerSpec } from '../../src/model/network.ts';
import {
  initialiseNetwork,
  readTensor,
  tensorPlaces,
  writeTensor,
} from '../../src/model/parameters.ts';
import { BLOCK } from '../../src/ops/op.ts';
import { opRules } from '../../src/ops/registry.ts';

describe('parseArchitecture', () => {
  it('reads inputs, hidden layers and outputs', () => {
    const spec = parseArchitecture('2-10x3-5-1', { activation: 'relu' });
    expect(spec.inputWidth).toBe(2);
    expect(spec.layers.map((layer) => layer.width)).toEqual([10, 10, 10, 5, 1]);
    expect(spec.layers.map((layer) => layer.activation)).toEqual([
      ...Array<string>(4).fill('relu'),
      'tanh',
    ]);
  });

  it.each([
    ['', /architecture is ""/],
    ['2', /architecture is "2"/],
    ['2-10y8-1', /part 2 is "10y8"/],
    ['2-0x8-1', /part 2 has width 0/],
    ['0-10-1', /part 1 has width 0/],
    ['2-1025-1', /part 2 has width 1025, but must have 1 to 1024/],
    ['2-10x0-1', /part 2 has 0 layers/],
    ['2-10x600-1', /part 2 has 600 layers/],
    ['2x2-10-1', /part 1 is "2x2", but must be a width/],
    ['2-10x300-10x300-1', /has more than 512 layers with part 3, but must have 1 to 512/],
    [`2-${'1x511-'.repeat(30_000)}1`, /has more than 512 layers with part 3/],
    ['30000000-8-1', /part 1 has width 30000000, but must have 1 to 1048576/],
    ['2-1024x510-1', /the layers have 534255620 parameters, but may have 134217728 at most/],
    ['2--1', /part 2 is ""/],
    ['-2-1', /part 1 is ""/],
  ])('refuses %j', (text, message) => {
    expect(() => parseArchitecture(text)).toThrow(NetworkError);
    expect(() => parseArchitecture(text)).toThrow(message);
  });

  it('takes the deepest and the widest', () => {
    expect(parseArchitecture('2-10x511-1').layers).toHaveLength(512);
    expect(parseArchitecture(`${2 ** 20}-8-1`).inputWidth).toBe(2 ** 20);
  });
});

describe('checkSpec', () => {
  const layer = { type: 'dense', width: 3 };
  it('fills in what is optional', () => {
    const spec = checkSpec({ inputWidth: 2, layers: [{ ...layer, activation: 'celu' }] });
    expect(spec.layers[0]).toEqual({ type: 'dense', width: 3, activation: 'celu', alpha: 1 });
  });

  it.each([
    [null, /network is null/],
    [{ inputWidth: 0, layers: [layer] }, /inputWidth is 0/],
    [{ inputWidth: 2.5, layers: [layer] }, /inputWidth is 2.5/],
    [{ inputWidth: 2 ** 20 + 1, layers: [layer] }, /inputWidth is 1048577, but .* to 1048576/],
    [
      { inputWidth: 2 ** 20, layers: [{ ...layer, width: 129 }] },
      /\d+ parameters, but may have 134217728 at most: take fewer or narrower ones/,
    ],
    [{ inputWidth: 2, layers: [] }, /layers has 0 layers/],
    [{ inputWidth: 2, layers: 'dense' }, /layers is no list/],
    [{ inputWidth: 2, layers: [null] }, /layers\[0\] is null/],
    [{ inputWidth: 2, layers: [layer, { type: 'conv' }] }, /layers\[1\]\.type is "conv"/],
    [{ inputWidth: 2, layers: [{ type: 'constructor' }] }, /type is "constructor"/],
    [{ inputWidth: 2, layers: [{ ...layer, width: NaN }] }, /layers\[0\]\.width is NaN/],
    [{ inputWidth: 2, layers: [{ ...layer, activation: 'toString' }] }, /activation is "toString"/],
    [{ inputWidth: 2, layers: [{ ...layer, alpha: Infinity }] }, /alpha is Infinity/],
    [{ inputWidth: 2, layers: [{ ...layer, activation: 'celu', alpha: 0 }] }, /celu needs/],
    [{ inputWidth: 2, layers: [{ ...layer, widht: 4 }] }, /unknown member widht/],
  ])('refuses %j', (value, message) => {
    expect(() => checkSpec(value)).toThrow(NetworkError);
    expect(() => checkSpec(value)).toThrow(message);
  });
});

describe('values that cannot be shown whole', () => {
  const layer = { type: 'dense', width: 3 };
  const deep = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as unknown;
  const deaf = { toString: 1 };

  it.each([
    ['nested deep', deep, 'a list'],
    ['without toString', deaf, 'an object'],
  ])('are named in the message: %s', (_title, value, shown) => {
    const cases: [unknown, string][] = [
      [{ inputWidth: value, layers: [layer] }, `inputWidth is ${shown}, but`],
      [{ inputWidth: 2, layers: [{ ...layer, type: value }] }, `layers[0].type is ${shown}, but`],
      [{ inputWidth: 2, layers: [{ ...layer, width: value }] }, `layers[0].width is ${shown}, but`],
      [{ inputWidth: 2, layers: [{ ...layer, alpha: value }] }, `layers[0].alpha is ${shown}, but`],
      [
        { inputWidth: 2, layers: [{ ...layer, activation: value }] },
        `layers[0].activation is ${shown}, but`,
      ],
    ];
    for (const [spec, message] of cases) {
      expect(() => checkSpec(spec)).toThrow(NetworkError);
      expect(() => checkSpec(spec)).toThrow(message);
    }
  });
});

describe('programs', () => {
  const spec = parseArchitecture('3-5-1-10-2');

  it('chain widths and states, and give every op parameters of its own', () => {
    const { ops, layerEnds, parameterLength, stateLength } = lowerSpec(spec);
    expect(layerEnds).toEqual([0, 2, 4, 6, 8]);
    let parameters = 0;
    ops.forEach((op, index) => {
      const previous = ops[index - 1];
      expect(op.inputWidth).toBe(previous?.outputWidth ?? 3);
      expect(op.inputOffset).toBe(previous?.outputOffset ?? 0);
      expect(op.outputOffset - op.inputOffset).toBeGreaterThanOrEqual(op.inputWidth);
      expect(op.parameterOffset).toBe(parameters);
      expect(op.parameterOffset % BLOCK).toBe(0);
      parameters += opRules(op).parameterLength(op);
    });
    expect(parameterLength).toBe(parameters);
    expect(stateLength).toBe(ops.at(-1)!.outputOffset + BLOCK);
  });

  it('refuse parameters of the wrong length or not finite, and take right ones', () => {
    const { parameterLength } = lowerSpec(spec);
    expect(() => createNetwork(spec, new Float32Array(3))).toThrow(/has 3 floats, but/);
    const bad = new Float32Array(parameterLength);
    bad[7] = NaN;
    expect(() => createNetwork(spec, bad)).toThrow(/parameters\[7\] is NaN/);
    const network = createNetwork(spec, new Float32Array(parameterLength));
    expect(network).toMatchObject({ inputWidth: 3, outputWidth: 2, depth: 3 });
  });
});

describe('tensors', () => {
  it('survive a round trip, touch nothing else, and leave padding at zero', () => {
    const network = initialiseNetwork(parseArchitecture('3-5-1-10-2'), 7);
    const copy = new Float32Array(network.parameters.length);
    let count = 0;
    for (const place of tensorPlaces(network)) {
      const values = readTensor(place, network.parameters);
      expect(values).toHaveLength(place.shape.reduce((a, b) => a * b));
      writeTensor(place, values, copy);
      count += values.length;
    }
    expect(copy).toEqual(network.parameters);
    expect(count).toBe(3 * 5 + 5 + 5 + 1 + 10 + 10 + 20 + 2);
    const ones = new Float32Array(network.parameters.length);
    for (const place of tensorPlaces(network)) {
      writeTensor(place, readTensor(place, ones).fill(1), ones);
    }
    expect(ones.reduce((a, b) => a + b)).toBe(count);
  });

  it('refuse a wrong number of values and values that are not finite in float32', () => {
    const network = createNetwork(parseArchitecture('2-3-1'));
    const [weight] = tensorPlaces(network);
    expect(() => writeTensor(weight, [1, 2], network.parameters)).toThrow(
      /layers\[0\]\.weight has 2 values, but shape \[3, 2\] needs 6/,
    );
    const values = [0, 1, 2, 1e39, 4, 5];
    expect(() => writeTensor(weight, values, network.parameters)).toThrow(/weight\[3\] is 1e\+39/);
  });
});
