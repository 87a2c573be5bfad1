import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { wgsl } from './wgsl-plugin.ts';

const ROOT = resolve(import.meta.dirname, '..');
const LICENSES = 'ftle-map.licenses.md';

/**
 * `ftle-map.js`: the element and all that it needs, lit too, in one file for a page without a bundler. It has no source
 * map, which a copy would miss.
 */
export default defineConfig({
  root: ROOT,
  plugins: [wgsl()],
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: false,
    chunkSizeWarningLimit: 1000,
    license: { fileName: LICENSES },
    lib: { entry: resolve(ROOT, 'src/element/one-file.ts'), formats: ['es'] },
    rolldownOptions: {
      // Without `minify` here Vite leaves white space in a library, for bundlers.
      output: {
        entryFileNames: 'ftle-map.js',
        codeSplitting: false,
        minify: true,
        postBanner: `/*! ftle-map, MIT; licences of what is in it: ${LICENSES} */`,
      },
    },
  },
});
