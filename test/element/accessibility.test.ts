// Plan: axe-core on the element with controls, with an error, light and narrow: no violations; the label of
// the canvas tells quantity, layer and range and follows changes, at most once a second; buttons and
// sliders have names, are reached in order by keyboard and keep a visible focus; colour bar with ticks.
// Control: axe finds a fault that is put in.
import axe from 'axe-core';
import type { FtleMapElement } from 'ftle-map/element';
import { afterEach, describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import { mountIdle, SMALL, unmountAll } from '../support/element.ts';

afterEach(unmountAll);

async function violations(element: Element): Promise<string[]> {
  const result = await axe.run(element, { resultTypes: ['violations'] });
  return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' ')}`);
}

const labelOf = (element: FtleMapElement): string =>
  element.shadowRoot!.querySelector('canvas')!.getAttribute('aria-label')!;

describe('accessibility', () => {
  it('has nothing that axe objects to', async () => {
    const element = await mountIdle(`dataset="xor" controls ${SMALL}`);
    expect(await violations(element)).toEqual([]);
    element.style.width = '320px';
    element.layer = 99;
    await element.whenIdle();
    expect(await violations(element)).toEqual([]);
    element.quantity = 'class';
    await element.whenIdle();
    expect(await violations(element)).toEqual([]);

    element.shadowRoot!.querySelector('canvas')!.removeAttribute('aria-label');
    expect((await violations(element)).join()).toMatch(/role-img-alt/);
  });

  it('labels the picture with what it shows', async () => {
    const element = await mountIdle(`dataset="xor" ${SMALL}`);
    expect(labelOf(element)).toMatch(/maximal finite-time Lyapunov exponent.*layer 3 of 3.*xor/);
    const changes: string[] = [];
    const observer = new MutationObserver(() => changes.push(labelOf(element)));
    observer.observe(element.shadowRoot!.querySelector('canvas')!, {
      attributeFilter: ['aria-label'],
    });
    for (const layer of [1, 2, 1, 2, 1]) {
      element.layer = layer;
      await element.whenIdle();
    }
    expect(changes.length).toBeLessThan(3);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    observer.disconnect();
    expect(labelOf(element)).toMatch(/layer 1 of 3.*colours from −.*test accuracy \d/);
  });

  it('has controls in order, each with a name', async () => {
    const element = await mountIdle(`dataset="xor" controls ${SMALL}`);
    const focusable = element.shadowRoot!.querySelectorAll<HTMLElement>(
      'button:not(:disabled), input:not(:disabled)',
    );
    const names = [...focusable].map((control) => {
      return (
        control.closest('label')?.querySelector('span')!.textContent ?? control.textContent.trim()
      );
    });
    expect(names).toEqual([
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
      '+',
      '−',
      'Home',
      '⋯',
    ]);
    // A focus that a script sets is shown after keys, not after a click.
    await userEvent.keyboard('{Shift}');
    for (const control of focusable) {
      control.focus();
      expect(element.shadowRoot!.activeElement).toBe(control);
      expect(control.matches(':focus-visible')).toBe(true);
      expect(getComputedStyle(control).outlineStyle).toBe('solid');
    }
  });

  it('has a colour bar whose ticks lie within the range, beside the picture', async () => {
    const element = await mountIdle(`dataset="xor" ${SMALL}`);
    for (const width of [240, 600]) {
      element.style.width = `${width}px`;
      await element.whenIdle();
      const bar = element.shadowRoot!.querySelector('.colorbar')!;
      const frame = element.shadowRoot!.querySelector('.frame')!.getBoundingClientRect();
      const box = bar.getBoundingClientRect();
      const isBelow = box.top >= frame.bottom;
      expect(isBelow).toBe(width === 240);
      expect(isBelow || box.left >= frame.right).toBe(true);
      expect(element.scrollWidth).toBeLessThanOrEqual(element.clientWidth);
      const ticks = [...bar.querySelectorAll('.tick')].map((tick) => tick.textContent);
      expect(ticks.length).toBeGreaterThan(2);
      expect(ticks).toContain('0');
      const { low, high } = element.frame!;
      for (const tick of ticks.map((text) => Number(text.replace('−', '-')))) {
        expect(tick).toBeGreaterThanOrEqual(low);
        expect(tick).toBeLessThanOrEqual(high);
      }
      expect(bar.querySelector('.title')!.textContent).toBe('l·λ₁ = log Λ₁');
    }
    element.range = [-1.54, 1.54];
    await element.whenIdle();
    const bar = element.shadowRoot!.querySelector('.colorbar')!;
    expect(bar.ariaLabel).toBe('Colour scale: l·λ₁ = log Λ₁, from −1.54 to 1.54');
    element.quantity = 'direction';
    await element.whenIdle();
    expect(bar.ariaLabel).toMatch(/from 0° to 180°$/);
    element.noColorbar = true;
    await element.updateComplete;
    expect(element.shadowRoot!.querySelector('.colorbar')).toBeNull();
  });
});
