import { BLOCK, type Op } from '../ops/op.ts';
import { opRules } from '../ops/registry.ts';

/** Where a column keeps its states. */
export type StatePlacement =
  /** Every op's input and output stay: what training needs. */
  | 'keep'
  /** Two slots in turn: op i reads slot i mod 2 and writes the other. */
  | 'alternate';

const OP_WORDS = 8;

/** The ops as `struct Op` of lib/network.wgsl, 32 bytes each. */
export function packProgram(ops: readonly Op[], placement: StatePlacement = 'keep'): ArrayBuffer {
  const bytes = new ArrayBuffer(ops.length * OP_WORDS * 4);
  const view = new DataView(bytes);
  const slots = [0, slotLength(ops)];
  ops.forEach((op, index) => {
    const { choice, factor } = opRules(op).shaderFields(op);
    const keep = placement === 'keep';
    const inputOffset = keep ? op.inputOffset : slots[index % 2];
    const outputOffset = keep ? op.outputOffset : slots[(index + 1) % 2];
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

/** Floats of one slot of the placement `alternate`; a column has two. */
export function slotLength(ops: readonly Op[]): number {
  const widest = Math.max(...ops.flatMap((op) => [op.inputWidth, op.outputWidth]));
  return BLOCK * Math.ceil(widest / BLOCK);
}
