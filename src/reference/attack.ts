import { norm } from '../math/linear.ts';
import type { Network, Program } from '../model/network.ts';
import type { Loss } from '../model/training.ts';
import { opRules } from '../ops/registry.ts';
import { checkPoint, createStates, runForward } from './forward.ts';
import { sampleDirection, sampleLoss } from './loss.ts';

/** Where an attack may go, and how it walks. */
export interface AttackStep {
  /** Length that radius and step size are measured in. */
  readonly norm: 'l2' | 'linf';
  /** Largest distance from the point where it started, in input units. */
  readonly radius: number;
  /** Length of a step, in input units. */
  readonly stepSize: number;
  /** 1 climbs the loss of the targets, −1 descends it. */
  readonly sign: 1 | -1;
  /** Least and largest value of an input, or null. */
  readonly bounds: readonly [low: number, high: number] | null;
}

/**
 * The gradient of a network's loss with respect to its inputs, at one point.
 *
 * @param targets - length `network.outputWidth`.
 * @returns length `network.inputWidth`.
 * @throws NetworkError if `point` has another length.
 *
 * Cost: a forward and a backward pass.
 */
export function inputGradient(
  network: Network,
  point: ArrayLike<number>,
  targets: ArrayLike<number>,
  loss: Loss,
): Float64Array {
  const states = createStates(network.program);
  states[0].set(checkPoint(network, point));
  return pullBack(network.program, network.parameters, states, (outputs, cotangent) => {
    sampleLoss(loss, outputs, targets, cotangent);
  });
}

/** @param start - writes the cotangent of the outputs, with which backward starts. */
function pullBack(
  program: Program,
  parameters: ArrayLike<number>,
  states: Float64Array[],
  start: (outputs: Float64Array, cotangent: Float64Array) => void,
): Float64Array {
  const { ops } = program;
  runForward(program, parameters, states);
  const cotangents = createStates(program);
  start(states[ops.length], cotangents[ops.length]);
  for (let i = ops.length - 1; i >= 0; i--) {
    opRules(ops[i]).cotangent(ops[i], parameters, states[i], cotangents[i + 1], cotangents[i]);
  }
  return cotangents[0];
}

/**
 * One step of projected gradient ascent or descent on the loss, from `point`, around `start`:
 *
 *   l2      x ← Π(x ± α g / ‖g‖)        Π: back to distance `radius` from `start`, straight
 *   linf    x ← Π(x ± α sign g)         Π: each input back to within `radius` of its start
 *
 * then into the bounds, which must hold `start`, or the next point may be farther than `radius`. Any
 * positive multiple of g does the same. One step of `linf` with α = radius is the fast gradient sign method.
 *
 * Sources: Goodfellow, Shlens & Szegedy, ICLR 2015; Madry et al., ICLR 2018.
 *
 * @returns the next point.
 */
export function attackStep(
  point: Float64Array,
  start: ArrayLike<number>,
  gradient: Float64Array,
  step: AttackStep,
): Float64Array {
  const { radius, stepSize, sign, bounds } = step;
  const isMaximum = step.norm === 'linf';
  const length = norm(gradient);
  const moved = point.map((value, i) => {
    const direction = isMaximum ? Math.sign(gradient[i]) : length > 0 ? gradient[i] / length : 0;
    return value + sign * stepSize * direction;
  });
  const offsets = moved.map((value, i) => value - start[i]);
  const distance = norm(offsets);
  const shrink = !isMaximum && distance > radius ? radius / distance : 1;
  return offsets.map((offset, i) => {
    const kept = isMaximum ? Math.max(-radius, Math.min(radius, offset)) : shrink * offset;
    const value = start[i] + kept;
    return bounds ? Math.max(bounds[0], Math.min(bounds[1], value)) : value;
  });
}

/**
 * The path of an attack in float64: the point itself, then one after each step, each computed when it is asked for.
 * Gradients are known up to a positive factor each (`sampleDirection`).
 *
 * @param parameters - in the layout of the network's program.
 */
export function* attackPath(
  { program }: Network,
  parameters: ArrayLike<number>,
  start: ArrayLike<number>,
  targets: ArrayLike<number>,
  loss: Loss,
  step: AttackStep,
  stepCount: number,
): Generator<Float64Array, void> {
  const states = createStates(program);
  let point: Float64Array = Float64Array.from(start);
  yield point;
  for (let i = 0; i < stepCount; i++) {
    states[0].set(point);
    const gradient = pullBack(program, parameters, states, (outputs, cotangent) => {
      sampleDirection(loss, outputs, targets, cotangent);
    });
    point = attackStep(point, start, gradient, step);
    yield point;
  }
}
