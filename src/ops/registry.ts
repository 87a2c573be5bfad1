import { activation } from './activation.ts';
import { affine } from './affine.ts';
import type { OpRules, OpSpec } from './op.ts';

/** Every op, by the name it has in programs and in `shaders/ops/`. */
export const OPS: { readonly [N in OpSpec['name']]: OpRules<Extract<OpSpec, { name: N }>> } = {
  affine,
  activation,
};

/** The rules of an op of any kind. */
export function opRules(op: OpSpec): OpRules {
  return OPS[op.name];
}
