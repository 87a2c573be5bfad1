// browser.mjs: finds a browser that has WebGPU, or installs one
//
//   node tools/find-browser.mjs      tries in this order, one line a step, and prints the path last
//
//   1. an explicit path: FTLE_BROWSER or CHROME_PATH
//   2. an installed Chrome, Chromium or Edge: names on PATH, then the usual places
//   3. Playwright's own Chromium: there already, else downloaded
//   4. the system's package manager, as root or by sudo without a password
//   5. otherwise an error that says what to do
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { chromium } from 'playwright';

/** @typedef {{ path: string, version: string, source: string }} Browser */
/** @typedef {(line: string) => void} Log */

/** First major version in which WebGPU works headless on every system. */
const OLDEST_VERSION = 121;

/** A download that prints nothing for this long has no connection worth waiting for. */
const SILENCE_LIMIT = 60_000;

const PATH_NAMES = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
];

/** @type {Partial<Record<NodeJS.Platform, string[]>>} */
const USUAL_PLACES = {
  linux: [
    '/opt/google/chrome/chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/lib/chromium/chromium',
    '/usr/lib64/chromium-browser/chromium-browser',
    '/snap/bin/chromium',
    '/opt/microsoft/msedge/msedge',
  ],
  darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((name) =>
    ['', process.env['HOME'] ?? ''].map((home) => {
      return `${home}/Applications/${name}.app/Contents/MacOS/${name}`;
    }),
  ),
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((variable) => {
    const folder = process.env[variable];
    if (!folder) return [];
    return [
      join(folder, 'Google/Chrome/Application/chrome.exe'),
      join(folder, 'Chromium/Application/chrome.exe'),
      join(folder, 'Microsoft/Edge/Application/msedge.exe'),
    ];
  }),
};

/**
 * Package managers and how each installs Chromium without questions.
 *
 * @type {{ command: string, steps: string[][], root: boolean }[]}
 */
const PACKAGE_MANAGERS = [
  {
    command: 'apt-get',
    steps: [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
    ],
    root: true,
  },
  { command: 'dnf', steps: [['install', '-y', 'chromium']], root: true },
  {
    command: 'apk',
    steps: [['add', '--no-cache', 'chromium', 'chromium-swiftshader']],
    root: true,
  },
  { command: 'pacman', steps: [['-Sy', '--noconfirm', '--needed', 'chromium']], root: true },
  {
    command: 'zypper',
    steps: [['--non-interactive', 'install', '--no-recommends', 'chromium']],
    root: true,
  },
  { command: 'brew', steps: [['install', '--cask', 'google-chrome']], root: false },
];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Full path of a command on PATH, or null.
 *
 * @param {string} name
 */
function onPath(name) {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name + suffix)).find(isExecutable) ?? null;
}

/**
 * Version of the browser at `path`, or the reason why it cannot be used.
 *
 * @param {string} path
 * @returns {{ version: string } | { reason: string }}
 */
function checkBrowser(path) {
  if (!isExecutable(path)) return { reason: 'is not an executable file' };
  // There the program opens a window instead of printing its version.
  if (process.platform === 'win32') return { version: 'version unknown' };
  const run = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  const found = /(\d+)\.\d+\.\d+\.\d+/.exec(run.stdout ?? '');
  if (!found) {
    const said = `${run.error?.message ?? ''} ${run.stderr ?? ''} ${run.stdout ?? ''}`.trim();
    return { reason: `does not start: ${said.split('\n')[0] || `exit code ${run.status}`}` };
  }
  if (Number(found[1]) < OLDEST_VERSION) {
    return { reason: `is version ${found[0]}, but must be ${OLDEST_VERSION} or later` };
  }
  return { version: found[0] };
}

/**
 * @param {string} source
 * @param {string} path
 * @param {Log} log
 * @returns {Browser | null}
 */
function tryBrowser(source, path, log) {
  const check = checkBrowser(path);
  if ('reason' in check) {
    log(`browser: ${source}: ${path} ${check.reason}`);
    return null;
  }
  log(`browser: ${source}: ${path} (${check.version})`);
  return { path, version: check.version, source };
}

/**
 * Steps 1 to 3 without installing anything.
 *
 * @param {Log} [log]
 * @returns {Browser | null}
 * @throws {Error} if an explicit path is given and is no browser.
 */
export function findBrowser(log = () => {}) {
  for (const variable of ['FTLE_BROWSER', 'CHROME_PATH']) {
    const path = process.env[variable];
    if (!path) continue;
    const browser = tryBrowser(variable, path, log);
    if (browser) return browser;
    throw new Error(`${variable} is ${path}, which cannot be used; correct it or unset it`);
  }
  const installed = findInstalled(log);
  if (installed) return installed;
  log('browser: installed: none');
  if (!isExecutable(chromium.executablePath())) return null;
  return tryBrowser("Playwright's", chromium.executablePath(), log);
}

/** @param {Log} log */
function findInstalled(log) {
  const paths = [
    ...PATH_NAMES.map(onPath).filter((path) => path !== null),
    ...(USUAL_PLACES[process.platform] ?? []).filter(isExecutable),
  ];
  for (const path of new Set(paths)) {
    const browser = tryBrowser('installed', path, log);
    if (browser) return browser;
  }
  return null;
}

/**
 * Runs a command with its output passed on; ends it when it has been silent for too long.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ silenceLimit: number, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<string | null>} why it failed, or null
 */
function runCommand(command, args, { silenceLimit, env = process.env }) {
  return new Promise((done) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let reason = '';
    let silent = false;
    const stop = () => {
      silent = true;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(stop, silenceLimit);
    /** @param {Buffer} chunk */
    const heard = (chunk) => {
      clearTimeout(timer);
      timer = setTimeout(stop, silenceLimit);
      const lines = chunk.toString().trim().split('\n');
      reason ||= lines.find((line) => /error|unable|cannot|fail/i.test(line)) ?? '';
    };
    child.stdout.on('data', heard);
    child.stderr.on('data', heard);
    child.on('error', (error) => {
      clearTimeout(timer);
      done(error.message);
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      if (silent) done(`nothing happened for ${silenceLimit / 1000} s`);
      else done(code === 0 ? null : reason.trim() || `exit code ${code}`);
    });
  });
}

/** Path of Playwright's command line, which npm need not have linked. */
function playwrightCli() {
  const manifest = createRequire(import.meta.url).resolve('playwright/package.json');
  return join(dirname(manifest), 'cli.js');
}

/**
 * Step 3: Playwright's download, with the system libraries it needs where we may install them.
 *
 * @param {Log} log
 */
async function downloadBrowser(log) {
  log("browser: Playwright's: downloading");
  const failure = await runCommand(
    process.execPath,
    [playwrightCli(), 'install', '--no-shell', 'chromium'],
    {
      silenceLimit: SILENCE_LIMIT,
      env: { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '8000' },
    },
  );
  if (failure) {
    log(`browser: Playwright's: the download failed: ${failure}`);
    return null;
  }
  const path = chromium.executablePath();
  const browser = tryBrowser("Playwright's", path, log);
  if (browser || process.platform !== 'linux' || !rootPrefix()) return browser;
  log("browser: Playwright's: installing the libraries it needs");
  const depsFailure = await runCommand(
    process.execPath,
    [playwrightCli(), 'install-deps', 'chromium'],
    { silenceLimit: 5 * SILENCE_LIMIT },
  );
  if (depsFailure) log(`browser: Playwright's: installing libraries failed: ${depsFailure}`);
  return depsFailure ? null : tryBrowser("Playwright's", path, log);
}

/** What goes before a command that needs root; null if there is no way to be root. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (!onPath('sudo')) return null;
  return spawnSync('sudo', ['-n', 'true'], { timeout: 10_000 }).status === 0
    ? ['sudo', '-n']
    : null;
}

/**
 * Step 4.
 *
 * @param {Log} log
 */
async function installPackage(log) {
  for (const { command, steps, root } of PACKAGE_MANAGERS) {
    if (!onPath(command)) continue;
    const prefix = root ? rootPrefix() : [];
    if (!prefix) {
      log(`browser: ${command}: needs root, and sudo asks for a password`);
      continue;
    }
    let failure = null;
    for (const step of steps) {
      log(`browser: ${command}: ${[...prefix, command, ...step].join(' ')}`);
      const [program, ...args] = [...prefix, command, ...step];
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      failure = await runCommand(program ?? command, args, {
        silenceLimit: 5 * SILENCE_LIMIT,
        env,
      });
      if (failure) break;
    }
    if (failure) log(`browser: ${command}: failed: ${failure}`);
    const browser = findInstalled(log);
    if (browser) return browser;
  }
  return null;
}

/**
 * Finds a browser, or installs one: steps 1 to 5.
 *
 * @param {Log} [log]
 * @returns {Promise<Browser>}
 */
export async function ensureBrowser(log = console.log) {
  const browser = findBrowser(log) ?? (await downloadBrowser(log)) ?? (await installPackage(log));
  if (browser) return browser;
  throw new Error(
    [
      'no browser with WebGPU was found, and none could be installed. One of these helps:',
      '  - install Chrome, Chromium or Edge, version ' + `${OLDEST_VERSION} or later`,
      '  - with internet access: npx playwright install --with-deps chromium',
      '  - on Debian, as root: apt-get update && apt-get install chromium',
      '  - FTLE_BROWSER=/path/to/chrome npm test',
    ].join('\n'),
  );
}
