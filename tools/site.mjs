// site.mjs: the demo, built and served on a free port of localhost, for tests, benchmarks and pictures
import { resolve } from 'node:path';
import { preview } from 'vite';
import { buildForUse } from './build-for-use.mjs';

const DEMO = resolve(import.meta.dirname, '../demo');
/** Where the demo is built. */
export const SITE = resolve(import.meta.dirname, '../dist/demo');
/** Settings of the demo's build and of its server. */
export const DEMO_CONFIG = {
  root: DEMO,
  configFile: resolve(DEMO, 'vite.config.ts'),
  logLevel: /** @type {const} */ ('warn'),
};

/** Builds the pages of the demo, and beside them `ftle-map.js` as it is published, for pages that copy its tag. */
export async function buildDemo() {
  await buildForUse(DEMO_CONFIG);
  await buildForUse({
    configFile: resolve(import.meta.dirname, 'one-file.config.ts'),
    logLevel: 'warn',
    build: { outDir: SITE },
  });
}

/** @returns {Promise<{ url: string, close(): Promise<void> }>} the address ends in a slash */
export async function serveDemo() {
  await buildDemo();
  const server = await preview({
    ...DEMO_CONFIG,
    preview: { port: 0, host: 'localhost', open: false },
  });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('the preview server of the demo has no address');
  return { url, close: () => server.close() };
}
