import { DeviceError } from '../errors.ts';

/** Bytes of the largest storage buffer that a kernel can use. */
export function bindingLimit({ limits }: GPUDevice): number {
  return Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
}

/**
 * A device binds a buffer that is too large to nothing, and says so to nobody: results would be 0.
 *
 * @param name - of what the buffer holds, for the message.
 * @throws DeviceError (`limit`)
 */
export function checkBinding(device: GPUDevice, name: string, byteLength: number): void {
  const limit = bindingLimit(device);
  if (byteLength <= limit) return;
  throw new DeviceError(
    'limit',
    `${name} takes ${byteLength} bytes, but this device binds at most ${limit}: make it smaller, or use a device that binds more`,
  );
}
