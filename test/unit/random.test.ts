// Plan: Philox against the known answers that come with Random123; streams: range, moments, repeatability and
// independence; permute: a bijection for every count tried, all orders of five things equally likely, other
// epochs and keys give other orders. Control: a single changed bit of counter or key changes the words.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  permute,
  philox,
  Purpose,
  RandomStream,
  seedKey,
  uniformFromWord,
  type Key,
} from '../../src/math/random.ts';
import { KNOWN_ANSWERS } from '../golden/philox.ts';

describe('philox', () => {
  it.each(KNOWN_ANSWERS)('gives the known answer for %o', ({ counter, key, words }) => {
    expect(philox(counter, key)).toEqual(words);
  });

  it('changes half of its bits when one bit of counter or key changes', () => {
    let changed = 0;
    const base = philox([1, 2, 3, 4], [5, 6]);
    for (let bit = 0; bit < 192; bit++) {
      const input = [1, 2, 3, 4, 5, 6];
      input[bit >> 5] ^= 1 << (bit % 32);
      const [a, b, c, d, k, l] = input.map((word) => word >>> 0);
      philox([a, b, c, d], [k, l]).forEach((word, i) => {
        changed += ((word ^ base[i]) >>> 0).toString(2).replaceAll('0', '').length;
      });
    }
    // 192 · 128 fair coins: five standard deviations are 392
    expect(Math.abs(changed - 96 * 128)).toBeLessThan(392);
  });

  it('takes both words of a seed as key', () => {
    expect(seedKey(0)).toEqual([0, 0]);
    expect(seedKey(2 ** 32 + 7)).toEqual([7, 1]);
    expect(seedKey(Number.MAX_SAFE_INTEGER)).toEqual([0xffffffff, 0x1fffff]);
  });
});

describe('RandomStream', () => {
  const count = 200_000;

  it('is the counters of its purpose and index in order', () => {
    const stream = new RandomStream(9, Purpose.weights, 3);
    const words = Array.from({ length: 8 }, () => stream.word());
    const key = seedKey(9);
    expect(words).toEqual([...philox([0, 3, 1, 0], key), ...philox([1, 3, 1, 0], key)]);
  });

  it('has uniform numbers in [0, 1) that are float32 numbers, with the moments of 1/2 and 1/12', () => {
    const stream = new RandomStream(1, Purpose.points);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < count; i++) {
      const x = stream.uniform();
      if (!(x >= 0 && x < 1) || Math.fround(x) !== x) throw new Error(`number ${i} is ${x}`);
      sum += x;
      squares += x * x;
    }
    // five standard deviations: √(1/12), √(4/45)
    expect(Math.abs(sum / count - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(squares / count - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / count));
    expect(uniformFromWord(0xffffffff)).toBe(1 - 2 ** -24);
    expect(uniformFromWord(0xff)).toBe(0);
  });

  it('has normal numbers with moments 0, 1, 0, 3 and the distribution function at 1 and 2', () => {
    const stream = new RandomStream(2, Purpose.weights);
    const sums = [0, 0, 0, 0];
    let [within1, within2] = [0, 0];
    for (let i = 0; i < count; i++) {
      const x = stream.normal();
      for (let k = 0; k < 4; k++) sums[k] += x ** (k + 1);
      if (Math.abs(x) < 1) within1++;
      if (Math.abs(x) < 2) within2++;
    }
    // five standard deviations of x, x², x³, x⁴: √1, √2, √15, √96
    [0, 1, 0, 3].forEach((moment, k) => {
      const bound = 5 * Math.sqrt([1, 2, 15, 96][k] / count);
      expect(Math.abs(sums[k] / count - moment), `moment ${k + 1}`).toBeLessThan(bound);
    });
    expect(Math.abs(within1 / count - 0.6826894921370859)).toBeLessThan(
      5 * Math.sqrt(0.22 / count),
    );
    expect(Math.abs(within2 / count - 0.9544997361036416)).toBeLessThan(
      5 * Math.sqrt(0.044 / count),
    );
  });

  it('repeats from its seed and shares nothing with other seeds, purposes and indices', () => {
    const draw = (seed: number, purpose: number, index = 0): number[] => {
      const stream = new RandomStream(seed, purpose, index);
      return Array.from({ length: 100 }, () => stream.word());
    };
    expect(draw(1, 1)).toEqual(draw(1, 1));
    const others = [draw(1, 1), draw(2, 1), draw(2 ** 32 + 1, 1), draw(1, 2), draw(1, 1, 1)];
    expect(new Set(others.flat()).size).toBe(500);
  });
});

describe('permute', () => {
  const order = (count: number, key: Key, epoch: number): number[] =>
    Array.from({ length: count }, (_, i) => permute(i, count, key, epoch));
  const isBijection = (places: number[]): boolean =>
    new Set(places).size === places.length &&
    places.every((place) => Number.isInteger(place) && place >= 0 && place < places.length);

  it('is a bijection for every small count and around powers of two', () => {
    for (let count = 1; count <= 300; count++) {
      expect(isBijection(order(count, [count, 1], count)), `count ${count}`).toBe(true);
    }
    for (const count of [1023, 1024, 1025, 4097, 36_000, 65_537]) {
      expect(isBijection(order(count, [3, 4], 5)), `count ${count}`).toBe(true);
    }
  });

  it('stays in range, without clashes, for counts up to 2³¹ − 1', () => {
    const words = fc.nat(0xffffffff);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        words,
        words,
        words,
        (count, a, b, e) => {
          const indices = new Set(
            [0, 1, 2, count - 1, count >> 1].filter((index) => index < count),
          );
          const places = [...indices].map((index) => permute(index, count, [a, b], e));
          expect(new Set(places).size).toBe(places.length);
          expect(places.every((place) => place >= 0 && place < count)).toBe(true);
        },
      ),
    );
  });

  it('makes all orders of five things equally likely', () => {
    const trials = 24_000;
    const seen = new Map<string, number>();
    for (let epoch = 0; epoch < trials; epoch++) {
      const name = order(5, [7, 0], epoch).join();
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    expect(seen.size).toBe(120);
    const expected = trials / 120;
    const statistic = [...seen.values()].reduce(
      (sum, n) => sum + (n - expected) ** 2 / expected,
      0,
    );
    // χ² of 119 degrees of freedom: mean 119, deviation 15.4
    expect(statistic).toBeLessThan(119 + 5 * 15.4);
  });

  it('leaves no trace of the old order', () => {
    const places = order(10_000, [11, 0], 0);
    const centre = (places.length - 1) / 2;
    const products = places.map((place, i) => (place - centre) * (i - centre));
    const neighbours = places.slice(1).map((place, i) => (place - centre) * (places[i] - centre));
    // correlation of independent ranks: deviation 1/√n
    const variance = (places.length ** 2 - 1) / 12;
    for (const list of [products, neighbours]) {
      const correlation = list.reduce((sum, p) => sum + p, 0) / list.length / variance;
      expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(places.length));
    }
  });

  it('depends on both words of the key and on the epoch', () => {
    const orders = [order(50, [1, 2], 3), order(50, [9, 2], 3), order(50, [1, 9], 3)];
    orders.push(order(50, [1, 2], 9));
    expect(new Set(orders.map((places) => places.join())).size).toBe(4);
    expect(order(50, [1, 2], 3)).toEqual(orders[0]);
  });
});
