// The page that measures: the rows of `npm run bench`, in the visitor's browser. It looks at single kernels, so
// unlike the other pages it uses more than the public interface.
import { openDevice } from '../src/gpu/adapter.ts';
import { measureKernels } from '../test/bench/kernel-report.ts';
import type { BenchTarget, KernelRow } from '../test/bench/timing.ts';
import { CHART_STYLE, reportCharts } from '../tools/bench-charts.mjs';
import { ceilingLine, failureLine, rateOf, show, type Report } from '../tools/bench-report.mjs';
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
  const { device, description, slow } = await openDevice(adapter, { timestamps: true });
  return { device, name: description, software: slow, quick };
}

async function measure(): Promise<void> {
  const target = await openTarget();
  try {
    status.textContent = `${target.name}: what it can do at most …`;
    progress.max = 1;
    const found = await measureKernels(target, {
      command: 'bench.html of the demo',
      onPart(part, fraction, next) {
        progress.value = fraction;
        status.textContent = `${target.name}: ${next} …`;
        showReport(part);
      },
    });
    showReport(found);
    const most = found.ceilings ? ceilingLine(found.ceilings) : '';
    status.textContent = `${found.adapter}: ${most}.`;
    failure.textContent = (found.failures ?? []).map(failureLine).join(' ');
  } finally {
    target.device.destroy();
  }
}

function showReport(found: Report): void {
  report = found;
  charts.innerHTML = reportCharts(report);
  table.hidden = report.rows.length === 0;
  body.replaceChildren(...report.rows.map(rowElement));
}

function rowElement(one: KernelRow): HTMLElement {
  const { name, ms, gpuMs, gflops, percentOfPeak } = one;
  const row = document.createElement('tr');
  const optional = (value: number | null): string => (value === null ? '–' : show(value));
  const times = [show(ms), optional(gpuMs)];
  const cells = [name, ...times, rateOf(one), optional(gflops), optional(percentOfPeak)];
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
