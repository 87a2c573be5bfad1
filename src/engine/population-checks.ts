import { DataError, NetworkError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import type { MemberOptions, PopulationState } from './engine.ts';

/** @throws DataError unless there are options for every network. */
export function checkMembers(members: readonly MemberOptions[], count: number): void {
  if (members.length !== count) {
    throw new DataError(`members has ${members.length} entries, but there are ${count} networks`);
  }
}

/** @throws NetworkError if there is no network, or one differs from the first in more than parameters. */
export function checkPopulation(networks: readonly Network[]): void {
  if (networks.length === 0) throw new NetworkError('a population needs at least one network');
  const wanted = JSON.stringify(networks[0].spec);
  networks.forEach(({ spec }, index) => {
    if (JSON.stringify(spec) === wanted) return;
    throw new NetworkError(
      `networks[${index}] has another architecture than networks[0]; train it by itself`,
    );
  });
}

/**
 * Checks that a population of `count` networks with so many parameters each can go on from a state.
 *
 * @throws DataError naming the first thing that does not fit.
 */
export function checkState(state: PopulationState, count: number, parameterLength: number): void {
  if (!Array.isArray(state) || state.length !== count) {
    const found = Array.isArray(state) ? `has ${state.length} entries` : 'is no list';
    throw new DataError(`state ${found}, but must have one for each of ${count} networks`);
  }
  state.forEach((member: PopulationState[number], index) => {
    const place = `state[${index}]`;
    if (typeof member !== 'object' || member === null) {
      throw new DataError(`${place} is ${String(member)}, but must be the state of a network`);
    }
    const { stepCount, diverged } = member;
    if (!Number.isSafeInteger(stepCount) || stepCount < 0) {
      throw new DataError(
        `${place}.stepCount is ${stepCount}, but must be a whole number of at least 0`,
      );
    }
    if (typeof diverged !== 'boolean') {
      throw new DataError(`${place}.diverged is ${String(diverged)}, but must be true or false`);
    }
    for (const name of ['parameters', 'first', 'second'] as const) {
      checkValues(`${place}.${name}`, member[name], parameterLength, name === 'second');
    }
  });
  checkSteps(state);
}

/** @param isSquare - whether values are at least 0, and Infinity where a square has left the range. */
function checkValues(place: string, values: Float64Array, length: number, isSquare: boolean): void {
  if (!(values instanceof Float64Array) || values.length !== length) {
    const found = values instanceof Float64Array ? `has ${values.length} numbers` : 'is none';
    throw new DataError(
      `${place} ${found}, but must be a Float64Array of ${length}: one for each parameter`,
    );
  }
  const isGood = (value: number): boolean =>
    isSquare ? value >= 0 : Number.isFinite(Math.fround(value));
  const bad = values.findIndex((value) => !isGood(value));
  if (bad < 0) return;
  const wanted = isSquare ? 'at least 0' : 'finite in float32';
  throw new DataError(`${place}[${bad}] is ${values[bad]}, but must be ${wanted}`);
}

/** Networks take their steps together, up to those that diverge. */
function checkSteps(state: PopulationState): void {
  const going = state.findIndex(({ diverged }) => !diverged);
  if (going < 0) return;
  const wanted = state[going].stepCount;
  state.forEach(({ stepCount, diverged }, index) => {
    if (diverged ? stepCount <= wanted : stepCount === wanted) return;
    throw new DataError(
      `state[${index}].stepCount is ${stepCount}, but must be ${diverged ? 'at most ' : ''}${wanted}, as of state[${going}], which goes on`,
    );
  });
}
