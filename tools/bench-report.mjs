// bench-report.mjs: what the benchmark found, as one object; its tables, and how two of them compare
//
// Nothing here measures or writes, so that tests and the demo's page can use it.

/** @typedef {import('../test/bench/timing.ts').KernelRow} KernelRow */
/** @typedef {import('../test/bench/kernels.ts').Ceilings} Ceilings */
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
 */

export const OUR_TOOL = 'ftle-map';

/** @param {readonly number[]} values - at least one. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

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
 * Contestants of the page, and those of the script, whose times are set against our median.
 *
 * @param {readonly PeerRow[]} measured
 * @param {string} adapter - that they were measured on.
 * @param {readonly PythonRow[]} python
 * @returns {ReportPeer[]}
 * @throws Error if the script had a workload that we were not measured at.
 */
export function mergePeers(measured, adapter, python) {
  const inPage = measured.map((row) => ({
    ...row,
    device: row.tool.endsWith('(Wasm)') ? 'CPU' : adapter,
    paired: true,
  }));
  const apart = python.map((row) => {
    const ours = measured.find((one) => one.tool === OUR_TOOL && one.workload === row.workload);
    if (!ours) {
      throw new Error(
        `${row.tool} has workload ${row.workload}, which was not measured in the page`,
      );
    }
    const { workload, tool, way, device, ms, leastMs, mostMs, stride, worstError } = row;
    const ratio = ms / ours.ms;
    const note = 'measured by itself';
    const numbers = { ms, leastMs, mostMs, ratio, ratios: [ratio], stride, worstError };
    return { workload, tool, way, note, device, paired: false, ...numbers };
  });
  return [...inPage, ...apart].sort((a, b) => a.workload.localeCompare(b.workload) || a.ms - b.ms);
}

/**
 * Reports of several runs on one adapter as one: each part is that of the first that has it.
 *
 * @param {readonly Report[]} reports - at least one.
 * @returns {Report}
 * @throws Error if adapters differ.
 */
export function joinReports(reports) {
  const [first] = reports;
  const other = reports.find(({ adapter }) => adapter !== first.adapter);
  if (other) throw new Error(`one report is of ${first.adapter}, another of ${other.adapter}`);
  /** @template T @param {(report: Report) => readonly T[]} rowsOf */
  const rows = (rowsOf) => [...(reports.map(rowsOf).find((found) => found.length > 0) ?? [])];
  const kernels = reports.find(({ ceilings }) => ceilings) ?? first;
  return {
    ...first,
    command: reports.map(({ command }) => command).join(' and '),
    ceilings: kernels.ceilings,
    growth: kernels.growth ?? null,
    rows: rows((report) => report.rows),
    pageRows: rows((report) => report.pageRows),
    peers: rows((report) => report.peers),
  };
}

/**
 * One thing that two reports have.
 *
 * @typedef {object} Pair
 * @property {string} name
 * @property {string} unit
 * @property {number} before
 * @property {number} now
 * @property {number} ratio - how much worse it is now: above 1 where more time is taken, or less is done.
 */

/**
 * What both reports have, and how much worse it is now. Times of contestants count by their ratios to ours, which
 * were measured in the same rounds.
 *
 * @param {Pick<Report, 'rows' | 'pageRows' | 'peers'>} now
 * @param {Pick<Report, 'rows' | 'pageRows' | 'peers'>} before
 * @returns {Pair[]}
 */
export function pairReports(now, before) {
  const found = [
    ...pairs(
      now.rows,
      before.rows,
      ({ name }) => name,
      'ms',
      ({ ms }) => ms,
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
    const ratio = isMoreBetter ? past / value : value / past;
    return [{ name, unit, before: past, now: value, ratio }];
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
 * @param {Ceilings} ceilings
 * @param {readonly KernelRow[]} rows
 */
export function kernelTable(ceilings, rows) {
  const { gflops, fmaGflops, multiplyAddGflops, gbps, emptyDispatchMs, readbackMs } = ceilings;
  const optional = (/** @type {number | null | undefined} */ value) =>
    value == null ? '–' : show(value);
  const noted = rows.filter(({ note }) => note);
  return [
    `Ceilings: ${show(gflops)} GFLOP/s in float32 (fma() ${show(fmaGflops)}, a·b + c ${show(multiplyAddGflops)}),`,
    `${show(gbps)} GB/s through storage buffers, ${show(1000 * emptyDispatchMs)} µs for an empty dispatch,`,
    `${show(readbackMs)} ms for a readback of 16 bytes. Wall clock around completed work; “in passes” is one run`,
    'by the timestamps of the adapter.',
    '',
    asTable([
      [
        'workload',
        'median ms',
        'least',
        'most',
        'runs',
        'in passes',
        'rate',
        'GFLOP/s',
        '% of ceiling',
      ],
      ['---', '---:', '---:', '---:', '---:', '---:', '---:', '---:', '---:'],
      ...rows.map((row) => [
        row.name,
        show(row.ms),
        show(row.leastMs),
        show(row.mostMs),
        String(row.runs),
        optional(row.gpuMs),
        `${show(row.rate)} ${row.unit}`,
        optional(row.gflops),
        optional(row.percentOfPeak),
      ]),
    ]),
    ...(noted.length > 0 ? ['', ...noted.map(({ name, note }) => `- ${name}: ${note}`)] : []),
  ].join('\n');
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
      `${row.way}: ${row.note}`,
      row.device,
      show(row.ms),
      show(row.leastMs),
      show(row.mostMs),
      show(row.ratio),
      row.stride === 1 ? 'all' : `every ${row.stride}th, scaled up`,
      row.worstError.toExponential(1),
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
      show(before),
      show(now),
      unit,
      show(ratio),
    ]),
  ]);
}

/** The parts of a report as Markdown. @param {Report} report */
export function reportTables({ ceilings, growth, rows, pageRows, peers }) {
  const parts = [
    ...(pageRows.length > 0 ? ['## The page', pageTable(pageRows)] : []),
    ...(ceilings ? ['## Kernels', kernelTable(ceilings, rows)] : []),
    ...(growth ? [growthLine(growth)] : []),
    ...(peers.length > 0
      ? [
          '## Others at the same fields',
          'λ₁ of the plane at every pixel, at the last hidden layer: A is 2-10x12-1 at 512², B 2-50x8-1 at 256², C 2-250x12-1 at 128². All in float32, each checked against float64 before it is timed. Those on the same adapter were measured in turn, in an order that rotates, and ratios are of times of the same round.',
          peerTable(peers),
        ]
      : []),
  ];
  return parts.join('\n\n');
}
