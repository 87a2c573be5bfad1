// build-cli.mjs: builds the command `ftle` into dist/cli
//
//   node tools/build-cli.mjs      builds
//   ensureCli()                   builds if dist/cli is missing or older than what it is made from
//
// The build is made beside its place and put there in one step, so that two that run at once do no harm.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildForUse } from './build-for-use.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const PLACE = join(ROOT, 'dist/cli');
const SOURCES = ['src', 'shaders', 'tools', 'test/bench', 'package.json'];

/** Time of the last change under a path, ms. @param {string} path @returns {number} */
function lastChange(path) {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return Math.max(found.mtimeMs, ...names.map((name) => statSync(join(path, name)).mtimeMs));
}

/** @param {string} path */
function isThere(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

export async function buildCli() {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'dist/.cli-'));
  chmodSync(folder, 0o755);
  try {
    for (const mode of ['command', 'page']) {
      await buildForUse({
        configFile: join(import.meta.dirname, 'cli.config.ts'),
        mode,
        logLevel: 'warn',
        build: { outDir: folder },
      });
    }
    const old = `${folder}-old`;
    if (isThere(PLACE)) renameSync(PLACE, old);
    renameSync(folder, PLACE);
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {(line: string) => void} log - told when it builds. */
export async function ensureCli(log) {
  const built = ['main.js', 'page.js'].map((name) => join(PLACE, name));
  const isFresh =
    built.every(isThere) &&
    Math.min(...built.map(lastChange)) >=
      Math.max(...SOURCES.map((name) => lastChange(join(ROOT, name))));
  if (isFresh) return;
  const start = performance.now();
  log('building the command, once after every change of its sources');
  await buildCli();
  log(`built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildCli();
}
