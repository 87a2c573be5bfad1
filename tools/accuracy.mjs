// accuracy.mjs: exponents of the GPU against float64, on every road and by every kernel, as tables
//
//   npm run accuracy -- [--only TEXT | --from FILE] [--json] [--markdown FILE]
//
//   --only TEXT      cases whose name contains it
//   --from FILE      what --json printed, or the benchmark's bundle with --accuracy (test/bench/kernels-node.ts), instead
//                    of measuring
//   --json           rows as JSON on stdout instead of the tables
//   --markdown FILE  docs/accuracy.md by default, unless --only or --from is given
//
// Opens test/bench/accuracy.html in headless Chromium (FTLE_GPU as for the tests). Weights of trained
// networks are kept in node_modules/.cache/ftle-map. Takes a quarter of an hour on a software adapter, most of it
// on roads that are for GPUs. Exits with 1 if an error exceeds the bound without the point being so
// ill-conditioned that float32 inputs explain it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { failureLine } from './bench-report.mjs';
import { ensureBrowser } from './browser.mjs';
import { chooseGpu, launchOptions } from './chromium.mjs';
import { writeMarkdown } from './markdown.mjs';

/** @typedef {import('../test/bench/accuracy.ts').AccuracyRow} Row */
/** @typedef {import('../test/bench/accuracy.ts').InterpolatedRow} InterpolatedRow */
/** @typedef {import('../test/bench/accuracy.ts').AccuracyResult} Result */
/** @typedef {import('../test/bench/accuracy.ts').AccuracyReport} Report */

const ROOT = resolve(import.meta.dirname, '..');
const CACHE = join(ROOT, 'node_modules/.cache/ftle-map');
const REPORT = join(ROOT, 'docs/accuracy.md');

const BOUND = 1e-3;
/** Rounding in a network counts like this many moves of its input and parameters by one ulp, at most. */
const EXPLAINED_RATIO = 20;

const USAGE = 'npm run accuracy -- [--only TEXT | --from FILE] [--json] [--markdown FILE]';

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', default: '' },
        from: { type: 'string' },
        json: { type: 'boolean', default: false },
        markdown: { type: 'string' },
      },
    });
    if (values.only && values.from !== undefined) {
      throw new Error('of --only and --from only one fits: all rows of a file are shown');
    }
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

/** @param {Row} row */
const isUnexplained = (row) =>
  row.statusMismatches > 0 ||
  (row.worst > BOUND && !(row.worstRatio !== null && row.worstRatio <= EXPLAINED_RATIO));

/** @param {number | null} value */
const short = (value) => {
  if (value === null) return '–';
  if (value === 0) return '0';
  return value >= 0.1 && value < 1000 ? value.toPrecision(2) : value.toExponential(1);
};

/** @param {readonly (readonly string[])[]} lines - head and rows. */
const asTable = ([head, ...lines]) =>
  [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');

/** The likeliest road, in detail. @param {readonly Row[]} rows */
function detailTable(rows) {
  const lines = rows.map((row) => [
    row.name,
    row.road,
    String(row.pointCount),
    short(row.worst),
    short(row.median),
    short(row.worstAngle),
    short(row.medianAngle),
    short(row.ulpChange),
    row.aboveCount === 0
      ? '–'
      : `${row.aboveCount}: ${short(row.medianRatio)} to ${short(row.worstRatio)}`,
    [row.note, row.statusMismatches > 0 ? `${row.statusMismatches} statuses differ` : '']
      .filter(Boolean)
      .join('; '),
  ]);
  const head = [
    'network',
    'road',
    'points',
    'worst error of l·λ₁',
    'median',
    'worst angle (°)',
    'median',
    'one ulp, at the worst point',
    'points above 1e-3: error / one ulp',
    'note',
  ];
  return asTable([head, ...lines]);
}

/** Worst errors of every kernel, a column each. @param {readonly Row[]} rows */
function roadTable(rows) {
  const roads = [...new Set(rows.map(({ road }) => road))];
  const names = [...new Set(rows.map(({ name }) => name))];
  const lines = names.map((name) => [
    name,
    ...roads.map((road) => {
      const row = rows.find((one) => one.name === name && one.road === road);
      if (!row) return '–';
      const ratio = row.aboveCount === 0 ? '' : ` (${short(row.worstRatio)})`;
      const statuses = row.statusMismatches > 0 ? `, ${row.statusMismatches} statuses differ` : '';
      return `${short(row.worst)}${ratio}${statuses}`;
    }),
  ]);
  return asTable([['network', ...roads], ...lines]);
}

/** @param {readonly InterpolatedRow[]} rows */
function interpolatedTable(rows) {
  const lines = rows.map((row) => [
    row.name,
    `${row.side}²`,
    String(row.tolerance),
    short(row.median),
    short(row.high),
    short(row.worst),
    `${(100 * row.within).toFixed(2)} %`,
  ]);
  const head = [
    'network',
    'pixels',
    'tolerance',
    'median',
    '99 %',
    'worst error of l·λ₁',
    'within',
  ];
  return asTable([head, ...lines]);
}

/** @param {readonly Row[]} rows @param {readonly InterpolatedRow[]} interpolated */
const tables = (rows, interpolated) =>
  [
    detailTable(rows.filter(({ isLikeliest }) => isLikeliest)),
    roadTable(rows),
    ...(interpolated.length > 0 ? [interpolatedTable(interpolated)] : []),
  ].join('\n\n');

/** @param {Report} report */
function asMarkdown({ rows, interpolated, adapter, date }) {
  const above = rows.filter((row) => row.worst > BOUND);
  const list = [...new Set(above.map((row) => row.name))].join(', ');
  const verdict =
    above.length === 0
      ? 'The worst error is below 1e-3 everywhere.'
      : `The worst error exceeds 1e-3 for: ${list}. Orbits there are sensitive: moving input or parameters by a \
single float32 ulp changes the exact exponent by what the column "one ulp" says at the worst point, and at \
every other point above 1e-3 by an amount of the order of its error (last column but one). Every operation \
in float32 rounds by as much as such a move, so no evaluation in float32 can do better.`;
  return `# Accuracy

Exponents of the GPU against float64, written by \`npm run accuracy\`.

- adapter: ${adapter}
- date: ${date}
- points: the pixels of a grid over [−1.8, 1.8]², at the very float32 coordinates that the GPU used; the last
  hidden layer l
- error: |l·λ_GPU − l·λ_float64| of λ₁; angle: between stretching directions, where Λ₁/Λ₂ > 1.05
- one ulp: change of the float64 value of l·λ₁ at the point of the worst error when one coordinate, or every
  parameter with a random sign, moves by one unit in the last place of float32 (largest of eight moves)
- points above 1e-3: their number; median and largest ratio of the error to that change at the same point
- “all inputs”: exponents over all input directions, on the spectral road; the plane is that of the first two inputs

By the last kernel of the likeliest road, which the engine takes first: on a software adapter it ends with that, on a GPU with
the one that it measures to be the fastest.

${detailTable(rows.filter(({ isLikeliest }) => isLikeliest))}

${verdict}

## Every road

Worst error of l·λ₁ at the same points on every road that can take the network (docs/kernels.md); where it exceeds
1e-3, with the largest ratio of an error to the change by one ulp. “First kernel”: the one that serves until a faster
one has been compiled, where there are two.

${roadTable(rows)}

## Interpolated fields

With a \`tolerance\` smooth parts of a field are interpolated. Errors against float64 over all pixels, which the
tolerance is meant to bound but cannot promise to where a field bends between two nodes:

${interpolatedTable(interpolated)}
`;
}

/** @param {string} key */
const cacheFile = (key) => join(CACHE, `${key.replaceAll(/[^\w-]/g, '_')}.json`);

/** @param {Result} result @param {string} name */
function logResult({ rows, seconds }, name) {
  const worst = Math.max(...rows.map((row) => row.worst));
  const unexplained = rows.filter(isUnexplained).map(({ road }) => road);
  const verdict =
    unexplained.length > 0
      ? `NOT EXPLAINED: ${unexplained.join(', ')}`
      : worst > BOUND
        ? 'ill-conditioned'
        : '';
  console.error(`${name.padEnd(28)} worst ${short(worst)}, ${seconds.toFixed(1)} s ${verdict}`);
}

/** @param {string} key @returns {string | null} */
function loadWeights(key) {
  try {
    return readFileSync(cacheFile(key), 'utf8');
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} text */
function saveWeights(key, text) {
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(cacheFile(key), text);
}

/** @param {string} only @returns {Promise<Report>} */
async function measure(only) {
  const { path } = await ensureBrowser(() => {});
  const gpu = await chooseGpu(path);
  const server = await createServer({
    root: ROOT,
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
    appType: 'mpa',
    server: { port: 0, host: 'localhost', watch: null, hmr: false },
  });
  await server.listen();
  const browser = await chromium.launch(launchOptions(path, gpu));
  try {
    const page = await browser.newPage();
    page.on('console', (message) => {
      if (message.text().startsWith('training')) console.error(message.text());
    });
    page.on('pageerror', (error) => console.error(error.message));
    await page.exposeFunction('loadWeights', loadWeights);
    await page.exposeFunction('saveWeights', saveWeights);
    await page.exposeFunction('logResult', logResult);
    await page.goto(`${server.resolvedUrls?.local[0]}test/bench/accuracy.html`);
    await page.waitForFunction('window.measureAll');
    return await page.evaluate(`window.measureAll(${JSON.stringify(only)})`);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** @param {string} file @returns {Report} */
function readReport(file) {
  /** @type {Partial<Report>} */
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const { adapter, date, rows, interpolated, failures } = report;
  const lists = [rows, interpolated, failures];
  if (!adapter || !date || !rows || !interpolated || !failures || !lists.every(Array.isArray)) {
    throw new Error(
      `${file} is not what npm run accuracy -- --json prints: it has no adapter or no rows`,
    );
  }
  const strange = rows.find(({ worst }) => !Number.isFinite(worst));
  if (strange) {
    throw new Error(`${file}: the worst error of ${strange.name} is ${strange.worst}, no number`);
  }
  return { adapter, date, rows, interpolated, failures };
}

/** The exit code. @param {ReturnType<typeof readOptions>} options */
async function run({ only, from, json, markdown }) {
  const report = from === undefined ? await measure(only) : readReport(from);
  const { rows, interpolated, failures } = report;
  for (const failure of failures) console.error(failureLine(failure));
  console.log(json ? JSON.stringify(report, null, 2) : tables(rows, interpolated));
  const file = markdown ?? (only || from !== undefined ? undefined : REPORT);
  if (file !== undefined) await writeMarkdown(file, asMarkdown(report));
  return rows.length > 0 && failures.length === 0 && !rows.some(isUnexplained) ? 0 : 1;
}

try {
  process.exitCode = await run(readOptions());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
