import type { create as createDawn } from 'webgpu';
import { createCpuEngine } from '../engine/cpu-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { asError, DeviceError } from '../errors.ts';
import { openGpuEngine } from './device.ts';
import type { JobHost, RunJob } from './host.ts';
import { startJob, type JobName, type JobParameters, type JobResult } from './jobs/registry.ts';

/** Jobs in float64 on the CPU, in this process. */
export const runOnCpu: RunJob = (name, parameters, host) => {
  const engine = createCpuEngine();
  return runHere(engine, name, parameters, host).finally(() => engine.dispose());
};

/**
 * Jobs on Dawn, the WebGPU of Chromium, in this process. VK_ICD_FILENAMES tells it which Vulkan driver to take.
 *
 * @throws DeviceError if the optional package `webgpu` is not installed or finds no adapter.
 */
export const runOnDawn: RunJob = async (name, parameters, host) => {
  const gpu = await loadDawn();
  const { engine, failure, close } = await openGpuEngine(gpu).catch((cause: unknown) => {
    throw new DeviceError(
      'none',
      `Dawn: ${asError(cause).message}. VK_ICD_FILENAMES can name a Vulkan driver, or take --backend webgpu or cpu`,
      { cause },
    );
  });
  try {
    return await Promise.race([runHere(engine, name, parameters, host), failure]);
  } finally {
    close();
  }
};

/** Dawn's GPU must stay referenced: without one its devices go with the garbage. */
const kept: GPU[] = [];

async function loadDawn(): Promise<GPU> {
  let create: typeof createDawn;
  try {
    ({ create } = await import('webgpu'));
  } catch (cause) {
    throw new DeviceError(
      'none',
      `backend dawn needs the package webgpu: npm install webgpu (${asError(cause).message.split('\n')[0]})`,
      { cause },
    );
  }
  // Timestamps as the adapter has them, not in steps of 65.536 µs, which a kernel may be shorter than.
  const gpu = create(['disable-dawn-features=timestamp_quantization']);
  kept.push(gpu);
  return gpu;
}

function runHere<Name extends JobName>(
  engine: Engine,
  name: Name,
  parameters: JobParameters<Name>,
  { signal, onProgress, onStart, give, take }: JobHost<Name>,
): Promise<JobResult<Name>> {
  onStart(engine.description);
  return startJob(name, parameters, {
    engine,
    signal,
    onProgress,
    receive: give,
    send: take,
  });
}
