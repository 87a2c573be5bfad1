// Plan: how the element stands in pages of other people. Text and its ground by the colour scheme of the page, whatever
// the system prefers; colours that the page sets win.
import type { FtleMapElement } from 'ftle-map/element';
import { afterEach, describe, expect, it } from 'vitest';
import { mount, SMALL, unmountAll } from '../support/element.ts';
import { emulateMedia } from '../support/input.ts';

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
