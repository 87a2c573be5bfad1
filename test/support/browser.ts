import { chromium, type Browser } from 'playwright';
import { findBrowser } from '../../tools/browser.mjs';
import { chooseGpu, launchOptions } from '../../tools/chromium.mjs';

/** Headless Chromium with WebGPU, for tests that run in Node. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const found = findBrowser();
  if (!found)
    throw new Error('no browser found; `node tools/find-browser.mjs` finds or installs one');
  return chromium.launch(launchOptions(found.path, await chooseGpu(found.path)));
}
