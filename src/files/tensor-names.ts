/** What a tensor's name says about its place in a network. */
export interface TensorRole {
  /** Name of the layer, such as `net.0` or `sequential/dense_1`; empty if there is only one. */
  readonly layer: string;
  readonly part: 'weight' | 'bias';
  /** How the names say that a weight is stored: PyTorch's [out][in], Keras' and Flax's [in][out]. */
  readonly order: WeightOrder | 'unknown';
}

export type WeightOrder = 'out-in' | 'in-out';

const PARTS: Readonly<Record<string, Omit<TensorRole, 'layer'>>> = {
  weight: { part: 'weight', order: 'out-in' },
  kernel: { part: 'weight', order: 'in-out' },
  w: { part: 'weight', order: 'unknown' },
  bias: { part: 'bias', order: 'unknown' },
  b: { part: 'bias', order: 'unknown' },
};

/**
 * The role of a tensor of a dense layer, by its name; null if the name is no such name. Read are
 *
 *     PyTorch, Equinox  0.weight   net.2.bias   layers.1.linear.weight
 *     Keras             dense/kernel   sequential/dense_1/bias:0   layers/dense/vars/0
 *     Flax, Haiku       params/Dense_0/kernel   Dense_0.bias   mlp/~/linear_0/w
 *     by hand           W1   b1   w_0   fc1_weight
 */
export function tensorRole(name: string): TensorRole | null {
  const plain = name.replace(/:\d+$/, '');
  const keras = /^(.*)\bvars[./]([01])$/s.exec(plain);
  if (keras) {
    const layer = trimSeparators(keras[1]);
    return { layer, ...(keras[2] === '0' ? PARTS.kernel : PARTS.bias) };
  }
  const match = /^(.*[./_-])?(weight|kernel|bias|w|b)[_-]?(\d*)$/is.exec(plain);
  if (!match) return null;
  const [, path = '', part, number] = match;
  return { layer: trimSeparators(path) + number, ...PARTS[part.toLowerCase()] };
}

function trimSeparators(path: string): string {
  let end = path.length;
  while (end > 0 && './_-'.includes(path[end - 1])) end--;
  return path.slice(0, end);
}

/** A name in words and numbers, without separators: `dense_1` is `dense`, 1. */
export function splitName(name: string): (string | number)[] {
  return (name.match(/\d+|[^\d./_~-]+/g) ?? []).map((part) => (/^\d/.test(part) ? +part : part));
}

/**
 * Order of two layers as far as names alone decide it: −1, 1, or 0 if they do not.
 *
 * Numbers decide where they are the first difference, and come after none (`dense`, `dense_1`); words do
 * not, for `output` may come after `hidden` or not.
 */
export function compareNames(
  a: readonly (string | number)[],
  b: readonly (string | number)[],
): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a[i] ?? -1;
    const y = b[i] ?? -1;
    if (x === y) continue;
    return typeof x === 'number' && typeof y === 'number' ? Math.sign(x - y) : 0;
  }
  return 0;
}

const FIRST = new Set(['in', 'input', 'inputs', 'first', 'start', 'stem', 'embed', 'embedding']);
const LAST = new Set(
  ['out', 'output', 'outputs', 'last', 'final', 'head', 'classifier', 'logits', 'readout'].concat(
    'prediction',
    'predictions',
  ),
);

/** −1 for what people call the first layer, 1 for the last, 0 for all others. */
export function nameRank(parts: readonly (string | number)[]): number {
  const words = parts.filter((part) => typeof part === 'string').map((word) => word.toLowerCase());
  if (words.some((word) => LAST.has(word))) return 1;
  return words.some((word) => FIRST.has(word)) ? -1 : 0;
}
