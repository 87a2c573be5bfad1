// Plan: the surface in the element, with mouse, wheel and keys as the browser makes them. The attribute shows it and takes
// it away, and the map is then what it was; turning, moving and zooming change the picture and what is said, home brings
// back the first; the plain wheel is the page's; nothing moves `domain` or fires events of the map. The saved PNG has the
// axes. A lost device, another backend without WebGPU, other colours of the page, axe. Layers one after the other by
// themselves, and on demand for those who want no motion. Controls: bad values are named and change nothing.
import axe from 'axe-core';
import { FtleMapElement } from 'ftle-map/element';
import { afterEach, describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import {
  countColors,
  countDifferent,
  findButton,
  messageOf,
  mount,
  mountIdle,
  nextEvent,
  nextFrame,
  readPicture,
  SMALL,
  unmountAll,
} from '../support/element.ts';
import { clickMouse, dragMouse, emulateMedia, turnWheel } from '../support/input.ts';

const MAP = `dataset="xor" no-colorbar ${SMALL}`;

afterEach(async () => {
  unmountAll();
  document.documentElement.style.colorScheme = '';
  await emulateMedia({ 'prefers-reduced-motion': '', 'prefers-color-scheme': '' });
});

const picturesOf = (element: FtleMapElement): HTMLElement =>
  element.shadowRoot!.querySelector('.pictures')!;

function placeOn(element: FtleMapElement, x: number, y: number): [number, number] {
  const box = picturesOf(element).getBoundingClientRect();
  return [box.left + x * box.width, box.top + y * box.height];
}

const labelOf = (element: FtleMapElement): string =>
  picturesOf(element).querySelector('canvas')!.getAttribute('aria-label')!;

async function press(element: FtleMapElement, keys: string): Promise<ImageData> {
  picturesOf(element).focus();
  await userEvent.keyboard(keys);
  return readPicture(element);
}

/** Most pixels that two pictures of the same may differ in: none. */
const SAME = 0;
/** Fewest that pictures from other sides differ in, of 240 × 240. */
const OTHER = 2000;

describe('surface', () => {
  it('comes with its attribute and goes with it', async () => {
    const element = await mountIdle(MAP);
    const map = await readPicture(element);
    element.surface = true;
    await element.whenIdle();
    const surface = await readPicture(element);
    expect(countDifferent(map, surface)).toBeGreaterThan(OTHER);
    expect(countColors(surface)).toBeGreaterThan(200);
    expect(element.hasAttribute('surface')).toBe(true);
    element.removeAttribute('surface');
    await element.whenIdle();
    expect(countDifferent(map, await readPicture(element))).toBe(SAME);
    expect(element.shadowRoot!.querySelector('.marks')).toBe(null);
    expect(element.error).toBe(null);
  });

  it('is there from the start, higher with more relief', async () => {
    const element = await mountIdle(`${MAP} surface`);
    const usual = await readPicture(element);
    element.relief = 0.6;
    await element.whenIdle();
    expect(countDifferent(usual, await readPicture(element))).toBeGreaterThan(OTHER);
    element.setAttribute('relief', '-1');
    await element.updateComplete;
    expect(messageOf(element)).toContain('relief is -1');
    element.relief = 0.25;
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    expect(countDifferent(usual, await readPicture(element))).toBe(SAME);
  });

  it('turns by dragging, moves with Shift, comes nearer with Ctrl and wheel', async () => {
    const element = await mountIdle(`${MAP} surface`);
    let moveCount = 0;
    let selectCount = 0;
    element.addEventListener('ftle-view', () => moveCount++);
    element.addEventListener('ftle-select', () => selectCount++);
    const pictures = [await readPicture(element)];
    const path = [
      placeOn(element, 0.4, 0.5),
      placeOn(element, 0.6, 0.6),
      placeOn(element, 0.7, 0.6),
    ];
    await dragMouse(path);
    pictures.push(await readPicture(element));
    await dragMouse(path, ['shift']);
    pictures.push(await readPicture(element));
    await turnWheel(placeOn(element, 0.5, 0.5), -200, ['ctrl']);
    pictures.push(await readPicture(element));
    for (let i = 1; i < pictures.length; i++) {
      expect(countDifferent(pictures[i - 1], pictures[i]), `move ${i}`).toBeGreaterThan(OTHER);
    }
    // What has no Ctrl is the page's.
    await turnWheel(placeOn(element, 0.5, 0.5), -200);
    expect(countDifferent(pictures.at(-1)!, await readPicture(element))).toBe(SAME);
    await clickMouse(placeOn(element, 0.5, 0.5));
    await element.whenIdle();
    expect([element.domain, moveCount, selectCount]).toEqual([null, 0, 0]);
    expect(element.pointAt(...placeOn(element, 0.5, 0.5))).toBe(null);
    expect(countDifferent(pictures[0], await press(element, '0'))).toBe(SAME);
  });

  it('turns by keys, and says from where it is seen', async () => {
    const element = await mountIdle(`${MAP} surface controls`);
    expect(labelOf(element)).toMatch(/^Surface of .* seen from the south-west, 40° above/);
    expect(picturesOf(element).ariaLabel).toContain('arrow keys turn it');
    const home = await readPicture(element);
    const left = await press(element, '{ArrowLeft}{ArrowLeft}');
    expect(countDifferent(home, left)).toBeGreaterThan(OTHER);
    await press(element, '{ArrowUp}{ArrowLeft}');
    const voice = element.shadowRoot!.querySelector('.navigation [role=status]')!;
    // 24° and three times 18° to the west, 40° and 9° above.
    await expect.poll(() => voice.textContent).toBe('Surface seen from the west, 49° above');
    await expect.poll(() => labelOf(element)).toContain('seen from the west, 49° above');
    expect(countDifferent(left, await press(element, '+'))).toBeGreaterThan(OTHER);
    expect(countDifferent(home, await press(element, '{Home}'))).toBe(SAME);
    findButton(element, '+').click();
    expect(countDifferent(home, await readPicture(element))).toBeGreaterThan(OTHER);
    findButton(element, 'Home').click();
    expect(countDifferent(home, await readPicture(element))).toBe(SAME);
    findButton(element, 'Surface').click();
    await element.whenIdle();
    expect(element.surface).toBe(false);
    expect(picturesOf(element).ariaLabel).toContain('arrow keys move it');
  });

  it('is saved with its axes, and the map with options', async () => {
    const element = await mountIdle(`${MAP} surface`);
    const saved = await readPicture(element);
    const canvas = picturesOf(element).querySelector('canvas')!;
    const context = new OffscreenCanvas(saved.width, saved.height).getContext('2d')!;
    await element.toBlob();
    const marks = element.shadowRoot!.querySelector<HTMLCanvasElement>('canvas.marks')!;
    context.drawImage(marks, 0, 0);
    const drawn = context.getImageData(0, 0, saved.width, saved.height);
    let inkCount = 0;
    for (let i = 0; i < drawn.data.length; i += 4) {
      if (drawn.data[i + 3] !== 255) continue;
      inkCount++;
      const place = [drawn.data.slice(i, i + 3), saved.data.slice(i, i + 3)];
      expect(place[0]).toEqual(place[1]);
    }
    expect(inkCount).toBeGreaterThan(50);
    expect([canvas.width, canvas.height]).toEqual([saved.width, saved.height]);
    element.surface = false;
    await element.whenIdle();
    const flat = await element.toBlob({ width: 40, height: 40 });
    element.surface = true;
    await element.whenIdle();
    const same = await element.toBlob({ width: 40, height: 40 });
    expect(new Uint8Array(await same.arrayBuffer())).toEqual(
      new Uint8Array(await flat.arrayBuffer()),
    );
  });

  it('takes the colours of the page', async () => {
    document.documentElement.style.colorScheme = 'light dark';
    await emulateMedia({ 'prefers-color-scheme': 'light' });
    const element = await mountIdle(`${MAP} surface`);
    const corner = async (): Promise<number> => (await readPicture(element)).data[0];
    expect(await corner()).toBeGreaterThan(180);
    await emulateMedia({ 'prefers-color-scheme': 'dark' });
    await expect.poll(corner).toBeLessThan(80);
    document.documentElement.style.colorScheme = 'light';
    await expect.poll(corner).toBeGreaterThan(180);
    element.style.setProperty('--ftle-surface', 'black');
    element.style.setProperty('--ftle-muted', 'black');
    await expect.poll(corner).toBeLessThan(80);
  });

  it('is followed by training', async () => {
    const element = await mountIdle(`${MAP} surface ridges boundary samples`);
    const before = await readPicture(element);
    await element.step(20);
    await element.whenIdle();
    expect(countDifferent(before, await readPicture(element))).toBeGreaterThan(100);
    expect(element.error).toBe(null);
  });

  it('needs WebGPU, says so, and leaves the map', async () => {
    const element = await mountIdle(`${MAP} backend="cpu" controls`);
    const badge = (): string => element.shadowRoot!.querySelector('.badge')!.textContent.trim();
    const button = findButton(element, 'Surface');
    expect(badge()).toBe('CPU, float64');
    const map = await readPicture(element);
    element.surface = true;
    await element.whenIdle();
    const hint = element.shadowRoot!.querySelector<HTMLElement>('.hint')!;
    expect(hint.textContent).toBe('A surface needs WebGPU: the map is shown flat');
    expect(badge()).toBe('CPU, float64: a surface needs WebGPU');
    expect([button.disabled, button.ariaPressed]).toEqual([true, 'false']);
    expect(messageOf(element)).toBe('');
    await expect.poll(() => hint.dataset.shown).toBeUndefined();
    expect(countDifferent(map, await readPicture(element))).toBe(SAME);
    element.backend = 'webgpu';
    await element.whenIdle();
    expect(badge()).toBe('software GPU');
    expect([button.disabled, button.ariaPressed]).toEqual([false, 'true']);
    // Labels change once a second.
    await expect.poll(() => labelOf(element)).toMatch(/^Surface of/);
  });

  it('makes no device errors, and outlives its device in the same pose', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter!.requestDevice();
    const errors: string[] = [];
    device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
    FtleMapElement.device = device;
    const element = await mountIdle(`${MAP} surface ridges boundary samples range="-3,3"`);
    await press(element, '{ArrowLeft}{Shift>}{ArrowUp}{/Shift}+++++');
    for (const width of ['100px', '300px', '240px']) {
      element.style.width = width;
      element.surface = width !== '300px';
      await nextFrame();
      await element.whenIdle();
    }
    element.quantity = 'class';
    await element.whenIdle();
    element.quantity = 'exponent';
    await element.whenIdle();
    expect(errors).toEqual([]);
    const before = await readPicture(element);
    const ready = nextEvent(element, 'ftle-ready');
    device.destroy();
    await ready;
    await element.whenIdle();
    FtleMapElement.device = null;
    // A new device starts with the small kernel, which rounds otherwise.
    expect(countDifferent(before, await readPicture(element))).toBeLessThan(OTHER / 20);
    expect(messageOf(element)).toBe('');
  });

  it('has no violations of axe', async () => {
    const element = await mountIdle(`${MAP} surface controls`);
    const { violations } = await axe.run(element);
    expect(violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([]);
  });
});

describe('layers', () => {
  it('come one after the other, from the last to the first', async () => {
    const element = await mountIdle(`${MAP} controls`);
    const layers: unknown[] = [];
    const button = findButton(element, 'Play layers');
    button.click();
    await element.updateComplete;
    expect(button.ariaPressed).toBe('true');
    element.addEventListener('ftle-frame', () => {
      if (layers.at(-1) !== element.layer) layers.push(element.layer);
    });
    await expect.poll(() => layers.length).toBeGreaterThanOrEqual(4);
    button.click();
    expect(element.animateLayers).toBe(false);
    expect(layers.slice(0, 4)).toEqual([1, 2, 3, 1]);
    const { layer } = element;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(element.layer).toBe(layer);
  });

  it('wait for a click of those who want no motion', async () => {
    await emulateMedia({ 'prefers-reduced-motion': 'reduce' });
    const element = mount(`${MAP} controls animate-layers`);
    await element.whenIdle();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(element.layer).toBe('last');
    const changed = nextEvent(element, 'ftle-change');
    findButton(element, 'Next layer').click();
    expect((await changed).detail).toEqual({ name: 'layer' });
    await element.whenIdle();
    expect(element.layer).toBe(1);
    findButton(element, 'Next layer').click();
    await element.whenIdle();
    expect(element.layer).toBe(2);
  });
});
