// bench-bundle.mjs: packs the benchmark of kernels into one file that runs on Dawn in Node
//
//   npm run bench -- --bundle FILE.mjs
//   npm install webgpu && node FILE.mjs --expect nvidia --json results.json      on the machine with the GPU
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { buildForUse } from './build-for-use.mjs';

/** @param {string} file */
export async function bundleKernels(file) {
  const folder = mkdtempSync(join(tmpdir(), 'ftle-map-bench-'));
  try {
    await buildForUse({
      configFile: join(import.meta.dirname, 'bench.config.ts'),
      logLevel: 'warn',
      build: { outDir: folder, emptyOutDir: false },
    });
    mkdirSync(dirname(resolve(file)), { recursive: true });
    copyFileSync(join(folder, 'bench.mjs'), file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
