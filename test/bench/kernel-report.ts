import { createGpuEngine } from '../../src/engine/gpu-engine.ts';
import { asError } from '../../src/errors.ts';
import type { Failure, Report } from '../../tools/bench-report.mjs';
import { CeilingMeter } from './ceilings.ts';
import { measureGrowth, type Growth } from './field-time.ts';
import { workloadGroups } from './kernels.ts';
import { measureGroup, type BenchTarget, type KernelRow, type WorkloadGroup } from './timing.ts';

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
  const report = (found: Measurements, growth: Growth | null = null): Report => ({
    adapter: target.name,
    date: new Date().toISOString().slice(0, 10),
    command,
    ceilings: meter.ceilings,
    growth,
    ...found,
    pageRows: [],
    peers: [],
  });
  const tell = (found: Measurements, done: number): void => {
    signal?.throwIfAborted();
    const next = groups[done]?.[0].name ?? 'how time grows';
    onPart?.(report(found), done / Math.max(1, groups.length), next);
  };
  try {
    const found = await measureEach(
      groups,
      (group) => measureGroup(group, engine, target, () => meter.measure()),
      tell,
    );
    let growth: Growth | null = null;
    try {
      if (!only && !target.quick) growth = await measureGrowth(target);
    } catch (error) {
      found.failures.push({ names: ['how time grows'], reason: asError(error).message });
    }
    return report(found, growth);
  } finally {
    meter.dispose();
    engine.dispose();
  }
}

type Measurements = Required<Pick<Report, 'rows' | 'failures'>>;

/** All rows; a group that fails costs its own rows alone, on adapters where nobody has been before. */
export async function measureEach(
  groups: readonly WorkloadGroup[],
  measure: (group: WorkloadGroup) => Promise<readonly KernelRow[]>,
  tell: (found: Measurements, done: number) => void,
): Promise<Measurements> {
  const rows: KernelRow[] = [];
  const failures: Failure[] = [];
  const found = (): Measurements => ({ rows: [...rows], failures: [...failures] });
  tell(found(), 0);
  for (const [i, group] of groups.entries()) {
    try {
      rows.push(...(await measure(group)));
    } catch (error) {
      failures.push({ names: group.map(({ name }) => name), reason: asError(error).message });
    }
    tell(found(), i + 1);
  }
  return found();
}
