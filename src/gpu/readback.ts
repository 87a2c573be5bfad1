import { BufferUsage, MapMode } from './flags.ts';

/**
 * Copies bytes of a buffer (usage `copySrc`) to the CPU, after all work submitted so far.
 *
 * @param byteOffset - multiple of 4; `byteLength` too.
 */
export async function readBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  byteOffset = 0,
  byteLength = buffer.size - byteOffset,
): Promise<ArrayBuffer> {
  const staging = device.createBuffer({
    label: `ftle-map/readback/${buffer.label}`,
    size: byteLength,
    usage: BufferUsage.mapRead | BufferUsage.copyDst,
  });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, byteOffset, staging, 0, byteLength);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(MapMode.read);
    return staging.getMappedRange().slice(0);
  } finally {
    staging.destroy();
  }
}
