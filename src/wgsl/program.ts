import { BLOCK, blockCount, type Op } from '../ops/op.ts';
import { opRules } from '../ops/registry.ts';

/** Where a column keeps its states. */
export type StatePlacement =
  /** Every op's input and output stay: what training needs. */
  | 'keep'
  /** The input stays; what ops leave takes two slots in turn. */
  | 'alternate';

const OP_WORDS = 8;

/** The ops as `struct Op` of lib/network.wgsl, 32 bytes each. */
export function packProgram(ops: readonly Op[], placement: StatePlacement = 'keep'): ArrayBuffer {
  const bytes = new ArrayBuffer(ops.length * OP_WORDS * 4);
  const view = new DataView(bytes);
  ops.forEach((op, index) => {
    const { choice, factor } = opRules(op).shaderFields(op);
    const keep = placement === 'keep';
    const inputOffset = keep ? op.inputOffset : alternateOffset(ops, index);
    const outputOffset = keep ? op.outputOffset : alternateOffset(ops, index + 1);
    const words = [
      opRules(op).code,
      op.inputWidth,
      op.outputWidth,
      inputOffset / BLOCK,
      outputOffset / BLOCK,
      op.parameterOffset / BLOCK,
      choice,
    ];
    words.forEach((word, i) => view.setUint32((index * OP_WORDS + i) * 4, word, true));
    view.setFloat32((index * OP_WORDS + OP_WORDS - 1) * 4, factor, true);
  });
  return bytes;
}

/** Where the placement `alternate` keeps the state after `opCount` ops: floats before it in a column. */
export function alternateOffset(ops: readonly Op[], opCount: number): number {
  return opCount === 0 ? 0 : padded(ops[0].inputWidth) + ((opCount - 1) % 2) * slotLength(ops);
}

/** Floats of a column of the placement `alternate`. */
export function alternateLength(ops: readonly Op[]): number {
  return padded(ops[0].inputWidth) + 2 * slotLength(ops);
}

/** Floats of a slot: of the widest state that an op leaves. */
function slotLength(ops: readonly Op[]): number {
  return padded(Math.max(...ops.map((op) => op.outputWidth)));
}

function padded(width: number): number {
  return BLOCK * blockCount(width);
}
