import fieldShader from '../../shaders/kernels/field.wgsl';
import { createArguments, createKernel, dispatch, foldGrid } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import { activationCode, activationSet } from '../math/activations.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import type { Program } from '../model/network.ts';
import { BLOCK } from '../ops/op.ts';
import { OPS } from '../ops/registry.ts';
import type { FieldRoad } from './field-road.ts';
import type { GpuModel } from './gpu-model.ts';

/** Widest state that is kept on chip. */
const MOST_ROWS = 32;
/** Rows up to which the product's code is written out in full. */
const MOST_WRITTEN = 12;
/** Ops of a layer: affine, activation. */
const PERIOD = 2;

/** Whether the fused kernel can take the exponent there: layers of one activation, narrow enough. */
export function canFuse({ ops }: Program, { opCount }: LayerPlace): boolean {
  if (widestState(ops) > MOST_ROWS || opCount % PERIOD !== 0) return false;
  const [, first] = ops;
  return ops.slice(0, opCount).every((op, index) => {
    if (index % PERIOD === 0) return op.name === 'affine';
    return (
      op.name === 'activation' && first.name === 'activation' && op.activation === first.activation
    );
  });
}

/** The road for narrow networks: one dispatch, a few pixels an invocation. */
export async function createFusedRoad(
  scope: Scope,
  model: GpuModel,
  slow: boolean,
): Promise<FieldRoad> {
  const { program, inputWidth, outputWidth } = model.network;
  const { ops } = program;
  const width = widestState(ops);
  const isWritten = width <= MOST_WRITTEN;
  const points = slow ? (isWritten ? 4 : 2) : 1;
  const lanes = slow ? 16 : 64;
  const activations = ops.flatMap((op) => (op.name === 'activation' ? [op.activation] : []));
  const kernel = await createKernel(model.device, fieldShader, {
    constants: {
      POINTS: points,
      TILE: points,
      COLUMNS: 3 * points,
      WIDTH: width,
      WRITTEN: isWritten ? width : 0,
      BLOCKS: Math.floor(width / BLOCK),
      REST: width % BLOCK,
      QUADS: Math.ceil((width * points) / 4),
      CHOICE: activationCode(activations[0]),
      PERIOD,
      CODES: OPS.affine.code + 16 * OPS.activation.code,
    },
    overrides: { LANES: lanes, ACTIVATION_SET: activationSet(activations) },
  });
  const args = createArguments(scope, kernel);
  return {
    name: 'fused',
    capacity: Infinity,
    record(pass, { place, buffers, plane, coordinates }, first, end) {
      args.write(0, {
        exponentOpCount: place.opCount,
        opCount: ops.length,
        firstPixel: first,
        endPixel: end,
        width: buffers.width,
        rowPlace: buffers.width,
        inputWidth,
        outputWidth,
        span: place.span,
      });
      const { exponents, statuses, outputs } = buffers;
      const bound = kernel.bind({
        program: model.program('alternate'),
        parameters: model.parameters,
        args: args.slot(0),
        plane,
        coordinates,
        exponents,
        statuses,
        outputs,
      });
      dispatch(pass, kernel, bound, foldGrid(Math.ceil((end - first) / points / lanes)));
    },
  };
}

function widestState(ops: Program['ops']): number {
  return Math.max(...ops.flatMap((op) => [op.inputWidth, op.outputWidth]));
}
