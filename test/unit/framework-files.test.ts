// Plan: safetensors files that PyTorch, Keras, Flax and Equinox wrote give the exponents that those frameworks
// computed beside them in float64 (test/fixtures/make_fixtures.py), at the last hidden layer and at the output,
// with the right layers, activations and notes. Control: a fixture read with another activation or transposed
// does not agree.
import { describe, expect, it } from 'vitest';
import {
  parseNetworkSafetensors,
  type TensorNetworkOptions,
} from '../../src/files/network-tensors.ts';
import { parseNpz } from '../../src/files/npz.ts';
import type { Network } from '../../src/model/network.ts';
import { exponents } from '../../src/reference/exponent.ts';
import { compare } from '../support/compare.ts';
import { listFixtures, readFixture } from '../support/files.ts';
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
    notes: [
      /^layers taken in the order layers\.0\.linear, .*, and 1 more, by words and widths$/,
      OUTPUT_ASSUMED,
    ],
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
    notes: [/elu/, OUTPUT_ASSUMED, /^alpha of elu: 1, the file does not say; .* option alpha$/],
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
