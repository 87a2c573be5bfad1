// bench-kernels.mjs: the part of the benchmark that knows no page: ceilings of the adapter, and what fields and
// training get of them; in test/bench/kernels.html, or on Dawn in Node by way of `ftle bench`
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { growthLine, pageRow } from './bench-report.mjs';

/** @typedef {import('playwright').Browser} Browser */
/** @typedef {import('../test/bench/timing.ts').KernelRow} KernelRow */
/** @typedef {import('../test/bench/kernels.ts').Ceilings} Ceilings */
/** @typedef {import('../test/bench/pipelines.ts').PipelineTimes} PipelineTimes */
/** @typedef {{ adapter: string, ceilings: Ceilings, growth: Growth | null, rows: KernelRow[] }} KernelReport */
/** @typedef {import('../test/bench/field-time.ts').Growth} Growth */

/** More than all rows print. */
const MOST_OUTPUT = 2 ** 24;

/**
 * @param {Browser} browser
 * @param {string} url - of the served sources.
 * @param {{ quick: boolean, log: (line: string) => void }} options
 * @returns {Promise<KernelReport>}
 */
export async function benchKernels(browser, url, { quick, log }) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => log(error.message));
  try {
    await page.goto(`${url}test/bench/kernels.html${quick ? '?quick' : ''}`);
    await page.waitForFunction('window.measureWorkload');
    /** @type {{ adapter: string, ceilings: Ceilings }} */
    const { adapter, ceilings } = await page.evaluate('window.measureCeilings()');
    log(`ceiling ${ceilings.gflops.toFixed(1)} GFLOP/s, ${ceilings.gbps.toFixed(1)} GB/s`);
    /** @type {string[]} */
    const names = await page.evaluate('window.listWorkloads()');
    const rows = [];
    for (const name of names) {
      /** @type {KernelRow} */
      const row = await page.evaluate(
        `window.measureWorkload(${JSON.stringify(name)}, ${ceilings.gflops})`,
      );
      log(`${name}: ${row.ms.toFixed(1)} ms`);
      rows.push(row);
    }
    /** @type {Growth | null} */
    const growth = quick ? null : await page.evaluate('window.measureGrowth()');
    if (growth) log(growthLine(growth));
    return { adapter, ceilings, growth, rows };
  } finally {
    await page.close();
  }
}

/**
 * The same on Dawn, in a process of its own.
 *
 * @param {{ quick: boolean, log: (line: string) => void }} options
 * @returns {Promise<KernelReport>}
 */
export async function benchDawn({ quick, log }) {
  const command = join(import.meta.dirname, 'ftle.mjs');
  const running = promisify(execFile)(
    process.execPath,
    [command, 'bench', '--backend', 'dawn', '--json', ...(quick ? ['--quick'] : [])],
    { maxBuffer: MOST_OUTPUT },
  );
  running.child.stderr?.on('data', (/** @type {Buffer} */ text) => log(String(text).trimEnd()));
  return JSON.parse((await running).stdout);
}

const PIPELINES = '2-10x8-1';

/**
 * Rows of the page on its kernels, cold and warm: the browser must not have made them yet.
 *
 * @param {Browser} browser
 * @param {string} url
 */
export async function benchPipelines(browser, url) {
  /** @type {PipelineTimes[]} */
  const times = [];
  for (let run = 0; run < 4; run++) {
    const page = await browser.newPage();
    try {
      await page.goto(`${url}test/bench/kernels.html`);
      await page.waitForFunction('window.measurePipelines');
      times.push(await page.evaluate(`window.measurePipelines('${PIPELINES}')`));
    } finally {
      await page.close();
    }
  }
  const [cold, ...warm] = times;
  const of = '10×8, pipelines';
  return [
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
  ];
}
