// timing.ts: how rows of the benchmark are timed
//
// Wall time around completed work: median of repetitions for at most a few seconds, after a warm-up; and one run
// more by the timestamps of the adapter.
import type { Engine } from '../../src/engine/engine.ts';
import { median } from '../../tools/bench-report.mjs';
import { describeTestAdapter, getTestDevice } from '../support/device.ts';
import { GpuClock } from './gpu-clock.ts';

/** What was measured: one line of the table. */
export interface KernelRow {
  readonly name: string;
  /** Median, least and largest, milliseconds. */
  readonly ms: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly runs: number;
  /** Time in passes, by timestamps of the adapter, of a run more; null where it has none. */
  readonly gpuMs: number | null;
  /** Work a second, in `unit`. */
  readonly rate: number;
  readonly unit: string;
  readonly gflops: number | null;
  readonly percentOfPeak: number | null;
  /** What else was found. */
  readonly note?: string;
}

const MOST_RUNS = 7;
/** Milliseconds that the runs of a row may take, and of one that is only to show that it works. */
const MOST_MS = 4000;
const QUICK_MS = 60;
/** Where it is measured. */
export interface BenchTarget {
  readonly device: GPUDevice;
  readonly name: string;
  /** On the CPU. */
  readonly software: boolean;
  /** As little as shows that it works. */
  readonly quick?: boolean;
}

/** The device that tests have. */
export async function testTarget(quick = false): Promise<BenchTarget> {
  return { device: await getTestDevice(), ...(await describeTestAdapter()), quick };
}

export interface Timing {
  readonly ms: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly runs: number;
  readonly gpuMs: number | null;
}

/** Times a run after a warm-up: wall clock until it resolves, and once more by timestamps. */
export async function time(
  { device, quick }: BenchTarget,
  run: () => Promise<unknown>,
): Promise<Timing> {
  await run();
  const mostMs = quick ? QUICK_MS : MOST_MS;
  const times: number[] = [];
  const begin = performance.now();
  while (times.length === 0 || (times.length < MOST_RUNS && performance.now() - begin < mostMs)) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  const gpuMs = await GpuClock.measure(device, run);
  return {
    ms: median(times),
    leastMs: Math.min(...times),
    mostMs: Math.max(...times),
    runs: times.length,
    gpuMs,
  };
}

export interface Workload {
  readonly name: string;
  run(engine: Engine, target: BenchTarget, peak: number): Promise<KernelRow>;
  /** Too much for a software adapter. */
  readonly isLarge?: boolean;
}

export function asRow(
  name: string,
  timing: Timing,
  amount: number,
  unit: string,
  work: number | null,
  peak: number,
): KernelRow {
  const gflops = work === null ? null : work / timing.ms / 1e6;
  return {
    name,
    ...timing,
    rate: (1000 * amount) / timing.ms,
    unit,
    gflops,
    percentOfPeak: gflops === null ? null : (100 * gflops) / peak,
  };
}
