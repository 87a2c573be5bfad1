// pictures.mjs: the pictures of the README, made by the demo itself
//
//   npm run pictures -- [--backend auto|webgpu|cpu]
//
// Trains the demo's circle network in a headless browser for seven epochs and writes docs/images/circle.png.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { ensureBrowser } from './browser.mjs';
import { chooseGpu, launchOptions } from './chromium.mjs';
import { serveDemo } from './site.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const IMAGES = resolve(ROOT, 'docs/images');
const EPOCHS = 7;
const PATIENCE_MS = 300_000;

const { values: options } = parseArgs({
  options: { backend: { type: 'string', default: 'auto' } },
});
const { path } = await ensureBrowser();
const site = await serveDemo();
const browser = await chromium.launch(launchOptions(path, await chooseGpu(path)));
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(site.url);
  const map = page.locator('ftle-map');
  if (options.backend !== 'auto') await page.getByLabel('Backend').selectOption(options.backend);
  await page.waitForFunction(
    (epochs) => {
      /** @type {{ status?: { epoch: number } | null } | null} */
      const element = globalThis.document.querySelector('ftle-map');
      return (element?.status?.epoch ?? 0) >= epochs;
    },
    EPOCHS,
    { timeout: PATIENCE_MS },
  );
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByLabel('stretching directions').check();
  await map.evaluate((element) => /** @type {any} */ (element).whenIdle());
  mkdirSync(IMAGES, { recursive: true });
  await map.screenshot({ path: resolve(IMAGES, 'circle.png') });
} finally {
  await browser.close();
  await site.close();
}
