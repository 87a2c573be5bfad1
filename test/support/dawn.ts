// dawn.ts: what tests and benchmarks of the GPU take from a page, in Node
//
// Dawn ends with its instance, which `navigator` keeps.
// VK_ICD_FILENAMES chooses the Vulkan driver, such as that of a real GPU, or llvmpipe.
import { create, globals } from 'webgpu';

const items = new Map<string, string>();

const storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear'> = {
  getItem: (key) => items.get(key) ?? null,
  setItem: (key, value) => void items.set(key, value),
  removeItem: (key) => void items.delete(key),
  clear: () => items.clear(),
};

Object.assign(globalThis, globals);
for (const [name, value] of Object.entries({
  navigator: { gpu: create([]) },
  localStorage: storage,
})) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}
