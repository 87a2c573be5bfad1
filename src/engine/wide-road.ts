import broadcastShader from '../../shaders/kernels/wide-broadcast.wgsl';
import wideShader from '../../shaders/kernels/wide.wgsl';
import { createArguments, createKernel, dispatch, foldGrid } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import { activationSet } from '../math/activations.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import type { Program } from '../model/network.ts';
import { BLOCK, blockCount } from '../ops/op.ts';
import type { FieldRoad } from './field-road.ts';
import type { GpuModel } from './gpu-model.ts';

/** Widest state of the road: its code grows with it. */
const MOST_ROWS = 256;
/** Weights that one load brings to a group of four lanes. */
const CHUNK = 16;
/** Inputs up to which the first layer is summed in a loop. */
const FEW_INPUTS = 8;
const LANES = 16;

/** Whether the road can take the exponent there: layers of an affine op and an activation, not too wide. */
export function canGoWide({ ops }: Program, { opCount }: Pick<LayerPlace, 'opCount'>): boolean {
  if (widestState(ops) > MOST_ROWS || opCount % 2 !== 0) return false;
  return (
    ops.length % 2 === 0 &&
    ops.every(({ name }, index) => name === (index % 2 === 0 ? 'affine' : 'activation'))
  );
}

/** Whether lanes run in groups of four that can hand weights to each other. */
function hasGroupsOfFour({ features, adapterInfo }: GPUDevice): boolean {
  const { subgroupMinSize, subgroupMaxSize } = adapterInfo;
  return features.has('subgroups') && subgroupMinSize === 4 && subgroupMaxSize === 4;
}

/** The road for wide networks on a software adapter: one dispatch, four or eight pixels an invocation. */
export async function createWideRoad(scope: Scope, model: GpuModel): Promise<FieldRoad> {
  const { device, network } = model;
  const { inputWidth, outputWidth, program } = network;
  const { ops } = program;
  const blocks = blockCount(widestState(ops));
  const activations = ops.flatMap((op) => (op.name === 'activation' ? [op.activation] : []));
  const shader = hasGroupsOfFour(device) ? broadcastShader : wideShader;
  const fours = 2;
  const kernel = await createKernel(device, shader, {
    constants: {
      FOURS: fours,
      POINTS: BLOCK * fours,
      COLUMNS: 3 * BLOCK * fours,
      WIDTH: BLOCK * blocks,
      CHUNKS: Math.floor((BLOCK * blocks) / CHUNK),
      REST: (BLOCK * blocks) % CHUNK,
    },
    overrides: { LANES, ACTIVATION_SET: activationSet(activations) },
  });
  const args = createArguments(scope, kernel);
  return {
    name: 'wide',
    capacity: Infinity,
    record(pass, { place, buffers, plane, coordinates }, first, end) {
      args.write(0, {
        narrowOpCount: inputWidth <= FEW_INPUTS ? 2 : 0,
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
      const points = BLOCK * fours;
      dispatch(pass, kernel, bound, foldGrid(Math.ceil((end - first) / points / LANES)));
    },
  };
}

function widestState(ops: Program['ops']): number {
  return Math.max(...ops.flatMap((op) => [op.inputWidth, op.outputWidth]));
}
