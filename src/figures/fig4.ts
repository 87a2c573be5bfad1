import { DIGIT_COUNT } from '../data/digits.ts';
import { deviation, mean, quantile } from '../math/statistics.ts';
import { BinnedMeans, predictiveEntropy, softmax, spearman } from '../math/tallies.ts';
import {
  binChart,
  pathChart,
  projectionChart,
  widthChart,
  type AttackRow,
  type BinRow,
  type ClusterRow,
  type WidthRow,
} from './digit-charts.ts';
import { ATTACK, PLANS } from './digit-plans.ts';
import {
  attackId,
  attackStep,
  bottleneckId,
  bottleneckStep,
  finder,
  measureId,
  measureStep,
  openDigits,
  trainingId,
  trainingStep,
  type Attacked,
  type DigitResult,
  type Measured,
} from './digit-steps.ts';
import type { ComparisonRow, Conclusion, Figure, FigureSettings, Step } from './figure.ts';
import { restoreNetwork } from './training.ts';
import { showNumber } from './writing.ts';

/*
 * Fig. 4 of Storm et al. (2024): digits. (a) the last hidden layer seen through two neurons, coloured by λ₁ over
 * all 784 inputs, and an attack on its way from a 9 to a 4; (b) error and predictive entropy H of an ensemble
 * against λ₁; (c, d) mean and deviation of λ₁ against the width.
 */

/** Bins of λ₁ in (b), between its quantiles of 1 and 99 %. */
const BIN_COUNT = 12;

/** Part of the images of a digit that is its cluster's centre, and as much its edge. */
const CENTRE = 0.1;

/** Marks in the chart of the projection: more would make the file large. */
const MARK_COUNT = 1_500;

export const FIG_4: Figure<DigitResult> = {
  name: 'fig4',
  title: 'Digits: a projection coloured by λ₁, uncertainty against λ₁, λ₁ against the width',
  wantsDigits: true,

  steps(settings): Step<DigitResult>[] {
    const plan = PLANS[settings.size];
    const digits = openDigits(settings);
    const { main, ensemble, others } = plan;
    const train = (group: typeof main) => trainingStep(group, plan, settings.seed, digits);
    const measure = (group: typeof main) => measureStep(group, plan, digits);
    return [
      train(main),
      measure(main),
      bottleneckStep(plan, settings.seed, digits),
      attackStep(plan, digits),
      ...[ensemble, ...others].flatMap((group) => [train(group), measure(group)]),
    ];
  },

  async conclude(settings, results): Promise<Conclusion> {
    const { main, ensemble, others } = PLANS[settings.size];
    const digits = openDigits(settings);
    const { name } = digits;
    const find = finder((id) => results.get(id)!);
    const labels = digits.testLabels();
    const own = judge(find(measureId(name, main), 'measured'), labels);
    const all = judge(find(measureId(name, ensemble), 'measured'), labels);
    const projected = find(bottleneckId(name), 'projected');
    const attacked = find(attackId(name), 'attacked');
    const clusters = clusterRows(projected.places, own.exponents, labels);
    const bins = binRows(all);
    const widths = [ensemble, ...others]
      .map((group) => {
        const { exponents, outputs } = find(measureId(name, group), 'measured');
        return {
          width: group.width,
          networks: group.count,
          mean: mean(exponents.map((list) => mean(good(list)))),
          deviation: mean(exponents.map((list) => deviation(good(list)))),
          accuracy: mean(outputs.map((list) => accuracy(list, labels))),
        };
      })
      .sort((a, b) => a.width - b.width);
    const shown = shownAttack(attacked);
    const step = Math.max(1, Math.round(own.exponents.length / MARK_COUNT));
    const points = Array.from(own.exponents, (lambda, i) => ({
      image: i,
      digit: labels[i],
      s: projected.places[2 * i],
      t: projected.places[2 * i + 1],
      lambda,
      entropy: all.entropies[i],
    }));
    const charts = [
      {
        name: 'fig4a',
        title: 'λ₁ over 784 inputs, in the plane of two neurons',
        spec: projectionChart(
          points.filter(({ image }) => image % step === 0),
          clusters,
          shown,
        ),
      },
      { name: 'fig4a-attack', title: 'λ₁ along an attack', spec: pathChart(shown) },
      { name: 'fig4b', title: 'error and entropy against λ₁', spec: binChart(bins) },
      { name: 'fig4cd', title: 'λ₁ against the width', spec: widthChart(widths) },
    ];
    const comparison = [
      ...comparePoints(own, all, settings),
      ...compareClusters(clusters),
      ...compareAttack(shown),
      ...compareWidths(widths),
    ];
    const networkOf = (group: typeof main) =>
      find(trainingId(name, group), 'group').networks.map((network, i) => ({
        name: `${group.id}-${i + 1}`,
        network: restoreNetwork(network),
      }));
    return {
      charts,
      tables: [
        table('fig4a-points', points),
        table('fig4a-clusters', clusters),
        table('fig4a-attack', shown),
        table('fig4b', bins),
        table('fig4cd', widths),
      ],
      networks: [main, ensemble, ...others]
        .flatMap(networkOf)
        .concat({ name: 'bottleneck', network: restoreNetwork(projected.network) }),
      comparison,
      findings: [
        `digits: ${name === 'mnist' ? 'MNIST' : 'drawn here (MNIST with --mnist)'}, λ₁ at ${own.exponents.length} images that are not trained on`,
        `accuracy of what two neurons let through, on the same images: ${showNumber(100 * projected.testAccuracy)} %`,
        `λ₁ counts an input as (pixel/255 − mean)/${showNumber(digits.scale().deviation)}; with pixels from 0 to 1 it is ${showNumber(-Math.log(digits.scale().deviation) / PLANS[settings.size].depth)} higher`,
      ],
    };
  },
};

/** What networks say of test images, each by itself and together. */
interface Judged {
  /** λ₁ at each image, its mean over the networks. */
  readonly exponents: Float64Array;
  /** Part of the networks that are wrong. */
  readonly errors: Float64Array;
  /** Predictive entropy H. */
  readonly entropies: Float64Array;
  /** Largest output less the next, of the first network. */
  readonly margins: Float64Array;
  /** Of the networks on average, and of their mean distribution. */
  readonly accuracy: number;
  readonly ensembleAccuracy: number;
}

function judge({ exponents, outputs }: Measured, labels: Uint8Array): Judged {
  const count = exponents[0].length;
  const indices = Array.from({ length: count }, (_, i) => i);
  const logits = (list: Float32Array, i: number): Float32Array =>
    list.subarray(i * DIGIT_COUNT, (i + 1) * DIGIT_COUNT);
  const members = indices.map((i) => outputs.map((list) => softmax(logits(list, i))));
  const errors = Float64Array.from(members, (list, i) =>
    mean(list.map((probabilities) => (largest(probabilities) === labels[i] ? 0 : 1))),
  );
  const together = members.map((list) =>
    list[0].map((_, k) => mean(list.map((probabilities) => probabilities[k]))),
  );
  return {
    exponents: Float64Array.from(indices, (i) => mean(exponents.map((list) => list[i]))),
    errors,
    entropies: Float64Array.from(members, predictiveEntropy),
    margins: Float64Array.from(indices, (i) => {
      const sorted = logits(outputs[0], i).toSorted();
      return sorted[DIGIT_COUNT - 1] - sorted[DIGIT_COUNT - 2];
    }),
    accuracy: 1 - mean(errors),
    ensembleAccuracy: mean(together.map((list, i) => (largest(list) === labels[i] ? 1 : 0))),
  };
}

const largest = (values: ArrayLike<number>): number => {
  let at = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[at]) at = k;
  return at;
};

const accuracy = (outputs: Float32Array, labels: Uint8Array): number => {
  const count = outputs.length / DIGIT_COUNT;
  const right = Array.from({ length: count }, (_, i) => {
    const own = outputs.subarray(i * DIGIT_COUNT, (i + 1) * DIGIT_COUNT);
    return largest(own) === labels[i] ? 1 : 0;
  });
  return mean(right);
};

const good = (values: ArrayLike<number>): number[] =>
  Array.from(values).filter((value) => Number.isFinite(value));

function binRows({ exponents, errors, entropies }: Judged): BinRow[] {
  const sorted = Float64Array.from(good(exponents)).sort();
  const [low, high] = [quantile(sorted, 0.01), quantile(sorted, 0.99)];
  return (
    [
      ['error', errors],
      ['H', entropies],
    ] as const
  ).flatMap(([quantity, values]) => {
    const means = new BinnedMeans(low, high, BIN_COUNT);
    means.add(exponents, values);
    return Array.from({ length: BIN_COUNT }, (_, bin) => ({
      lambda: means.centre(bin),
      count: means.counts[bin],
      quantity,
      value: means.mean(bin),
      standardError: means.counts[bin] > 1 ? means.standardError(bin) : null,
    })).filter(({ count }) => count > 0);
  });
}

function clusterRows(
  places: Float32Array,
  exponents: Float64Array,
  labels: Uint8Array,
): ClusterRow[] {
  return Array.from({ length: DIGIT_COUNT }, (_, digit) => {
    const own = Array.from(exponents, (_, i) => i).filter(
      (i) => labels[i] === digit && Number.isFinite(exponents[i]),
    );
    const middle = ([0, 1] as const).map((axis) => {
      const sorted = Float64Array.from(own, (i) => places[2 * i + axis]).sort();
      return quantile(sorted, 0.5);
    });
    const distance = (i: number): number =>
      Math.hypot(places[2 * i] - middle[0], places[2 * i + 1] - middle[1]);
    const sorted = own.toSorted((a, b) => distance(a) - distance(b));
    const size = Math.max(1, Math.round(CENTRE * own.length));
    const level = (list: readonly number[]): number => mean(list.map((i) => exponents[i]));
    return {
      digit,
      s: middle[0],
      t: middle[1],
      centre: level(sorted.slice(0, size)),
      edge: level(sorted.slice(-size)),
    };
  });
}

/** The first attack that reaches its aim, or the first. */
function shownAttack({ attackCount, exponents, classes, places }: Attacked): AttackRow[] {
  const last = ATTACK.stepCount * attackCount;
  const attack = Math.max(0, classes.subarray(last).indexOf(ATTACK.to));
  return Array.from({ length: ATTACK.stepCount + 1 }, (_, step) => {
    const at = step * attackCount + attack;
    return {
      step,
      distance: step * ATTACK.stepSize,
      class: classes[at],
      lambda: exponents[at],
      s: places[2 * at],
      t: places[2 * at + 1],
    };
  });
}

function comparePoints(own: Judged, all: Judged, { size }: FigureSettings): ComparisonRow[] {
  const sorted = Float64Array.from(good(own.exponents)).sort();
  const { main, ensemble } = PLANS[size];
  /** The paper's are of MNIST and 16 layers. */
  const paper = (value: number): number | null => (size === 'full' ? value : null);
  return [
    {
      quantity: `N = ${main.width}, the main network: test accuracy, %`,
      paper: paper(98.88),
      ours: 100 * own.accuracy,
      note: `${main.sampleCount} samples of training`,
    },
    {
      quantity: `${ensemble.count} networks: test accuracy of each, %`,
      paper: null,
      ours: 100 * all.accuracy,
      note: `${ensemble.sampleCount} samples each`,
    },
    {
      quantity: 'the same, of their mean distribution, %',
      paper: null,
      ours: 100 * all.ensembleAccuracy,
    },
    {
      quantity: 'λ₁ of the main network, 1 % of test images below',
      paper: paper(-0.1),
      ours: quantile(sorted, 0.01),
    },
    {
      quantity: 'λ₁ of the main network, 99 % of test images below',
      paper: paper(0.25),
      ours: quantile(sorted, 0.99),
    },
    {
      quantity: 'Spearman of λ₁ and H, both of the ensemble',
      paper: null,
      statement: 'H grows with λ₁',
      ours: spearman(all.exponents, all.entropies),
    },
    {
      quantity: 'Spearman of λ₁ of the main network and H of the ensemble',
      paper: null,
      statement: 'H grows with λ₁',
      ours: spearman(own.exponents, all.entropies),
    },
    {
      quantity: 'Spearman of λ₁ of the ensemble and the part of it that is wrong',
      paper: null,
      statement: 'the error grows with λ₁',
      ours: spearman(all.exponents, all.errors),
    },
    {
      quantity: 'Spearman of λ₁ of the main network and the margin between its two largest outputs',
      paper: null,
      statement: 'lower deep in a cluster',
      ours: spearman(own.exponents, own.margins),
    },
  ];
}

function compareClusters(clusters: readonly ClusterRow[]): ComparisonRow[] {
  return [
    {
      quantity: '⟨λ₁⟩ in centres of clusters, mean of ten digits',
      paper: null,
      statement: 'near or below 0',
      ours: mean(clusters.map(({ centre }) => centre)),
    },
    {
      quantity: '⟨λ₁⟩ at their edges',
      paper: null,
      statement: 'higher than in centres',
      ours: mean(clusters.map(({ edge }) => edge)),
    },
  ];
}

function compareAttack(shown: readonly AttackRow[]): ComparisonRow[] {
  const highest = shown.reduce((best, row) => (row.lambda > best.lambda ? row : best));
  const crossing = shown.find((row) => row.class === ATTACK.to);
  const row = (quantity: string, { lambda }: AttackRow): ComparisonRow => ({
    quantity: `λ₁ on the attack, ${quantity}`,
    paper: null,
    ours: lambda,
  });
  return [
    row(`at the ${ATTACK.from} that it starts from`, shown[0]),
    {
      ...row('highest', highest),
      statement: 'largest at the boundary',
      note: crossing
        ? `in step ${highest.step}; a ${ATTACK.to} from step ${crossing.step} on`
        : `in step ${highest.step}; never a ${ATTACK.to}`,
    },
    row('at its end', shown.at(-1)!),
  ];
}

const compareWidths = (widths: readonly WidthRow[]): ComparisonRow[] =>
  widths.flatMap(({ width, ...row }) => [
    {
      quantity: `N = ${width}: mean of λ₁`,
      paper: null,
      statement: 'grows with N',
      ours: row.mean,
      note: `${showNumber(100 * row.accuracy)} % right`,
    },
    {
      quantity: `N = ${width}: deviation of λ₁`,
      paper: null,
      statement: 'falls with N',
      ours: row.deviation,
    },
  ]);

/** A table of objects with the same members. */
function table(name: string, records: readonly object[]) {
  const rows = records.map((record) => Object.values(record) as (number | string | null)[]);
  return { name, columns: Object.keys(records[0]), rows };
}
