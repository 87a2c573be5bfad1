// Plan: histograms, binned means, entropies and rank correlation on exact cases, against direct formulas on
// random numbers, and the same whatever parts they are filled in. Control: other numbers give others.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import {
  BinnedMeans,
  entropy,
  Histogram,
  predictiveEntropy,
  softmax,
  spearman,
} from '../../src/math/tallies.ts';

function normals(count: number, seed: number): Float64Array {
  const stream = new RandomStream(seed, Purpose.noise);
  return Float64Array.from({ length: count }, () => stream.normal());
}

describe('Histogram', () => {
  it('counts every value once, with ends, outside and NaN apart', () => {
    const histogram = new Histogram(0, 1, 4);
    histogram.add([0, 0.24, 0.25, 0.5, 0.999, 1, -0.1, 1.1, NaN, Infinity, -Infinity]);
    expect([...histogram.counts]).toEqual([2, 1, 1, 2]);
    expect([histogram.below, histogram.above, histogram.notANumber]).toEqual([2, 2, 1]);
    expect(histogram.centre(1)).toBe(0.375);
    const area = [0, 1, 2, 3].reduce((sum, bin) => sum + histogram.density(bin) / 4, 0);
    expect(area).toBeCloseTo(1, 12);
  });

  it('does not depend on the parts it is filled in', () => {
    const values = normals(1000, 1);
    const [whole, parts] = [new Histogram(-2, 2, 17), new Histogram(-2, 2, 17)];
    whole.add(values);
    for (let i = 0; i < 1000; i += 130) parts.add(values.subarray(i, i + 130));
    expect(parts).toEqual(whole);
    expect(whole.total + whole.below + whole.above).toBe(1000);
  });

  it.each([
    [() => new Histogram(0, 1, 0), /binCount is 0/],
    [() => new Histogram(1, 1, 3), /from 1 to 1/],
    [() => new BinnedMeans(0, NaN, 3), /to NaN/],
  ])('refuses %s', (make, message) => {
    expect(make).toThrow(DataError);
    expect(make).toThrow(message);
  });
});

describe('BinnedMeans', () => {
  it('are the means and standard errors of each bin, even far from 0', () => {
    const x = normals(500, 2);
    const y = normals(500, 3).map((value, i) => 1e8 + value + x[i]);
    const binned = new BinnedMeans(-2, 2, 5);
    binned.add(x.subarray(0, 77), y.subarray(0, 77));
    binned.add(x.subarray(77), y.subarray(77));
    for (let bin = 0; bin < 5; bin++) {
      const own = [...y].filter((_, i) => Math.floor((x[i] + 2) / 0.8) === bin);
      const mean = own.reduce((sum, value) => sum + (value - 1e8), 0) / own.length;
      const square = own.reduce((sum, value) => sum + (value - 1e8 - mean) ** 2, 0);
      expect(binned.counts[bin]).toBe(own.length);
      expect(binned.mean(bin) - 1e8).toBeCloseTo(mean, 6);
      const error = Math.sqrt(square / (own.length - 1) / own.length);
      expect(binned.standardError(bin)).toBeCloseTo(error, 6);
    }
  });

  it('are NaN without values, errors of single values too', () => {
    const binned = new BinnedMeans(0, 2, 2);
    binned.add([0.5, 5, 0.5], [3, 1, NaN]);
    expect([binned.mean(0), binned.mean(1)]).toEqual([3, NaN]);
    expect(binned.standardError(0)).toBeNaN();
    expect(() => binned.add([1], [])).toThrow(/x has 1 numbers, but y has 0/);
  });
});

describe('entropies', () => {
  it('are 0 for a sure thing and log n for a uniform one', () => {
    expect(entropy([0, 1, 0])).toBe(0);
    expect(entropy([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(Math.log(4), 14);
    expect(predictiveEntropy([softmax([50, 0]), softmax([0, 50])])).toBeCloseTo(Math.LN2, 12);
    expect(predictiveEntropy([softmax([50, 0]), softmax([50, 0])])).toBeLessThan(1e-18 + 1e-15);
  });

  it('take outputs of any size', () => {
    expect([...softmax([1e4, 1e4])]).toEqual([0.5, 0.5]);
    expect(softmax([0, Math.log(3)])[1]).toBeCloseTo(0.75, 14);
  });
});

describe('spearman', () => {
  it('is that of exact cases', () => {
    expect(spearman([1, 2, 3, 4], [10, 20, 30, 1000])).toBeCloseTo(1, 14);
    expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 14);
    // 1 − 6 Σd²/(n(n² − 1)) with d = 1, 1, 0, 0, 0.
    expect(spearman([1, 2, 3, 4, 5], [2, 1, 3, 4, 5])).toBeCloseTo(1 - 12 / 120, 14);
    // Ties share ranks: those of x are 0.5, 0.5, 2.
    expect(spearman([1, 1, 2], [1, 2, 3])).toBeCloseTo(Math.sqrt(3) / 2, 14);
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(() => spearman([1], [1])).toThrow(/two or more pairs/);
  });

  it('does not change under growing functions', () => {
    const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 5, maxLength: 40 });
    fc.assert(
      fc.property(numbers, fc.integer(), (x, seed) => {
        fc.pre(new Set(x).size > 1);
        const y = [...normals(x.length, Math.abs(seed))];
        const grown = x.map((value) => Math.exp(value / 10) + value);
        expect(spearman(grown, y)).toBeCloseTo(spearman(x, y), 12);
        expect(spearman(y, x)).toBeCloseTo(spearman(x, y), 12);
      }),
    );
  });
});
