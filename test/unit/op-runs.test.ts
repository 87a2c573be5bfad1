// Plan: which ops share a dispatch (engine/op-runs.ts). A network of mixed widths in both directions, where states
// keep their places and where they alternate; one workgroup for all rows; no ops. What they compute is in
// test/gpu/training.test.ts.
import { describe, expect, it } from 'vitest';
import { opRuns } from '../../src/engine/op-runs.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { createNetwork } from '../../src/model/network.ts';

function opsOf(architecture: string) {
  return createNetwork(parseArchitecture(architecture)).program.ops;
}

function parts(runs: ReturnType<typeof opRuns>): string[] {
  return runs.map(({ first, count, rowGroups }) => `${first}+${count}/${rowGroups}`);
}

// Blocks of outputs: 10, 10, 9, 9, 2, 2, 1, 1; of inputs: 1, 10, 10, 9, 9, 2, 2, 1.
const ops = opsOf('3-40-33-7-2');

describe('with eight blocks of rows a workgroup', () => {
  it('an activation goes on behind its affine op, and all do where one workgroup has all rows', () => {
    const runs = opRuns(ops, (op) => op.outputWidth, 8, 'keep');
    expect(parts(runs)).toEqual(['0+2/2', '2+2/2', '4+4/1']);
  });

  it('where states alternate, an activation would write what others still read', () => {
    const runs = opRuns(ops, (op) => op.outputWidth, 8, 'alternate');
    expect(parts(runs)).toEqual(['0+1/2', '1+1/2', '2+1/2', '3+1/2', '4+4/1']);
  });

  it('backwards an activation goes on behind the affine op that follows it', () => {
    const back = ops.slice(1).reverse();
    const runs = opRuns(back, (op) => op.inputWidth, 8, 'keep');
    // Activation, affine and activation of 2 and 7 rows; affine to 33 and its activation; affine to 40, likewise.
    expect(parts(runs)).toEqual(['0+3/1', '3+2/2', '5+2/2']);
  });
});

it('with all rows in a workgroup there is one run, whatever the width of the input', () => {
  const wide = opsOf('784-20x3-10');
  for (const placement of ['keep', 'alternate'] as const) {
    const runs = opRuns(wide, (op) => op.outputWidth, Infinity, placement);
    expect(parts(runs)).toEqual([`0+${wide.length}/1`]);
  }
});

it('no ops are no runs', () => {
  expect(opRuns([], (op) => op.outputWidth, 8, 'keep')).toEqual([]);
});
