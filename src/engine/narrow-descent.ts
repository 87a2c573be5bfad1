import { BufferUsage } from '../gpu/flags.ts';
import { createKernel, dispatch, type KernelOptions } from '../gpu/kernel.ts';
import type { Program } from '../model/network.ts';
import { BLOCK, blockCount } from '../ops/op.ts';
import narrowForwardShader from '../../shaders/kernels/narrow-forward.wgsl';
import narrowGradientShader from '../../shaders/kernels/narrow-gradient.wgsl';
import narrowUpdateShader from '../../shaders/kernels/narrow-update.wgsl';
import { columnStride, type ColumnShape } from './gpu-columns.ts';
import { choiceSet } from '../ops/registry.ts';
import { bindUpdates, type DescentKernels } from './descent-kernels.ts';
import { widestState } from './layered-program.ts';

/**
 * Tiles of columns go through all layers on chip, and sum their part of the gradients there; the update sums over
 * tiles.
 *
 * @param overrides - of the update.
 */
export async function createNarrowKernels(
  device: GPUDevice,
  program: Program,
  shape: ColumnShape,
  overrides: Readonly<Record<'LANES' | 'OPTIMIZER', number>>,
): Promise<DescentKernels> {
  const { tile } = shape;
  const options = kernelOptions(device, program, shape);
  // What takes longest to compile is begun first.
  const [gradient, forward, update] = await Promise.all([
    createKernel(device, narrowGradientShader, options),
    createKernel(device, narrowForwardShader, options),
    createKernel(device, narrowUpdateShader, { overrides: { ...overrides, TILE: tile } }),
  ]);
  const columnLength: DescentKernels['columnLength'] = ({ count, parameterStride }) =>
    (count * (parameterStride + BLOCK)) / tile;
  return {
    forward: { shape, forward },
    columnLength,
    create(scope, networks, { states, columnCount }, buffers) {
      const { cotangents, args, slotCount } = buffers;
      const stride = columnStride(shape, columnCount);
      const byteLength = 4 * stride * columnLength(networks);
      const partials = scope.buffer('partials', byteLength, BufferUsage.storage);
      const shared = {
        program: networks.program('keep'),
        parameters: networks.weights,
        states,
        cotangents,
        partials,
      };
      const gradients = Array.from({ length: slotCount }, (_, slot) =>
        gradient.bind({ ...shared, args: args.slot(slot) }),
      );
      const updates = bindUpdates(networks, update, buffers, { partials });
      const columnGroups = stride / columnStride(shape, 1);
      const blockGroups = Math.ceil(networks.parameterStride / (BLOCK * overrides.LANES));
      return (pass, slot) => {
        dispatch(pass, gradient, gradients[slot], [columnGroups, 1, networks.count]);
        dispatch(pass, update, updates[slot], [blockGroups, 1, networks.count]);
      };
    },
  };
}

function kernelOptions(
  device: GPUDevice,
  { ops }: Program,
  { tile, columnLanes }: ColumnShape,
): KernelOptions {
  const width = widestState({ ops });
  return {
    constants: {
      TILE: tile,
      WIDTH: width,
      BLOCKS: blockCount(width),
      FOURS: tile / BLOCK,
      QUADS: (width * tile) / BLOCK,
      SUBGROUPS: Number(device.features.has('subgroups')),
    },
    overrides: { LANES: columnLanes, ACTIVATION_SET: choiceSet(ops) },
  };
}
