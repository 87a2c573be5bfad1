import { BufferUsage } from '../../src/gpu/flags.ts';
import { readBuffer } from '../../src/gpu/readback.ts';
import { Scope } from '../../src/gpu/scope.ts';

/** Passes that are timed, at most; of more the time is not known. */
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
 * Nanoseconds that are in at least one of some passes: a GPU may write the start of one while another is at work.
 *
 * @param times - start and end of each.
 */
export function coveredTime(times: BigUint64Array): number {
  const passes = Array.from({ length: times.length / 2 }, (_, i) =>
    times.subarray(2 * i, 2 * i + 2),
  );
  passes.sort(([a], [b]) => Number(a - b));
  let sum = 0n;
  let last = 0n;
  for (const [start, end] of passes) {
    const first = start > last ? start : last;
    if (end <= first) continue;
    sum += end - first;
    last = end;
  }
  return Number(sum);
}

/**
 * Time that an adapter spends in passes, by its own timestamps.
 *
 * While it measures, every pass that is begun on the device writes its start and end. That leaves out what
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
      return coveredTime(new BigUint64Array(await readBuffer(device, times))) / 1e6;
    } finally {
      scope.dispose();
    }
  }
}
