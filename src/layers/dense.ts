import { NetworkError, shorten, show } from '../errors.ts';
import {
  ACTIVATION_NAMES,
  ACTIVATIONS,
  isActivationName,
  type ActivationName,
} from '../math/activations.ts';
import { initialWeights } from '../math/initialisation.ts';
import type { LayerType } from './layer.ts';

/** Fully connected layer: x_l = g(W x_{l-1} + b). */
export interface DenseSpec {
  readonly type: 'dense';
  readonly width: number;
  readonly activation: ActivationName;
  /** Parameter of leaky relu, elu and celu; others ignore it. */
  readonly alpha: number;
}

export const MAXIMAL_WIDTH = 1024;

export const dense: LayerType<DenseSpec> = {
  type: 'dense',

  check(spec, place) {
    const { width, activation = 'tanh', alpha, ...rest } = spec;
    if (!Number.isInteger(width) || (width as number) < 1 || (width as number) > MAXIMAL_WIDTH) {
      const wanted = `a whole number from 1 to ${MAXIMAL_WIDTH}`;
      throw new NetworkError(`${place}.width is ${show(width)}, but must be ${wanted}`);
    }
    if (!isActivationName(activation)) {
      const wanted = `one of ${ACTIVATION_NAMES.join(', ')}`;
      throw new NetworkError(`${place}.activation is ${show(activation)}, but must be ${wanted}`);
    }
    const factor = alpha ?? ACTIVATIONS[activation].defaultAlpha;
    if (typeof factor !== 'number' || !Number.isFinite(factor)) {
      throw new NetworkError(`${place}.alpha is ${show(alpha)}, but must be a finite number`);
    }
    if (activation === 'celu' && factor <= 0) {
      throw new NetworkError(`${place}.alpha is ${factor}, but celu needs a number above 0`);
    }
    const unknown = Object.keys(rest).filter((name) => name !== 'type');
    if (unknown.length > 0) {
      throw new NetworkError(
        `${place} has the unknown member ${shorten(unknown.join(', '))}; a dense layer has type, width, activation and alpha`,
      );
    }
    return { type: 'dense', width: width as number, activation, alpha: factor };
  },

  outputWidth: (spec) => spec.width,

  lower: ({ width, activation, alpha }, inputWidth) => [
    { name: 'affine', inputWidth, outputWidth: width },
    { name: 'activation', inputWidth: width, outputWidth: width, activation, alpha },
  ],

  tensorNames: ['weight', 'bias'],

  tensors: ({ width }, inputWidth) => [
    { name: 'weight', shape: [width, inputWidth], opIndex: 0, part: 'weight' },
    { name: 'bias', shape: [width], opIndex: 0, part: 'bias' },
  ],

  initialise({ part, shape }, start, key) {
    if (part === 'bias') return new Float64Array(shape[0]);
    return initialWeights(start, shape[0], shape[1], key);
  },
};
