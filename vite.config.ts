import { defineConfig } from 'vite';
import { wgsl } from './tools/wgsl-plugin.ts';

/**
 * What every entry loads at once, in one chunk: else each set of later chunks that shares some of it would cut it into
 * more and smaller files.
 */
const CORE =
  /src\/(errors|(ops|layers|wgsl)\/.*|gpu\/(kernel|layout|readback|scope|flags)|model\/(layer-choice|network|parameters|plane|training)|math\/(activations|linear|random)|engine\/(engine|slices|field-checks|points-data|population-checks)|reference\/(exponent|forward|spectral-start|tangent))\.ts$/;

/** The library: three entries that share chunks; `lit` is the page's own. */
export default defineConfig({
  plugins: [wgsl()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    sourcemap: true,
    minify: true,
    lib: {
      entry: {
        index: 'src/index.ts',
        element: 'src/element/ftle-map.ts',
        define: 'src/element/define.ts',
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: /^lit(\/|$)/,
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        codeSplitting: { groups: [{ name: 'core', test: CORE }] },
      },
    },
  },
});
