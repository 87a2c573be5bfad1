import { createGpuEngine } from '../../src/engine/gpu-engine.ts';
import type { Report } from '../../tools/bench-report.mjs';
import { CeilingMeter } from './ceilings.ts';
import { measureGrowth } from './field-time.ts';
import { workloadGroups } from './kernels.ts';
import { measureGroup, type BenchTarget, type KernelRow } from './timing.ts';

export interface KernelOptions {
  /** Said in the report. */
  readonly command: string;
  /** Rows whose names contain it; growth is then left out. */
  readonly only?: string;
  readonly signal?: AbortSignal;
  /** Told whenever there is more: what is there, the part that is done, and what is measured next. */
  onPart?(report: Report, fraction: number, next: string): void;
}

/** The report of all that needs neither page nor other libraries. */
export async function measureKernels(
  target: BenchTarget,
  { command, only = '', signal, onPart }: KernelOptions,
): Promise<Report> {
  const engine = createGpuEngine(target.device, { slow: target.software });
  const groups = workloadGroups(target, only);
  const meter = await CeilingMeter.create(target);
  const rows: KernelRow[] = [];
  const report = (): Report => ({
    adapter: target.name,
    date: new Date().toISOString().slice(0, 10),
    command,
    ceilings: meter.ceilings,
    growth: null,
    rows: [...rows],
    pageRows: [],
    peers: [],
  });
  const tell = (done: number): void =>
    onPart?.(
      report(),
      done / Math.max(1, groups.length),
      groups[done]?.[0].name ?? 'how time grows',
    );
  try {
    tell(0);
    for (const [i, group] of groups.entries()) {
      signal?.throwIfAborted();
      rows.push(...(await measureGroup(group, engine, target, await meter.measure())));
      tell(i + 1);
    }
    signal?.throwIfAborted();
    const growth = only || target.quick ? null : await measureGrowth(target);
    await meter.measure();
    return { ...report(), growth };
  } finally {
    meter.dispose();
    engine.dispose();
  }
}
