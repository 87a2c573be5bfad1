import {
  listWorkloads,
  measureCeilings,
  measureWorkload,
  type Ceilings,
} from '../../../test/bench/kernels.ts';
import type { KernelRow } from '../../../test/bench/timing.ts';
import { assert } from '../../errors.ts';
import type { Job } from './job.ts';

export interface BenchParameters {
  /** Rows whose names contain it. */
  readonly only: string;
  /** As little as shows that it works. */
  readonly quick: boolean;
}

export interface BenchResult {
  readonly adapter: string;
  readonly ceilings: Ceilings;
  readonly rows: readonly KernelRow[];
}

/** What the adapter can do, and what part of it fields and training get: the rows of `npm run bench`. */
export const measureKernels: Job<BenchParameters, never, never, BenchResult> = async (
  { only, quick },
  { engine, signal, onProgress },
) => {
  const { device, description, slow } = engine;
  assert(device, 'kernels are measured on a GPU device');
  const target = { device, name: description, software: slow, quick };
  const { adapter, ceilings } = await measureCeilings(target);
  const names = (await listWorkloads(target)).filter((name) => name.includes(only));
  const rows: KernelRow[] = [];
  for (const name of names) {
    signal.throwIfAborted();
    rows.push(await measureWorkload(name, ceilings.gflops, target));
    onProgress({ fraction: rows.length / names.length });
  }
  return { adapter, ceilings, rows };
};
