// build-cli.mjs: builds the command `ftle` into dist/cli
//
//   node tools/build-cli.mjs      builds
//   ensureCli()                   builds if dist/cli is missing or older than what it is made from
//
// Each build has a folder of its own, named by its content, and dist/cli/main.js is the line that imports the last one:
// a command that runs while another is built loads the rest of itself from where it began, and two that are built at
// once do no harm.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildForUse } from './build-for-use.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const PLACE = join(ROOT, 'dist/cli');
/** Builds that are kept: so many times it may be built anew while a command runs. */
const KEPT = 16;
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
  const start = new Date();
  mkdirSync(PLACE, { recursive: true });
  const folder = mkdtempSync(join(PLACE, '.new-'));
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
    install(folder, PLACE, start);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Makes a build the one that runs from now on.
 *
 * @param {string} folder - of the build, inside `place`; it is moved.
 * @param {string} place - its main.js becomes the line that imports that of the build.
 * @param {Date} start - of the build: sources that have changed since are newer.
 */
export function install(folder, place, start) {
  const name = contentName(folder);
  const home = join(place, name);
  if (isThere(home)) rmSync(folder, { recursive: true });
  else renameSync(folder, home);
  utimesSync(home, start, start);
  const entry = join(place, `.${basename(folder)}.js`);
  writeFileSync(entry, `import './${name}/main.js';\n`);
  utimesSync(entry, start, start);
  renameSync(entry, join(place, 'main.js'));
  const others = readdirSync(place)
    .filter((other) => ![name, 'main.js'].includes(other) && !other.startsWith('.'))
    .map((other) => ({ path: join(place, other), time: statSync(join(place, other)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { path } of others.slice(KEPT - 1)) rmSync(path, { recursive: true, force: true });
}

/** The same for the same files. @param {string} folder @returns {string} */
function contentName(folder) {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    const content = readFileSync(join(folder, name));
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}

/** @param {(line: string) => void} log - told when it builds. */
export async function ensureCli(log) {
  const main = join(PLACE, 'main.js');
  const sources = SOURCES.map((name) => lastChange(join(ROOT, name)));
  if (isThere(main) && lastChange(main) >= Math.max(...sources)) return;
  const start = performance.now();
  log('building the command, once after every change of its sources');
  await buildCli();
  log(`built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildCli();
}
