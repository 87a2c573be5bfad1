// Plan: screenshots of each overlay as a page shows it, 360 and 2560 px wide, pixel for pixel, in light and in dark, and
// of all at once with the probe; kept in dist/screens to be looked at. Each overlay changes the pixels of the picture, and none outside of
// it; probe and colour bar stand where they must; nothing runs out of a narrow page; ground and text follow the
// scheme. The surface, in all four, stands on the ground of the scheme and goes when it is taken away. Control: two
// screenshots of the same are equal.
import type { FtleMapElement } from 'ftle-map/element';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { mountIdle, unmountAll } from '../support/element.ts';
import { emulateMedia, resizeWindow } from '../support/input.ts';

const SIZES = { 360: [360, 720], 2560: [2560, 1000] } as const;
type Width = keyof typeof SIZES;
type Scheme = 'light' | 'dark';

const MAP = 'dataset="circle" architecture="2-10x4-1" seed="2" resolution="160" controls';

const OVERLAYS = {
  ridges: { ridges: true },
  boundary: { boundary: true },
  segments: { directions: 'segments' },
  streaks: { directions: 'convolution' },
  regions: { regions: true },
  samples: { samples: true },
} as const;

beforeEach(() => {
  document.body.style.margin = '0';
  document.documentElement.style.colorScheme = 'light dark';
});

afterEach(async () => {
  unmountAll();
  document.body.style.cssText = '';
  document.documentElement.style.colorScheme = '';
  await emulateMedia({});
  await resizeWindow(0, 0);
  await page.viewport(414, 896);
});

async function mountAt(width: Width, scheme: Scheme): Promise<FtleMapElement> {
  const [columns, rows] = SIZES[width];
  await resizeWindow(columns, rows);
  await page.viewport(columns, rows);
  await setScheme(scheme);
  const style = width === 360 ? '' : '--ftle-aspect-ratio: 3';
  const element = await mountIdle(`${MAP} style="${style}"`);
  await element.step(120);
  await element.whenIdle();
  return element;
}

async function setScheme(scheme: Scheme): Promise<void> {
  await emulateMedia({ 'prefers-color-scheme': scheme });
  document.body.style.background = scheme === 'dark' ? '#14171d' : '#fff';
}

/** What the page shows of the element, [height][width][4], which goes into a file too. */
async function shoot(element: FtleMapElement, name: string): Promise<ImageData> {
  const { base64 } = await page.screenshot({
    element,
    path: `../../dist/screens/${name}.png`,
    base64: true,
  });
  const blob = await (await fetch(`data:image/png;base64,${base64}`)).blob();
  const bitmap = await createImageBitmap(blob);
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

/** Parts of the pixels within the picture, and in a column beside it, that differ by more than an eighth. */
function changes(
  element: FtleMapElement,
  a: ImageData,
  b: ImageData,
): { inside: number; outside: number } {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  const outer = element.getBoundingClientRect();
  const frame = element.shadowRoot!.querySelector('.frame')!.getBoundingClientRect();
  const scale = a.width / outer.width;
  const [right, bottom] = [frame.right - outer.left, frame.bottom - outer.top].map(
    (length) => length * scale + 1,
  );
  const counts = { inside: 0, outside: 0 };
  const [words, otherWords] = [a, b].map(({ data }) => new Uint32Array(data.buffer));
  for (let i = 0; i < a.data.length; i += 4) {
    if (words[i / 4] === otherWords[i / 4]) continue;
    if ([0, 1, 2].every((k) => Math.abs(a.data[i + k] - b.data[i + k]) <= 32)) continue;
    const [x, y] = [(i / 4) % a.width, Math.floor(i / 4 / a.width)];
    if (x < right && y < bottom) counts.inside++;
    // Below stand the controls, whose buttons tell of the overlay.
    else if (y < bottom) counts.outside++;
  }
  return { inside: counts.inside / (right * bottom), outside: counts.outside };
}

describe.each([360, 2560] as const)('at %d px, light and dark', (width) => {
  it('each overlay is in the picture and only there', async () => {
    const element = await mountAt(width, 'light');
    const name = (scheme: Scheme, overlay: string): string => `${width}-${scheme}-${overlay}`;
    const shootBoth = async (overlay: string): Promise<Record<Scheme, ImageData>> => {
      await element.whenIdle();
      await setScheme('light');
      const light = await shoot(element, name('light', overlay));
      await setScheme('dark');
      return { light, dark: await shoot(element, name('dark', overlay)) };
    };
    const plain = await shootBoth('plain');
    expect([plain.light.width, plain.dark.width]).toEqual([width, width]);
    const again = await shoot(element, name('dark', 'plain'));
    expect(changes(element, plain.dark, again)).toEqual({ inside: 0, outside: 0 });
    for (const [overlay, style] of Object.entries(OVERLAYS)) {
      Object.assign(element, style);
      const shown = await shootBoth(overlay);
      for (const scheme of ['light', 'dark'] as const) {
        const { inside, outside } = changes(element, shown[scheme], plain[scheme]);
        console.log(`${name(scheme, overlay)}: ${(100 * inside).toFixed(1)} % of the picture`);
        expect(inside, overlay).toBeGreaterThan(0.002);
        expect(outside, overlay).toBe(0);
      }
      for (const key of Object.keys(style)) Object.assign(element, { [key]: false });
    }
    await element.whenIdle();
    const { inside } = changes(element, await shoot(element, name('dark', 'plain')), plain.dark);
    expect(inside).toBe(0);
  });
});

describe.each([
  [360, 'dark'],
  [2560, 'light'],
] as const)('at %d px, %s', (width, scheme) => {
  it('all at once fits, with probe and colour bar', async () => {
    const element = await mountAt(width, scheme);
    Object.assign(element, {
      ridges: true,
      boundary: true,
      directions: 'segments',
      regions: true,
      samples: true,
      probePanel: true,
    });
    await element.whenIdle();
    const find = (selector: string): HTMLElement =>
      element.shadowRoot!.querySelector<HTMLElement>(selector)!;
    await vi.waitFor(() => expect(find('.cursor')).not.toBeNull());
    find('.cursor').focus();
    find('.cursor').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
    // The kernels of a probe are made when the first is wanted.
    await vi.waitFor(() => expect(find('.panel').hidden).toBe(false), { timeout: 10_000 });
    const shown = await shoot(element, `${width}-${scheme}-all`);
    const [frame, bar, panel] = ['.frame', '.colorbar', '.panel'].map((selector) =>
      find(selector).getBoundingClientRect(),
    );
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(innerWidth);
    expect(panel.left).toBeGreaterThanOrEqual(frame.left);
    expect(panel.bottom).toBeLessThanOrEqual(frame.bottom);
    if (width === 360) expect(bar.top).toBeGreaterThanOrEqual(frame.bottom);
    else expect(bar.left).toBeGreaterThanOrEqual(frame.right);
    // The ground of the panel is that of the scheme, and its text stands out.
    const scale = shown.width / element.getBoundingClientRect().width;
    const outer = element.getBoundingClientRect();
    let [dark, light] = [0, 0];
    for (let y = panel.top - outer.top + 6; y < panel.bottom - outer.top - 6; y++) {
      for (let x = panel.left - outer.left + 6; x < panel.right - outer.left - 6; x++) {
        const at = 4 * (Math.round(y * scale) * shown.width + Math.round(x * scale));
        const brightness = (shown.data[at] + shown.data[at + 1] + shown.data[at + 2]) / 765;
        if (brightness < 0.35) dark++;
        if (brightness > 0.65) light++;
      }
    }
    expect(Math.min(dark, light)).toBeGreaterThan(50);
    expect(scheme === 'dark' ? dark : light).toBeGreaterThan(scheme === 'dark' ? light : dark);
  });
});

describe.each([360, 2560] as const)('at %d px, light and dark', (width) => {
  it('the surface stands on the ground of the page', async () => {
    const element = await mountAt(width, 'light');
    Object.assign(element, { ridges: true, boundary: true });
    for (const scheme of ['light', 'dark'] as const) {
      await setScheme(scheme);
      element.surface = false;
      await element.whenIdle();
      const name = `${width}-${scheme}-surface`;
      const flat = await shoot(element, name);
      element.surface = true;
      await element.whenIdle();
      const shown = await shoot(element, name);
      const { inside, outside } = changes(element, shown, flat);
      expect(inside).toBeGreaterThan(0.2);
      expect(outside).toBe(0);
      // Nothing but the badge stands in the upper corners.
      const scale = shown.width / element.getBoundingClientRect().width;
      const frame = element.shadowRoot!.querySelector('.frame')!.getBoundingClientRect();
      const corner =
        4 * (Math.round(4 * scale) * shown.width + Math.round((frame.width - 4) * scale));
      const [red, green, blue] = shown.data.subarray(corner);
      const brightness = (red + green + blue) / 765;
      if (scheme === 'dark') expect(brightness).toBeLessThan(0.35);
      else expect(brightness).toBeGreaterThan(0.65);
      const colors = new Set<number>();
      for (let i = 0; i < shown.data.length; i += 4) {
        colors.add((shown.data[i] << 16) | (shown.data[i + 1] << 8) | shown.data[i + 2]);
      }
      expect(colors.size).toBeGreaterThan(500);
    }
  });
});
