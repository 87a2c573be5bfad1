import { DeviceError } from '../errors.ts';
import { bindingLimit } from '../gpu/binding-limit.ts';
import {
  createArguments,
  createKernel,
  dispatch,
  type Kernel,
  type KernelOptions,
} from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import type { Program } from '../model/network.ts';
import { BLOCK, blockCount } from '../ops/op.ts';
import { choiceSet } from '../ops/registry.ts';
import type { StatePlacement } from '../wgsl/program.ts';
import backwardShader from '../../shaders/kernels/backward.wgsl';
import forwardShader from '../../shaders/kernels/forward.wgsl';
import type { ResidentNetworks } from './gpu-model.ts';
import { isLayered, widestState } from './layered-program.ts';
import { opRuns } from './op-runs.ts';

/**
 * Whether one dispatch runs all ops, with states in buffers, or each as many as op-runs.ts lets it. `narrow` has
 * one with rows on chip, which sums gradients of parameters instead of writing cotangents (narrow-descent.ts).
 */
export type Road = 'narrow' | 'whole' | 'by-op';

/** How columns are shared out to invocations (kernels/forward.wgsl, backward.wgsl). */
export interface ColumnShape {
  readonly road: Road;
  /** Columns of an invocation. */
  readonly tile: number;
  /** Invocations of a workgroup, along columns and along rows of blocks. */
  readonly columnLanes: number;
  readonly rowLanes: number;
}

export interface ForwardKernel {
  readonly shape: ColumnShape;
  readonly forward: Kernel;
}

export interface ColumnKernels extends ForwardKernel {
  readonly backward: Kernel;
}

/** Records dispatches into a pass. */
export type Recorder = (pass: GPUComputePassEncoder) => void;

/** Rows of the widest state up to which the code of kernels that keep states on chip is compiled in time. */
const MOST_NARROW_ROWS = 16;
/** Blocks of the widest output of an op up to which one workgroup takes its columns through the whole program. */
const WHOLE_BLOCKS = 32;

/**
 * The shape for a program.
 *
 * On a software adapter, subgroups of four lanes run one after the other: a workgroup is one of them,
 * with enough columns to use each weight four times. On a GPU, lanes are plenty and waiting is cheap.
 */
export function chooseShape(program: Program, slow: boolean, road?: Road): ColumnShape {
  const blocks = blockCount(Math.max(...program.ops.map((op) => op.outputWidth)));
  if (slow) return { road: road ?? 'whole', tile: 8, columnLanes: 4, rowLanes: 1 };
  if ((road ?? (blocks <= WHOLE_BLOCKS ? 'whole' : 'by-op')) === 'by-op') {
    return { road: 'by-op', tile: 4, columnLanes: 8, rowLanes: 8 };
  }
  const rowLanes = Math.min(16, 2 ** Math.ceil(Math.log2(blocks)));
  return { road: 'whole', tile: 1, columnLanes: 64 / rowLanes, rowLanes };
}

/** The road for training a program, where it differs from that of all else. */
export function trainingRoad(program: Program, slow: boolean): Road | undefined {
  const isNarrow = isLayered(program, { opCount: 0 }) && widestState(program) <= MOST_NARROW_ROWS;
  return slow && isNarrow ? 'narrow' : undefined;
}

/** How kernels over columns are compiled for a program: its activations alone are in. */
export function columnOptions({ ops }: Program, shape: ColumnShape): KernelOptions {
  return {
    constants: { TILE: shape.tile },
    overrides: {
      COLUMN_LANES: shape.columnLanes,
      ROW_LANES: shape.rowLanes,
      ACTIVATION_SET: choiceSet(ops),
    },
  };
}

/** Compiles both directions for a program, on any road but narrow. */
export async function createColumnKernels(
  device: GPUDevice,
  program: Program,
  shape: ColumnShape,
): Promise<ColumnKernels> {
  const options = columnOptions(program, shape);
  const [forward, backward] = await Promise.all([
    createKernel(device, forwardShader, options),
    createKernel(device, backwardShader, options),
  ]);
  return { shape, forward, backward };
}

/** Columns up to the next whole workgroup: buffers of columns have this stride. */
export function columnStride({ tile, columnLanes }: ColumnShape, columnCount: number): number {
  const group = tile * columnLanes;
  return group * Math.ceil(columnCount / group);
}

/**
 * How many columns of this many floats fit into `byteLength`, in whole workgroups.
 *
 * @throws DeviceError if not even one workgroup's fit into a buffer of the device.
 */
export function fittingColumns(
  device: GPUDevice,
  shape: ColumnShape,
  columnLength: number,
  byteLength: number,
): number {
  const group = columnStride(shape, 1);
  const groupBytes = 4 * columnLength * group;
  const limit = bindingLimit(device);
  if (groupBytes > limit) {
    throw new DeviceError(
      'limit',
      `the states of ${group} samples take ${groupBytes} bytes, but this device binds at most ${limit}; use fewer or narrower layers`,
    );
  }
  return group * Math.max(1, Math.floor(Math.min(byteLength, limit) / groupBytes));
}

/** States of columns of all networks, [network][block][stride]. */
export interface ColumnStates {
  readonly states: GPUBuffer;
  /** Floats of a column. */
  readonly length: number;
  readonly columnCount: number;
}

/** Takes the inputs in `states` through all ops, for every network. */
export function recordForward(
  scope: Scope,
  networks: ResidentNetworks,
  { shape, forward }: ForwardKernel,
  { states, length, columnCount }: ColumnStates,
  placement: StatePlacement,
): Recorder {
  const { ops } = networks.network.program;
  const runs = opRuns(ops, (op) => op.outputWidth, blocksPerGroup(shape), placement);
  const args = createArguments(scope, forward, runs.length);
  const stride = columnStride(shape, columnCount);
  const { weights: parameters } = networks;
  const program = networks.program(placement);
  const blocks = columnBlocks(networks, length);
  const parts = runs.map(({ first, count, rowGroups }, slot) => {
    const columns = { columnCount, columnStride: stride, ...blocks };
    args.write(slot, { firstOp: first, opCount: count, ...columns });
    const groups = forward.bind({ program, parameters, args: args.slot(slot), states });
    return { groups, rowGroups };
  });
  const columnGroups = stride / columnStride(shape, 1);
  return (pass) => {
    for (const { groups, rowGroups } of parts) {
      dispatch(pass, forward, groups, [columnGroups, rowGroups, networks.count]);
    }
  };
}

/** Takes the cotangents of the outputs back to the output of op `firstOp`; placement `keep`. */
export function recordBackward(
  scope: Scope,
  networks: ResidentNetworks,
  { shape, backward }: ColumnKernels,
  { states, length, columnCount }: ColumnStates,
  cotangents: GPUBuffer,
  firstOp: number,
): Recorder {
  const { ops } = networks.network.program;
  const backwards = ops.slice(firstOp + 1).reverse();
  const runs = opRuns(backwards, (op) => op.inputWidth, blocksPerGroup(shape), 'keep');
  const args = createArguments(scope, backward, Math.max(1, runs.length));
  const stride = columnStride(shape, columnCount);
  const { weights: parameters } = networks;
  const program = networks.program('keep');
  const blocks = columnBlocks(networks, length);
  const parts = runs.map(({ first, count, rowGroups }, slot) => {
    const lastOp = ops.length - 1 - first;
    args.write(slot, { lastOp, opCount: count, columnCount, columnStride: stride, ...blocks });
    const resources = { program, parameters, args: args.slot(slot), states, cotangents };
    return { groups: backward.bind(resources), rowGroups };
  });
  const columnGroups = stride / columnStride(shape, 1);
  return (pass) => {
    for (const { groups, rowGroups } of parts) {
      dispatch(pass, backward, groups, [columnGroups, rowGroups, networks.count]);
    }
  };
}

function blocksPerGroup({ road, rowLanes }: ColumnShape): number {
  return road === 'by-op' ? rowLanes : Infinity;
}

/** What kernels need to find a network's states and parameters. */
export function columnBlocks(
  { parameterStride }: ResidentNetworks,
  columnLength: number,
): { stateBlocks: number; parameterBlocks: number } {
  return { stateBlocks: columnLength / BLOCK, parameterBlocks: parameterStride / BLOCK };
}
