import { normalDensity, normalDistribution } from './gaussian.ts';

/** An elementwise function g, by its name in specifications and files. */
export type ActivationName =
  | 'identity'
  | 'tanh'
  | 'sigmoid'
  | 'relu'
  | 'leaky-relu'
  | 'elu'
  | 'selu'
  | 'celu'
  | 'gelu'
  | 'gelu-tanh'
  | 'silu'
  | 'softplus'
  | 'sine';

/** g and g′ in float64; their float32 twins are in shaders/lib/activation.wgsl. */
export interface Activation {
  /** g(x) */
  value(x: number, alpha: number): number;
  /** g′(x), from a closed form that keeps its digits where it is tiny; at a kink, PyTorch's choice. */
  slope(x: number, alpha: number): number;
  /** α where none is given; 0 for functions that have none. */
  readonly defaultAlpha: number;
}

/** Klambauer et al., Self-Normalizing Neural Networks, NIPS 2017. */
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const ROOT_TWO_OVER_PI = 0.7978845608028654;
const GELU_CUBIC = 0.044715;

/** 1 / (1 + exp(−x)), to the last digits for x → −∞ as well. */
function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

/** Half the argument of the sigmoid in the tanh form of gelu: √(2/π) (x + 0.044715 x³). */
function geluArgument(x: number): number {
  return ROOT_TWO_OVER_PI * (x + GELU_CUBIC * x * x * x);
}

/** All activations, in the order that gives them their numbers in shaders. */
export const ACTIVATIONS: Readonly<Record<ActivationName, Activation>> = {
  identity: { value: (x) => x, slope: () => 1, defaultAlpha: 0 },
  tanh: {
    value: (x) => Math.tanh(x),
    slope: (x) => {
      const e = Math.exp(-2 * Math.abs(x));
      return (4 * e) / ((1 + e) * (1 + e));
    },
    defaultAlpha: 0,
  },
  sigmoid: {
    value: sigmoid,
    slope: (x) => {
      const e = Math.exp(-Math.abs(x));
      return e / ((1 + e) * (1 + e));
    },
    defaultAlpha: 0,
  },
  relu: { value: (x) => (x > 0 ? x : 0), slope: (x) => (x > 0 ? 1 : 0), defaultAlpha: 0 },
  'leaky-relu': {
    value: (x, alpha) => (x > 0 ? x : alpha * x),
    slope: (x, alpha) => (x > 0 ? 1 : alpha),
    defaultAlpha: 0.01,
  },
  elu: {
    value: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
    slope: (x, alpha) => (x > 0 ? 1 : alpha * Math.exp(x)),
    defaultAlpha: 1,
  },
  selu: {
    value: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
    slope: (x) => SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x)),
    defaultAlpha: 0,
  },
  celu: {
    value: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
    slope: (x, alpha) => (x > 0 ? 1 : Math.exp(x / alpha)),
    defaultAlpha: 1,
  },
  gelu: {
    value: (x) => x * normalDistribution(x),
    slope: (x) => normalDistribution(x) + x * normalDensity(x),
    defaultAlpha: 0,
  },
  'gelu-tanh': {
    value: (x) => x * sigmoid(2 * geluArgument(x)),
    slope: (x) => {
      const c = Math.max(-40, Math.min(40, x));
      const u = 2 * geluArgument(c);
      const du = 2 * ROOT_TWO_OVER_PI * (1 + 3 * GELU_CUBIC * c * c);
      return sigmoid(u) * (1 + c * du * sigmoid(-u));
    },
    defaultAlpha: 0,
  },
  silu: {
    value: (x) => x * sigmoid(x),
    slope: (x) => sigmoid(x) * (1 + x * sigmoid(-x)),
    defaultAlpha: 0,
  },
  softplus: {
    value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    slope: sigmoid,
    defaultAlpha: 0,
  },
  sine: { value: (x) => Math.sin(x), slope: (x) => Math.cos(x), defaultAlpha: 0 },
};

export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as readonly ActivationName[];

/** The number by which shaders know an activation (constants of shaders/lib/activation.wgsl). */
export function activationCode(name: ActivationName): number {
  return ACTIVATION_NAMES.indexOf(name);
}

export function isActivationName(value: unknown): value is ActivationName {
  return typeof value === 'string' && Object.hasOwn(ACTIVATIONS, value);
}
