// Plan: names and shapes of tensors, as PyTorch, Keras, Flax, Haiku and people write them, give the right order,
// orientation and notes, or an error that lists the tensors and says what to do. Searches through names and shapes
// made to be hard end.
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.ts';
import { findDenseStack, type StackOptions } from '../../src/files/dense-stack.ts';

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
    const agents = ['actor.0.weight 4 3', 'actor.2.weight 2 4', 'critic.0.weight 4 3', 'std 2'];
    expect(stack(agents, { layers: ['actor.0', 'actor.2'] })).toMatchObject({
      layers: [{ name: 'actor.0' }, { name: 'actor.2' }],
      notes: [
        'left out: critic.0.weight [4][3], std [2]',
        'no bias in actor.0, actor.2: taken as 0',
      ],
    });
    expect(stack(['decoder.weight 2 5', 'encoder.weight 5 3']).notes).toEqual([
      'layers taken in the order encoder, decoder, by words and widths',
      'no bias in encoder, decoder: taken as 0',
    ]);
  });

  it.each<[RegExp, string[], StackOptions?]>([
    [/^the file holds no tensor/, []],
    [
      /more than a plain stack .*: 1\.running_mean \[4\] is no weight or bias.*as ONNX$/,
      ['0.weight 4 2', '1.running_mean 4'],
    ],
    [/1\.weight \[4\] has 1 dimension, .* has 2\. Save/, ['0.weight 4 2', '1.weight 4']],
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
      /^the option layers names "2", which is not in the file, but must name layers of 0, 1, each once/,
      ['0.weight 1 1', '1.weight 1 1'],
      { layers: ['0', '2'] },
    ],
    [/names "0", which is there twice/, ['0.weight 1 1'], { layers: ['0', '0'] }],
    [/^the file holds no tensor/, ['0.weight 1 1'], { layers: [] }],
    [/^weightOrder is "oi"/, ['w 1 1'], { weightOrder: 'oi' as 'out-in' }],
  ])('are refused with %s', (message, lines, options) => {
    expect(() => stack(lines, options)).toThrow(DataError);
    expect(() => stack(lines, options)).toThrow(message);
  });

  it.each<[string, (i: number) => string, (i: number) => number]>([
    ['long names', (i) => `${'a1'.repeat(90)}${511 - i}.w`, () => 2],
    [
      'words that tell no order',
      (i) => `${'a1'.repeat(90)}${'xyz'[i % 3]}${'q'.repeat(i / 3)}.w`,
      () => 2,
    ],
    // Chains in a great many ways, but never to the end.
    ['many ways', (i) => `a${'bcd'[i % 3]}${'q'.repeat(i / 3)}.w`, (i) => (i > 500 ? 3 : 2)],
  ])('are not searched for ever: %s', (_what, name, width) => {
    const shapes = Array.from({ length: 512 }, (_, i) => ({ name: name(i), shape: [2, width(i)] }));
    expect(() => findDenseStack(shapes)).toThrow(DataError);
  });
});
