// Plan: the benchmark at tiny sizes, as `npm run bench -- --quick` and as `ftle bench --quick`: what is written has
// the members that others read, numbers are positive, contestants are right within the bound and ours is the one that
// ratios are to. A report compared with itself is no worse; with one that claims to have been twice as fast it
// is, and ends with 1; with one of another adapter it is refused. If another adapter is expected, nothing is measured.
// Wrong options end with 2.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '../../tools/bench-report.mjs';
import { BOUND } from '../bench/workloads.ts';
import { Workplace } from '../support/command.ts';

const place = new Workplace();
const BENCH = resolve(import.meta.dirname, '../../tools/bench.mjs');

function bench(...args: readonly string[]) {
  return spawnSync(process.execPath, [BENCH, ...args], { encoding: 'utf8', timeout: 50_000 });
}

const isPositive = (value: number): boolean => value > 0 && Number.isFinite(value);

it('measures, writes and compares', () => {
  const file = place.path('report.json');
  const measured = bench('--quick', '--json', file, '--html', place.path('report.html'));
  expect(measured.stderr).toContain('GFLOP/s');
  expect(measured.status).toBe(0);
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  expect(Object.values(report.ceilings!).every(isPositive)).toBe(true);
  expect(report.rows.length).toBeGreaterThan(0);
  for (const { name, ms, gflops, percentOfPeak } of report.rows) {
    expect([ms, gflops!, percentOfPeak!].every(isPositive), name).toBe(true);
  }
  const tools = report.peers.map(({ tool }) => tool).sort();
  expect(tools).toEqual(['TensorFlow.js (Wasm)', 'ftle-map', 'jax-js (Wasm)']);
  for (const { workload, tool, ms, ratio, worstError } of report.peers) {
    expect([ms, ratio].every(isPositive), `${workload}, ${tool}`).toBe(true);
    expect(worstError).toBeLessThan(BOUND);
  }
  expect(report.peers.find(({ tool }) => tool === 'ftle-map')!.ratio).toBe(1);
  expect(readFileSync(place.path('report.html'), 'utf8')).toContain('<svg');
  const [field, ...training] = report.rows;
  expect(field).toMatchObject({ road: 'fused', bytesPerPoint: 24 });
  expect(field.worstError).toBeLessThan(BOUND);
  for (const { stepsPerSecond, ratio } of training) {
    expect([stepsPerSecond!, ratio!].every(isPositive)).toBe(true);
  }

  expect(bench('--from', file, '--compare', file).status).toBe(0);
  const rows = report.rows.map((row) => ({ ...row, ms: row.ms / 2 }));
  place.write('faster.json', JSON.stringify({ ...report, rows }));
  const compared = bench('--from', file, '--compare', place.path('faster.json'));
  expect(compared.stdout).toContain(`${rows.length} of ${rows.length + 2} worse`);
  expect(compared.status).toBe(1);

  place.write('other.json', JSON.stringify({ ...report, adapter: 'another' }));
  const refused = bench('--from', file, '--compare', place.path('other.json'));
  expect(refused.stderr).toMatch(/^one report is of .*, another of another\n$/);
  expect(refused.status).toBe(1);
});

it.each([[['--only', 'kernels']], [['--dawn']]])('measures no other adapter: %j', (args) => {
  const file = place.path('unexpected.json');
  const ended = bench('--quick', ...args, '--expect', 'no such adapter', '--json', file);
  expect(ended.stderr).toMatch(/the adapter is .+, but --expect wants "no such adapter"/);
  expect(ended.stderr).not.toContain('GFLOP/s');
  expect(ended.status).toBe(1);
  expect(existsSync(file)).toBe(false);
});

it.each([
  [['--expect', 'x', '--from', 'y']],
  [['--margin', '0.9']],
  [['--dawn', '--url', 'http://localhost:1']],
])('refuses %j', (args) => {
  const ended = bench(...args);
  expect(ended.stderr).toContain('npm run bench --');
  expect(ended.status).toBe(2);
});

it('is a command too', async () => {
  const ended = await place.run(['bench', '--quick', '--json', '--quiet']);
  expect(ended.code, ended.stderr).toBe(0);
  const report = JSON.parse(ended.stdout) as Report;
  expect(isPositive(report.ceilings!.gflops)).toBe(true);
  expect(report.rows.map(({ ms }) => ms).every(isPositive)).toBe(true);
  expect(report).toMatchObject({ command: 'ftle bench', growth: null, pageRows: [], peers: [] });
  // Software adapters have timestamps too.
  expect(report.rows.every(({ gpuMs }) => isPositive(gpuMs!))).toBe(true);
  const file = place.path('command.json');
  place.write('command.json', ended.stdout);
  expect(bench('--from', file, '--compare', file).status).toBe(0);
  const onCpu = await place.run(['bench', '--backend', 'cpu']);
  expect(onCpu.code).toBe(2);
  expect(onCpu.stderr).toContain('must be webgpu or dawn');
});
