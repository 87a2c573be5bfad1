// timing.ts: how rows of the benchmark are timed
//
// Wall time around completed work, then time in passes by the timestamps of the adapter: medians over runs, after a
// warm-up. Rows of one group do the same work: they are measured in turn, in an order that rotates, and each time is
// divided by that of the group's first row in the same round. A GPU does a small field in less time than it takes to
// ask for it and to hear of its end, so that rates of fields are there of their time in passes (repeated.ts).
import type { Engine } from '../../src/engine/engine.ts';
import { countedMs, median } from '../../tools/bench-report.mjs';
import { describeTestAdapter, getBenchDevice } from '../support/device.ts';
import { GpuClock } from './gpu-clock.ts';
import { createRepeated } from './repeated.ts';
import { sampleInTurn, type Patience } from './samples.ts';

export interface Timing {
  /** By wall clock: median, least and largest, milliseconds. */
  readonly ms: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly runs: number;
  /** Likewise in passes, by timestamps of the adapter; null where it has none. */
  readonly gpuMs: number | null;
  readonly leastGpuMs: number | null;
  readonly mostGpuMs: number | null;
  /** Which of both rates and ratios are of. */
  readonly clock: 'wall' | 'gpu';
}

/** What was measured: one line of the table. */
export interface KernelRow extends Timing {
  readonly name: string;
  /** Work a second, in `unit`. */
  readonly rate: number;
  readonly unit: string;
  readonly gflops: number | null;
  /** Of the ceiling, the better of before and after the group. */
  readonly percentOfPeak: number | null;
  /** Median over the rounds of the time by that of the group's first row; absent where there is no other. */
  readonly ratio?: number;
  /** Of training: steps of each network. */
  readonly stepsPerSecond?: number;
  /** Of a field: the road that it took, the bytes that this road reads and writes for a point, its error. */
  readonly road?: string;
  readonly bytesPerPoint?: number;
  readonly worstError?: number;
  /** What else was found. */
  readonly note?: string;
}

const PATIENCE: Patience = { leastRuns: 3, mostMs: 4000 };
/** For timestamps of a software adapter, which say hardly more than the wall clock has said. */
const LITTLE: Patience = { leastRuns: 1, mostMs: 300 };
/** To see that it works. */
const QUICK: Patience = { leastRuns: 1, mostMs: 60 };
/** Milliseconds of work in which the time to begin it does not count. */
const LONG_MS = 40;
const QUICK_LONG_MS = 5;

/** Where it is measured. */
export interface BenchTarget {
  readonly device: GPUDevice;
  readonly name: string;
  /** On the CPU. */
  readonly software: boolean;
  /** As little as shows that it works. */
  readonly quick?: boolean;
}

/** The device that benchmarks have. */
export async function benchTarget(quick = false): Promise<BenchTarget> {
  return { device: await getBenchDevice(), ...(await describeTestAdapter()), quick };
}

/** Milliseconds that repeated work should take. */
export const longMs = ({ quick }: BenchTarget): number => (quick ? QUICK_LONG_MS : LONG_MS);

/** Whether it is a GPU that tells how long its passes take. */
const hasGpuTime = ({ device, software }: BenchTarget): boolean =>
  !software && device.features.has('timestamp-query');

type Run = () => Promise<unknown>;

/** Work that is timed, and what must be done before each time. */
interface Timed {
  readonly run: Run;
  readonly before?: Run;
  /** As repeated.ts wants it: on a GPU its rate is that of its time in passes. */
  readonly isRepeatable?: boolean;
}

/** Milliseconds until a run has ended. */
export async function wallTime({ before, run }: Timed): Promise<number> {
  await before?.();
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Milliseconds of one run: in passes where a GPU tells them, else by wall clock. */
export async function timeOnce(target: BenchTarget, run: Run): Promise<number> {
  const gpuMs = hasGpuTime(target) ? await GpuClock.measure(target.device, run) : null;
  return gpuMs ?? wallTime({ run });
}

/** Samples of one kind of time. */
export async function sample(
  { quick }: BenchTarget,
  measure: () => Promise<number>,
): Promise<number[]> {
  const [samples] = await sampleInTurn([measure], quick ? QUICK : PATIENCE);
  return samples;
}

/** Times a run after a warm-up. */
export async function time(target: BenchTarget, work: Timed): Promise<Timing> {
  const [{ timing }] = await timeInTurn(target, [work]);
  return timing;
}

/** Times works, and finds their ratios to the first: medians over the rounds. */
async function timeInTurn(
  target: BenchTarget,
  works: readonly Timed[],
): Promise<{ timing: Timing; ratio: number }[]> {
  for (const work of works) await wallTime(work);
  const wall = await sampleInTurn(
    works.map((work) => () => wallTime(work)),
    target.quick ? QUICK : PATIENCE,
  );
  const gpu = await timeOnGpu(target, works);
  const isGpu =
    hasGpuTime(target) &&
    works.every((work, i) => work.isRepeatable && gpu[i].every(Number.isFinite));
  const counted = isGpu ? gpu : wall;
  return works.map((_, i) => ({
    timing: summary(wall[i], gpu[i], isGpu ? 'gpu' : 'wall'),
    ratio: median(counted[i].map((ms, round) => ms / counted[0][round])),
  }));
}

/** Milliseconds in passes of each of some works, by round; NaN where the adapter does not tell. */
async function timeOnGpu(target: BenchTarget, works: readonly Timed[]): Promise<number[][]> {
  const { device, quick } = target;
  if (!device.features.has('timestamp-query')) return works.map(() => [NaN]);
  const isGpu = hasGpuTime(target);
  const samplers: (() => Promise<number>)[] = [];
  for (const { run, before, isRepeatable } of works) {
    if (isGpu && isRepeatable) {
      const repeated = await createRepeated(device, run, longMs(target));
      samplers.push(async () => (await repeated()) ?? NaN);
    } else {
      samplers.push(async () => {
        await before?.();
        return (await GpuClock.measure(device, run)) ?? NaN;
      });
    }
  }
  return sampleInTurn(samplers, quick ? QUICK : isGpu ? PATIENCE : LITTLE);
}

function summary(wall: readonly number[], gpu: readonly number[], clock: Timing['clock']): Timing {
  const known = gpu.every(Number.isFinite);
  return {
    ms: median(wall),
    leastMs: Math.min(...wall),
    mostMs: Math.max(...wall),
    runs: wall.length,
    gpuMs: known ? median(gpu) : null,
    leastGpuMs: known ? Math.min(...gpu) : null,
    mostGpuMs: known ? Math.max(...gpu) : null,
    clock,
  };
}

/** A workload that is ready. */
export interface Prepared extends Timed {
  /** What a run does, in `unit`. */
  readonly amount: number;
  readonly unit: string;
  /** Floating-point operations of a run; null where they do not count. */
  readonly work: number | null;
  /** Of a run of training. */
  readonly steps?: number;
  /** What else is known of the row once it has been timed, before `dispose`. */
  details?(ratio: number): Promise<Partial<KernelRow>> | Partial<KernelRow>;
  dispose(): void;
}

export interface Workload {
  readonly name: string;
  prepare(engine: Engine, target: BenchTarget): Promise<Prepared>;
  /** The adapters that it is for; all by default. */
  readonly only?: 'software' | 'hardware';
}

/** Rows that are measured in turn. */
export type WorkloadGroup = readonly Workload[];

/** @param measurePeak - GFLOP/s of the adapter at this moment: shares are of the better of before and after. */
export async function measureGroup(
  group: WorkloadGroup,
  engine: Engine,
  target: BenchTarget,
  measurePeak: () => Promise<number>,
): Promise<KernelRow[]> {
  const ready: Prepared[] = [];
  try {
    for (const workload of group) ready.push(await workload.prepare(engine, target));
    const peakBefore = await measurePeak();
    const times = await timeInTurn(target, ready);
    const peak = Math.max(peakBefore, await measurePeak());
    const rows: KernelRow[] = [];
    for (const [i, prepared] of ready.entries()) {
      const { timing, ratio } = times[i];
      rows.push({
        ...asRow(group[i].name, timing, prepared, peak),
        ...(group.length > 1 ? { ratio } : {}),
        ...(await prepared.details?.(ratio)),
      });
    }
    return rows;
  } finally {
    for (const { dispose } of ready) dispose();
  }
}

function asRow(
  name: string,
  timing: Timing,
  { amount, unit, work, steps }: Pick<Prepared, 'amount' | 'unit' | 'work' | 'steps'>,
  peak: number,
): KernelRow {
  const ms = countedMs(timing);
  const gflops = work === null ? null : work / ms / 1e6;
  return {
    name,
    ...timing,
    rate: (1000 * amount) / ms,
    unit,
    gflops,
    percentOfPeak: gflops === null ? null : (100 * gflops) / peak,
    ...(steps === undefined ? {} : { stepsPerSecond: (1000 * steps) / ms }),
  };
}
