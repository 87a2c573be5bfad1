import { defineConfig } from 'vite';
import { wgsl } from './tools/wgsl-plugin.ts';

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
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
