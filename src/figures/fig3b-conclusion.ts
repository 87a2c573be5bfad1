import { restoreNetwork } from './training.ts';
import { estimate, fitLine, type Estimate } from './fits.ts';
import { CENTRE_EXTENTS, CENTRE_NOTE, STANDARD_EXTENT } from './circle-levels.ts';
import {
  changesOf,
  type Case,
  type Level,
  type LevelsPlan,
  type LevelsResult,
} from './fig3b-cases.ts';
import { DASH_LEGEND } from './dash-legend.ts';
import type { ComparisonRow, Conclusion } from './figure.ts';
import { showNumber } from './writing.ts';

/**
 * L⟨λ₁⟩ of the paper: [N, L, boundary, centre], read off Fig. 3(b) of Storm et al., Phys. Rev. Lett. 132, 057301
 * (2024), to about ±0.1.
 */
const PAPER_LEVELS: readonly (readonly [number, number, number, number])[] = [
  [5, 2, 1.1, 0.7],
  [9, 2, 1.25, 0.95],
  [16, 2, 1.3, 1.0],
  [29, 2, 1.3, 1.2],
  [150, 2, 1.35, 1.25],
  [5, 4, 2.25, 0.15],
  [9, 4, 2.3, 0.8],
  [16, 4, 2.35, 1.25],
  [29, 4, 2.3, 1.6],
  [150, 4, 2.2, 2.05],
  [5, 8, 2.9, -1.05],
  [9, 8, 3.1, -0.15],
  [16, 8, 3.05, 0.25],
  [29, 8, 3.0, 0.95],
  [150, 8, 3.0, 2.2],
  [5, 12, 3.0, -2.2],
  [9, 12, 3.05, -1.0],
  [16, 12, 3.3, -0.7],
  [29, 12, 3.2, 0.15],
  [150, 12, 3.4, 1.65],
];

/** Test accuracy from which on a network counts: some of the narrowest stay stuck at about 0.75. The paper's have 0.99. */
const LEAST_ACCURACY = 0.93;

interface Found {
  readonly one: Case;
  readonly boundary: Estimate;
  /** By extent. */
  readonly centres: readonly Estimate[];
  readonly accuracy: number;
  /** Networks that count, of `one.networkCount`. */
  readonly count: number;
}

export function concludeLevels(
  plan: LevelsPlan,
  cases: readonly Case[],
  results: ReadonlyMap<string, LevelsResult>,
): Conclusion {
  const standardCount = plan.depths.length * plan.networkCounts.size;
  const all = cases.map((one, i): Found => {
    const { levels } = results.get(one.id)!;
    const trained = levels.filter(({ testAccuracy }) => testAccuracy >= LEAST_ACCURACY);
    // Variations show what they lead to, however bad; and so does a case of which no network would be left.
    return summarise(one, i < standardCount && trained.length > 0 ? trained : levels);
  });
  const standard = all.slice(0, standardCount);
  const varied = all.slice(standardCount);
  const paper = (one: Case) =>
    PAPER_LEVELS.find(([width, depth]) => width === one.width && depth === one.depth);
  const comparison = standard.flatMap(({ one, boundary, centres }): ComparisonRow[] => {
    const [, , paperBoundary = null, paperCentre = null] = paper(one) ?? [];
    const name = `L = ${one.depth}, N = ${one.width}`;
    return [
      row(`boundary, ${name}`, paperBoundary, boundary),
      { ...row(`centre, ${name}`, paperCentre, centres[STANDARD_EXTENT]), note: CENTRE_NOTE },
    ];
  });
  return {
    charts: [
      { name: 'fig3b', title: 'L⟨λ₁⟩ against N', spec: levelChart(standard) },
      { name: 'fig3b-extents', title: 'L⟨λ₁⟩ by extent', spec: extentChart(standard) },
    ],
    tables: [
      {
        name: 'fig3b',
        columns: ['width', 'depth', ...COLUMNS, 'paperBoundary', 'paperCentre'],
        rows: standard.map((found) => [
          found.one.width,
          found.one.depth,
          ...cells(found),
          paper(found.one)?.[2] ?? null,
          paper(found.one)?.[3] ?? null,
        ]),
      },
      {
        name: 'fig3b-variations',
        columns: ['width', 'depth', 'changed', ...COLUMNS],
        rows: varied.map((found) => [
          found.one.width,
          found.one.depth,
          changesOf(found.one),
          ...cells(found),
        ]),
      },
    ],
    networks: standard.map(({ one }) => ({
      name: one.id,
      network: restoreNetwork(results.get(one.id)!.networks[0]),
    })),
    comparison: [...comparison, ...fitRows(plan, standard)],
    findings: [
      ...plan.varied.depths.map((depth) => describeVariations(plan, depth, standard, varied)),
      ...plan.depths.map((depth) => describeExtents(depth, standard)),
      `accuracy on the test set, mean over start weights: ${showNumber(100 * Math.min(...standard.map((found) => found.accuracy)))} to ${showNumber(100 * Math.max(...standard.map((found) => found.accuracy)))} %`,
      describeLeftOut(standard),
    ],
  };
}

function summarise(one: Case, levels: readonly Level[]): Found {
  return {
    one,
    boundary: estimate(levels.map(({ boundary }) => boundary)),
    centres: CENTRE_EXTENTS.map((_, i) => estimate(levels.map(({ centres }) => centres[i]))),
    accuracy: estimate(levels.map(({ testAccuracy }) => testAccuracy)).mean,
    count: levels.length,
  };
}

function row(quantity: string, paper: number | null, { mean, error }: Estimate): ComparisonRow {
  return { quantity, paper, ours: mean, ...(Number.isFinite(error) ? { error } : {}) };
}

const COLUMNS = [
  'networks',
  'accuracy',
  'boundary',
  'boundaryError',
  ...CENTRE_EXTENTS.flatMap((extent) => [`centre${extent}`, `centre${extent}Error`]),
];

const cells = ({ accuracy, boundary, centres, count }: Found): number[] => [
  count,
  accuracy,
  ...[boundary, ...centres].flatMap(({ mean, error }) => [mean, error]),
];

/**
 * Fits over all widths and depths:
 *
 *   centre      L⟨λ₁⟩ ≈ −C_c·L + slope·log N     (the paper: slope 1)
 *   boundary    C_d(L) = mean over N
 *
 * and N_c, the width at which the centre's line for a depth meets the boundary's level: contrast ends there.
 */
function fitRows({ depths }: LevelsPlan, standard: readonly Found[]): ComparisonRow[] {
  const rows: ComparisonRow[] = [];
  const logs = standard.map(({ one }) => Math.log(one.width));
  const excess = standard.map(({ centres }, i) => centres[STANDARD_EXTENT].mean - logs[i]);
  const perLayer = standard.map(({ one }, i) => -excess[i] / one.depth);
  rows.push(row('C_c of centre ≈ −C_c·L + log N, mean over N and L', null, estimate(perLayer)));
  for (const depth of depths) {
    const own = standard.filter(({ one }) => one.depth === depth);
    const x = own.map(({ one }) => Math.log(one.width));
    const line = fitLine(
      x,
      own.map(({ centres }) => centres[STANDARD_EXTENT].mean),
    );
    const level = estimate(own.map(({ boundary }) => boundary.mean)).mean;
    const spread =
      Math.max(...own.map(({ boundary }) => boundary.mean)) -
      Math.min(...own.map(({ boundary }) => boundary.mean));
    const paper = PAPER_LEVELS.filter(([, paperDepth]) => paperDepth === depth);
    const paperLine =
      paper.length > 0
        ? fitLine(
            paper.map(([width]) => Math.log(width)),
            paper.map(([, , , centre]) => centre),
          )
        : null;
    const name = `L = ${depth}`;
    rows.push(
      {
        quantity: `C_d: boundary, mean over N, ${name}`,
        paper: paper.length > 0 ? estimate(paper.map(([, , boundary]) => boundary)).mean : null,
        ours: level,
      },
      {
        quantity: `boundary, largest difference between N, ${name}`,
        paper:
          paper.length > 0
            ? Math.max(...paper.map(([, , boundary]) => boundary)) -
              Math.min(...paper.map(([, , boundary]) => boundary))
            : null,
        ours: spread,
      },
      {
        quantity: `centre, rise with log N, ${name}`,
        paper: paperLine?.slope ?? null,
        ours: line.slope,
        note: 'slope of a line through all N; the fit of the paper has 1',
      },
      {
        quantity: `log N_c, where centre meets boundary, ${name}`,
        paper: paperLine
          ? (estimate(paper.map(([, , boundary]) => boundary)).mean - paperLine.intercept) /
            paperLine.slope
          : null,
        ours: (level - line.intercept) / line.slope,
        note: 'lines through the points of each',
      },
    );
  }
  return rows;
}

function describeLeftOut(standard: readonly Found[]): string {
  const parts = standard
    .filter(({ one, count }) => count < one.networkCount)
    .map(({ one, count }) => {
      return `${one.networkCount - count} of ${one.networkCount} (N = ${one.width}, L = ${one.depth})`;
    });
  return `networks left out, since their accuracy is below ${100 * LEAST_ACCURACY} %: ${parts.join(', ') || 'none'}`;
}

/** How boundary and centre move with start weights, batch, rate, scale and length of training. */
function describeVariations(
  { varied: { width } }: LevelsPlan,
  depth: number,
  standard: readonly Found[],
  varied: readonly Found[],
): string {
  const isOwn = ({ one }: Found): boolean => one.width === width && one.depth === depth;
  const show = ({ boundary, centres, accuracy }: Found): string =>
    `${showNumber(boundary.mean)} and ${showNumber(centres[STANDARD_EXTENT].mean)} (${showNumber(100 * accuracy)} %)`;
  const parts = varied.filter(isOwn).map((found) => `${changesOf(found.one)}: ${show(found)}`);
  const base = standard.find(isOwn);
  return `N = ${width}, L = ${depth}, boundary and centre (and accuracy) by what is changed; ${base ? `nothing: ${show(base)}; ` : ''}${parts.join('; ')}`;
}

function describeExtents(depth: number, standard: readonly Found[]): string {
  const parts = standard
    .filter(({ one }) => one.depth === depth)
    .map(
      ({ one, centres }) =>
        `N = ${one.width}: ${centres.map(({ mean }) => showNumber(mean)).join(', ')}`,
    );
  return `L = ${depth}, mean over discs of ${CENTRE_EXTENTS.join(', ')} radii; ${parts.join('; ')}`;
}

function levelChart(standard: readonly Found[]): object {
  const values = standard.flatMap(({ one: { width, depth }, boundary, centres }) => [
    { width, depth, where: 'boundary', who: 'ours', level: boundary.mean, ...bar(boundary) },
    {
      width,
      depth,
      where: 'centre',
      who: 'ours',
      level: centres[STANDARD_EXTENT].mean,
      ...bar(centres[STANDARD_EXTENT]),
    },
  ]);
  const depths = new Set(standard.map(({ one }) => one.depth));
  const paper = PAPER_LEVELS.filter(([, depth]) => depths.has(depth)).flatMap(
    ([width, depth, boundary, centre]) => [
      { width, depth, where: 'boundary', who: 'paper', level: boundary },
      { width, depth, where: 'centre', who: 'paper', level: centre },
    ],
  );
  const x = {
    field: 'width',
    type: 'quantitative',
    scale: { type: 'log', domainMin: 4, nice: false },
    title: 'N',
  };
  const color = { field: 'depth', type: 'nominal', title: 'L' };
  return {
    data: { values: [...values, ...paper] },
    facet: { column: { field: 'where', title: null } },
    spec: {
      width: 280,
      height: 260,
      layer: [
        {
          mark: { type: 'line', point: true },
          encoding: {
            x,
            y: { field: 'level', type: 'quantitative', title: 'L⟨λ₁⟩' },
            color,
            strokeDash: {
              field: 'who',
              type: 'nominal',
              title: null,
              legend: DASH_LEGEND,
            },
          },
        },
        {
          transform: [{ filter: 'isValid(datum.low)' }],
          mark: 'rule',
          encoding: {
            x,
            y: { field: 'low', type: 'quantitative' },
            y2: { field: 'high' },
            color,
          },
        },
      ],
    },
  };
}

const bar = ({ mean, error }: Estimate): object =>
  Number.isFinite(error) ? { low: mean - error, high: mean + error } : {};

function extentChart(standard: readonly Found[]): object {
  const values = standard.flatMap(({ one: { width, depth }, centres }) =>
    centres.map(({ mean }, i) => ({ width, depth, extent: CENTRE_EXTENTS[i], level: mean })),
  );
  return {
    data: { values },
    facet: { column: { field: 'depth', title: 'L' } },
    spec: {
      width: 140,
      height: 200,
      mark: { type: 'line', point: true },
      encoding: {
        x: { field: 'extent', type: 'quantitative', title: 'radius of the centre' },
        y: { field: 'level', type: 'quantitative', title: 'L⟨λ₁⟩' },
        color: { field: 'width', type: 'nominal', title: 'N' },
      },
    },
  };
}
