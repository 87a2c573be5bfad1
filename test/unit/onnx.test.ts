// Plan: tiny models, one for each pattern of nodes, are read as the function that the pattern computes, which
// is written here anew: products in every orientation, activations as nodes and written out, constants
// folded from every side, what is passed through, ends that are left out, numbers in every type and place.
// Control: patterns that differ a little from these are refused (onnx-errors.test.ts).
import { describe, expect, it } from 'vitest';
import { parseOnnx } from '../../src/files/onnx.ts';
import { ACTIVATIONS, type ActivationName } from '../../src/math/activations.ts';
import { RandomStream, Purpose } from '../../src/math/random.ts';
import { forward } from '../../src/reference/forward.ts';
import { compare } from '../support/compare.ts';
import {
  encodeModel,
  encodeNumbers,
  type ModelPlan,
  type NodePlan,
  type TensorPlan,
} from '../support/onnx.ts';
import { FLOAT32_UNIT, FLOAT64_UNIT } from '../support/tolerance.ts';

type Numbers = readonly number[];

/** Rows of W and b: y = W x + b. */
const W = [
  [0.5, -1],
  [2, 0.25],
  [-0.75, 1.5],
];
const B = [0.125, -0.5, 1];

const transposed = (rows: readonly Numbers[]): number[] =>
  rows[0].flatMap((_, j) => rows.map((row) => row[j]));

/** W as PyTorch stores it, as Keras does, and b. */
const TENSORS: Readonly<Record<string, TensorPlan>> = {
  W: { shape: [3, 2], values: W.flat() },
  Wt: { shape: [2, 3], values: transposed(W) },
  b: { shape: [3], values: B },
  bt: { shape: [3, 1], values: B },
};

const affine = (x: Numbers): number[] =>
  W.map((row, i) => row.reduce((sum, w, j) => sum + w * x[j], B[i]));

const LINEAR: NodePlan = ['Gemm', 'x W b', 'z', { transB: 1 }];

const scalar = (value: number): TensorPlan => ({ shape: [], values: [value] });

/**
 * Checks that a model computes a function, at random points, up to a few roundings of terms below 100.
 *
 * @param unit - of the roundings: most constants here are exact in float32, and so is what is folded.
 */
function expectFunction(
  plan: ModelPlan,
  expected: (x: Numbers) => Numbers,
  label: string,
  unit = FLOAT64_UNIT,
  externalData: ReadonlyMap<string, Uint8Array> = new Map(),
): ReturnType<typeof parseOnnx> {
  const all = { ...plan, tensors: { ...TENSORS, ...plan.tensors } };
  const found = parseOnnx(encodeModel(all), { externalData });
  const stream = new RandomStream(1, Purpose.noise);
  const points = Array.from({ length: 20 }, () =>
    Array.from({ length: found.network.inputWidth }, () => 4 * stream.uniform() - 2),
  );
  compare({
    label,
    actual: points.flatMap((point) => [...forward(found.network, point)]),
    expected: points.flatMap((point) => [...expected(point)]),
    tolerance: () => 100 * unit,
  });
  return found;
}

function activations(plan: ModelPlan): string {
  const all = { ...plan, tensors: { ...TENSORS, ...plan.tensors } };
  const { layers } = parseOnnx(encodeModel(all)).network.spec;
  return layers.map(({ activation, alpha }) => `${activation} ${alpha}`).join(', ');
}

describe('matrix products', () => {
  const cases: readonly [string, ModelPlan, (x: Numbers) => Numbers][] = [
    ['Gemm, transB', { nodes: [['Gemm', 'x W b', 'y', { transB: 1 }]] }, affine],
    ['Gemm, weights as they are', { nodes: [['Gemm', 'x Wt b', 'y']] }, affine],
    [
      'Gemm, alpha and beta',
      {
        nodes: [['Gemm', 'x Wt b', 'y', { alpha: { float: 2 }, beta: { float: -3 } }]],
      },
      (x) => affine(x).map((value, i) => 2 * (value - B[i]) - 3 * B[i]),
    ],
    [
      'Gemm without bias',
      { nodes: [['Gemm', 'x Wt', 'y']] },
      (x) => affine(x).map((v, i) => v - B[i]),
    ],
    [
      'Gemm, one bias for all',
      { nodes: [['Gemm', 'x Wt c', 'y']], tensors: { c: scalar(0.5) } },
      (x) => affine(x).map((v, i) => v - B[i] + 0.5),
    ],
    [
      'Gemm of points in columns, transA',
      { nodes: [['Gemm', 'x Wt b', 'y', { transA: 1 }]], inputs: { x: [2, null] } },
      affine,
    ],
    ['Gemm, weights first', { nodes: [['Gemm', 'W x bt', 'y']], inputs: { x: [2, null] } }, affine],
    [
      'Gemm, weights first, both transposed',
      {
        nodes: [['Gemm', 'Wt x bt', 'y', { transA: 1, transB: 1 }]],
      },
      affine,
    ],
    [
      'MatMul, Add',
      {
        nodes: [
          ['MatMul', 'x Wt', 'p'],
          ['Add', 'p b', 'y'],
        ],
      },
      affine,
    ],
    [
      'MatMul, Add the other way',
      {
        nodes: [
          ['MatMul', 'x Wt', 'p'],
          ['Add', 'b p', 'y'],
        ],
      },
      affine,
    ],
    [
      'MatMul, weights first',
      {
        nodes: [
          ['MatMul', 'W x', 'p'],
          ['Add', 'p bt', 'y'],
        ],
        inputs: { x: [2, null] },
      },
      affine,
    ],
    [
      'MatMul of one point without axis of points',
      {
        nodes: [
          ['MatMul', 'x Wt', 'p'],
          ['Add', 'p b', 'y'],
        ],
        inputs: { x: [2] },
      },
      affine,
    ],
    [
      'MatMul, weights first, one point',
      {
        nodes: [
          ['MatMul', 'W x', 'p'],
          ['Add', 'p b', 'y'],
        ],
        inputs: { x: [2] },
      },
      affine,
    ],
    [
      'MatMul with a vector',
      { nodes: [['MatMul', 'x v', 'y']], tensors: { v: { shape: [2], values: [3, -2] } } },
      ([a, b]) => [3 * a - 2 * b],
    ],
    [
      'nodes in any order',
      {
        nodes: [
          ['Tanh', 'z', 'y'],
          ['Add', 'p b', 'z'],
          ['MatMul', 'x Wt', 'p'],
        ],
      },
      (x) => affine(x).map(Math.tanh),
    ],
    [
      'a shape that is not given',
      { nodes: [['Gemm', 'x Wt b', 'y']], inputs: { x: null } },
      affine,
    ],
  ];

  it.each(cases)('%s', (label, plan, expected) => {
    expect(expectFunction(plan, expected, label).notes).toEqual([]);
  });

  it('follow one another without an activation: a linear layer, which is said', () => {
    const plan: ModelPlan = {
      nodes: [LINEAR, ['MatMul', 'z V', 'y', {}, 'out']],
      tensors: { V: { shape: [3, 1], values: [1, 2, 3] } },
    };
    const dot = (x: Numbers): number[] => [affine(x).reduce((sum, v, i) => sum + (i + 1) * v, 0)];
    const { notes, network } = expectFunction(plan, dot, 'two products');
    expect(network.depth).toBe(1);
    expect(notes).toEqual(["layers[0] is linear: no activation follows Gemm → 'z'"]);
  });
});

describe('activations as nodes', () => {
  const cases: readonly [string, NonNullable<NodePlan[3]>, ActivationName, number][] = [
    ['Identity', {}, 'identity', 0],
    ['Tanh', {}, 'tanh', 0],
    ['Sigmoid', {}, 'sigmoid', 0],
    ['Relu', {}, 'relu', 0],
    ['LeakyRelu', {}, 'leaky-relu', 0.01],
    ['LeakyRelu', { alpha: { float: 0.25 } }, 'leaky-relu', 0.25],
    ['Elu', {}, 'elu', 1],
    ['Elu', { alpha: { float: 1.5 } }, 'elu', 1.5],
    ['Celu', {}, 'celu', 1],
    ['Celu', { alpha: { float: 0.75 } }, 'celu', 0.75],
    ['Selu', {}, 'selu', 0],
    ['Selu', { alpha: { float: 1.6732632 }, gamma: { float: 1.050701 } }, 'selu', 0],
    ['Gelu', {}, 'gelu', 0],
    ['Gelu', { approximate: 'none' }, 'gelu', 0],
    ['Gelu', { approximate: 'tanh' }, 'gelu-tanh', 0],
    ['Swish', {}, 'silu', 0],
    ['Softplus', {}, 'softplus', 0],
    ['Sin', {}, 'sine', 0],
  ];

  it.each(cases)('%s %j', (operator, attributes, name, alpha) => {
    const plan: ModelPlan = { nodes: [LINEAR, [operator, 'z', 'y', attributes]] };
    const g = (x: number): number => ACTIVATIONS[name].value(x, alpha);
    const { notes } = expectFunction(plan, (x) => affine(x).map(g), operator);
    expect(activations(plan)).toBe(`${name} ${alpha}`);
    expect(notes).toEqual([]);
  });

  it('in every layer, and at the output', () => {
    const plan: ModelPlan = {
      nodes: [LINEAR, ['Relu', 'z', 'h'], ['Gemm', 'h V', 'o'], ['Sigmoid', 'o', 'y']],
      tensors: { V: { shape: [3, 2], values: [1, 0, -1, 0.5, 0.25, 1] } },
    };
    expect(activations(plan)).toBe('relu 0, sigmoid 0');
  });
});

/** Constants of written-out activations. */
const CONSTANTS: Readonly<Record<string, TensorPlan>> = Object.fromEntries(
  Object.entries({
    half: 0.5,
    zero: 0,
    one: 1,
    two: 2,
    three: 3,
    twenty: 20,
    root2: Math.SQRT2,
    inverseRoot2: Math.SQRT1_2,
    cubic: 0.044715,
    rootTwoOverPi: Math.sqrt(2 / Math.PI),
    quick: 1.702,
    slope: 0.25,
    '-0.7': -0.7,
    '1.05': 1.0507009873554805,
    '1.67': 1.6732632423543772,
  }).map(([name, value]) => [name, scalar(value)]),
);

/** `[title, activation, α, nodes from z to y]` */
const WRITTEN: readonly [string, ActivationName, number, readonly NodePlan[]][] = [
  [
    'gelu: z (1 + erf(z / √2)) · ½',
    'gelu',
    0,
    [
      ['Div', 'z root2', 'a'],
      ['Erf', 'a', 'c'],
      ['Add', 'c one', 'd'],
      ['Mul', 'z d', 'e'],
      ['Mul', 'e half', 'y'],
    ],
  ],
  [
    'gelu: ½ z · (erf(√½ z) + 1)',
    'gelu',
    0,
    [
      ['Mul', 'inverseRoot2 z', 'a'],
      ['Erf', 'a', 'c'],
      ['Add', 'one c', 'd'],
      ['Mul', 'z half', 'e'],
      ['Mul', 'd e', 'y'],
    ],
  ],
  [
    'gelu: ½ z erfc(−√½ z)',
    'gelu',
    0,
    [
      ['Mul', 'half z', 'a'],
      ['Neg', 'z', 'c'],
      ['Mul', 'c inverseRoot2', 'd'],
      ['Erfc', 'd', 'e'],
      ['Mul', 'a e', 'y'],
    ],
  ],
  [
    'gelu, tanh form, cube by Pow',
    'gelu-tanh',
    0,
    [
      ['Pow', 'z three', 'a'],
      ['Mul', 'cubic a', 'c'],
      ['Add', 'z c', 'd'],
      ['Mul', 'rootTwoOverPi d', 'e'],
      ['Tanh', 'e', 'f'],
      ['Add', 'f one', 'g'],
      ['Mul', 'half g', 'h'],
      ['Mul', 'z h', 'y'],
    ],
  ],
  [
    'gelu, tanh form, z (1 + 0.044715 z²)',
    'gelu-tanh',
    0,
    [
      ['Mul', 'z z', 'a'],
      ['Mul', 'a cubic', 'c'],
      ['Add', 'c one', 'd'],
      ['Mul', 'z d', 'e'],
      ['Mul', 'e rootTwoOverPi', 'f'],
      ['Tanh', 'f', 'g'],
      ['Add', 'g one', 'h'],
      ['Mul', 'z h', 'i'],
      ['Div', 'i two', 'y'],
    ],
  ],
  [
    'silu: z sigmoid(z)',
    'silu',
    0,
    [
      ['Sigmoid', 'z', 'a'],
      ['Mul', 'z a', 'y'],
    ],
  ],
  [
    'silu: z / (1 + exp(−z))',
    'silu',
    0,
    [
      ['Neg', 'z', 'a'],
      ['Exp', 'a', 'c'],
      ['Add', 'c one', 'd'],
      ['Div', 'z d', 'y'],
    ],
  ],
  [
    'sigmoid: 1 / (1 + exp(−z))',
    'sigmoid',
    0,
    [
      ['Neg', 'z', 'a'],
      ['Exp', 'a', 'c'],
      ['Add', 'one c', 'd'],
      ['Reciprocal', 'd', 'y'],
    ],
  ],
  [
    'tanh by exponentials',
    'tanh',
    0,
    [
      ['Mul', 'z two', 'a'],
      ['Exp', 'a', 'c'],
      ['Sub', 'c one', 'd'],
      ['Add', 'c one', 'e'],
      ['Div', 'd e', 'y'],
    ],
  ],
  [
    'softplus: log(1 + exp(z))',
    'softplus',
    0,
    [
      ['Exp', 'z', 'a'],
      ['Add', 'a one', 'c'],
      ['Log', 'c', 'y'],
    ],
  ],
  [
    'softplus, cut off at 20',
    'softplus',
    0,
    [
      ['Softplus', 'z', 'a'],
      ['Greater', 'z twenty', 'c'],
      ['Where', 'c z a', 'y'],
    ],
  ],
  [
    'softplus: −log(sigmoid(−z))',
    'softplus',
    0,
    [
      ['Neg', 'z', 'a'],
      ['Sigmoid', 'a', 'c'],
      ['Log', 'c', 'd'],
      ['Neg', 'd', 'y'],
    ],
  ],
  ['relu: max(z, 0)', 'relu', 0, [['Max', 'z zero', 'y']]],
  ['relu: Clip from 0', 'relu', 0, [['Clip', 'z zero -', 'y']]],
  ['relu: Clip of older sets', 'relu', 0, [['Clip', 'z', 'y', { min: { float: 0 } }]]],
  [
    'relu: where(z > 0, z, 0)',
    'relu',
    0,
    [
      ['Greater', 'z zero', 'a'],
      ['Where', 'a z zero', 'y'],
    ],
  ],
  [
    'leaky relu: max(z, z / 4)',
    'leaky-relu',
    0.25,
    [
      ['Mul', 'z slope', 'a'],
      ['Max', 'z a', 'y'],
    ],
  ],
  ['leaky relu: PRelu', 'leaky-relu', 0.25, [['PRelu', 'z slope', 'y']]],
  [
    'elu: max(z, 0) + min(exp(z) − 1, 0)',
    'elu',
    1,
    [
      ['Max', 'z zero', 'a'],
      ['Exp', 'z', 'c'],
      ['Sub', 'c one', 'd'],
      ['Min', 'd zero', 'e'],
      ['Add', 'a e', 'y'],
    ],
  ],
  [
    'celu, α = 2: max(z, 0) + 2 expm1(min(z, 0) / 2)',
    'celu',
    2,
    [
      ['Max', 'z zero', 'a'],
      ['Min', 'z zero', 'c'],
      ['Div', 'c two', 'd'],
      ['Expm1', 'd', 'e'],
      ['Mul', 'e two', 'f'],
      ['Sum', 'a f', 'y'],
    ],
  ],
  [
    'selu: γ elu(z, α)',
    'selu',
    0,
    [
      ['Elu', 'z', 'a', { alpha: { float: 1.6732632 } }],
      ['Mul', 'a 1.05', 'y'],
    ],
  ],
];

describe('activations written out', () => {
  it.each(WRITTEN)('%s', (title, name, alpha, nodes) => {
    const plan: ModelPlan = { nodes: [LINEAR, ...nodes], tensors: CONSTANTS };
    const g = (x: number): number => ACTIVATIONS[name].value(x, alpha);
    expectFunction(plan, (x) => affine(x).map(g), title);
    const [found] = activations(plan).split(', ');
    expect(found).toMatch(new RegExp(`^${name} `));
    expect(Number(found.split(' ')[1])).toBeCloseTo(alpha, 6);
  });

  it('with a line before and after: β and scale go into the layers around', () => {
    // log(1 + exp(2z)) / 2, then z σ(1.702 z), the quick form of gelu
    const plan: ModelPlan = {
      nodes: [
        LINEAR,
        ['Mul', 'z two', 'a'],
        ['Softplus', 'a', 'c'],
        ['Div', 'c two', 'h'],
        ['Gemm', 'h V', 'u'],
        ['Mul', 'u quick', 'd'],
        ['Sigmoid', 'd', 'e'],
        ['Mul', 'u e', 'k'],
        ['Gemm', 'k V', 'y'],
      ],
      tensors: { ...CONSTANTS, V: { shape: [3, 3], values: [1, 0, 2, 0, 1, -1, 0.5, 0, 1] } },
    };
    const times = (h: Numbers): number[] => {
      return [h[0] + 0.5 * h[2], h[1], 2 * h[0] - h[1] + h[2]];
    };
    const first = (z: number): number => Math.log1p(Math.exp(2 * z)) / 2;
    const quick = Math.fround(1.702);
    const second = (u: number): number => u / (1 + Math.exp(-quick * u));
    const { notes } = expectFunction(
      plan,
      (x) => times(times(affine(x).map(first)).map(second)),
      'lines around activations',
      FLOAT32_UNIT,
    );
    expect(activations(plan)).toBe('softplus 0, silu 0, identity 0');
    expect(notes).toContain(
      'layers[0] is 0.5 · softplus: factor and offset are folded into layers[1], so exponents at this layer itself are without them',
    );
  });

  it('mirrored: log(sigmoid(z)) = −softplus(−z)', () => {
    const plan: ModelPlan = {
      nodes: [LINEAR, ['Sigmoid', 'z', 'a'], ['Log', 'a', 'h'], ['MatMul', 'h v', 'y']],
      tensors: { v: { shape: [3, 1], values: [1, 2, -1] } },
    };
    const g = (z: number): number => -Math.log1p(Math.exp(-z));
    const sum = (x: Numbers): number[] => {
      const [a, b, c] = affine(x).map(g);
      return [a + 2 * b - c];
    };
    expectFunction(plan, sum, 'log sigmoid');
    expect(activations(plan)).toBe('softplus 0, identity 0');
  });

  it('with constants in half precision', () => {
    const [title, name, alpha, nodes] = WRITTEN[0];
    const constants = { half: [0.5, 'f16'], one: [1, 'f16'], root2: [1.4140625, 'f16'] } as const;
    const tensors = Object.fromEntries(
      Object.entries(constants).map(([key, [value, type]]) => [key, { ...scalar(value), type }]),
    );
    expect(activations({ nodes: [LINEAR, ...nodes], tensors })).toBe(`${name} ${alpha}`);
    expect(title).toContain('erf');
  });
});

describe('constants around layers', () => {
  const vector = (...values: number[]): TensorPlan => ({ shape: [values.length], values });
  const tensors = {
    mean: vector(0.5, -1),
    deviation: vector(2, 0.25),
    gain: vector(1, 2, -1),
    shift: vector(0.5, 0, 1),
    centre: vector(0.25, -0.5, 1),
    variance: vector(1, 4, 0.25),
    k: scalar(3),
  };

  it('Sub and Div before the first layer', () => {
    const plan: ModelPlan = {
      nodes: [
        ['Sub', 'x mean', 'a', {}, 'centre'],
        ['Div', 'a deviation', 'c', {}, 'scale'],
        ['Gemm', 'c Wt b', 'z'],
        ['Tanh', 'z', 'y'],
      ],
      tensors,
    };
    const { notes } = expectFunction(
      plan,
      ([s, t]) => affine([(s - 0.5) / 2, (t + 1) / 0.25]).map(Math.tanh),
      'standardisation',
    );
    expect(notes).toEqual(["folded into layers[0]: Sub 'centre', Div 'scale'"]);
  });

  it('constants on the left', () => {
    const plan: ModelPlan = {
      nodes: [
        ['Sub', 'mean x', 'a'],
        ['Mul', 'deviation a', 'c'],
        ['Add', 'k c', 'd'],
        ['Gemm', 'd Wt b', 'y'],
      ],
      tensors,
    };
    expectFunction(plan, ([s, t]) => affine([2 * (0.5 - s) + 3, 0.25 * (-1 - t) + 3]), 'left');
  });

  it('Scaler of ai.onnx.ml, by entry and for all', () => {
    const plan = (offset: Numbers, scale: Numbers): ModelPlan => ({
      nodes: [
        ['ai.onnx.ml:Scaler', 'x', 'a', { offset, scale }],
        ['Gemm', 'a Wt b', 'y'],
      ],
    });
    expectFunction(
      plan([0.5, 1.25], [2.5, 0.5]),
      ([s, t]) => affine([(s - 0.5) * 2.5, (t - 1.25) * 0.5]),
      'Scaler',
    );
    expectFunction(
      plan([0.5], [2.5]),
      ([s, t]) => affine([(s - 0.5) * 2.5, (t - 0.5) * 2.5]),
      'Scaler of one number',
    );
  });

  const normalised = (z: Numbers): number[] =>
    z.map((value, i) => {
      const { gain, shift, centre, variance } = tensors;
      const deviation = Math.sqrt(variance.values![i] + Math.fround(1e-3));
      return (gain.values![i] * (value - centre.values![i])) / deviation + shift.values![i];
    });
  const NORMALISE: NodePlan = [
    'BatchNormalization',
    'z gain shift centre variance',
    'n',
    { epsilon: { float: 1e-3 } },
  ];

  it('BatchNormalization before the activation', () => {
    expectFunction(
      { nodes: [LINEAR, NORMALISE, ['Tanh', 'n', 'y']], tensors },
      (x) => normalised(affine(x)).map(Math.tanh),
      'BatchNormalization before',
      FLOAT32_UNIT,
    );
  });

  it('BatchNormalization after the activation', () => {
    const { notes } = expectFunction(
      {
        nodes: [
          ['Gemm', 'x W b', 'u', { transB: 1 }],
          ['Tanh', 'u', 'z'],
          NORMALISE,
          ['MatMul', 'n V', 'y'],
        ],
        tensors: { ...tensors, V: { shape: [3, 1], values: [1, 2, 3] } },
      },
      (x) => [normalised(affine(x).map(Math.tanh)).reduce((sum, v, i) => sum + (i + 1) * v, 0)],
      'BatchNormalization after',
      FLOAT32_UNIT,
    );
    expect(notes).toEqual(["folded into layers[1]: BatchNormalization → 'n'"]);
  });

  it('means by channel of an image', () => {
    const plan: ModelPlan = {
      nodes: [
        ['Sub', 'x m', 'a'],
        ['Div', 'a k', 'c'],
        ['Flatten', 'c', 'd'],
        ['MatMul', 'd V', 'y'],
      ],
      inputs: { x: [null, 2, 1, 2] },
      tensors: {
        k: scalar(2),
        m: { shape: [2, 1, 1], values: [1, -1] },
        V: { shape: [4, 1], values: [1, 2, 3, 4] },
      },
    };
    expectFunction(
      plan,
      ([a, b, c, d]) => [(a - 1 + 2 * (b - 1) + 3 * (c + 1) + 4 * (d + 1)) / 2],
      'channels',
    );
  });

  it('scale of the outputs: into the last layer, or a diagonal one after an activation', () => {
    const scaled: NodePlan[] = [
      ['Mul', 'o gain', 'p'],
      ['Add', 'p k', 'y', {}, 'offset'],
    ];
    const linear = expectFunction(
      { nodes: [['Gemm', 'x Wt b', 'o'], ...scaled], tensors },
      (x) => affine(x).map((v, i) => v * [1, 2, -1][i] + 3),
      'scaled outputs',
    );
    expect(linear.network.depth).toBe(0);
    const curved = expectFunction(
      { nodes: [LINEAR, ['Tanh', 'z', 'o'], ...scaled], tensors },
      (x) => affine(x).map((v, i) => Math.tanh(v) * [1, 2, -1][i] + 3),
      'scaled outputs after an activation',
    );
    expect(curved.network.depth).toBe(1);
    expect(curved.notes).toEqual([
      "outputs are scaled after the last activation (Mul → 'p', Add 'offset'): layers[1] was added for that, diagonal and linear",
    ]);
  });

  it('weights that are computed from constants', () => {
    const plan: ModelPlan = {
      nodes: [
        ['Transpose', 'W', 'T', { perm: [1, 0] }],
        ['Mul', 'T k', 'K'],
        ['Reshape', 'b size', 'B'],
        ['MatMul', 'x K', 'p'],
        ['Add', 'p B', 'y'],
      ],
      tensors: { k: scalar(2), size: { shape: [2], values: [1, 3], type: 'i64' } },
    };
    expectFunction(plan, (x) => affine(x).map((v, i) => 2 * (v - B[i]) + B[i]), 'computed weights');
  });
});

describe('nodes that are passed through', () => {
  const size = (...values: number[]): TensorPlan => ({
    shape: [values.length],
    values,
    type: 'i64',
  });
  const flat = (nodes: readonly NodePlan[], x: readonly (number | null)[]): ModelPlan => ({
    nodes: [...nodes, ['Gemm', 'f Wt b', 'y']],
    inputs: { x },
    tensors: {
      flat: size(-1, 2),
      keep: size(0, -1),
      one: size(1, 2),
      last: size(-1),
      second: size(2),
      place: { shape: [], values: [0], type: 'i64' },
      zero: size(0),
      first: size(1),
    },
  });
  const cases: readonly [string, readonly NodePlan[], readonly (number | null)[]][] = [
    ['Identity', [['Identity', 'x', 'f']], [null, 2]],
    ['Dropout', [['Dropout', 'x', 'f mask']], [null, 2]],
    ['Cast to float', [['Cast', 'x', 'f', { to: 1 }]], [null, 2]],
    ['Flatten', [['Flatten', 'x', 'f']], [null, 1, 2, 1]],
    ['Reshape [-1, 2]', [['Reshape', 'x flat', 'f']], [null, 2, 1]],
    ['Reshape [0, -1]', [['Reshape', 'x keep', 'f']], [null, 1, 2]],
    ['Reshape [1, 2] of one point', [['Reshape', 'x one', 'f']], [1, 2, 1]],
    ['Squeeze', [['Squeeze', 'x second', 'f']], [null, 2, 1]],
    ['Squeeze of older sets', [['Squeeze', 'x', 'f', { axes: [1] }]], [null, 1, 2]],
    ['Unsqueeze of one point', [['Unsqueeze', 'x zero', 'f']], [2]],
    [
      'Transpose of axes of length 1',
      [
        ['Transpose', 'x', 'a', { perm: [0, 2, 1] }],
        ['Flatten', 'a', 'f'],
      ],
      [null, 2, 1],
    ],
    [
      'x.view(x.size(0), -1)',
      [
        ['Shape', 'x', 'a'],
        ['Gather', 'a place', 'c'],
        ['Unsqueeze', 'c zero', 'd'],
        ['Concat', 'd last', 'e', { axis: 0 }],
        ['Reshape', 'x e', 'f'],
      ],
      [null, 1, 2],
    ],
    [
      'a shape by Slice, its lengths multiplied',
      [
        ['Shape', 'x', 'a'],
        ['Slice', 'a zero first', 'c'],
        ['Slice', 'a first second', 'd'],
        ['Mul', 'd second', 'e'],
        ['Concat', 'c e', 'g', { axis: 0 }],
        ['Reshape', 'x g', 'f'],
      ],
      [null, 1, 2],
    ],
  ];

  it.each(cases)('%s', (title, nodes, x) => {
    expect(expectFunction(flat(nodes, x), affine, title).notes).toEqual([]);
  });
});

describe('ends', () => {
  const tail = (nodes: readonly NodePlan[], outputs: readonly string[]): ModelPlan => ({
    nodes: [LINEAR, ...nodes],
    outputs,
    tensors: { one: scalar(1), size: { shape: [1], values: [-1], type: 'i64' } },
  });

  it.each(['Softmax', 'LogSoftmax'])('%s is left out, and said so', (operator) => {
    const plan = tail([[operator, 'z', 'y', { axis: 1 }, 'end']], ['y']);
    expect(expectFunction(plan, affine, operator).notes).toEqual([
      `left out at the end: ${operator} 'end'; outputs are the scores before`,
    ]);
  });

  it('labels and probabilities of scikit-learn: the scores are followed', () => {
    const plan = tail(
      [
        ['Softmax', 'z', 'p', {}, 'softmax'],
        ['ArgMax', 'p', 'i', {}, 'argmax'],
        ['ai.onnx.ml:ArrayFeatureExtractor', 'classes i', 'l'],
        ['Reshape', 'l size', 'm'],
        ['Cast', 'm', 'label', { to: 7 }],
        ['ai.onnx.ml:ZipMap', 'p', 'probability', {}, 'zipmap'],
      ],
      ['label', 'probability'],
    );
    const classes: TensorPlan = { shape: [3], values: [0, 1, 2], type: 'i64' };
    const { notes } = expectFunction(
      { ...plan, tensors: { ...plan.tensors, classes } },
      affine,
      'classes',
    );
    expect(notes).toEqual([
      "left out at the end: Softmax 'softmax', ZipMap 'zipmap'; outputs are the scores before",
      "output 'probability' is followed, not 'label'",
    ]);
  });

  it('the two probabilities of a binary classifier: the one that is a sigmoid', () => {
    const plan = tail(
      [
        ['MatMul', 'z v', 's'],
        ['Sigmoid', 's', 'p'],
        ['Sub', 'one p', 'q'],
        ['Concat', 'q p', 'y', { axis: 1 }, 'both'],
      ],
      ['y'],
    );
    const v: TensorPlan = { shape: [3, 1], values: [1, -1, 0.5] };
    const { notes } = expectFunction(
      { ...plan, tensors: { ...plan.tensors, v } },
      (x) => {
        const [a, b, c] = affine(x);
        return [1 / (1 + Math.exp(b - a - c / 2))];
      },
      'binary',
    );
    expect(notes[1]).toBe("left out at the end: Concat 'both'; outputs are the scores before");
  });

  it('of several outputs, the one with most layers', () => {
    const plan: ModelPlan = {
      nodes: [LINEAR, ['Tanh', 'z', 'hidden'], ['MatMul', 'hidden v', 'y']],
      outputs: ['hidden', 'y'],
      tensors: { v: { shape: [3, 1], values: [1, 1, 1] } },
    };
    const { notes } = expectFunction(
      plan,
      (x) => [affine(x).reduce((sum, z) => sum + Math.tanh(z), 0)],
      'two outputs',
    );
    expect(notes).toEqual(["output 'y' is followed, not 'hidden'"]);
  });

  it('an output that cannot be read is not followed', () => {
    const plan: ModelPlan = {
      nodes: [LINEAR, ['Tanh', 'z', 'y'], ['LSTM', 'y', 'other']],
      outputs: ['other', 'y'],
    };
    const { notes } = expectFunction(plan, (x) => affine(x).map(Math.tanh), 'one of two');
    expect(notes).toEqual(["output 'y' is followed, not 'other'"]);
  });
});

describe('numbers', () => {
  const values = W.flat();
  const gemm = (W1: TensorPlan): ModelPlan => ({
    nodes: [['Gemm', 'x W1 b', 'y', { transB: 1 }]],
    tensors: { W1 },
  });
  const storages = ['raw', 'field'] as const;
  const types = ['f32', 'f64', 'f16', 'bf16'] as const;

  it.each(types.flatMap((type) => storages.map((storage) => [type, storage] as const)))(
    '%s, %s',
    (type, storage) => {
      expectFunction(gemm({ shape: [3, 2], values, type, storage }), affine, `${type} ${storage}`);
    },
  );

  it.each(['f16', 'bf16'] as const)('%s: extremes are exact', (type) => {
    const extremes =
      type === 'f16' ? [2 ** -24, -65504, 2 ** -14] : [2 ** -126, -(2 ** 127), 1 / 128];
    const tensor: TensorPlan = { shape: [3, 1], values: extremes, type };
    const { network } = parseOnnx(
      encodeModel({
        ...gemm(tensor),
        inputs: { x: [null, 1] },
        tensors: { ...TENSORS, W1: tensor },
      }),
    );
    expect([0, 4, 8].map((i) => network.parameters[i])).toEqual(extremes);
  });

  const integers = ['i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64'] as const;
  it.each(integers.flatMap((type) => storages.map((storage) => [type, storage] as const)))(
    'whole numbers as %s, %s',
    (type, storage) => {
      const sign = type.startsWith('u') ? 1 : -1;
      const whole = [1, 2 * sign, 3, 100, 5 * sign, 6];
      expectFunction(
        gemm({ shape: [3, 2], values: whole, type, storage }),
        ([s, t]) => B.map((bias, i) => whole[2 * i] * s + whole[2 * i + 1] * t + bias),
        `${type} ${storage}`,
      );
    },
  );

  it('in Constant nodes of every kind', () => {
    const plan: ModelPlan = {
      nodes: [
        ['Constant', '', 'a', { value: { shape: [3, 2], values } }],
        ['Constant', '', 'c', { value_floats: [0.5, -0.25] }],
        ['Constant', '', 'd', { value_float: { float: 2.5 } }],
        ['Constant', '', 'e', { value_int: -1 }],
        ['Constant', '', 'g', { value_ints: [3, 5] }],
        ['Sub', 'x c', 'h'],
        ['Mul', 'h d', 'i'],
        ['Add', 'i e', 'j'],
        ['Add', 'j g', 'k'],
        ['Gemm', 'k a b', 'y', { transB: 1 }],
      ],
    };
    expectFunction(
      plan,
      ([s, t]) => affine([(s - 0.5) * 2.5 + 2, (t + 0.25) * 2.5 + 4]),
      'Constant nodes',
    );
  });

  it('in another file, with offset and length, found by its own name', () => {
    const data = new Uint8Array(64);
    data.set(encodeNumbers('f32', values), 16);
    const storage = { location: 'weights/model.onnx.data', offset: '16', length: '24' };
    const plan = gemm({ shape: [3, 2], storage });
    expectFunction(
      plan,
      affine,
      'full path',
      FLOAT64_UNIT,
      new Map([['weights/model.onnx.data', data]]),
    );
    expectFunction(plan, affine, 'file name', FLOAT64_UNIT, new Map([['model.onnx.data', data]]));
    const whole = gemm({ shape: [3, 2], storage: { location: 'w' } });
    expectFunction(
      whole,
      affine,
      'from the start',
      FLOAT64_UNIT,
      new Map([['w', data.subarray(16)]]),
    );
  });

  it('among the inputs as well, as older files have them', () => {
    const plan: ModelPlan = {
      nodes: [['Gemm', 'x W b', 'y', { transB: 1 }]],
      inputs: { x: [null, 2], W: [3, 2], b: [3] },
    };
    expectFunction(plan, affine, 'initializers among inputs');
  });
});
