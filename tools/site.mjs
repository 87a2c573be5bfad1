// site.mjs: the demo, built and served on a free port of localhost, for tests, benchmarks and pictures
import { resolve } from 'node:path';
import { preview } from 'vite';
import { buildForUse } from './build-for-use.mjs';

const DEMO = resolve(import.meta.dirname, '../demo');

/** @returns {Promise<{ url: string, close(): Promise<void> }>} the address ends in a slash */
export async function serveDemo() {
  const configFile = resolve(DEMO, 'vite.config.ts');
  await buildForUse({ root: DEMO, configFile, logLevel: 'warn' });
  const server = await preview({
    root: DEMO,
    configFile,
    logLevel: 'warn',
    preview: { port: 0, host: 'localhost', open: false },
  });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('the preview server of the demo has no address');
  return { url, close: () => server.close() };
}
