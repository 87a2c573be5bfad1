/** Mean of a quantity over the test images of a bin of λ₁. */
export interface BinRow {
  readonly lambda: number;
  readonly count: number;
  readonly quantity: 'error' | 'H';
  readonly value: number;
  readonly standardError: number | null;
}

/** Images of one digit. */
export interface ClusterRow {
  readonly digit: number;
  /** Middle of the digit's images in the plane. */
  readonly s: number;
  readonly t: number;
  /** Mean λ₁ of the images nearest to it, and of those farthest from it. */
  readonly centre: number;
  readonly edge: number;
}

/** A point of an attack. */
export interface AttackRow {
  readonly step: number;
  /** ℓ2 distance that the steps add up to, input units. */
  readonly distance: number;
  readonly class: number;
  readonly lambda: number;
  readonly s: number;
  readonly t: number;
}

/** Networks of one width, on average. */
export interface WidthRow {
  readonly width: number;
  readonly networks: number;
  /** Of λ₁ over test images, the mean over networks. */
  readonly mean: number;
  readonly deviation: number;
  readonly accuracy: number;
}

/** A test image in the plane of two neurons. */
export interface PointRow {
  readonly s: number;
  readonly t: number;
  readonly lambda: number;
}

/** Blue below 0, pale there, red above, as in the maps. */
const DIVERGING = {
  range: ['#2166ac', '#cfd8dc', '#b2182b'],
  interpolate: 'rgb',
  domainMid: 0,
} as const;

const place = {
  x: { field: 's', type: 'quantitative', title: 'first neuron' },
  y: { field: 't', type: 'quantitative', title: 'second neuron' },
} as const;

/** Test images coloured by λ₁, the digit of each cluster, and the way of an attack. */
export function projectionChart(
  points: readonly PointRow[],
  clusters: readonly ClusterRow[],
  attack: readonly AttackRow[],
): object {
  const color = {
    field: 'lambda',
    type: 'quantitative',
    title: 'λ₁',
    scale: { ...DIVERGING, clamp: true },
  };
  // Numbers with four digits make a file half as long.
  const short = points.map(({ s, t, lambda }) => ({
    s: Number(s.toFixed(2)),
    t: Number(t.toFixed(2)),
    lambda: Number(lambda.toFixed(3)),
  }));
  return {
    width: 480,
    height: 420,
    layer: [
      {
        data: { values: short },
        // Descriptions of single points would be most of the file.
        mark: { type: 'circle', size: 10, opacity: 1, aria: false },
        encoding: { ...place, color },
      },
      {
        data: { values: attack },
        mark: { type: 'line', color: '#000000', strokeWidth: 6.5, strokeCap: 'round' },
        encoding: { ...place, order: { field: 'step' } },
      },
      {
        data: { values: attack },
        mark: { type: 'circle', size: 28, opacity: 1 },
        encoding: { ...place, color },
      },
      {
        data: { values: clusters },
        mark: {
          type: 'text',
          fontSize: 18,
          fontWeight: 'bold',
          stroke: '#ffffff',
          strokeWidth: 0.7,
        },
        encoding: { ...place, text: { field: 'digit' } },
      },
    ],
  };
}

/** λ₁ along an attack, with the class that the network sees at each step. */
export const pathChart = (attack: readonly AttackRow[]): object => ({
  data: { values: attack },
  width: 320,
  height: 200,
  encoding: {
    x: { field: 'distance', type: 'quantitative', title: 'distance moved, input units' },
    y: { field: 'lambda', type: 'quantitative', title: 'λ₁', scale: { zero: false } },
  },
  layer: [
    { mark: { type: 'line', color: '#888888' } },
    {
      mark: { type: 'circle', size: 40, opacity: 1 },
      encoding: { color: { field: 'class', type: 'nominal', title: 'taken for' } },
    },
  ],
});

/** Means of error and entropy in bins of λ₁, with two standard errors up and down. */
export const binChart = (bins: readonly BinRow[]): object => ({
  data: {
    values: bins.map((bin) => ({
      ...bin,
      low: Math.max(0, bin.value - 2 * (bin.standardError ?? 0)),
      high: bin.value + 2 * (bin.standardError ?? 0),
    })),
  },
  facet: { column: { field: 'quantity', title: null, sort: ['error', 'H'] } },
  spec: {
    width: 240,
    height: 180,
    encoding: {
      x: { field: 'lambda', type: 'quantitative', title: 'λ₁', scale: { zero: false } },
    },
    layer: [
      {
        mark: { type: 'rule', color: '#0072b2' },
        encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
      },
      {
        mark: { type: 'line', point: true },
        encoding: { y: { field: 'value', type: 'quantitative', title: null } },
      },
    ],
  },
  resolve: { scale: { y: 'independent' } },
});

/** Mean and deviation of λ₁ over test images, by the width. */
export const widthChart = (widths: readonly WidthRow[]): object => ({
  data: { values: widths },
  hconcat: (
    [
      ['mean', 'mean of λ₁'],
      ['deviation', 'deviation of λ₁'],
    ] as const
  ).map(([field, title]) => ({
    width: 200,
    height: 160,
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'width', type: 'quantitative', title: 'N', scale: { type: 'log', base: 2 } },
      y: { field, type: 'quantitative', title, scale: { zero: false } },
    },
  })),
});
