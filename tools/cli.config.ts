import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { wgsl } from './wgsl-plugin.ts';

const source = (name: string): string => resolve(import.meta.dirname, '../src/cli', name);

/**
 * The command `ftle`, built by build-cli.mjs in two modes: `command` is what runs in Node, `page` the script
 * that it runs in a browser. All packages are in the bundle but those with parts of their own on disk.
 */
export default defineConfig(({ mode }) => ({
  root: resolve(import.meta.dirname, '..'),
  plugins: [wgsl()],
  publicDir: false,
  build:
    mode === 'page'
      ? {
          target: 'es2022',
          emptyOutDir: false,
          license: { fileName: 'page.licenses.md' },
          modulePreload: false,
          rolldownOptions: {
            input: source('page.ts'),
            output: { entryFileNames: 'page.js', codeSplitting: false },
          },
        }
      : {
          target: 'node20',
          ssr: source('main.ts'),
          emptyOutDir: false,
          license: { fileName: 'licenses.md' },
          minify: true,
          rolldownOptions: {
            output: { entryFileNames: 'main.js', chunkFileNames: '[name]-[hash].js' },
          },
        },
  ssr: { noExternal: true, external: ['playwright', 'webgpu'] },
}));
