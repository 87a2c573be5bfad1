import { opRules } from '../ops/registry.ts';
import { blockCount, type Op } from '../ops/op.ts';
import type { StatePlacement } from '../wgsl/program.ts';

/** Ops that one dispatch runs, one after the other, and its workgroups along rows. */
export interface OpRun {
  /** Place of its first op among those given. */
  readonly first: number;
  readonly count: number;
  readonly rowGroups: number;
}

/**
 * Parts ops into runs, as few as workgroups that cannot wait for each other allow: an op goes on in the run before it
 * if one workgroup has all rows of its columns, or if it is elementwise, so that each invocation reads back what it
 * wrote itself. The latter needs states that keep their places: where they alternate between two, an elementwise op
 * writes where others still read.
 *
 * @param ops - in the order in which they run, each reading what the one before it wrote.
 * @param rows - how many rows an op writes.
 * @param blocksPerGroup - blocks of four rows that a workgroup takes; Infinity if it takes all there are.
 */
export function opRuns(
  ops: readonly Op[],
  rows: (op: Op) => number,
  blocksPerGroup: number,
  placement: StatePlacement,
): OpRun[] {
  const runs: OpRun[] = [];
  for (const [index, op] of ops.entries()) {
    const rowGroups = Math.max(1, Math.ceil(blockCount(rows(op)) / blocksPerGroup));
    const before = runs.at(-1);
    const followsItself = opRules(op).elementwise && placement === 'keep';
    if (before?.rowGroups === rowGroups && (rowGroups === 1 || followsItself)) {
      runs[runs.length - 1] = { ...before, count: before.count + 1 };
    } else {
      runs.push({ first: index, count: 1, rowGroups });
    }
  }
  return runs;
}
