// Plan: a step of an attack against its formula, for gradients of any size that float64 has and radii as small.
// Control: where the gradient is 0, the point stays.
import { describe, expect, it } from 'vitest';
import { attackStep, type AttackStep } from '../../src/reference/attack.ts';

const step: AttackStep = { norm: 'l2', radius: 1, stepSize: 0.5, sign: 1, bounds: null };

describe('a step in l2', () => {
  it.each([1, 1e-170, 1e-300, 1e170, 1e300])('has its length for gradients of size %d', (size) => {
    const gradient = Float64Array.of(3 * size, -4 * size);
    const [x, y] = attackStep(Float64Array.of(1, 2), [1, 2], gradient, step);
    expect(x).toBeCloseTo(1 + 0.5 * 0.6, 14);
    expect(y).toBeCloseTo(2 - 0.5 * 0.8, 14);
  });

  it('ends at the radius, however small', () => {
    const short = { ...step, radius: 1e-200, stepSize: 1e-199 };
    const [x, y] = attackStep(Float64Array.of(0, 0), [0, 0], Float64Array.of(3, -4), short);
    expect(x / 1e-200).toBeCloseTo(0.6, 14);
    expect(y / 1e-200).toBeCloseTo(-0.8, 14);
  });

  it('stays where there is no slope', () => {
    const point = Float64Array.of(1, 2);
    expect(attackStep(point, [1, 2], new Float64Array(2), step)).toEqual(point);
  });
});
