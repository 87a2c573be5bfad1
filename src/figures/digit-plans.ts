import type { DigitSchedule } from './digit-networks.ts';
import type { FigureSize } from './figure.ts';

/** Networks of one width that are trained together. */
export interface Group extends DigitSchedule {
  readonly id: string;
  readonly width: number;
  readonly count: number;
}

/** What the figures of digits train, and how long. */
export interface DigitPlan {
  readonly depth: number;
  /** The network that is trained longest, for the bottleneck and attacks. */
  readonly main: Group;
  /** Of the same width. */
  readonly ensemble: Group;
  /** Of other widths. */
  readonly others: readonly Group[];
  readonly bottleneck: DigitSchedule;
  readonly attackCount: number;
  /** How many digits are drawn where none are given. */
  readonly drawn: { readonly trainCount: number; readonly testCount: number };
}

/** Attacks go from images of one digit towards another, in steps of ℓ2 length `stepSize`, input units. */
export const ATTACK = { from: 9, to: 4, stepCount: 40, stepSize: 0.2 } as const;

const LONG = { sampleCount: 2_400_000, batchSize: 256, learningRate: 0.0045 } as const;
const SHORT = { sampleCount: 300_000, batchSize: 256, learningRate: 0.006 } as const;
const QUICK = { sampleCount: 25_000, batchSize: 64, learningRate: 0.004 } as const;

export const PLANS: Readonly<Record<FigureSize, DigitPlan>> = {
  full: {
    depth: 16,
    main: { id: 'main', width: 20, count: 1, ...LONG },
    ensemble: { id: 'ensemble', width: 20, count: 10, ...SHORT },
    others: [
      { id: 'n10', width: 10, count: 3, ...SHORT },
      { id: 'n40', width: 40, count: 3, ...SHORT, learningRate: 0.003 },
      { id: 'n80', width: 80, count: 2, ...SHORT, learningRate: 0.0015 },
    ],
    bottleneck: { sampleCount: 180_000, batchSize: 256, learningRate: 0.01 },
    attackCount: 50,
    drawn: { trainCount: 12_000, testCount: 3_000 },
  },
  quick: {
    depth: 4,
    main: { id: 'main', width: 12, count: 1, ...QUICK, sampleCount: 50_000 },
    ensemble: { id: 'ensemble', width: 12, count: 4, ...QUICK },
    others: [{ id: 'n4', width: 4, count: 2, ...QUICK }],
    bottleneck: { ...QUICK, learningRate: 0.01 },
    attackCount: 10,
    drawn: { trainCount: 1_000, testCount: 400 },
  },
};
