import type { DigitImages } from '../data/digits.ts';
import { digitScale, type DigitScale } from '../data/digits.ts';
import { onPixels, digitCoefficients, type DigitCoefficients } from './digit-coefficients.ts';
import { digitNetworks, trainOnDigits, type DigitSchedule } from './digit-networks.ts';
import type { FigureSettings, Step, StepContext, StoredNetwork } from './figure.ts';
import { restoreNetwork } from './training.ts';

/** Networks of one width that are trained together. */
export interface Group extends DigitSchedule {
  readonly id: string;
  readonly width: number;
  readonly count: number;
}

export interface DigitPlan {
  readonly depth: number;
  /** The one that is trained longest, for the bottleneck and attacks. */
  readonly main: Group;
  /** Of the same width as the main one. */
  readonly ensemble: readonly Group[];
  /** Networks of other widths. */
  readonly others: readonly Group[];
}

const LONG = { sampleCount: 2_400_000, batchSize: 256, learningRate: 0.0045 } as const;
const SHORT = { sampleCount: 200_000, batchSize: 128, learningRate: 0.003 } as const;

export const PLANS: Readonly<Record<FigureSettings['size'], DigitPlan>> = {
  full: {
    depth: 16,
    main: { id: 'main', width: 20, count: 1, ...LONG },
    ensemble: [{ id: 'ensemble', width: 20, count: 10, ...SHORT }],
    others: [
      { id: 'n10', width: 10, count: 3, ...SHORT },
      { id: 'n40', width: 40, count: 2, ...SHORT, sampleCount: 150_000 },
      { id: 'n80', width: 80, count: 1, ...SHORT, sampleCount: 100_000 },
    ],
  },
  quick: {
    depth: 4,
    main: { id: 'main', width: 12, count: 1, ...SHORT, sampleCount: 60_000, batchSize: 64 },
    ensemble: [
      { id: 'ensemble', width: 12, count: 4, ...SHORT, sampleCount: 20_000, batchSize: 64 },
    ],
    others: [{ id: 'n4', width: 4, count: 2, ...SHORT, sampleCount: 20_000, batchSize: 64 }],
  },
};

/** What training a group has left: networks on pixels. */
export interface TrainedGroup {
  readonly kind: 'group';
  readonly networks: readonly StoredNetwork[];
}

/** Digits with what is made of them once for all steps. */
export interface PreparedDigits {
  readonly images: DigitImages;
  readonly scale: DigitScale;
  /** Made when it is first wanted. */
  coefficients(): DigitCoefficients;
}

export function prepareDigits(images: DigitImages): PreparedDigits {
  const scale = digitScale(images);
  let made: DigitCoefficients | undefined;
  return { images, scale, coefficients: () => (made ??= digitCoefficients(images, scale)) };
}

/** Seeds of a group's networks: no two of a figure share one. */
const seedsOf = (group: Group, seed: number): number[] => {
  const start = 1000 * seed + [...group.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return Array.from({ length: group.count }, (_, i) => start + 17 * i);
};

export const trainingId = (source: string, { id }: Group): string => `${source}-train-${id}`;

/** Work of a group's training, in arbitrary units. */
const costOf = ({ width, count, sampleCount }: Group, depth: number): number =>
  (width ** 2 * depth + 100 * width) * count * sampleCount * 1e-9;

export function trainingStep(
  group: Group,
  depth: number,
  seed: number,
  digits: PreparedDigits,
): Step<TrainedGroup> {
  return {
    id: trainingId(digits.images.name, group),
    title: `N = ${group.width}: ${group.count} ${group.count > 1 ? 'networks' : 'network'}`,
    cost: costOf(group, depth),
    async run(context: StepContext<never>) {
      const { dataset, mean } = digits.coefficients();
      const seeds = seedsOf(group, seed);
      const networks = digitNetworks(dataset.inputWidth, group.width, depth, seeds);
      const trained = await trainOnDigits(context, networks, dataset, seeds, group);
      return {
        kind: 'group',
        networks: trained.map(({ network }) => {
          const { spec, parameters } = onPixels(restoreNetwork(network), mean);
          return { spec, parameters };
        }),
      };
    },
  };
}
