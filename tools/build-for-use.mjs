// build-for-use.mjs: Vite's build as a user has it, whatever this process is
//
// A test runner, and Vite's own development server, name another environment for the whole process, with which
// lit would be its development version.

/**
 * @param {import('vite').InlineConfig} config
 * @returns {ReturnType<typeof import('vite').build>}
 */
export async function buildForUse(config) {
  // Loaded where something is to be built: that alone takes longer than all else that the command does to start.
  const { build } = await import('vite');
  const environment = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    return await build(config);
  } finally {
    if (environment === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = environment;
  }
}
