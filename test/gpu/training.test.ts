// Plan: training on the GPU against the float64 definition (reference/training.ts). Gradients of a first step over
// widths, activations, losses, both roads, both kinds of adapter, batches in parts; the order of samples, equal
// to TypeScript's, across epochs; 100 steps of both optimizers and losses; evaluation. Then the manners: runs
// equal bit for bit however they are grouped, learning rate, divergence that leaves the weights of the last
// good step, reset, limits, refusals, dispose; and that it learns. Controls: a gradient with a wrong sign
// fails, another seed gives another run, another learning rate too.
import { describe, expect, it } from 'vitest';
import { datasetFromArrays } from '../../src/data/arrays.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { createDataset } from '../../src/data/toy.ts';
import { chooseShape, fittingColumns } from '../../src/engine/gpu-columns.ts';
import { GpuModel } from '../../src/engine/gpu-model.ts';
import {
  createGpuTrainer,
  type GpuTrainer,
  type GpuTrainerSettings,
} from '../../src/engine/gpu-trainer.ts';
import { DataError, NetworkError } from '../../src/errors.ts';
import { readBuffer } from '../../src/gpu/readback.ts';
import { ACTIVATION_NAMES, type ActivationName } from '../../src/math/activations.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import type { Network } from '../../src/model/network.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import type { Loss, Optimizer, TrainingOptions } from '../../src/model/training.ts';
import { classify, forward } from '../../src/reference/forward.ts';
import { sampleLoss } from '../../src/reference/loss.ts';
import { createTrainingState, sampleIndex, trainStep } from '../../src/reference/training.ts';
import { compare } from '../support/compare.ts';
import { describeTestAdapter, getTestDevice } from '../support/device.ts';
import { FLOAT32_UNIT, gradientTolerance, trainingTolerance } from '../support/tolerance.ts';

const options: TrainingOptions = {
  optimizer: 'sgd',
  learningRate: 0.05,
  momentum: 0,
  weightDecay: 0,
  batchSize: 64,
  loss: 'squared',
  seed: 3,
};

const circle = createDataset('circle', { seed: 1, count: 2000 });

interface Run extends Partial<TrainingOptions> {
  readonly settings?: GpuTrainerSettings;
}

/** Makes a trainer, and sees to it that nothing is left of it. */
async function withTrainer<T>(
  network: Network,
  dataset: Dataset,
  { settings, ...changes }: Run,
  use: (trainer: GpuTrainer) => Promise<T>,
): Promise<T> {
  const { software } = await describeTestAdapter();
  const model = new GpuModel(await getTestDevice(), network);
  const trainer = await createGpuTrainer(
    model,
    dataset,
    { ...options, ...changes },
    { slow: software, ...settings },
  );
  const result = await use(trainer);
  trainer.dispose();
  model.dispose();
  expect(trainer.scope.size).toBe(0);
  return result;
}

function dense(
  text: string,
  activation: ActivationName = 'tanh',
  outputActivation: ActivationName = 'tanh',
): Network {
  return initialiseNetwork(parseArchitecture(text, { activation, outputActivation }), 5);
}

/** Normal points with random targets, or random classes. */
function randomData(inputWidth: number, outputWidth: number, loss: Loss, count = 100): Dataset {
  const stream = new RandomStream(inputWidth, Purpose.noise);
  const normals = (length: number) => Float64Array.from({ length }, () => stream.normal());
  const points = normals(count * inputWidth);
  const targets = normals(count * outputWidth);
  if (loss === 'cross-entropy') {
    targets.fill(0);
    for (let i = 0; i < count; i++) {
      targets[i * outputWidth + Math.floor(outputWidth * stream.uniform())] = 1;
    }
  }
  return datasetFromArrays({ points, inputWidth, targets });
}

async function readFloats(trainer: GpuTrainer, place: GPUBufferBinding): Promise<Float32Array> {
  const { parameterLength } = trainer.model.network.program;
  const { buffer, offset = 0 } = place;
  const bytes = await readBuffer(trainer.model.device, buffer, offset, 4 * parameterLength);
  return new Float32Array(bytes);
}

/** Gradient of the first step, on the GPU and in float64. */
async function firstGradient(network: Network, dataset: Dataset, run: Run) {
  const actual = await withTrainer(network, dataset, run, async (trainer) => {
    await trainer.step(1);
    return readFloats(trainer, trainer.steps.gradients);
  });
  const { settings: _settings, ...changes } = run;
  const chosen = { ...options, ...changes };
  const state = createTrainingState(network.program, network.parameters);
  trainStep(network.program, dataset, chosen, 0, state);
  const tolerances = gradientTolerance(network, dataset, chosen, 0);
  return { actual, expected: state.gradient, tolerance: (i: number) => tolerances[i] };
}

it.each([
  ['784-20x3-10', 'whole'],
  ['40-130-6', 'by-op'],
])('a GPU takes %s on the road %s: outputs decide, not the input', (text, road) => {
  expect(chooseShape(dense(text).program, false).road).toBe(road);
});

describe('gradients', () => {
  const slow = { slow: true } as const;
  const fast = { slow: false } as const;
  const cases: [text: string, activation: ActivationName, run: Run][] = [
    ['2-10x8-1', 'tanh', { settings: slow }],
    ['2-10x8-1', 'tanh', { settings: fast }],
    ['2-10x2-1', 'tanh', { settings: { ...slow, road: 'by-op' } }],
    ['1-1-1', 'tanh', { settings: slow, batchSize: 1 }],
    ['2-10x2-1', 'tanh', { settings: { ...slow, road: 'whole' } }],
    ['3-2', 'sigmoid', { settings: slow, batchSize: 5 }],
    // What is on chip past the width of a layer is 1/2 behind a sigmoid.
    ['3-12-2-9-4', 'sigmoid', { settings: slow, loss: 'cross-entropy', batchSize: 45 }],
    ['7-5-1-6-1', 'sine', { settings: slow, batchSize: 33 }],
    ['5-16-13-3', 'sigmoid', { settings: slow, loss: 'cross-entropy', batchSize: 19 }],
    ['5-33-17-3', 'sigmoid', { settings: slow, loss: 'cross-entropy', batchSize: 13 }],
    ['5-33-17-3', 'sigmoid', { settings: fast, loss: 'cross-entropy', batchSize: 13 }],
    ['5-33-17-3', 'sigmoid', { settings: { ...fast, road: 'by-op' }, batchSize: 37 }],
    ['40-130-6', 'tanh', { settings: fast, loss: 'cross-entropy', batchSize: 33 }],
    ['150-9x2-3', 'tanh', { settings: fast, loss: 'cross-entropy', batchSize: 21 }],
    ['2-1024-1024', 'tanh', { settings: slow, loss: 'cross-entropy', batchSize: 4 }],
    ['2-10x2-1', 'tanh', { settings: slow, batchSize: 4096 }],
    // 36 floats of states a sample, so room for 32 and for 16 samples: parts, the last one shorter.
    ['2-10-1', 'tanh', { settings: { ...slow, stateByteLength: 6000 }, batchSize: 70 }],
    ['2-10-1', 'tanh', { settings: { ...fast, stateByteLength: 3000 }, batchSize: 70 }],
  ];
  it.each(cases)('of %s, %s, %o', async (text, activation, run) => {
    const network = dense(text, activation, run.loss ? 'identity' : 'tanh');
    const { inputWidth, outputWidth } = network;
    const dataset = randomData(inputWidth, outputWidth, run.loss ?? 'squared');
    const found = await firstGradient(network, dataset, run);
    compare({ label: `gradient of ${text}`, ...found });
    // Padding has no gradient at all, though it holds g(0) where that is not 0.
    found.expected.forEach((value, i) => {
      if (value === 0) expect(found.actual[i]).toBe(0);
    });
  });

  it.each(ACTIVATION_NAMES)('of %s', async (activation) => {
    const network = dense('3-6-5-2', activation, 'identity');
    const found = await firstGradient(network, randomData(3, 2, 'squared'), { batchSize: 9 });
    const label = `gradient, ${activation}`;
    compare({ label, ...found });
    const largest = found.actual.reduce(
      (a, b, i) => (Math.abs(b) > Math.abs(found.actual[a]) ? i : a),
      0,
    );
    const wrong = found.actual.with(largest, -found.actual[largest]);
    expect(() => compare({ label, ...found, actual: wrong })).toThrow();
  });
});

describe('the order of samples', () => {
  it.each([
    [1000, 64, 17],
    [7, 16, 5],
    [64, 64, 3],
  ])('of %i is that of TypeScript, in batches of %i', async (count, batchSize, stepCount) => {
    const dataset = { ...randomData(2, 1, 'squared', count + 1), trainCount: count };
    const seed = 2 ** 40 + 9;
    const run = { batchSize, seed };
    await withTrainer(dense('2-3-1'), dataset, run, async (trainer) => {
      for (let step = 0; step < stepCount; step++) {
        await trainer.step(1);
        const { device } = trainer.model;
        const bytes = await readBuffer(device, trainer.steps.samples, 0, 4 * batchSize);
        const wanted = Array.from({ length: batchSize }, (_, slot) =>
          sampleIndex({ ...options, ...run }, count, step, slot),
        );
        expect(Array.from(new Uint32Array(bytes))).toEqual(wanted);
      }
    });
  });
});

describe('100 steps', () => {
  const cases: [optimizer: Optimizer, loss: Loss][] = [
    ['sgd', 'squared'],
    ['sgd', 'cross-entropy'],
    ['adam', 'squared'],
    ['adam', 'cross-entropy'],
  ];
  it.each(cases)('of %s with %s are those of float64', async (optimizer, loss) => {
    const isSquared = loss === 'squared';
    const network = isSquared ? dense('2-10x4-1') : dense('2-12-8-3', 'tanh', 'identity');
    const dataset = isSquared ? circle : createDataset('blobs', { count: 600, noise: 0.5 });
    const learningRate = optimizer === 'adam' ? 0.01 : 0.05;
    const changes = { optimizer, loss, learningRate, momentum: 0.9, weightDecay: 0.01 };
    const actual = await withTrainer(network, dataset, changes, async (trainer) => {
      await trainer.step(100);
      return trainer.model.read();
    });
    const chosen = { ...options, ...changes };
    const state = createTrainingState(network.program, network.parameters);
    for (let step = 0; step < 100; step++) {
      trainStep(network.program, dataset, chosen, step, state);
    }
    const expected = state.parameters;
    const tolerances = trainingTolerance(network, dataset, chosen, 100);
    compare({
      label: `100 steps, ${optimizer}, ${loss}`,
      actual,
      expected,
      tolerance: (i) => tolerances[i],
    });

    const moved = expected.map((value, i) => value - network.parameters[i]);
    const error = expected.map((value, i) => value - actual[i]);
    expect(Math.hypot(...moved)).toBeGreaterThan(0.1 * Math.hypot(...network.parameters));
    expect(Math.hypot(...error) / Math.hypot(...expected)).toBeLessThan(1e-3);
  });
});

describe('a run', () => {
  const network = dense('2-10x3-1');

  it('is the same bit for bit, however its steps are grouped', async () => {
    const train = (groups: readonly number[], changes: Run = {}) =>
      withTrainer(network, circle, { optimizer: 'adam', ...changes }, async (trainer) => {
        await Promise.all(groups.map((count) => trainer.step(count)));
        expect(trainer.stepCount).toBe(90);
        return trainer.model.read();
      });
    const whole = await train([90]);
    expect(await train([90])).toEqual(whole);
    expect(await train([1, 2, 1, 40, 0, 46])).toEqual(whole);
    expect(await train([90], { seed: 4 })).not.toEqual(whole);
    expect(await train([90], { learningRate: 0.04 })).not.toEqual(whole);
  });

  it('takes a new learning rate from the next step on', async () => {
    await withTrainer(network, circle, {}, async (trainer) => {
      await trainer.step(5);
      const before = await trainer.model.read();
      trainer.setLearningRate(0);
      await trainer.step(5);
      expect(await trainer.model.read()).toEqual(before);
      trainer.setLearningRate(0.1);
      expect(trainer.options.learningRate).toBe(0.1);
      await trainer.step(1);
      expect(await trainer.model.read()).not.toEqual(before);
      expect(() => trainer.setLearningRate(NaN)).toThrow(DataError);
      expect(trainer.options.learningRate).toBe(0.1);
    });
  });

  it('starts over after a reset, even in the middle of a call', async () => {
    await withTrainer(network, circle, { momentum: 0.9 }, async (trainer) => {
      await trainer.step(30);
      const first = await trainer.model.read();
      const late = trainer.step(100_000);
      await new Promise((resolve) => setTimeout(resolve, 30));
      trainer.reset(network.parameters);
      await late;
      expect(trainer.stepCount).toBe(0);
      expect(await trainer.model.read()).toEqual(network.parameters);
      await trainer.step(30);
      expect(await trainer.model.read()).toEqual(first);
      expect(() => trainer.reset(new Float32Array(3))).toThrow(DataError);
    });
  });

  it('learns the circle', async () => {
    // At a higher rate accuracy goes up and down with every epoch, and differently on every adapter.
    const changes = { learningRate: 0.02 };
    const dataset = createDataset('circle', { seed: 1 });
    await withTrainer(dense('2-10x8-1'), dataset, changes, async (trainer) => {
      const before = await trainer.evaluate();
      await trainer.step(2000);
      const after = await trainer.evaluate();
      expect(before.testAccuracy).toBeLessThan(0.8);
      expect(after.testAccuracy).toBeGreaterThan(0.95);
      expect(after.trainLoss).toBeLessThan(0.3 * before.trainLoss);
    });
  });
});

describe('divergence', () => {
  const linear = dense('2-6x3-1', 'identity', 'identity');

  it.each([
    ['the loss', { learningRate: 1e6 }],
    ['the loss, with momentum', { learningRate: 30, momentum: 0.9 }],
    ['the loss, with Adam', { learningRate: 1e12, optimizer: 'adam' as const }],
    ['a parameter at once', { learningRate: 1e38 }],
    ['a rate beyond float32', { learningRate: 1e39 }],
  ])('of %s keeps the weights of the last good step', async (_, changes) => {
    const run = { ...changes, batchSize: 16 };
    const failed = await withTrainer(linear, circle, run, async (trainer) => {
      await trainer.step(300);
      const weights = await trainer.model.read();
      const status = await trainer.evaluate();
      expect(status.diverged).toBe(true);
      expect(status.stepCount).toBe(trainer.stepCount);
      await trainer.step(20);
      expect(await trainer.model.read()).toEqual(weights);
      expect(trainer.stepCount).toBe(status.stepCount);

      trainer.reset(linear.parameters);
      const fresh = await trainer.evaluate();
      expect(fresh).toMatchObject({ diverged: false, stepCount: 0 });
      return { weights, stepCount: status.stepCount };
    });
    expect(failed.weights.every((value) => Math.abs(value) <= 1e37)).toBe(true);
    expect(failed.stepCount).toBeLessThan(300);
    await withTrainer(linear, circle, run, async (trainer) => {
      await trainer.step(failed.stepCount);
      expect((await trainer.evaluate()).diverged).toBe(false);
      expect(await trainer.model.read()).toEqual(failed.weights);
      await trainer.step(1);
      expect((await trainer.evaluate()).diverged).toBe(true);
    });
  });

  it('is no concern of a run that stays finite', async () => {
    await withTrainer(dense('2-10x3-1'), circle, { learningRate: 1e3 }, async (trainer) => {
      await trainer.step(50);
      expect(await trainer.evaluate()).toMatchObject({ diverged: false, stepCount: 50 });
    });
  });
});

describe('evaluation', () => {
  const cases: [text: string, loss: Loss, count: number, run: Run][] = [
    ['2-10x2-1', 'squared', 2000, {}],
    ['2-10x2-1', 'squared', 5000, { settings: { stateByteLength: 2 ** 17 } }],
    ['4-20-7', 'cross-entropy', 300, {}],
    ['4-20-7', 'cross-entropy', 300, { settings: { slow: false, road: 'by-op' } }],
    ['4-20-7', 'squared', 90, { settings: { slow: true, stateByteLength: 4000 } }],
  ];
  it.each(cases)('of %s with %s on %i samples, %o', async (text, loss, count, run) => {
    const network = dense(text, 'tanh', loss === 'squared' ? 'tanh' : 'identity');
    const { inputWidth, outputWidth, program } = network;
    const dataset = randomData(inputWidth, outputWidth, loss, count);
    const status = await withTrainer(network, dataset, { ...run, loss }, (trainer) =>
      trainer.evaluate(),
    );
    const { trainCount } = dataset;
    const wanted = [
      evaluateSamples(network, dataset, loss, 0, Math.min(4096, trainCount)),
      evaluateSamples(network, dataset, loss, trainCount, Math.min(4096, count - trainCount)),
    ];
    // Roundings, of random sign, of every op on the way; a loss is the square or log of what comes out.
    const rounding =
      FLOAT32_UNIT * program.ops.reduce((sum, op) => sum + Math.sqrt(op.inputWidth + 14), 0);
    compare({
      label: `losses of ${text}`,
      actual: [status.trainLoss, status.testLoss],
      expected: wanted.map((set) => set.loss),
      tolerance: (i) => rounding * wanted[i].loss,
    });
    // Samples whose class hangs on a rounding may go either way.
    compare({
      label: `accuracies of ${text}`,
      actual: [status.trainAccuracy, status.testAccuracy],
      expected: wanted.map((set) => set.accuracy),
      tolerance: (i) => FLOAT32_UNIT + wanted[i].closeCalls(rounding),
    });
    expect(status).toMatchObject({ stepCount: 0, epoch: 0, diverged: false });
  });

  it('counts steps and epochs', async () => {
    await withTrainer(dense('2-4-1'), circle, {}, async (trainer) => {
      await trainer.step(45);
      expect(await trainer.evaluate()).toMatchObject({ stepCount: 45, epoch: (45 * 64) / 1800 });
    });
  });

  it('gives an infinite loss, and no NaN, where outputs overflow', async () => {
    const network = dense('2-4-1', 'identity', 'identity');
    await withTrainer(network, circle, {}, async (trainer) => {
      trainer.reset(network.parameters.map((value) => 1e18 * value));
      const status = await trainer.evaluate();
      expect(status.trainLoss).toBe(Infinity);
      expect(status.trainAccuracy).toBeGreaterThanOrEqual(0);
      await trainer.step(3);
      expect(await trainer.evaluate()).toMatchObject({ diverged: true, stepCount: 0 });
    });
  });
});

function evaluateSamples(
  network: Network,
  dataset: Dataset,
  loss: Loss,
  first: number,
  count: number,
) {
  const { inputWidth, outputWidth } = network;
  let [lossSum, hitCount] = [0, 0];
  const margins: number[] = [];
  for (let i = first; i < first + count; i++) {
    const point = dataset.points.subarray(i * inputWidth, (i + 1) * inputWidth);
    const outputs = forward(network, point);
    const targets = dataset.targets.subarray(i * outputWidth, (i + 1) * outputWidth);
    lossSum += sampleLoss(loss, outputs, targets);
    hitCount += classify(outputs) === classify(targets) ? 1 : 0;
    const [best, next = 0] = outputs.toSorted((a, b) => b - a);
    margins.push(Math.abs(best - next));
  }
  return {
    loss: lossSum / count,
    accuracy: hitCount / count,
    closeCalls: (margin: number) => margins.filter((value) => value < margin).length / count,
  };
}

describe('what does not fit', () => {
  it('is refused with a reason', async () => {
    const device = await getTestDevice();
    const create = (text: string, data: Dataset, changes: Partial<TrainingOptions>) => {
      const model = new GpuModel(device, dense(text));
      return createGpuTrainer(model, data, { ...options, ...changes }).finally(() =>
        model.dispose(),
      );
    };
    await expect(create('3-4-1', circle, {})).rejects.toThrow(NetworkError);
    await expect(create('2-4-2', circle, {})).rejects.toThrow(/2 outputs/);
    await expect(create('2-4-1', circle, { batchSize: 0 })).rejects.toThrow(DataError);
    await expect(create('2-4-1', circle, { loss: 'cross-entropy' })).rejects.toThrow(/one output/);
    const broken = { ...circle, points: circle.points.with(7, Infinity) };
    await expect(create('2-4-1', broken, {})).rejects.toThrow(/points\[3\]\[1\]/);
    await withTrainer(dense('2-4-1'), circle, {}, async (trainer) => {
      await expect(trainer.step(-1)).rejects.toThrow(/stepCount is -1/);
      await expect(trainer.step(0.5)).rejects.toThrow(DataError);
    });
  });

  it('on the device is refused as its limit', async () => {
    const limits = { maxStorageBufferBindingSize: 1e6, maxBufferSize: 2e6 };
    const device = { limits } as unknown as GPUDevice;
    const shape = chooseShape(dense('2-10x8-1').program, true);
    expect(fittingColumns(device, shape, 100, 2 ** 26)).toBe(32 * Math.floor(1e6 / 12_800));
    expect(fittingColumns(device, shape, 100, 4)).toBe(32);
    expect(() => fittingColumns(device, shape, 10_000, 2 ** 26)).toThrow(/binds at most 1000000/);
    const small = await (await navigator.gpu.requestAdapter())!.requestDevice();
    const model = new GpuModel(small, dense('2-2-1'));
    // Padded to four numbers a point.
    const points = new Float32Array(2 * (2 ** 23 + 1));
    const large = {
      ...circle,
      count: points.length / 2,
      points,
      targets: points.subarray(2 ** 23 + 1),
    };
    await expect(createGpuTrainer(model, large, options)).rejects.toThrow(
      /points of data set circle takes 134217744 bytes.* at most 134217728/,
    );
    small.destroy();
  });
});

describe('dispose', () => {
  it('ends what is under way', async () => {
    const model = new GpuModel(await getTestDevice(), dense('2-10x3-1'));
    const trainer = await createGpuTrainer(model, circle, options);
    const steps = trainer.step(1_000_000);
    const evaluation = trainer.evaluate();
    await new Promise((resolve) => setTimeout(resolve, 30));
    trainer.dispose();
    await steps;
    await expect(evaluation).rejects.toThrow(/disposed/);
    await expect(evaluation).rejects.toMatchObject({ name: 'AbortError' });
    await expect(trainer.step(1)).rejects.toThrow(/used after dispose/);
    await expect(trainer.evaluate()).rejects.toThrow(/used after dispose/);
    trainer.dispose();
    expect(trainer.scope.size).toBe(0);
    model.dispose();
  });
});
