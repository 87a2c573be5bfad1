import type { Loss } from '../model/training.ts';

/**
 * Loss of one sample and its cotangent.
 *
 *   squared         (1/n) Σ (y_i − t_i)²                    cotangent 2 (y_i − t_i) / n
 *   cross-entropy   Σ t_i (log Σ exp y_j − y_i)             cotangent softmax(y)_i Σ t_j − t_i
 *
 * A batch's loss is the mean over its samples, as in PyTorch's MSELoss and CrossEntropyLoss.
 *
 * @param cotangent - written: ∂loss/∂outputs of this sample, times `scale`.
 */
export function sampleLoss(
  loss: Loss,
  outputs: ArrayLike<number>,
  targets: ArrayLike<number>,
  cotangent?: Float64Array,
  scale = 1,
): number {
  const n = outputs.length;
  let sum = 0;
  if (loss === 'squared') {
    for (let i = 0; i < n; i++) {
      const difference = outputs[i] - targets[i];
      sum += difference * difference;
      if (cotangent) cotangent[i] = (2 * scale * difference) / n;
    }
    return sum / n;
  }
  let largest = -Infinity;
  for (let i = 0; i < n; i++) largest = Math.max(largest, outputs[i]);
  let total = 0;
  let mass = 0;
  for (let i = 0; i < n; i++) {
    total += Math.exp(outputs[i] - largest);
    mass += targets[i];
  }
  const logTotal = largest + Math.log(total);
  for (let i = 0; i < n; i++) {
    sum += targets[i] * (logTotal - outputs[i]);
    if (cotangent) cotangent[i] = scale * (mass * Math.exp(outputs[i] - logTotal) - targets[i]);
  }
  return sum;
}

/**
 * The cotangent of a sample up to a positive factor, which is all that an attack needs of it: it goes the
 * length of its steps whatever the length of the gradient.
 *
 *   cross-entropy, t = a · one-hot of c, a > 0      a (q − one-hot of c),  q = softmax of the y_j with j ≠ c
 *   all else                                        the cotangent of `sampleLoss`
 *
 * The first is that of `sampleLoss` divided by 1 − p_c, p = softmax(y), since p_j = (1 − p_c) q_j. Where a
 * network is certain of class c that factor is lost to rounding, and later to underflow; without it the
 * direction is exact at any distance of the outputs.
 *
 * @param cotangent - written.
 */
export function sampleDirection(
  loss: Loss,
  outputs: ArrayLike<number>,
  targets: ArrayLike<number>,
  cotangent: Float64Array,
): void {
  const n = outputs.length;
  const own = loss === 'cross-entropy' && n > 1 ? onlyClass(targets) : -1;
  if (own < 0) {
    sampleLoss(loss, outputs, targets, cotangent);
    return;
  }
  let largest = -Infinity;
  for (let i = 0; i < n; i++) if (i !== own) largest = Math.max(largest, outputs[i]);
  let total = 0;
  for (let i = 0; i < n; i++) {
    cotangent[i] = i === own ? 0 : Math.exp(outputs[i] - largest);
    total += cotangent[i];
  }
  for (let i = 0; i < n; i++) {
    cotangent[i] = targets[own] * (i === own ? -1 : cotangent[i] / total);
  }
}

/** The only entry that is not 0, if it is above 0; else −1. */
function onlyClass(targets: ArrayLike<number>): number {
  let place = -1;
  for (let i = 0; i < targets.length; i++) {
    if (targets[i] === 0) continue;
    if (place >= 0 || targets[i] < 0) return -1;
    place = i;
  }
  return place;
}
