import { readBuffer } from '../gpu/readback.ts';
import type { PopulationState } from './engine.ts';
import type { ResidentNetworks } from './gpu-model.ts';
import { NEVER } from './gpu-training.ts';

/*
 * Training as it is between two steps, from and to buffers: weights [network][stride], memory [4][network][stride]
 * (lib/optimizer.wgsl), of which the optimizer's m and v last from step to step, and status [network][2]
 * (lib/training.wgsl).
 */

/** The state after all work submitted so far, which led to these counts. */
export async function readTrainingState(
  { device, network, weights, count, parameterStride }: ResidentNetworks,
  memory: GPUBuffer,
  stepCounts: readonly number[],
  divergences: readonly boolean[],
): Promise<PopulationState> {
  const byteLength = 4 * count * parameterStride;
  const { parameterLength } = network.program;
  const [parameters, moments] = await Promise.all([
    readBuffer(device, weights.buffer, weights.offset, byteLength),
    readBuffer(device, memory, 0, 2 * byteLength),
  ]);
  const cut = (bytes: ArrayBuffer, place: number): Float64Array =>
    Float64Array.from(new Float32Array(bytes, 4 * place * parameterStride, parameterLength));
  return stepCounts.map((stepCount, i) => {
    const diverged = divergences[i];
    // The step that failed may have left numbers that are not finite; no other reads them.
    const memoryAt = (place: number): Float64Array =>
      diverged ? new Float64Array(parameterLength) : cut(moments, place);
    return {
      stepCount,
      diverged,
      parameters: cut(parameters, i),
      first: memoryAt(i),
      second: memoryAt(count + i),
    };
  });
}

/** @param state - one that fits the networks. */
export function writeTrainingState(
  { device, weights, count, parameterStride }: ResidentNetworks,
  memory: GPUBuffer,
  status: GPUBuffer,
  state: PopulationState,
): void {
  const { queue } = device;
  const write = (buffer: GPUBuffer, offset: number, values: Float64Array): void =>
    queue.writeBuffer(buffer, offset, Float32Array.from(values));
  state.forEach(({ parameters, first, second }, i) => {
    const byteOffset = 4 * i * parameterStride;
    write(weights.buffer, (weights.offset ?? 0) + byteOffset, parameters);
    write(memory, byteOffset, first);
    write(memory, 4 * count * parameterStride + byteOffset, second);
  });
  // Told as a loss that was not finite: nothing is left for kernels/restore.wgsl to undo.
  const words = state.flatMap(({ diverged, stepCount }) => [diverged ? stepCount : NEVER, NEVER]);
  queue.writeBuffer(status, 0, Uint32Array.from(words));
}
