import { BufferUsage } from '../gpu/flags.ts';
import { createKernel, dispatch, type ArgumentSlots, type Kernel } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import type { Optimizer } from '../model/training.ts';
import { BLOCK } from '../ops/op.ts';
import { opRules } from '../ops/registry.ts';
import narrowUpdateShader from '../../shaders/kernels/narrow-update.wgsl';
import updateShader from '../../shaders/kernels/update.wgsl';
import {
  columnStride,
  recordBackward,
  type ColumnKernels,
  type ColumnShape,
  type ColumnStates,
} from './gpu-columns.ts';
import type { ResidentNetworks } from './gpu-model.ts';

/** The numbers of shaders/lib/training.wgsl. */
const OPTIMIZER_CODES = { sgd: 0, adam: 1 } as const;

export function createUpdateKernel(
  device: GPUDevice,
  { road, tile }: ColumnShape,
  optimizer: Optimizer,
  lanes: number,
): Promise<Kernel> {
  const overrides = { LANES: lanes, OPTIMIZER: OPTIMIZER_CODES[optimizer] };
  return road === 'narrow'
    ? createKernel(device, narrowUpdateShader, { overrides: { ...overrides, TILE: tile } })
    : createKernel(device, updateShader, { overrides });
}

/** What takes cotangents of the outputs to new weights. */
export interface DescentKernels {
  readonly columns: ColumnKernels;
  readonly update: Kernel;
  /** Lanes of a workgroup of update. */
  readonly lanes: number;
}

/** Buffers of the training that it works on (gpu-training.ts). */
export interface DescentBuffers {
  /** Those of the outputs are given; on the narrow road, nothing else of them is used. */
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

/** Floats that a column of all networks takes beside states and cotangents. */
export function descentLength(networks: ResidentNetworks, { road, tile }: ColumnShape): number {
  return road === 'narrow' ? (networks.count * (networks.parameterStride + BLOCK)) / tile : 0;
}

/** Records backward and update of the step, or part of a step, whose arguments are in that slot. */
export type Descent = (pass: GPUComputePassEncoder, slot: number) => void;

export function createDescent(
  scope: Scope,
  networks: ResidentNetworks,
  kernels: DescentKernels,
  columns: ColumnStates,
  buffers: DescentBuffers,
): Descent {
  const create = kernels.columns.shape.road === 'narrow' ? createNarrow : createGeneral;
  return create(scope, networks, kernels, columns, buffers);
}

/** Cotangents of all ops go to memory, and each block of parameters sums over all columns. */
const createGeneral: typeof createDescent = (scope, networks, kernels, columns, buffers) => {
  const { cotangents, firstOp } = buffers;
  const { states } = columns;
  const { ops } = networks.network.program;
  const { update, lanes } = kernels;
  const backward = recordBackward(scope, networks, kernels.columns, columns, cotangents, firstOp);
  const slots = bindUpdates(networks, update, buffers, { states, cotangents });
  // A piece has four blocks of weights, so this many lanes have one piece each, or nearly.
  const longest = Math.max(...ops.map((op) => opRules(op).parameterLength(op)));
  const pieceGroups = Math.min(4096, Math.ceil(longest / (4 * BLOCK * lanes)));
  const grid = [pieceGroups, ops.length - firstOp, networks.count] as const;
  return (pass, slot) => {
    backward(pass);
    dispatch(pass, update, slots[slot], grid);
  };
};

/** Tiles of columns sum their part of the gradients on chip, and each block of parameters sums over tiles. */
const createNarrow: typeof createDescent = (scope, networks, kernels, columns, buffers) => {
  const { cotangents, args, slotCount } = buffers;
  const { states, columnCount } = columns;
  const { update, lanes } = kernels;
  const { shape, backward: gradient } = kernels.columns;
  const stride = columnStride(shape, columnCount);
  const byteLength = 4 * stride * descentLength(networks, shape);
  const partials = scope.buffer('partials', byteLength, BufferUsage.storage);
  const program = networks.program('keep');
  const gradients = Array.from({ length: slotCount }, (_, slot) =>
    gradient.bind({
      program,
      parameters: networks.weights,
      args: args.slot(slot),
      states,
      cotangents,
      partials,
    }),
  );
  const slots = bindUpdates(networks, update, buffers, { partials });
  const columnGroups = stride / columnStride(shape, 1);
  const blockGroups = Math.ceil(networks.parameterStride / (BLOCK * lanes));
  return (pass, slot) => {
    dispatch(pass, gradient, gradients[slot], [columnGroups, 1, networks.count]);
    dispatch(pass, update, slots[slot], [blockGroups, 1, networks.count]);
  };
};

function bindUpdates(
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
