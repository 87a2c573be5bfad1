// start.mjs: builds the demo and serves it
//
//   npm start -- [--port N] [--host [NAME]] [--open | --no-open]
//
// PORT in the environment is the port where no --port is given; 4173 otherwise. A port that is taken
// is left alone, and the next free one used. The browser opens only where there is a desktop.
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { preview } from 'vite';
import { buildDemo, DEMO_CONFIG, SITE } from './site.mjs';

const DEFAULT_PORT = 4173;

const USAGE = `npm start -- [options]
  --port N       port to listen on (default: PORT in the environment, or ${DEFAULT_PORT})
  --host [NAME]  address to listen on; alone: all of them (default: localhost)
  --open         open the browser (default: where there is a desktop)
  --no-open      do not open it`;

/**
 * @param {string} message
 * @returns {never}
 */
function stopWithUsage(message) {
  console.error(`${message}\n${USAGE}`);
  process.exit(2);
}

function readOptions() {
  // `--host` alone means every address, as in Vite.
  const args = process.argv
    .slice(2)
    .map((arg, index, all) =>
      arg === '--host' && (all[index + 1] ?? '--').startsWith('-') ? '--host=' : arg,
    );
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        open: { type: 'boolean' },
        'no-open': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    stopWithUsage(error instanceof Error ? error.message : String(error));
  }
}

/** Whether a browser window could be seen by whoever started this. */
function hasDesktop() {
  const { env, platform } = process;
  if (env['CI'] || env['SSH_CONNECTION'] || env['SSH_TTY']) return false;
  if (platform === 'darwin' || platform === 'win32') return true;
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

const options = readOptions();
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}
const wanted = options.port ?? (process.env['PORT'] || String(DEFAULT_PORT));
const port = Number(wanted);
if (!/^\d+$/.test(wanted) || port > 65_535) {
  stopWithUsage(`port is ${wanted}, but must be a number from 0 to 65535`);
}
const host = options.host === undefined ? 'localhost' : options.host || true;
const open = options['no-open'] ? false : (options.open ?? hasDesktop());

console.log('building the demo');
const start = performance.now();
await buildDemo();
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(`built in ${seconds} s: ${readdirSync(SITE).join(', ')}`);

const server = await preview({
  ...DEMO_CONFIG,
  preview: { port, host, open, strictPort: false },
});
const address = server.httpServer.address();
const used = address && typeof address === 'object' ? address.port : port;
if (port !== 0 && used !== port) console.log(`port ${port} is taken; using ${used}`);
for (const url of [
  ...(server.resolvedUrls?.local ?? []),
  ...(server.resolvedUrls?.network ?? []),
]) {
  console.log(`ftle-map: ${url}`);
}
console.log('press Ctrl+C to stop');
