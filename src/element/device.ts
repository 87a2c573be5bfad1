import { DeviceError } from '../errors.ts';

/** A device that elements use together, and what is known about its adapter. */
export interface BorrowedDevice {
  readonly device: GPUDevice;
  /** The adapter for people, such as `SwiftShader Device (Subzero)`. */
  readonly description: string;
  /** True for adapters that compute on the CPU. */
  readonly slow: boolean;
  /** Format that the browser shows without a copy. */
  readonly format: GPUTextureFormat;
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

let lent: GPUDevice | null = null;
let shared: Promise<BorrowedDevice> | null = null;

/**
 * Makes every element that connects from now on use this device, which stays the page's own; null
 * goes back to a device that the elements request for themselves.
 */
export function lendDevice(device: GPUDevice | null): void {
  lent = device;
  shared = null;
}

/** The device that {@link lendDevice} was given. */
export function lentDevice(): GPUDevice | null {
  return lent;
}

/**
 * The one device of all elements on the page, requested at the first call and again after a loss.
 *
 * @throws DeviceError (`none`) if there is no WebGPU, no adapter, or the adapter gives no device.
 */
export function borrowDevice(): Promise<BorrowedDevice> {
  if (!shared) {
    const request = lent ? Promise.resolve(describe(lent, lent.adapterInfo)) : requestDevice();
    shared = request;
    const forget = (): void => {
      if (shared === request) shared = null;
      lent = null;
    };
    request.then(({ device }) => device.lost.then(forget), forget);
  }
  return shared;
}

async function requestDevice(): Promise<BorrowedDevice> {
  if (!('gpu' in navigator) || !navigator.gpu) {
    const reason = globalThis.isSecureContext
      ? 'this browser has no WebGPU'
      : 'WebGPU needs a secure page (https or localhost)';
    throw new DeviceError('none', reason);
  }
  let adapter: GPUAdapter | null;
  try {
    adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (cause) {
    throw new DeviceError('none', `no WebGPU adapter: ${messageOf(cause)}`, { cause });
  }
  if (!adapter) throw new DeviceError('none', 'WebGPU finds no adapter on this machine');
  const requiredLimits: Record<string, number> = {};
  for (const name of WANTED_LIMITS) requiredLimits[name] = adapter.limits[name];
  try {
    const device = await adapter.requestDevice({ label: 'ftle-map', requiredLimits });
    return describe(device, adapter.info);
  } catch (cause) {
    throw new DeviceError('none', `the adapter gives no device: ${messageOf(cause)}`, { cause });
  }
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic|warp/i;

function describe(device: GPUDevice, info: GPUAdapterInfo | undefined): BorrowedDevice {
  const { vendor = '', architecture = '', device: model = '', description = '' } = info ?? {};
  const words = [vendor, architecture, model, description].join(' ');
  const short = [vendor, architecture].filter((word) => word !== '').join(' ');
  return {
    device,
    description: description || model || short || 'WebGPU',
    slow: (info?.isFallbackAdapter ?? false) || SOFTWARE.test(words),
    format: navigator.gpu.getPreferredCanvasFormat(),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
