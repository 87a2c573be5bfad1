import type { ArgumentSlots, Kernel } from '../gpu/kernel.ts';
import { createKernel, dispatch } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import type { Program } from '../model/network.ts';
import type { Optimizer } from '../model/training.ts';
import { BLOCK } from '../ops/op.ts';
import { opRules } from '../ops/registry.ts';
import updateShader from '../../shaders/kernels/update.wgsl';
import {
  createColumnKernels,
  recordBackward,
  type ColumnShape,
  type ColumnStates,
  type ForwardKernel,
} from './gpu-columns.ts';
import type { ResidentNetworks } from './gpu-model.ts';

/** The numbers of shaders/lib/training.wgsl. */
const OPTIMIZER_CODES = { sgd: 0, adam: 1 } as const;

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

/** @param lanes - of a workgroup of the update. */
export async function createDescentKernels(
  device: GPUDevice,
  program: Program,
  shape: ColumnShape,
  optimizer: Optimizer,
  lanes: number,
): Promise<DescentKernels> {
  const overrides = { LANES: lanes, OPTIMIZER: OPTIMIZER_CODES[optimizer] };
  if (shape.road === 'narrow') {
    // Software adapters alone take it.
    const { createNarrowKernels } = await import('./narrow-descent.ts');
    return createNarrowKernels(device, program, shape, overrides);
  }
  const [columns, update] = await Promise.all([
    createColumnKernels(device, program, shape),
    createKernel(device, updateShader, { overrides }),
  ]);
  return {
    forward: columns,
    columnLength: () => 0,
    create(scope, networks, states, buffers) {
      const { cotangents, firstOp } = buffers;
      const { ops } = program;
      const backward = recordBackward(scope, networks, columns, states, cotangents, firstOp);
      const slots = bindUpdates(networks, update, buffers, { states: states.states, cotangents });
      // A piece has four blocks of weights, so this many lanes have one piece each, or nearly.
      const longest = Math.max(...ops.map((op) => opRules(op).parameterLength(op)));
      const pieceGroups = Math.min(4096, Math.ceil(longest / (4 * BLOCK * lanes)));
      const grid = [pieceGroups, ops.length - firstOp, networks.count] as const;
      return (pass, slot) => {
        backward(pass);
        dispatch(pass, update, slots[slot], grid);
      };
    },
  };
}

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
