// Plan: what the benchmark makes of its numbers, on numbers made up here. Medians; ratios of the script's rows to
// our own; pairs of two reports, where less time, a higher rate and a larger lead are better, and the margin
// counts at its edge; a row that only one report has is no pair; NaN is worse, from none to some too, and adapters must
// be the same. Reports of other hands may lack members. What a road reads and writes for a point. Tables and charts hold every row,
// nothing unescaped, and well-formed SVG. Time in passes counts where a row is of that clock, for contestants, comparisons
// and tables. An adapter without the word that is expected is refused. The check of contestants against float64 takes what is right, and refuses
// one wrong number, NaN and a short list. The parts of a workload that slow ones compute are its own points.
import { describe, expect, it } from 'vitest';
import { planeExponents } from '../../src/reference/exponent.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { barChart, reportCharts, reportPage, rooflineChart } from '../../tools/bench-charts.mjs';
import {
  median,
  FIELD_ROWS,
  frameVerdict,
  joinReports,
  mergePeers,
  pageRow,
  pairReports,
  pairTable,
  readReport,
  reportTables,
  rowLine,
  worsePairs,
  type PythonRow,
  type Report,
} from '../../tools/bench-report.mjs';
import { expectAdapter } from '../../tools/expect-adapter.mjs';
import { fieldBytes } from '../bench/field-bytes.ts';
import { measureEach } from '../bench/kernel-report.ts';
import { workloadGroups } from '../bench/kernels.ts';
import type { PeerRow } from '../bench/peers/contest.ts';
import type { KernelRow } from '../bench/timing.ts';
import {
  BOUND,
  checkStretches,
  createWorkload,
  everyPoint,
  FIELD_WORKLOADS,
} from '../bench/workloads.ts';

const peer = (tool: string, ms: number, ratio: number): PeerRow => ({
  workload: 'A',
  tool,
  way: 'by an expert',
  note: 'a note',
  ms,
  leastMs: ms,
  mostMs: ms,
  ratio,
  ratios: [ratio],
  stride: 1,
  worstError: 1e-6,
});

const python: PythonRow = {
  workload: 'A',
  tool: 'PyTorch 2 (CPU)',
  way: 'hand-batched',
  device: 'CPU, 2 threads',
  ms: 150,
  leastMs: 140,
  mostMs: 160,
  rounds: 5,
  stride: 4,
  worstError: 1e-6,
};

const kernel = (name: string, ms: number, gflops: number | null = 5): KernelRow => ({
  name,
  ms,
  leastMs: ms,
  mostMs: ms,
  runs: 7,
  gpuMs: null,
  leastGpuMs: null,
  mostGpuMs: null,
  clock: 'wall',
  rate: 1e6 / ms,
  unit: 'points/s',
  gflops,
  percentOfPeak: gflops === null ? null : gflops * 10,
});

const CEILINGS = {
  gflops: 10,
  fmaGflops: 10,
  multiplyAddGflops: 9,
  leastGflops: 8,
  gbps: 2,
  workgroupGbps: 20,
  emptyDispatchMs: 0.01,
  readbackMs: 1,
};

const REPORT: Report = {
  adapter: 'a <b> & "c"',
  date: '2026-01-01',
  command: 'npm run bench',
  ceilings: CEILINGS,
  rows: [kernel('field 2-10x12-1, 512²', 100), kernel('statistics', 2, null)],
  pageRows: [pageRow('frames', '1/s', [10, 30, 20], 'at least 15')],
  peers: mergePeers([peer('ftle-map', 100, 1), peer('jax-js (Wasm)', 200, 2)], 'gpu', [python]),
};

/** The same of a GPU, which is faster than its field is there. */
const inPasses = (row: KernelRow, gpuMs: number): KernelRow => ({
  ...row,
  gpuMs,
  leastGpuMs: gpuMs / 2,
  mostGpuMs: gpuMs * 2,
  clock: 'gpu',
});

describe('numbers of a report', () => {
  it('are medians of odd and even counts, whatever their order', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(pageRow('x', 'ms', [3, 1, 2], 'none')).toMatchObject({ lowest: 1, highest: 3, runs: 3 });
  });

  it('set the rows of the script against our time, and sort by it', () => {
    const tools = REPORT.peers.map(({ tool, ratio, device }) => [tool, ratio, device]);
    expect(tools).toEqual([
      ['ftle-map', 1, 'gpu'],
      ['PyTorch 2 (CPU)', 1.5, 'CPU, 2 threads'],
      ['jax-js (Wasm)', 2, 'CPU'],
    ]);
    expect(() => mergePeers([], 'gpu', [python])).toThrow('which we were not measured at');
  });

  it('set them against the row of the kernels that is the same field, where there was no contest', () => {
    const rows = [kernel(FIELD_ROWS.A, 50), kernel(FIELD_ROWS.B, 1)];
    const peers = mergePeers([], 'gpu', [python, { ...python, ms: 25 }], rows);
    expect(peers.map(({ workload, tool, ratio }) => [workload, tool, ratio])).toEqual([
      ['A', 'PyTorch 2 (CPU)', 0.5],
      ['A', 'ftle-map', 1],
      ['A', 'PyTorch 2 (CPU)', 3],
    ]);
    const fast = mergePeers([], 'gpu', [python], [inPasses(rows[0], 10)]);
    expect(
      fast.map(({ tool, ms, leastMs, mostMs, ratio }) => [tool, ms, leastMs, mostMs, ratio]),
    ).toEqual([
      ['ftle-map', 10, 5, 20, 1],
      ['PyTorch 2 (CPU)', 150, 140, 160, 15],
    ]);
    const contest = mergePeers([peer('ftle-map', 100, 1)], 'gpu', [python], rows);
    expect(contest.map(({ ratio }) => ratio)).toEqual([1, 1.5]);
    for (const { name, architecture, side } of FIELD_WORKLOADS) {
      expect(FIELD_ROWS[name]).toBe(`field ${architecture}, ${side}²`);
    }
    const names = [true, false].map((software) =>
      workloadGroups({ software }).flatMap((group) => group.map(({ name }) => name)),
    );
    for (const name of Object.values(FIELD_ROWS)) {
      for (const list of names) expect(list.filter((one) => one === name)).toHaveLength(1);
    }
    for (const list of names) expect(new Set(list).size).toBe(list.length);
  });
});

describe('reports of several runs', () => {
  it('are joined part by part, on one adapter only', () => {
    const page: Report = { ...REPORT, command: 'one', ceilings: null, rows: [], peers: [] };
    const rest: Report = { ...REPORT, command: 'two', pageRows: [] };
    expect(joinReports([page, rest])).toMatchObject({
      command: 'one and two',
      ceilings: CEILINGS,
      rows: REPORT.rows,
      pageRows: REPORT.pageRows,
      peers: REPORT.peers,
    });
    expect(() => joinReports([page, { ...rest, adapter: 'other' }])).toThrow(/of other/);
  });

  it('are joined field by field where each is of one field of the contest', () => {
    const contest = (workload: string, ms: number): Report => {
      return { ...REPORT, peers: [{ ...REPORT.peers[0], workload, ms }] };
    };
    const joined = joinReports([contest('A', 1), contest('B', 2), contest('A', 3)]);
    expect(joined.peers.map(({ workload, ms }) => [workload, ms])).toEqual([
      ['A', 1],
      ['B', 2],
    ]);
  });
});

describe('a report of another hand', () => {
  const least = {
    adapter: 'gpu',
    ceilings: { gflops: 10, gbps: 2 },
    rows: [{ name: FIELD_ROWS.A, ms: 2, gflops: 5, percentOfPeak: 50 }],
  };

  it('has what it lacks as empty, and all tables and charts', () => {
    const report = readReport(least, 'file');
    expect(report).toMatchObject({ pageRows: [], peers: [], growth: null });
    const peers = [{ workload: 'A', tool: 'other', ms: 4, ratio: 2 }];
    const full = readReport({ ...least, peers }, 'file');
    const tables = reportTables(full);
    expect(tables).toContain('other');
    expect(tables).not.toMatch(/NaN|undefined|null/);
    expect(reportCharts(full)).not.toMatch(/NaN|undefined|null/);
    expect(joinReports([full, report]).peers).toHaveLength(1);
    expect(pairReports(full, full).map(({ ratio }) => ratio)).toEqual([1, 1]);
    expect(readReport(REPORT, 'file')).toMatchObject(REPORT);
  });

  it.each([[null], ['text'], [{}], [{ ...least, rows: {} }]])('is refused if it is %j', (value) => {
    expect(() => readReport(value, 'some.json')).toThrow('some.json is not a report');
  });
});

describe('two reports', () => {
  const later = (change: Partial<Report>): Report => ({ ...REPORT, ...change });

  it('are equal to themselves', () => {
    const found = pairReports(REPORT, REPORT);
    expect(found).toHaveLength(2 + 1 + 2);
    expect(found.every(({ ratio }) => ratio === 1)).toBe(true);
    expect(worsePairs(found, 1)).toEqual([]);
  });

  it.each([
    ['more time', { rows: [kernel('statistics', 2.4, null)] }],
    ['a lower rate', { pageRows: [pageRow('frames', '1/s', [20 / 1.2], 'none')] }],
    ['a smaller lead', { peers: mergePeers([peer('jax-js (Wasm)', 1, 2 / 1.2)], 'gpu', []) }],
  ])('differ by %s, beyond the margin and within it', (_, change) => {
    const none = { rows: [], pageRows: [], peers: [] };
    const found = pairReports(later({ ...none, ...change }), REPORT);
    expect(found).toHaveLength(1);
    expect(found[0].ratio).toBeCloseTo(1.2, 12);
    expect(worsePairs(found, 1.15)).toEqual(found);
    expect(worsePairs(found, 1.25)).toEqual([]);
    const back = pairReports(REPORT, later({ ...none, ...change }));
    expect(back[0].ratio).toBeCloseTo(1 / 1.2, 12);
    expect(pairTable(found)).toContain(found[0].name);
  });

  const tasks = (...values: number[]) => ({
    ...REPORT,
    rows: [],
    peers: [],
    pageRows: values.map((value, i) => pageRow(`row ${i}`, 'ms', [value], 'none')),
  });

  it('compare zeros', () => {
    const found = pairReports(tasks(0, 5, 0), tasks(0, 0, 5));
    expect(found.map(({ ratio }) => ratio)).toEqual([1, Infinity, 0]);
    expect(worsePairs(found, 100).map(({ name }) => name)).toEqual(['row 1']);
    const rates = (value: number) => ({
      ...tasks(),
      pageRows: [pageRow('rate', '1/s', [value], 'none')],
    });
    expect(pairReports(rates(0), rates(0))[0].ratio).toBe(1);
    expect(pairReports(rates(0), rates(5))[0].ratio).toBe(Infinity);
    expect(pairReports(rates(5), rates(0))[0].ratio).toBe(0);
  });

  it('compare time in passes where both have it', () => {
    const reportOf = (...rows: KernelRow[]): Report => ({
      ...REPORT,
      rows,
      pageRows: [],
      peers: [],
    });
    const [fast, slow] = [0.1, 0.2].map((gpuMs) => reportOf(inPasses(kernel('field', 1), gpuMs)));
    expect(pairReports(slow, fast).map(({ name, ratio }) => [name, ratio])).toEqual([
      ['field', 1],
      ['field, in passes', 2],
    ]);
    expect(pairReports(slow, reportOf(kernel('field', 1)))).toHaveLength(1);
  });

  it('of different adapters are refused', () => {
    expect(() => pairReports({ ...REPORT, adapter: 'other' }, REPORT)).toThrow('one report is of');
  });

  it('count what is no number as worse, and rows of one alone not at all', () => {
    const found = pairReports(
      later({ rows: [kernel('statistics', NaN), kernel('new', 1)], pageRows: [], peers: [] }),
      REPORT,
    );
    expect(found.map(({ name }) => name)).toEqual(['statistics']);
    expect(worsePairs(found, 1.15)).toHaveLength(1);
    // JSON writes NaN as null.
    const written = JSON.parse(JSON.stringify(tasks(NaN))) as Report;
    expect(worsePairs(pairReports(tasks(1), written), 1.15)).toHaveLength(1);
    expect(worsePairs(pairReports(written, written), 1.15)).toHaveLength(1);
  });
});

describe('what is shown', () => {
  it('has all rows in tables', () => {
    const tables = reportTables(REPORT);
    for (const { name } of [...REPORT.rows, ...REPORT.pageRows]) expect(tables).toContain(name);
    for (const { tool } of REPORT.peers) expect(tables).toContain(tool);
    expect(tables).toContain('every 4th, scaled up');
    expect(reportTables({ ...REPORT, ceilings: null, peers: [], pageRows: [] })).toBe('');
  });

  it('has latency and time in passes side by side, and says what rates are of', () => {
    const row = inPasses(kernel('field', 0.3), 0.1);
    const lines = reportTables({ ...REPORT, rows: [row, kernel('training', 7)] }).split('\n');
    const cellsOf = (start: string) =>
      lines
        .find((line) => line.startsWith(`| ${start} |`))!
        .split('|')
        .map((cell) => cell.trim());
    const head = cellsOf('workload');
    const cell = (name: string, column: string) => cellsOf(name)[head.indexOf(column)];
    expect(cell('field', 'median ms')).toBe('0.3');
    expect(cell('field', 'in passes')).toBe('0.1');
    expect(['field', 'training'].map((name) => cell(name, 'by'))).toEqual(['passes', 'wall']);
    expect(reportCharts({ ...REPORT, rows: [row] })).toContain('50 % of the ceiling. 0.1 ms');
    expect(rowLine(row)).toBe('field: 0.3 ms, 0.1 ms in passes, 50 % of the ceiling');
    expect(rowLine(kernel('training', 7, null))).toBe('training: 7 ms');
  });

  it('says whether moves are shown within one frame', () => {
    const frame = pageRow('a frame of the display', 'ms', [16, 17], 'none');
    const move = (name: string, ms: number, frames: number[]) => [
      pageRow(name, 'ms', [ms], 'one frame'),
      pageRow(`${name}, counted`, 'frames', frames, 'at most 1'),
    ];
    const rows = [frame, ...move('wheel', 10, [1, 1]), ...move('drag', 20, [1, 2, 1])];
    expect(frameVerdict(rows)).toContain('(16.5 ms)');
    expect(frameVerdict(rows)).toContain('- wheel: yes; yes\n');
    expect(frameVerdict(rows)).toContain('- drag: no, 2 frames at most; no, 20 ms in the median');
    expect(frameVerdict(REPORT.pageRows)).toBe('');
  });

  it('has charts whose marks are where the numbers are', () => {
    const bars = [10, 100, 1000].map((value) => ({ label: `${value} <ms>`, value, detail: '' }));
    const widths = Array.from(
      barChart('times', bars, 'ms').matchAll(/<rect[^>]* width="([\d.]+)"/g),
      ([, width]) => Number(width),
    );
    expect(widths).toHaveLength(3);
    // Equal ratios are equal lengths.
    expect(widths[2] - widths[1]).toBeCloseTo(widths[1] - widths[0], 0);
    expect(widths[1]).toBeGreaterThan(widths[0]);
    expect(barChart('times', [], 'ms')).toBe('');
    const roofline = rooflineChart(REPORT);
    expect(roofline.match(/<circle/g)).toHaveLength(1);
    expect(roofline).toContain('50 % of the ceiling');
    expect(roofline).not.toMatch(/NaN|Infinity|undefined/);
    expect(rooflineChart({ ...REPORT, ceilings: null })).toBe('');
    // A road that streams its states does fewer operations a byte, so it stands further left.
    const [onChip, streamed] = [20, 2000].map((bytesPerPoint) => {
      const chart = rooflineChart({ ...REPORT, rows: [{ ...REPORT.rows[0], bytesPerPoint }] });
      return Number(/cx="([\d.]+)"/.exec(chart)?.[1]);
    });
    expect(streamed).toBeLessThan(onChip);
  });

  it('is a page in which nothing is markup that should not be', () => {
    const page = reportPage(REPORT, reportTables(REPORT));
    expect(page).toContain('a &lt;b&gt; &amp; &quot;c&quot;');
    expect(page).not.toContain('<b>');
    expect(page).not.toContain('<script');
    for (const tag of ['svg', 'g', 'text', 'h2', 'title']) {
      const opened = page.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0;
      expect(page.match(new RegExp(`</${tag}>`, 'g'))).toHaveLength(opened);
    }
    expect(reportCharts(REPORT).match(/<svg/g)).toHaveLength(3);
  });
});

describe('a workload that fails', () => {
  it('costs its own rows alone, and is said', async () => {
    const groups = ['one', 'two', 'three'].map((name) => [
      { name, prepare: () => Promise.reject(new Error(name)) },
    ]);
    const told: number[] = [];
    const found = await measureEach(
      groups,
      ([{ name }]) =>
        name === 'two' ? Promise.reject(new Error('no room')) : Promise.resolve([kernel(name, 1)]),
      (_, done) => told.push(done),
    );
    expect(found.rows.map(({ name }) => name)).toEqual(['one', 'three']);
    expect(found.failures).toEqual([{ names: ['two'], reason: 'no room' }]);
    expect(told).toEqual([0, 1, 2, 3]);
    const report = readReport({ ...REPORT, ...found }, 'file');
    expect(reportTables(report)).toContain('Could not be measured: two: no room');
    expect(joinReports([report, REPORT]).failures).toEqual(found.failures);
  });
});

describe('the adapter', () => {
  const software = 'mesa llvmpipe (LLVM 15.0.7, 256 bits)';

  it('has the word that is expected, in whatever case', () => {
    expect(() => expectAdapter('nvidia NVIDIA H100', 'Nvidia')).not.toThrow();
    expect(() => expectAdapter(software, undefined)).not.toThrow();
  });

  it('is refused otherwise, with what was found and what to do', () => {
    expect(() => expectAdapter(software, 'nvidia')).toThrow(software);
    expect(() => expectAdapter(software, 'nvidia')).toThrow('"nvidia"');
    expect(() => expectAdapter(software, 'nvidia')).toThrow('VK_ICD_FILENAMES');
    expect(() => expectAdapter('', 'nvidia')).toThrow('does not say what it is');
  });
});

describe('bytes of a point', () => {
  const { program } = initialiseNetwork(parseArchitecture('2-50x3-1'), 1);

  it('are results on chip, and states and tangents of each dispatch elsewhere', () => {
    expect(fieldBytes('fused', program, 3)).toBe(24);
    expect(fieldBytes('wide', program, 3)).toBe(24);
    expect(fieldBytes('grouped', program, 3)).toBe(24);
    // Writes three times 50 numbers of three kinds and reads twice 50, then 50 states for the output, the tangents and it.
    expect(fieldBytes('tiled', program, 3)).toBe(24 + 12 * (150 + 100) + 4 * (1 + 50) + 8 * 50 + 4);
    expect(fieldBytes('by-op', program, 3)).toBeGreaterThan(1.5 * fieldBytes('tiled', program, 3));
  });
});

describe('workloads', () => {
  const workload = createWorkload({ name: 'T', architecture: '2-5x3-1', side: 8 });
  const plane = coordinatePlane(2);
  const stretchAt = (points: Float32Array, i: number): number => {
    const { network } = workload;
    const point = points.subarray(2 * i, 2 * i + 2);
    return 3 * planeExponents(network, point, 3, plane).first;
  };

  it('accept what is right and refuse the rest', () => {
    const right = Array.from({ length: 64 }, (_, i) => stretchAt(workload.points, i));
    expect(checkStretches(workload, workload.points, right)).toBe(0);
    const near = right.map((value) => value + BOUND / 2);
    expect(checkStretches(workload, workload.points, near)).toBeCloseTo(BOUND / 2, 12);
    const wrong = right.with(63, right[63] + 2 * BOUND);
    expect(() => checkStretches(workload, workload.points, wrong)).toThrow('point 63');
    expect(() => checkStretches(workload, workload.points, right.with(0, NaN))).toThrow('point 0');
    expect(() => checkStretches(workload, workload.points, right.slice(1))).toThrow('63 numbers');
  });

  /** The last hidden state from the plain numbers. */
  const runLayers = (x: number, y: number): number[] =>
    workload.layers.reduce(
      (state, { weights, biases, width, inputWidth }) =>
        Array.from({ length: width }, (_, i) => {
          const row = weights.subarray(i * inputWidth, (i + 1) * inputWidth);
          return Math.tanh(row.reduce((sum, weight, k) => sum + weight * state[k], biases[i]));
        }),
      [x, y],
    );

  it('give plain layers that compute what the network does', () => {
    expect(workload.layers.map(({ width }) => width)).toEqual([5, 5, 5]);
    const [x, y] = workload.points.subarray(20, 22);
    const step = 1e-4;
    const difference = (ahead: number[], behind: number[]): number[] =>
      ahead.map((value, i) => (value - behind[i]) / (2 * step));
    const u = difference(runLayers(x + step, y), runLayers(x - step, y));
    const v = difference(runLayers(x, y + step), runLayers(x, y - step));
    const dot = (a: number[], b: number[]): number =>
      a.reduce((sum, value, i) => sum + value * b[i], 0);
    const [a, b, c] = [dot(u, u), dot(u, v), dot(v, v)];
    const stretch = Math.log((a + c) / 2 + Math.hypot((a - c) / 2, b)) / 2;
    // Central differences: h² times third derivatives of a few layers, some tens.
    expect(Math.abs(stretch - stretchAt(workload.points, 10))).toBeLessThan(100 * step ** 2);
  });

  it('give every k-th point', () => {
    expect(everyPoint(workload, 1)).toEqual(workload.points);
    const part = everyPoint(workload, 10);
    expect(part).toHaveLength(14);
    expect([...part.subarray(2, 4)]).toEqual([...workload.points.subarray(20, 22)]);
  });
});
