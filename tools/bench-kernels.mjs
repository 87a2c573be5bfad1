// bench-kernels.mjs: the half of the benchmark that knows no page: ceilings of the adapter, and what fields and
// training get of them. Opens test/bench/kernels.html.
import { join, resolve } from 'node:path';
import { createServer } from 'vite';

/** @typedef {import('playwright').Browser} Browser */
/** @typedef {import('../test/bench/kernels.ts').KernelRow} KernelRow */
/** @typedef {import('../test/bench/kernels.ts').Ceilings} Ceilings */
/** @typedef {import('../test/bench/kernels.ts').Growth} Growth */

const ROOT = resolve(import.meta.dirname, '..');

/**
 * @param {Browser} browser
 * @param {(line: string) => void} log
 * @returns {Promise<{ adapter: string, ceilings: Ceilings, growth: Growth, rows: KernelRow[] }>}
 */
export async function benchKernels(browser, log) {
  const server = await createServer({
    root: ROOT,
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
    appType: 'mpa',
    server: { port: 0, host: 'localhost', watch: null, hmr: false },
  });
  await server.listen();
  const page = await browser.newPage();
  page.on('pageerror', (error) => log(error.message));
  try {
    await page.goto(`${server.resolvedUrls?.local[0]}test/bench/kernels.html`);
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
    /** @type {Growth} */
    const growth = await page.evaluate('window.measureGrowth()');
    log(growthLine(growth));
    return { adapter, ceilings, growth, rows };
  } finally {
    await page.close();
    await server.close();
  }
}

/** @param {number} value */
const show = (value) => String(Number(value.toPrecision(3)));

/** @param {Growth} growth */
function growthLine({ points, layers, width }) {
  return `Time of a field grows like points^${show(points)}, layers^${show(layers)}, width^${show(width)}.`;
}

/**
 * @param {Ceilings} ceilings
 * @param {Growth} growth
 * @param {KernelRow[]} rows
 */
export function kernelTable(ceilings, growth, rows) {
  const { gflops, fmaGflops, multiplyAddGflops, gbps, emptyDispatchMs, readbackMs } = ceilings;
  return [
    `Ceilings: ${show(gflops)} GFLOP/s in float32 (fma() ${show(fmaGflops)}, a·b + c ${show(multiplyAddGflops)}),`,
    `${show(gbps)} GB/s through storage buffers, ${show(1000 * emptyDispatchMs)} µs for an empty dispatch,`,
    `${show(readbackMs)} ms for a readback of 16 bytes.`,
    '',
    '| workload | median ms | least | most | runs | rate | GFLOP/s | % of ceiling |',
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map((row) => {
      const cells = [
        row.name,
        show(row.ms),
        show(row.leastMs),
        show(row.mostMs),
        row.runs,
        `${show(row.rate)} ${row.unit}`,
        row.gflops === null ? '–' : show(row.gflops),
        row.percentOfPeak === null ? '–' : show(row.percentOfPeak),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
    growthLine(growth),
  ].join('\n');
}
