import { BufferUsage } from '../../src/gpu/flags.ts';
import { readBuffer } from '../../src/gpu/readback.ts';
import { Scope } from '../../src/gpu/scope.ts';

/** Passes that are timed, at most; more make the sum meaningless. */
export const MOST_PASSES = 2048;

/** Does a run while every command encoder that is made on the device goes through `change`. */
export async function changeEncoders(
  device: GPUDevice,
  change: (encoder: GPUCommandEncoder) => GPUCommandEncoder,
  run: () => Promise<unknown>,
): Promise<void> {
  const original = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => change(original(descriptor));
  try {
    await run();
  } finally {
    // The method of the prototype is seen again.
    Reflect.deleteProperty(device, 'createCommandEncoder');
  }
}

/**
 * Time that an adapter spends in passes, by its own timestamps.
 *
 * While it measures, every pass that is begun on the device writes its start and end. The sum leaves out what
 * lies between passes: copies, and the work of the browser's processes.
 */
export class GpuClock {
  #passCount = 0;

  private constructor(private readonly queries: GPUQuerySet) {}

  /**
   * @param run - work that begins no more than 2,048 passes and has ended when it resolves.
   * @returns milliseconds; null if the device has no timestamps, or there were more passes or none.
   */
  static async measure(device: GPUDevice, run: () => Promise<unknown>): Promise<number | null> {
    if (!device.features.has('timestamp-query')) return null;
    const queries = device.createQuerySet({ type: 'timestamp', count: 2 * MOST_PASSES });
    const clock = new GpuClock(queries);
    try {
      await changeEncoders(device, (encoder) => clock.#watch(encoder), run);
      return await clock.#read(device);
    } finally {
      queries.destroy();
    }
  }

  #watch(encoder: GPUCommandEncoder): GPUCommandEncoder {
    const compute = encoder.beginComputePass.bind(encoder);
    const render = encoder.beginRenderPass.bind(encoder);
    encoder.beginComputePass = (descriptor) => compute({ ...descriptor, ...this.#writes() });
    encoder.beginRenderPass = (descriptor) => render({ ...descriptor, ...this.#writes() });
    return encoder;
  }

  #writes(): { timestampWrites?: GPUComputePassTimestampWrites } {
    const index = 2 * this.#passCount++;
    if (index >= 2 * MOST_PASSES) return {};
    const { queries: querySet } = this;
    return {
      timestampWrites: {
        querySet,
        beginningOfPassWriteIndex: index,
        endOfPassWriteIndex: index + 1,
      },
    };
  }

  async #read(device: GPUDevice): Promise<number | null> {
    const count = 2 * this.#passCount;
    if (count === 0 || count > 2 * MOST_PASSES) return null;
    const scope = new Scope(device, 'ftle-map/bench/clock');
    try {
      const { queryResolve, copySrc } = BufferUsage;
      const times = scope.buffer('times', 8 * count, queryResolve | copySrc);
      const encoder = device.createCommandEncoder();
      encoder.resolveQuerySet(this.queries, 0, count, times, 0);
      device.queue.submit([encoder.finish()]);
      const nanoseconds = new BigUint64Array(await readBuffer(device, times));
      let sum = 0;
      for (let i = 0; i < count; i += 2) sum += Number(nanoseconds[i + 1] - nanoseconds[i]);
      return sum / 1e6;
    } finally {
      scope.dispose();
    }
  }
}
