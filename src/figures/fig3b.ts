import type { Engine } from '../engine/engine.ts';
import { mean } from '../math/statistics.ts';
import type { Network } from '../model/network.ts';
import {
  CIRCLE_TRAINING,
  circleNetworks,
  createCircle,
  discPoints,
  ringPoints,
  withFirstVariance,
  type CircleData,
} from './circle.ts';
import type { Conclusion, Figure, FigureSettings, Step, StepContext } from './figure.ts';
import {
  CENTRE_EXTENTS,
  changesOf,
  type Case,
  type Level,
  type LevelsPlan,
  type LevelsResult,
  type Variation,
} from './fig3b-cases.ts';
import { concludeLevels } from './fig3b-conclusion.ts';
import {
  exponentsAt,
  fallingRate,
  measureAt,
  restoreNetwork,
  settlingRate,
  trainTogether,
} from './training.ts';

/*
 * Fig. 3(b) of Storm et al. (2024): L⟨λ₁⟩ on the decision boundary and in the centre against the width N, for
 * several depths L. On the boundary it hardly depends on N; in the centre it rises with log N.
 *
 * Batch size, rate, start weights, scale of the inputs and extent of the centre are not given there. Found here:
 * with inputs as they are, from the square [−1, 1]², Glorot's variance 2/(2 + N) in the first layer, small steps
 * that become still smaller at the end, and all points up to 0.9 radii for the centre, both levels are about the
 * paper's. The second half of the steps varies each of these.
 */

const PLANS: Readonly<Record<FigureSettings['size'], LevelsPlan>> = {
  full: {
    depths: [2, 4, 8, 12],
    networkCounts: new Map([
      [5, 6],
      [9, 6],
      [16, 4],
      [29, 3],
      [150, 1],
    ]),
    sampleCount: 40_000,
    stepCount: 3_500,
    learningRate: 0.014,
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

/** Of the standardised inputs, which gives those of the square [−1, 1]². */
const RAW_SCALE = 1 / Math.sqrt(3);
const BATCH_SIZE = 64;

const BOUNDARY_POINTS = 128;
/** Where the boundary is looked for: this part of the circle's radius inside and outside of it. */
const SEARCH_EXTENT = 0.5;
const RADIUS_COUNT = 33;
const CENTRE_POINTS = 64;

export const FIG_3B: Figure<LevelsResult> = {
  name: 'fig3b',
  title: 'L⟨λ₁⟩ on the boundary and in the centre against width, by depth',

  steps({ size, seed }): Step<LevelsResult>[] {
    const plan = PLANS[size];
    const steps = casesOf(plan).map((one) => ({
      id: one.id,
      title: titleOf(one),
      cost: costOf(one, plan),
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

const stepCountOf = ({ length = 1 }: Variation, { stepCount }: LevelsPlan): number =>
  Math.round(length * stepCount);

/** Multiply-adds of all samples, with the time that narrow layers take besides. */
function costOf(one: Case, plan: LevelsPlan): number {
  const { width, depth, networkCount, batchSize = BATCH_SIZE } = one;
  return networkCount * depth * (width ** 2 + 60) * batchSize * stepCountOf(one, plan);
}

function titleOf(one: Case): string {
  const { width, depth, networkCount } = one;
  const things = networkCount > 1 ? 'networks' : 'network';
  return [`N = ${width}, L = ${depth}: ${networkCount} ${things}`, changesOf(one)]
    .filter(Boolean)
    .join(', ');
}

/** L⟨λ₁⟩ of one network on its boundary and in the discs. */
export async function measureLevel(
  engine: Engine,
  network: Network,
  circle: CircleData,
): Promise<Pick<Level, 'boundary' | 'centres'>> {
  const boundary = await boundaryLevel(engine, network, circle);
  const centres: number[] = [];
  for (const extent of CENTRE_EXTENTS) {
    const points = discPoints(extent * circle.radius, CENTRE_POINTS);
    centres.push(await levelAt(engine, network, points));
  }
  return { boundary, centres };
}

async function trainCase(
  context: StepContext<LevelsResult>,
  one: Case,
  plan: LevelsPlan,
  seed: number,
): Promise<LevelsResult> {
  const { width, depth, networkCount, scale = RAW_SCALE } = one;
  const circle = createCircle(seed, plan.sampleCount, scale);
  const { batchSize = BATCH_SIZE, learningRate = plan.learningRate } = one;
  const { firstVariance = 2 / (2 + width), isFalling = false } = one;
  const networks = circleNetworks(width, depth, networkCount, seed).map((network) =>
    withFirstVariance(network, firstVariance),
  );
  const options = { ...CIRCLE_TRAINING, batchSize, learningRate, seed };
  const rateIn = isFalling ? fallingRate : settlingRate;
  const schedule = { stepCount: stepCountOf(one, plan), rateIn };
  const trained = await trainTogether(context, networks, circle.dataset, options, schedule);
  const levels: Level[] = [];
  for (const [i, { network, ...rest }] of trained.entries()) {
    await context.checkpoint();
    const start = await levelAt(
      context.engine,
      networks[i],
      ringPoints(circle.radius, BOUNDARY_POINTS),
    );
    const own = await measureLevel(context.engine, restoreNetwork(network), circle);
    levels.push({ ...rest, ...own, start });
  }
  return { levels, networks: trained.map(({ network }) => network) };
}

/**
 * L⟨λ₁⟩ where the network's output changes its sign: on each ray from the middle at the change that is nearest
 * the circle. Rays without one are left out; on the circle itself if no ray has one.
 */
async function boundaryLevel(
  engine: Engine,
  network: Network,
  { radius }: CircleData,
): Promise<number> {
  const radii = Array.from({ length: RADIUS_COUNT }, (_, i) => {
    return radius * (1 + SEARCH_EXTENT * ((2 * i) / (RADIUS_COUNT - 1) - 1));
  });
  const rings = radii.map((own) => ringPoints(own, BOUNDARY_POINTS));
  const outputs: Float32Array[] = [];
  for (const ring of rings) outputs.push((await measureAt(engine, network, ring)).outputs);
  const found: number[] = [];
  for (let ray = 0; ray < BOUNDARY_POINTS; ray++) {
    const crossings: number[] = [];
    for (let i = 1; i < RADIUS_COUNT; i++) {
      const [inner, outer] = [outputs[i - 1][ray], outputs[i][ray]];
      if (inner > 0 === outer > 0) continue;
      const part = inner / (inner - outer);
      crossings.push(radii[i - 1] + part * (radii[i] - radii[i - 1]));
    }
    if (crossings.length === 0) continue;
    const distance = (own: number): number => Math.abs(own - radius);
    const own = crossings.reduce((best, one) => (distance(one) < distance(best) ? one : best));
    const [x, y] = rings[0].subarray(2 * ray, 2 * ray + 2);
    found.push((x / radii[0]) * own, (y / radii[0]) * own);
  }
  const points = found.length > 0 ? Float32Array.from(found) : ringPoints(radius, BOUNDARY_POINTS);
  return levelAt(engine, network, points);
}

/** Mean of L·λ₁. */
async function levelAt(engine: Engine, network: Network, points: Float32Array): Promise<number> {
  const exponents = await exponentsAt(engine, network, points);
  return network.depth * mean(exponents);
}
