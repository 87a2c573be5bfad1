import fieldShader from '../../shaders/kernels/field.wgsl';
import { asError } from '../errors.ts';
import { createKernel } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import type { Program } from '../model/network.ts';
import { BLOCK } from '../ops/op.ts';
import { choiceSet, opRules, OPS } from '../ops/registry.ts';
import { FieldDispatch } from './field-dispatch.ts';
import type { FieldRoad } from './field-road.ts';
import type { GpuModel } from './gpu-model.ts';
import { widestState } from './layered-program.ts';

/** Widest state that is kept on chip. */
const MOST_ROWS = 32;
/** Rows up to which the product's code is written out in full. */
const MOST_WRITTEN = 12;
/** Ops of a layer: affine, activation. */
const PERIOD = 2;

/** Whether the fused kernel can take the exponent there: layers of one activation, narrow enough. */
export function canFuse({ ops }: Program, { opCount }: Pick<LayerPlace, 'opCount'>): boolean {
  if (widestState({ ops }) > MOST_ROWS || opCount % PERIOD !== 0) return false;
  const [, first] = ops;
  return ops.slice(0, opCount).every((op, index) => {
    if (index % PERIOD === 0) return op.name === 'affine';
    return (
      op.name === 'activation' && first.name === 'activation' && op.activation === first.activation
    );
  });
}

/**
 * The road for narrow networks: one dispatch, a few pixels an invocation.
 *
 * Several points share each weight that is loaded, which a software adapter needs to be fast, but their
 * code takes it the better part of a second to compile. So it starts with one point, and changes over
 * once the other kernel is there; both give the same numbers.
 */
export async function createFusedRoad(
  scope: Scope,
  model: GpuModel,
  slow: boolean,
): Promise<FieldRoad> {
  const width = widestState(model.network.program);
  const written = width <= MOST_WRITTEN ? width : 0;
  let variant = await createVariant(scope, model, 1, slow ? 0 : written, slow);
  let better: Promise<void> | null = slow ? null : Promise.resolve();
  let failure: Error | null = null;
  return {
    name: 'fused',
    capacity: Infinity,
    improve() {
      better ??= createVariant(scope, model, written > 0 ? 4 : 2, written, slow).then(
        (found) => {
          variant = found;
        },
        (error: unknown) => {
          if (!scope.disposed) failure = asError(error);
        },
      );
      return better;
    },
    record(...parts) {
      if (failure) throw failure;
      variant.record(...parts);
    },
  };
}

/** The same on a GPU with two points an invocation, which load half the weights and hold twice the numbers. */
export async function createPairedRoad(scope: Scope, model: GpuModel): Promise<FieldRoad> {
  const width = widestState(model.network.program);
  const variant = await createVariant(scope, model, 2, width <= MOST_WRITTEN ? width : 0, false);
  return {
    name: 'fused-2',
    capacity: Infinity,
    record: (...parts) => variant.record(...parts),
  };
}

async function createVariant(
  scope: Scope,
  model: GpuModel,
  points: number,
  written: number,
  slow: boolean,
): Promise<FieldDispatch> {
  const { ops } = model.network.program;
  const width = widestState({ ops });
  const lanes = slow ? 16 : 64;
  const kernel = await createKernel(model.device, fieldShader, {
    constants: {
      POINTS: points,
      TILE: points,
      COLUMNS: 3 * points,
      INPUTS: model.network.inputWidth,
      WIDTH: width,
      WRITTEN: written,
      BLOCKS: Math.floor(width / BLOCK),
      REST: width % BLOCK,
      QUADS: Math.ceil((width * points) / 4),
      CHOICE: opRules(ops[1]).shaderFields(ops[1]).choice,
      PERIOD,
      CODES: OPS.affine.code + 16 * OPS.activation.code,
      SUBGROUPS: Number(slow && model.device.features.has('subgroups')),
    },
    overrides: { LANES: lanes, ACTIVATION_SET: choiceSet(ops) },
  });
  return new FieldDispatch(scope, model, kernel, points * lanes);
}
