import { countOf, NetworkError } from '../errors.ts';
import type { Network, Program } from '../model/network.ts';
import { opRules } from '../ops/registry.ts';

/** Memory for the states of one point: the input, then the state after every op. */
export function createStates({ ops }: Program): Float64Array[] {
  return [ops[0].inputWidth, ...ops.map((op) => op.outputWidth)].map(
    (width) => new Float64Array(width),
  );
}

/**
 * States x_i = Φ_i(x_{i−1}) of ops `from` to `to` − 1; `states[from]` holds the input of the first.
 *
 * @param parameters - in the layout of the program.
 */
export function runForward(
  { ops }: Program,
  parameters: ArrayLike<number>,
  states: readonly Float64Array[],
  from = 0,
  to = ops.length,
): void {
  for (let i = from; i < to; i++) {
    const op = ops[i];
    opRules(op).forward(op, parameters, states[i], states[i + 1]);
  }
}

/**
 * The network's outputs at one input point, in float64.
 *
 * @param point - length `network.inputWidth`, in the units of the training data.
 * @returns length `network.outputWidth`.
 * @throws NetworkError if `point` has another length.
 */
export function forward(network: Network, point: ArrayLike<number>): Float64Array {
  const states = createStates(network.program);
  states[0].set(checkPoint(network, point));
  runForward(network.program, network.parameters, states);
  return states.at(-1)!;
}

/** Class that outputs stand for: index of the largest; for one output 1 where it is positive, else 0. */
export function classify(outputs: ArrayLike<number>): number {
  if (outputs.length === 1) return outputs[0] > 0 ? 1 : 0;
  let best = 0;
  for (let i = 1; i < outputs.length; i++) if (outputs[i] > outputs[best]) best = i;
  return best;
}

/** @throws NetworkError if the length is not the network's input width. */
export function checkPoint(network: Network, point: ArrayLike<number>): ArrayLike<number> {
  if (point.length !== network.inputWidth) {
    throw new NetworkError(
      `point has ${countOf(point.length, 'number')}, but the network has ${countOf(network.inputWidth, 'input')}`,
    );
  }
  return point;
}
