import { DataError } from '../errors.ts';
import {
  ACTIVATION_NAMES,
  ACTIVATIONS,
  isActivationName,
  type ActivationName,
} from '../math/activations.ts';
import { showValue } from './show.ts';

/** What other programs call an activation, in small letters and digits only, where it is not our name. */
const ALIASES: Readonly<Record<string, ActivationName>> = {
  linear: 'identity',
  none: 'identity',
  logistic: 'sigmoid',
  lrelu: 'leaky-relu',
  geluapproximate: 'gelu-tanh',
  gelunew: 'gelu-tanh',
  gelupytorchtanh: 'gelu-tanh',
  swish: 'silu',
  sin: 'sine',
};

const PLAIN_NAMES = new Map(ACTIVATION_NAMES.map((name) => [plain(name), name]));

/** Functions at the end that only turn outputs into probabilities. */
const SOFTMAX = new Set(['softmax', 'logsoftmax']);

/**
 * The activation that a text names, as we, PyTorch (`LeakyReLU`), Keras or JAX (`leaky_relu`) write it.
 *
 * @param place - where the text stands, for the message.
 * @throws DataError if there is no such activation.
 */
export function readActivation(text: unknown, place: string): ActivationName {
  if (isActivationName(text)) return text;
  const name = typeof text === 'string' ? plain(text) : '';
  const found = PLAIN_NAMES.get(name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined);
  if (found) return found;
  const wanted = Object.keys(ACTIVATIONS).join(', ');
  throw new DataError(`${place} is ${showValue(text)}, but must be one of ${wanted}`);
}

export function isSoftmax(text: unknown): boolean {
  return typeof text === 'string' && SOFTMAX.has(plain(text));
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
