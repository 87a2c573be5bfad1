// bench-charts.mjs: a report of the benchmark as a page without scripts: roofline and bars in SVG, and all numbers
//
// The demo's page of the benchmark draws with the same functions.
import { countedMs, show } from './bench-report.mjs';

/** @typedef {import('./bench-report.mjs').Report} Report */
/** @typedef {{ label: string, value: number, detail: string, strong?: boolean }} Bar */

const WIDTH = 760;
const LABEL_WIDTH = 330;
const BAR_HEIGHT = 22;

/** @param {string} text */
export const escapeText = (text) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/**
 * Bars on a logarithmic scale.
 *
 * @param {string} title - of the chart, for those who do not see it.
 * @param {readonly Bar[]} bars
 * @param {string} unit
 */
export function barChart(title, bars, unit) {
  const values = bars.map(({ value }) => value).filter((value) => value > 0);
  if (values.length === 0) return '';
  const low = 10 ** Math.floor(Math.log10(Math.min(...values)) - 0.3);
  const high = 10 ** Math.ceil(Math.log10(Math.max(...values)));
  const room = WIDTH - LABEL_WIDTH - 90;
  const place = (/** @type {number} */ value) =>
    (room * Math.log(value / low)) / Math.log(high / low);
  const height = bars.length * BAR_HEIGHT + 30;
  const lines = powers(low, high).map((value) => {
    const x = LABEL_WIDTH + place(value);
    return `<path class="grid" d="M${x.toFixed(1)} 0V${height - 24}"/><text class="tick" x="${x.toFixed(1)}" y="${height - 8}">${show(value)}</text>`;
  });
  const rows = bars.map(({ label, value, detail, strong }, i) => {
    const y = i * BAR_HEIGHT;
    const width = Math.max(1, place(value));
    return `<g><title>${escapeText(`${label}: ${show(value)} ${unit}. ${detail}`)}</title>
<text class="label" x="${LABEL_WIDTH - 8}" y="${y + 15}">${escapeText(label)}</text>
<rect class="${strong ? 'ours' : 'bar'}" x="${LABEL_WIDTH}" y="${y + 3}" width="${width.toFixed(1)}" height="${BAR_HEIGHT - 6}"/>
<text x="${(LABEL_WIDTH + width + 6).toFixed(1)}" y="${y + 15}">${show(value)}</text></g>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}">${lines.join('')}${rows.join('')}</svg>`;
}

/** @param {number} low @param {number} high - powers of ten. */
function powers(low, high) {
  const count = Math.round(Math.log10(high / low));
  return Array.from({ length: count + 1 }, (_, i) => low * 10 ** i);
}

/** Bytes of a point's results, of rows that do not say what their road reads and writes: λ₁, λ₂, direction, status. */
const RESULT_BYTES = 20;

/**
 * Roofline: GFLOP/s against operations a byte of storage, under what memory and arithmetic allow. Roads that keep states
 * on chip need no memory but for results and lie far right, where only arithmetic bounds; those with a dispatch a layer
 * or an op stream their states.
 *
 * @param {Pick<Report, 'ceilings' | 'rows'>} report
 */
export function rooflineChart({ ceilings, rows }) {
  const measured = rows.filter(
    ({ name, gflops, unit }) => gflops !== null && unit === 'points/s' && name.startsWith('field'),
  );
  if (!ceilings || measured.length === 0) return '';
  const points = measured.map((row) => ({
    name: row.name,
    gflops: row.gflops ?? NaN,
    intensity: ((row.gflops ?? NaN) * 1e9) / row.rate / (row.bytesPerPoint ?? RESULT_BYTES),
  }));
  const [left, right] = span([ceilings.gflops / ceilings.gbps, ...points.map((p) => p.intensity)]);
  const [bottom, top] = span([ceilings.gflops, ...points.map((p) => p.gflops)]);
  const [width, height, margin] = [WIDTH, 340, 48];
  const x = (/** @type {number} */ value) =>
    margin + ((width - 2 * margin) * Math.log(value / left)) / Math.log(right / left);
  const y = (/** @type {number} */ value) =>
    height - margin - ((height - 2 * margin) * Math.log(value / bottom)) / Math.log(top / bottom);
  const knee = ceilings.gflops / ceilings.gbps;
  // The slope starts where it leaves the picture, below or to the left.
  const start = Math.max(left, bottom / ceilings.gbps);
  const roof = `M${x(start).toFixed(1)} ${y(start * ceilings.gbps).toFixed(1)}L${x(knee).toFixed(1)} ${y(ceilings.gflops).toFixed(1)}H${width - margin}`;
  const ticks = [
    ...powers(left, right).map(
      (value) =>
        `<path class="grid" d="M${x(value).toFixed(1)} ${margin}V${height - margin}"/><text class="tick" x="${x(value).toFixed(1)}" y="${height - margin + 16}">${show(value)}</text>`,
    ),
    ...powers(bottom, top).map(
      (value) =>
        `<path class="grid" d="M${margin} ${y(value).toFixed(1)}H${width - margin}"/><text class="label" x="${margin - 6}" y="${(y(value) + 4).toFixed(1)}">${show(value)}</text>`,
    ),
  ];
  const dots = points.map(({ name, gflops, intensity }) => {
    const [px, py] = [x(intensity), y(gflops)];
    const isRight = px > width / 2;
    return `<g><title>${escapeText(`${name}: ${show(gflops)} GFLOP/s, ${show((100 * gflops) / ceilings.gflops)} % of the ceiling`)}</title><circle class="ours" cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="5"/><text class="${isRight ? 'label' : ''}" x="${(px + (isRight ? -9 : 9)).toFixed(1)}" y="${(py + 4).toFixed(1)}">${escapeText(name.replace('field ', ''))}</text></g>`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Roofline of the adapter with the fields that were measured">
${ticks.join('')}<path class="roof" d="${roof}"/>
<text x="${margin}" y="${margin - 26}">GFLOP/s · ceiling ${show(ceilings.gflops)}, memory ${show(ceilings.gbps)} GB/s</text>
<text class="tick" x="${width / 2}" y="${height - 6}">floating-point operations a byte read or written</text>
${dots.join('')}</svg>`;
}

/** Powers of ten around values. @param {readonly number[]} values */
function span(values) {
  const low = 10 ** Math.floor(Math.log10(Math.min(...values)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...values)) + 1e-9);
  return [low, high > low ? high : 10 * low];
}

export const CHART_STYLE = `svg { display: block; width: 100%; height: auto; max-width: ${WIDTH}px; font: 12px system-ui, sans-serif }
svg text { fill: currentColor } svg .label { text-anchor: end } svg .tick { text-anchor: middle; opacity: 0.75 }
svg .grid { stroke: currentColor; opacity: 0.15 } svg .roof { fill: none; stroke: currentColor; stroke-width: 2 }
svg .bar { fill: #8a97a8 } svg .ours { fill: #b2182b }`;

/** The charts of a report, each with its heading. @param {Report} report */
export function reportCharts({ ceilings, rows, peers }) {
  const sections = [
    ['Roofline', rooflineChart({ ceilings, rows })],
    [
      'Kernels: share of the ceiling (%)',
      barChart(
        'Share of the ceiling of each kernel row',
        rows.flatMap((row) =>
          row.percentOfPeak === null
            ? []
            : [{ label: row.name, value: row.percentOfPeak, detail: `${show(countedMs(row))} ms` }],
        ),
        '% of the ceiling',
      ),
    ],
    ...[...new Set(peers.map(({ workload }) => workload))].map((workload) => [
      `Field ${workload}: milliseconds, logarithmic; less is better`,
      barChart(
        `Milliseconds of each contestant at field ${workload}`,
        peers
          .filter((row) => row.workload === workload)
          .map(({ tool, way, device, ms, ratio, note }) => ({
            label: tool === 'ftle-map' ? tool : `${tool}, ${way}`,
            value: ms,
            detail: `${show(ratio)} times ours, on ${device}: ${note}`,
            strong: tool === 'ftle-map',
          })),
        'ms',
      ),
    ]),
  ];
  return sections
    .filter(([, chart]) => chart !== '')
    .map(([heading, chart]) => `<h2>${escapeText(heading)}</h2>\n${chart}`)
    .join('\n');
}

/** A whole page. @param {Report} report @param {string} tables - as Markdown, shown as it is. */
export function reportPage(report, tables) {
  const { adapter, date, command } = report;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>ftle-map: benchmark on ${escapeText(adapter)}</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
pre { overflow-x: auto; font-size: 12px }
${CHART_STYLE}
</style>
<h1>Benchmark of ftle-map</h1>
<p>${escapeText(adapter)}, ${escapeText(date)}: <code>${escapeText(command)}</code></p>
${reportCharts(report)}
<h2>All numbers</h2>
<pre>${escapeText(tables)}</pre>
</html>
`;
}
