// Plan: every toy set has the promised shape, is standardised by its training points, balanced where its recipe
// says so, repeats from its seed and is split at random; points obey the geometry that labels them (circle, xor, rings
// without noise). Arrays: targets, classes and splits as asked; every kind of bad input is refused by name.
// Control: another seed gives other points.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasetFromArrays, type ArraysOptions } from '../../src/data/arrays.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { createDataset, DATASET_NAMES, type DatasetName } from '../../src/data/toy.ts';
import { DataError } from '../../src/errors.ts';
import { deviation, mean } from '../../src/math/statistics.ts';
import { FLOAT32_UNIT } from '../support/tolerance.ts';

/** Original coordinates of a point. */
function original({ points, inputWidth, mean, deviation }: Dataset, index: number): number[] {
  return Array.from(mean, (m, k) => m + deviation[k] * points[index * inputWidth + k]);
}

describe.each(DATASET_NAMES)('%s', (name) => {
  const dataset = createDataset(name, { seed: 3, count: 2000 });
  const { count, trainCount, outputWidth, points, targets, classes, classCount } = dataset;

  it('has the shape it says', () => {
    expect(dataset).toMatchObject({ name, count: 2000, trainCount: 1800, inputWidth: 2 });
    expect(outputWidth).toBe(classCount === 2 ? 1 : classCount);
    expect(points).toHaveLength(2 * count);
    expect(targets).toHaveLength(outputWidth * count);
    expect(classes).toHaveLength(count);
    expect(points.every(Number.isFinite)).toBe(true);
  });

  it('has targets ±1 or one-hot that belong to its classes', () => {
    classes.forEach((label, i) => {
      const own = Array.from(targets.subarray(i * outputWidth, (i + 1) * outputWidth));
      const wanted = outputWidth === 1 ? [2 * label - 1] : own.map((_, k) => (k === label ? 1 : 0));
      expect(own).toEqual(wanted);
    });
  });

  it('is standardised by its training points', () => {
    for (let k = 0; k < 2; k++) {
      const column = Float64Array.from({ length: trainCount }, (_, i) => points[2 * i + k]);
      // every point is rounded to float32, up to 4 in size
      expect(Math.abs(mean(column))).toBeLessThan(4 * FLOAT32_UNIT);
      expect(Math.abs(deviation(column) - 1)).toBeLessThan(4 * FLOAT32_UNIT);
    }
  });

  it('has all classes in training and test sets, in about their shares', () => {
    for (let label = 0; label < classCount; label++) {
      const share = (from: number, to: number): number =>
        classes.subarray(from, to).filter((other) => other === label).length / (to - from);
      // a binomial share of 200 points has deviation 0.035 at most
      expect(Math.abs(share(0, trainCount) - 1 / classCount)).toBeLessThan(0.06);
      expect(Math.abs(share(trainCount, count) - 1 / classCount)).toBeLessThan(0.18);
    }
  });

  it('repeats from its seed and only from that', () => {
    expect(createDataset(name, { seed: 3, count: 2000 })).toEqual(dataset);
    expect(createDataset(name, { seed: 4, count: 2000 }).points).not.toEqual(points);
  });
});

describe('circle', () => {
  const dataset = createDataset('circle', { seed: 1 });

  it('is the problem of the paper', () => {
    expect(dataset).toMatchObject({ count: 40_000, trainCount: 36_000, outputWidth: 1 });
    let inside = 0;
    for (let i = 0; i < dataset.count; i++) {
      const [x, y] = original(dataset, i) as [number, number];
      const distance = Math.hypot(x, y) - Math.sqrt(2 / Math.PI);
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThan(1 + 1e-6);
      if (Math.abs(distance) > 1e-6) expect(dataset.targets[i]).toBe(Math.sign(distance));
      if (dataset.targets[i] === -1) inside++;
    }
    // half of 40,000: deviation 100
    expect(Math.abs(inside - 20_000)).toBeLessThan(500);
  });
});

describe('other shapes', () => {
  it('label xor by quadrant', () => {
    const dataset = createDataset('xor', { seed: 1, count: 500 });
    for (let i = 0; i < dataset.count; i++) {
      const [x, y] = original(dataset, i) as [number, number];
      if (Math.abs(x * y) > 1e-6) expect(dataset.classes[i]).toBe(x * y > 0 ? 0 : 1);
    }
  });

  it('put rings and spirals without noise where they belong', () => {
    const rings = createDataset('rings', { seed: 1, count: 500, noise: 0, classCount: 4 });
    const spirals = createDataset('spirals', { seed: 1, count: 500, noise: 0, classCount: 3 });
    for (let i = 0; i < 500; i++) {
      const [x, y] = original(rings, i) as [number, number];
      expect(Math.hypot(x, y)).toBeCloseTo((rings.classes[i] + 1) / 4, 6);
      const [a, b] = original(spirals, i) as [number, number];
      const turns = Math.atan2(b, a) / (2 * Math.PI) - 1.25 * Math.hypot(a, b);
      const off = turns - spirals.classes[i] / 3;
      if (Math.hypot(a, b) > 0.05) expect(Math.abs(off - Math.round(off))).toBeLessThan(1e-5);
    }
    expect(rings.outputWidth).toBe(4);
  });

  it('refuse what they do not know', () => {
    const bad: [DatasetName, object, RegExp][] = [
      ['cirle' as DatasetName, {}, /data set is "cirle", but must be one of circle/],
      ['toString' as DatasetName, {}, /data set is/],
      ['circle', { count: 5 }, /count is 5/],
      ['circle', { count: 100.5 }, /count is 100\.5/],
      ['moons', { noise: -1 }, /noise is -1/],
      ['moons', { noise: NaN }, /noise is NaN/],
      ['moons', { seed: -1 }, /seed is -1/],
      ['moons', { seed: 0.5 }, /seed is 0\.5/],
      ['moons', { classCount: 3 }, /classCount is 3, but moons has 2/],
      ['blobs', { classCount: 1 }, /classCount is 1/],
      ['blobs', { trainFraction: 1 }, /trainFraction is 1/],
    ];
    for (const [name, options, message] of bad) {
      expect(() => createDataset(name, options)).toThrow(DataError);
      expect(() => createDataset(name, options)).toThrow(message);
    }
  });
});

describe('datasetFromArrays', () => {
  const points = [0, 10, 1, 20, 2, 30, 3, 40];
  const base: ArraysOptions = { points, inputWidth: 2, classes: [0, 1, 0, 1], trainFraction: 0.5 };

  it('only shuffles when asked not to standardise', () => {
    const dataset = datasetFromArrays({ ...base, standardise: false });
    expect(dataset.trainCount).toBe(2);
    expect([...dataset.mean, ...dataset.deviation]).toEqual([0, 0, 1, 1]);
    const rows = Array.from({ length: 4 }, (_, i) => [
      ...dataset.points.subarray(2 * i, 2 * i + 2),
      dataset.targets[i],
      dataset.classes[i],
    ]);
    expect(rows.sort((a, b) => a[0] - b[0])).toEqual([
      [0, 10, -1, 0],
      [1, 20, 1, 1],
      [2, 30, -1, 0],
      [3, 40, 1, 1],
    ]);
  });

  it('shuffles differently for other seeds', () => {
    const numbers = Array.from({ length: 40 }, (_, i) => i);
    const orders = [0, 1, 2 ** 40].map((seed) => {
      const classes = numbers.map((i) => i % 2);
      const options = { points: numbers, inputWidth: 1, classes, seed, standardise: false };
      return datasetFromArrays(options).points.join();
    });
    expect(new Set(orders).size).toBe(3);
  });

  it('refuses one-hot rows that would fill the memory', () => {
    const [classes, many] = [new Uint16Array(2 ** 18), new Float32Array(2 ** 18)];
    classes[7] = 1023;
    expect(() => datasetFromArrays({ points: many, inputWidth: 1, classes })).toThrow(DataError);
    expect(() => datasetFromArrays({ points: many, inputWidth: 1, classes })).toThrow(
      '262144 points of 1024 classes need 268435456 targets, but there may be 134217728 at most',
    );
  });

  it('keeps regression targets, and takes classes from them', () => {
    const one = datasetFromArrays({ points, inputWidth: 2, targets: [0.5, -3, 0, 7] });
    expect(one).toMatchObject({ outputWidth: 1, classCount: 2 });
    one.targets.forEach((target, i) => expect(one.classes[i]).toBe(target > 0 ? 1 : 0));
    const targets = [1, 2, 3, 9, 0, 0, 0, 1, 0, -1, -2, -0.5];
    const three = datasetFromArrays({ points, inputWidth: 2, targets });
    expect(three).toMatchObject({ outputWidth: 3, classCount: 3 });
    const pairs = Array.from(three.classes, (label, i) => `${three.targets[3 * i]}: ${label}`);
    expect(pairs.sort()).toEqual(['-1: 2', '0: 1', '1: 2', '9: 0']);
  });

  it('shifts an input that never changes and leaves its scale', () => {
    const constant = datasetFromArrays({
      points: [7, 7, 7, 7],
      inputWidth: 1,
      classes: [0, 1, 0, 1],
    });
    expect([...constant.points]).toEqual([0, 0, 0, 0]);
    expect([constant.mean[0], constant.deviation[0]]).toEqual([7, 1]);
  });

  it('undoes its standardisation: original = mean + deviation · standardised', () => {
    // Numbers next to 0 could be the scale of training points that others are too far out for.
    const number = fc
      .double({ min: -1e6, max: 1e6, noNaN: true })
      .map((value) => (Math.abs(value) < 1e-6 ? 0 : value));
    fc.assert(
      fc.property(fc.array(number, { minLength: 2, maxLength: 50 }), (values) => {
        const classes = values.map((_, i) => i % 2);
        const dataset = datasetFromArrays({ points: values, inputWidth: 1, classes });
        const found = values.map((_, i) => original(dataset, i)[0]).sort((a, b) => a - b);
        const wanted = [...values].sort((a, b) => a - b);
        const size = Math.max(...values.map(Math.abs));
        found.forEach((value, i) => {
          // the standardised number is rounded to float32; its size times the deviation is |x − mean|
          expect(Math.abs(value - wanted[i])).toBeLessThanOrEqual(
            4 * FLOAT32_UNIT * size + 2 ** -149,
          );
        });
      }),
    );
  });

  it('refuses a test point too far out for the scale of the training points', () => {
    const numbers = [...Array.from({ length: 99 }, (_, i) => 1e-10 * (i % 2)), 1e30];
    const classes = numbers.map((_, i) => i % 2);
    const tries = Array.from({ length: 40 }, (_, seed) => () => {
      return datasetFromArrays({ points: numbers, inputWidth: 1, classes, seed });
    });
    const outside = tries.filter((attempt) => {
      try {
        attempt();
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
        expect(String(error)).toMatch(/points\[99\]\[0\] is 1e\+30, too far out/);
        return true;
      }
    });
    // one point in ten is for testing
    expect(outside.length).toBeGreaterThan(0);
    expect(outside.length).toBeLessThan(20);
  });

  it('refuses bad arrays and says which value and what it wants', () => {
    const bad: [{ [name in keyof ArraysOptions]?: ArraysOptions[name] | undefined }, RegExp][] = [
      [{ inputWidth: 0 }, /inputWidth is 0/],
      [{ inputWidth: 3 }, /points has 8 numbers, but must have 3 for each/],
      [{ points: [], classes: [] }, /points has 0 numbers/],
      [{ points: [1, 2, 3, NaN], classes: [0, 1] }, /points\[1\]\[1\] is NaN/],
      [{ points: [1, 1e39, 3, 4], classes: [0, 1] }, /points\[0\]\[1\] is 1e\+39/],
      [{ classes: [0, 1, 0] }, /classes has 3 numbers, but there are 4 points/],
      [{ classes: [0, 1, 0, -1] }, /classes\[3\] is -1/],
      [{ classes: [0, 1, 0.5, 1] }, /classes\[2\] is 0\.5/],
      [{ classes: [0, 0, 0, 0] }, /classes are all 0/],
      [{ classes: [0, 1, 2, 1024] }, /classes\[3\] is 1024/],
      [{ classes: undefined }, /both missing/],
      [{ targets: [1, 1, 1, 1] }, /both given/],
      [{ classes: undefined, targets: [1, 2, 3] }, /targets has 3 numbers/],
      [{ classes: undefined, targets: [1, 2, Infinity, 0] }, /targets\[2\]\[0\] is Infinity/],
      [{ trainFraction: 0 }, /trainFraction is 0/],
      [{ trainFraction: NaN }, /trainFraction is NaN/],
      [{ seed: -5 }, /seed is -5/],
    ];
    for (const [change, message] of bad) {
      const options = { ...base, ...change } as ArraysOptions;
      expect(() => datasetFromArrays(options), String(message)).toThrow(DataError);
      expect(() => datasetFromArrays(options)).toThrow(message);
    }
  });
});
