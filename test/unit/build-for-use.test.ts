// Plan: a module that asks for its environment is built as for users while this process says `development`, or nothing,
// and what the process says is there again afterwards, also where the build fails. Control: Vite's own build of the
// module goes by the process.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { build, type InlineConfig, type Rolldown } from 'vite';
import { buildForUse } from '../../tools/build-for-use.mjs';

const ENTRY = '\0entry';

/** A build of one module, in memory. */
function configOf(code: string): InlineConfig {
  const plugin = {
    name: 'one-module',
    resolveId: (id: string) => (id === 'entry' ? ENTRY : null),
    load: (id: string) => (id === ENTRY ? code : null),
  };
  return {
    configFile: false,
    logLevel: 'silent',
    plugins: [plugin],
    build: { write: false, minify: false, rolldownOptions: { input: 'entry' } },
  };
}

const ASKS = configOf('globalThis.environment = process.env.NODE_ENV;');

const codeOf = (result: unknown): string => (result as Rolldown.RolldownOutput).output[0].code;

beforeEach(() => {
  vi.stubEnv('NODE_ENV', 'development');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

it('is that of users, and leaves the environment as it was', async () => {
  expect(codeOf(await build(ASKS))).toContain('"development"');
  expect(codeOf(await buildForUse(ASKS))).toContain('"production"');
  expect(process.env['NODE_ENV']).toBe('development');
});

it('names no environment where there was none', async () => {
  vi.stubEnv('NODE_ENV', undefined);
  expect(codeOf(await buildForUse(ASKS))).toContain('"production"');
  expect('NODE_ENV' in process.env).toBe(false);
});

it('leaves the environment as it was where the build fails', async () => {
  await expect(buildForUse(configOf('not a module'))).rejects.toThrow();
  expect(process.env['NODE_ENV']).toBe('development');
});
