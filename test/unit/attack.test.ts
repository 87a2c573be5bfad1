// Plan: a step of an attack against its formula, for gradients of any size that float64 has and radii as small; the
// attack of a single point leaves the event loop its turns, and can be stopped. Control: where the gradient is 0, the
// point stays.
import { describe, expect, it } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { AttackRequest, ComputeOptions } from '../../src/engine/engine.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
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

describe('an attack of one point on the CPU', () => {
  const attackOne = (request: Partial<AttackRequest>, options?: ComputeOptions) => {
    const engine = createCpuEngine();
    const model = engine.createModel(initialiseNetwork(parseArchitecture('64-128x3-3'), 1));
    const point = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
    const wanted: AttackRequest = {
      norm: 'l2',
      radius: 0.5,
      stepCount: 1000,
      loss: 'cross-entropy',
      direction: 'away',
      ...request,
    };
    return engine.attack(model, point, Float32Array.of(0, 1, 0), wanted, options);
  };

  it('leaves the event loop its turns, and tells how far it is', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const fractions: number[] = [];
    await attackOne({}, { onProgress: (fraction) => fractions.push(fraction) });
    clearInterval(timer);
    expect(turns).toBeGreaterThanOrEqual(3);
    expect(fractions.length).toBeGreaterThanOrEqual(3);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  it('stops at an abort', async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    await expect(attackOne({}, { signal: controller.signal, onProgress })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('ends where its path ends', async () => {
    const { path, points } = await attackOne({ stepCount: 3, path: true });
    expect(path).toHaveLength(4 * 64);
    expect(path!.subarray(3 * 64)).toEqual(points);
    expect(path!.subarray(2 * 64, 3 * 64)).not.toEqual(points);
  });
});
