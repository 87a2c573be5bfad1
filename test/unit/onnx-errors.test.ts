// Plan: networks of another kind are refused with all nodes that do not fit, named, with the reason and what to
// do; damaged files with place, value and fix; claims of size cost nothing. Every case is the smallest change
// of a model that is read (control).
import { PbfWriter } from 'pbf';
import { describe, expect, it } from 'vitest';
import { DataError, NetworkError } from '../../src/errors.ts';
import { parseOnnx } from '../../src/files/onnx.ts';
import { MAXIMAL_WIDTH } from '../../src/layers/dense.ts';
import { MAXIMAL_LAYER_COUNT } from '../../src/model/network.ts';
import { encodeModel, type ModelPlan, type NodePlan, type TensorPlan } from '../support/onnx.ts';

const TENSORS: Readonly<Record<string, TensorPlan>> = {
  W: { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] },
  b: { shape: [3], values: [1, 2, 3] },
  V: { shape: [3, 3], values: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
};

const LINEAR: NodePlan = ['Gemm', 'x W b', 'z', {}, 'linear'];

/** A model of these nodes after a first layer x -> z, and the tensors that they use. */
function model(
  nodes: readonly NodePlan[],
  tensors: ModelPlan['tensors'] = {},
  rest: Partial<ModelPlan> = {},
): Uint8Array {
  return encodeModel({ nodes: [LINEAR, ...nodes], tensors: { ...TENSORS, ...tensors }, ...rest });
}

function errorOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

type Kind = typeof DataError | typeof NetworkError;

function expectError(bytes: Uint8Array, kind: Kind, ...messages: (string | RegExp)[]): void {
  const error = errorOf(() => parseOnnx(bytes));
  expect(error).toBeInstanceOf(kind);
  for (const message of messages) expect(error.message).toMatch(message);
}

const scalar = (value: number): TensorPlan => ({ shape: [], values: [value] });

it('control: the model that is changed below is read', () => {
  const { network } = parseOnnx(model([['Tanh', 'z', 'y']]));
  expect(network.spec.layers).toMatchObject([{ width: 3, activation: 'tanh' }]);
});

describe('nodes that do not fit', () => {
  it('are all listed at once, each with the reason and what to do', () => {
    const nodes: NodePlan[] = [
      ['Conv', 'z V', 'a', {}, 'conv1'],
      ['LayerNormalization', 'a b', 'c', {}, 'norm'],
      ['Tanh', 'c', 'd'],
      ['Mish', 'd', 'e', {}, 'act'],
      ['com.example:Thing', 'e', 'f', {}, 'own'],
      ['Det', 'f', 'y', {}, 'end'],
    ];
    const { message } = errorOf(() => parseOnnx(model(nodes)));
    expect(message.split('\n')).toEqual([
      'the network has 5 nodes that are not read:',
      "  Conv 'conv1': convolutions are not read, only dense layers",
      "  LayerNormalization 'norm': this normalisation depends on the whole layer and is not read; only BatchNormalization folds into dense layers",
      "  Mish 'act': this activation is not known; use tanh, sigmoid, relu, leaky relu, elu, selu, celu, gelu, silu, softplus or sin",
      "  Thing 'own': the domain 'com.example' is not read; export with standard operators only",
      "  Det 'end': this operator is not read; cut it off the model (onnx.utils.extract_model) or write it with Linear layers",
    ]);
  });

  it('are listed only if they lead to an output', () => {
    const nodes: NodePlan[] = [
      ['Conv', 'z V', 'a', {}, 'aside'],
      ['LSTM', 'z', 'y', {}, 'loop'],
    ];
    const { message } = errorOf(() => parseOnnx(model(nodes)));
    expect(message).toContain("LSTM 'loop': loops and recurrent layers are not read");
    expect(message).not.toContain('aside');
  });

  it('are counted where they are many', () => {
    const nodes = Array.from({ length: 60 }, (_, i): NodePlan => {
      return ['Det', i === 0 ? 'z' : `a${i - 1}`, i === 59 ? 'y' : `a${i}`];
    });
    const { message } = errorOf(() => parseOnnx(model(nodes)));
    expect(message.split('\n')).toHaveLength(42);
    expect(message).toMatch(/and 20 more$/);
  });

  const cases: readonly [string, readonly NodePlan[], ModelPlan['tensors'], RegExp][] = [
    [
      'skip connection',
      [
        ['MatMul', 'z V', 'a'],
        ['Add', 'a z', 'y', {}, 'skip'],
      ],
      {},
      /Add 'skip': it joins two branches; .*no skip connections/,
    ],
    [
      'product of two tensors',
      [['MatMul', 'z z', 'y', {}, 'dot']],
      {},
      /MatMul 'dot': it multiplies two tensors/,
    ],
    [
      'two inputs of a layer',
      [['Concat', 'z x', 'y', { axis: 1 }, 'join']],
      {},
      /Concat 'join': it joins two branches/,
    ],
    [
      'two halves of a layer',
      [
        ['Relu', 'z', 'a'],
        ['Neg', 'z', 'c'],
        ['Relu', 'c', 'd'],
        ['Concat', 'a d', 'y', { axis: 1 }, 'halves'],
      ],
      {},
      /Concat 'halves': it joins two branches/,
    ],
    [
      'activation after softmax',
      [
        ['Softmax', 'z', 'a', {}, 'soft'],
        ['Tanh', 'a', 'y', {}, 'after'],
      ],
      {},
      /Tanh 'after': it reads what Softmax 'soft' makes of the scores/,
    ],
    [
      'softmax inside',
      [
        ['Softmax', 'z', 'a', {}, 'soft'],
        ['MatMul', 'a V', 'y', {}, 'after'],
      ],
      {},
      /MatMul 'after': it reads what Softmax 'soft' makes of the scores; that is read at the end/,
    ],
    [
      'attention',
      [
        ['Softmax', 'z', 'a'],
        ['Mul', 'a z', 'y', {}, 'weigh'],
      ],
      {},
      /Mul 'weigh': it reads what Softmax/,
    ],
    [
      'relu6',
      [['Clip', 'z lo hi', 'y', {}, 'six']],
      { lo: scalar(0), hi: scalar(6) },
      /Clip 'six': is no known activation; use tanh/,
    ],
    [
      'a written-out function of its own',
      [
        ['Erf', 'z', 'a', {}, 'first'],
        ['Mul', 'a z', 'y', {}, 'second'],
      ],
      {},
      /Erf 'first', Mul 'second': are together no known activation/,
    ],
    [
      'softplus cut off at 5',
      [
        ['Softplus', 'z', 'a'],
        ['Greater', 'z five', 'c'],
        ['Where', 'c z a', 'y'],
      ],
      { five: scalar(5) },
      /are together no known activation/,
    ],
    [
      'activation after activation',
      [
        ['Tanh', 'z', 'a'],
        ['Mul', 'a b', 'c'],
        ['Relu', 'c', 'y', {}, 'again'],
      ],
      {},
      /Relu 'again': acts on another activation; put a Linear layer with the unit matrix before it/,
    ],
    [
      'slope for each entry',
      [['PRelu', 'z b', 'y', {}, 'slopes']],
      {},
      /PRelu 'slopes': it has a parameter for each entry/,
    ],
    [
      'chain that is no activation',
      Array.from({ length: 130 }, (_, i): NodePlan => [
        'Exp',
        i === 0 ? 'z' : `a${i}`,
        i === 129 ? 'y' : `a${i + 1}`,
      ]),
      {},
      /it ends a formula of more than 128 terms/,
    ],
    [
      'rounding',
      [['Cast', 'z', 'y', { to: 7 }, 'round']],
      {},
      /Cast 'round': it rounds to whole numbers/,
    ],
    [
      'part of the inputs',
      [['Gather', 'z i', 'y', { axis: 1 }, 'pick']],
      { i: { shape: [1], values: [0], type: 'i64' } },
      /Gather 'pick': it takes part of the inputs/,
    ],
    [
      'training mode',
      [['BatchNormalization', 'z b b b b', 'y', { training_mode: 1 }, 'norm']],
      {},
      /BatchNormalization 'norm': it is in training mode; export after model.eval\(\)/,
    ],
    [
      'the mask of Dropout',
      [
        ['Dropout', 'z', 'a mask', {}, 'drop'],
        ['Mul', 'z mask', 'y', {}, 'mul'],
      ],
      {},
      /Mul 'mul': it reads output 2 of Dropout 'drop'/,
    ],
    [
      'rows split up',
      [['Reshape', 'z s', 'y', {}, 'cut']],
      { s: { shape: [2], values: [-1, 1], type: 'i64' } },
      /Reshape 'cut': \[n, 3\] into \[-1, 1\] does not keep one column a point/,
    ],
    [
      'columns made longer',
      [['Add', 'z m', 'y', {}, 'grow']],
      { m: { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] } },
      /Add 'grow': a constant \[2, 3\] does not go with \[n, 3\]/,
    ],
    [
      'matrix of another width',
      [['MatMul', 'z W', 'y', {}, 'wide']],
      {},
      /MatMul 'wide': the matrix takes columns of 2, but the tensor is \[n, 3\]/,
    ],
    [
      'three-dimensional weights',
      [['MatMul', 'z T', 'y', {}, 'batch']],
      { T: { shape: [1, 3, 1], values: [1, 2, 3] } },
      /its matrix has shape \[1, 3, 1\]/,
    ],
    [
      'division by zero',
      [['Div', 'z o', 'y', {}, 'div']],
      { o: scalar(0) },
      /Div 'div': it divides by 0/,
    ],
    [
      'constants that differ in shape',
      [
        ['Add', 'b q', 'a', {}, 'sum'],
        ['Add', 'z a', 'y'],
      ],
      { q: { shape: [2], values: [1, 2] } },
      /Add 'sum': shapes \[3\] and \[2\] do not go together/,
    ],
  ];

  it.each(cases)('%s', (_title, nodes, tensors, message) => {
    expectError(model(nodes, tensors), NetworkError, message);
  });

  it('entries in another order', () => {
    const plan: ModelPlan = {
      nodes: [
        ['Transpose', 'x', 'a', { perm: [0, 2, 1] }, 'swap'],
        ['Flatten', 'a', 'y'],
      ],
      inputs: { x: [null, 2, 3] },
    };
    expectError(
      encodeModel(plan),
      NetworkError,
      /Transpose 'swap': it changes the order of the entries of \[n, 2, 3\]/,
    );
  });

  it('products of parts of a column', () => {
    const plan: ModelPlan = {
      nodes: [['MatMul', 'x W', 'y', {}, 'rows']],
      inputs: { x: [null, 4, 2] },
      tensors: TENSORS,
    };
    expectError(
      encodeModel(plan),
      NetworkError,
      /MatMul 'rows': it acts on axis 2 of \[n, 4, 2\] alone; flatten the inputs/,
    );
  });

  it('several inputs, as tf2onnx makes them of lost constants', () => {
    const plan: ModelPlan = {
      nodes: [
        ['Sub', 'x mean', 'a', {}, 'sub'],
        ['Gemm', 'a W b', 'y'],
      ],
      inputs: { x: [null, 2], mean: [1, 2] },
      tensors: TENSORS,
    };
    expectError(
      encodeModel(plan),
      NetworkError,
      /Sub 'sub': it joins the inputs 'x' and 'mean'; give the network one input \(if one of them ought to be a constant, the exporter has left its value out/,
    );
  });

  it('an activation of the inputs', () => {
    const plan: ModelPlan = {
      nodes: [
        ['Tanh', 'x', 'a', {}, 'early'],
        ['Gemm', 'a W b', 'y'],
      ],
      tensors: TENSORS,
    };
    expectError(
      encodeModel(plan),
      NetworkError,
      /Tanh 'early': acts on the inputs; put a Linear layer/,
    );
  });

  it('no layer at all', () => {
    expectError(
      encodeModel({ nodes: [['Identity', 'x', 'y']] }),
      NetworkError,
      /no Gemm or MatMul with constant weights/,
    );
    expectError(
      encodeModel({ nodes: [['Identity', 'b', 'y']], tensors: TENSORS }),
      NetworkError,
      /no output depends on the inputs: 'y'/,
    );
  });
});

describe('sizes that are too large', () => {
  it('more layers than a network may have', () => {
    const count = MAXIMAL_LAYER_COUNT + 1;
    const nodes = Array.from({ length: count }, (_, i): NodePlan => {
      return ['MatMul', `a${i} V`, i === count - 1 ? 'y' : `a${i + 1}`];
    });
    const bytes = encodeModel({ nodes, tensors: TENSORS, inputs: { a0: [null, 3] } });
    expectError(bytes, NetworkError, /the network has 513 layers, but may have 512 at most/);
  });

  it('a layer wider than a network may have', () => {
    const width = MAXIMAL_WIDTH + 1;
    const wide: TensorPlan = { shape: [3, width], values: new Array<number>(3 * width).fill(1) };
    expectError(
      model([['MatMul', 'z Q', 'y']], { Q: wide }),
      NetworkError,
      /layers\[1\].width is 1025/,
    );
  });

  it('layers that share weights, unrolled beyond the file', () => {
    const count = 150;
    const nodes = Array.from({ length: count }, (_, i): NodePlan => {
      return ['MatMul', `a${i} S`, i === count - 1 ? 'y' : `a${i + 1}`];
    });
    const shared: TensorPlan = {
      shape: [128, 128],
      values: new Array<number>(128 * 128).fill(0.1),
    };
    const bytes = encodeModel({ nodes, tensors: { S: shared }, inputs: { a0: [null, 128] } });
    expectError(bytes, NetworkError, /too many layers share their weights/);
  });

  it('constants that grow by broadcasting', () => {
    const long: number[] = new Array<number>(4096).fill(1);
    const bytes = model(
      [
        ['Mul', 'r c', 'a'],
        ['MatMul', 'z a', 'y'],
      ],
      {
        r: { shape: [1, 4096], values: long },
        c: { shape: [4096, 1], values: long },
      },
    );
    expectError(bytes, DataError, /asks for far more numbers than it holds/);
  });

  it.each([
    ['Add', 'Add', 'x c'],
    ['BatchNormalization', 'BatchNormalization', 'x s s s s'],
    ['Scaler', 'ai.onnx.ml:Scaler', 'x'],
  ])('vectors along an input that is wide by its claim alone: %s', (_title, operator, inputs) => {
    const bytes = encodeModel({
      nodes: [[operator, inputs, 'y', { scale: [1.5, 2.5, 3.5], offset: [0.5] }]],
      tensors: {
        c: { shape: [3, 1], values: [1, 2, 3] },
        s: { shape: [3], values: [1, 2, 3] },
      },
      inputs: { x: operator.endsWith('Scaler') ? [null, 2e8, 3] : [null, 3, 2e8] },
    });
    const start = performance.now();
    expectError(bytes, DataError, /asks for far more numbers than it holds/);
    // Without the budget it takes minutes.
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('numbers that leave float32', () => {
    const huge: TensorPlan = { shape: [3, 1], values: [1, 1e39, 1], type: 'f64' };
    expectError(
      model([['MatMul', 'z h', 'y']], { h: huge }),
      NetworkError,
      /layers\[1\].weight\[1\] is 1e\+39/,
    );
  });
});

describe('damaged models', () => {
  it.each([
    [
      'cycle',
      [
        ['Add', 'y b', 'a', {}, 'one'],
        ['Tanh', 'a', 'y', {}, 'two'],
      ],
      /the graph has a cycle: (Add 'one', Tanh 'two'|Tanh 'two', Add 'one') read from each other/,
    ],
    ['node that reads itself', [['Add', 'y z', 'y', {}, 'self']], /cycle: Add 'self' read/],
    [
      'missing tensor',
      [['MatMul', 'z gone', 'y', {}, 'last']],
      /MatMul 'last' reads 'gone', which no node, input or initializer gives: is the file complete/,
    ],
    [
      'two nodes that make one tensor',
      [
        ['Tanh', 'z', 'y', {}, 'one'],
        ['Relu', 'z', 'y', {}, 'two'],
      ],
      /Relu 'two' makes 'y', and so does Tanh 'one', but names must differ/,
    ],
    [
      'a node that makes an initializer',
      [['Tanh', 'z', 'b', {}, 'one']],
      /Tanh 'one' makes 'b', and so does an input or initializer/,
    ],
    ['missing output', [['Tanh', 'z', 'other']], /graph.output 'y' is made by no node/],
  ] as const)('%s', (_title, nodes, message) => {
    expectError(model(nodes), DataError, message);
  });

  const weights: readonly [string, TensorPlan, RegExp][] = [
    [
      'NaN',
      { shape: [3, 1], values: [1, NaN, 2] },
      /MatMul 'last': 'w' \[3, 1\] is NaN at index 1, but must be finite \(did training diverge\?\)/,
    ],
    [
      'infinity',
      { shape: [3, 1], values: [1, 2, -Infinity] },
      /'w' \[3, 1\] is -Infinity at index 2/,
    ],
    [
      'infinity in half precision',
      { shape: [3, 1], values: [Infinity, 2, 3], type: 'f16' },
      /'w' \[3, 1\] is Infinity at index 0/,
    ],
    [
      'too few bytes',
      { shape: [3, 1], values: [1, 2] },
      /initializer 'w' has 8 bytes, but FLOAT of shape \[3, 1\] needs 12/,
    ],
    [
      'too many numbers',
      { shape: [3, 1], values: [1, 2, 3, 4], storage: 'field' },
      /initializer 'w' has 4 numbers, but its shape \[3, 1\] needs 3/,
    ],
    [
      'shape beyond counting',
      { shape: [2 ** 31, 2 ** 31, 8], values: [1] },
      /initializer 'w' has shape \[2147483648, 2147483648, 8\], but lengths must be/,
    ],
    [
      'shape far beyond the file',
      { shape: [2 ** 20, 2 ** 20], values: [1] },
      /initializer 'w' has 4 bytes, but FLOAT of shape \[1048576, 1048576\] needs 4398046511104/,
    ],
    [
      'negative length',
      { shape: [-3, 1], values: [1, 2, 3] },
      /has shape \[-3, 1\], but lengths must be at least 0/,
    ],
    [
      'unknown type',
      { shape: [3, 1], values: [1, 2, 3], typeNumber: 8 },
      /initializer 'w' has data type 8, but must have one of FLOAT, /,
    ],
    [
      'empty',
      { shape: [3, 0], values: [] },
      /its matrix has shape \[3, 0\], but must have rows and columns/,
    ],
  ];

  it.each(weights)('weights: %s', (title, w, message) => {
    const kind = title === 'empty' ? NetworkError : DataError;
    expectError(model([['MatMul', 'z w', 'y', {}, 'last']], { w }), kind, message);
  });

  it('a tensor of too many axes', () => {
    const shape = new Array<number>(17).fill(1);
    expectError(
      model([['Tanh', 'z', 'y']], { w: { shape, values: [1] } }),
      DataError,
      /has 17 dimensions/,
    );
  });

  it('two initializers, two inputs of one name', () => {
    const plan = { nodes: [['Tanh', 'z', 'y']] } as const;
    const twice = join(model(plan.nodes), model(plan.nodes));
    expectError(twice, DataError, /model has two graphs/);
    expectError(
      graphOf((out) => {
        for (let i = 0; i < 2; i++) {
          out.writeMessage(
            5,
            (_: null, tensor: PbfWriter) => tensor.writeStringField(8, 'w'),
            null,
          );
        }
      }),
      DataError,
      /there are two initializers 'w', but names must differ/,
    );
    expectError(
      graphOf((out) => {
        for (let i = 0; i < 2; i++) {
          out.writeMessage(11, (_: null, input: PbfWriter) => input.writeStringField(1, 'x'), null);
        }
      }),
      DataError,
      /there are two inputs 'x', but names must differ/,
    );
  });

  it('an older operator set, or no output', () => {
    const old = model([['Tanh', 'z', 'y']], {}, { opset: 6 });
    expectError(
      old,
      DataError,
      /uses operator set 6 \(written by 'test'\), but must use at least 7; export it again/,
    );
    expectError(
      model([['Tanh', 'z', 'y']], {}, { outputs: [] }),
      DataError,
      /graph.output is empty/,
    );
  });
});

describe('external data', () => {
  const bytes = (offset: string, length: string): Uint8Array => {
    const w: TensorPlan = { shape: [3, 1], storage: { location: 'm.data', offset, length } };
    return model([['MatMul', 'z w', 'y']], { w });
  };
  const file = new Map([['m.data', new Uint8Array(16)]]);

  it.each([
    [
      '8',
      '12',
      /initializer 'w' lies at bytes 8 to 20 of 'm.data', which has 16: is it the file that belongs/,
    ],
    ['0', '8', /initializer 'w' has 8 bytes, but FLOAT of shape \[3, 1\] needs 12/],
    ['-4', '12', /initializer 'w' has the offset '-4', but must have a number of bytes/],
    ['0', '1e9', /has the length '1e9'/],
    ['999999999999999', '12', /lies at bytes 999999999999999 to/],
  ])('offset %s, length %s', (offset, length, message) => {
    const error = errorOf(() => parseOnnx(bytes(offset, length), { externalData: file }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(message);
  });

  it('the file is not there', () => {
    expectError(
      bytes('0', '12'),
      DataError,
      /initializer 'w' lies in the file 'm.data', but no such file is given: give the model together with 'm.data'/,
    );
    const other = new Map([['other.data', new Uint8Array(16)]]);
    const error = errorOf(() => parseOnnx(bytes('0', '12'), { externalData: other }));
    expect(error.message).toContain("but only 'other.data' given");
  });
});

describe('damaged bytes', () => {
  it.each([
    ['nothing', [], /model has no graph/],
    [
      'text',
      [...new TextEncoder().encode('{"format": "json"}')],
      /is this an ONNX file, and complete\?/,
    ],
    ['number that does not end', [0x08, 0xff, 0xff], /model is damaged at byte 3 of 3/],
    [
      'length of 2 GB',
      [0x3a, 0x80, 0x80, 0x80, 0x80, 0x08],
      /field 7 claims 2147483648 bytes, but 0 are left/,
    ],
    [
      'length of 2^63',
      [0x3a, ...new Array<number>(9).fill(0x80), 0x01],
      /field 7 claims 9223372036854776000 bytes/,
    ],
    ['field 0', [0x02, 0x00], /field number 0/],
    ['group', [0x0b, 0x0c], /is damaged/],
    ['another wire type', [0x38, 0x00], /field 7 has wire type 0/],
    [
      'packed numbers that run over',
      [0x3a, 6, 0x2a, 4, 0x0a, 2, 0x08, 0xff],
      /graph.initializer\[0\] is damaged at byte 8 of 8/,
    ],
  ])('%s', (_title, bytes, message) => {
    expectError(Uint8Array.from(bytes), DataError, message);
  });

  it('every cut of a model', () => {
    const whole = model([['Tanh', 'z', 'y']]);
    // The operator set stands last and may be absent.
    const graphEnd = whole.length - 6;
    for (let length = 0; length < graphEnd; length++) {
      const error = errorOf(() => parseOnnx(whole.subarray(0, length)));
      expect(error).toBeInstanceOf(DataError);
    }
  });

  it('a node with very many inputs', () => {
    const many = (count: number): Uint8Array => model([['Max', 'z '.repeat(count).trim(), 'y']]);
    expectError(many(1025), DataError, /graph\.node\[1\]\.input has more than 1024 names/);
  });

  it('numbers without end in a list', () => {
    const packed = new Uint8Array(2 ** 25 + 8).fill(1);
    const bytes = graphOf((out) => {
      out.writeMessage(5, (_: null, tensor: PbfWriter) => tensor.writeBytesField(7, packed), null);
    });
    expectError(bytes, DataError, /initializer\[0\]: the file has more than 33554432 numbers/);
  });

  it('millions of empty nodes are refused while they are counted', () => {
    const empty = new Uint8Array(2 ** 22);
    for (let i = 0; i < empty.length; i += 2) empty[i] = 0x0a;
    expectError(
      graphOf((out) => writeRaw(out, empty)),
      DataError,
      /more than 65536 nodes, tensors and attributes/,
    );
  });

  it('views into a larger buffer are read in place', () => {
    const whole = model([['Tanh', 'z', 'y']]);
    const shifted = new Uint8Array(whole.length + 10).fill(0xff);
    shifted.set(whole, 3);
    const view = shifted.subarray(3, 3 + whole.length);
    expect(parseOnnx(view).network.parameters).toEqual(parseOnnx(whole).network.parameters);
  });
});

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A model whose graph is written by hand. */
function graphOf(write: (out: PbfWriter) => void): Uint8Array {
  const writer = new PbfWriter();
  const writeGraph = (_: null, out: PbfWriter): void => {
    write(out);
    out.writeMessage(12, (_none: null, output: PbfWriter) => output.writeStringField(1, 'y'), null);
  };
  writer.writeMessage(7, writeGraph, null);
  return writer.finish();
}

function writeRaw(out: PbfWriter, bytes: Uint8Array): void {
  out.realloc(bytes.length);
  out.buf.set(bytes, out.pos);
  out.pos += bytes.length;
}
