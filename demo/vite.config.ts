import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { ENTRY_ALIASES } from '../tools/entries.ts';
import { wgsl } from '../tools/wgsl-plugin.ts';

/** The demo's pages; tools/site.mjs builds them, and `ftle-map.js` beside them. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [wgsl()],
  worker: { format: 'es', plugins: () => [wgsl()] },
  resolve: { alias: ENTRY_ALIASES },
  cacheDir: '../node_modules/.vite/demo',
  build: {
    target: 'es2022',
    outDir: '../dist/demo',
    emptyOutDir: true,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: {
        index: resolve(import.meta.dirname, 'index.html'),
        own: resolve(import.meta.dirname, 'own.html'),
        figures: resolve(import.meta.dirname, 'figures.html'),
        twelve: resolve(import.meta.dirname, 'twelve.html'),
        bench: resolve(import.meta.dirname, 'bench.html'),
      },
    },
  },
});
