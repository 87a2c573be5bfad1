// Plan: what is read under the pointer over all inputs, with the engine that computes in float64 as the map's. Where
// float64 is quick, wide input or not, both numbers are there and the same but for rounding; where a reading would
// hold the page up, the engine's alone, whatever makes it slow. Control: within the plane both are there always.
import { describe, expect, it } from 'vitest';
import type { LiveMap } from '../../src/element/live-map.ts';
import { readPoint, type Reading } from '../../src/element/reading.ts';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { LayerChoice } from '../../src/engine/engine.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane, type Plane } from '../../src/model/plane.ts';
import { FLOAT32_UNIT } from '../support/tolerance.ts';

/** A reading of a map of this network, at a point of the plane of its first two inputs. */
async function read(
  architecture: string,
  layer: LayerChoice,
  space: 'plane' | 'full',
): Promise<Reading> {
  const network = initialiseNetwork(parseArchitecture(architecture), 3);
  const engine = createCpuEngine();
  const model = engine.createModel(network);
  const session = {
    openEvaluator: (choice: LayerChoice, space: Plane | 'full') =>
      engine.createEvaluator(model, { layer: choice, space, exponentCount: 2, directions: true }),
  };
  const plane = { plane: coordinatePlane(network.inputWidth) };
  const live = {
    picture: { space, layer },
    ask: (work: (map: unknown) => unknown) => work({ network, plane, session }),
  } as unknown as LiveMap;
  const reading = await readPoint(live, 0.25, -0.5);
  model.dispose();
  return reading;
}

describe('a reading', () => {
  it.each([
    ['8-200x3-2', 3],
    ['64-20x4-10', 4],
    ['196-10x2-3', 'output'],
    ['784-4-2', 1],
  ] as const)('of %s at layer %s is in float64 too', async (architecture, layer) => {
    const { double, single, error } = await read(architecture, layer, 'full');
    // Both are computed in float64, by different ways; an evaluator rounds to float32.
    double!.forEach((value, i) => {
      const tolerance = FLOAT32_UNIT * Math.abs(value) + 1e-12;
      expect(Math.abs(value - single[i])).toBeLessThan(tolerance);
    });
    expect(error).toBe(Math.abs(double![0] - single[0]));
  });

  it.each([
    ['64-64x2-10', 2],
    ['32-512x3-2', 2],
    ['784-20-10', 1],
  ] as const)('of %s at layer %s is the engine’s alone', async (architecture, layer) => {
    const { double, single, error } = await read(architecture, layer, 'full');
    expect(double).toBeNull();
    expect(error).toBeNull();
    expect(single.every(Number.isFinite)).toBe(true);
    const within = await read(architecture, layer, 'plane');
    expect(within.double![0]).toBeLessThan(single[0]);
  });
});
