// Plan: a field in bands of rows is the field at one go, with a checkpoint before each band and progress that rises to
// 1; a checkpoint that throws, as one of a run that is stopped, ends it before the next band. Control: the field has
// more rows than a band.
import { describe, expect, it } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { FieldRequest } from '../../src/engine/engine.ts';
import { computeInBands } from '../../src/figures/bands.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane } from '../../src/model/plane.ts';

const network = initialiseNetwork(parseArchitecture('2-4x2-1'), 1);
const engine = createCpuEngine();
const { signal } = new AbortController();
const REQUEST: FieldRequest = {
  plane: coordinatePlane(2),
  domain: { sMin: -1, tMin: -1, sMax: 2, tMax: 1.5 },
  width: 300,
  height: 17,
  layer: 2,
};

describe('computeInBands', () => {
  it('gives the field, with checkpoints and progress', async () => {
    const fractions: number[] = [];
    let checkpointCount = 0;
    const context = {
      engine,
      signal,
      checkpoint() {
        checkpointCount++;
        return Promise.resolve();
      },
      onProgress(fraction: number) {
        fractions.push(fraction);
      },
    };
    const found = await computeInBands(context, network, REQUEST);
    const model = engine.createModel(network);
    const whole = await engine.computeField(model, REQUEST);
    expect(found.request).toEqual(REQUEST);
    expect(found.span).toBe(whole.span);
    expect(found.statuses).toEqual(whole.statuses);
    expect(found.classes).toEqual(whole.classes);
    // Places of bands are rounded in their last digit.
    for (const key of ['exponents', 'outputs'] as const) {
      const largest = whole[key].reduce((worst, value, i) => {
        return Math.max(worst, Math.abs(value - found[key][i]));
      }, 0);
      expect(largest).toBeLessThan(1e-6);
    }
    expect(checkpointCount).toBe(4);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions).toHaveLength(4);
    expect(fractions.at(-1)).toBe(1);
  });

  it('ends where a checkpoint throws', async () => {
    let bandCount = 0;
    const context = {
      engine,
      signal,
      checkpoint: () => (bandCount === 2 ? Promise.reject(new Error('stop')) : Promise.resolve()),
      onProgress() {
        bandCount++;
      },
    };
    await expect(computeInBands(context, network, REQUEST)).rejects.toThrow('stop');
    expect(bandCount).toBe(2);
  });
});
