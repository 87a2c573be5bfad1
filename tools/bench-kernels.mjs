// bench-kernels.mjs: the part of the benchmark that knows no page: ceilings of the adapter, and what fields and
// training get of them; in test/bench/kernels.html, or on Dawn in Node by way of `ftle bench`
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ceilingLine, growthLine, pageRow, readReport, rowLine } from './bench-report.mjs';

/** @typedef {import('playwright').Browser} Browser */
/** @typedef {import('./bench-report.mjs').Report} Report */
/** @typedef {import('../test/bench/pipelines.ts').PipelineTimes} PipelineTimes */

/** More than all rows print. */
const MOST_OUTPUT = 2 ** 24;

/** Logs rows that have come since the last call. @param {(line: string) => void} log */
function rowLogger(log) {
  let seen = 0;
  return (/** @type {Report} */ { ceilings, rows }) => {
    if (rows.length === 0 && ceilings) log(ceilingLine(ceilings));
    for (const row of rows.slice(seen)) log(rowLine(row));
    seen = rows.length;
  };
}

/**
 * @param {Browser} browser
 * @param {string} url - of the served sources.
 * @param {{ quick: boolean, log: (line: string) => void }} options
 * @returns {Promise<Report>}
 */
export async function benchKernels(browser, url, { quick, log }) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => log(error.message));
  try {
    await page.exposeFunction('onPart', rowLogger(log));
    await page.goto(`${url}test/bench/kernels.html${quick ? '?quick' : ''}`);
    await page.waitForFunction('window.measureKernels');
    /** @type {Report} */
    const report = await page.evaluate(`window.measureKernels('npm run bench')`);
    if (report.growth) log(growthLine(report.growth));
    return report;
  } finally {
    await page.close();
  }
}

/** What the adapter of Dawn says of itself. */
export async function dawnAdapter() {
  const command = join(import.meta.dirname, 'dawn-adapter.mjs');
  return (await promisify(execFile)(process.execPath, [command])).stdout;
}

/**
 * The same on Dawn, in a process of its own.
 *
 * @param {{ quick: boolean, log: (line: string) => void }} options
 * @returns {Promise<Report>}
 */
export async function benchDawn({ quick, log }) {
  const command = join(import.meta.dirname, 'ftle.mjs');
  const running = promisify(execFile)(
    process.execPath,
    [command, 'bench', '--backend', 'dawn', '--json', ...(quick ? ['--quick'] : [])],
    { maxBuffer: MOST_OUTPUT },
  );
  running.child.stderr?.on('data', (/** @type {Buffer} */ text) => log(String(text).trimEnd()));
  return readReport(JSON.parse((await running).stdout), 'ftle bench');
}

/** On a software adapter the first is fused, the second wide. */
const PIPELINES = { '10×8': '2-10x8-1', '50×8': '2-50x8-1' };

/**
 * Rows of the page on its kernels, cold and warm: the browser must not have made them yet.
 *
 * @param {Browser} browser
 * @param {string} url
 */
export async function benchPipelines(browser, url) {
  const rows = [];
  for (const [name, architecture] of Object.entries(PIPELINES)) {
    /** @type {PipelineTimes[]} */
    const times = [];
    for (let run = 0; run < 4; run++) {
      const page = await browser.newPage();
      try {
        await page.goto(`${url}test/bench/kernels.html`);
        await page.waitForFunction('window.measurePipelines');
        times.push(await page.evaluate(`window.measurePipelines('${architecture}')`));
      } finally {
        await page.close();
      }
    }
    const [cold, ...warm] = times;
    const of = `${name}, pipelines`;
    rows.push(
      pageRow(`${of} of the first picture, cold`, 'ms', [cold.readyMs], 'at most 1000'),
      pageRow(
        `${of} of the first picture, warm`,
        'ms',
        warm.map((one) => one.readyMs),
        'none',
      ),
      pageRow(`${of} of the faster kernels, cold`, 'ms', [cold.improvedMs], 'none'),
      pageRow(
        `${of} of the faster kernels, warm`,
        'ms',
        warm.map((one) => one.improvedMs),
        'none',
      ),
    );
  }
  return rows;
}
