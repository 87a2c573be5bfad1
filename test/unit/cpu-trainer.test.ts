// Plan: the CPU trainer against trainStep of the reference, bit for bit, however steps are grouped, for both
// optimizers; evaluation against sums by hand; the manners of a trainer: the event loop turns within a
// step, reset, learning rate, divergence keeps the last finite weights, refusals, dispose.
// Control: another seed gives other weights.
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/toy.ts';
import { createCpuTrainer } from '../../src/engine/cpu-trainer.ts';
import { CpuModel } from '../../src/engine/cpu-model.ts';
import { CpuPopulation } from '../../src/engine/cpu-population.ts';
import { DataError, NetworkError } from '../../src/errors.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import type { TrainingOptions } from '../../src/model/training.ts';
import { classify, forward } from '../../src/reference/forward.ts';
import { createTrainingState, trainStep } from '../../src/reference/training.ts';

const dataset = createDataset('circle', { seed: 1, count: 400 });
const network = initialiseNetwork(parseArchitecture('2-6x3-1'), 2);
const sgd: TrainingOptions = {
  optimizer: 'sgd',
  learningRate: 0.05,
  momentum: 0.5,
  weightDecay: 1e-4,
  batchSize: 7,
  loss: 'squared',
  seed: 3,
};

function trainer(options: Partial<TrainingOptions> = {}) {
  return createCpuTrainer(new CpuModel(network), dataset, { ...sgd, ...options });
}

describe('steps', () => {
  it.each(['sgd', 'adam'] as const)('of %s are those of the reference', async (optimizer) => {
    const made = trainer({ optimizer });
    const state = createTrainingState(network.program, network.parameters);
    for (let step = 0; step < 120; step++) {
      trainStep(network.program, dataset, { ...sgd, optimizer }, step, state);
    }
    // Grouped, and without awaiting: calls run one after the other.
    await Promise.all([made.step(1), made.step(70), made.step(0), made.step(49)]);
    expect(made.stepCount).toBe(120);
    expect(await made.model.read()).toEqual(Float32Array.from(state.parameters));
    const other = trainer({ optimizer, seed: 4 });
    await other.step(120);
    expect(await other.model.read()).not.toEqual(await made.model.read());
  });

  it('leave the event loop its turns, also within one', async () => {
    const wide = initialiseNetwork(parseArchitecture('2-256x4-1'), 1);
    const made = createCpuTrainer(new CpuModel(wide), dataset, { ...sgd, batchSize: 256 });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await made.step(1);
    clearInterval(timer);
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it('change with the learning rate from the next one on', async () => {
    const made = trainer();
    await made.step(5);
    const before = await made.model.read();
    made.setLearningRate(0);
    await made.step(5);
    expect(await made.model.read()).toEqual(before);
    made.setLearningRate(0.1);
    expect(made.options.learningRate).toBe(0.1);
    await made.step(1);
    expect(await made.model.read()).not.toEqual(before);
    expect(() => made.setLearningRate(NaN)).toThrow(/learningRate is NaN/);
  });

  it('start over after a reset, even in the middle of a call', async () => {
    const made = trainer();
    await made.step(30);
    const first = await made.model.read();
    const late = made.step(100_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
    made.reset(network.parameters);
    await late;
    expect(made.stepCount).toBe(0);
    expect(await made.model.read()).toEqual(network.parameters);
    await made.step(30);
    expect(await made.model.read()).toEqual(first);
  });

  it('end at divergence with the last finite weights', async () => {
    const made = createCpuTrainer(
      new CpuModel(initialiseNetwork(parseArchitecture('2-6x3-1', linear), 2)),
      dataset,
      { ...sgd, learningRate: 1e6 },
    );
    await made.step(200);
    const status = await made.evaluate();
    expect(status.diverged).toBe(true);
    const weights = await made.model.read();
    expect(weights.every((value) => Number.isFinite(value))).toBe(true);
    const { stepCount } = made;
    expect(stepCount).toBeLessThan(200);
    await made.step(5);
    expect(made.stepCount).toBe(stepCount);
    expect(await made.model.read()).toEqual(weights);
    made.reset(network.parameters);
    expect((await made.evaluate()).diverged).toBe(false);
  });
  const linear = { activation: 'identity', outputActivation: 'identity' } as const;

  it('stop at dispose', async () => {
    const made = trainer();
    const late = made.step(1_000_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    made.dispose();
    await late;
    await expect(made.step(1)).rejects.toThrow(/used after dispose/);
    await expect(made.evaluate()).rejects.toThrow(/used after dispose/);
    made.dispose();
  });
});

describe('evaluation', () => {
  it('is the mean over both sets', async () => {
    const made = trainer();
    await made.step(100);
    const status = await made.evaluate();
    const parameters = await made.model.read();
    const sums = { train: [0, 0], test: [0, 0] };
    for (let i = 0; i < dataset.count; i++) {
      const point = dataset.points.subarray(2 * i, 2 * i + 2);
      const outputs = forward({ ...network, parameters }, point);
      const sum = i < dataset.trainCount ? sums.train : sums.test;
      sum[0] += (outputs[0] - dataset.targets[i]) ** 2;
      sum[1] += classify(outputs) === dataset.classes[i] ? 1 : 0;
    }
    const testCount = dataset.count - dataset.trainCount;
    expect(status.trainLoss).toBeCloseTo(sums.train[0] / dataset.trainCount, 6);
    expect(status.testLoss).toBeCloseTo(sums.test[0] / testCount, 6);
    expect(status.trainAccuracy).toBe(sums.train[1] / dataset.trainCount);
    expect(status.testAccuracy).toBe(sums.test[1] / testCount);
    expect(status).toMatchObject({ stepCount: 100, epoch: 700 / dataset.trainCount });
    expect(status.diverged).toBe(false);
  });
});

describe('doors', () => {
  it('refuse what does not fit', () => {
    const three = new CpuModel(initialiseNetwork(parseArchitecture('3-4-1'), 1));
    expect(() => createCpuTrainer(three, dataset, sgd)).toThrow(NetworkError);
    expect(() => trainer({ batchSize: 0 })).toThrow(DataError);
  });

  it.each([1.5, -1, NaN, Infinity, 2 ** 53])('refuse %d steps', async (stepCount) => {
    const wanted = `stepCount is ${stepCount}, but must be a whole number of at least 0`;
    const made = trainer();
    await expect(made.step(stepCount)).rejects.toThrow(new DataError(wanted));
    expect(made.stepCount).toBe(0);
    const population = new CpuPopulation([network], dataset, sgd, [sgd]);
    await expect(population.step(stepCount)).rejects.toThrow(new DataError(wanted));
    expect(population.stepCounts).toEqual([0]);
  });
});
