// Plan: the float64 definitions of training. Losses against hand-made numbers and, with their derivatives,
// against central differences; the gradient of a network against central differences of its loss in every
// parameter, for every activation, both losses, and padding that must stay 0; samples together as one by one; the order of samples; each
// optimizer against its formula worked by hand on one parameter, and their refusals. Controls: a gradient
// with one sign changed fails the same comparison; equal seeds give equal orders, others do not.
import { describe, expect, it } from 'vitest';
import { datasetFromArrays } from '../../src/data/arrays.ts';
import { DataError, NetworkError } from '../../src/errors.ts';
import { ACTIVATION_NAMES } from '../../src/math/activations.ts';
import { RandomStream, Purpose } from '../../src/math/random.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import type { Network } from '../../src/model/network.ts';
import { initialiseNetwork, tensorPlaces } from '../../src/model/parameters.ts';
import { checkTraining, type Loss, type TrainingOptions } from '../../src/model/training.ts';
import { addGradients } from '../../src/reference/gradient.ts';
import { sampleDirection, sampleLoss } from '../../src/reference/loss.ts';
import { createTrainingState, sampleIndex, trainStep } from '../../src/reference/training.ts';
import { compare } from '../support/compare.ts';
import { differenceTolerance } from '../support/tolerance.ts';

const STEP = 1e-5;

const options: TrainingOptions = {
  optimizer: 'sgd',
  learningRate: 0.1,
  momentum: 0,
  weightDecay: 0,
  batchSize: 3,
  loss: 'squared',
  seed: 5,
};

function numbers(count: number, seed: number): Float64Array {
  const stream = new RandomStream(seed, Purpose.noise);
  return Float64Array.from({ length: count }, () => stream.normal());
}

/** One-hot, or numbers on both sides of 0. */
function targetsFor(loss: Loss, width: number): Float64Array {
  if (loss === 'squared') return numbers(width, 7);
  return Float64Array.from({ length: width }, (_, k) => (k === 1 ? 1 : 0));
}

describe('losses', () => {
  it('have known values', () => {
    const cotangent = new Float64Array(2);
    expect(sampleLoss('squared', [1, 4], [0, 2], cotangent)).toBe(2.5);
    expect([...cotangent]).toEqual([1, 2]);
    // Equal outputs: each class has probability ½.
    expect(sampleLoss('cross-entropy', [3, 3], [1, 0], cotangent)).toBeCloseTo(Math.LN2, 15);
    expect(cotangent[0]).toBeCloseTo(-0.5, 15);
    expect(cotangent[1]).toBeCloseTo(0.5, 15);
    // Where exp would overflow.
    expect(sampleLoss('cross-entropy', [1000, 0], [0, 1], cotangent)).toBe(1000);
    expect([...cotangent]).toEqual([1, -1]);
  });

  it.each(['squared', 'cross-entropy'] as const)('%s has its derivative', (loss) => {
    const outputs = numbers(5, 1);
    const targets = targetsFor(loss, 5);
    const cotangent = new Float64Array(5);
    const size = sampleLoss(loss, outputs, targets, cotangent);
    const differences = outputs.map((_, k) => {
      const moved = (by: number) =>
        sampleLoss(loss, Float64Array.from(outputs).fill(outputs[k] + by, k, k + 1), targets);
      return (moved(STEP) - moved(-STEP)) / (2 * STEP);
    });
    compare({
      label: `derivative of ${loss}`,
      actual: cotangent,
      expected: differences,
      tolerance: (k) => differenceTolerance(STEP, size, 5, Math.abs(cotangent[k])),
    });
  });
});

describe('directions of losses', () => {
  const both = (loss: Loss, outputs: number[], targets: number[]) => {
    const [exact, direction] = [new Float64Array(outputs.length), new Float64Array(outputs.length)];
    sampleLoss(loss, outputs, targets, exact);
    sampleDirection(loss, outputs, targets, direction);
    return { exact: [...exact], direction: [...direction] };
  };

  it('are cotangents up to a positive factor', () => {
    for (const [own, amount] of [
      [0, 1],
      [2, 1],
      [1, 0.25],
    ]) {
      const targets = [0, 0, 0, 0].map((_, i) => (i === own ? amount : 0));
      const { exact, direction } = both('cross-entropy', [0.5, -1, 3, 2], targets);
      const factor = direction[own] / exact[own];
      expect(factor).toBeGreaterThan(1);
      exact.forEach((value, i) => expect(direction[i]).toBeCloseTo(factor * value, 12));
    }
  });

  it('survive where the class is certain', () => {
    const { exact, direction } = both('cross-entropy', [2000, 0, 0], [1, 0, 0]);
    expect(exact.every((value) => value === 0)).toBe(true);
    expect(direction).toEqual([-1, 0.5, 0.5]);
  });

  it.each([
    ['squared', [1, 4], [0, 1]],
    ['cross-entropy', [1, 4, 2], [0.25, 0.75, 0]],
    ['cross-entropy', [1, 4, 2], [0, -1, 0]],
    ['cross-entropy', [1, 4, 2], [0, 0, 0]],
    ['cross-entropy', [3], [1]],
  ] as const)('of %s of %j to %j are the cotangents', (loss, outputs, targets) => {
    const { exact, direction } = both(loss, [...outputs], [...targets]);
    expect(direction).toEqual(exact);
  });
});

/** Gradient by backpropagation, and by central differences in every parameter of a tensor. */
function gradients(network: Network, loss: Loss) {
  const { program } = network;
  const parameters = Float64Array.from(network.parameters);
  const point = numbers(network.inputWidth, 3);
  const targets = targetsFor(loss, network.outputWidth);
  const gradient = new Float64Array(parameters.length);
  const value = addGradients(program, parameters, [point], [targets], loss, 1, gradient);
  const unused = new Float64Array(parameters.length);
  const lossAt = (place: number, by: number) => {
    const moved = parameters.slice();
    moved[place] += by;
    return addGradients(program, moved, [point], [targets], loss, 1, unused);
  };
  const places = tensorPlaces(network).flatMap(({ shape, offset, stride }) => {
    const [rows, columns] = shape.length === 2 ? shape : [1, shape[0]];
    return Array.from({ length: rows * columns }, (_, i) => {
      return offset + Math.floor(i / columns) * stride + (i % columns);
    });
  });
  const expected = places.map((place) => (lossAt(place, STEP) - lossAt(place, -STEP)) / (2 * STEP));
  return { gradient, places, expected, value };
}

describe('the gradient of a network', () => {
  const cases = ACTIVATION_NAMES.flatMap((activation) =>
    (['squared', 'cross-entropy'] as const).map((loss) => ({ activation, loss })),
  );
  it.each(cases)('of $activation with $loss is that of differences', ({ activation, loss }) => {
    const spec = parseArchitecture('3-5-6-2', { activation, outputActivation: 'identity' });
    const network = initialiseNetwork(spec, 11);
    const { gradient, places, expected, value } = gradients(network, loss);
    const actual = places.map((place) => gradient[place]);
    const tolerance = (i: number) => {
      return differenceTolerance(STEP, 1 + value, 6, Math.abs(expected[i]));
    };
    const label = `gradient, ${activation}, ${loss}`;
    compare({ label, actual, expected, tolerance });

    const padding = gradient.filter((_, place) => !places.includes(place));
    expect(padding.length).toBeGreaterThan(0);
    expect(padding.every((entry) => entry === 0)).toBe(true);

    const largest = actual.reduce((a, b, i) => (Math.abs(b) > Math.abs(actual[a]) ? i : a), 0);
    const wrong = actual.with(largest, -actual[largest]);
    expect(() => compare({ label, actual: wrong, expected, tolerance })).toThrow();
  });

  it('of samples together is the sum of theirs, bit for bit', () => {
    const { program, parameters } = initialiseNetwork(parseArchitecture('3-5-6-2'), 4);
    const points = Array.from({ length: 7 }, (_, k) => numbers(3, 20 + k));
    const targets = Array.from({ length: 7 }, (_, k) => numbers(2, 40 + k));
    const add = (from: number, to: number, gradient: Float64Array) =>
      addGradients(
        program,
        parameters,
        points.slice(from, to),
        targets.slice(from, to),
        'squared',
        0.3,
        gradient,
      );
    const together = new Float64Array(parameters.length);
    const oneByOne = new Float64Array(parameters.length);
    const loss = add(0, 7, together);
    let sum = 0;
    for (let k = 0; k < 7; k++) sum += add(k, k + 1, oneByOne);
    expect(together).toEqual(oneByOne);
    expect(loss).toBe(sum);
    expect(together.some((value) => value !== 0)).toBe(true);
  });
});

describe('the order of samples', () => {
  it('is a permutation in every epoch, and another in the next', () => {
    const trainCount = 20;
    const order = Array.from({ length: 60 }, (_, position) =>
      sampleIndex(options, trainCount, Math.floor(position / 3), position % 3),
    );
    const epochs = [0, 20, 40].map((start) => order.slice(start, start + 20));
    const all = Array.from({ length: 20 }, (_, i) => i);
    for (const epoch of epochs) expect(epoch.toSorted((a, b) => a - b)).toEqual(all);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[1]).not.toEqual(epochs[2]);
  });

  it('depends on the seed, not on the batch size', () => {
    const order = (seed: number, batchSize: number) =>
      Array.from({ length: 24 }, (_, p) =>
        sampleIndex({ ...options, seed, batchSize }, 20, Math.floor(p / batchSize), p % batchSize),
      );
    expect(order(5, 3)).toEqual(order(5, 8));
    expect(order(5, 3)).not.toEqual(order(6, 3));
  });
});

describe('optimizers', () => {
  // y = w x with x = 1 and target 0, so that the gradient of the squared loss is 2w.
  const dataset = datasetFromArrays({
    points: [1, 1, 1, 1],
    inputWidth: 1,
    targets: [0, 0, 0, 0],
    standardise: false,
  });
  const spec = parseArchitecture('1-1', { outputActivation: 'identity' });
  const start = () => {
    const network = initialiseNetwork(spec, 1);
    network.parameters.fill(0);
    network.parameters[0] = 1;
    return { network, state: createTrainingState(network.program, network.parameters) };
  };
  const run = (changes: Partial<TrainingOptions>, stepCount: number) => {
    const { network, state } = start();
    const losses = Array.from({ length: stepCount }, (_, step) =>
      trainStep(network.program, dataset, { ...options, ...changes }, step, state),
    );
    return { weight: state.parameters[0], bias: state.parameters[16], losses, state };
  };

  it('sgd with momentum and decay', () => {
    // By hand, with w and b for weight and bias: g = 2(w + b) + 0.5 p; m = 0.9 m + g; p -= 0.1 m.
    let [w, b, mw, mb] = [1, 0, 0, 0];
    for (let step = 0; step < 3; step++) {
      const slope = 2 * (w + b);
      mw = 0.9 * mw + slope + 0.5 * w;
      mb = 0.9 * mb + slope + 0.5 * b;
      [w, b] = [w - 0.1 * mw, b - 0.1 * mb];
    }
    const found = run({ momentum: 0.9, weightDecay: 0.5 }, 3);
    expect(found.losses[0]).toBeCloseTo(1, 15);
    expect(found.weight).toBeCloseTo(w, 14);
    expect(found.bias).toBeCloseTo(b, 14);
  });

  it('adam, whose first step is the learning rate', () => {
    const found = run({ optimizer: 'adam' }, 1);
    expect(found.weight).toBeCloseTo(1 - 0.1, 8);
    expect(found.bias).toBeCloseTo(-0.1, 8);
    // Decay acts on the weight alone, not through the moments.
    const decayed = run({ optimizer: 'adam', weightDecay: 0.5 }, 1);
    expect(decayed.weight - found.weight).toBeCloseTo(-0.1 * 0.5, 14);
    // Second step by hand: g₁ = 2, g₂ = 2 (0.9 − 0.1).
    const g = 1.6;
    const m = (0.9 * 0.2 + 0.1 * g) / (1 - 0.81);
    const v = (0.999 * 0.004 + 0.001 * g * g) / (1 - 0.999 ** 2);
    const second = run({ optimizer: 'adam' }, 2);
    expect(second.weight).toBeCloseTo(0.9 - (0.1 * m) / (Math.sqrt(v) + 1e-8), 7);
  });

  it('changes nothing when a parameter would leave float32', () => {
    const { losses, state } = run({ learningRate: 1e39 }, 1);
    expect(losses[0]).toBeNaN();
    expect(state.parameters[0]).toBe(1);
  });
});

describe('refusals', () => {
  const dataset = datasetFromArrays({
    points: numbers(20, 1),
    inputWidth: 2,
    classes: Array.from({ length: 10 }, (_, i) => i % 3),
  });
  const network = (text: string) => initialiseNetwork(parseArchitecture(text), 1);
  const check = (text: string, changes: Partial<TrainingOptions>, data = dataset) =>
    checkTraining(network(text), data, { ...options, ...changes });

  it('let through what fits', () => {
    expect(() => check('2-4-3', { loss: 'cross-entropy' })).not.toThrow();
  });

  it.each([
    ['3-4-3', {}, NetworkError, /3 inputs.* has 2/],
    ['2-4-1', {}, NetworkError, /1 output,.* needs 3/],
    ['2-3', { batchSize: 0 }, DataError, /batchSize is 0/],
    ['2-3', { batchSize: 5000 }, DataError, /batchSize is 5000/],
    ['2-3', { learningRate: NaN }, DataError, /learningRate is NaN/],
    ['2-3', { momentum: 1 }, DataError, /momentum is 1/],
    ['2-3', { weightDecay: -1 }, DataError, /weightDecay is -1/],
    ['2-3', { seed: 0.5 }, DataError, /seed is 0.5/],
    ['2-3', { loss: 'hinge' as Loss }, DataError, /loss is "hinge"/],
  ] as const)('%s with %o', (text, changes, kind, message) => {
    expect(() => check(text, changes)).toThrow(kind);
    expect(() => check(text, changes)).toThrow(message);
  });

  it('data that are not what they claim', () => {
    const points = dataset.points.with(5, NaN);
    expect(() => check('2-3', {}, { ...dataset, points })).toThrow(/points\[2\]\[1\].* is NaN/);
    const short = dataset.points.subarray(1);
    expect(() => check('2-3', {}, { ...dataset, points: short })).toThrow(/19 numbers/);
    expect(() => check('2-3', {}, { ...dataset, trainCount: 0 })).toThrow(/0 training samples/);
    const targets = dataset.targets.with(1, -1);
    const signed = { ...dataset, targets };
    expect(() => check('2-3', {}, signed)).not.toThrow();
    expect(() => check('2-3', { loss: 'cross-entropy' }, signed)).toThrow(/no probability/);
  });
});
