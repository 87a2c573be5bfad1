import type { Program } from '../model/network.ts';
import type { Loss } from '../model/training.ts';
import { opRules } from '../ops/registry.ts';
import { createStates } from './forward.ts';
import { sampleLoss } from './loss.ts';

/** Memory for passes of samples through a program and back: of the input and of every op, for each sample. */
export interface GradientMemory {
  readonly states: readonly (readonly Float64Array[])[];
  readonly cotangents: readonly (readonly Float64Array[])[];
}

export function createGradientMemory(program: Program, sampleCount: number): GradientMemory {
  const create = (): Float64Array[][] =>
    createStates(program).map(({ length }) =>
      Array.from({ length: sampleCount }, () => new Float64Array(length)),
    );
  return { states: create(), cotangents: create() };
}

/**
 * Adds the gradients of samples' losses, times `scale`, to `gradient` (layout of `parameters`), for the
 * parameters of ops from `firstOp` on.
 *
 * Reverse accumulation: the cotangent of the outputs is pulled back through the ops, last first. All samples
 * pass an op before the next one, so that its parameters are fetched once. Each sum is in the samples' order.
 *
 * @param points - of each sample, [inputWidth]; `targets` likewise, [outputWidth].
 * @param memory - for at least as many samples.
 * @returns the sum of the samples' losses, unscaled.
 */
export function addGradients(
  program: Program,
  parameters: ArrayLike<number>,
  points: readonly ArrayLike<number>[],
  targets: readonly ArrayLike<number>[],
  loss: Loss,
  scale: number,
  gradient: Float64Array,
  { states, cotangents }: GradientMemory = createGradientMemory(program, points.length),
  firstOp = 0,
): number {
  const { ops } = program;
  const { length } = points;
  for (let k = 0; k < length; k++) states[0][k].set(points[k]);
  for (const [i, op] of ops.entries()) {
    const { forward } = opRules(op);
    for (let k = 0; k < length; k++) forward(op, parameters, states[i][k], states[i + 1][k]);
  }
  const end = ops.length;
  let sum = 0;
  for (let k = 0; k < length; k++) {
    sum += sampleLoss(loss, states[end][k], targets[k], cotangents[end][k], scale);
  }
  for (let i = end - 1; i >= firstOp; i--) {
    const op = ops[i];
    const rules = opRules(op);
    rules.gradient(op, states[i], cotangents[i + 1], length, gradient);
    if (i === firstOp) break;
    for (let k = 0; k < length; k++) {
      rules.cotangent(op, parameters, states[i][k], cotangents[i + 1][k], cotangents[i][k]);
    }
  }
  return sum;
}
