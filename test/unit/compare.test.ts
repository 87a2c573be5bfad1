// Plan: the comparison helper passes equal and close numbers and reports the worst ratio; it fails, naming the
// place, on a wrong value, NaN on either side, an infinity on one side, a short or empty array, a bad tolerance.
import { describe, expect, it } from 'vitest';
import { compare } from '../support/compare.ts';

const run = (actual: number[], expected: number[], tolerance = 0.1): number =>
  compare({ label: 'numbers', actual, expected, tolerance: () => tolerance });

describe('compare', () => {
  it('returns the worst ratio of error to tolerance', () => {
    expect(run([1, 2.05, 3], [1, 2, 3])).toBeCloseTo(0.5, 10);
    expect(run([1, -Infinity], [1, -Infinity], 0)).toBe(0);
  });

  it('fails on a wrong value and names it', () => {
    expect(() => run([1, 2, 3], [1, 2.2, 3])).toThrow(/at 1: 2, expected 2\.2 ± 0\.1/);
    expect(() => run([1], [1 + Number.EPSILON], 0)).toThrow(/Infinity at 0/);
  });

  it('fails on NaN and on an infinity on one side', () => {
    expect(() => run([NaN], [1])).toThrow(/NaN/);
    expect(() => run([1], [NaN])).toThrow(/NaN/);
    expect(() => run([NaN], [NaN])).toThrow(/NaN/);
    expect(() => run([Infinity], [1], Infinity)).toThrow(/Infinity/);
    expect(() => run([1], [2], NaN)).toThrow(/NaN/);
  });

  it('fails on arrays of different length and on empty ones', () => {
    expect(() => run([1], [1, 2])).toThrow(/1 numbers, expected 2/);
    expect(() => run([], [])).toThrow(/0 numbers/);
  });
});
