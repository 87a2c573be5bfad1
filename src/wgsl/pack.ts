import { assert } from '../errors.ts';
import type { StructLayout } from './shader.ts';

/**
 * Packs values into the bytes of a uniform struct, by field name: `stepSize` here is `step_size` there.
 *
 * @param target - written from byte 0; allocated if left out.
 * @throws FtleError (internal) if a field is missing, unknown or not finite.
 */
export function packUniform(
  layout: StructLayout,
  values: Readonly<Record<string, number>>,
  target: ArrayBuffer = new ArrayBuffer(layout.byteLength),
): ArrayBuffer {
  const view = new DataView(target);
  let taken = 0;
  for (const { name, type, offset } of layout.fields) {
    const value = values[camelCase(name)];
    assert(value !== undefined && Number.isFinite(value), `uniform field ${name} is ${value}`);
    if (type === 'f32') view.setFloat32(offset, value, true);
    else if (type === 'i32') view.setInt32(offset, value, true);
    else view.setUint32(offset, value, true);
    taken++;
  }
  assert(taken === Object.keys(values).length, `unknown field among ${Object.keys(values).join()}`);
  return target;
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
