// bench-site.mjs: the pages of test/bench, served from source on a free port of localhost
import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createServer } from 'vite';

const ROOT = resolve(import.meta.dirname, '..');
const PACKAGES = realpathSync(join(ROOT, 'node_modules'));

/** Libraries that pages load late: bundled at the start, so that no page reloads midway. */
const PEERS = [
  '@jax-js/jax',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients.js',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-backend-wasm',
];

/** @returns {Promise<{ url: string, close(): Promise<void> }>} the address ends in a slash */
export async function serveBench() {
  const server = await createServer({
    root: ROOT,
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'error',
    appType: 'mpa',
    cacheDir: join(ROOT, 'node_modules/.cache/ftle-map/bench-site'),
    optimizeDeps: { entries: ['test/bench/*.html'], include: PEERS },
    server: {
      port: 0,
      host: 'localhost',
      watch: null,
      hmr: false,
      fs: { allow: [ROOT, PACKAGES] },
      // Shared memory, which Wasm needs for threads, is only for pages that load nothing from elsewhere.
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('the server of the benchmark has no address');
  return { url, close: () => server.close() };
}
