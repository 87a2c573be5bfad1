// build-for-use.mjs: Vite's build as a user has it, whatever this process is
//
// A test runner, and Vite's own development server, name another environment for the whole process, with which
// lit would be its development version.
import { build } from 'vite';

/**
 * @param {import('vite').InlineConfig} config
 * @returns {ReturnType<typeof build>}
 */
export async function buildForUse(config) {
  const environment = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    return await build(config);
  } finally {
    if (environment === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = environment;
  }
}
