/** Told why a device was lost. */
type LossListener = (info: GPUDeviceLostInfo) => void;

const listeners = new WeakMap<GPUDevice, Set<LossListener>>();

/**
 * Tells when a device is lost, also if it is lost already. `GPUDevice.lost` itself would hold all who ever waited for it
 * as long as the device is there.
 *
 * @returns forgets the listener.
 */
export function watchLoss(device: GPUDevice, listener: LossListener): () => void {
  const told = listeners.get(device) ?? new Set();
  if (!listeners.has(device)) {
    listeners.set(device, told);
    void device.lost.then((info) => {
      listeners.delete(device);
      for (const tell of told) tell(info);
    });
  }
  told.add(listener);
  return () => told.delete(listener);
}

/** Milliseconds. What fails because a device is lost may fail a little before that is known. */
const LOSS_TIME = 250;

/** Whether a device on which something has just failed is lost. */
export function isLost(device: GPUDevice): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      forget();
      resolve(answer);
    };
    const forget = watchLoss(device, () => end(true));
    const timer = setTimeout(() => end(false), LOSS_TIME);
  });
}
