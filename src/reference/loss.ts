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
