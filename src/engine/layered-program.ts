import type { LayerPlace } from '../model/layer-choice.ts';
import type { Program } from '../model/network.ts';

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

/** Widest state of the road for wide networks on a software adapter: its code and memory grow with it. */
export const MOST_WIDE_ROWS = 256;
