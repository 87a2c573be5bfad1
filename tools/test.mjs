// test.mjs: the whole check, as `npm test` and .ci/run call it
//
// Every step runs even if an earlier one failed, so that one run tells all; the exit code is 0 only if
// all passed. The last line is `N passed, N failed`: tests of all Vitest projects, and one more failed
// for every step that failed without naming a test. A project without test files fails.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureBrowser } from './browser.mjs';
import { chooseGpu, describeAdapter } from './chromium.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const results = mkdtempSync(join(tmpdir(), 'ftle-map-test-'));

/**
 * What Vitest's JSON reporter writes, as far as it is read here.
 *
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {number} numTotalTests
 * @property {{ name: string, status: string, message: string, assertionResults: TestResult[] }[]} testResults
 */

/** @typedef {{ status: string, fullName: string, failureMessages: string[] }} TestResult */

/**
 * Vitest projects that need a browser, the longest first. Two run side by side: one alone leaves cores idle where it
 * compiles shaders or starts browsers.
 */
const PROJECTS = ['element', 'gpu', 'page', 'cli'];

let passed = 0;
let failed = 0;
/** @type {string[]} */
const summary = [];
/** What failed, and why: printed last, where a log that was cut still has it. @type {string[]} */
const failures = [];

/**
 * Runs a package's command in Node.
 *
 * @param {string} label - put before each line of output.
 * @param {string} name - of the package.
 * @param {string[]} args
 * @returns {Promise<boolean>} whether it exited with 0
 */
function runPackage(label, name, args) {
  const manifest = findManifest(name);
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const file = typeof bin === 'string' ? bin : (bin[name] ?? bin.tsc);
  return runNode(label, [join(dirname(manifest), file), ...args]);
}

/**
 * @param {string} label
 * @param {string[]} args
 * @returns {Promise<boolean>} whether it exited with 0
 */
function runNode(label, args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => say(label, line));
    }
    child.on('error', () => done(false));
    child.on('close', (code) => done(code === 0));
  });
}

/** Steps run side by side: each line says whose it is. @param {string} label @param {string} line */
const say = (label, line) => console.log(`${label.padEnd(7)} │ ${line}`);

/** Not every package exports its manifest. @param {string} name */
function findManifest(name) {
  const folders = require.resolve.paths(name) ?? [];
  for (const folder of folders) {
    const manifest = join(folder, name, 'package.json');
    try {
      readFileSync(manifest);
      return manifest;
    } catch {
      continue;
    }
  }
  throw new Error(`package ${name} is not installed: run npm ci`);
}

/**
 * @param {string} name
 * @param {() => Promise<{ ok: boolean, note?: string, counted?: boolean }>} work - `counted`: its
 *   failures are among `failed` already.
 */
async function step(name, work) {
  say(name, 'starts');
  const start = performance.now();
  /** @type {{ ok: boolean, note?: string, counted?: boolean }} */
  let outcome;
  try {
    outcome = await work();
  } catch (error) {
    say(name, error instanceof Error ? error.message : String(error));
    outcome = { ok: false };
  }
  if (!outcome.ok && !outcome.counted) failed++;
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
  const note = outcome.note ? `  ${outcome.note}` : '';
  summary.push(`${outcome.ok ? 'passed' : 'FAILED'} ${seconds} s  ${name.padEnd(9)}${note}`);
  return outcome.ok;
}

/** @param {string} name @param {string} command - of a package. @param {string[]} args */
const packageStep = (name, command, args) =>
  step(name, async () => ({ ok: await runPackage(name, command, args) }));

/** @param {string} project */
async function runProject(project) {
  const file = join(results, `${project}.json`);
  const ok = await runPackage(project, 'vitest', [
    'run',
    `--project=${project}`,
    '--allowOnly=false',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  /** @type {Report} */
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { ok: false, note: 'no report' };
  }
  passed += report.numPassedTests;
  let broken = 0;
  for (const { name, status, message, assertionResults } of report.testResults) {
    const path = relative(ROOT, name);
    const tests = assertionResults.filter((test) => test.status === 'failed');
    for (const { fullName, failureMessages } of tests) {
      failures.push(`${path}: ${fullName}\n  ${failureMessages.join('\n  ')}`);
    }
    // A file that does not load has failed without a failed test.
    if (status === 'failed' && tests.length === 0) {
      broken++;
      failures.push(`${path}\n  ${message}`);
    }
  }
  failed += report.numFailedTests + broken;
  const skipped = report.numPendingTests + report.numTodoTests;
  const notes = [`${report.numPassedTests} passed, ${report.numFailedTests} failed`];
  if (broken > 0) notes.push(`${broken} files broken`);
  if (report.numTotalTests === 0) notes.push('no tests');
  if (skipped > 0) notes.push(`${skipped} skipped`);
  return {
    ok: ok && report.numTotalTests > 0,
    note: notes.join(', '),
    counted: report.numFailedTests + broken > 0,
  };
}

await step('browser', async () => {
  const browser = await ensureBrowser();
  const gpu = await chooseGpu(browser.path);
  process.env['FTLE_BROWSER'] = browser.path;
  process.env['FTLE_GPU'] = gpu;
  const adapter = await describeAdapter(browser.path, gpu);
  say('browser', `${gpu} adapter: ${adapter ?? 'none'}`);
  return { ok: adapter !== null, note: `${browser.version}, ${gpu}: ${adapter ?? 'no adapter'}` };
});
// None of these needs the GPU: they share the cores.
await Promise.all([
  packageStep('lint', 'eslint', ['.', '--max-warnings=0']),
  packageStep('format', 'prettier', ['--check', '--log-level=warn', '.']),
  packageStep('types', 'typescript', ['--noEmit']),
  step('unit', () => runProject('unit')),
]);
await step('build', async () => ({
  ok:
    (await runPackage('build', 'vite', ['build', '--logLevel=warn'])) &&
    (await runPackage('build', 'vite', [
      'build',
      '--config=tools/one-file.config.ts',
      '--logLevel=warn',
    ])) &&
    (await runNode('build', [join(ROOT, 'tools/build-cli.mjs')])) &&
    (await runNode('build', [join(ROOT, 'tools/declarations.mjs')])),
}));
await packageStep('package', 'publint', ['--strict']);
const waiting = PROJECTS.values();
const runWaiting = async () => {
  for (const project of waiting) await step(project, () => runProject(project));
};
await Promise.all([runWaiting(), runWaiting()]);

rmSync(results, { recursive: true, force: true });
if (failures.length > 0) console.log(`\n${failures.join('\n\n')}`);
console.log(`\n${summary.join('\n')}\n\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
