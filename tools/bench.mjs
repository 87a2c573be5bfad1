// bench.mjs: how fast the live map and its kernels are in a headless browser, beside other libraries
//
//   npm run bench -- [options]
//
//   --only PARTS     some of page, kernels, peers, separated by commas
//   --fields NAMES   some of A, B, C for contestants, separated by commas
//   --runs N         repetitions of every row of the page, and rounds of contestants; 5 by default
//   --expect WORD    measures nothing, and ends with 1, unless the adapter's description has it, such as nvidia: without
//                    its driver another adapter would be measured
//   --quick          tiny sizes, a few seconds: to see that it works
//   --dawn           kernels on Dawn in Node instead of a browser; nothing else then
//   --url ADDRESS    a Chromium that is open on this machine (--remote-debugging-port), such as http://localhost:9222
//   --workloads FILE writes the fields for tools/peers.py, and measures nothing
//   --python FILE    what tools/peers.py printed, for the table of contestants
//   --from FILES     takes reports of --json instead of measuring, of several parts if there are more
//   --json FILE      writes { adapter, date, command, ceilings, growth, rows, pageRows, peers, failures }
//   --html FILE      writes a page with roofline and bars
//   --compare FILE   prints ratios to a report of --json of the same adapter; exits with 1 if one is worse by more
//                    than --margin
//   --margin X       1.15 by default
//   --markdown FILE  writes the tables, as in docs/bench.md
//   --bundle FILE    measures nothing, but packs the kernels' benchmark for Dawn in Node (bench-bundle.mjs)
//
// Serves the sources and measures on the adapter that FTLE_GPU chooses (as for the tests). Rows of kernels that cannot
// be measured are said in the report, which is written all the same, and end it with 1.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { bundleKernels } from './bench-bundle.mjs';
import { reportPage } from './bench-charts.mjs';
import { benchDawn, benchKernels, benchPipelines, dawnAdapter } from './bench-kernels.mjs';
import { benchPeers, writeWorkloads } from './bench-peers.mjs';
import {
  joinReports,
  mergePeers,
  pairReports,
  pairTable,
  readReport,
  reportTables,
  worsePairs,
} from './bench-report.mjs';
import { ensureBrowser } from './browser.mjs';
import { adapterOf, chooseGpu, launchOptions } from './chromium.mjs';
import { expectAdapter } from './expect-adapter.mjs';
import { writeMarkdown } from './markdown.mjs';

/** @typedef {import('./bench-report.mjs').Report} Report */
/** @typedef {ReturnType<typeof readOptions>} Options */

const PARTS = ['page', 'kernels', 'peers'];
const FIELDS = ['A', 'B', 'C'];
const USAGE =
  'npm run bench -- [--only page,kernels,peers] [--fields A,B,C] [--runs N] [--expect WORD] [--quick] [--dawn | --url ADDRESS | --from FILES] [--workloads FILE] [--python FILE] [--json FILE] [--html FILE] [--markdown FILE] [--compare FILE [--margin X]] | --bundle FILE.mjs';

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        fields: { type: 'string' },
        runs: { type: 'string', default: '5' },
        expect: { type: 'string' },
        quick: { type: 'boolean', default: false },
        dawn: { type: 'boolean', default: false },
        url: { type: 'string' },
        workloads: { type: 'string' },
        python: { type: 'string' },
        from: { type: 'string' },
        json: { type: 'string' },
        html: { type: 'string' },
        compare: { type: 'string' },
        margin: { type: 'string', default: '1.15' },
        markdown: { type: 'string' },
        bundle: { type: 'string' },
      },
    });
    const runs = Number(values.runs);
    if (!Number.isInteger(runs) || runs < 1) {
      throw new Error(`--runs is ${values.runs}, but must be a whole number of at least 1`);
    }
    const margin = Number(values.margin);
    if (!(margin >= 1)) throw new Error(`--margin is ${values.margin}, but must be at least 1`);
    const standard = values.dawn ? 'kernels' : values.quick ? 'kernels,peers' : PARTS.join();
    const parts = (values.only ?? standard).split(',');
    const unknown = parts.find((part) => !PARTS.includes(part));
    if (unknown !== undefined) {
      throw new Error(`--only has ${unknown}, but must be of ${PARTS.join(', ')}`);
    }
    if (values.dawn && parts.join() !== 'kernels') {
      throw new Error('--dawn has kernels alone: there is no page');
    }
    const fields = (values.fields ?? (values.quick ? 'A' : FIELDS.join())).split(',');
    const stranger = fields.find((field) => !FIELDS.includes(field));
    if (stranger !== undefined) {
      throw new Error(`--fields has ${stranger}, but must be of ${FIELDS.join(', ')}`);
    }
    const sources = [values.dawn || undefined, values.url, values.from];
    if (sources.filter((source) => source !== undefined).length > 1) {
      throw new Error('of --dawn, --url and --from only one fits');
    }
    const unmeasured = [values.from, values.workloads, values.bundle];
    if (values.expect !== undefined && unmeasured.some((file) => file !== undefined)) {
      throw new Error(
        '--expect is for what is measured, so --from, --workloads and --bundle have none',
      );
    }
    return { ...values, runs, margin, parts, fields };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

const log = (/** @type {string} */ line) => console.error(line);
const readJson = (/** @type {string} */ file) => JSON.parse(readFileSync(file, 'utf8'));
const reportOf = (/** @type {string} */ file) => readReport(readJson(file), file);

/** @param {string} file @param {string} text */
function writeText(file, text) {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, text);
}

/** A browser of our own, or the one that is open. @param {string | undefined} url */
async function openBrowser(url) {
  if (url !== undefined) return chromium.connectOverCDP(url);
  const { path } = await ensureBrowser();
  return chromium.launch(launchOptions(path, await chooseGpu(path)));
}

/** What was measured, as a command without the names of files. @param {Options} options */
function commandOf({ parts, fields, runs, quick, dawn }) {
  const said = ['npm run bench -- --runs', runs];
  if (parts.length < PARTS.length) said.push('--only', parts.join(','));
  if (parts.includes('peers') && fields.length < FIELDS.length) {
    said.push('--fields', fields.join(','));
  }
  if (quick) said.push('--quick');
  if (dawn) said.push('--dawn');
  return said.join(' ');
}

const today = () => new Date().toISOString().slice(0, 10);

/** @param {Options} options @returns {Promise<Report>} */
async function measure(options) {
  const { parts, fields, runs, expect, quick, dawn, url, python } = options;
  const command = commandOf(options);
  const date = today();
  // Read first: a wrong file is known before minutes are spent.
  /** @type {import('./bench-report.mjs').PythonRow[]} */
  const apart = python === undefined ? [] : readJson(python).rows;
  const measured = [
    ...(parts.includes('peers') ? fields : []),
    ...(parts.includes('kernels') && !quick ? FIELDS : []),
  ];
  const stray = apart.find(({ workload }) => !measured.includes(workload));
  if (stray) {
    throw new Error(`${String(python)} has field ${stray.workload}, which is not to be measured`);
  }
  if (dawn) {
    if (expect !== undefined) expectAdapter(await dawnAdapter(), expect);
    const found = await benchDawn({ quick, log });
    return { ...found, date, command, peers: mergePeers([], found.adapter, apart, found.rows) };
  }
  // What builds and serves is loaded only where it is needed.
  const { serveBench } = await import('./bench-site.mjs');
  const { benchPage } = await import('./bench-page.mjs');
  const site = await serveBench();
  const browser = await openBrowser(url);
  try {
    if (expect !== undefined) expectAdapter((await adapterOf(browser)) ?? '', expect);
    // The first to make pipelines: they must be cold.
    const pipelines = parts.includes('page') ? await benchPipelines(browser, site.url) : [];
    const page = parts.includes('page') ? await benchPage(browser, runs, log) : null;
    const kernels = parts.includes('kernels')
      ? await benchKernels(browser, site.url, { quick, log })
      : null;
    const rounds = quick ? 1 : runs;
    const contest = parts.includes('peers')
      ? await benchPeers(browser, site.url, { fields, rounds, quick, log })
      : null;
    const adapter = kernels?.adapter ?? contest?.adapter ?? page?.adapter ?? 'unknown';
    return {
      adapter,
      date,
      command,
      ceilings: kernels?.ceilings ?? null,
      growth: kernels?.growth ?? null,
      rows: kernels?.rows ?? [],
      failures: [...(kernels?.failures ?? []), ...(contest?.failures ?? [])],
      pageRows: [...pipelines, ...(page?.rows ?? [])],
      peers: mergePeers(contest?.rows ?? [], adapter, apart, kernels?.rows),
    };
  } finally {
    await browser.close();
    await site.close();
  }
}

/**
 * Reports that were written, as one, with rows of the script added.
 *
 * @param {string} files - separated by commas.
 * @param {string | undefined} python
 */
function reread(files, python) {
  const report = joinReports(files.split(',').map(reportOf));
  if (python === undefined) return report;
  const inPage = report.peers.filter(({ paired }) => paired);
  const { adapter, rows } = report;
  return { ...report, peers: mergePeers(inPage, adapter, readJson(python).rows, rows) };
}

/** @param {string} tables @param {Report} report */
function asMarkdown(tables, { adapter, date, command: said }) {
  const head = '# Benchmarks\n\nWritten by `npm run bench -- --markdown FILE`.';
  return `${head} Adapter: ${adapter}. Date: ${date}. Command: \`${said}\`.\n\n${tables}\n`;
}

/**
 * The exit code.
 *
 * @param {Report} report
 * @param {{ file: string, report: Report }} before
 * @param {number} margin
 */
function compareWith(report, { file, report: before }, margin) {
  const found = pairReports(report, before);
  if (found.length === 0) {
    console.error(`${file} has no row of this report`);
    return 1;
  }
  const worse = worsePairs(found, margin);
  console.log(`\n## Compared with ${file}\n\n${pairTable(found)}`);
  console.log(`\n${worse.length} of ${found.length} worse by more than ${margin}`);
  return worse.length > 0 ? 1 : 0;
}

/** The exit code. @param {Options} options */
async function run(options) {
  const { bundle, workloads, url, from, python, json, html, markdown, compare, margin } = options;
  if (bundle !== undefined) {
    await bundleKernels(bundle);
    return 0;
  }
  if (workloads !== undefined) {
    const { serveBench } = await import('./bench-site.mjs');
    const site = await serveBench();
    const browser = await openBrowser(url);
    try {
      writeText(workloads, await writeWorkloads(browser, site.url));
    } finally {
      await browser.close();
      await site.close();
    }
    return 0;
  }
  // Read first, as it may be wrong.
  const before = compare === undefined ? null : { file: compare, report: reportOf(compare) };
  const report = from === undefined ? await measure(options) : reread(from, python);
  const tables = reportTables(report);
  console.log(`${report.adapter}, ${report.date}\n\n${tables}`);
  if (json !== undefined) writeText(json, `${JSON.stringify(report, null, 2)}\n`);
  if (html !== undefined) writeText(html, reportPage(report, tables));
  if (markdown !== undefined) await writeMarkdown(markdown, asMarkdown(tables, report));
  const failed = (report.failures ?? []).length > 0 ? 1 : 0;
  return before ? compareWith(report, before, margin) || failed : failed;
}

const options = readOptions();
try {
  process.exitCode = await run(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
