import { DataError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import type { AttackStep } from '../reference/attack.ts';
import type { AttackData, AttackRequest } from './engine.ts';
import { checkPoints } from './field-checks.ts';

const MOST_STEPS = 1000;

/**
 * Checks an attack on a list of points.
 *
 * @returns number of points, and the step that the request means.
 * @throws DataError naming what does not fit, its value and the wanted one.
 */
export function checkAttack(
  network: Network,
  points: Float32Array,
  targets: Float32Array,
  request: AttackRequest,
): { count: number; step: AttackStep } {
  const count = checkPoints(network, points);
  const { outputWidth } = network;
  if (targets.length !== count * outputWidth) {
    throw new DataError(
      `targets has ${targets.length} numbers, but ${count} points need ${count * outputWidth}, ${outputWidth} each`,
    );
  }
  const bad = targets.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const place = `targets[${Math.floor(bad / outputWidth)}][${bad % outputWidth}]`;
    throw new DataError(`${place} is ${targets[bad]}, but must be finite`);
  }
  const { norm, radius, stepCount, direction, loss, bounds = null } = request;
  if (norm !== 'l2' && norm !== 'linf') {
    throw new DataError(`norm is ${JSON.stringify(norm)}, but must be l2 or linf`);
  }
  if (loss !== 'squared' && loss !== 'cross-entropy') {
    throw new DataError(`loss is ${JSON.stringify(loss)}, but must be squared or cross-entropy`);
  }
  if (direction !== 'away' && direction !== 'towards') {
    throw new DataError(`direction is ${JSON.stringify(direction)}, but must be away or towards`);
  }
  if (loss === 'cross-entropy' && outputWidth === 1) {
    throw new DataError('loss is cross-entropy, but one output has no softmax; use squared');
  }
  checkLength('radius', radius);
  if (!Number.isInteger(stepCount) || stepCount < 1 || stepCount > MOST_STEPS) {
    throw new DataError(
      `stepCount is ${stepCount}, but must be a whole number from 1 to ${MOST_STEPS}`,
    );
  }
  const { stepSize = stepCount === 1 ? radius : (2.5 * radius) / stepCount } = request;
  checkLength('stepSize', stepSize);
  if (bounds && !(bounds[0] < bounds[1] && bounds.every(Number.isFinite))) {
    throw new DataError(`bounds are [${bounds.join(', ')}], but must be finite, low below high`);
  }
  if (bounds) {
    const placeOf = (row: number, input: number) => `points[${row}][${input}]`;
    checkStarts(points, network.inputWidth, bounds, placeOf);
  }
  const sign = direction === 'away' ? 1 : -1;
  return { count, step: { norm, radius, stepSize, sign, bounds } };
}

/**
 * Checks that attacks start within their bounds, up to float32's rounding: from outside, the bounds would carry
 * a point farther than the radius.
 *
 * @param placeOf - names an input of a row of `points`, for the message.
 * @throws DataError naming the first input that lies outside, its value, the bounds and what helps.
 */
export function checkStarts(
  points: Float32Array,
  inputWidth: number,
  [low, high]: readonly [low: number, high: number],
  placeOf: (row: number, input: number) => string,
): void {
  const slack = 2 ** -22 * Math.max(Math.abs(low), Math.abs(high));
  const bad = points.findIndex((value) => value < low - slack || value > high + slack);
  if (bad < 0) return;
  const place = placeOf(Math.floor(bad / inputWidth), bad % inputWidth);
  throw new DataError(
    `${place} is ${points[bad]}, outside the bounds ${low} to ${high}, where an attack must start: clip the inputs to the bounds, or widen these`,
  );
}

function checkLength(name: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) {
    throw new DataError(`${name} is ${value}, but must be a finite number above 0`);
  }
}

/** Results for `count` points, all 0. */
export function allocateAttack(
  { inputWidth, outputWidth }: Network,
  { path = false, stepCount }: AttackRequest,
  count: number,
): AttackData {
  return {
    points: new Float32Array(count * inputWidth),
    outputs: new Float32Array(count * outputWidth),
    classes: outputWidth > 256 ? new Uint16Array(count) : new Uint8Array(count),
    path: path ? new Float32Array((stepCount + 1) * count * inputWidth) : null,
  };
}
