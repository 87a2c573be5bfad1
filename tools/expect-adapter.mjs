// expect-adapter.mjs: what --expect of a benchmark does, in a browser and on Dawn

/**
 * Ends a benchmark that would measure another adapter than is meant, such as a software one for want of a driver.
 *
 * @param {string} adapter - all that it says of itself.
 * @param {string} [word] - any adapter will do without.
 * @throws Error if the word is not in it, in whatever case.
 */
export function expectAdapter(adapter, word) {
  if (word === undefined || adapter.toLowerCase().includes(word.toLowerCase())) return;
  throw new Error(
    `the adapter is ${adapter || 'one that does not say what it is'}, but --expect wants "${word}": install that driver, or choose it, for Dawn by VK_ICD_FILENAMES (such as /usr/share/vulkan/icd.d/nvidia_icd.json), for a browser by FTLE_GPU=hardware`,
  );
}
