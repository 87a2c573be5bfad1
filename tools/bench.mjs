// bench.mjs: how fast the live map and its kernels are in a headless browser
//
//   npm run bench -- [--only page|kernels] [--runs N] [--json FILE] [--save] | --bundle FILE.mjs
//
//   --only        one half of it
//   --runs N      repetitions of every row of the page; 5 by default
//   --json FILE   writes { adapter, date, ceilings, growth, rows, pageRows }
//   --save        writes docs/bench.md
//   --bundle FILE measures nothing, but packs the benchmark of kernels for Dawn in Node (bench-bundle.mjs)
//
// Builds and serves the demo, then measures on the adapter that FTLE_GPU chooses (as for the tests):
// from navigation to the first picture on screen, of the demo; frames a second while training a 10×8 network
// with a field of 256², and with one of the side that the map chooses for the adapter, for which also
// seconds of the page's life until 98 % test accuracy, of one tag in an empty page; points a second of
// exponents over all inputs of a network for images.
/* global document, requestAnimationFrame */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { format, resolveConfig } from 'prettier';
import { build } from 'vite';
import { bundleKernels } from './bench-bundle.mjs';
import { benchKernels, kernelTable } from './bench-kernels.mjs';
import { ensureBrowser } from './browser.mjs';
import { chooseGpu, launchOptions } from './chromium.mjs';
import { serveDemo } from './site.mjs';

/** @typedef {import('playwright').Browser} Browser */
/** @typedef {{ name: string, unit: string, median: number, lowest: number, highest: number, runs: number, aim: string }} Row */

const ROOT = resolve(import.meta.dirname, '..');
/** The library as it is published; not in dist, which others may be using. */
const LIBRARY = resolve(ROOT, 'node_modules/.cache/ftle-map/bench');
const REPORT = resolve(ROOT, 'docs/bench.md');
const USAGE =
  'npm run bench -- [--only page|kernels] [--runs N] [--json FILE] [--save] | --bundle FILE.mjs';

const WARM_UP_MS = 2000;
const COUNTED_MS = 6000;
const PATIENCE_MS = 120_000;

/** @param {string} attributes */
const tagPage = (attributes) => `<!doctype html><html lang="en"><title>bench</title>
<script type="module" src="ftle-map.js"></script>
<ftle-map dataset="circle" architecture="2-10x8-1" ridges boundary autoplay ${attributes}
  style="width: 512px"></ftle-map></html>`;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        runs: { type: 'string', default: '5' },
        json: { type: 'string' },
        save: { type: 'boolean', default: false },
        bundle: { type: 'string' },
      },
    });
    const runs = Number(values.runs);
    if (!Number.isInteger(runs) || runs < 1) {
      throw new Error(`--runs is ${values.runs}, but must be a whole number of at least 1`);
    }
    const { only } = values;
    if (only !== undefined && only !== 'page' && only !== 'kernels') {
      throw new Error(`--only is ${only}, but must be page or kernels`);
    }
    return { ...values, runs };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

/**
 * Milliseconds from navigation to the animation frame after the first `ftle-frame` event.
 *
 * @param {Browser} browser
 * @param {string} url
 */
async function timeFirstPicture(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  try {
    await page.addInitScript(() => {
      const seen = new Promise((done) => {
        const onFrame = () => requestAnimationFrame(() => done(performance.now()));
        document.addEventListener('ftle-frame', onFrame, { once: true });
      });
      Object.assign(globalThis, { firstPicture: seen });
    });
    await page.goto(url);
    return await page.evaluate(
      () =>
        /** @type {{ firstPicture: Promise<number> }} */ (/** @type {unknown} */ (globalThis))
          .firstPicture,
    );
  } finally {
    await page.close();
  }
}

/**
 * Frames a second while training, and seconds from navigation to 98 % test accuracy.
 *
 * @param {Browser} browser
 * @param {string} url
 * @param {string} attributes
 */
async function timeTraining(browser, url, attributes) {
  const page = await browser.newPage({ viewport: { width: 800, height: 800 } });
  try {
    await page.addInitScript(() => {
      const record = { frames: /** @type {number[]} */ ([]), learnt: NaN };
      document.addEventListener('ftle-frame', () => record.frames.push(performance.now()));
      document.addEventListener('ftle-training', (event) => {
        const { testAccuracy } = /** @type {CustomEvent} */ (event).detail;
        if (testAccuracy >= 0.98 && Number.isNaN(record.learnt)) record.learnt = performance.now();
      });
      Object.assign(globalThis, { record });
    });
    await page.route('**/bench.html', (route) =>
      route.fulfill({ contentType: 'text/html', body: tagPage(attributes) }),
    );
    await page.goto(`${url}bench.html`);
    const handle = await page.evaluateHandle(
      () =>
        /** @type {{ record: { frames: number[], learnt: number } }} */ (
          /** @type {unknown} */ (globalThis)
        ).record,
    );
    await page.waitForFunction((record) => record.frames.length > 0, handle);
    await page.waitForTimeout(WARM_UP_MS);
    const before = await handle.evaluate((record) => record.frames.length);
    await page.waitForTimeout(COUNTED_MS);
    const frames = await handle.evaluate((record) => record.frames);
    const counted = frames.slice(before);
    const rate = ((counted.length - 1) * 1000) / ((counted.at(-1) ?? NaN) - counted[0]);
    await page.waitForFunction((record) => !Number.isNaN(record.learnt), handle, {
      timeout: PATIENCE_MS,
    });
    const learnt = await handle.evaluate((record) => record.learnt);
    const adapter = await page.evaluate(
      () =>
        /** @type {{ description?: string }} */ (document.querySelector('ftle-map')).description,
    );
    return { rate, seconds: learnt / 1000, adapter: adapter ?? 'unknown' };
  } finally {
    await page.close();
  }
}

const FULL_ARCHITECTURE = '784-20x16-10';
const FULL_POINTS = 10_000;

/**
 * Points a second of λ₁ and λ₂ over all inputs, compiling not counted.
 *
 * @param {Browser} browser
 * @param {string} url
 */
async function timePoints(browser, url) {
  const page = await browser.newPage();
  try {
    await page.route('**/library/**', (route) =>
      route.fulfill({ path: resolve(LIBRARY, route.request().url().split('/library/')[1]) }),
    );
    await page.goto(url);
    return await page.evaluate(
      async ([architecture, count, address]) => {
        const { createGpuEngine, initialiseNetwork, parseArchitecture } =
          /** @type {typeof import('../src/index.ts')} */ (await import(String(address)));
        const adapter = await navigator.gpu.requestAdapter();
        const device = await adapter?.requestDevice();
        if (!device || !adapter) throw new Error('no WebGPU adapter');
        const slow = /swiftshader|llvmpipe/i.test(
          `${adapter.info.architecture} ${adapter.info.description}`,
        );
        const engine = createGpuEngine(device, { slow });
        const network = initialiseNetwork(parseArchitecture(String(architecture)), 1);
        const points = Float32Array.from({ length: Number(count) * network.inputWidth }, (_, i) =>
          Math.sin(i * i),
        );
        const model = engine.createModel(network);
        const evaluator = await engine.createEvaluator(model, {
          layer: network.depth,
          space: 'full',
          exponentCount: 2,
          directions: false,
        });
        await evaluator.evaluate(points.subarray(0, 64 * network.inputWidth));
        const start = performance.now();
        await evaluator.evaluate(points);
        const seconds = (performance.now() - start) / 1000;
        device.destroy();
        return Number(count) / seconds;
      },
      [FULL_ARCHITECTURE, FULL_POINTS, `${url}library/index.js`],
    );
  } finally {
    await page.close();
  }
}

/**
 * @param {string} name
 * @param {string} unit
 * @param {number[]} values
 * @param {string} aim
 * @returns {Row}
 */
function asRow(name, unit, values, aim) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return {
    name,
    unit,
    median,
    lowest: sorted[0],
    highest: sorted.at(-1) ?? NaN,
    runs: sorted.length,
    aim,
  };
}

/** @param {Row[]} rows */
function asTable(rows) {
  const round = (/** @type {number} */ value) => String(Number(value.toPrecision(3)));
  return [
    '| what | median | lowest | highest | unit | runs | aim |',
    '|---|---:|---:|---:|---|---:|---|',
    ...rows.map(
      (row) =>
        `| ${[row.name, round(row.median), round(row.lowest), round(row.highest), row.unit, row.runs, row.aim].join(' | ')} |`,
    ),
  ].join('\n');
}

/**
 * The rows of the page.
 *
 * @param {Browser} browser
 * @param {number} runs
 */
async function benchPage(browser, runs) {
  const site = await serveDemo();
  await build({
    root: ROOT,
    configFile: resolve(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: LIBRARY, sourcemap: false },
  });
  const pictures = [];
  /** @type {Awaited<ReturnType<typeof timeTraining>>[]} */
  const trainings = [];
  /** @type {Awaited<ReturnType<typeof timeTraining>>[]} */
  const adaptive = [];
  const points = [];
  try {
    for (let run = 0; run < runs; run++) {
      pictures.push(await timeFirstPicture(browser, site.url));
      trainings.push(await timeTraining(browser, site.url, 'resolution="256"'));
      adaptive.push(await timeTraining(browser, site.url, ''));
      points.push(await timePoints(browser, site.url));
      console.error(`run ${run + 1} of ${runs} done`);
    }
  } finally {
    await site.close();
  }
  const rates = (/** @type {typeof trainings} */ of) => of.map((training) => training.rate);
  const learnt = adaptive.map((training) => training.seconds);
  const pointsName = `λ₁ and λ₂ over all inputs of ${FULL_ARCHITECTURE}, ${FULL_POINTS} points`;
  return {
    adapter: trainings[0].adapter,
    rows: [
      asRow('navigation to first picture', 'ms', pictures, 'at most 600 on SwiftShader'),
      asRow(
        'frames while training, 10×8 at 256²',
        '1/s',
        rates(trainings),
        'at least 15 on SwiftShader',
      ),
      asRow(
        'frames while training, 10×8, at the side the map chooses',
        '1/s',
        rates(adaptive),
        'at least 10',
      ),
      asRow(
        'navigation to 98 % test accuracy, 10×8, at the side the map chooses',
        's',
        learnt,
        'at most 15 on SwiftShader',
      ),
      asRow(pointsName, 'points/s', points, 'none'),
    ],
  };
}

const options = readOptions();
if (options.bundle) {
  await bundleKernels(options.bundle);
  process.exit(0);
}
const { path } = await ensureBrowser();
const browser = await chromium.launch(launchOptions(path, await chooseGpu(path)));
try {
  const log = (/** @type {string} */ line) => console.error(line);
  const page = options.only === 'kernels' ? null : await benchPage(browser, options.runs);
  const kernels = options.only === 'page' ? null : await benchKernels(browser, log);
  const adapter = kernels?.adapter ?? page?.adapter ?? 'unknown';
  const date = new Date().toISOString().slice(0, 10);
  const tables = [
    ...(page ? ['## The page', asTable(page.rows)] : []),
    ...(kernels ? ['## Kernels', kernelTable(kernels.ceilings, kernels.growth, kernels.rows)] : []),
  ].join('\n\n');
  console.log(`${adapter}, ${date}\n\n${tables}`);
  if (options.json) {
    const { ceilings = null, growth = null, rows = [] } = kernels ?? {};
    const report = { adapter, date, ceilings, growth, rows, pageRows: page?.rows ?? [] };
    mkdirSync(dirname(resolve(options.json)), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (options.save) {
    mkdirSync(dirname(REPORT), { recursive: true });
    const head = '# Benchmarks\n\nWritten by `npm run bench -- --save`.';
    const text = `${head} Adapter: ${adapter}. Date: ${date}.\n\n${tables}\n`;
    const config = await resolveConfig(REPORT);
    writeFileSync(REPORT, await format(text, { ...config, filepath: REPORT }));
  }
} finally {
  await browser.close();
}
