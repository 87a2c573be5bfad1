import { readOnnxModel } from './onnx-model.ts';

/** Most files that a model is taken to be spread over. */
const MAXIMAL_FILES = 64;

/**
 * Names of the files that stand beside an ONNX model and hold its tensors, such as `model.onnx.data`. Of paths only
 * the last part counts: a file may name no other place than its own folder.
 *
 * @throws DataError if the model is damaged.
 */
export function listExternalFiles(model: Uint8Array): string[] {
  const names = new Set<string>();
  for (const { external } of readOnnxModel(model).initializers) {
    const name = external?.get('location')?.split(/[/\\]/).at(-1);
    if (name && name !== '..' && names.size < MAXIMAL_FILES) names.add(name);
  }
  return [...names];
}
