// Plan: how the element stands in pages of other people. Text and its ground by the colour scheme of the page, whatever
// the system prefers; colours that the page sets win. A width in places that ask for one; nothing runs out of a
// narrow map. A fixed height holds all. The numbers under the pointer stand clear of the badge. When the
// browser prints, a copy of the picture is there, pixel for pixel, and goes afterwards; the CPU's
// canvas needs none.
import type { FtleMapElement } from 'ftle-map/element';
import { afterEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import {
  countDifferent,
  mount,
  mountIdle,
  readPicture,
  SMALL,
  unmountAll,
} from '../support/element.ts';
import { emulateMedia, printPage } from '../support/input.ts';

const MAP = `dataset="xor" ${SMALL}`;

afterEach(async () => {
  unmountAll();
  document.documentElement.style.colorScheme = '';
  await emulateMedia({});
});

const find = (element: FtleMapElement, selector: string): HTMLElement =>
  element.shadowRoot!.querySelector(selector)!;

describe('colours', () => {
  const LIGHT = ['rgb(29, 35, 48)', 'rgb(255, 255, 255)'];
  const DARK = ['rgb(230, 233, 240)', 'rgb(20, 23, 29)'];

  it.each([
    ['', 'light', LIGHT],
    ['', 'dark', LIGHT],
    ['dark', 'light', DARK],
    ['light dark', 'light', LIGHT],
    ['light dark', 'dark', DARK],
  ])('of a page with color-scheme "%s" where the system is %s', async (page, system, colors) => {
    document.documentElement.style.colorScheme = page;
    await emulateMedia({ 'prefers-color-scheme': system });
    const element = mount(`${MAP} controls`);
    await element.updateComplete;
    const button = find(element, '.controls button:not(.primary)');
    const shown = (): string[] => [
      getComputedStyle(element).color,
      getComputedStyle(button).backgroundColor,
    ];
    expect(shown()).toEqual(colors);
    element.style.setProperty('--ftle-ink', 'rgb(1, 2, 3)');
    expect(shown()).toEqual(['rgb(1, 2, 3)', colors[1]]);
  });
});

describe('width', () => {
  it.each([
    'display: flex',
    'display: grid; grid-template-columns: auto 1fr',
    'float: left',
    'display: inline-block',
    'display: table-cell',
  ])('is 22rem in a place that asks for one: %s', async (style) => {
    const element = mount('dataset="xor" resolution="32" controls');
    element.parentElement!.style.cssText = style;
    await element.updateComplete;
    expect(element.getBoundingClientRect().width).toBeCloseTo(352, 0);
  });

  it('is that of a narrower place', async () => {
    const element = mount('dataset="xor" resolution="32"');
    element.parentElement!.style.cssText = 'display: flex; inline-size: 200px';
    await element.updateComplete;
    expect(element.getBoundingClientRect().width).toBe(200);
  });

  it.each([160, 200, 260])('of %d px holds controls and colour bar', async (width) => {
    const element = await mountIdle(
      `dataset="xor" resolution="32" controls space="full" per-layer style="width: ${width}px"`,
    );
    await page.screenshot({ element, path: `../../dist/screens/look-${width}.png` });
    const { right } = element.getBoundingClientRect();
    for (const part of element.shadowRoot!.querySelectorAll('.controls *, .title')) {
      expect(part.getBoundingClientRect().right, part.outerHTML).toBeLessThanOrEqual(right);
    }
  });
});

describe('height', () => {
  it.each([300, 160])('of %d px holds picture and controls', async (height) => {
    const element = await mountIdle(
      `dataset="xor" resolution="32" controls style="inline-size: 300px; block-size: ${height}px"`,
    );
    await page.screenshot({ element, path: `../../dist/screens/look-high-${height}.png` });
    const bottom = (selector: string): number =>
      find(element, selector).getBoundingClientRect().bottom;
    const box = element.getBoundingClientRect();
    expect(box.height).toBe(height);
    expect(bottom('.controls')).toBeLessThanOrEqual(box.bottom);
    expect(bottom('.stage')).toBeLessThanOrEqual(
      find(element, '.controls').getBoundingClientRect().top,
    );
    expect(find(element, '.frame').clientHeight).toBeGreaterThan(0.3 * height);
    const last = [...element.shadowRoot!.querySelectorAll<HTMLElement>('.controls button')].at(-1)!;
    last.focus();
    expect(last.getBoundingClientRect().bottom).toBeLessThanOrEqual(box.bottom);
  });

  it('that is not fixed holds all without scrolling', async () => {
    const element = await mountIdle(
      `dataset="xor" resolution="32" controls style="inline-size: 300px"`,
    );
    const controls = find(element, '.controls');
    expect(controls.scrollHeight).toBe(controls.clientHeight);
    expect(find(element, '.frame').clientHeight).toBe(300);
  });
});

describe('badge', () => {
  it.each([320, 420])('is clear of the numbers of the probe, %d px wide', async (width) => {
    const element = await mountIdle(
      `dataset="xor" resolution="32" probe backend="cpu" style="inline-size: ${width}px"`,
    );
    const badge = find(element, '.badge').getBoundingClientRect();
    const frame = find(element, '.frame').getBoundingClientRect();
    const pictures = find(element, '.pictures');
    const at = { clientX: frame.left + 0.8 * frame.width, clientY: frame.top + 0.8 * frame.height };
    await expect
      .poll(() => {
        pictures.dispatchEvent(new PointerEvent('pointermove', at));
        return element.shadowRoot!.querySelector<HTMLElement>(
          '.panel[data-left][data-top]:not([hidden])',
        );
      })
      .not.toBe(null);
    await page.screenshot({ element, path: `../../dist/screens/look-badge-${width}.png` });
    const panel = find(element, '.panel').getBoundingClientRect();
    expect(panel.top).toBeGreaterThanOrEqual(badge.bottom);
    expect(panel.bottom).toBeLessThanOrEqual(frame.bottom);
  });
});

describe('print', () => {
  it.each([
    ['webgpu', 1],
    ['cpu', 0],
  ] as const)('has the picture, %s', async (backend, copyCount) => {
    const element = await mountIdle(`${MAP} backend="${backend}"`);
    const pictures = find(element, '.pictures');
    const canvas = find(element, 'canvas');
    const printed: ImageData[] = [];
    addEventListener(
      'beforeprint',
      () => {
        const copy = pictures.lastElementChild as HTMLCanvasElement;
        if (copy !== canvas) {
          printed.push(copy.getContext('2d')!.getImageData(0, 0, copy.width, copy.height));
        }
      },
      { once: true },
    );
    // Loaded beside the picture.
    await import('../../src/element/print-copy.ts');
    await printPage();
    expect(printed).toHaveLength(copyCount);
    const picture = await readPicture(element);
    for (const copy of printed) expect(countDifferent(copy, picture)).toBe(0);
    expect(pictures.children).toHaveLength(1);
  });
});
