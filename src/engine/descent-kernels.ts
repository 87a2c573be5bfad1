import type { ArgumentSlots, Kernel } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import type { ColumnStates, ForwardKernel } from './gpu-columns.ts';
import type { ResidentNetworks } from './gpu-model.ts';

/** What takes samples to outputs, and cotangents of the outputs to new weights. */
export interface DescentKernels {
  readonly forward: ForwardKernel;
  /** Floats that a column takes beside states and cotangents, of all networks. */
  columnLength(networks: ResidentNetworks): number;
  create(
    scope: Scope,
    networks: ResidentNetworks,
    columns: ColumnStates,
    buffers: DescentBuffers,
  ): Descent;
}

/** Buffers of the training that a descent works on (gpu-training.ts). */
export interface DescentBuffers {
  /** Those of the outputs are given. */
  readonly cotangents: GPUBuffer;
  readonly memory: GPUBuffer;
  readonly status: GPUBuffer;
  readonly members: GPUBuffer;
  /** Struct TrainingArgs, `slotCount` of them. */
  readonly args: ArgumentSlots;
  readonly slotCount: number;
  /** Ops before it stay as they are. */
  readonly firstOp: number;
}

/** Records backward and update of the step, or part of a step, whose arguments are in that slot. */
export type Descent = (pass: GPUComputePassEncoder, slot: number) => void;

/** Groups of an update kernel, one a slot: what lib/optimizer.wgsl needs, and the kernel's `own`. */
export function bindUpdates(
  networks: ResidentNetworks,
  update: Kernel,
  { args, slotCount, memory, status, members }: DescentBuffers,
  own: Readonly<Record<string, GPUBuffer>>,
): GPUBindGroup[][] {
  const program = networks.program('keep');
  const { weights } = networks;
  return Array.from({ length: slotCount }, (_, slot) =>
    update.bind({ program, args: args.slot(slot), weights, memory, status, members, ...own }),
  );
}
