import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { wgsl } from './wgsl-plugin.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** The benchmark of kernels for Dawn in Node, in one file; `outDir` is bench-bundle.mjs's to say. */
export default defineConfig({
  root: ROOT,
  plugins: [wgsl()],
  publicDir: false,
  build: {
    target: 'node20',
    ssr: resolve(ROOT, 'test/bench/kernels-node.ts'),
    minify: true,
    rolldownOptions: { output: { entryFileNames: 'bench.mjs', codeSplitting: false } },
  },
  ssr: { noExternal: true, external: ['webgpu'] },
});
