import { createGpuEngine } from '../engine/gpu-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { asError, DeviceError, FtleError } from '../errors.ts';
import { openDevice } from '../gpu/adapter.ts';

/** An engine on a device of its own. */
export interface OpenEngine {
  readonly engine: Engine;
  /** Rejects when the device is lost or reports an error that nobody waits for; never resolves. */
  readonly failure: Promise<never>;
  close(): void;
}

/**
 * The engine on the best adapter, with timestamps, which `ftle bench` takes.
 *
 * @param gpu - of a page, or of Dawn in Node; undefined if there is none.
 * @throws DeviceError (`none`) if there is no adapter or it gives no device.
 */
export async function openGpuEngine(gpu: GPU | undefined): Promise<OpenEngine> {
  if (!gpu) throw new DeviceError('none', 'this browser has no WebGPU');
  let adapter: GPUAdapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (cause) {
    throw new DeviceError('none', `no WebGPU adapter: ${asError(cause).message}`, { cause });
  }
  const { device, description, slow } = await openDevice(adapter, { timestamps: true });
  let isClosed = false;
  const failure = new Promise<never>((_, reject) => {
    void device.lost.then(({ message }) => {
      if (!isClosed) reject(new DeviceError('lost', `the GPU device was lost: ${message}`));
    });
    device.addEventListener('uncapturederror', ({ error }) => {
      reject(
        error instanceof Object && error.constructor.name === 'GPUOutOfMemoryError'
          ? new DeviceError('limit', `the GPU has not enough memory: ${error.message}`)
          : new FtleError('gpu', `the GPU reports an error: ${error.message}`),
      );
    });
  });
  // Whoever runs a job listens; a failure before that is told to the first who does.
  failure.catch(() => undefined);
  return {
    engine: createGpuEngine(device, { description, slow }),
    failure,
    close() {
      isClosed = true;
      device.destroy();
    },
  };
}
