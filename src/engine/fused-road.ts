import fieldShader from '../../shaders/kernels/field.wgsl';
import { asError } from '../errors.ts';
import {
  createArguments,
  createKernel,
  dispatch,
  foldGrid,
  type ArgumentSlots,
  type Kernel,
} from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import { activationCode, activationSet } from '../math/activations.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import type { Program } from '../model/network.ts';
import { BLOCK } from '../ops/op.ts';
import { OPS } from '../ops/registry.ts';
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

/** The kernel for as many points an invocation, and where its arguments stand. */
interface Variant {
  readonly kernel: Kernel;
  readonly args: ArgumentSlots;
  readonly points: number;
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
  const { inputWidth, outputWidth, program } = model.network;
  const width = widestState(program);
  const lanes = slow ? 16 : 64;
  const written = width <= MOST_WRITTEN ? width : 0;
  let variant = await createVariant(scope, model, 1, slow ? 0 : written, lanes);
  let better: Promise<void> | null = slow ? null : Promise.resolve();
  let failure: Error | null = null;
  return {
    name: 'fused',
    capacity: Infinity,
    improve() {
      better ??= createVariant(scope, model, written > 0 ? 4 : 2, written, lanes).then(
        (found) => {
          variant = found;
        },
        (error: unknown) => {
          if (!scope.disposed) failure = asError(error);
        },
      );
      return better;
    },
    record(pass, { place, buffers, plane, coordinates }, first, end) {
      if (failure) throw failure;
      const { kernel, args, points } = variant;
      args.write(0, {
        exponentOpCount: place.opCount,
        opCount: program.ops.length,
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

async function createVariant(
  scope: Scope,
  model: GpuModel,
  points: number,
  written: number,
  lanes: number,
): Promise<Variant> {
  const { ops } = model.network.program;
  const width = widestState({ ops });
  const activations = ops.flatMap((op) => (op.name === 'activation' ? [op.activation] : []));
  const kernel = await createKernel(model.device, fieldShader, {
    constants: {
      POINTS: points,
      TILE: points,
      COLUMNS: 3 * points,
      WIDTH: width,
      WRITTEN: written,
      BLOCKS: Math.floor(width / BLOCK),
      REST: width % BLOCK,
      QUADS: Math.ceil((width * points) / 4),
      CHOICE: activationCode(activations[0]),
      PERIOD,
      CODES: OPS.affine.code + 16 * OPS.activation.code,
    },
    overrides: { LANES: lanes, ACTIVATION_SET: activationSet(activations) },
  });
  return { kernel, args: createArguments(scope, kernel), points };
}
