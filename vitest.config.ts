import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { findBrowser } from './tools/browser.mjs';
import { chooseGpu, launchOptions } from './tools/chromium.mjs';
import { ENTRY_ALIASES } from './tools/entries.ts';
import { wgsl } from './tools/wgsl-plugin.ts';

const browser = findBrowser();
const launch = browser ? launchOptions(browser.path, await chooseGpu(browser.path)) : {};

/**
 * Files of one folder in headless Chromium, one after another: a software GPU takes all cores.
 *
 * @param isolate - false: files share a page, its modules and its device, whose kernels are compiled once.
 */
function browserProject(name: string, isolate: boolean): TestProjectConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      globalSetup: ['test/support/require-browser.ts'],
      fileParallelism: false,
      isolate,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: launch }),
        instances: [{ browser: 'chromium' }],
      },
    },
  };
}

export default defineConfig({
  plugins: [wgsl()],
  resolve: { alias: ENTRY_ALIASES },
  optimizeDeps: {
    include: [
      'axe-core',
      'fflate',
      'lit',
      'lit/decorators.js',
      'lit/directives/*.js',
      'pbf',
      'webgpu-memory',
      'wgpu-matrix',
      'fast-check',
      'fast-png',
      'ml-matrix',
    ],
  },
  test: {
    // Enough for a machine of which others take nine tenths: a test that ends here hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A software GPU may be busy with a frame for seconds.
    expect: { poll: { timeout: 20_000 } },
    // One line for each message: the comparisons print their worst ratio.
    onConsoleLog(log) {
      if (!log.startsWith('Lit is in dev mode'))
        process.stdout.write(log.replace(/^(?=.)/gm, '   '));
      return false;
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Loading modules anew for each file takes a third of the time, and none of them needs it.
          isolate: false,
          setupFiles: ['test/support/same-properties.ts'],
        },
      },
      browserProject('gpu', true),
      {
        extends: true,
        test: {
          name: 'dawn',
          // All but those that paint on a canvas.
          include: ['test/gpu/*.test.ts'],
          setupFiles: ['test/support/dawn-setup.ts'],
          fileParallelism: false,
        },
      },
      browserProject('element', false),
      {
        extends: true,
        test: {
          name: 'cli',
          include: ['test/cli/**/*.test.ts'],
          globalSetup: ['test/support/require-browser.ts', 'test/support/built-command.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'page',
          include: ['test/page/**/*.test.ts'],
          globalSetup: ['test/support/require-browser.ts', 'test/support/site.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});
