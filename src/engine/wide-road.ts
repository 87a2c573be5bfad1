import wideShader from '../../shaders/kernels/wide.wgsl';
import { asError } from '../errors.ts';
import { isSwiftShader, softwareLanes } from '../gpu/adapter.ts';
import { createKernel } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import { programCost } from '../model/program-cost.ts';
import { BLOCK, blockCount } from '../ops/op.ts';
import { choiceSet } from '../ops/registry.ts';
import { createByOpRoad } from './by-op-road.ts';
import { FieldDispatch } from './field-dispatch.ts';
import type { FieldRoad } from './field-road.ts';
import type { GpuModel } from './gpu-model.ts';
import { widestState } from './layered-program.ts';

/** Rows up to which a kernel for four points an invocation is compiled soon, and waited for. */
const FEW_ROWS = 64;
/**
 * Cost of all pixels (model/program-cost.ts) from which on a kernel for eight points is worth the time that it takes to
 * compile beyond those rows, 22 s at 250: about twenty seconds of work.
 */
const MUCH_WORK = 1.2e9;
/** Points of an invocation: of a kernel that is compiled soon, and of one that is faster. */
const FEW_POINTS = 4;
const MORE_POINTS = 8;
/** Weights that are loaded together. */
const CHUNK = 16;
/**
 * Inputs up to which the first layer has code of its own, for no more of them than there are; but not in a kernel that a
 * faster one follows soon, which is compiled in a fifth less time without.
 */
const FEW_INPUTS = 8;
/** Workgroups of a submission: enough to share them out evenly to a few cores. */
const GROUPS = 4;

/**
 * The road for wide networks on a software adapter: one dispatch, a few pixels an invocation. It takes programs that
 * are layered and not wider than MOST_WIDE_ROWS.
 *
 * Up to 64 rows a kernel for four points an invocation is waited for; beyond, fields are made op by op until it has been
 * compiled. On SwiftShader a faster one for eight points follows, beyond 64 rows once there was much to do. Other adapters
 * take too long to compile it, and run it at half the speed (docs/kernels.md).
 */
export async function createWideRoad(
  scope: Scope,
  model: GpuModel,
  muchWork = MUCH_WORK,
): Promise<FieldRoad> {
  const { program } = model.network;
  const isNarrow = widestState(program) <= FEW_ROWS;
  const cost = programCost(program);
  const takesMore = isSwiftShader(model.device);
  let road = isNarrow
    ? await createKernelRoad(scope, model, FEW_POINTS, takesMore)
    : await createByOpRoad(scope, model, true);
  let better: Promise<void> | null = null;
  let best: Promise<void> | null = null;
  let failure: Error | null = null;
  let work = 0;
  const changeOver = async (points: number): Promise<void> => {
    try {
      road = await createKernelRoad(scope, model, points);
    } catch (error) {
      if (!scope.disposed) failure = asError(error);
    }
  };
  return {
    name: 'wide',
    get capacity() {
      return road.capacity;
    },
    get grain() {
      return road.grain ?? 1;
    },
    get isStopgap() {
      return road.name === 'by-op';
    },
    improve() {
      if (isNarrow) return takesMore ? (better ??= changeOver(MORE_POINTS)) : Promise.resolve();
      better ??= changeOver(FEW_POINTS);
      if (takesMore && work > muchWork) best ??= better.then(() => changeOver(MORE_POINTS));
      return best ?? better;
    },
    record(pass, job, first, end) {
      if (failure) throw failure;
      work += (end - first) * cost;
      road.record(pass, job, first, end);
    },
  };
}

/**
 * @param points - of an invocation.
 * @param isBrief - a faster one follows soon: that it is compiled in less time counts more than how fast it is.
 */
async function createKernelRoad(
  scope: Scope,
  model: GpuModel,
  points: number,
  isBrief = false,
): Promise<FieldRoad> {
  const { device, network } = model;
  const { inputWidth, program } = network;
  const rows = BLOCK * blockCount(widestState(program));
  const lanes = softwareLanes(device);
  const hasNarrowLayer = inputWidth <= FEW_INPUTS && !isBrief;
  const kernel = await createKernel(device, wideShader, {
    constants: {
      POINTS: points,
      FOURS: points / BLOCK,
      COLUMNS: 3 * points,
      QUADS: (3 * points) / BLOCK,
      WIDTH: rows,
      CHUNKS: Math.floor(rows / CHUNK),
      REST: (rows % CHUNK) / BLOCK,
      PARTS: Math.ceil(rows / CHUNK),
      NARROW_LAYERS: Number(hasNarrowLayer),
      INPUTS: hasNarrowLayer ? inputWidth : 1,
      SUBGROUPS: Number(device.features.has('subgroups')),
    },
    overrides: { LANES: lanes, ACTIVATION_SET: choiceSet(program.ops) },
  });
  const pixels = new FieldDispatch(scope, model, kernel, points * lanes);
  return {
    name: 'wide',
    capacity: Infinity,
    grain: GROUPS * lanes * points,
    record: (...parts) => pixels.record(...parts),
  };
}
