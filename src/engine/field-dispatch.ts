import {
  createArguments,
  dispatch,
  foldGrid,
  keepBound,
  type ArgumentSlots,
  type Kernel,
} from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import type { FieldJob } from './field-road.ts';
import type { GpuModel } from './gpu-model.ts';

/**
 * A kernel that takes the pixels of a field from the plane to the exponents in one dispatch
 * (shaders/lib/field-dispatch.wgsl).
 */
export class FieldDispatch {
  readonly #args: ArgumentSlots;
  readonly #bind: Kernel['bind'];

  /** @param groupPixels - pixels of a workgroup. */
  constructor(
    scope: Scope,
    readonly model: GpuModel,
    readonly kernel: Kernel,
    readonly groupPixels: number,
  ) {
    this.#args = createArguments(scope, kernel);
    this.#bind = keepBound(kernel);
  }

  /** Records the work for the pixels from `first` to before `end`; writes to the queue at once. */
  record(pass: GPUComputePassEncoder, job: FieldJob, first: number, end: number): void {
    const { model, kernel, groupPixels } = this;
    const { place, plane, coordinates } = job;
    const { exponents, statuses, outputs, width } = job.buffers;
    const { inputWidth, outputWidth, program } = model.network;
    this.#args.write(0, {
      exponentOpCount: place.opCount,
      opCount: program.ops.length,
      firstPixel: first,
      endPixel: end,
      width,
      rowPlace: width,
      inputWidth,
      outputWidth,
      span: place.span,
      rank: place.rank,
    });
    const bound = this.#bind({
      program: model.program('alternate'),
      parameters: model.parameters,
      args: this.#args.slot(0),
      plane,
      coordinates,
      exponents,
      statuses,
      outputs,
    });
    dispatch(pass, kernel, bound, foldGrid(Math.ceil((end - first) / groupPixels)));
  }
}
