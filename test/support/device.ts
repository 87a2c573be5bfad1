import { adapterWords, describeAdapter, openDevice } from '../../src/gpu/adapter.ts';

/** Limits that only say how large something may be; the others stay at what every device has. */
const SIZE_LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const;

let device: Promise<GPUDevice> | undefined;
let benchDevice: Promise<GPUDevice> | undefined;

/**
 * The device of this test file, made at the first call and freed with the page. Sizes are those of
 * the adapter, all other limits the standard's, so that a kernel which runs here runs everywhere.
 * An error that no error scope catches fails the run.
 *
 * @throws Error that says why there is no device; tests then fail, they are not skipped.
 */
export function getTestDevice(): Promise<GPUDevice> {
  device ??= requestDevice();
  return device;
}

/**
 * The device of benchmarks, made at the first call: as a map asks for it, with all that the adapter has to give, and
 * with timestamps. An error that no error scope catches fails the run.
 */
export function getBenchDevice(): Promise<GPUDevice> {
  benchDevice ??= requestAdapter().then(async (adapter) => {
    const made = await openDevice(adapter, { timestamps: true });
    return watched(made.device);
  });
  return benchDevice;
}

/** What the adapter calls itself, such as `google swiftshader`, and whether it runs on the CPU. */
export interface AdapterDescription {
  readonly name: string;
  readonly software: boolean;
}

export async function describeTestAdapter(): Promise<AdapterDescription> {
  const { info } = await requestAdapter();
  return { name: adapterWords(info), software: describeAdapter(info).slow };
}

async function requestAdapter(): Promise<GPUAdapter> {
  if (!('gpu' in navigator)) {
    throw new Error('this browser has no navigator.gpu: see the flags in tools/chromium.mjs');
  }
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new Error('no WebGPU adapter, not even a software one: FTLE_GPU=software asks for that');
  }
  return adapter;
}

async function requestDevice(): Promise<GPUDevice> {
  const adapter = await requestAdapter();
  const requiredLimits: Record<string, number> = {};
  for (const name of SIZE_LIMITS) requiredLimits[name] = adapter.limits[name];
  const optional: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups'];
  const requiredFeatures = optional.filter((feature) => adapter.features.has(feature));
  return watched(await adapter.requestDevice({ requiredLimits, requiredFeatures }));
}

function watched(made: GPUDevice): GPUDevice {
  made.addEventListener('uncapturederror', ({ error }) => {
    throw new Error(`uncaptured ${error.constructor.name}: ${error.message}`);
  });
  void made.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') throw new Error(`the test device was lost: ${message}`);
  });
  return made;
}
