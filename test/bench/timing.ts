// timing.ts: how rows of the benchmark are timed
//
// Wall time around completed work: median of repetitions for at most a few seconds each, after a warm-up; and one run
// more by the timestamps of the adapter. Rows of one group do the same work: they are measured in turn, in an order
// that rotates, and each time is divided by that of the group's first row in the same round.
import type { Engine } from '../../src/engine/engine.ts';
import { median } from '../../tools/bench-report.mjs';
import { describeTestAdapter, getBenchDevice } from '../support/device.ts';
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

const MOST_RUNS = 7;
const LEAST_RUNS = 3;
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

/** The device that benchmarks have. */
export async function benchTarget(quick = false): Promise<BenchTarget> {
  return { device: await getBenchDevice(), ...(await describeTestAdapter()), quick };
}

export interface Timing {
  readonly ms: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly runs: number;
  readonly gpuMs: number | null;
}

type Run = () => Promise<unknown>;

/** Work that is timed, and what must be done before each time. */
interface Timed {
  readonly run: Run;
  readonly before?: Run;
}

/** Times a run after a warm-up: wall clock until it resolves, and once more by timestamps. */
export async function time(target: BenchTarget, run: Run): Promise<Timing> {
  const [times] = await timeInTurn(target, [{ run }]);
  return summary(times, await GpuClock.measure(target.device, run));
}

/** Times of each, by round. */
async function timeInTurn({ quick }: BenchTarget, works: readonly Timed[]): Promise<number[][]> {
  const once = async ({ before, run }: Timed): Promise<number> => {
    await before?.();
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  for (const work of works) await once(work);
  const mostMs = works.length * (quick ? QUICK_MS : MOST_MS);
  const leastRuns = quick ? 1 : LEAST_RUNS;
  const times: number[][] = works.map(() => []);
  const begin = performance.now();
  const isDue = (round: number): boolean =>
    round < leastRuns || (round < MOST_RUNS && performance.now() - begin < mostMs);
  for (let round = 0; isDue(round); round++) {
    for (let turn = 0; turn < works.length; turn++) {
      const i = (turn + round) % works.length;
      times[i].push(await once(works[i]));
    }
  }
  return times;
}

function summary(times: readonly number[], gpuMs: number | null): Timing {
  return {
    ms: median(times),
    leastMs: Math.min(...times),
    mostMs: Math.max(...times),
    runs: times.length,
    gpuMs,
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
      await prepared.before?.();
      const gpuMs = await GpuClock.measure(target.device, prepared.run);
      const ratio = median(times[i].map((ms, round) => ms / times[0][round]));
      rows.push({
        ...asRow(group[i].name, summary(times[i], gpuMs), prepared, peak),
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
  const gflops = work === null ? null : work / timing.ms / 1e6;
  return {
    name,
    ...timing,
    rate: (1000 * amount) / timing.ms,
    unit,
    gflops,
    percentOfPeak: gflops === null ? null : (100 * gflops) / peak,
    ...(steps === undefined ? {} : { stepsPerSecond: (1000 * steps) / timing.ms }),
  };
}
