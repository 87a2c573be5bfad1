// Plan: the CPU backend through the Engine interface, as a page without WebGPU uses it: the circle problem
// of Storm et al. is learnt, the exponent is high on the circle and low in the middle, stretching is across
// the circle. Things of another engine are refused, and use after dispose. Control: before training the
// contrast is not there.
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/toy.ts';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { Field, FieldData, Model } from '../../src/engine/engine.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane, pixelCentre } from '../../src/model/plane.ts';

/** In standardised units: half of a square of variance 1 has radius √(12 / 2π). */
const RADIUS = Math.sqrt(6 / Math.PI);

const SIZE = 72;
const request = {
  plane: coordinatePlane(2),
  domain: { sMin: -1.8, tMin: -1.8, sMax: 1.8, tMax: 1.8 },
  width: SIZE,
  height: SIZE,
  layer: 8,
};

/** Means of l·λ₁ near the circle and near its centre, and mean angle to the normal on it, in degrees. */
function measure({ exponents, directions, span }: FieldData) {
  const sums = { circle: 0, centre: 0, angle: 0 };
  const counts = { circle: 0, centre: 0 };
  for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
    const [column, row] = [pixel % SIZE, Math.floor(pixel / SIZE)];
    const [s, t] = pixelCentre(request.domain, SIZE, SIZE, column, row);
    const r = Math.hypot(s, t);
    if (Math.abs(r - RADIUS) < 0.03) {
      counts.circle++;
      sums.circle += span * exponents[pixel];
      const cosine = Math.abs(directions[2 * pixel] * s + directions[2 * pixel + 1] * t) / r;
      sums.angle += (Math.acos(Math.min(1, cosine)) * 180) / Math.PI;
    } else if (r < RADIUS / 5) {
      counts.centre++;
      sums.centre += span * exponents[pixel];
    }
  }
  return {
    circle: sums.circle / counts.circle,
    centre: sums.centre / counts.centre,
    angle: sums.angle / counts.circle,
  };
}

describe('the CPU engine', () => {
  it('shows how a network learns the circle', async () => {
    const engine = createCpuEngine();
    expect(engine).toMatchObject({ backend: 'cpu', description: 'CPU, float64', slow: true });
    const model = engine.createModel(initialiseNetwork(parseArchitecture('2-10x8-1'), 1));
    const before = measure(await engine.computeField(model, request));
    const trainer = await engine.createTrainer(model, createDataset('circle', { seed: 1 }), {
      optimizer: 'sgd',
      learningRate: 0.05,
      momentum: 0,
      weightDecay: 0,
      batchSize: 64,
      loss: 'squared',
      seed: 1,
    });
    await trainer.step(4000);
    const { testAccuracy } = await trainer.evaluate();
    const field = await engine.createField(model);
    await field.compute(request);
    const after = measure(await field.read());
    console.log(`accuracy ${testAccuracy}, before, after:`, before, after);
    expect(testAccuracy).toBeGreaterThan(0.97);
    expect(before.circle - before.centre).toBeLessThan(2);
    expect(after.circle - after.centre).toBeGreaterThan(5);
    expect(after.angle).toBeLessThan(5);

    const ridges = await engine.createRidges(field);
    await ridges.find({ smoothing: 1.5, threshold: 'auto', sharpness: 0.1 });
    expect((await ridges.read()).length).toBeGreaterThan(0);
  });

  it('refuses what another engine made, and use after dispose', async () => {
    const engine = createCpuEngine();
    const network = initialiseNetwork(parseArchitecture('2-3-1'), 1);
    const stranger = { network } as unknown as Model;
    await expect(engine.createField(stranger)).rejects.toThrow(/made by another engine/);
    await expect(engine.createRidges({} as unknown as Field)).rejects.toThrow(/by another engine/);
    engine.dispose();
    engine.dispose();
    expect(() => engine.createModel(network)).toThrow(/used after dispose/);
  });
});
