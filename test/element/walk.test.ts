// Plan: a walk through the whole element with keys alone, as the browser makes them: controls, map, probe, menu; what
// each stop does, that its focus is seen, that Tab leaves at the end. The same with a finger: buttons, a tap on the
// map, two fingers, the probe, the layer, turning the surface, the menu. Axe on everything at once in light, dark and forced colours. Mirrored pages: controls
// from right to left, map and colour bar as they are. Control: axe finds a fault that is put in.
import axe from 'axe-core';
import type { FtleMapElement } from 'ftle-map/element';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import {
  countDifferent,
  mountIdle,
  nextEvent,
  readPicture,
  unmountAll,
} from '../support/element.ts';
import { emulateMedia, moveFingers } from '../support/input.ts';

const WHOLE =
  'dataset="xor" controls probe ridges boundary samples architecture="2-6x3-1" resolution="32" style="width: 420px"';

afterEach(async () => {
  unmountAll();
  document.documentElement.dir = '';
  await emulateMedia({});
});

const shadowOf = (element: FtleMapElement): ShadowRoot => element.shadowRoot!;

function nameOf(element: Element): string {
  const label = element.closest('label')?.querySelector('span')?.textContent;
  return label ?? element.ariaLabel ?? element.textContent.trim();
}

/** Waits for the code that is loaded beside the first picture. */
async function mountWhole(): Promise<FtleMapElement> {
  const element = await mountIdle(WHOLE);
  await vi.waitFor(() => expect(shadowOf(element).querySelector('.cursor')).not.toBeNull());
  return element;
}

function focusedOf(element: FtleMapElement): HTMLElement {
  return shadowOf(element).activeElement as HTMLElement;
}

/** Whether the focus is seen: an outline, or what lies over the map or the cursor. */
function isFocusSeen(focused: HTMLElement): boolean {
  if (focused.matches('.pictures')) {
    return getComputedStyle(focused, '::after').borderTopStyle === 'solid';
  }
  if (focused.matches('.cursor')) return getComputedStyle(focused).opacity === '1';
  return getComputedStyle(focused).outlineStyle === 'solid';
}

describe('with keys alone', () => {
  it('all of the element is reached, seen and used', async () => {
    const element = await mountWhole();
    const after = document.createElement('button');
    element.after(after);
    const stops: string[] = [];
    const use: Readonly<Record<string, () => Promise<void>>> = {
      'Map: arrow keys move it, plus and minus zoom, 0 shows all of it': async () => {
        const moved = nextEvent(element, 'ftle-view');
        await userEvent.keyboard('+');
        const { domain } = (await moved).detail;
        expect(domain[2] - domain[0]).toBeGreaterThan(0);
        await element.whenIdle();
        await userEvent.keyboard('0');
        await element.whenIdle();
        expect(element.domain).toBeNull();
      },
      'Probe: arrow keys move it, Enter selects the point': async () => {
        const selected = nextEvent(element, 'ftle-select');
        await userEvent.keyboard('{ArrowRight}{Enter}');
        const { x } = (await selected).detail;
        expect(x).toBeGreaterThan(0);
        const panel = shadowOf(element).querySelector<HTMLElement>('.panel')!;
        await vi.waitFor(() => expect(panel.hidden).toBe(false));
        expect(panel.textContent).toContain('λ₁');
      },
      Step: async () => {
        const trained = nextEvent(element, 'ftle-training');
        await userEvent.keyboard('{Enter}');
        expect((await trained).detail.stepCount).toBeGreaterThan(0);
      },
      Layer: async () => {
        await userEvent.keyboard('{ArrowLeft}');
        expect(element.layer).toBe(2);
      },
      Surface: async () => {
        await userEvent.keyboard(' ');
        expect(element.surface).toBe(true);
        await userEvent.keyboard(' ');
        expect(element.surface).toBe(false);
      },
      Ridges: async () => {
        await userEvent.keyboard(' ');
        expect(element.ridges).toBe(false);
      },
      'Save, copy, open': async () => {
        await userEvent.keyboard('{Enter}');
        await vi.waitFor(() => expect(nameOf(focusedOf(element))).toBe('Copy image'));
        await userEvent.keyboard('{Escape}');
      },
    };
    const used: string[] = [];
    for (let i = 0; i < 30; i++) {
      await userEvent.keyboard('{Tab}');
      const focused = focusedOf(element) as HTMLElement | null;
      if (!focused) break;
      const name = nameOf(focused);
      stops.push(name);
      expect(isFocusSeen(focused), name).toBe(true);
      if (Object.hasOwn(use, name)) {
        await use[name]();
        used.push(name);
        expect(focusedOf(element), `after ${name}`).toBe(focused);
      }
    }
    expect(document.activeElement).toBe(after);
    expect(used.sort()).toEqual(Object.keys(use).sort());
    expect(stops.slice(2)).toEqual([
      'Play',
      'Step',
      'Reset',
      'Layer',
      'Play layers',
      'Learning rate',
      'Ridges',
      'Directions',
      'Boundary',
      'Samples',
      'Surface',
      'Zoom in',
      'Zoom out',
      'Home',
      'Save, copy, open',
    ]);
  });
});

describe('with fingers', () => {
  it('buttons, map, probe, slider, surface and menu do the same', async () => {
    const element = await mountWhole();
    const placeOf = (target: Element, right = 0.5): [number, number] => {
      const { left, top, width, height } = target.getBoundingClientRect();
      return [left + right * width, top + height / 2];
    };
    const tap = (target: Element): Promise<void> => moveFingers([[placeOf(target)]]);
    const buttons = [...shadowOf(element).querySelectorAll('button')];
    const button = (name: string): Element => buttons.find((item) => nameOf(item) === name)!;
    await tap(button('Ridges'));
    await vi.waitFor(() => expect(element.ridges).toBe(false));

    const pictures = shadowOf(element).querySelector('.pictures')!;
    const selected = nextEvent(element, 'ftle-select');
    await tap(pictures);
    expect((await selected).detail.x).toBeCloseTo(0, 1);
    const moved = nextEvent(element, 'ftle-view');
    await moveFingers([
      [placeOf(pictures, 0.4), placeOf(pictures, 0.6)],
      [placeOf(pictures, 0.3), placeOf(pictures, 0.7)],
    ]);
    await moved;
    await element.whenIdle();
    const panel = shadowOf(element).querySelector<HTMLElement>('.panel')!;
    await tap(pictures);
    await vi.waitFor(() => expect(panel.hidden).toBe(false));
    expect(panel.textContent).toContain('λ₁');

    const sliders = [...shadowOf(element).querySelectorAll<HTMLInputElement>('input[type=range]')];
    const slider = sliders.find((item) => nameOf(item) === 'Layer')!;
    await moveFingers([[placeOf(slider, 0.02)]]);
    await vi.waitFor(() => expect(element.layer).toBe(1));

    await element.whenIdle();
    await tap(button('Surface'));
    await vi.waitFor(() => expect(element.surface).toBe(true));
    await element.whenIdle();
    const seen = await readPicture(element);
    await moveFingers([
      [placeOf(pictures, 0.4), placeOf(pictures, 0.6)],
      [placeOf(pictures, 0.5), placeOf(pictures, 0.7)],
      [placeOf(pictures, 0.6), placeOf(pictures, 0.8)],
    ]);
    const turned = await readPicture(element);
    expect(countDifferent(turned, seen)).toBeGreaterThan(0.1 * turned.width * turned.height);
    await tap(button('Surface'));
    await vi.waitFor(() => expect(element.surface).toBe(false));
    await tap(button('Save, copy, open'));
    const menu = (): HTMLElement | null => shadowOf(element).querySelector('[role=menu]');
    await vi.waitFor(() => expect(menu()?.matches(':popover-open')).toBe(true));
    await tap(pictures);
    await vi.waitFor(() => expect(menu()!.matches(':popover-open')).toBe(false));
  });
});

describe('everything at once', () => {
  async function violations(element: Element): Promise<string[]> {
    const result = await axe.run(element, { resultTypes: ['violations'] });
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join()}`);
  }

  it.each([
    { 'prefers-color-scheme': 'light' },
    { 'prefers-color-scheme': 'dark' },
    { 'forced-colors': 'active' },
  ])('has nothing that axe objects to in %o', async (media) => {
    await emulateMedia(media);
    const isDark = media['prefers-color-scheme'] === 'dark';
    document.documentElement.style.colorScheme = 'light dark';
    document.body.style.background = isDark ? '#14171d' : 'Canvas';
    const element = await mountWhole();
    element.layer = 99;
    await element.whenIdle();
    shadowOf(element).querySelector<HTMLElement>('.cursor')!.focus();
    await userEvent.keyboard('{ArrowRight}');
    const panel = shadowOf(element).querySelector<HTMLElement>('.panel')!;
    await vi.waitFor(() => expect(panel.hidden).toBe(false));
    expect(await violations(element)).toEqual([]);
    shadowOf(element).querySelector('canvas')!.removeAttribute('aria-label');
    expect((await violations(element)).join()).toMatch(/role-img-alt/);
    document.body.style.background = '';
    document.documentElement.style.colorScheme = '';
  });

  it('is mirrored where text runs from right to left, but for map and colour bar', async () => {
    const element = await mountWhole();
    const picture = await readPicture(element);
    const box = (selector: string): DOMRect =>
      shadowOf(element).querySelector(selector)!.getBoundingClientRect();
    const ticks = (): number[] =>
      [...shadowOf(element).querySelectorAll('.tick')].map((tick) => {
        const { top, bottom } = tick.getBoundingClientRect();
        return (top + bottom) / 2 - box('.colorbar').top;
      });
    const [play, last] = ['.group button:first-child', '.group button:last-child'];
    expect(box(play).left).toBeLessThan(box(last).left);
    const before = ticks();
    document.documentElement.dir = 'rtl';
    await element.whenIdle();
    expect(box(play).left).toBeGreaterThan(box(last).left);
    expect(box('.colorbar').right).toBeLessThanOrEqual(box('.frame').left);
    ticks().forEach((place, i) => expect(place).toBeCloseTo(before[i], 0));
    expect(countDifferent(await readPicture(element), picture)).toBe(0);
    expect(element.scrollWidth).toBeLessThanOrEqual(element.clientWidth);
  });
});
