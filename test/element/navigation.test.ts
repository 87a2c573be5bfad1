// Plan: mouse, wheel, fingers and keys as the browser makes them (test/support/input.ts). Each move against
// the rectangle that arithmetic gives: drag, also one whose end nobody tells, Ctrl and wheel about the pointer,
// double click, box, two fingers, keys, buttons, home. The plain wheel and one finger scroll the page and give a hint, unless the map
// is greedy; with none nothing moves. The field that is there is painted in the same task, where it belongs.
// A map that is dragged on and on still gets pictures. Zoom ends with a message where float32 ends. A walk by
// keyboard alone; axe; what is said after a pause; no motion for those who want none; right-to-left pages.
// Controls: a click without a drag still selects, a drag does not, and the page's own change of `domain` fires
// nothing.
import axe from 'axe-core';
import type { FtleMapElement } from 'ftle-map/element';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import {
  countColors,
  countDifferent,
  findButton,
  mountIdle,
  nextEvent,
  nextFrame,
  readPicture,
  SMALL,
  unmountAll,
} from '../support/element.ts';
import {
  clickMouse,
  dragMouse,
  emulateMedia,
  moveFingers,
  moveMouse,
  pressMouse,
  turnWheel,
} from '../support/input.ts';

/** Shows x and y from −1 to 1, on 240 × 240 CSS pixels. */
const SQUARE = `dataset="xor" domain="-1,-1,1,1" no-colorbar ${SMALL}`;

let moved: (readonly number[])[] = [];
let selectCount = 0;

beforeEach(async () => {
  // Steps are made at once where they are not what is tested.
  await emulateMedia({ 'prefers-reduced-motion': 'reduce' });
});

afterEach(async () => {
  unmountAll();
  document.body.style.cssText = '';
  document.documentElement.dir = '';
  scrollTo(0, 0);
  await emulateMedia({ 'prefers-reduced-motion': '' });
});

async function mountMap(attributes = SQUARE): Promise<FtleMapElement> {
  const element = await mountIdle(attributes);
  moved = [];
  selectCount = 0;
  element.addEventListener('ftle-view', ({ detail }) => moved.push(detail.domain));
  element.addEventListener('ftle-select', () => selectCount++);
  return element;
}

const picturesOf = (element: FtleMapElement): HTMLElement =>
  element.shadowRoot!.querySelector('.pictures')!;

/** A place on the page at parts of the picture, from its left and its top. */
function placeOn(element: FtleMapElement, x: number, y: number): [number, number] {
  const box = picturesOf(element).getBoundingClientRect();
  return [box.left + x * box.width, box.top + y * box.height];
}

function expectDomain(element: FtleMapElement, wanted: readonly number[]): void {
  expect(element.domain).toHaveLength(4);
  // Pointers are at whole pixels or near them: half a pixel of 240 is 0.004 of an extent of 2.
  element.domain!.forEach((value, i) => {
    expect(
      Math.abs(value - wanted[i]),
      `${element.domain!.join()} near ${wanted.join()}`,
    ).toBeLessThan(0.01);
  });
}

const hintOf = (element: FtleMapElement): string => {
  const hint = element.shadowRoot!.querySelector<HTMLElement>('.navigation .hint')!;
  return hint.dataset.shown === undefined ? '' : hint.textContent;
};

const voiceOf = (element: FtleMapElement): string =>
  element.shadowRoot!.querySelector('.navigation [role=status]')!.textContent;

/** Pages that can scroll. */
function makeRoom(): void {
  document.body.style.paddingBottom = '4000px';
}

describe('mouse and wheel', () => {
  it('drag the map with the pointer, and a drag is no click', async () => {
    const element = await mountMap();
    await dragMouse([
      placeOn(element, 0.5, 0.5),
      placeOn(element, 0.6, 0.5),
      placeOn(element, 0.75, 0.25),
    ]);
    // A quarter of 2 to the right and up: what was in the middle is there now.
    expectDomain(element, [-1.5, -1.5, 0.5, 0.5]);
    expect(moved.at(-1)).toEqual(element.domain);
    expect(element.getAttribute('domain')).toBe(element.domain!.join());
    await element.whenIdle();
    expect(selectCount).toBe(0);

    const select = nextEvent(element, 'ftle-select');
    await clickMouse(placeOn(element, 0.5, 0.5));
    const { detail } = await select;
    expect(detail.x).toBeCloseTo(-0.5, 1);
    expect(detail.y).toBeCloseTo(-0.5, 1);
    expect(selectCount).toBe(1);
  });

  it('stop to drag when the button was let go where nobody told it', async () => {
    const element = await mountMap();
    const at = (x: number): [number, number] => placeOn(element, x, 0.5);
    // Once before the pointer has moved far enough for a drag, and once within a drag.
    await pressMouse([at(0.5)]);
    await moveMouse([at(0.6), at(0.7)]);
    expect(moved).toEqual([]);
    await pressMouse([at(0.5), at(0.6), at(0.75)]);
    await moveMouse([at(0.5), at(0.25)]);
    expectDomain(element, [-1.5, -1, 0.5, 1]);
    expect(picturesOf(element).style.cursor).toBe('');

    const select = nextEvent(element, 'ftle-select');
    await clickMouse(at(0.5));
    await select;
  });

  it('zoom about the pointer with Ctrl and the wheel', async () => {
    const element = await mountMap();
    const before = element.domain!;
    await turnWheel(placeOn(element, 0.25, 0.25), -100, ['ctrl']);
    await expect.poll(() => element.domain).not.toEqual(before);
    const [sMin, tMin, sMax, tMax] = element.domain!;
    // (−0.5, 0.5) stays at a quarter from the left and the top; half an octave is the most for one event.
    const extent = 2 * Math.SQRT1_2;
    expectDomain(element, [
      -0.5 - extent / 4,
      0.5 - 0.75 * extent,
      -0.5 + 0.75 * extent,
      0.5 + extent / 4,
    ]);
    expect(sMax - sMin).toBeCloseTo(tMax - tMin, 9);
    await turnWheel(placeOn(element, 0.25, 0.25), 100, ['ctrl']);
    await expect.poll(() => element.domain![0]).toBeCloseTo(-1, 2);
  });

  it('leave the plain wheel to the page, with a hint', async () => {
    makeRoom();
    const element = await mountMap();
    await turnWheel(placeOn(element, 0.5, 0.5), 150);
    await expect.poll(() => scrollY).toBeGreaterThan(50);
    expect(moved).toEqual([]);
    expect(hintOf(element)).toMatch(/^Hold (Ctrl|⌘) and scroll/);
    await expect.poll(() => hintOf(element)).toBe('');

    scrollTo(0, 0);
    element.gestures = 'greedy';
    await element.updateComplete;
    await turnWheel(placeOn(element, 0.5, 0.5), 150);
    await expect.poll(() => moved.length).toBe(1);
    expect(scrollY).toBe(0);
  });

  it('zoom by double click, back with Shift, and into a box', async () => {
    const element = await mountMap();
    await clickMouse(placeOn(element, 0.75, 0.5), 2);
    await expect.poll(() => moved.length).toBe(1);
    // (0.5, 0) stays where it is.
    expectDomain(element, [-0.25, -0.5, 0.75, 0.5]);
    await clickMouse(placeOn(element, 0.75, 0.5), 2, ['shift']);
    await expect.poll(() => moved.length).toBe(2);
    expectDomain(element, [-1, -1, 1, 1]);

    const corners = [
      placeOn(element, 0.25, 0.25),
      placeOn(element, 0.5, 0.5),
      placeOn(element, 0.75, 0.75),
    ];
    await dragMouse(corners, ['shift']);
    expectDomain(element, [-0.5, -0.5, 0.5, 0.5]);
    const box = element.shadowRoot!.querySelector<HTMLElement>('.navigation .box')!;
    expect(box.hidden).toBe(true);
    await element.whenIdle();
  });

  it('do nothing where gestures are off', async () => {
    makeRoom();
    const element = await mountMap(`${SQUARE} gestures="none" controls`);
    await dragMouse([placeOn(element, 0.5, 0.5), placeOn(element, 0.75, 0.25)]);
    await clickMouse(placeOn(element, 0.5, 0.5), 2);
    await turnWheel(placeOn(element, 0.5, 0.5), -100, ['shift']);
    picturesOf(element).dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true }));
    await element.whenIdle();
    expect(moved).toEqual([]);
    expect(element.domain).toEqual([-1, -1, 1, 1]);
    expect(picturesOf(element).tabIndex).toBe(-1);
    expect(() => findButton(element, 'Home')).toThrow('no button');
    element.gestures = 'often' as 'none';
    await element.updateComplete;
    expect(element.error!.message).toBe(
      'gestures is "often", but must be one of cooperative, greedy, none',
    );
  });
});

describe('fingers', () => {
  it('two pan and zoom, one scrolls', async () => {
    makeRoom();
    const element = await mountMap();
    const at = (x: number, y: number): [number, number] => placeOn(element, x, y);
    // Apart by half of the map, then by all but a tenth; the middle goes from the centre a tenth to the right.
    await moveFingers([
      [at(0.25, 0.5), at(0.75, 0.5)],
      [at(0.25, 0.5), at(0.85, 0.5)],
      [at(0.15, 0.5), at(0.95, 0.5)],
    ]);
    await expect.poll(() => moved.length).toBeGreaterThan(1);
    const [sMin, , sMax] = element.domain!;
    expect(sMax - sMin).toBeCloseTo(2 / (0.8 / 0.5), 1);
    // The first finger held (−0.5, 0), now at 0.15.
    expect(sMin + 0.15 * (sMax - sMin)).toBeCloseTo(-0.5, 1);
    expect(scrollY).toBe(0);

    const count = moved.length;
    const prevented: boolean[] = [];
    element.addEventListener('touchmove', (event) => prevented.push(event.defaultPrevented));
    await moveFingers([[at(0.5, 0.9)], [at(0.5, 0.8)], [at(0.5, 0.5)], [at(0.5, 0.2)]]);
    await expect.poll(() => hintOf(element)).toBe('Use two fingers to move the map');
    expect(moved).toHaveLength(count);
    // What a finger may do without the map, and that the map does not forbid it.
    expect(getComputedStyle(picturesOf(element)).touchAction).toBe('pan-x pan-y');
    expect(prevented.length).toBeGreaterThan(0);
    expect(prevented).not.toContain(true);

    element.gestures = 'greedy';
    element.domain = [-1, -1, 1, 1];
    await element.updateComplete;
    await moveFingers([[at(0.5, 0.5)], [at(0.6, 0.5)], [at(0.75, 0.5)]]);
    await expect.poll(() => moved.length).toBeGreaterThan(count);
    expectDomain(element, [-1.5, -1, 0.5, 1]);
    expect(prevented.at(-1)).toBe(true);
    expect(getComputedStyle(picturesOf(element)).touchAction).toBe('none');
  });
});

describe('keys and buttons', () => {
  it('do all that gestures do', async () => {
    const element = await mountMap(`${SQUARE} controls`);
    await userEvent.keyboard('{Tab}');
    expect(element.shadowRoot!.activeElement).toBe(picturesOf(element));
    expect(picturesOf(element).matches(':focus-visible')).toBe(true);
    expect(getComputedStyle(picturesOf(element), '::after').borderTopWidth).toBe('3px');

    const steps: [string, readonly number[]][] = [
      ['{ArrowRight}', [-0.8, -1, 1.2, 1]],
      ['{ArrowUp}', [-0.8, -0.8, 1.2, 1.2]],
      ['{ArrowLeft}', [-1, -0.8, 1, 1.2]],
      ['{ArrowDown}', [-1, -1, 1, 1]],
      ['{Shift>}{ArrowLeft}{/Shift}', [-2, -1, 0, 1]],
      ['0', [-1, -1, 1, 1]],
      ['+', [-0.5, -0.5, 0.5, 0.5]],
      ['-', [-1, -1, 1, 1]],
      ['=', [-0.5, -0.5, 0.5, 0.5]],
      ['{Home}', [-1, -1, 1, 1]],
    ];
    for (const [key, wanted] of steps) {
      await userEvent.keyboard(key);
      expect(
        element.domain!.map((value) => Number(value.toFixed(9))),
        key,
      ).toEqual(wanted);
    }
    expect(moved).toHaveLength(steps.length);

    // Past Play, Step, Reset, two sliders and four overlays to the buttons of the view.
    for (const name of ['Zoom in', 'Zoom out']) {
      const button = element.shadowRoot!.querySelector<HTMLElement>(`[aria-label="${name}"]`)!;
      for (let i = 0; i < 20 && element.shadowRoot!.activeElement !== button; i++) {
        await userEvent.keyboard('{Tab}');
      }
      expect(element.shadowRoot!.activeElement).toBe(button);
      await userEvent.keyboard('{Enter}');
    }
    expect(moved.slice(-2)).toEqual([
      [-0.5, -0.5, 0.5, 0.5],
      [-1, -1, 1, 1],
    ]);
    await userEvent.keyboard('{Tab}{Enter}');
    expect(element.shadowRoot!.activeElement).toBe(findButton(element, 'Home'));
    expect(element.domain).toEqual([-1, -1, 1, 1]);
  });

  it('leave keys with modifiers, and keys of others, alone', async () => {
    const element = await mountMap();
    picturesOf(element).focus();
    for (const init of [
      { key: '+', ctrlKey: true },
      { key: '0', metaKey: true },
      { key: 's' },
      { key: 'Tab' },
    ]) {
      const event = new KeyboardEvent('keydown', { ...init, bubbles: true, cancelable: true });
      expect(picturesOf(element).dispatchEvent(event), init.key).toBe(true);
    }
    expect(moved).toEqual([]);
  });

  it('say where the view is, after a pause', async () => {
    const element = await mountMap();
    picturesOf(element).focus();
    await userEvent.keyboard('+{ArrowRight}{ArrowRight}');
    expect(voiceOf(element)).toBe('');
    await expect.poll(() => voiceOf(element)).toBe('Map: centre 0.2, 0; width 1');
  });

  it('have nothing that axe objects to', async () => {
    const element = await mountMap(`${SQUARE} controls`);
    await turnWheel(placeOn(element, 0.5, 0.5), 20);
    await expect.poll(() => hintOf(element)).not.toBe('');
    const { violations } = await axe.run(element);
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' ')}`),
    ).toEqual([]);
  });
});

describe('home', () => {
  it('is what the page asked for last, or the data', async () => {
    const element = await mountMap(`dataset="xor" no-colorbar ${SMALL}`);
    picturesOf(element).focus();
    const { domain } = (await element.field()).request;
    await userEvent.keyboard('+');
    expect(element.domain).not.toBeNull();
    await userEvent.keyboard('0');
    expect(element.domain).toBeNull();
    expect(moved.at(-1)).toEqual([domain.sMin, domain.tMin, domain.sMax, domain.tMax]);

    moved = [];
    element.domain = [0, 0, 1, 1];
    await element.updateComplete;
    expect(moved, 'only users fire events').toEqual([]);
    await userEvent.keyboard('-0');
    expect(element.domain).toEqual([0, 0, 1, 1]);

    // Other data: the place that the user went to means nothing there.
    await userEvent.keyboard('+');
    element.setAttribute('dataset', 'moons');
    await element.whenIdle();
    expect(element.domain).toEqual([0, 0, 1, 1]);
  });

  it('lets two maps follow one another without end', async () => {
    const [first, second] = [await mountMap(), await mountMap()];
    for (const [from, to] of [
      [first, second],
      [second, first],
    ]) {
      from.addEventListener('ftle-view', ({ detail }) => (to.domain = detail.domain));
    }
    picturesOf(first).focus();
    await userEvent.keyboard('+');
    await second.whenIdle();
    expect(second.domain).toEqual(first.domain);
    expect(moved, 'the second map fires nothing').toHaveLength(1);
  });
});

describe('the picture', () => {
  it.each(['webgpu', 'cpu'])('follows in the same task, %s', async (backend) => {
    const element = await mountMap(`${SQUARE} samples backend="${backend}"`);
    const canvas = element.shadowRoot!.querySelector('canvas')!;
    const grab = (): ImageData => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const context = copy.getContext('2d')!;
      context.drawImage(canvas, 0, 0);
      return context.getImageData(0, 0, canvas.width, canvas.height);
    };
    // A canvas of WebGPU holds its picture for the task that painted it.
    element.domain = [-1, -1, 1, 1.000001];
    await element.updateComplete;
    const before = grab();
    let after: ImageData | null = null;
    element.addEventListener('ftle-view', () => (after = grab()), { once: true });
    picturesOf(element).focus();
    picturesOf(element).dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
    expect(after).not.toBeNull();
    const { width, height, data } = after!;
    // A tenth of the width to the right: the old picture lies that far to the left, samples with it.
    const shift = width / 10;
    expect(Number.isInteger(shift)).toBe(true);
    let different = 0;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width - shift - 8; column++) {
        const [a, b] = [4 * (row * width + column), 4 * (row * width + column + shift)];
        const distance = [0, 1, 2].map((k) => Math.abs(data[a + k] - before.data[b + k]));
        if (Math.max(...distance) > 8) different++;
      }
    }
    expect(different / (width * height)).toBeLessThan(0.01);
    await element.whenIdle();
    const fresh = await mountIdle(
      `${SQUARE} samples backend="${backend}" domain="${element.domain.join()}"`,
    );
    fresh.domain = element.domain;
    await fresh.whenIdle();
    const [a, b] = [await readPicture(element), await readPicture(fresh)];
    expect(countColors(a)).toBeGreaterThan(20);
    expect(countDifferent(a, b)).toBeLessThan(0.02 * a.width * a.height);
  });

  it('is computed anew while a drag goes on', async () => {
    const element = await mountMap(
      `dataset="xor" architecture="2-6x3-1" style="width: 240px" no-colorbar`,
    );
    let frames = 0;
    element.addEventListener('ftle-frame', () => frames++);
    let turn = 0;
    // The drag does not end before the frames are there, however slow the machine is.
    while (frames < 4 || turn < 6) {
      picturesOf(element).dispatchEvent(
        new KeyboardEvent('keydown', { key: turn++ % 20 < 10 ? 'ArrowRight' : 'ArrowLeft' }),
      );
      await nextFrame();
    }
    await element.whenIdle();
    expect(element.frame!.width).toBeGreaterThan(128);
  });
});

describe('deep zoom', () => {
  it('ends with a message where numbers end', async () => {
    const element = await mountMap(SQUARE);
    element.domain = [0.5, 0.5, 1.5, 1.5];
    await element.whenIdle();
    picturesOf(element).focus();
    const { width } = element.shadowRoot!.querySelector('canvas')!;
    for (let i = 0; i < 40 && !hintOf(element); i++) await userEvent.keyboard('+');
    expect(hintOf(element)).toMatch(/^Deepest zoom: nearer, float32 numbers/);
    const [sMin, , sMax] = element.domain;
    // Around 1 numbers of float32 are 2⁻²³ apart: four of them a pixel.
    expect((sMax - sMin) / width / 2 ** -23).toBeCloseTo(4, 6);
    const last = element.domain;
    await userEvent.keyboard('+');
    expect(element.domain).toEqual(last);
    await expect.poll(() => voiceOf(element)).toMatch(/^Deepest zoom/);
    await element.whenIdle();
    expect(element.error).toBeNull();
    await userEvent.keyboard('-');
    expect(element.domain[2] - element.domain[0]).toBeCloseTo(2 * (sMax - sMin), 9);
    for (let i = 0; i < 60; i++) await userEvent.keyboard('-');
    expect(hintOf(element)).toBe('Widest view');
    expect(element.domain[2] - element.domain[0]).toBeCloseTo(1000, 6);
  });
});

describe('motion and direction', () => {
  it('glides to the next view, unless motion is not wanted', async () => {
    const element = await mountMap();
    picturesOf(element).focus();
    await userEvent.keyboard('+');
    expect(moved).toHaveLength(1);

    await emulateMedia({ 'prefers-reduced-motion': 'no-preference' });
    moved = [];
    await userEvent.keyboard('-');
    await element.whenIdle();
    expect(moved.length).toBeGreaterThan(2);
    const extents = moved.map(([low, , high]) => high - low);
    expect(extents).toEqual([...extents].sort((a, b) => a - b));
    expect(moved.at(-1)).toEqual([-1, -1, 1, 1]);
    // Steps in quick succession add up.
    await userEvent.keyboard('++{ArrowRight}');
    await element.whenIdle();
    expect(element.domain!.map((value) => Number(value.toFixed(9)))).toEqual([
      -0.2, -0.25, 0.3, 0.25,
    ]);
  });

  it('mirrors controls, not the map', async () => {
    const before = await readPicture(await mountMap(SQUARE));
    document.documentElement.dir = 'rtl';
    const element = await mountMap(`${SQUARE} controls`);
    expect(countDifferent(await readPicture(element), before)).toBe(0);
    const [play, home] = ['Play', 'Home'].map((name) =>
      findButton(element, name).getBoundingClientRect(),
    );
    const box = element.getBoundingClientRect();
    expect(box.right - play.right).toBeLessThan(2);
    expect(home.width).toBeGreaterThan(0);
    picturesOf(element).focus();
    await userEvent.keyboard('{ArrowRight}');
    expectDomain(element, [-0.8, -1, 1.2, 1]);
    await dragMouse([
      placeOn(element, 0.5, 0.5),
      placeOn(element, 0.55, 0.5),
      placeOn(element, 0.6, 0.5),
    ]);
    expectDomain(element, [-1, -1, 1, 1]);
  });
});
