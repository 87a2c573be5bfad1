import type { LayerPlace } from '../model/layer-choice.ts';
import type { Program } from '../model/network.ts';

/** Widest state that the wide road keeps on chip: its code and private memory grow with it. */
export const MOST_WIDE_ROWS = 256;

/**
 * Widest state that a workgroup of a GPU keeps in its memory. What it does with a weight is done for the fewer points the
 * more rows there are.
 */
export const MOST_GROUPED_ROWS = 128;

/** Whether a program is layers of an affine op and an activation each, and the place is behind one. */
export function isLayered({ ops }: Program, { opCount }: Pick<LayerPlace, 'opCount'>): boolean {
  return (
    opCount % 2 === 0 &&
    ops.length % 2 === 0 &&
    ops.every(({ name }, index) => name === (index % 2 === 0 ? 'affine' : 'activation'))
  );
}

/** Rows of the widest state, the input included. */
export function widestState({ ops }: Pick<Program, 'ops'>): number {
  return Math.max(...ops.flatMap((op) => [op.inputWidth, op.outputWidth]));
}
