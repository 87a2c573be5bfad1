import { asError, DeviceError } from '../errors.ts';

/** A device, and what is known about the adapter that it came from. */
export interface DescribedDevice {
  readonly device: GPUDevice;
  /** The adapter for people, such as `SwiftShader Device (Subzero)`. */
  readonly description: string;
  /** True for adapters that compute on the CPU. */
  readonly slow: boolean;
}

/** Limits of which more is better: what bounds the size of fields, data sets and layers. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxTextureDimension2D',
] as const;

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic|warp/i;

/**
 * A device with all that the adapter has to give.
 *
 * @param adapter - what requestAdapter() gave.
 * @throws DeviceError (`none`) if there is no adapter, or it gives no device.
 */
export async function openDevice(adapter: GPUAdapter | null): Promise<DescribedDevice> {
  if (!adapter) throw new DeviceError('none', 'WebGPU finds no adapter on this machine');
  const requiredLimits: Record<string, number> = {};
  for (const name of WANTED_LIMITS) requiredLimits[name] = adapter.limits[name]!;
  try {
    const device = await adapter.requestDevice({ label: 'ftle-map', requiredLimits });
    return { device, ...describeAdapter(adapter.info) };
  } catch (cause) {
    const reason = asError(cause).message;
    throw new DeviceError('none', `the adapter gives no device: ${reason}`, { cause });
  }
}

/** What an adapter is, for people, and whether it computes on the CPU. */
export function describeAdapter(info: GPUAdapterInfo | undefined): Omit<DescribedDevice, 'device'> {
  const { vendor = '', architecture = '', device = '', description = '' } = info ?? {};
  const words = [vendor, architecture, device, description].join(' ');
  const short = [vendor, architecture].filter((word) => word !== '').join(' ');
  return {
    description: description || device || short || 'WebGPU',
    slow: (info?.isFallbackAdapter ?? false) || SOFTWARE.test(words),
  };
}
