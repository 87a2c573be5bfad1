// bench-report.mjs: what the benchmark found, as one object; its tables, and how two of them compare
//
// Nothing here measures or writes, so that tests and the demo's page can use it.

/** @typedef {import('../test/bench/timing.ts').KernelRow} KernelRow */
/** @typedef {import('../test/bench/ceilings.ts').Ceilings} Ceilings */
/** @typedef {import('../test/bench/field-time.ts').Growth} Growth */
/** @typedef {import('../test/bench/peers/contest.ts').PeerRow} PeerRow */

/**
 * Something about the page; `aim` is for people.
 *
 * @typedef {{ name: string, unit: string, median: number, lowest: number, highest: number, runs: number, aim: string }} PageRow
 */

/**
 * A contestant that was not measured in the same rounds: `tools/peers.py` made it.
 *
 * @typedef {{ workload: string, tool: string, way: string, device: string, ms: number, leastMs: number, mostMs: number,
 *   rounds: number, stride: number, worstError: number }} PythonRow
 */

/**
 * A contestant of the report: `ratio` is its time by ours.
 *
 * @typedef {PeerRow & { device: string, paired: boolean }} ReportPeer - `paired`: in the same rounds as ours.
 */

/**
 * @typedef {object} Report
 * @property {string} adapter
 * @property {string} date
 * @property {string} command
 * @property {Ceilings | null} ceilings
 * @property {Growth | null} [growth] - absent in older reports.
 * @property {KernelRow[]} rows
 * @property {PageRow[]} pageRows
 * @property {ReportPeer[]} peers
 * @property {Failure[]} [failures] - absent in older reports.
 */

/** What could not be measured. @typedef {{ names: readonly string[], reason: string }} Failure */

export const OUR_TOOL = 'ftle-map';

/** The row of the kernels that is the field of each workload of contestants. */
export const FIELD_ROWS = Object.freeze({
  A: 'field 2-10x12-1, 512²',
  B: 'field 2-50x8-1, 256²',
  C: 'field 2-250x12-1, 128²',
});

/**
 * A report as it was written, whoever wrote it: members that it lacks are empty.
 *
 * @param {unknown} value - parsed JSON.
 * @param {string} from - for the error.
 * @returns {Report}
 * @throws Error if it is no report.
 */
export function readReport(value, from) {
  const list = (/** @type {unknown} */ part) => part === undefined || Array.isArray(part);
  const given = /** @type {Partial<Report>} */ (value);
  if (
    typeof given !== 'object' ||
    given === null ||
    typeof given.adapter !== 'string' ||
    ![given.rows, given.pageRows, given.peers].every(list)
  ) {
    throw new Error(`${from} is not a report of the benchmark: it needs adapter and lists of rows`);
  }
  const { adapter, date = 'unknown', command = 'unknown' } = given;
  const { ceilings = null, growth = null, rows = [], pageRows = [], peers = [] } = given;
  const { failures = [] } = given;
  return {
    adapter,
    date,
    command,
    ceilings,
    growth,
    rows: rows.map((row) => ({ ...oneRun(row), ...NO_WORK, ...row })),
    pageRows,
    peers: peers.map((row) => ({ ...oneRun(row), ...NO_CONTEST, ...row })),
    failures,
  };
}

/** @param {{ ms: number }} row - without a spread. */
const oneRun = ({ ms }) => ({ leastMs: ms, mostMs: ms, runs: 1 });
/** @type {Pick<KernelRow, 'gpuMs' | 'leastGpuMs' | 'mostGpuMs' | 'clock'>} */
const WALL_ALONE = { gpuMs: null, leastGpuMs: null, mostGpuMs: null, clock: 'wall' };
const NO_WORK = { ...WALL_ALONE, rate: NaN, unit: '', gflops: null, percentOfPeak: null };
const NO_CONTEST = {
  way: '',
  note: '',
  device: '–',
  paired: true,
  stride: 1,
  worstError: NaN,
  ratios: [],
};

/** @param {readonly number[]} values - at least one. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** The time that rates, ratios and shares are of. @param {Pick<KernelRow, 'clock' | 'gpuMs' | 'ms'>} row */
export const countedMs = ({ clock, gpuMs, ms }) => (clock === 'gpu' && gpuMs !== null ? gpuMs : ms);

/**
 * @param {string} name
 * @param {string} unit
 * @param {readonly number[]} values - at least one.
 * @param {string} aim
 * @returns {PageRow}
 */
export function pageRow(name, unit, values, aim) {
  return {
    name,
    unit,
    median: median(values),
    lowest: Math.min(...values),
    highest: Math.max(...values),
    runs: values.length,
    aim,
  };
}

/**
 * Contestants of the page, and those of the script, whose times are set against our median: in the contest, or where
 * there was none, of the row of the kernels that is the same field.
 *
 * @param {readonly PeerRow[]} measured
 * @param {string} adapter - that they were measured on.
 * @param {readonly PythonRow[]} python
 * @param {readonly KernelRow[]} [rows]
 * @returns {ReportPeer[]}
 * @throws Error if the script had a workload that we were not measured at.
 */
export function mergePeers(measured, adapter, python, rows = []) {
  const ours = new Map(
    measured.filter(({ tool }) => tool === OUR_TOOL).map((row) => [row.workload, row]),
  );
  const fromKernels = [...new Set(python.map(({ workload }) => workload))].flatMap((workload) => {
    const row = rows.find(({ name }) => name === fieldRow(workload));
    if (ours.has(workload) || !row) return [];
    const { worstError = NaN } = row;
    const numbers = { ...countedSpread(row), ratio: 1, ratios: [1], stride: 1, worstError };
    const note = `the row of the kernels${row.clock === 'gpu' ? ', in passes' : ''}`;
    return [{ workload, tool: OUR_TOOL, way: 'by an expert', note, ...numbers }];
  });
  for (const row of fromKernels) ours.set(row.workload, row);
  const deviceOf = (/** @type {string} */ tool) => (tool.endsWith('(Wasm)') ? 'CPU' : adapter);
  const inPage = measured.map((row) => ({ ...row, device: deviceOf(row.tool), paired: true }));
  const own = fromKernels.map((row) => ({ ...row, device: adapter, paired: false }));
  const apart = python.map((row) => {
    const { workload, tool, way, device, ms, leastMs, mostMs, stride, worstError } = row;
    const one = ours.get(workload);
    if (!one) throw new Error(`${tool} has workload ${workload}, which we were not measured at`);
    const ratio = ms / one.ms;
    const note = 'measured by itself';
    const numbers = { ms, leastMs, mostMs, ratio, ratios: [ratio], stride, worstError };
    return { workload, tool, way, note, device, paired: false, ...numbers };
  });
  return [...inPage, ...own, ...apart].sort(
    (a, b) => a.workload.localeCompare(b.workload) || a.ms - b.ms,
  );
}

/** The script's times on a GPU are of many runs in a row, too. @param {KernelRow} row */
function countedSpread(row) {
  const { leastMs, mostMs, leastGpuMs, mostGpuMs } = row;
  const ms = countedMs(row);
  return row.clock === 'gpu'
    ? { ms, leastMs: leastGpuMs ?? ms, mostMs: mostGpuMs ?? ms }
    : { ms, leastMs, mostMs };
}

/** @param {string} workload */
const fieldRow = (workload) => /** @type {Record<string, string>} */ (FIELD_ROWS)[workload];

/**
 * Reports of several runs on one adapter as one: each part is that of the first that has it, and so is each field of the
 * contest.
 *
 * @param {readonly Report[]} reports - at least one.
 * @returns {Report}
 * @throws Error if adapters differ.
 */
export function joinReports(reports) {
  const [first] = reports;
  for (const other of reports) checkAdapters(first, other);
  /** @template T @param {(report: Report) => readonly T[]} rowsOf */
  const rows = (rowsOf) => [...(reports.map(rowsOf).find((found) => found.length > 0) ?? [])];
  const kernels = reports.find(({ ceilings }) => ceilings) ?? first;
  const fields = [
    ...new Set(reports.flatMap(({ peers }) => peers.map(({ workload }) => workload))),
  ];
  /** @param {string} field @returns {(row: PeerRow) => boolean} */
  const isOf = (field) => (row) => row.workload === field;
  return {
    ...first,
    command: reports.map(({ command }) => command).join(' and '),
    ceilings: kernels.ceilings,
    growth: kernels.growth ?? null,
    rows: rows((report) => report.rows),
    pageRows: rows((report) => report.pageRows),
    peers: fields.flatMap((field) => rows(({ peers }) => peers.filter(isOf(field)))),
    failures: reports.flatMap(({ failures = [] }) => failures),
  };
}

/** @param {{ adapter: string }} one @param {{ adapter: string }} other @throws Error if they are not of one adapter. */
function checkAdapters(one, other) {
  if (one.adapter !== other.adapter) {
    throw new Error(`one report is of ${one.adapter}, another of ${other.adapter}`);
  }
}

/**
 * One thing that two reports have.
 *
 * @typedef {object} Pair
 * @property {string} name
 * @property {string} unit
 * @property {number} before
 * @property {number} now
 * @property {number} ratio - how much worse it is now: above 1 where more time is taken, or less is done. Equal values
 *   have 1, zeros too; from none to some it is 0 or Infinity; NaN if one of both is no number.
 */

/** @typedef {Pick<Report, 'adapter' | 'rows' | 'pageRows' | 'peers'>} Compared */

/**
 * What both reports have, and how much worse it is now. Times of contestants count by their ratios to ours, which
 * were measured in the same rounds.
 *
 * @param {Compared} now
 * @param {Compared} before
 * @returns {Pair[]}
 * @throws Error if adapters differ: ratios of two machines say nothing of what has changed.
 */
export function pairReports(now, before) {
  checkAdapters(now, before);
  const found = [
    ...pairs(
      now.rows,
      before.rows,
      ({ name }) => name,
      'ms',
      ({ ms }) => ms,
      false,
    ),
    ...pairs(
      now.rows.filter(isInPasses),
      before.rows.filter(isInPasses),
      ({ name }) => `${name}, in passes`,
      'ms',
      countedMs,
      false,
    ),
    ...now.pageRows.flatMap((row) => {
      const { name, unit } = row;
      const old = before.pageRows.filter((one) => one.name === name && one.unit === unit);
      const isRate = unit.endsWith('/s');
      return pairs(
        [row],
        old,
        () => name,
        unit,
        (one) => one.median,
        isRate,
      );
    }),
    ...pairs(
      now.peers.filter(({ tool }) => tool !== OUR_TOOL),
      before.peers,
      ({ workload, tool, way, device }) => `${workload}: ${tool}, ${way}, on ${device}`,
      'times ours',
      ({ ratio }) => ratio,
      true,
    ),
  ];
  return found;
}

const isInPasses = (/** @type {KernelRow} */ { clock }) => clock === 'gpu';

/**
 * @template Row
 * @param {readonly Row[]} now
 * @param {readonly Row[]} before
 * @param {(row: Row) => string} nameOf
 * @param {string} unit
 * @param {(row: Row) => number} valueOf
 * @param {boolean} isMoreBetter
 * @returns {Pair[]}
 */
function pairs(now, before, nameOf, unit, valueOf, isMoreBetter) {
  const old = new Map(before.map((row) => [nameOf(row), valueOf(row)]));
  return now.flatMap((row) => {
    const name = nameOf(row);
    const past = old.get(name);
    if (past === undefined) return [];
    const value = valueOf(row);
    const [worse, better] = isMoreBetter ? [past, value] : [value, past];
    const areNumbers = Number.isFinite(past) && Number.isFinite(value);
    const ratio = past === value ? 1 : worse / better;
    return [{ name, unit, before: past, now: value, ratio: areNumbers ? ratio : NaN }];
  });
}

/**
 * Those that are worse by more than the margin. A ratio that is no number counts.
 *
 * @param {readonly Pair[]} found
 * @param {number} margin - such as 1.15.
 */
export function worsePairs(found, margin) {
  return found.filter(({ ratio }) => !(ratio <= margin));
}

/** Three digits. @param {number} value */
export const show = (value) => String(Number(value.toPrecision(3)));

/** Likewise, of what a report may lack. @param {number | null | undefined} value */
const showIfAny = (value) =>
  typeof value === 'number' && !Number.isNaN(value) ? show(value) : '–';

/** @param {Pick<Ceilings, 'gflops' | 'gbps'>} ceilings */
export function ceilingLine({ gflops, gbps }) {
  return `at most ${show(gflops)} GFLOP/s and ${show(gbps)} GB/s`;
}

/** @param {Failure} failure */
export const failureLine = ({ names, reason }) =>
  `Could not be measured: ${names.join('; ')}: ${reason}`;

/** @param {Growth} growth */
export function growthLine({ points, layers, width }) {
  return `Time of a field grows like points^${show(points)}, layers^${show(layers)}, width^${show(width)}.`;
}

/** @param {readonly (readonly string[])[]} lines - head, alignment and rows. */
const asTable = (lines) => lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** @param {readonly PageRow[]} rows */
export function pageTable(rows) {
  return asTable([
    ['what', 'median', 'lowest', 'highest', 'unit', 'runs', 'aim'],
    ['---', '---:', '---:', '---:', '---', '---:', '---'],
    ...rows.map(({ name, median: middle, lowest, highest, unit, runs, aim }) => [
      name,
      show(middle),
      show(lowest),
      show(highest),
      unit,
      String(runs),
      aim,
    ]),
  ]);
}

/**
 * Whether what is moved is shown within one frame of the display, by count and by the clock; '' if that was not measured.
 *
 * @param {readonly PageRow[]} rows
 */
export function frameVerdict(rows) {
  const frame = rows.find(({ name }) => name === 'a frame of the display');
  const counted = rows.filter(({ unit }) => unit === 'frames');
  if (!frame || counted.length === 0) return '';
  const answers = counted.map(({ name, highest }) => {
    const timed = name.replace(', counted', '');
    const ms = rows.find((row) => row.name === timed)?.median ?? NaN;
    const byCount = highest <= 1 ? 'yes' : `no, ${show(highest)} frames at most`;
    const byClock = ms <= frame.median ? 'yes' : `no, ${show(ms)} ms in the median`;
    return `- ${timed}: ${byCount}; ${byClock}`;
  });
  return [
    'In the first frame that the page makes after it has the event, every time? And by the clock, within a frame of the',
    `display (${show(frame.median)} ms) of the time stamp of the input?`,
    '',
    ...answers,
  ].join('\n');
}

/**
 * @param {Ceilings} ceilings
 * @param {readonly KernelRow[]} rows
 */
export function kernelTable(ceilings, rows) {
  const { gflops, leastGflops, fmaGflops, multiplyAddGflops, gbps, workgroupGbps } = ceilings;
  const { emptyDispatchMs, readbackMs } = ceilings;
  const noted = rows.filter(({ note }) => note);
  return [
    `Ceilings: ${show(gflops)} GFLOP/s in float32 (fma() ${showIfAny(fmaGflops)}, a·b + c ${showIfAny(multiplyAddGflops)};`,
    `measured again before and after every workload: ${showIfAny(leastGflops)} at least, and shares are of the better of`,
    `the two), ${show(gbps)} GB/s through storage buffers, ${showIfAny(workgroupGbps)} GB/s from workgroup memory,`,
    `${showIfAny(1000 * emptyDispatchMs)} µs for an empty dispatch, ${showIfAny(readbackMs)} ms for a readback of 16 bytes. Median,`,
    'least and most are wall clock around completed work, in so many runs; “in passes” is the median by the timestamps of',
    'the adapter. Rate, GFLOP/s, share and ratio are of the clock that “by” names. A GPU has a field in less time than it',
    'takes to ask for it and to hear of its end: so it computes each many times in one pass, and they are of the time of',
    'one of them. “Times the first”: rows of the same workload are measured in turn, in an order that rotates; the median of',
    'the ratios to the first of them.',
    '',
    asTable([
      [
        'workload',
        'median ms',
        'least',
        'most',
        'runs',
        'in passes',
        'by',
        'rate',
        'GFLOP/s',
        '% of ceiling',
        'times the first',
      ],
      ['---', '---:', '---:', '---:', '---:', '---:', '---', '---:', '---:', '---:', '---:'],
      ...rows.map((row) => [
        row.road && !row.name.includes(row.road) ? `${row.name} (${row.road})` : row.name,
        show(row.ms),
        show(row.leastMs),
        show(row.mostMs),
        String(row.runs),
        showIfAny(row.gpuMs),
        row.clock === 'gpu' ? 'passes' : 'wall',
        rateOf(row),
        showIfAny(row.gflops),
        showIfAny(row.percentOfPeak),
        showIfAny(row.ratio),
      ]),
    ]),
    ...(noted.length > 0 ? ['', ...noted.map(({ name, note }) => `- ${name}: ${note}`)] : []),
  ].join('\n');
}

/** A row in one line. @param {KernelRow} row */
export function rowLine(row) {
  const { name, ms, percentOfPeak } = row;
  const inPasses = isInPasses(row) ? `, ${showIfAny(row.gpuMs)} ms in passes` : '';
  const share = percentOfPeak === null ? '' : `, ${show(percentOfPeak)} % of the ceiling`;
  return `${name}: ${show(ms)} ms${inPasses}${share}`;
}

/** Of training also steps. @param {Pick<KernelRow, 'rate' | 'unit' | 'stepsPerSecond'>} row */
export function rateOf({ rate, unit, stepsPerSecond }) {
  if (!Number.isFinite(rate)) return '–';
  const steps = stepsPerSecond === undefined ? '' : `, ${show(stepsPerSecond)} steps/s`;
  return `${show(rate)} ${unit}${steps}`;
}

/** @param {readonly ReportPeer[]} peers */
export function peerTable(peers) {
  return asTable([
    [
      'field',
      'tool',
      'way',
      'on',
      'median ms',
      'least',
      'most',
      'times ours',
      'points',
      'worst error',
    ],
    ['---', '---', '---', '---', '---:', '---:', '---:', '---:', '---', '---:'],
    ...peers.map((row) => [
      row.workload,
      row.tool,
      [row.way, row.note].filter(Boolean).join(': '),
      row.device,
      show(row.ms),
      show(row.leastMs),
      show(row.mostMs),
      showIfAny(row.ratio),
      row.stride === 1 ? 'all' : `every ${row.stride}th, scaled up`,
      Number.isFinite(row.worstError) ? row.worstError.toExponential(1) : '–',
    ]),
  ]);
}

/** @param {readonly Pair[]} found */
export function pairTable(found) {
  return asTable([
    ['what', 'before', 'now', 'unit', 'worse by'],
    ['---', '---:', '---:', '---', '---:'],
    ...found.map(({ name, before, now, unit, ratio }) => [
      name,
      showIfAny(before),
      showIfAny(now),
      unit,
      showIfAny(ratio),
    ]),
  ]);
}

/** The parts of a report as Markdown. @param {Report} report */
export function reportTables({ ceilings, growth, rows, pageRows, peers, failures = [] }) {
  const parts = [
    ...(pageRows.length > 0
      ? ['## The page', pageTable(pageRows), frameVerdict(pageRows)].filter(Boolean)
      : []),
    ...(ceilings ? ['## Kernels', kernelTable(ceilings, rows)] : []),
    ...(growth ? [growthLine(growth)] : []),
    ...failures.map(failureLine),
    ...(peers.length > 0
      ? [
          '## Others at the same fields',
          'λ₁ of the plane at every pixel, at the last hidden layer: A is 2-10x12-1 at 512², B 2-50x8-1 at 256², C 2-250x12-1 at 128². All in float32, each checked against float64 before it is timed. Those on the same adapter were measured in turn, in an order that rotates, and ratios are of times of the same round. jax-js is 7 to 18 times faster where widths are padded with zeros to 64 or 256, for which its compiler has good tiles: its row by an expert is, by whatever padding is the fastest.',
          peerTable(peers),
        ]
      : []),
  ];
  return parts.join('\n\n');
}
