import exponentShader from '../../shaders/kernels/exponent.wgsl';
import { createArguments, createKernel, dispatch } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import { blockCount } from '../ops/op.ts';
import type { FieldRoad } from './field-road.ts';
import type { GpuModel } from './gpu-model.ts';
import {
  COLUMN_LANES,
  createTangentColumns,
  type PointSource,
  type PointTargets,
} from './tangent-columns.ts';

/** Exponents of two tangents, op by op; rows are λ₁, λ₂, ds, dt. */
export interface PlaneRows {
  readonly capacity: number;
  record(
    pass: GPUComputePassEncoder,
    source: PointSource,
    targets: PointTargets,
    place: LayerPlace,
    first: number,
    end: number,
  ): void;
}

export async function createPlaneRows(
  scope: Scope,
  model: GpuModel,
  slow: boolean,
): Promise<PlaneRows> {
  const [columns, exponent] = await Promise.all([
    createTangentColumns(scope, model, slow, { sideCount: 2, opCount: 0, extraBlocks: 0 }),
    createKernel(model.device, exponentShader),
  ]);
  const { outputWidth, program } = model.network;
  const { ops } = program;
  const args = createArguments(scope, exponent);
  return {
    capacity: columns.stride,
    record(pass, source, { rows, statuses, outputs }, place, first, end) {
      columns.record(pass, source, place.opCount, first, end);
      args.write(0, {
        firstPixel: first,
        endPixel: end,
        columnStride: columns.stride,
        tangentOffset: columns.tangentOffset(place.opCount),
        tangentBlocks: blockCount(ops[place.opCount - 1].outputWidth),
        topPlace: columns.topPlace(place.opCount),
        outputOffset: columns.stateOffset(ops.length),
        outputWidth,
        span: place.span,
        rank: place.rank,
      });
      const { states, tangents, tops, powers } = columns;
      const own = { args: args.slot(0), states, tangents, tops, powers };
      const bound = exponent.bind({ ...own, exponents: rows, statuses, outputs });
      dispatch(pass, exponent, bound, [Math.ceil((end - first) / COLUMN_LANES)]);
    },
  };
}

/** The road for networks of any width: a dispatch an op, states and tangents in buffers. */
export async function createByOpRoad(
  scope: Scope,
  model: GpuModel,
  slow: boolean,
): Promise<FieldRoad> {
  const planeRows = await createPlaneRows(scope, model, slow);
  // The plane's u and v are the tangents; nothing has been scaled yet.
  const seedPlace = blockCount(model.network.inputWidth);
  return {
    name: 'by-op',
    capacity: planeRows.capacity,
    record(pass, { place, buffers, plane, coordinates }, first, end) {
      const { exponents: rows, statuses, outputs, width } = buffers;
      const grid = { coordinates, width };
      const source = { places: plane, grid, seeds: plane, seedPlace, seedTop: 0 };
      planeRows.record(pass, source, { rows, statuses, outputs }, place, first, end);
    },
  };
}
