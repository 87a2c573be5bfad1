import type { Program } from '../model/network.ts';
import type { Loss } from '../model/training.ts';
import { opRules } from '../ops/registry.ts';
import { createStates, runForward } from './forward.ts';
import { sampleLoss } from './loss.ts';

/** Memory for one sample's pass through a program and back. */
export interface GradientMemory {
  readonly states: Float64Array[];
  readonly cotangents: Float64Array[];
}

export function createGradientMemory(program: Program): GradientMemory {
  return { states: createStates(program), cotangents: createStates(program) };
}

/**
 * Adds the gradient of one sample's loss, times `scale`, to `gradient` (layout of `parameters`), for the
 * parameters of ops from `firstOp` on.
 *
 * Reverse accumulation: the cotangent of the outputs is pulled back through the ops, last first.
 *
 * @returns the sample's loss, unscaled.
 */
export function addSampleGradient(
  program: Program,
  parameters: ArrayLike<number>,
  point: ArrayLike<number>,
  targets: ArrayLike<number>,
  loss: Loss,
  scale: number,
  gradient: Float64Array,
  memory: GradientMemory = createGradientMemory(program),
  firstOp = 0,
): number {
  const { ops } = program;
  const { states, cotangents } = memory;
  states[0].set(point);
  runForward(program, parameters, states);
  const value = sampleLoss(loss, states[ops.length], targets, cotangents[ops.length], scale);
  for (let i = ops.length - 1; i >= firstOp; i--) {
    const rules = opRules(ops[i]);
    rules.gradient(ops[i], states[i], cotangents[i + 1], gradient);
    if (i > firstOp)
      rules.cotangent(ops[i], parameters, states[i], cotangents[i + 1], cotangents[i]);
  }
  return value;
}
