import { blockCount } from '../ops/op.ts';
import type { Program } from './network.ts';

/** Pairs of a block of four inputs and one of four outputs over all ops: what a forward pass costs, roughly. */
export function programCost({ ops }: Pick<Program, 'ops'>): number {
  return ops.reduce((sum, op) => sum + blockCount(op.inputWidth) * blockCount(op.outputWidth), 0);
}
