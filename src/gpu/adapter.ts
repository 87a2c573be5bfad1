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

/** What a device is asked for beyond its limits. */
export interface DeviceWishes {
  /**
   * Timestamps, where the adapter has them. For benchmarks: the map itself goes by when work is done, and a device that
   * a page shares has no feature that nobody uses.
   */
  readonly timestamps?: boolean;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic|warp/i;

/**
 * A device with all that the adapter has to give.
 *
 * @param adapter - what requestAdapter() gave.
 * @throws DeviceError (`none`) if there is no adapter, or it gives no device.
 */
export async function openDevice(
  adapter: GPUAdapter | null,
  { timestamps = false }: DeviceWishes = {},
): Promise<DescribedDevice> {
  if (!adapter) throw new DeviceError('none', 'WebGPU finds no adapter on this machine');
  const requiredLimits: Record<string, number> = {};
  for (const name of WANTED_LIMITS) requiredLimits[name] = adapter.limits[name]!;
  const described = describeAdapter(adapter.info);
  const requiredFeatures: GPUFeatureName[] = timestamps ? ['timestamp-query'] : [];
  // Where lanes run on a CPU, what they hand to each other saves most of the loads of weights.
  if (described.slow) requiredFeatures.push('subgroups');
  try {
    const device = await adapter.requestDevice({
      label: 'ftle-map',
      requiredLimits,
      requiredFeatures: requiredFeatures.filter((name) => adapter.features.has(name)),
    });
    return { device, ...described };
  } catch (cause) {
    const reason = asError(cause).message;
    throw new DeviceError('none', `the adapter gives no device: ${reason}`, { cause });
  }
}

/** What an adapter is, for people, and whether it computes on the CPU. */
export function describeAdapter(info: GPUAdapterInfo | undefined): Omit<DescribedDevice, 'device'> {
  const { vendor, architecture, device, description } = info ?? {};
  const short = [vendor, architecture].filter(Boolean).join(' ');
  return {
    description: description || device || short || 'WebGPU',
    slow: (info?.isFallbackAdapter ?? false) || SOFTWARE.test(adapterWords(info)),
  };
}

/** All that an adapter says of itself; empty in browsers that do not tell which one a device is of. */
export function adapterWords(info: GPUAdapterInfo | undefined): string {
  const { vendor, architecture, device, description } = info ?? {};
  return [vendor, architecture, device, description].filter(Boolean).join(' ');
}

/** Lanes that a software adapter runs as one: 4 on SwiftShader, 8 on llvmpipe where the processor has AVX. */
export function softwareLanes({ adapterInfo }: GPUDevice): number {
  // Not every host knows it. More than 16 no processor has for float32.
  return Math.min(Math.max(adapterInfo?.subgroupMinSize ?? 0, 4), 16);
}

/** Whether a software adapter is the one that Chromium brings along, as it is taken to be where nothing is said. */
export function isSwiftShader({ adapterInfo }: GPUDevice): boolean {
  const words = adapterWords(adapterInfo);
  return words === '' || /swiftshader/i.test(words);
}
