import { createDataset } from '../data/toy.ts';
import { Histogram } from '../math/tallies.ts';
import { deviation, mean } from '../math/statistics.ts';
import { parseArchitecture } from '../model/architecture.ts';
import { initialiseNetwork } from '../model/parameters.ts';
import type { ComparisonRow, Conclusion, Figure, FigureSettings, Step } from './figure.ts';
import { exponentsAt, restoreNetwork, trainTogether, type Trained } from './training.ts';
import { showNumber } from './writing.ts';

/*
 * Fig. S1 of Storm et al. (2024): how λ₁ is spread over the inputs before and after training, for start weights
 * of several variances σ²/fan-in. After training it hardly depends on σ².
 */

interface Plan {
  readonly depth: number;
  readonly widths: readonly number[];
  readonly variances: readonly number[];
  readonly networkCount: number;
  readonly sampleCount: number;
  readonly stepCount: number;
}

const PLANS: Readonly<Record<FigureSettings['size'], Plan>> = {
  full: {
    depth: 4,
    widths: [10, 50],
    variances: [0.25, 1, 4],
    networkCount: 3,
    sampleCount: 10_000,
    stepCount: 4_000,
  },
  quick: {
    depth: 2,
    widths: [8],
    variances: [0.5, 2],
    networkCount: 2,
    sampleCount: 1_000,
    stepCount: 1_500,
  },
};

const TRAINING = {
  optimizer: 'sgd',
  learningRate: 0.05,
  momentum: 0,
  weightDecay: 0,
  batchSize: 16,
  loss: 'squared',
} as const;

/** Inputs that λ₁ is taken at: test samples. */
const INPUT_COUNT = 1_000;
const BINS = { low: -2, high: 2, count: 80 } as const;

/** Networks of one width and start variance. */
interface Result {
  readonly trained: readonly Trained[];
  /** λ₁ of all networks at all inputs. */
  readonly before: Float32Array;
  readonly after: Float32Array;
}

const stepId = (width: number, variance: number): string => `n${width}-v${variance}`;

export const FIG_S1: Figure<Result> = {
  name: 'figS1',
  title: 'Distribution of λ₁ over the inputs before and after training, by start variance',

  steps({ size, seed }): Step<Result>[] {
    const plan = PLANS[size];
    const { depth, sampleCount, networkCount, stepCount } = plan;
    return cases(plan).map(({ width, variance }) => ({
      id: stepId(width, variance),
      title: `N = ${width}, σ² = ${variance}: ${networkCount} networks`,
      cost: width ** 2 * depth * stepCount * networkCount,
      plan: {
        ...{ width, depth, variance, networkCount, sampleCount, stepCount },
        ...TRAINING,
        INPUT_COUNT,
      },
      async run(context) {
        const dataset = createDataset('circle', { seed, count: sampleCount });
        const { inputWidth, trainCount, count } = dataset;
        const last = Math.min(count, trainCount + INPUT_COUNT);
        const inputs = dataset.points.subarray(trainCount * inputWidth, last * inputWidth);
        const spec = parseArchitecture(`2-${width}x${depth}-1`);
        const start = { scheme: 'gaussian', variance } as const;
        const networks = Array.from({ length: networkCount }, (_, i) =>
          initialiseNetwork(spec, seed + i, start),
        );
        const measure = async (list: typeof networks): Promise<Float32Array> => {
          const found: number[] = [];
          for (const network of list) {
            found.push(...(await exponentsAt(context.engine, network, inputs)));
          }
          return Float32Array.from(found);
        };
        const before = await measure(networks);
        const options = { ...TRAINING, seed };
        const trained = await trainTogether(context, networks, dataset, options, { stepCount });
        const after = await measure(trained.map(({ network }) => restoreNetwork(network)));
        return { trained, before, after };
      },
    }));
  },

  async conclude({ size }, results): Promise<Conclusion> {
    const plan = PLANS[size];
    const found = cases(plan).map((one) => {
      const { before, after, trained } = results.get(stepId(one.width, one.variance))!;
      return { ...one, before: good(before), after: good(after), trained };
    });
    const values = found.flatMap(({ width, variance, before, after }) =>
      ([before, after] as const).flatMap((list, i) => {
        const histogram = new Histogram(BINS.low, BINS.high, BINS.count);
        histogram.add(list);
        return Array.from(histogram.counts, (_, bin) => ({
          width,
          variance,
          when: WHEN[i],
          lambda: histogram.centre(bin),
          density: histogram.density(bin),
        }));
      }),
    );
    const spread = (width: number, when: 'before' | 'after'): number => {
      const means = found.filter((one) => one.width === width).map((one) => mean(one[when]));
      return Math.max(...means) - Math.min(...means);
    };
    const comparison = plan.widths.flatMap((width): ComparisonRow[] => [
      {
        quantity: `N = ${width}: largest difference of ⟨λ₁⟩ between start variances, before training`,
        paper: null,
        ours: spread(width, 'before'),
      },
      {
        quantity: `N = ${width}: the same after training`,
        paper: null,
        statement: 'hardly depends on σ²',
        ours: spread(width, 'after'),
      },
      {
        quantity: `N = ${width}: ⟨λ₁⟩ after training`,
        paper: null,
        statement: width === Math.min(...plan.widths) ? 'around 0' : '',
        ours: mean(found.filter((one) => one.width === width).flatMap((one) => one.after)),
      },
    ]);
    const accuracies = found.flatMap(({ trained }) => trained.map((one) => one.testAccuracy));
    return {
      charts: [{ name: 'figS1', title: FIG_S1.title, spec: densityChart(values) }],
      tables: [
        {
          name: 'figS1',
          columns: ['width', 'variance', 'when', 'mean', 'deviation', 'accuracy'],
          rows: found.flatMap(({ width, variance, before, after, trained }) =>
            ([before, after] as const).map((list, i) => [
              width,
              variance,
              WHEN[i],
              mean(list),
              deviation(list),
              i === 0 ? null : mean(trained.map((one) => one.testAccuracy)),
            ]),
          ),
        },
        {
          name: 'figS1-densities',
          columns: ['width', 'variance', 'when', 'lambda', 'density'],
          rows: values.map((one) => [one.width, one.variance, one.when, one.lambda, one.density]),
        },
      ],
      networks: found.flatMap(({ width, variance, trained }) =>
        trained.map(({ network }, i) => ({
          name: `${stepId(width, variance)}-${i + 1}`,
          network: restoreNetwork(network),
        })),
      ),
      comparison,
      findings: [
        `test accuracy of the trained networks: ${showNumber(100 * Math.min(...accuracies))} to ${showNumber(100 * Math.max(...accuracies))} %`,
      ],
    };
  },
};

const WHEN = ['before', 'after'] as const;

const cases = ({ widths, variances }: Plan): { width: number; variance: number }[] =>
  widths.flatMap((width) => variances.map((variance) => ({ width, variance })));

const good = (values: Float32Array): number[] =>
  Array.from(values).filter((value) => Number.isFinite(value));

function densityChart(values: readonly object[]): object {
  return {
    data: { values },
    facet: {
      column: { field: 'when', title: null, sort: ['before', 'after'] },
      row: { field: 'width', title: 'N' },
    },
    spec: {
      width: 260,
      height: 150,
      mark: { type: 'line', interpolate: 'step', clip: true },
      encoding: {
        x: { field: 'lambda', type: 'quantitative', title: 'λ₁' },
        y: { field: 'density', type: 'quantitative', title: 'density' },
        color: { field: 'variance', type: 'nominal', title: 'σ²' },
      },
    },
    resolve: { scale: { y: 'independent' } },
  };
}
