// The page that measures: the rows of `npm run bench`, in the visitor's browser. It looks at single kernels, so
// unlike the other pages it uses more than the public interface.
import { openDevice } from '../src/gpu/adapter.ts';
import {
  listWorkloads,
  measureCeilings,
  measureWorkload,
  type Ceilings,
} from '../test/bench/kernels.ts';
import type { BenchTarget, KernelRow } from '../test/bench/timing.ts';
import { CHART_STYLE, reportCharts } from '../tools/bench-charts.mjs';
import { show, type Report } from '../tools/bench-report.mjs';
import { find, messageOf, offerFile } from './page.ts';

const start = find<HTMLButtonElement>('#start');
const save = find<HTMLButtonElement>('#save');
const progress = find<HTMLProgressElement>('#progress');
const status = find('#status');
const failure = find('#error');
const charts = find('#charts');
const table = find('.rows');
const body = find('#rows');

const style = document.createElement('style');
style.textContent = CHART_STYLE;
document.head.append(style);

/** `?quick`: tiny sizes, to see that the page works. */
const quick = new URLSearchParams(location.search).has('quick');

let report: Report | null = null;

async function openTarget(): Promise<BenchTarget> {
  if (!('gpu' in navigator)) throw new Error('This browser has no WebGPU.');
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  const { device, description, slow } = await openDevice(adapter);
  return { device, name: description, software: slow, quick };
}

async function measure(): Promise<void> {
  const target = await openTarget();
  try {
    status.textContent = `${target.name}: what it can do at most …`;
    const { adapter, ceilings } = await measureCeilings(target);
    const names = await listWorkloads(target);
    const rows: KernelRow[] = [];
    progress.max = names.length;
    for (const name of names) {
      status.textContent = `${adapter}: ${name} …`;
      rows.push(await measureWorkload(name, ceilings.gflops, target));
      progress.value = rows.length;
      showReport(adapter, ceilings, rows);
    }
    status.textContent = `${adapter}: ${show(ceilings.gflops)} GFLOP/s and ${show(ceilings.gbps)} GB/s at most.`;
  } finally {
    target.device.destroy();
  }
}

function showReport(adapter: string, ceilings: Ceilings, rows: KernelRow[]): void {
  const date = new Date().toISOString().slice(0, 10);
  const command = 'bench.html of the demo';
  report = { adapter, date, command, ceilings, rows, pageRows: [], peers: [] };
  charts.innerHTML = reportCharts(report);
  table.hidden = false;
  body.replaceChildren(...rows.map(rowElement));
}

function rowElement({ name, ms, rate, unit, gflops, percentOfPeak }: KernelRow): HTMLElement {
  const row = document.createElement('tr');
  const optional = (value: number | null): string => (value === null ? '–' : show(value));
  const cells = [
    name,
    show(ms),
    `${show(rate)} ${unit}`,
    optional(gflops),
    optional(percentOfPeak),
  ];
  for (const text of cells) {
    const cell = document.createElement('td');
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}

start.addEventListener('click', () => {
  start.disabled = save.disabled = true;
  failure.textContent = '';
  progress.hidden = false;
  progress.value = 0;
  measure()
    .catch((error: unknown) => {
      status.textContent = '';
      failure.textContent = messageOf(error);
    })
    .finally(() => {
      start.disabled = false;
      save.disabled = report === null;
      progress.hidden = true;
    });
});

save.addEventListener('click', () => {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  offerFile(new Blob([text], { type: 'application/json' }), 'ftle-map-bench.json');
});
