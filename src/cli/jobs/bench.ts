import { measureKernels } from '../../../test/bench/kernel-report.ts';
import type { Report } from '../../../tools/bench-report.mjs';
import { assert } from '../../errors.ts';
import type { Job } from './job.ts';

export interface BenchParameters {
  /** Rows whose names contain it. */
  readonly only: string;
  /** As little as shows that it works. */
  readonly quick: boolean;
}

/** What the adapter can do, and what part of it fields and training get: the rows of `npm run bench`. */
export const measureBench: Job<BenchParameters, never, never, Report> = async (
  { only, quick },
  { engine, signal, onProgress },
) => {
  const { device, description, slow } = engine;
  assert(device, 'kernels are measured on a GPU device');
  const target = { device, name: description, software: slow, quick };
  return measureKernels(target, {
    command: 'ftle bench',
    only,
    signal,
    onPart: (_, fraction) => onProgress({ fraction }),
  });
};
