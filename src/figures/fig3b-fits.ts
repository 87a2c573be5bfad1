import { STANDARD_EXTENT } from './circle-levels.ts';
import type { ComparisonRow } from './figure.ts';
import type { Case, LevelsPlan } from './fig3b-cases.ts';
import { estimate, fitLine, type Estimate } from './fits.ts';
import { showNumber } from './writing.ts';

/**
 * L⟨λ₁⟩ of the paper: [N, L, boundary, centre], read off Fig. 3(b) of Storm et al., Phys. Rev. Lett. 132, 057301
 * (2024), to about ±0.1.
 */
export const PAPER_LEVELS: readonly (readonly [number, number, number, number])[] = [
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

/** Levels of the networks of a case. */
export interface Found {
  readonly one: Case;
  readonly boundary: Estimate;
  /** By extent. */
  readonly centres: readonly Estimate[];
  readonly accuracy: number;
  /** Networks that count, of `one.networkCount`. */
  readonly count: number;
}

export function rowOf(
  quantity: string,
  paper: number | null,
  { mean, error }: Estimate,
): ComparisonRow {
  return { quantity, paper, ours: mean, ...(Number.isFinite(error) ? { error } : {}) };
}

/** A point of the figure: L⟨λ₁⟩ at a width and a depth. */
export interface LevelPoint {
  readonly width: number;
  readonly depth: number;
  readonly boundary: number;
  readonly centre: number;
}

export const pointOf = ({ one: { width, depth }, boundary, centres }: Found): LevelPoint => ({
  ...{ width, depth },
  boundary: boundary.mean,
  centre: centres[STANDARD_EXTENT].mean,
});

/** L⟨λ₁⟩_c ≈ −C_c·L + log N by least squares over all widths and depths. */
export interface CentreFit {
  /** C_c, with its standard error from what the fit leaves. */
  readonly rate: number;
  readonly error: number;
  /** Root mean square of what the fit leaves. */
  readonly residual: number;
}

export function fitCentres(points: readonly LevelPoint[]): CentreFit {
  let [along, square] = [0, 0];
  for (const { width, depth, centre } of points) {
    along += depth * (Math.log(width) - centre);
    square += depth ** 2;
  }
  const rate = along / square;
  const left = points.reduce(
    (sum, { width, depth, centre }) => sum + (centre + rate * depth - Math.log(width)) ** 2,
    0,
  );
  return {
    rate,
    error: Math.sqrt(left / (points.length - 1) / square),
    residual: Math.sqrt(left / points.length),
  };
}

/** What is said of one depth. */
interface DepthFit {
  /** C_d: the boundary's level, mean over N, and its largest difference between N. */
  readonly level: number;
  readonly spread: number;
  /** Of a line of the centre's level over log N. */
  readonly slope: number;
  /** Mean of log N, about which an error of the slope turns the line. */
  readonly middle: number;
  /** Where that line and where the fit over all depths meet C_d, log N_c: contrast ends there. */
  readonly lineEnd: number;
  readonly fitEnd: number;
}

function fitDepth(points: readonly LevelPoint[], depth: number, { rate }: CentreFit): DepthFit {
  const own = points.filter((point) => point.depth === depth);
  const levels = own.map(({ boundary }) => boundary);
  const level = estimate(levels).mean;
  const logs = own.map(({ width }) => Math.log(width));
  const { slope, intercept } = fitLine(
    logs,
    own.map(({ centre }) => centre),
  );
  return {
    level,
    spread: Math.max(...levels) - Math.min(...levels),
    slope,
    middle: estimate(logs).mean,
    lineEnd: (level - intercept) / slope,
    fitEnd: level + rate * depth,
  };
}

/** Fits to our points beside the same fits to the paper's, of those widths and depths that both have. */
export function compareFits(
  { depths }: LevelsPlan,
  standard: readonly Found[],
): readonly ComparisonRow[] {
  const ours = standard.map(pointOf);
  const has = (width: number, depth: number): boolean =>
    ours.some((point) => point.width === width && point.depth === depth);
  const theirs = PAPER_LEVELS.filter(([width, depth]) => has(width, depth)).map(
    ([width, depth, boundary, centre]): LevelPoint => ({ width, depth, boundary, centre }),
  );
  const isWhole = theirs.length === ours.length;
  const fit = fitCentres(ours);
  const paperFit = isWhole ? fitCentres(theirs) : null;
  const rows: ComparisonRow[] = [
    {
      quantity: 'C_c of the fit of the centre, −C_c·L + log N, over all N and L',
      paper: paperFit?.rate ?? null,
      ours: fit.rate,
      error: fit.error,
      note: `least squares; it leaves ${showNumber(fit.residual)} on average${paperFit ? `, of the paper's points ${showNumber(paperFit.residual)}` : ''}`,
    },
  ];
  const widest = Math.max(...ours.map(({ width }) => width));
  for (const depth of depths) {
    const own = fitDepth(ours, depth, fit);
    const paper = paperFit && fitDepth(theirs, depth, paperFit);
    const name = `L = ${depth}`;
    const row = (quantity: string, key: keyof DepthFit, note?: string): ComparisonRow => ({
      quantity: `${quantity}, ${name}`,
      paper: paper?.[key] ?? null,
      ours: own[key],
      ...(note && { note }),
    });
    rows.push(
      row('C_d: boundary, mean over N', 'level'),
      row('boundary, largest difference between N', 'spread'),
      row('centre, rise with log N', 'slope', 'slope of a line through all N; the fit has 1'),
      row('log N_c, where the fit of the centre meets C_d', 'fitEnd', 'C_d + C_c·L'),
      row('log N_c, where the line of the centre meets C_d', 'lineEnd', extrapolation(own, widest)),
    );
  }
  return rows;
}

/** How far a line is drawn out beyond the widest network, and what that does to errors. */
function extrapolation({ lineEnd, slope, middle }: DepthFit, widest: number): string {
  const beyond = lineEnd - Math.log(widest);
  if (!(beyond > 0.5)) return 'line through all N';
  return `line through all N, drawn out ${showNumber(Math.exp(beyond))}-fold beyond N = ${widest}: a level off by 0.1 moves it by ${showNumber(0.1 / slope)}, a slope off by 0.1 by ${showNumber((0.1 * (lineEnd - middle)) / slope)}`;
}
