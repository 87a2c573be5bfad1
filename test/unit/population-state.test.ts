// Plan: the state of a population in float64: read after pending steps and written to another, it goes on bit for bit as
// the one that was not interrupted, with both optimizers, a member having diverged; writing drops pending steps. States
// that do not belong are refused by place and value, and change nothing. Control: without the optimizer's memory the end
// is another.
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/toy.ts';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { MemberState, Population, PopulationState } from '../../src/engine/engine.ts';
import { DataError } from '../../src/errors.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import type { Optimizer } from '../../src/model/training.ts';

const circle = createDataset('circle', { count: 200, seed: 2 });
const engine = createCpuEngine();

/** Of three networks, the second of which diverges at once. */
function create(optimizer: Optimizer, seed: number): Promise<Population> {
  const spec = parseArchitecture('2-5x2-1');
  return engine.createPopulation(
    [0, 1, 2].map((i) => initialiseNetwork(spec, seed + i)),
    circle,
    {
      optimizer,
      learningRate: 0.05,
      momentum: 0.5,
      weightDecay: 1e-3,
      batchSize: 20,
      loss: 'squared',
      seed: 0,
    },
    [0.05, 1e39, 0.01].map((learningRate, i) => ({ seed: i, learningRate })),
  );
}

describe('the state of a population in float64', () => {
  it.each(['sgd', 'adam'] as const)('with %s goes on as if nothing had been', async (optimizer) => {
    const whole = await create(optimizer, 1);
    const steps = whole.step(7);
    const state = await whole.readState();
    await steps;
    expect(state.map(({ diverged }) => diverged)).toEqual([false, true, false]);
    expect(state.map(({ stepCount }) => stepCount === 7)).toEqual([true, false, true]);
    await whole.step(6);
    const end = await whole.readState();

    const other = await create(optimizer, 10);
    const early = [other.step(1_000_000), other.step(1_000_000)];
    other.writeState(state);
    await Promise.all(early);
    expect(await other.readState()).toEqual(state);
    await other.step(6);
    expect(await other.readState()).toEqual(end);

    const none = new Float64Array(state[0].first.length);
    other.writeState(state.map((member) => ({ ...member, first: none, second: none })));
    await other.step(6);
    const forgetful = await other.readState();
    expect(forgetful[0].parameters).not.toEqual(end[0].parameters);
    expect(forgetful[1]).toEqual(end[1]);
  });

  it('is refused where it does not belong', async () => {
    const population = await create('adam', 1);
    await population.step(3);
    const state = await population.readState();
    const changed = (index: number, changes: Partial<Record<keyof MemberState, unknown>>) =>
      state.map((member, i) => (i === index ? { ...member, ...changes } : member));
    const withValue = (value: number): Float64Array => state[0].first.with(4, value);
    const { length } = state[0].first;
    const cases: [unknown, RegExp][] = [
      [undefined, /state is no list, but must have one for each of 3 networks/],
      [state.slice(1), /state has 2 entries.*3 networks/],
      [[...state.slice(1), null], /state\[2\] is null/],
      [changed(0, { stepCount: -1 }), /state\[0\]\.stepCount is -1.*at least 0/],
      [changed(2, { stepCount: 2.5 }), /state\[2\]\.stepCount is 2\.5.*whole number/],
      [changed(2, { stepCount: 4 }), /state\[2\]\.stepCount is 4, but must be 3/],
      [changed(1, { stepCount: 4 }), /state\[1\]\.stepCount is 4, but must be at most 3/],
      [changed(0, { diverged: 1 }), /state\[0\]\.diverged is 1/],
      [changed(0, { parameters: new Float64Array(3) }), /parameters has 3 numbers.*one for each/],
      [changed(0, { first: new Float32Array(length) }), /first is none.*a Float64Array/],
      [changed(0, { parameters: withValue(NaN) }), /state\[0\]\.parameters\[4\] is NaN.*finite/],
      [
        changed(0, { first: withValue(1e39) }),
        /first\[4\] is 1e\+39, but must be finite in float32/,
      ],
      [changed(0, { second: withValue(-1) }), /second\[4\] is -1, but must be at least 0/],
    ];
    for (const [wrong, message] of cases) {
      const write = (): void => population.writeState(wrong as PopulationState);
      expect(write).toThrow(DataError);
      expect(write).toThrow(message);
    }
    expect(await population.readState()).toEqual(state);
  });
});
