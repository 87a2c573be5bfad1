import { Status, type FieldData } from '../engine/engine.ts';
import { mean } from '../math/statistics.ts';
import { coordinatePlane } from '../model/plane.ts';
import { CIRCLE_TRAINING, circleNetworks, createCircle, discPoints, ringPoints } from './circle.ts';
import type { ComparisonRow, Conclusion, Figure, FigureSettings, Step } from './figure.ts';
import { panelsSvg } from './panels.ts';
import {
  exponentsAt,
  fallingRate,
  restoreNetwork,
  trainTogether,
  type Trained,
} from './training.ts';
import { showNumber } from './writing.ts';

/*
 * Fig. 2 of Storm et al. (2024): L·λ₁ over the inputs, with stretching directions, for three widths and four
 * depths. The ridge along the decision boundary stands out more the deeper and the narrower the network is.
 */

interface Plan {
  readonly depths: readonly number[];
  /** By width: the step size falls with it, or the first steps would overshoot. */
  readonly trainings: ReadonlyMap<number, { learningRate: number; stepCount: number }>;
  readonly sampleCount: number;
  /** Pixels of a field along each side. */
  readonly fieldSize: number;
}

const PLANS: Readonly<Record<FigureSettings['size'], Plan>> = {
  full: {
    depths: [2, 4, 8, 12],
    trainings: new Map([
      [10, { learningRate: 0.05, stepCount: 8_000 }],
      [50, { learningRate: 0.02, stepCount: 4_000 }],
      [250, { learningRate: 0.005, stepCount: 1_500 }],
    ]),
    sampleCount: 10_000,
    fieldSize: 192,
  },
  quick: {
    depths: [2, 6],
    trainings: new Map([
      [8, { learningRate: 0.05, stepCount: 3_000 }],
      [32, { learningRate: 0.03, stepCount: 1_500 }],
    ]),
    sampleCount: 2_000,
    fieldSize: 32,
  },
};

/** Colours of the paper's figure. */
const RANGE = [-4, 4] as const;
/** In radii of the circle: what the fields show of the plane, and what counts as the centre. */
const VIEW_EXTENT = 1.3;
const CENTRE_EXTENT = 0.5;
const POINT_COUNT = 128;

interface Result {
  readonly trained: Trained;
  readonly field: FieldData;
  /** L⟨λ₁⟩ on the boundary and in the centre. */
  readonly boundary: number;
  readonly centre: number;
}

const stepId = (width: number, depth: number): string => `n${width}-l${depth}`;

export const FIG_2: Figure<Result> = {
  name: 'fig2',
  title: 'L·λ₁ over the inputs, by width and depth',

  steps({ size, seed }): Step<Result>[] {
    const plan = PLANS[size];
    const { trainings, sampleCount, fieldSize } = plan;
    const steps = cases(plan).map(({ width, depth }) => ({
      id: stepId(width, depth),
      title: `N = ${width}, L = ${depth}`,
      cost: (width ** 2 + 60) * depth * trainings.get(width)!.stepCount,
      async run(context: Parameters<Step<Result>['run']>[0]): Promise<Result> {
        const { engine, signal } = context;
        const { dataset, radius } = createCircle(seed, sampleCount);
        const { learningRate, stepCount } = trainings.get(width)!;
        const options = { ...CIRCLE_TRAINING, learningRate, seed };
        const networks = circleNetworks(width, depth, 1, seed);
        const schedule = { stepCount, rateIn: fallingRate };
        const [trained] = await trainTogether(context, networks, dataset, options, schedule);
        const network = restoreNetwork(trained.network);
        const extent = VIEW_EXTENT * radius;
        const model = engine.createModel(network);
        try {
          const field = await engine.computeField(
            model,
            {
              plane: coordinatePlane(2),
              domain: { sMin: -extent, tMin: -extent, sMax: extent, tMax: extent },
              width: fieldSize,
              height: fieldSize,
              layer: depth,
            },
            { signal },
          );
          const levelAt = async (points: Float32Array): Promise<number> =>
            depth * mean(await exponentsAt(engine, network, points));
          const boundary = await levelAt(ringPoints(radius, POINT_COUNT));
          const centre = await levelAt(discPoints(CENTRE_EXTENT * radius, POINT_COUNT));
          return { trained, field, boundary, centre };
        } finally {
          model.dispose();
        }
      },
    }));
    return steps.sort((a, b) => a.cost - b.cost);
  },

  async conclude({ size }, results): Promise<Conclusion> {
    const plan = PLANS[size];
    const found = cases(plan).map((one) => ({
      ...one,
      ...results.get(stepId(one.width, one.depth))!,
    }));
    const panels = found.map(({ width, depth, field }) => ({
      field,
      title: `N = ${width}, L = ${depth}`,
    }));
    const label = 'L·λ₁';
    const columnCount = plan.depths.length;
    const svg = await panelsSvg(panels, { columnCount, range: RANGE, label });
    const accuracies = found.map(({ trained }) => 100 * trained.testAccuracy);
    return {
      charts: [{ name: 'fig2', title: FIG_2.title, svg }],
      tables: [
        {
          name: 'fig2',
          columns: ['width', 'depth', 'steps', 'accuracy', 'boundary', 'centre', 'contrast'],
          rows: found.map(({ width, depth, trained, boundary, centre }) => [
            width,
            depth,
            trained.stepCount,
            trained.testAccuracy,
            boundary,
            centre,
            boundary - centre,
          ]),
        },
        {
          name: 'fig2-fields',
          columns: ['width', 'depth', 's', 't', 'lambda'],
          rows: found.flatMap(({ width, depth, field }) =>
            fieldRows(field).map((row) => [width, depth, ...row]),
          ),
        },
      ],
      networks: found.map(({ width, depth, trained }) => ({
        name: stepId(width, depth),
        network: restoreNetwork(trained.network),
      })),
      comparison: found.map(({ width, depth, boundary, centre }): ComparisonRow => ({
        quantity: `contrast of L⟨λ₁⟩, boundary above centre, N = ${width}, L = ${depth}`,
        paper: null,
        statement: 'grows with L, fades with N',
        ours: boundary - centre,
        note: `centre: disc of ${CENTRE_EXTENT} radii`,
      })),
      findings: [
        `accuracy on the test set: ${showNumber(Math.min(...accuracies))} to ${showNumber(Math.max(...accuracies))} %`,
      ],
    };
  },
};

const cases = ({ trainings, depths }: Plan): { width: number; depth: number }[] =>
  [...trainings.keys()].flatMap((width) => depths.map((depth) => ({ width, depth })));

/** s, t, λ₁ of the middle of every pixel; null where there is no λ₁. */
function fieldRows({ request, exponents, statuses }: FieldData): (number | null)[][] {
  const { domain, width, height } = request;
  return Array.from(exponents, (exponent, pixel) => {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    return [
      domain.sMin + ((column + 0.5) / width) * (domain.sMax - domain.sMin),
      domain.tMin + ((row + 0.5) / height) * (domain.tMax - domain.tMin),
      statuses[pixel] === Status.good ? exponent : null,
    ];
  });
}
