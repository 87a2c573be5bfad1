// Plan: what the benchmark does again and again to time it. A field on each road that takes it is recorded once and
// repeated in one pass: its numbers stay what they were, bit for bit, and it has a time. So has one that is computed in
// several passes, unless they are too many. As on a GPU, rows of a group are then of time in passes. Timestamps are
// not rounded, on Dawn in Node or in a browser of ours.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { prepareField, type ReadyField } from '../bench/field-time.ts';
import { GpuClock, MOST_PASSES } from '../bench/gpu-clock.ts';
import { createRepeated, submitPass } from '../bench/repeated.ts';
import { comparedRoads, type Road } from '../bench/roads.ts';
import { measureGroup, type BenchTarget } from '../bench/timing.ts';
import { getTestDevice } from '../support/device.ts';

const network = initialiseNetwork(parseArchitecture('2-10x3-1'), 1);
const SIDE = 13;
/** Milliseconds that ask for a few repetitions. */
const LEAST_MS = 4;

let target: BenchTarget;
beforeAll(async () => {
  target = { device: await getTestDevice(), name: 'any', software: false, quick: true };
});

const prepare = (road: Road): Promise<ReadyField> =>
  prepareField(target, network, SIDE, { slow: true, road });

describe('a field', () => {
  it.each(comparedRoads(network, true))('is the same again and again: %s', async (road) => {
    const { field, run, dispose } = await prepare(road);
    await run();
    const once = await field.read();
    const measure = await createRepeated(target.device, run, LEAST_MS);
    expect(await measure()).toBeGreaterThan(0);
    const often = await field.read();
    for (const part of ['exponents', 'directions', 'outputs', 'statuses'] as const) {
      expect(often[part]).toEqual(once[part]);
    }
    dispose();
  });

  it('has its time in passes as that of its rate', async () => {
    const { run, dispose } = await prepare('fused');
    const workload = {
      name: 'field',
      prepare: () =>
        Promise.resolve({
          amount: 1,
          unit: 'points/s',
          work: 1e6,
          isRepeatable: true,
          run,
          dispose,
        }),
    };
    const [row] = await measureGroup([workload], {} as Engine, target, () => Promise.resolve(1));
    expect(row.clock).toBe('gpu');
    expect(row.gpuMs).toBeGreaterThan(0);
    expect(row.leastGpuMs).toBeLessThanOrEqual(row.gpuMs!);
    expect(row.gflops).toBeCloseTo(1 / row.gpuMs!, 12);
  });
});

describe('work of several passes', () => {
  const passes = (count: number) => async (): Promise<void> => {
    for (let i = 0; i < count; i++) await submitPass(target.device, () => undefined);
  };

  it('is done again as a whole', async () => {
    let runs = 0;
    const measure = await createRepeated(
      target.device,
      () => {
        runs++;
        return passes(2)();
      },
      0,
    );
    const before = runs;
    expect(await measure()).toBeGreaterThanOrEqual(0);
    expect(runs).toBe(before + 1);
  });

  it('has no time if there are too many', async () => {
    const many = () => {
      const encoder = target.device.createCommandEncoder();
      for (let i = 0; i <= MOST_PASSES; i++) encoder.beginComputePass().end();
      target.device.queue.submit([encoder.finish()]);
      return target.device.queue.onSubmittedWorkDone();
    };
    expect(await (await createRepeated(target.device, many, 0))()).toBeNull();
  });
});

describe('a timestamp', () => {
  let dispose = (): void => undefined;
  afterAll(() => dispose());

  it('is finer than the steps that pages get', async () => {
    const ready = await prepare('fused');
    ({ dispose } = ready);
    const times: number[] = [];
    for (let i = 0; i < 8; i++) times.push((await GpuClock.measure(target.device, ready.run))!);
    const steps = times.map((ms) => (1000 * ms) / 65.536);
    expect(steps.some((count) => Math.abs(count - Math.round(count)) > 1e-6)).toBe(true);
  });
});
