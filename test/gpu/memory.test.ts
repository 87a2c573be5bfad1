// Plan: GPU memory as webgpu-memory counts it. A field read back as a whole takes what a few tiles take,
// however large it is; what the device does not bind is refused; field, ridges and trainer, once disposed of, leave as
// much as there was before them.
// Control: a live field of that size takes more than the bound.
import { getWebGPUMemoryUsage } from 'webgpu-memory';
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/toy.ts';
import type { FieldRequest } from '../../src/engine/engine.ts';
import { createGpuEngine } from '../../src/engine/gpu-engine.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import type { Network } from '../../src/model/network.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import type { TrainingOptions } from '../../src/model/training.ts';
import { getTestDevice } from '../support/device.ts';

const SIDE = 1400;
const BOUND = 40e6;

const TRAINING: TrainingOptions = {
  optimizer: 'adam',
  learningRate: 0.01,
  momentum: 0,
  weightDecay: 0,
  batchSize: 16,
  loss: 'squared',
  seed: 1,
};

function requestFor(network: Network, side: number): FieldRequest {
  return {
    plane: coordinatePlane(network.inputWidth),
    domain: { sMin: -1, tMin: -1, sMax: 1, tMax: 1 },
    width: side,
    height: side,
    layer: network.depth,
  };
}

describe('GPU memory', () => {
  it('of a large field that is read back stays that of a few tiles', async () => {
    const device = await getTestDevice();
    const engine = createGpuEngine(device, { slow: true });
    const network = initialiseNetwork(parseArchitecture('2-2-1'), 1);
    const before = getWebGPUMemoryUsage(device).memory.total;
    const model = engine.createModel(network);
    const request = requestFor(network, SIDE);

    const data = await engine.computeField(model, request);
    const { maxTotal } = getWebGPUMemoryUsage(device).memory;
    expect(data.exponents).toHaveLength(SIDE ** 2);
    expect(data.exponents.at(-1)).not.toBe(0);
    expect(maxTotal - before).toBeLessThan(BOUND);

    const field = await engine.createField(model);
    await field.compute(request);
    expect(getWebGPUMemoryUsage(device).memory.total - before).toBeGreaterThan(BOUND);
    field.dispose();
    model.dispose();
    expect(getWebGPUMemoryUsage(device).memory.total).toBe(before);
  });

  it('that the device does not bind is not asked for; what was there stays', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    // With the limits that every device has.
    const device = await adapter!.requestDevice();
    const engine = createGpuEngine(device, { slow: true });
    const network = initialiseNetwork(parseArchitecture('2-2-1'), 1);
    const model = engine.createModel(network);
    const field = await engine.createField(model);
    await field.compute(requestFor(network, 16));
    const before = await field.read();
    const { total } = getWebGPUMemoryUsage(device).memory;
    await expect(field.compute(requestFor(network, 3000))).rejects.toThrow(
      /9000000 pixels with outputs of width 1 takes 144000000 bytes.* at most 134217728/,
    );
    expect(getWebGPUMemoryUsage(device).memory.total).toBe(total);
    expect(await field.read()).toEqual(before);
    await field.compute(requestFor(network, 16));
    expect(await field.read()).toEqual(before);
    device.destroy();
  });

  it('is given back by field, ridges, trainer and model', async () => {
    const device = await getTestDevice();
    const engine = createGpuEngine(device, { slow: true });
    const before = getWebGPUMemoryUsage(device).memory.total;
    const network = initialiseNetwork(parseArchitecture('2-6x2-1'), 1);
    const dataset = createDataset('circle', { count: 500, seed: 1 });

    const model = engine.createModel(network);
    const field = await engine.createField(model);
    await field.compute(requestFor(network, 40));
    await field.compute({ ...requestFor(network, 60), layer: 'output' });
    const ridges = await engine.createRidges(field);
    await ridges.find({ smoothing: 1, threshold: 'auto', sharpness: 0 });
    await ridges.read();
    const trainer = await engine.createTrainer(model, dataset, TRAINING);
    await trainer.step(3);
    await trainer.evaluate();
    expect(getWebGPUMemoryUsage(device).memory.total).toBeGreaterThan(before);

    for (const owner of [trainer, ridges, field, model]) owner.dispose();
    expect(getWebGPUMemoryUsage(device).memory.total).toBe(before);
  });
});
