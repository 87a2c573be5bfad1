// kernels-node.ts: the benchmark of kernels on Dawn in Node, for machines without a browser
//
//   node FILE.mjs [--expect WORD] [--only TEXT] [--quick] [--python FILE] [--json FILE]
//   node FILE.mjs --workloads FILE
//   node FILE.mjs --accuracy [--expect WORD] [--only TEXT] [--json FILE]
//
// What tools/bench-bundle.mjs packs into one file. Needs the package `webgpu` beside it and nothing else.
// Prints a report, as `npm run bench -- --json` writes it: `npm run bench -- --from FILE` makes tables of it. With
// --python ratios to what tools/peers.py printed are in it, which takes the fields that --workloads writes. With
// --accuracy it is errors against float64, of which `npm run accuracy -- --from FILE` makes tables.
// With --expect it measures nothing unless the adapter's description has that word, such as nvidia: without its driver
// Dawn takes whatever computes on the CPU. Progress goes to stderr. Errors end it with 1.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { failureLine, mergePeers, rowLine, type PythonRow } from '../../tools/bench-report.mjs';
import { expectAdapter } from '../../tools/expect-adapter.mjs';
import { measureAll } from './accuracy.ts';
import type { WeightCache } from './accuracy-cases.ts';
import { measureKernels } from './kernel-report.ts';
import { beLikeAPage } from '../support/dawn.ts';
import { describeTestAdapter } from '../support/device.ts';
import { benchTarget } from './timing.ts';
import { exportWorkloads } from './workloads.ts';

const { values } = parseArgs({
  options: {
    expect: { type: 'string' },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    python: { type: 'string' },
    json: { type: 'string' },
    workloads: { type: 'string' },
    accuracy: { type: 'boolean', default: false },
  },
});

/** Writes to a file, or to stdout, and ends: Dawn's threads would keep the process alive. */
function finish(text: string, file?: string): void {
  if (file !== undefined) writeFileSync(file, text);
  process.stdout.write(file === undefined ? text : '', () => process.exit(0));
}

async function measure(): Promise<string> {
  // Read first: a wrong file is known before minutes are spent.
  const { python: file } = values;
  const python =
    file === undefined
      ? []
      : (JSON.parse(readFileSync(file, 'utf8')) as { rows: PythonRow[] }).rows;
  let seen = 0;
  let failed = 0;
  const report = await measureKernels(await benchTarget(values.quick), {
    command: 'node bench.mjs',
    only: values.only,
    onPart({ adapter, ceilings, rows, failures = [] }, fraction) {
      for (const failure of failures.slice(failed)) console.error(failureLine(failure));
      failed = failures.length;
      if (rows.length === 0) console.error(`${adapter}: ${ceilings?.gflops.toFixed(1)} GFLOP/s`);
      for (const row of rows.slice(seen)) {
        console.error(`${(100 * fraction).toFixed(0)} %: ${rowLine(row)}`);
      }
      seen = rows.length;
    },
  });
  const peers = mergePeers([], report.adapter, python, report.rows);
  return `${JSON.stringify({ ...report, peers }, null, 2)}\n`;
}

async function compareWithFloat64(): Promise<string> {
  // Two cases use what one has trained.
  const texts = new Map<string, string>();
  const cache: WeightCache = {
    load: (key) => Promise.resolve(texts.get(key) ?? null),
    save: (key, text) => Promise.resolve(void texts.set(key, text)),
  };
  const report = await measureAll(values.only, cache, ({ rows, seconds }, name) => {
    const worst = rows.map((row) => `${row.road} ${row.worst.toExponential(1)}`).join(', ');
    console.error(`${name}, ${seconds.toFixed(0)} s: ${worst}`);
  });
  for (const failure of report.failures) console.error(failureLine(failure));
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** What was asked for, on the adapter that is wanted. */
async function report(): Promise<string> {
  expectAdapter((await describeTestAdapter()).name, values.expect);
  return values.accuracy ? compareWithFloat64() : measure();
}

beLikeAPage();
try {
  if (values.workloads !== undefined) finish(exportWorkloads(), values.workloads);
  else {
    const text = await report();
    if (values.json !== undefined) writeFileSync(values.json, text);
    finish(text);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
