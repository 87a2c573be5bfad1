import groupedShader from '../../shaders/kernels/grouped.wgsl';
import { DeviceError } from '../errors.ts';
import { createKernel } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import { BLOCK } from '../ops/op.ts';
import { choiceSet } from '../ops/registry.ts';
import { FieldDispatch } from './field-dispatch.ts';
import type { FieldRoad } from './field-road.ts';
import type { GpuModel } from './gpu-model.ts';
import { widestState } from './layered-program.ts';

/** Bytes of a block of four points in float32 (kernels/grouped.wgsl). */
const BLOCK_BYTES = 16;
const KINDS = 3;
/** Sums of a workgroup, of three kinds each: 64 invocations with eight rows of four points, or 128 with four. */
const GROUP_SUMS = 2048;
/**
 * On a software adapter, where it is only tested: on SwiftShader each number of workgroup memory is an instruction that sets
 * it to 0, and takes time to compile.
 */
const FEW_SUMS = 512;
/** Invocations side by side that the last step of the kernel wants. */
const LEAST_ROW_LANES = 4;
/** Numbers that the kernel keeps of each point besides its entries. */
const TOPS = 5;

/**
 * The road for layers of some dozen rows on a GPU: one dispatch, a workgroup for some points, whose states and tangents
 * stay in its memory. It takes programs that are layered and not wider than MOST_GROUPED_ROWS.
 *
 * @param rowTile - rows of an invocation. Eight have 96 sums in registers, which not all GPUs have; four have half of them, and
 * half the multiply-adds for a load of an entry.
 * @throws DeviceError if the states of four points do not fit there.
 */
export async function createGroupedRoad(
  scope: Scope,
  model: GpuModel,
  rowTile: 4 | 8,
  slow: boolean,
): Promise<FieldRoad> {
  const { device, network } = model;
  const rows = widestState(network.program);
  const rowLanes = Math.max(LEAST_ROW_LANES, Math.ceil(rows / rowTile));
  const blockBytes = BLOCK_BYTES * (KINDS * rowTile * rowLanes + TOPS);
  const limit = device.limits.maxComputeWorkgroupStorageSize;
  if (limit < blockBytes) {
    throw new DeviceError(
      'limit',
      `the states of four points take ${blockBytes} bytes, but this device has workgroup memory of ${limit}; use narrower layers`,
    );
  }
  const lanes = (slow ? FEW_SUMS : GROUP_SUMS) / (BLOCK * rowTile);
  const wanted = Math.max(1, Math.floor(lanes / rowLanes));
  const pointLanes = Math.min(wanted, Math.floor(limit / blockBytes));
  const kernel = await createKernel(device, groupedShader, {
    constants: {
      ROW_TILE: rowTile,
      ROW_BLOCKS: rowTile / BLOCK,
      ROW_LANES: rowLanes,
      POINT_LANES: pointLanes,
    },
    overrides: { ACTIVATION_SET: choiceSet(network.program.ops) },
  });
  const groupPixels = BLOCK * pointLanes;
  const pixels = new FieldDispatch(scope, model, kernel, groupPixels);
  return {
    name: rowTile === 8 ? 'grouped' : 'grouped-4',
    capacity: Infinity,
    grain: groupPixels,
    record: (...parts) => pixels.record(...parts),
  };
}
