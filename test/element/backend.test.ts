// Plan: without WebGPU (navigator.gpu hidden, no adapter) the CPU takes over with badge and event, also
// where it is asked for (badge, no event); backend="webgpu" insists with an error; elements share a device;
// a lent device is used and not destroyed; removed elements free all GPU memory, without an error of the device
// where they train, and can be collected; moved ones keep their weights, returned ones work; a lost device is
// replaced once and the weights go on, and so does training. Control: memory is held while the elements are there.
import { FtleMapElement } from 'ftle-map/element';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { borrowDevice } from '../../src/element/device.ts';
import {
  countColors,
  countDifferent,
  messageOf,
  mount,
  mountIdle,
  nextEvent,
  readPicture,
  SMALL,
  unmountAll,
} from '../support/element.ts';
import { collectGarbage } from '../support/input.ts';

afterEach(() => {
  unmountAll();
  vi.restoreAllMocks();
  FtleMapElement.device = null;
});

/** A device that is no other element's, with the limits that every device has. */
async function requestDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter();
  return adapter!.requestDevice();
}

const badgeOf = (element: FtleMapElement): Element | null =>
  element.shadowRoot!.querySelector('.badge');

function hideGpu(how: 'no api' | 'no adapter'): void {
  if (how === 'no api') {
    vi.spyOn(navigator, 'gpu', 'get').mockReturnValue(undefined as unknown as GPU);
  } else {
    vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
  }
  // Forgets the device that elements share.
  FtleMapElement.device = null;
}

describe('without WebGPU', () => {
  it.each([
    ['no api', /no WebGPU/],
    ['no adapter', /no adapter/],
  ] as const)('the CPU computes and says so: %s', async (how, reason) => {
    hideGpu(how);
    const element = mount(`dataset="xor" ${SMALL}`);
    const fallback = nextEvent(element, 'ftle-fallback');
    const ready = nextEvent(element, 'ftle-ready');
    expect((await fallback).detail.reason).toMatch(reason);
    expect((await ready).detail.backend).toBe('cpu');
    await element.whenIdle();
    expect(element.backendInUse).toBe('cpu');
    expect(badgeOf(element)!.textContent).toMatch(/CPU, float64/);
    expect(badgeOf(element)!.getAttribute('title')).toMatch(reason);
    expect(countColors(await readPicture(element))).toBeGreaterThan(20);
    await element.step(2);
    expect(element.status?.stepCount).toBe(2);
    expect(element.error).toBeNull();
  });

  it('backend="webgpu" insists', async () => {
    hideGpu('no adapter');
    const element = mount(`backend="webgpu" ${SMALL}`);
    const { detail } = await nextEvent(element, 'ftle-error');
    expect(detail.error).toMatchObject({ code: 'device-none' });
    await element.whenIdle();
    expect(messageOf(element)).toMatch(/no adapter/);
    expect(element.backendInUse).toBeNull();
    await expect(element.probe(0, 0)).rejects.toThrow(/no adapter/);
    element.backend = 'cpu';
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    expect(element.backendInUse).toBe('cpu');
  });
});

describe('with WebGPU', () => {
  it('is used, with a badge only for software adapters', async () => {
    const element = mount(`dataset="xor" ${SMALL}`);
    let fallbacks = 0;
    element.addEventListener('ftle-fallback', () => fallbacks++);
    const { detail } = await nextEvent(element, 'ftle-ready');
    expect(detail).toEqual({ backend: 'webgpu', description: element.description });
    await element.whenIdle();
    expect(fallbacks).toBe(0);
    const { slow } = await borrowDevice();
    expect(badgeOf(element)?.textContent.trim() ?? '').toBe(slow ? 'software GPU' : '');

    element.backend = 'cpu';
    await element.whenIdle();
    expect(element.backendInUse).toBe('cpu');
    expect(fallbacks).toBe(0);
    expect(badgeOf(element)!.textContent.trim()).toBe('CPU, float64');
    expect(element.shadowRoot!.querySelectorAll('canvas')).toHaveLength(1);
    expect(countColors(await readPicture(element))).toBeGreaterThan(20);
  });

  it('shows on the CPU nearly what it shows on the GPU', async () => {
    const element = await mountIdle(`dataset="xor" range="-3,3" ${SMALL}`);
    const gpu = await element.field({ width: 16, height: 16 });
    element.backend = 'cpu';
    await element.whenIdle();
    const cpu = await element.field({ width: 16, height: 16 });
    cpu.exponents.forEach((value, pixel) => {
      // Float32 through three layers of six.
      expect(Math.abs(value - gpu.exponents[pixel])).toBeLessThan(1e-5);
    });
  });

  it('elements share one device', async () => {
    const request = vi.spyOn(navigator.gpu, 'requestAdapter');
    FtleMapElement.device = null;
    await Promise.all([mountIdle(`dataset="xor" ${SMALL}`), mountIdle(`dataset="moons" ${SMALL}`)]);
    expect(request).toHaveBeenCalledTimes(1);
  });

  it('a device that is lent meanwhile outlasts the one before', async () => {
    const [first, second] = await Promise.all([1, 2].map(requestDevice));
    FtleMapElement.device = first;
    await borrowDevice();
    FtleMapElement.device = second;
    first.destroy();
    await first.lost;
    await Promise.resolve();
    expect(FtleMapElement.device).toBe(second);
    expect((await borrowDevice()).device).toBe(second);
    second.destroy();
  });

  it('a lent device is used and left alone', async () => {
    const device = await requestDevice();
    const create = vi.spyOn(device, 'createBuffer');
    FtleMapElement.device = device;
    expect(FtleMapElement.device).toBe(device);
    const element = await mountIdle(`dataset="xor" ${SMALL}`);
    expect(create).toHaveBeenCalled();
    element.remove();
    await Promise.resolve();
    const lost = await Promise.race([device.lost.then(() => true), Promise.resolve(false)]);
    expect(lost).toBe(false);
    device.destroy();
  });

  it('a device that binds little gets fields that it can hold', async () => {
    const device = await requestDevice();
    const { maxBufferSize, maxComputeWorkgroupStorageSize } = device.limits;
    const limits = { maxBufferSize, maxComputeWorkgroupStorageSize };
    // Of 16 bytes a pixel, the square of 64.
    vi.spyOn(device, 'limits', 'get').mockReturnValue({
      ...limits,
      maxStorageBufferBindingSize: 2 ** 16,
    } as GPUSupportedLimits);
    FtleMapElement.device = device;
    const element = await mountIdle('style="width: 240px"');
    expect(messageOf(element)).toBe('');
    expect(element.frame).toMatchObject({ width: 60, height: 60 });
    expect(countColors(await readPicture(element))).toBeGreaterThan(20);
    element.resolution = 128;
    await element.whenIdle();
    expect(messageOf(element)).toMatch(
      /a field of 16384 pixels with outputs of width 1 takes 262144 bytes.* at most 65536/,
    );
    element.resolution = null;
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    element.remove();
    device.destroy();
  });
});

describe('removal', () => {
  it('frees all buffers and textures', async () => {
    const device = await requestDevice();
    const alive = countAlive(device);
    FtleMapElement.device = device;
    const elements = await Promise.all(
      [1, 2].map((seed) => {
        return mountIdle(
          `dataset="xor" ridges directions boundary samples seed="${seed}" ${SMALL}`,
        );
      }),
    );
    await elements[0].step(3);
    expect(alive.size).toBeGreaterThan(10);
    elements[0].remove();
    await Promise.resolve();
    const half = alive.size;
    expect(half).toBeGreaterThan(0);
    elements[1].play();
    await nextEvent(elements[1], 'ftle-frame');
    elements[1].remove();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([...alive]).toEqual([]);
    device.destroy();
  });

  it('makes no device errors where it trains', async () => {
    const device = await requestDevice();
    const errors: string[] = [];
    device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
    FtleMapElement.device = device;
    for (const wait of [0, 30, 80]) {
      const element = await mountIdle(`dataset="xor" ridges samples ${SMALL}`);
      element.play();
      await nextEvent(element, 'ftle-training');
      await new Promise((resolve) => setTimeout(resolve, wait));
      element.remove();
    }
    await device.queue.onSubmittedWorkDone();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(errors).toEqual([]);
    device.destroy();
  });

  it('leaves nothing that holds the element', async () => {
    const { device } = await borrowDevice();
    const references: WeakRef<Element>[] = [];
    for (let i = 0; i < 3; i++) {
      await mountIdle(`dataset="xor" ${SMALL}`).then((element) => {
        references.push(new WeakRef(element));
      });
      unmountAll();
    }
    await expect
      .poll(async () => {
        await collectGarbage();
        return references.filter((reference) => reference.deref()).length;
      })
      // The last may be held by what the browser looked at last.
      .toBeLessThan(2);
    expect((await borrowDevice()).device).toBe(device);
  });

  it('is undone by another connection; a move keeps the weights', async () => {
    const element = await mountIdle(`dataset="xor" ${SMALL}`);
    await element.step(3);
    const moved = document.createElement('section');
    document.body.append(moved);
    moved.append(element);
    await element.whenIdle();
    expect(element.status?.stepCount).toBe(3);

    moved.remove();
    await Promise.resolve();
    expect(element.backendInUse).toBeNull();
    expect(element.network).toBeNull();
    document.body.append(element);
    await element.whenIdle();
    expect(element.status?.stepCount).toBe(0);
    expect(countColors(await readPicture(element))).toBeGreaterThan(20);
    element.remove();
  });

  it('during the start leaves nothing behind', async () => {
    const device = await requestDevice();
    const alive = countAlive(device);
    FtleMapElement.device = device;
    for (const wait of [0, 5, 20, 60]) {
      const element = mount(`dataset="xor" autoplay ridges ${SMALL}`);
      await new Promise((resolve) => setTimeout(resolve, wait));
      element.remove();
    }
    await expect.poll(() => [...alive]).toEqual([]);
    device.destroy();
  });
});

describe('a lost device', () => {
  it('does not end training', async () => {
    const device = await requestDevice();
    FtleMapElement.device = device;
    const element = await mountIdle(`dataset="xor" ridges samples ${SMALL}`);
    element.play();
    await nextEvent(element, 'ftle-training');
    const errors: Error[] = [];
    element.addEventListener('ftle-error', ({ detail }) => errors.push(detail.error));
    device.destroy();
    await nextEvent(element, 'ftle-ready');
    await nextEvent(element, 'ftle-training');
    expect(element.playing).toBe(true);
    expect(messageOf(element)).toBe('');
    expect(errors).toMatchObject([{ code: 'device-lost' }]);
  });

  it('does not give its weights to another network', async () => {
    const device = await requestDevice();
    FtleMapElement.device = device;
    const element = await mountIdle(`dataset="xor" seed="1" ${SMALL}`);
    await element.step(4);
    element.seed = 2;
    // The new network is being made.
    await element.updateComplete;
    const ready = nextEvent(element, 'ftle-ready');
    device.destroy();
    await ready;
    await element.whenIdle();
    const control = await mountIdle(`dataset="xor" seed="2" ${SMALL}`);
    expect([...element.network!.parameters]).toEqual([...control.network!.parameters]);
    expect(messageOf(element)).toBe('');
  });

  it('is replaced once; the weights go on', async () => {
    const device = await requestDevice();
    FtleMapElement.device = device;
    const element = await mountIdle(`dataset="xor" range="-3,3" ${SMALL}`);
    await element.step(4);
    await element.whenIdle();
    const weights = [...element.network!.parameters];
    const before = await readPicture(element);

    const failed = nextEvent(element, 'ftle-error');
    const ready = nextEvent(element, 'ftle-ready');
    device.destroy();
    expect((await failed).detail.error).toMatchObject({ code: 'device-lost' });
    await ready;
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    expect([...element.network!.parameters]).toEqual(weights);
    expect(countDifferent(await readPicture(element), before)).toBe(0);

    const { device: second } = await borrowDevice();
    const lost = nextEvent(element, 'ftle-error');
    second.destroy();
    await lost;
    await element.updateComplete;
    expect(messageOf(element)).toMatch(/lost.*[Rr]eload/);
  });
});

/** Labels of the buffers and textures of a device that have not been destroyed. */
function countAlive(device: GPUDevice): Set<string> {
  const alive = new Set<string>();
  let serial = 0;
  for (const name of ['createBuffer', 'createTexture'] as const) {
    const create = device[name].bind(device) as (descriptor: object) => GPUBuffer | GPUTexture;
    Object.assign(device, {
      [name](descriptor: object) {
        const resource = create(descriptor);
        const label = `${resource.label} ${serial++}`;
        alive.add(label);
        const destroy = resource.destroy.bind(resource);
        resource.destroy = () => {
          alive.delete(label);
          destroy();
        };
        return resource;
      },
    });
  }
  return alive;
}
