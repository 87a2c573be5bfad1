import groupedShader from '../../shaders/kernels/grouped.wgsl';
import { DeviceError } from '../errors.ts';
import { createKernel } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import { activationSet } from '../math/activations.ts';
import { BLOCK } from '../ops/op.ts';
import { FieldDispatch } from './field-dispatch.ts';
import type { FieldRoad } from './field-road.ts';
import type { GpuModel } from './gpu-model.ts';
import { widestState } from './layered-program.ts';

/** Rows of an invocation, and bytes of a block of four points in float32 (kernels/grouped.wgsl). */
const ROW_TILE = 8;
const BLOCK_BYTES = 16;
const KINDS = 3;
/** Invocations of a workgroup: two subgroups of most GPUs. */
const LANES = 64;
/**
 * On a software adapter, where it is only tested: on SwiftShader each number of workgroup memory is an instruction that sets
 * it to 0, and takes time to compile.
 */
const FEW_LANES = 16;
/** Invocations side by side that the last step of the kernel wants. */
const LEAST_ROW_LANES = 4;
/** Numbers that the kernel keeps of each point besides its entries. */
const TOPS = 5;

/**
 * The road for layers of some dozen rows on a GPU: one dispatch, a workgroup for some points, whose states and tangents
 * stay in its memory. It takes programs that are layered and not wider than MOST_GROUPED_ROWS.
 *
 * @throws DeviceError if the states of four points do not fit there.
 */
export async function createGroupedRoad(
  scope: Scope,
  model: GpuModel,
  slow: boolean,
): Promise<FieldRoad> {
  const { device, network } = model;
  const rows = widestState(network.program);
  const rowLanes = Math.max(LEAST_ROW_LANES, Math.ceil(rows / ROW_TILE));
  const blockBytes = BLOCK_BYTES * (KINDS * ROW_TILE * rowLanes + TOPS);
  const limit = device.limits.maxComputeWorkgroupStorageSize;
  if (limit < blockBytes) {
    throw new DeviceError(
      'limit',
      `the states of four points take ${blockBytes} bytes, but this device has workgroup memory of ${limit}; use narrower layers`,
    );
  }
  const wanted = Math.max(1, Math.floor((slow ? FEW_LANES : LANES) / rowLanes));
  const pointLanes = Math.min(wanted, Math.floor(limit / blockBytes));
  const activations = network.program.ops.flatMap((op) =>
    op.name === 'activation' ? [op.activation] : [],
  );
  const kernel = await createKernel(device, groupedShader, {
    constants: {
      ROW_LANES: rowLanes,
      POINT_LANES: pointLanes,
    },
    overrides: { ACTIVATION_SET: activationSet(activations) },
  });
  const groupPixels = BLOCK * pointLanes;
  const pixels = new FieldDispatch(scope, model, kernel, groupPixels);
  return {
    name: 'grouped',
    capacity: Infinity,
    grain: groupPixels,
    record: (...parts) => pixels.record(...parts),
  };
}
