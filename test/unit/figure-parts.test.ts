// Plan: what steps of figures keep of their work. Training of the circle and of digits, and measuring at many images, each
// interrupted at one of its checkpoints and gone on with from the part that it left there, as a store gives it back,
// against the same without an interruption, bit for bit. A part that is damaged is as none. Control: what goes on begins
// beyond what was done.
import { describe, expect, it } from 'vitest';
import { digitScale } from '../../src/data/digits.ts';
import { createStrokeDigits } from '../../src/data/stroke-digits.ts';
import { createDataset } from '../../src/data/toy.ts';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import { digitCoefficients } from '../../src/figures/digit-coefficients.ts';
import { measureImages } from '../../src/figures/digit-evaluation.ts';
import { digitNetworks, trainOnDigits } from '../../src/figures/digit-networks.ts';
import type { MakePart, StepContext } from '../../src/figures/figure.ts';
import { fallingRate, trainTogether } from '../../src/figures/training.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';

const engine = createCpuEngine();
const { signal } = new AbortController();

type Work = (context: Omit<StepContext<never>, 'earlier'>) => Promise<unknown>;

interface Done {
  readonly result: unknown;
  /** What it had to keep where it was interrupted. */
  readonly part: unknown;
  /** Fractions that were done. */
  readonly progress: readonly number[];
}

/** @param lastTurn - the one in which it is interrupted. */
async function run(work: Work, kept?: unknown, lastTurn = Infinity): Promise<Done> {
  let turn = 0;
  const progress: number[] = [];
  let part: unknown;
  const checkpoint = async (makePart?: MakePart): Promise<void> => {
    if (!makePart || ++turn < lastTurn) return;
    part = structuredClone(await makePart());
    throw new Error('interrupted');
  };
  const result = work({
    engine,
    signal,
    kept,
    checkpoint,
    onProgress: (fraction) => progress.push(fraction),
  });
  if (lastTurn < Infinity) await expect(result).rejects.toThrow('interrupted');
  return { result: lastTurn < Infinity ? undefined : await result, part, progress };
}

const circle = createDataset('circle', { seed: 1, count: 300 });

const trainOnCircle =
  (accuracy: number): Work =>
  (context) =>
    trainTogether(
      context,
      [1, 2].map((seed) => initialiseNetwork(parseArchitecture('2-5x2-1'), seed)),
      circle,
      {
        optimizer: 'sgd',
        learningRate: 0.1,
        momentum: 0.9,
        weightDecay: 0,
        batchSize: 10,
        loss: 'squared',
        seed: 3,
      },
      { stepCount: 400, rateIn: fallingRate, accuracy },
    );

const images = createStrokeDigits({ seed: 1, trainCount: 80, testCount: 20 });
const { dataset } = digitCoefficients(images, digitScale(images));

const trainDigits: Work = (context) =>
  trainOnDigits(context, digitNetworks(dataset.inputWidth, 4, 2, [1, 2]), dataset, [1, 2], {
    sampleCount: 600,
    batchSize: 10,
    learningRate: 0.01,
  });

const COUNT = 2200;

const measure: Work = (context) =>
  measureImages(
    context,
    [1, 2].map((seed) => initialiseNetwork(parseArchitecture('3-4x2-2'), seed)),
    2,
    (first, last) =>
      Float32Array.from({ length: 3 * (last - first) }, (_, i) => Math.sin(first + i)),
    COUNT,
  );

describe('a part of a step', () => {
  it.each([
    ['training on the circle', trainOnCircle(Infinity)],
    ['training on the circle up to an accuracy', trainOnCircle(0.9)],
    ['training on digits', trainDigits],
    ['measuring', measure],
  ])('%s goes on from it as if nothing had been', async (_, work) => {
    const whole = await run(work);
    for (const lastTurn of [1, 4]) {
      const { part, progress } = await run(work, undefined, lastTurn);
      const rest = await run(work, part);
      expect(rest.result).toEqual(whole.result);
      expect(rest.progress[0]).toBeGreaterThan(progress.at(-1) ?? 0);
    }
  });

  it.each([
    ['training on the circle', trainOnCircle(Infinity)],
    ['training on digits', trainDigits],
    ['measuring', measure],
  ])('%s begins anew where it is damaged', async (_, work) => {
    const whole = await run(work);
    for (const kept of ['rubbish', null, [null], [{ stepCount: 3 }, { exponents: [1] }]]) {
      expect((await run(work, kept)).result).toEqual(whole.result);
    }
  });
});
