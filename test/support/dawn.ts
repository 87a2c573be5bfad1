import { create, globals } from 'webgpu';

/** Timestamps as the adapter has them, not in steps of 65.536 µs, which a kernel may be shorter than. */
const FINE_TIMESTAMPS = 'disable-dawn-features=timestamp_quantization';

/**
 * Gives Node what tests and benchmarks of the GPU take from a page: Dawn's `navigator.gpu`, and storage.
 *
 * VK_ICD_FILENAMES chooses the Vulkan driver, such as that of a real GPU, or llvmpipe.
 */
export function beLikeAPage(): void {
  const items = new Map<string, string>();
  const localStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear'> = {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
  // Dawn ends with its instance, which stays with the page's navigator.
  const navigator = { gpu: create([FINE_TIMESTAMPS]) };
  Object.assign(globalThis, globals);
  for (const [name, value] of Object.entries({ navigator, localStorage })) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
}
