import { activation } from './activation.ts';
import { affine } from './affine.ts';
import type { Op, OpRules, OpSpec } from './op.ts';

/** Every op, by the name it has in programs and in `shaders/ops/`. */
export const OPS: { readonly [N in OpSpec['name']]: OpRules<Extract<OpSpec, { name: N }>> } = {
  affine,
  activation,
};

/** The rules of an op of any kind. */
export function opRules(op: OpSpec): OpRules {
  return OPS[op.name];
}

/** The override ACTIVATION_SET of shaders: bit k is set if an op makes choice k. */
export function choiceSet(ops: readonly Op[]): number {
  return ops.reduce((set, op) => set | (1 << opRules(op).shaderFields(op).choice), 0);
}
