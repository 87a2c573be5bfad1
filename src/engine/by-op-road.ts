import exponentShader from '../../shaders/kernels/exponent.wgsl';
import forwardShader from '../../shaders/kernels/forward.wgsl';
import pointsShader from '../../shaders/kernels/points.wgsl';
import tangentShader from '../../shaders/kernels/tangent.wgsl';
import { BufferUsage } from '../gpu/flags.ts';
import { createArguments, createKernel, dispatch } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import { blockCount, BLOCK, type Op } from '../ops/op.ts';
import { slotLength } from '../wgsl/program.ts';
import type { FieldRoad } from './field-road.ts';
import { chooseShape, columnOptions, columnStride, fittingColumns } from './gpu-columns.ts';
import type { GpuModel } from './gpu-model.ts';

/** Bytes of states and tangents that are kept at a time. */
const MOST_BYTES = { slow: 2 ** 25, fast: 2 ** 28 };
const MOST_COLUMNS = 65_536;
/** Buffer `tops` (kernels/tangent.wgsl): three slots in turn for ops, one for all numbers met. */
const TOP_SLOTS = 4;

/** The road for networks of any width: a dispatch an op, states and tangents in buffers. */
export async function createByOpRoad(
  scope: Scope,
  model: GpuModel,
  slow: boolean,
): Promise<FieldRoad> {
  const { device, parameters } = model;
  const { program, inputWidth, outputWidth } = model.network;
  const { ops } = program;
  const shape = chooseShape(program, slow, 'by-op');
  const options = columnOptions(program, shape);
  const [points, forward, tangent, exponent] = await Promise.all([
    createKernel(device, pointsShader),
    createKernel(device, forwardShader, options),
    createKernel(device, tangentShader, options),
    createKernel(device, exponentShader),
  ]);

  const slot = slotLength(ops);
  const byteLength = (slow ? MOST_BYTES.slow : MOST_BYTES.fast) / 2;
  const stride = Math.min(
    fittingColumns(device, shape, 4 * slot, byteLength),
    columnStride(shape, MOST_COLUMNS),
  );
  const { storage } = BufferUsage;
  const states = scope.buffer('states', stride * 2 * slot * 4, storage);
  const tangents = scope.buffer('tangents', stride * 4 * slot * 4, storage);
  const tops = scope.buffer('tops', stride * TOP_SLOTS * 4, storage);
  const powers = scope.buffer('powers', stride * 4, storage);
  const args = {
    points: createArguments(scope, points),
    forward: createArguments(scope, forward, ops.length),
    tangent: createArguments(scope, tangent, ops.length),
    exponent: createArguments(scope, exponent),
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

  return {
    name: 'by-op',
    capacity: stride,
    record(pass, { place, buffers, plane, coordinates }, first, end) {
      const { exponents, statuses, outputs, width } = buffers;
      const columnCount = end - first;
      if (argsCount !== columnCount) {
        ops.forEach((_, index) => {
          const columns = { columnCount, columnStride: stride };
          args.forward.write(index, { firstOp: index, opCount: 1, ...columns });
          args.tangent.write(index, { opIndex: index, ...columns });
        });
        argsCount = columnCount;
      }
      args.points.write(0, {
        firstPixel: first,
        endPixel: end,
        width,
        rowPlace: width,
        inputWidth,
        columnStride: stride,
        columnCount: columnStride(shape, columnCount),
      });
      const ends = ops[place.opCount - 1];
      args.exponent.write(0, {
        firstPixel: first,
        endPixel: end,
        columnStride: stride,
        tangentOffset: ((place.opCount % 2) * slot) / BLOCK,
        tangentBlocks: blockCount(ends.outputWidth),
        topPlace: (place.opCount - 1) % (TOP_SLOTS - 1),
        outputOffset: ((ops.length % 2) * slot) / BLOCK,
        outputWidth,
        span: place.span,
      });
      const lanes = Math.ceil(columnStride(shape, columnCount) / 64);
      const start = { args: args.points.slot(0), plane, coordinates };
      const column = { states, tangents, tops, powers };
      dispatch(pass, points, points.bind({ ...start, ...column }), [lanes]);
      const columnGroups = columnStride(shape, columnCount) / columnStride(shape, 1);
      ops.forEach((op, index) => {
        const groups = [columnGroups, rowGroups(op)] as const;
        dispatch(pass, forward, boundForward[index], groups);
        if (index < place.opCount) dispatch(pass, tangent, boundTangent[index], groups);
      });
      const last = { args: args.exponent.slot(0), exponents, statuses, outputs };
      dispatch(pass, exponent, exponent.bind({ ...last, ...column }), [lanes]);
    },
  };
}
