import { asError, DeviceError } from '../errors.ts';
import { describeAdapter, openDevice, type DescribedDevice } from '../gpu/adapter.ts';

/** A device that elements use together, and what is known about its adapter. */
export interface BorrowedDevice extends DescribedDevice {
  /** Format that the browser shows without a copy. */
  readonly format: GPUTextureFormat;
}

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
      // Another may have been lent meanwhile.
      if (shared === request) shared = lent = null;
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
    const reason = asError(cause).message;
    throw new DeviceError('none', `no WebGPU adapter: ${reason}`, { cause });
  }
  return { ...(await openDevice(adapter)), format: shownFormat() };
}

function describe(device: GPUDevice, info: GPUAdapterInfo | undefined): BorrowedDevice {
  return { device, ...describeAdapter(info), format: shownFormat() };
}

function shownFormat(): GPUTextureFormat {
  return navigator.gpu.getPreferredCanvasFormat();
}
