// Plan: networks as PyTorch's two exporters, skl2onnx and tf2onnx write them (test/fixtures/onnx-*.onnx,
// by make_onnx_fixtures.py) have the scores and the exponents that those frameworks compute in float64;
// activations, layers and notes are the expected ones. Control: another layer's exponents do not agree.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseOnnx, type OnnxNetwork } from '../../src/files/onnx.ts';
import { exponents } from '../../src/reference/exponent.ts';
import { forward } from '../../src/reference/forward.ts';
import { compare } from '../support/compare.ts';
import { readingTolerance } from '../support/tolerance.ts';

interface Golden {
  readonly layer: number;
  readonly inputs: readonly number[][];
  readonly scores: readonly number[][];
  readonly lambda: readonly number[];
}

const FOLDER = 'test/fixtures';

function read(name: string): OnnxNetwork {
  const file = `${name}.onnx`;
  const external = `${file}.data`;
  const externalData = new Map<string, Uint8Array>();
  if (existsSync(`${FOLDER}/${external}`)) {
    externalData.set(external, readFileSync(`${FOLDER}/${external}`));
  }
  return parseOnnx(readFileSync(`${FOLDER}/${file}`), { externalData });
}

function readGolden(name: string): Golden {
  return JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8')) as Golden;
}

/** Standardisation and the like is stored in float32 and folded: so many roundings of a parameter. */
const FOLDED = 2;

const EVERY_ACTIVATION =
  'tanh sigmoid relu leaky-relu elu selu celu gelu gelu-tanh silu softplus softplus sine identity';

/** `[name, activations, roundings of parameters, notes]` */
const CASES: readonly [string, string, number, readonly RegExp[]][] = [
  ['onnx-torchscript-tanh', `${'tanh '.repeat(8)}identity`, 0, []],
  ['onnx-dynamo-tanh', 'tanh tanh tanh tanh identity', 0, [/left out at the end: Softmax/]],
  ['onnx-external', 'tanh tanh tanh identity', 0, []],
  [
    'onnx-torchscript-gelu',
    'gelu gelu gelu gelu identity',
    0,
    [/read as gelu of layers\[3\]: Erf '\/7\/Erf', Add/],
  ],
  [
    'onnx-torchscript-activations',
    EVERY_ACTIVATION,
    FOLDED,
    [/folded into layers\[0\]: BatchNorm/, /layers\[11\] is 0.5 · softplus: /],
  ],
  [
    'onnx-dynamo-activations',
    EVERY_ACTIVATION,
    FOLDED,
    [/read as softplus of layers\[10\]: .*Where/, /folded into layers\[13\]: BatchNorm/],
  ],
  [
    'onnx-torchscript-image',
    'tanh tanh identity',
    FOLDED,
    [/folded into layers\[0\]: Sub '\/0\/Sub', Div '\/0\/Div'/, /LogSoftmax/],
  ],
  ['onnx-f16', 'gelu gelu gelu identity', 0, []],
  ['onnx-bf16', 'gelu gelu gelu identity', 0, []],
  [
    'onnx-sklearn-classes',
    'tanh tanh identity',
    FOLDED,
    [/Scaler 'Scaler'/, /Softmax 'Tanh2', ZipMap/, /followed, not 'output_label'/],
  ],
  ['onnx-sklearn-binary', 'sigmoid sigmoid sigmoid', FOLDED, [/Mul 'Mu_Mul', Add 'Ad_Add'/]],
  ['onnx-sklearn-regressor', 'relu relu identity', FOLDED, [/Scaler 'Scaler'/]],
  [
    'onnx-keras',
    'tanh gelu gelu-tanh silu elu softplus elu identity',
    FOLDED,
    [/folded into layers\[7\]: Mul .*batchnorm\/mul_1', Add/, /Softmax/],
  ],
];

describe.each(CASES)('%s', (name, activations, roundings, notes) => {
  const golden = readGolden(name);
  const found = read(name);
  const { network } = found;

  it('has the layers that were exported, and says what was folded', () => {
    expect(network.spec.layers.map(({ activation }) => activation).join(' ')).toBe(activations);
    expect(network.depth).toBe(golden.layer);
    for (const note of notes) expect(found.notes.join('\n')).toMatch(note);
    if (notes.length === 0 && roundings === 0 && !activations.includes('gelu')) {
      expect(found.notes).toEqual([]);
    }
  });

  const tolerances = golden.inputs.map((point) => {
    return readingTolerance(network, point, golden.layer, roundings);
  });

  it('has the scores of the framework', () => {
    compare({
      label: `${name} scores`,
      actual: golden.inputs.flatMap((point) => [...forward(network, point)]),
      expected: golden.scores.flat(),
      tolerance: (i) => tolerances[Math.trunc(i / network.outputWidth)].outputs,
    });
  });

  it('has the exponents of the framework', () => {
    const { layer } = golden;
    const exponentsAt = (l: number): number[] =>
      golden.inputs.map((point) => l * exponents(network, point, l).values[0]);
    const comparison = {
      label: `${name} l·λ₁`,
      expected: golden.lambda.map((value) => layer * value),
      tolerance: (i: number) => tolerances[i].logSingular,
    };
    compare({ ...comparison, actual: exponentsAt(layer) });
    const actual = exponentsAt(layer - 1);
    expect(() => compare({ ...comparison, actual })).toThrow('worst error/tolerance');
  });
});
