// fastest.ts: fields by the kernels that they end with, for tests and for benchmarks, which have no `expect`
import type { FieldRequest } from '../../src/engine/engine.ts';
import type { GpuField } from '../../src/engine/gpu-field.ts';

/** Computes fields of a pixel until no faster kernel follows: on a software adapter the second one asks for them. */
export async function takeFastestKernels(field: GpuField, request: FieldRequest): Promise<void> {
  for (let time = 0; time < 2; time++) {
    await field.compute({ ...request, width: 1, height: 1 });
    await field.improved;
  }
}
