// pipelines.ts: how long a map waits for its kernels
import { GpuField } from '../../src/engine/gpu-field.ts';
import { GpuModel } from '../../src/engine/gpu-model.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { openDevice } from '../../src/gpu/adapter.ts';
import { takeFastestKernels } from '../support/fastest.ts';

/** Milliseconds from a new device to a field that is ready, and until its faster kernels are there too. */
export interface PipelineTimes {
  readonly readyMs: number;
  readonly improvedMs: number;
}

/** Cold only in a browser that has made none of these pipelines yet; the caches of kernels are per device. */
export async function measurePipelines(architecture: string): Promise<PipelineTimes> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  const { device, slow } = await openDevice(adapter);
  const model = new GpuModel(device, initialiseNetwork(parseArchitecture(architecture), 1));
  const start = performance.now();
  const field = await GpuField.create(model, { slow });
  const readyMs = performance.now() - start;
  const plane = { origin: new Float64Array(2), u: Float64Array.of(1, 0), v: Float64Array.of(0, 1) };
  const domain = { sMin: -1, tMin: -1, sMax: 1, tMax: 1 };
  const request = { plane, domain, width: 8, height: 8, layer: model.network.depth };
  await takeFastestKernels(field, request);
  const improvedMs = performance.now() - start;
  field.dispose();
  model.dispose();
  device.destroy();
  return { readyMs, improvedMs };
}
