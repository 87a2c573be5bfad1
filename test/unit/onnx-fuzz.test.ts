// Plan: fixtures with bytes changed, removed, repeated and joined, models of random nodes, and random bytes:
// each is read or refused with a typed error. Control: the fixtures as they are can be
// read, most changed ones cannot, and an error of another kind would be noticed.
import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError, NetworkError } from '../../src/errors.ts';
import { parseOnnx } from '../../src/files/onnx.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import { encodeModel, type NodePlan, type TensorPlan } from '../support/onnx.ts';

const FOLDER = 'test/fixtures';
const EXTERNAL = 'onnx-external.onnx.data';
const externalData = new Map([[EXTERNAL, new Uint8Array(readFileSync(`${FOLDER}/${EXTERNAL}`))]]);

const FIXTURES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => new Uint8Array(readFileSync(`${FOLDER}/${name}`)));

type Outcome = 'read' | 'refused';

/** @throws whatever is no typed error. */
function tryFile(bytes: Uint8Array): Outcome {
  let outcome: Outcome = 'read';
  try {
    const { network } = parseOnnx(bytes, { externalData });
    if (!network.parameters.every(Number.isFinite)) throw new Error('a parameter is not finite');
  } catch (error) {
    if (!(error instanceof DataError || error instanceof NetworkError)) throw error;
    if (error.message.length > 20_000) throw new Error('over 20,000 characters', { cause: error });
    outcome = 'refused';
  }
  return outcome;
}

/** A file with one to four changes. */
function mutate(source: Uint8Array, stream: RandomStream): Uint8Array {
  const below = (count: number): number =>
    Math.min(count - 1, Math.floor(stream.uniform() * count));
  let bytes: Uint8Array = source.slice();
  for (let change = 0; change <= below(4); change++) {
    const place = below(bytes.length);
    const end = Math.min(bytes.length, place + 1 + below(40));
    const kind = below(7);
    if (kind === 0) bytes[place] ^= 1 << below(8);
    else if (kind === 1) bytes[place] = below(256);
    else if (kind === 2) bytes.fill([0, 0x7f, 0x80, 0xff][below(4)], place, end);
    else if (kind === 3) bytes = bytes.slice(0, Math.max(1, place));
    else if (kind === 4) bytes.copyWithin(place, below(bytes.length), below(bytes.length));
    else {
      const other = kind === 5 ? bytes : FIXTURES[below(FIXTURES.length)];
      const from = below(other.length);
      bytes = joinBytes(
        bytes.subarray(0, place),
        other.subarray(from, from + below(200)),
        bytes.subarray(kind === 5 ? place : end),
      );
    }
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

describe('control', () => {
  it('the fixtures can be read', () => {
    expect(FIXTURES.map(tryFile)).toEqual(FIXTURES.map(() => 'read'));
  });

  it('an error of another kind is noticed', () => {
    expect(() => tryFile(null as unknown as Uint8Array)).toThrow(TypeError);
  });
});

describe('only typed errors, none over a second', () => {
  it('5,000 changed fixtures', () => {
    const stream = new RandomStream(7, Purpose.noise);
    const counts: Record<Outcome, number> = { read: 0, refused: 0 };
    for (let i = 0; i < 5000; i++) counts[tryFile(mutate(FIXTURES[i % FIXTURES.length], stream))]++;
    console.log(`changed fixtures: ${counts.read} read, ${counts.refused} refused`);
    expect(counts.refused).toBeGreaterThan(2500);
    expect(counts.read).toBeGreaterThan(100);
  });

  it('every single byte of a small file at its extremes', () => {
    const source = encodeModel({
      nodes: [
        ['Gemm', 'x W b', 'z', { transB: 1, alpha: { float: 2 } }],
        ['Reshape', 'z s', 'r'],
        ['Tanh', 'r', 'y'],
      ],
      tensors: {
        W: { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] },
        b: { shape: [3], values: [1, 2, 3], storage: 'field' },
        s: { shape: [2], values: [-1, 3], type: 'i64' },
      },
    });
    for (let i = 0; i < source.length; i++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const changed = source.slice();
        changed[i] = value;
        tryFile(changed);
      }
    }
  });

  it('1,000 models of random nodes', () => {
    // `L` is the last tensor; the wrong ones come by exchanging operator or inputs.
    const templates: readonly (readonly [string, string, NodePlan[3]?])[] = [
      ['MatMul', 'L W'],
      ['Gemm', 'L W b'],
      ['Gemm', 'L V', { transA: 1 }],
      ['Add', 'L b'],
      ['Mul', 'k L'],
      ['Div', 'L k'],
      ['Neg', 'L'],
      ['Tanh', 'L'],
      ['Exp', 'L'],
      ['Max', 'L k'],
      ['Sum', 'L L'],
      ['Where', 'k L b'],
      ['PRelu', 'L k'],
      ['BatchNormalization', 'L b b b g'],
      ['ai.onnx.ml:Scaler', 'L', { offset: [0.5], scale: [2.5, 0.5] }],
      ['Reshape', 'L s'],
      ['Flatten', 'L', { axis: 1 }],
      ['Squeeze', 'L', { axes: [1] }],
      ['Unsqueeze', 'L i'],
      ['Transpose', 'L', { perm: [1, 0] }],
      ['Shape', 'L'],
      ['Gather', 'L i'],
      ['Slice', 'L i i'],
      ['Concat', 'L L', { axis: 0 }],
      ['Cast', 'L', { to: 1 }],
      ['Dropout', 'L'],
      ['Softmax', 'L'],
      ['ArgMax', 'L'],
    ];
    const tensors: Record<string, TensorPlan> = {
      W: { shape: [2, 2], values: [1, 2, 3, 4] },
      V: { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] },
      b: { shape: [2], values: [0.5, -1] },
      g: { shape: [2], values: [0.5, 2] },
      k: { shape: [], values: [2] },
      e: { shape: [0], values: [] },
      s: { shape: [2], values: [-1, 2], type: 'i64' },
      i: { shape: [1], values: [0], type: 'i64' },
    };
    const index = fc.nat(templates.length - 1);
    const linear = fc.constantFrom(0, 1, 3, 7);
    const rarely = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<number | null> =>
      fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
    const node = fc.record({
      choice: fc.oneof({ weight: 3, arbitrary: linear }, { weight: 2, arbitrary: index }),
      operator: rarely(index),
      swapped: rarely(fc.nat(20)),
    });
    const anyShape = fc.constantFrom(
      [null, 2],
      [2],
      [2, null],
      [null, 1, 2],
      [null],
      [],
      [2, 2, 2],
    );
    const shape = fc.oneof(
      { weight: 5, arbitrary: fc.constant([null, 2]) },
      { weight: 1, arbitrary: anyShape },
    );
    const outcomes = { read: 0, refused: 0 };
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 8 }), shape, (plans, x) => {
        const names = ['x', ...Object.keys(tensors)];
        let last = 'x';
        const nodes = plans.map(({ choice, operator, swapped }, i): NodePlan => {
          const [ownOperator, inputs, attributes] = templates[choice];
          const read = inputs.split(' ').map((name) => (name === 'L' ? last : name));
          if (swapped !== null) read[swapped % read.length] = names[swapped % names.length];
          last = `t${i}`;
          names.push(last);
          const used = operator === null ? ownOperator : templates[operator][0];
          return [used, read.join(' '), last, attributes ?? {}];
        });
        const outputs = [last];
        outcomes[tryFile(encodeModel({ nodes, tensors, inputs: { x }, outputs }))]++;
      }),
      { numRuns: 1000, seed: 11 },
    );
    console.log(`random nodes: ${outcomes.read} read, ${outcomes.refused} refused`);
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(100);
  });

  it('1,000 times random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(tryFile(bytes)).toBe('refused');
      }),
      { numRuns: 1000, seed: 12 },
    );
  });
});
