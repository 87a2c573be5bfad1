import type { Network } from '../model/network.ts';
import { circleNetworks, createCircle, withFirstVariance, type CircleData } from './circle.ts';
import {
  fallingRate,
  settlingRate,
  trainTogether,
  type Trained,
  type TrainingContext,
} from './training.ts';

/*
 * How the circle's networks of Figs. 2 and 3(b) are trained. The letter gives neither batch, rate, start weights
 * nor scale of the inputs. Found for fig3b, which varies each: with inputs as they are, from the square [−1, 1]²,
 * Glorot's variance 2/(2 + N) in the first layer, and small steps that become still smaller at the end, levels of
 * L⟨λ₁⟩ are about the paper's.
 */

/** Networks that are trained alike, and what their training changes of the standard. */
export interface CircleTraining {
  readonly width: number;
  readonly depth: number;
  readonly networkCount: number;
  readonly stepCount: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  /** With momentum m a step goes as far as m = 0 would with the rate r/(1 − m). */
  readonly momentum?: number;
  /** Factor of the standardised inputs. */
  readonly scale?: number;
  /** Of the first layer's start weights. */
  readonly firstVariance?: number;
  /** Whether the rate falls all the time rather than at the end. */
  readonly isFalling?: boolean;
}

/** Samples of the full figures, for training and testing, and steps of training. */
export const CIRCLE_SAMPLES = 40_000;
export const CIRCLE_STEPS = 3_500;
export const CIRCLE_RATE = 0.014;
export const CIRCLE_BATCH = 64;
/** Of the standardised inputs, which gives those of the square [−1, 1]². */
const RAW_SCALE = 1 / Math.sqrt(3);

/** What came of training. */
export interface TrainedCircle {
  readonly circle: CircleData;
  /** The networks as they were before. */
  readonly starts: readonly Network[];
  readonly trained: readonly Trained[];
}

/** The training with the standard where it says nothing. */
export const completeTraining = (one: CircleTraining): Required<CircleTraining> => ({
  width: one.width,
  depth: one.depth,
  networkCount: one.networkCount,
  stepCount: one.stepCount,
  batchSize: one.batchSize ?? CIRCLE_BATCH,
  learningRate: one.learningRate ?? CIRCLE_RATE,
  momentum: one.momentum ?? 0,
  scale: one.scale ?? RAW_SCALE,
  firstVariance: one.firstVariance ?? 2 / (2 + one.width),
  isFalling: one.isFalling ?? false,
});

/** @throws FtleError if a network diverges. */
export async function trainOnCircle(
  context: TrainingContext,
  one: Required<CircleTraining>,
  seed: number,
  sampleCount: number,
): Promise<TrainedCircle> {
  const { width, depth, networkCount, stepCount, batchSize, learningRate } = one;
  const { momentum, scale, firstVariance, isFalling } = one;
  const circle = createCircle(seed, sampleCount, scale);
  const starts = circleNetworks(width, depth, networkCount, seed).map((network) =>
    withFirstVariance(network, firstVariance),
  );
  const options = {
    optimizer: 'sgd',
    learningRate,
    momentum,
    weightDecay: 0,
    batchSize,
    loss: 'squared',
    seed,
  } as const;
  const schedule = { stepCount, rateIn: isFalling ? fallingRate : settlingRate };
  const trained = await trainTogether(context, starts, circle.dataset, options, schedule);
  return { circle, starts, trained };
}
