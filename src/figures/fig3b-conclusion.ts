import { restoreNetwork } from './training.ts';
import { estimate, type Estimate } from './fits.ts';
import { compareFits, fitCentres, PAPER_LEVELS, pointOf, rowOf, type Found } from './fig3b-fits.ts';
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

/** Test accuracy from which on a network counts: some of the narrowest stay stuck at about 0.75. The paper's have 0.99. */
const LEAST_ACCURACY = 0.93;

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
      rowOf(`boundary, ${name}`, paperBoundary, boundary),
      { ...rowOf(`centre, ${name}`, paperCentre, centres[STANDARD_EXTENT]), note: CENTRE_NOTE },
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
    networks: cases.flatMap(({ id }) =>
      results.get(id)!.networks.map((network, i) => ({
        name: `${id}-${i + 1}`,
        network: restoreNetwork(network),
      })),
    ),
    comparison: [...comparison, ...compareFits(plan, standard)],
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
  const { rate } = fitCentres(standard.map(pointOf));
  const widths = standard.map(({ one }) => one.width);
  const fit = [...depths].flatMap((depth) =>
    [Math.min(...widths), Math.max(...widths)].map((width) => ({
      ...{ width, depth, where: 'centre', who: 'fit' },
      level: Math.log(width) - rate * depth,
    })),
  );
  const x = {
    field: 'width',
    type: 'quantitative',
    scale: { type: 'log', domainMin: 4, nice: false },
    title: 'N',
  };
  const color = { field: 'depth', type: 'nominal', title: 'L' };
  return {
    data: { values: [...values, ...paper, ...fit] },
    facet: { column: { field: 'where', title: null } },
    spec: {
      width: 280,
      height: 260,
      layer: [
        {
          mark: 'line',
          encoding: {
            x,
            y: { field: 'level', type: 'quantitative', title: 'L⟨λ₁⟩' },
            color,
            strokeDash: {
              field: 'who',
              type: 'nominal',
              title: null,
              scale: { domain: ['ours', 'paper', 'fit'], range: [[], [6, 4], [1, 3]] },
              legend: DASH_LEGEND,
            },
          },
        },
        {
          transform: [{ filter: "datum.who !== 'fit'" }],
          mark: { type: 'circle', size: 24, opacity: 1 },
          encoding: { x, y: { field: 'level', type: 'quantitative' }, color },
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
