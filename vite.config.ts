import { defineConfig } from 'vite';
import { wgsl } from './tools/wgsl-plugin.ts';

/**
 * What every entry loads at once, in one chunk: else each set of later chunks that shares some of it would cut it into
 * more and smaller files.
 */
const CORE =
  /src\/(errors|(ops|layers|wgsl)\/.*|gpu\/(kernel|layout|readback|scope|flags)|model\/(layer-choice|network|parameters|plane|training)|math\/(activations|linear|random)|engine\/(engine|field-bands|slices|field-checks|points-data|ridge-limits)|reference\/(exponent|forward|ridge|spectral-start|tangent))\.ts$/;

/** The engine of the CPU in one chunk: all of it is loaded where there is no GPU, and little of it elsewhere. */
const CPU =
  /src\/(engine\/(cpu-(engine|field|model|points|ridges|trainer)|field-statistics)|reference\/(loss|gradient|training))\.ts$/;

/** Small pieces that several formats of files share. */
const FILES =
  /src\/files\/(code-points|crc32|file-options|float-formats|own-tensors|safetensors-layout|save|show)\.ts$/;

/** What every page with an element loads soon after the start, and pieces that its late parts share. */
const SOON = /src\/element\/(file-drop|late-styles|print-copy|range-text)\.ts$/;

/** The library: three entries that share chunks; `lit` is the page's own. */
export default defineConfig({
  plugins: [wgsl()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    sourcemap: true,
    minify: true,
    license: { fileName: 'licenses.md' },
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
        codeSplitting: {
          groups: [
            { name: 'core', test: CORE },
            { name: 'cpu', test: CPU },
            { name: 'files', test: FILES },
            { name: 'soon', test: SOON },
          ],
        },
      },
    },
  },
});
