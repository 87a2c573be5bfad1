import { Status, type FieldData } from '../engine/engine.ts';
import { coordinatePlane } from '../model/plane.ts';
import { computeInBands } from './bands.ts';
import { CENTRE_NOTE, LEVELS_PLAN, measureLevel, STANDARD_EXTENT } from './circle-levels.ts';
import {
  CIRCLE_SAMPLES,
  CIRCLE_STEPS,
  completeTraining,
  trainOnCircle,
} from './circle-training.ts';
import type {
  ComparisonRow,
  Conclusion,
  Figure,
  FigureSettings,
  Step,
  StepContext,
} from './figure.ts';
import { panelsSvg } from './panels.ts';
import { restoreNetwork, type Trained } from './training.ts';
import { showNumber } from './writing.ts';

/*
 * Fig. 2 of Storm et al. (2024): L·λ₁ over the inputs, with stretching directions, for three widths and four
 * depths. The ridge along the decision boundary stands out more the deeper and the narrower the network is.
 *
 * They are trained as those of fig3b are, but, by momentum, six times as far: of N = 250 the shallow ones would
 * otherwise have 85 % only.
 */

interface Plan {
  readonly widths: readonly number[];
  readonly depths: readonly number[];
  readonly stepCount: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly sampleCount: number;
  /** Pixels of a field along each side. */
  readonly fieldSize: number;
}

const PLANS: Readonly<Record<FigureSettings['size'], Plan>> = {
  full: {
    widths: [10, 50, 250],
    depths: [2, 4, 8, 12],
    stepCount: CIRCLE_STEPS,
    learningRate: 0.0084,
    momentum: 0.9,
    sampleCount: CIRCLE_SAMPLES,
    fieldSize: 192,
  },
  quick: {
    widths: [8, 32],
    depths: [2, 6],
    stepCount: 600,
    learningRate: 0.08,
    momentum: 0,
    sampleCount: 2_000,
    fieldSize: 32,
  },
};

/** Colours of the paper's figure. */
const RANGE = [-4, 4] as const;
/** What the fields show of the plane, in radii of the circle. */
const VIEW_EXTENT = 1.3;
/** Part of a step's time that goes into training; its field takes the rest. */
const TRAINING_PART = 0.8;

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
    const { stepCount, learningRate, momentum, sampleCount, fieldSize } = plan;
    const trainingOf = (one: { width: number; depth: number }) =>
      completeTraining({ ...one, networkCount: 1, stepCount, learningRate, momentum });
    const steps = cases(plan).map(({ width, depth }) => ({
      id: stepId(width, depth),
      title: `N = ${width}, L = ${depth}`,
      cost: (width ** 2 + 60) * depth,
      plan: {
        ...trainingOf({ width, depth }),
        ...{ sampleCount, fieldSize, VIEW_EXTENT },
        ...LEVELS_PLAN,
      },
      async run(context: StepContext<Result>): Promise<Result> {
        const { circle, trained } = await trainOnCircle(
          { ...context, onProgress: (fraction) => context.onProgress(TRAINING_PART * fraction) },
          trainingOf({ width, depth }),
          seed,
          sampleCount,
        );
        const network = restoreNetwork(trained[0].network);
        const extent = VIEW_EXTENT * circle.radius;
        const field = await computeInBands(
          {
            ...context,
            onProgress: (fraction) =>
              context.onProgress(TRAINING_PART + (1 - TRAINING_PART) * fraction),
          },
          network,
          {
            plane: coordinatePlane(2),
            domain: { sMin: -extent, tMin: -extent, sMax: extent, tMax: extent },
            width: fieldSize,
            height: fieldSize,
            layer: depth,
          },
        );
        const { boundary, centres } = await measureLevel(context.engine, network, circle);
        return { trained: trained[0], field, boundary, centre: centres[STANDARD_EXTENT] };
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
        note: CENTRE_NOTE,
      })),
      findings: [
        `accuracy on the test set: ${showNumber(Math.min(...accuracies))} to ${showNumber(Math.max(...accuracies))} %`,
      ],
    };
  },
};

const cases = ({ widths, depths }: Plan): { width: number; depth: number }[] =>
  widths.flatMap((width) => depths.map((depth) => ({ width, depth })));

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
