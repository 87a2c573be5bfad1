import type { Conclusion, Figure, FigureSettings, Step, StepContext } from './figure.ts';
import { levelOnCircle, LEVELS_PLAN, measureLevel } from './circle-levels.ts';
import {
  CIRCLE_RATE,
  CIRCLE_SAMPLES,
  CIRCLE_STEPS,
  completeTraining,
  trainOnCircle,
} from './circle-training.ts';
import {
  changesOf,
  type Case,
  type Level,
  type LevelsPlan,
  type LevelsResult,
} from './fig3b-cases.ts';
import { concludeLevels } from './fig3b-conclusion.ts';
import { restoreNetwork } from './training.ts';

/*
 * Fig. 3(b) of Storm et al. (2024): L⟨λ₁⟩ on the decision boundary and in the centre against the width N, for
 * several depths L. On the boundary it hardly depends on N; in the centre it rises with log N.
 *
 * Batch size, rate, start weights, scale of the inputs and extent of the centre are not given there. With the
 * standard training of circle-training.ts and all points up to 0.9 radii for the centre, both levels are about the
 * paper's. The second half of the steps varies each of these.
 */

const PLANS: Readonly<Record<FigureSettings['size'], LevelsPlan>> = {
  full: {
    depths: [2, 4, 8, 12],
    networkCounts: new Map([
      [5, 24],
      [9, 12],
      [16, 12],
      [29, 3],
      [150, 1],
    ]),
    sampleCount: CIRCLE_SAMPLES,
    stepCount: CIRCLE_STEPS,
    learningRate: CIRCLE_RATE,
    varied: { width: 9, depths: [2, 8], networkCount: 3 },
    variations: [
      { batchSize: 16 },
      { batchSize: 256 },
      { learningRate: 0.007 },
      { learningRate: 0.05 },
      { isFalling: true },
      { firstVariance: 0.5 },
      { firstVariance: 0.111 },
      { scale: 0.25 },
      { scale: 1 },
      { scale: 2 },
      { length: 0.25 },
      { length: 4 },
      { scale: 1, learningRate: 0.06, firstVariance: 0.111, isFalling: true },
    ],
  },
  quick: {
    depths: [2, 6],
    networkCounts: new Map([
      [5, 4],
      [20, 2],
    ]),
    sampleCount: 2_000,
    stepCount: 600,
    learningRate: 0.08,
    varied: { width: 5, depths: [2], networkCount: 2 },
    variations: [{ length: 0.25 }],
  },
};

export const FIG_3B: Figure<LevelsResult> = {
  name: 'fig3b',
  title: 'L⟨λ₁⟩ on the boundary and in the centre against width, by depth',

  steps({ size, seed }): Step<LevelsResult>[] {
    const plan = PLANS[size];
    const steps = casesOf(plan).map((one) => ({
      id: one.id,
      title: titleOf(one),
      cost: costOf(one, plan),
      plan: { ...trainingOf(one, plan), sampleCount: plan.sampleCount, ...LEVELS_PLAN },
      run: (context: StepContext<LevelsResult>) => trainCase(context, one, plan, seed),
    }));
    return steps.sort((a, b) => a.cost - b.cost);
  },

  async conclude({ size }, results): Promise<Conclusion> {
    const plan = PLANS[size];
    return concludeLevels(plan, casesOf(plan), results);
  },
};

function casesOf({ depths, networkCounts, varied, variations }: LevelsPlan): Case[] {
  const standard = [...networkCounts].flatMap(([width, networkCount]) =>
    depths.map((depth): Case => ({ id: `n${width}-l${depth}`, width, depth, networkCount })),
  );
  const others = variations.flatMap((variation) =>
    varied.depths.map((depth): Case => {
      const { width, networkCount } = varied;
      return {
        ...variation,
        id: `n${width}-l${depth}-${changesOf(variation).replaceAll(/[ ,]+/g, '-')}`,
        width,
        depth,
        networkCount,
      };
    }),
  );
  return [...standard, ...others];
}

const trainingOf = (one: Case, { stepCount, learningRate }: LevelsPlan) =>
  completeTraining({
    learningRate,
    ...one,
    stepCount: Math.round((one.length ?? 1) * stepCount),
  });

/** Multiply-adds of all samples, with the time that narrow layers take besides. */
function costOf(one: Case, plan: LevelsPlan): number {
  const { width, depth, networkCount, batchSize, stepCount } = trainingOf(one, plan);
  return networkCount * depth * (width ** 2 + 60) * batchSize * stepCount;
}

function titleOf(one: Case): string {
  const { width, depth, networkCount } = one;
  const things = networkCount > 1 ? 'networks' : 'network';
  return [`N = ${width}, L = ${depth}: ${networkCount} ${things}`, changesOf(one)]
    .filter(Boolean)
    .join(', ');
}

async function trainCase(
  context: StepContext<LevelsResult>,
  one: Case,
  plan: LevelsPlan,
  seed: number,
): Promise<LevelsResult> {
  const { circle, starts, trained } = await trainOnCircle(
    context,
    trainingOf(one, plan),
    seed,
    plan.sampleCount,
  );
  const levels: Level[] = [];
  for (const [i, { network, ...rest }] of trained.entries()) {
    await context.checkpoint();
    const start = await levelOnCircle(context.engine, starts[i], circle);
    const own = await measureLevel(context.engine, restoreNetwork(network), circle);
    levels.push({ ...rest, ...own, start });
  }
  return { levels, networks: trained.map(({ network }) => network) };
}
