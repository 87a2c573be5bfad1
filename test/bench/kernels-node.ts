// kernels-node.ts: the benchmark of kernels on Dawn in Node, for machines without a browser
//
//   node FILE.mjs [--only TEXT] [--json FILE]
//
// What tools/bench-bundle.mjs packs into one file. Needs the package `webgpu` beside it and nothing else.
// Prints { adapter, date, ceilings, growth, rows }; growth is null with --only.
// Progress goes to stderr. Errors end it with 1.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { create, globals } from 'webgpu';
import { measureGrowth } from './field-time.ts';
import { listWorkloads, measureCeilings, measureWorkload, type KernelRow } from './kernels.ts';
import { testTarget } from './timing.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' } } });

// Dawn ends with its instance, so it stays in a variable of the module.
const gpu = create([]);
Object.assign(globalThis, globals);
const browser = globalThis as { navigator?: object };
Object.defineProperty((browser.navigator ??= {}), 'gpu', { value: gpu });

const target = await testTarget();
const { adapter, ceilings } = await measureCeilings(target);
console.error(
  `${adapter}: ${ceilings.gflops.toFixed(1)} GFLOP/s, ${ceilings.gbps.toFixed(1)} GB/s`,
);
const rows: KernelRow[] = [];
for (const name of await listWorkloads(target)) {
  if (values.only && !name.includes(values.only)) continue;
  const row = await measureWorkload(name, ceilings.gflops, target);
  console.error(`${name}: ${row.ms.toFixed(1)} ms, ${row.gflops?.toFixed(2) ?? '–'} GFLOP/s`);
  rows.push(row);
}
const growth = values.only ? null : await measureGrowth(target);
const date = new Date().toISOString().slice(0, 10);
const report = { adapter, date, ceilings, growth, rows };
const text = `${JSON.stringify(report, null, 2)}\n`;
if (values.json) writeFileSync(values.json, text);
// Dawn's threads would keep the process alive.
process.stdout.write(text, () => process.exit(0));
