import forwardShader from '../../shaders/kernels/forward.wgsl';
import pointsShader from '../../shaders/kernels/points.wgsl';
import tangentShader from '../../shaders/kernels/tangent.wgsl';
import { BufferUsage } from '../gpu/flags.ts';
import { createArguments, createKernel, dispatch } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import { BLOCK, blockCount, type Op } from '../ops/op.ts';
import { alternateLength, alternateOffset } from '../wgsl/program.ts';
import { chooseShape, columnOptions, columnStride, fittingColumns } from './gpu-columns.ts';
import type { GpuModel } from './gpu-model.ts';

/** Bytes of states and tangents that are kept at a time. */
const MOST_BYTES = { slow: 2 ** 25, fast: 2 ** 28 };
const MOST_COLUMNS = 65_536;
/** Buffer `tops` (kernels/tangent.wgsl): three slots in turn for ops, one for all numbers met. */
const TOP_SLOTS = 4;
/** Workgroups that share the tangents of a tile of points, on a GPU. */
const MOST_SIDE_GROUPS = 16;
/** Invocations of kernels that have one a column. */
export const COLUMN_LANES = 64;

/** Where tangents start: at the input, or behind the first op, whose part is in them already. */
export interface TangentStart {
  readonly sideCount: number;
  /** Ops that lie before it, 0 or 1. */
  readonly opCount: number;
  /** Blocks of a column of tangents besides those that ops need. */
  readonly extraBlocks: number;
}

/** The points of pixels of a plane, or of a list. */
export interface PointSource {
  /** Origin, u and v, or all points, each in whole blocks. */
  readonly places: GPUBuffer;
  /** s of each column, then t of each row; null for a list. */
  readonly grid: { readonly coordinates: GPUBuffer; readonly width: number } | null;
  /** Tangents at the start, [sideCount][blocks]. */
  readonly seeds: GPUBuffer;
  /** Blocks before them in their buffer. */
  readonly seedPlace: number;
  /** Bits of their largest |component|. */
  readonly seedTop: number;
}

/** Where results go: one row a point, exponents first. */
export interface PointTargets {
  readonly rows: GPUBuffer;
  /** Status + 256 · class of each point. */
  readonly statuses: GPUBuffer;
  /** [point][outputWidth] */
  readonly outputs: GPUBuffer;
}

/** States and tangents of a batch of points on the GPU, pushed through a program op by op. */
export interface TangentColumns {
  /** Most points of a batch. */
  readonly stride: number;
  readonly sideCount: number;
  readonly states: GPUBuffer;
  /** [block][sideCount][stride], from block `tangentBase` of a column of states on. */
  readonly tangents: GPUBuffer;
  readonly tops: GPUBuffer;
  readonly powers: GPUBuffer;
  /** First block of the state after so many ops, and of the tangents there. */
  stateOffset(opCount: number): number;
  tangentOffset(opCount: number): number;
  /** The first of the extra blocks. */
  readonly extraOffset: number;
  /** Where in tops the largest component of the tangents after so many ops stands. */
  topPlace(opCount: number): number;
  /** Records states of all ops for points `first` to before `end`, and tangents of the first `opCount`. */
  record(
    pass: GPUComputePassEncoder,
    source: PointSource,
    opCount: number,
    first: number,
    end: number,
  ): void;
}

/** @throws DeviceError if the device cannot hold a batch of the smallest size. */
export async function createTangentColumns(
  scope: Scope,
  model: GpuModel,
  slow: boolean,
  start: TangentStart,
): Promise<TangentColumns> {
  const { device, parameters } = model;
  const { program, inputWidth } = model.network;
  const { ops } = program;
  const { sideCount } = start;
  const shape = chooseShape(program, slow, 'by-op');
  const options = columnOptions(program, shape);
  const [points, forward, tangent] = await Promise.all([
    createKernel(device, pointsShader),
    createKernel(device, forwardShader, options),
    createKernel(device, tangentShader, options),
  ]);

  const stateLength = alternateLength(ops);
  const tangentBase = alternateOffset(ops, start.opCount && 1);
  const tangentLength = sideCount * (stateLength - tangentBase + BLOCK * start.extraBlocks);
  const byteLength = slow ? MOST_BYTES.slow : MOST_BYTES.fast;
  const stride = Math.min(
    fittingColumns(device, shape, Math.max(stateLength, tangentLength), byteLength),
    columnStride(shape, MOST_COLUMNS),
  );
  const { storage } = BufferUsage;
  const states = scope.buffer('states', stride * stateLength * 4, storage);
  const tangents = scope.buffer('tangents', stride * tangentLength * 4, storage);
  const tops = scope.buffer('tops', stride * TOP_SLOTS * 4, storage);
  const powers = scope.buffer('powers', stride * 4, storage);
  const args = {
    points: createArguments(scope, points),
    forward: createArguments(scope, forward, ops.length),
    tangent: createArguments(scope, tangent, ops.length),
  };
  const ownProgram = model.program('alternate');
  const boundForward = ops.map((_, index) =>
    forward.bind({ program: ownProgram, parameters, args: args.forward.slot(index), states }),
  );
  const boundTangent = ops.map((_, index) => {
    const own = { args: args.tangent.slot(index), states, tangents, tops, powers };
    return tangent.bind({ program: ownProgram, parameters, ...own });
  });
  let argsCount = 0;

  /** Ops whose rows depend on all inputs are shared out to more workgroups. */
  const rowGroups = (op: Op) =>
    slow || op.name !== 'affine' ? 1 : Math.ceil(blockCount(op.outputWidth) / shape.rowLanes);
  const sideGroups = slow ? 1 : Math.min(sideCount, MOST_SIDE_GROUPS);

  const stateOffset = (opCount: number) => alternateOffset(ops, opCount) / BLOCK;
  return {
    stride,
    sideCount,
    states,
    tangents,
    tops,
    powers,
    stateOffset,
    tangentOffset: (opCount) => stateOffset(opCount) - tangentBase / BLOCK,
    extraOffset: (stateLength - tangentBase) / BLOCK,
    topPlace: (opCount) => (opCount - 1) % (TOP_SLOTS - 1),
    record(pass, source, opCount, first, end) {
      const columnCount = end - first;
      if (argsCount !== columnCount) {
        const columns = { columnCount, columnStride: stride };
        ops.forEach((_, index) => {
          const own = { stateBlocks: 0, parameterBlocks: 0 };
          args.forward.write(index, { firstOp: index, opCount: 1, ...columns, ...own });
          const base = { sideCount, tangentBase: tangentBase / BLOCK };
          args.tangent.write(index, { opIndex: index, ...columns, ...base });
        });
        argsCount = columnCount;
      }
      const allColumns = columnStride(shape, columnCount);
      args.points.write(0, {
        firstPoint: first,
        endPoint: end,
        isList: source.grid ? 0 : 1,
        width: source.grid?.width ?? 1,
        rowPlace: source.grid?.width ?? 0,
        inputWidth,
        sideCount,
        seedPlace: source.seedPlace,
        seedBlocks: blockCount(start.opCount === 0 ? inputWidth : ops[0].outputWidth),
        seedOffset: 0,
        seedTop: source.seedTop,
        columnCount: allColumns,
        columnStride: stride,
      });
      const lanes = Math.ceil(allColumns / COLUMN_LANES);
      const bound = points.bind({
        args: args.points.slot(0),
        places: source.places,
        coordinates: source.grid?.coordinates ?? source.places,
        seeds: source.seeds,
        states,
        tangents,
        tops,
        powers,
      });
      dispatch(pass, points, bound, [lanes, sideGroups]);
      const columnGroups = allColumns / columnStride(shape, 1);
      ops.forEach((op, index) => {
        const groups = [columnGroups, rowGroups(op)] as const;
        dispatch(pass, forward, boundForward[index], groups);
        if (index >= start.opCount && index < opCount) {
          dispatch(pass, tangent, boundTangent[index], [...groups, sideGroups]);
        }
      });
    },
  };
}
