import { createKernel, dispatch } from '../gpu/kernel.ts';
import type { Program } from '../model/network.ts';
import type { Optimizer } from '../model/training.ts';
import { BLOCK } from '../ops/op.ts';
import { opRules } from '../ops/registry.ts';
import updateShader from '../../shaders/kernels/update.wgsl';
import { createColumnKernels, recordBackward, type ColumnShape } from './gpu-columns.ts';
import { bindUpdates, type DescentKernels } from './descent-kernels.ts';

/** The numbers of shaders/lib/training.wgsl. */
const OPTIMIZER_CODES = { sgd: 0, adam: 1 } as const;

/** @param lanes - of a workgroup of the update. */
export async function createDescentKernels(
  device: GPUDevice,
  program: Program,
  shape: ColumnShape,
  optimizer: Optimizer,
  lanes: number,
): Promise<DescentKernels> {
  const overrides = { LANES: lanes, OPTIMIZER: OPTIMIZER_CODES[optimizer] };
  if (shape.road === 'narrow') {
    // Software adapters alone take it.
    const { createNarrowKernels } = await import('./narrow-descent.ts');
    return createNarrowKernels(device, program, shape, overrides);
  }
  const [columns, update] = await Promise.all([
    createColumnKernels(device, program, shape),
    createKernel(device, updateShader, { overrides }),
  ]);
  return {
    forward: columns,
    columnLength: () => 0,
    create(scope, networks, states, buffers) {
      const { cotangents, firstOp } = buffers;
      const { ops } = program;
      const backward = recordBackward(scope, networks, columns, states, cotangents, firstOp);
      const slots = bindUpdates(networks, update, buffers, { states: states.states, cotangents });
      // A piece has four blocks of weights, so this many lanes have one piece each, or nearly.
      const longest = Math.max(...ops.map((op) => opRules(op).parameterLength(op)));
      const pieceGroups = Math.min(4096, Math.ceil(longest / (4 * BLOCK * lanes)));
      const grid = [pieceGroups, ops.length - firstOp, networks.count] as const;
      return (pass, slot) => {
        backward(pass);
        dispatch(pass, update, slots[slot], grid);
      };
    },
  };
}
