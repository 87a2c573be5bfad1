// repeated.ts: the time on a GPU of work that is too short to be timed by itself
//
// What a run dispatches in its pass is recorded, and given to one pass again and again: the pass takes long enough for
// any clock, and the adapter has no reason to rest. Work of several passes is done again as a whole.
import { changeEncoders, GpuClock, MOST_PASSES } from './gpu-clock.ts';
import { longEnough } from './samples.ts';

const MOST_REPEATS = 4096;

/** A call of a compute pass, for any other pass. */
type PassCall = (pass: GPUComputePassEncoder) => unknown;

/** Submits one compute pass, and waits for it. */
export async function submitPass(
  device: GPUDevice,
  record: (pass: GPUComputePassEncoder) => void,
): Promise<void> {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
}

/**
 * A run of which many are measured as one.
 *
 * @param run - the same work whenever it is done, all of it in compute passes. If it has one pass, all that it writes to the
 * queue must be there before that.
 * @returns milliseconds of a run on the GPU, whenever it is called; null if there are no timestamps or too many passes.
 */
export async function createRepeated(
  device: GPUDevice,
  run: () => Promise<unknown>,
  leastMs: number,
): Promise<() => Promise<number | null>> {
  const passes = await recordPasses(device, run);
  const isOne = passes.length === 1;
  const repeat = async (count: number): Promise<void> => {
    if (isOne) {
      return submitPass(device, (pass) => {
        for (let i = 0; i < count; i++) for (const call of passes[0]) call(pass);
      });
    }
    for (let i = 0; i < count; i++) await run();
  };
  const measure = (count: number) => GpuClock.measure(device, () => repeat(count));
  const most = isOne ? MOST_REPEATS : Math.floor(MOST_PASSES / Math.max(1, passes.length));
  const count = await longEnough(
    leastMs,
    { first: 1, most },
    async (tried) => (await measure(tried)) ?? Infinity,
  );
  return async () => {
    const ms = await measure(count);
    return ms === null ? null : ms / count;
  };
}

/** What a run records in each of its compute passes. */
async function recordPasses(device: GPUDevice, run: () => Promise<unknown>): Promise<PassCall[][]> {
  const passes: PassCall[][] = [];
  const watch = (encoder: GPUCommandEncoder): GPUCommandEncoder => {
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (descriptor) => {
      const calls: PassCall[] = [];
      passes.push(calls);
      return recordCalls(begin(descriptor), calls);
    };
    return encoder;
  };
  await changeEncoders(device, watch, run);
  return passes;
}

/** The pass itself, which also keeps what it is told, but not its end. */
function recordCalls(pass: GPUComputePassEncoder, calls: PassCall[]): GPUComputePassEncoder {
  return new Proxy(pass, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...values: unknown[]): unknown => {
        const call: PassCall = (other) => Reflect.apply(member, other, values);
        if (name !== 'end') calls.push(call);
        return call(target);
      };
    },
  });
}
