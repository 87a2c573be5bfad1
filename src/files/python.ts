import type { FieldRequest } from '../engine/engine.ts';
import { NetworkError } from '../errors.ts';
import { layerType } from '../layers/registry.ts';
import type { ActivationName } from '../math/activations.ts';
import { layerPlace } from '../model/layer-choice.ts';
import type { Network } from '../model/network.ts';
import type { Quantity } from '../render/style.ts';
import { NETWORK_FILE } from './file-options.ts';
import { ownName } from './own-tensors.ts';

/** What a script computes: the values that a map shows. */
export interface PythonField {
  readonly request: FieldRequest;
  readonly quantity: Quantity;
  /** λ instead of l·λ. */
  readonly perLayer: boolean;
}

interface PythonActivation {
  /** Lines of a function of `x` and `alpha`, if it is used; what it returns is (value, slope). */
  readonly lines: readonly string[];
  readonly needs?: 'sigmoid' | 'normal';
}

/** Functions that activations are made of. */
const PARTS = {
  sigmoid: [
    'def sigmoid_of(x):',
    '    e = np.exp(-np.abs(x))',
    '    return np.where(x >= 0, 1, e) / (1 + e)',
  ],
  normal: [
    'def normal_of(x):  # distribution and density',
    '    distribution = 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))',
    '    return distribution, np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)',
  ],
} as const;

/** The activations in Python; slopes in the closed forms that keep their digits. */
const ACTIVATIONS: Readonly<Record<ActivationName, PythonActivation>> = {
  identity: { lines: ['return x, np.ones_like(x)'] },
  tanh: {
    lines: ['e = np.exp(-2 * np.abs(x))', 'return np.tanh(x), 4 * e / (1 + e) ** 2'],
  },
  sigmoid: {
    needs: 'sigmoid',
    lines: ['return sigmoid_of(x), sigmoid_of(x) * sigmoid_of(-x)'],
  },
  relu: { lines: ['return np.maximum(x, 0), np.where(x > 0, 1.0, 0.0)'] },
  'leaky-relu': {
    lines: ['slope = np.where(x > 0, 1.0, alpha)', 'return slope * x, slope'],
  },
  elu: {
    lines: [
      'low = np.minimum(x, 0)',
      'return np.where(x > 0, x, alpha * np.expm1(low)), np.where(x > 0, 1, alpha * np.exp(low))',
    ],
  },
  selu: {
    lines: [
      'scale, low = 1.0507009873554805, np.minimum(x, 0)',
      'factor = 1.6732632423543772',
      'value = np.where(x > 0, x, factor * np.expm1(low))',
      'return scale * value, scale * np.where(x > 0, 1, factor * np.exp(low))',
    ],
  },
  celu: {
    lines: [
      'low = np.minimum(x, 0) / alpha',
      'return np.where(x > 0, x, alpha * np.expm1(low)), np.where(x > 0, 1, np.exp(low))',
    ],
  },
  gelu: {
    needs: 'normal',
    lines: [
      'distribution, density = normal_of(x)',
      'return x * distribution, distribution + x * density',
    ],
  },
  'gelu-tanh': {
    needs: 'sigmoid',
    lines: [
      'c = np.clip(x, -40, 40)',
      'u = 1.5957691216057308 * (c + 0.044715 * c**3)',
      'du = 1.5957691216057308 * (1 + 0.134145 * c**2)',
      'return x * sigmoid_of(u), sigmoid_of(u) * (1 + c * du * sigmoid_of(-u))',
    ],
  },
  silu: {
    needs: 'sigmoid',
    lines: ['return x * sigmoid_of(x), sigmoid_of(x) * (1 + x * sigmoid_of(-x))'],
  },
  softplus: {
    needs: 'sigmoid',
    lines: ['return np.logaddexp(0, x), sigmoid_of(x)'],
  },
  sine: { lines: ['return np.sin(x), np.cos(x)'] },
};

/**
 * A script that computes a field anew, in float64 with NumPy, from the network as `writeNetwork` saves it.
 *
 * @throws NetworkError if the network has a layer that is no affine map with an activation.
 */
export function writePython(network: Network, field: PythonField): string {
  const { request } = field;
  const { plane, domain, width, height, layer, space = 'plane' } = request;
  const { span } = layerPlace(network, layer);
  const { rows, used } = listLayers(network);
  const parts = new Set([...used].flatMap((name) => ACTIVATIONS[name].needs ?? []));
  const isFull = space === 'full';
  const over = isFull ? 'all inputs' : 'the two directions of the plane';
  const vector = (values: ArrayLike<number>): string => `[${Array.from(values).join(', ')}]`;
  return [
    `"""${TITLES[field.quantity]} over a rectangle of inputs, computed anew with NumPy.`,
    '',
    `Reads ${NETWORK_FILE}, the network as the menu of the map saves it, and writes map.npy:`,
    '[row][column], the lowest row first. Exponents are those of finite time over',
    `${over}, in natural logarithms, per layer.`,
    '"""',
    '',
    'import json',
    ...(parts.has('normal') ? ['import math'] : []),
    '',
    'import numpy as np',
    '',
    `with open("${NETWORK_FILE}", "rb") as file:`,
    '    header = json.loads(file.read(int.from_bytes(file.read(8), "little")))',
    '    data = file.read()',
    '',
    '',
    'def tensor(name):',
    '    first, end = header[name]["data_offsets"]',
    '    return np.frombuffer(data[first:end], "<f4").reshape(header[name]["shape"]).astype(float)',
    '',
    '',
    ...[...parts].flatMap((name) => [...PARTS[name], '', '']),
    '# Activations: value and slope.',
    ...[...used].flatMap((name) => [
      `def ${pythonName(name)}(x, alpha):`,
      ...ACTIVATIONS[name].lines.map((line) => `    ${line}`),
      '',
      '',
    ]),
    'layers = [  # weight, bias, activation and its parameter',
    ...rows.map((row) => `    ${row},`),
    ']',
    `span = ${span}  # layers that exponents count; the output is number ${rows.length}`,
    `s_min, t_min, s_max, t_max = ${vector([domain.sMin, domain.tMin, domain.sMax, domain.tMax]).slice(1, -1)}`,
    `width, height = ${width}, ${height}`,
    `origin = np.array(${vector(plane.origin)}, float)`,
    '# The plane: origin + s u + t v, columns u and v.',
    `axes = np.array([${vector(plane.u)}, ${vector(plane.v)}], float).T`,
    `directions = ${isFull ? 'np.eye(len(origin))' : 'axes'}  # that exponents are over`,
    '',
    '',
    'def compute(x):',
    '    """Exponents [point][2], stretching directions [point][s, t] and outputs of points x."""',
    '    jacobian = np.broadcast_to(directions, (len(x), *directions.shape))',
    '    exponents = np.full((len(x), 2), -np.inf)',
    '    for index, (weight, bias, activation, alpha) in enumerate(layers, 1):',
    '        x, slope = activation(x @ weight.T + bias, alpha)',
    '        if index > span:',
    '            continue',
    '        jacobian = slope[:, :, None] * (weight @ jacobian)',
    '        if index == span:',
    '            _, stretch, right = np.linalg.svd(jacobian, full_matrices=False)',
    '            with np.errstate(divide="ignore"):',
    '                exponents[:, : stretch.shape[1]] = np.log(stretch[:, :2]) / span',
    `    return exponents, right[:, 0] @ ${isFull ? 'axes' : 'np.eye(2)'}, x`,
    '',
    '',
    'shown = np.zeros((height, width))',
    's = s_min + (np.arange(width) + 0.5) / width * (s_max - s_min)',
    'for row in range(height):',
    '    t = t_min + (row + 0.5) / height * (t_max - t_min)',
    '    points = origin + np.column_stack([s, np.full(width, t)]) @ axes.T',
    '    exponents, direction, outputs = compute(points)',
    `    shown[row] = ${shownValue(field, network)}`,
    '',
    'np.save("map.npy", shown)',
    'print(f"map.npy: {height} x {width}, {shown.min():.6g} to {shown.max():.6g}")',
    '# import matplotlib.pyplot as plt',
    '# plt.imshow(shown, origin="lower", extent=[s_min, s_max, t_min, t_max])',
    '# plt.colorbar()',
    '# plt.show()',
    '',
  ].join('\n');
}

const TITLES: Readonly<Record<Quantity, string>> = {
  exponent: 'Largest finite-time Lyapunov exponents of a network',
  'second-exponent': 'Second finite-time Lyapunov exponents of a network',
  direction: 'Directions in which a network stretches most, as angles from 0 to pi,',
  output: 'First output of a network',
  class: 'Classes that a network gives',
};

function shownValue({ quantity, perLayer }: PythonField, { outputWidth }: Network): string {
  const factor = perLayer ? '' : 'span * ';
  const values: Readonly<Record<Quantity, string>> = {
    exponent: `${factor}exponents[:, 0]`,
    'second-exponent': `${factor}exponents[:, 1]`,
    direction: 'np.arctan2(direction[:, 1], direction[:, 0]) % np.pi',
    output: 'outputs[:, 0]',
    class: outputWidth === 1 ? 'outputs[:, 0] > 0' : 'outputs.argmax(axis=1)',
  };
  return values[quantity];
}

function pythonName(name: ActivationName): string {
  return name.replaceAll('-', '_');
}

/** A row for each layer, and the activations that occur. */
function listLayers({ spec, inputWidth }: Network): { rows: string[]; used: Set<ActivationName> } {
  const used = new Set<ActivationName>();
  let width = inputWidth;
  const rows = spec.layers.map((layer, index) => {
    const type = layerType(layer.type, `layers[${index}]`);
    const ops = type.lower(layer, width);
    const [affine, activation] = ops;
    if (ops.length !== 2 || affine.name !== 'affine' || activation.name !== 'activation') {
      throw new NetworkError(
        `layers[${index}] is ${layer.type}, but Python is written for affine maps with an activation`,
      );
    }
    const names = type.tensors(layer, width).map(({ name }) => ownName(index, name));
    width = type.outputWidth(layer, width);
    used.add(activation.activation);
    const tensors = names.map((name) => `tensor("${name}")`).join(', ');
    return `(${tensors}, ${pythonName(activation.activation)}, ${activation.alpha})`;
  });
  return { rows, used };
}
