// Plan: how often the benchmark measures. Short work often enough to fill 300 ms, long work seven times, work of seconds
// three times, none more than 500 times. Works in turn have each place of a round equally often. Repetitions are doubled
// until they take long enough, or are as many as allowed. Of a group on a device without timestamps, wall clock counts, and
// ratios are of the same round; a row is prepared before each of its runs, and disposed of. A round of the ceiling's
// kernel has so many multiply-adds that its loop does not count, and as many as are said. Passes that overlap count once.
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { composeShader } from '../../src/wgsl/compose.ts';
import { FLOPS_A_ROUND } from '../bench/ceilings.ts';
import { coveredTime } from '../bench/gpu-clock.ts';
import multiplyAddsShader from '../bench/multiply-adds.wgsl';
import { longEnough, sampleInTurn, wantsRound } from '../bench/samples.ts';
import { measureGroup, type BenchTarget, type Workload } from '../bench/timing.ts';

const PATIENCE = { leastRuns: 3, mostMs: 4000 };

/** Rounds of work that takes so long. */
function countRounds(ms: number, patience = PATIENCE): number {
  let runs = 0;
  while (wantsRound(runs, runs * ms, patience)) runs++;
  return runs;
}

describe('rounds', () => {
  it.each([
    [0.01, 500],
    [1, 300],
    [2.5, 120],
    [42, 8],
    [60, 7],
    [570, 7],
    [900, 5],
    [5000, 3],
  ])('of %d ms are %d', (ms, runs) => {
    expect(countRounds(ms)).toBe(runs);
  });

  it('are fewer where patience is', () => {
    expect(countRounds(1, { leastRuns: 1, mostMs: 60 })).toBe(60);
    expect(countRounds(1000, { leastRuns: 1, mostMs: 60 })).toBe(1);
  });

  it('rotate', async () => {
    const order: number[] = [];
    const samplers = [0, 1, 2].map((i) => () => Promise.resolve(order.push(i)));
    const samples = await sampleInTurn(samplers, { leastRuns: 4, mostMs: 0 });
    expect(order).toEqual([0, 1, 2, 1, 2, 0, 2, 0, 1, 0, 1, 2]);
    expect(samples).toEqual([
      [1, 6, 8, 10],
      [2, 4, 9, 11],
      [3, 5, 7, 12],
    ]);
  });
});

describe('repetitions', () => {
  const counted = async (ms: number, leastMs: number, most: number) => {
    const tried: number[] = [];
    const count = await longEnough(leastMs, { first: 1, most }, (tries) => {
      tried.push(tries);
      return Promise.resolve(tries * ms);
    });
    return { count, tried };
  };

  it('are doubled until they take long enough', async () => {
    expect(await counted(0.1, 20, 4096)).toEqual({
      count: 256,
      tried: [1, 1, 2, 4, 8, 16, 32, 64, 128, 256],
    });
    expect((await counted(30, 20, 4096)).count).toBe(1);
  });

  it('are never more than allowed', async () => {
    expect((await counted(0, 20, 100)).count).toBe(64);
    expect((await counted(0, 20, 0)).count).toBe(1);
  });
});

it('a round of the ceiling has many multiply-adds', () => {
  const blocks = composeShader(multiplyAddsShader).code.match(/fma\(/g)!.length;
  expect(4 * blocks).toBeGreaterThanOrEqual(256);
  expect(FLOPS_A_ROUND).toBe(2 * 4 * blocks);
});

it('time in passes counts once where they overlap', () => {
  const covered = (...times: number[]) => coveredTime(BigUint64Array.from(times, BigInt));
  expect(covered()).toBe(0);
  expect(covered(10, 15, 20, 30)).toBe(15);
  expect(covered(20, 30, 10, 25)).toBe(20);
  expect(covered(10, 30, 15, 20, 30, 31)).toBe(21);
  // None takes less than no time.
  expect(covered(10, 10, 20, 15)).toBe(0);
});

describe('a group', () => {
  const target: BenchTarget = {
    device: { features: new Set() } as unknown as GPUDevice,
    name: '',
    software: false,
  };

  it('is measured often enough where it is fast, by wall clock without timestamps', async () => {
    const calls = { run: 0, before: 0, dispose: 0 };
    const wait = (ms: number) => () => {
      const end = performance.now() + ms;
      while (performance.now() < end);
      calls.run++;
      return Promise.resolve();
    };
    const workload = (name: string, ms: number): Workload => ({
      name,
      prepare: () =>
        Promise.resolve({
          amount: 1,
          unit: 'points/s',
          work: 1e6,
          isRepeatable: true,
          run: wait(ms),
          before: () => Promise.resolve(calls.before++),
          dispose() {
            calls.dispose++;
          },
        }),
    });
    const peaks = [5, 10];
    const rows = await measureGroup(
      [workload('one', 1), workload('two', 4)],
      {} as Engine,
      target,
      () => Promise.resolve(peaks.shift()!),
    );
    const [one, two] = rows;
    expect(one).toMatchObject({ clock: 'wall', gpuMs: null, ratio: 1 });
    // Both together, for as long as 300 ms each: seven rounds would be 35 ms.
    expect(one.runs).toBeGreaterThan(7);
    expect(calls).toEqual({ run: 2 * (one.runs + 1), before: 2 * (one.runs + 1), dispose: 2 });
    expect(two.ratio).toBeGreaterThan(1);
    expect(one.gflops).toBeCloseTo(1 / one.ms, 12);
    expect(one.percentOfPeak).toBeCloseTo(10 * one.gflops!, 12);
  });
});
