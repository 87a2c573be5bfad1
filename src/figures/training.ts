import type { Dataset } from '../data/dataset.ts';
import type {
  Engine,
  Model,
  PointsData,
  Population,
  PopulationState,
  TrainingOptions,
  TrainingStatus,
} from '../engine/engine.ts';
import { DataError, FtleError } from '../errors.ts';
import { createNetwork, type Network } from '../model/network.ts';
import type { StepContext, StoredNetwork } from './figure.ts';

/** How long networks are trained. */
export interface Schedule {
  /** Steps at most. */
  readonly stepCount: number;
  /** Stops at the end of a stage in which each network has this accuracy on the test set; never by default. */
  readonly accuracy?: number;
  /** Factor of the learning rate in each of the stages; it stays by default. */
  readonly rateIn?: (stage: number) => number;
}

/** Equal stages that training has: what depends on its course does so at their ends, whatever the speed. */
const STAGE_COUNT = 20;

/** A rate that falls linearly, nearly to zero. */
export const fallingRate = (stage: number): number => 1 - stage / STAGE_COUNT;

/** A rate that stays until the last stage, in which what it keeps in motion settles. */
export const settlingRate = (stage: number): number => (stage < STAGE_COUNT - 1 ? 1 : 0.1);

/** What came of training one network. */
export interface Trained {
  readonly network: StoredNetwork;
  readonly stepCount: number;
  readonly testAccuracy: number;
  readonly testLoss: number;
}

/** What a step's training needs of its context. */
export type TrainingContext = Pick<
  StepContext<never>,
  'engine' | 'kept' | 'checkpoint' | 'onProgress'
>;

/** Milliseconds of training between two checkpoints, about. */
const TURN = 400;
const FIRST_STEPS = 16;

/**
 * Networks of one architecture trained with the same options, the seed of each one above that of the one before.
 * Goes on from the state that is kept of the step, if there is one.
 *
 * @throws FtleError if one diverges.
 */
export async function trainTogether(
  { engine, kept, checkpoint, onProgress }: TrainingContext,
  networks: readonly Network[],
  dataset: Dataset,
  options: TrainingOptions,
  { stepCount, accuracy = Infinity, rateIn }: Schedule,
): Promise<Trained[]> {
  const members = networks.map((_, i) => ({
    seed: options.seed + i,
    learningRate: options.learningRate,
  }));
  const population = await engine.createPopulation(networks, dataset, options, members);
  try {
    let statuses: readonly TrainingStatus[] = [];
    let turn = FIRST_STEPS;
    const start = goOn(population, kept);
    let done = start;
    for (let stage = 0; stage < STAGE_COUNT; stage++) {
      const end = Math.ceil((stepCount * (stage + 1)) / STAGE_COUNT);
      // A part is kept within a stage: those before it are over, and were evaluated.
      if (start > 0 && end <= start) continue;
      if (rateIn) {
        const rate = options.learningRate * rateIn(stage);
        population.setLearningRates(networks.map(() => rate));
      }
      while (done < end) {
        await checkpoint(() => population.readState());
        const startTime = performance.now();
        const count = Math.min(turn, end - done);
        await population.step(count);
        done += count;
        onProgress(done / stepCount);
        const elapsed = Math.max(1, performance.now() - startTime);
        turn = Math.max(1, Math.round(Math.min(4 * turn, (count * TURN) / elapsed)));
      }
      const isWatched = Number.isFinite(accuracy) || stage === STAGE_COUNT - 1;
      if (!isWatched) continue;
      statuses = await evaluateTrained(population, options);
      if (statuses.every(({ testAccuracy }) => testAccuracy >= accuracy)) break;
    }
    return await storeTrained(population, statuses);
  } finally {
    population.dispose();
  }
}

/**
 * Goes on from a state that was kept, as it was or damaged.
 *
 * @returns steps that networks have taken: 0 if it is no state of such a population, which is then left as it is.
 */
export function goOn(population: Population, kept: unknown): number {
  try {
    if (kept !== undefined) population.writeState(kept as PopulationState);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  return Math.max(...population.stepCounts);
}

/** @throws FtleError if a network has diverged. */
export async function evaluateTrained(
  population: Population,
  { learningRate }: TrainingOptions,
): Promise<readonly TrainingStatus[]> {
  const statuses = await population.evaluate();
  const bad = statuses.findIndex(({ diverged }) => diverged);
  if (bad < 0) return statuses;
  throw new FtleError(
    'diverged',
    `network ${bad} of the figure diverged after ${statuses[bad].stepCount} steps at learning rate ${learningRate}`,
  );
}

/** Reads the networks of a population whose statuses are given. */
export function storeTrained(
  { models, stepCounts }: Population,
  statuses: readonly TrainingStatus[],
): Promise<Trained[]> {
  return Promise.all(
    models.map(async (model, i) => ({
      network: { spec: model.network.spec, parameters: await model.read() },
      stepCount: stepCounts[i],
      testAccuracy: statuses[i].testAccuracy,
      testLoss: statuses[i].testLoss,
    })),
  );
}

export const restoreNetwork = ({ spec, parameters }: StoredNetwork): Network =>
  createNetwork(spec, parameters);

/** λ₁ over all input directions at the last hidden layer, at points [count][inputWidth]; −Infinity where J = 0. */
export async function exponentsAt(
  engine: Engine,
  network: Network,
  points: Float32Array,
): Promise<Float32Array> {
  return (await measureAt(engine, network, points)).exponents;
}

/** Likewise, with outputs and classes. */
export async function measureAt(
  engine: Engine,
  network: Network,
  points: Float32Array,
): Promise<PointsData> {
  const model: Model = engine.createModel(network);
  try {
    const evaluator = await engine.createEvaluator(model, {
      layer: network.depth,
      space: 'full',
      exponentCount: 1,
      directions: false,
    });
    try {
      return await evaluator.evaluate(points);
    } finally {
      evaluator.dispose();
    }
  } finally {
    model.dispose();
  }
}
