// Plan: the demo is driven in headless Chromium until the 10×8 network has 98 % test accuracy, and on until it
// has settled; then the field itself is asked, through the element: contrast between the circle and its centre,
// ridges on the circle, stretching directions along its normal. Then the page: no message on the console, no
// request that leaves localhost, no sideways scrolling at 360 and 2560 pixels, axe without violations, the settings of
// a link in the controls, keyboard, a profile by pointer and by keyboard, the snippet in an empty page, the one file
// where there is no other. Control: the untrained network fails the contrast.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { FtleMapElement } from '../../src/element/ftle-map.ts';
import { launchBrowser } from '../support/browser.ts';
import { expectSound, openPage, type OpenPage } from '../support/page.ts';

/** Half the area of the standardised square of side 2√3 lies inside it. */
const RADIUS = Math.sqrt(6 / Math.PI);
const TRAINING_TIME = 240_000;
/**
 * With a constant learning rate the boundary still sways by several per cent when 98 % is reached first, and the
 * exponents are still growing: the field is measured at the first test accuracy of 98.5 % after seven epochs.
 */
const SETTLED = { accuracy: 0.985, epoch: 7, latestEpoch: 30 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const openDemo = (
  viewport: { width: number; height: number },
  colorScheme?: 'light' | 'dark',
): Promise<OpenPage> => openPage(browser, '', viewport, colorScheme);

interface Measured {
  readonly onCircle: number;
  readonly inCentre: number;
  readonly ridgeShare: number;
  readonly ridgeLength: number;
  readonly angle: number;
}

/** Trains on, half an epoch at a time, until the network has settled. */
async function settle(page: Page): Promise<void> {
  const { testAccuracy, epoch } = await page.evaluate(async ({ accuracy, epoch, latestEpoch }) => {
    const map = document.querySelector<FtleMapElement>('ftle-map')!;
    const isSettled = () => map.status!.testAccuracy >= accuracy && map.status!.epoch >= epoch;
    while (!isSettled() && map.status!.epoch < latestEpoch) await map.step(281);
    return map.status!;
  }, SETTLED);
  expect(testAccuracy).toBeGreaterThanOrEqual(SETTLED.accuracy);
  expect(epoch).toBeGreaterThanOrEqual(SETTLED.epoch);
}

/** Numbers of the field that is shown, in standardised units. */
function measure(page: Page): Promise<Measured> {
  return page.evaluate(async (radius) => {
    const map = document.querySelector<FtleMapElement>('ftle-map')!;
    await map.whenIdle();
    const size = 201;
    const { exponents, directions, span, request } = await map.field({ width: size, height: size });
    const { domain } = request;
    const [step, low] = [(domain.sMax - domain.sMin) / size, domain.sMin];
    const sums = { circle: 0, circleCount: 0, centre: 0, centreCount: 0, angle: 0 };
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const [x, y] = [low + (column + 0.5) * step, domain.tMin + (row + 0.5) * step];
        const r = Math.hypot(x, y);
        const pixel = row * size + column;
        if (r < radius / 5) {
          sums.centre += span * exponents[pixel];
          sums.centreCount++;
        }
        if (Math.abs(r - radius) < step) {
          sums.circle += span * exponents[pixel];
          const cosine = (directions[2 * pixel] * x + directions[2 * pixel + 1] * y) / r;
          sums.angle += (Math.acos(Math.min(1, Math.abs(cosine))) * 180) / Math.PI;
          sums.circleCount++;
        }
      }
    }
    const segments = await map.ridgeSegments();
    let [near, all] = [0, 0];
    for (let i = 0; i < segments.length; i += 4) {
      const [x0, y0, x1, y1] = segments.subarray(i, i + 4);
      const length = Math.hypot(x1 - x0, y1 - y0);
      all += length;
      const r = Math.hypot((x0 + x1) / 2, (y0 + y1) / 2);
      if (Math.abs(r - radius) < 0.05 * radius) near += length;
    }
    return {
      onCircle: sums.circle / sums.circleCount,
      inCentre: sums.centre / sums.centreCount,
      ridgeShare: near / all,
      ridgeLength: all,
      angle: sums.angle / sums.circleCount,
    };
  }, RADIUS);
}

describe('the circle network', () => {
  it(
    'learns the circle, and its ridges form along it',
    async () => {
      const { page, complaints } = await openDemo({ width: 900, height: 800 });
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Reset' }).click();
      const before = await measure(page);
      expect(before.onCircle - before.inCentre).toBeLessThan(2);

      await page.getByRole('button', { name: 'Play' }).click();
      await page.waitForFunction(
        () => document.querySelector<FtleMapElement>('ftle-map')!.status!.testAccuracy >= 0.98,
        undefined,
        { timeout: TRAINING_TIME, polling: 100 },
      );
      await page.getByRole('button', { name: 'Pause' }).click();
      await settle(page);
      const after = await measure(page);
      console.log(`circle: ${JSON.stringify(after)}`);
      expect(after.onCircle - after.inCentre).toBeGreaterThan(5);
      expect(after.ridgeShare).toBeGreaterThan(0.9);
      expect(after.ridgeLength).toBeGreaterThan(0.5 * 2 * Math.PI * RADIUS);
      expect(after.angle).toBeLessThan(5);
      expect(complaints).toEqual([]);
      await page.close();
    },
    TRAINING_TIME + 60_000,
  );
});

describe('the page', () => {
  it.each([
    ['narrow and dark', 360, 740, 'dark'],
    ['narrow and light', 360, 740, 'light'],
    ['wide', 2560, 1300, 'light'],
  ] as const)('%s: fits, and axe finds nothing', async (_, width, height, scheme) => {
    const { page, complaints } = await openDemo({ width, height }, scheme);
    await page.getByRole('button', { name: 'Pause' }).click();
    await expectSound(page);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('has the settings of a link in its controls', async () => {
    const fragment = '#ftle=1;directions=convolution;range=-1,4;-ridges;regions';
    const { page } = await openPage(browser, fragment, { width: 700, height: 700 });
    const control = (name: string) => page.locator(`#controls [name=${name}]`);
    await expect.poll(() => control('directions').isChecked()).toBe(true);
    expect(await control('directionStyle').inputValue()).toBe('convolution');
    expect(await control('range').inputValue()).toBe('-1,4');
    expect(await control('ridges').isChecked()).toBe(false);
    expect(await control('regions').isChecked()).toBe(true);
    // What the controls say is what a further change starts from.
    await control('directions').uncheck();
    await control('directions').check();
    expect(await page.locator('ftle-map').getAttribute('directions')).toBe('convolution');
    await page.close();
  });

  it('is worked by keyboard', async () => {
    const { page } = await openDemo({ width: 900, height: 800 });
    const playing = () =>
      page.evaluate(() => document.querySelector<FtleMapElement>('ftle-map')!.playing);
    expect(await playing()).toBe(true);
    await page.keyboard.press('Space');
    expect(await playing()).toBe(false);
    await page.keyboard.press('[');
    await expect
      .poll(() => page.evaluate(() => document.querySelector<FtleMapElement>('ftle-map')!.layer))
      .toBe(7);
    await page.keyboard.press('Tab');
    const focus = await page.evaluate(() => document.activeElement?.tagName);
    expect(focus).not.toBe('BODY');
    await page.close();
  });

  it('profiles a line that is dragged with Alt, or picked by keyboard', async () => {
    const { page, complaints } = await openDemo({ width: 1100, height: 900 });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.evaluate(() => document.querySelector<FtleMapElement>('ftle-map')!.whenIdle());
    const box = (await page.locator('ftle-map').boundingBox())!;
    const text = page.locator('#profile-text');
    const selected = page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          const map = document.querySelector<FtleMapElement>('ftle-map')!;
          map.addEventListener('ftle-select', () => resolve(true), { once: true });
          map.addEventListener('drag-is-over', () => resolve(false), { once: true });
        }),
    );
    await page.mouse.move(box.x + 60, box.y + 200);
    await page.keyboard.down('Alt');
    await page.mouse.down();
    await page.mouse.move(box.x + 200, box.y + 210);
    await page.mouse.move(box.x + 400, box.y + 220);
    await page.mouse.up();
    await page.keyboard.up('Alt');
    await expect.poll(() => text.textContent()).toMatch(/^From \(.*crossing/);
    await page.evaluate(() =>
      document.querySelector('ftle-map')!.dispatchEvent(new Event('drag-is-over')),
    );
    expect(await selected).toBe(false);
    const dragged = await text.textContent();

    await page.getByRole('button', { name: 'Pick two points' }).click();
    await page.locator('ftle-map').getByRole('button', { name: /Probe/ }).focus();
    for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => text.textContent()).toMatch(/second point/);
    for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(() => text.textContent()).toMatch(/^From \(-0\..* to \(0\..*crossing/);
    expect(await text.textContent()).not.toBe(dragged);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows a bad architecture in the map and keeps the picture', async () => {
    const { page } = await openDemo({ width: 900, height: 800 });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByLabel('Architecture').fill('2-0x8-1');
    await page.getByLabel('Architecture').press('Enter');
    await expect
      .poll(() =>
        page.evaluate(() => document.querySelector<FtleMapElement>('ftle-map')!.error?.message),
      )
      .toMatch(/width 0/);
    const frame = await page.evaluate(
      () => document.querySelector<FtleMapElement>('ftle-map')!.frame,
    );
    expect(frame).not.toBeNull();
    await page.close();
  });

  it('gives a snippet that works in an empty page', async () => {
    const { page } = await openDemo({ width: 900, height: 800 });
    const snippet = await page.locator('#snippet').textContent();
    expect(snippet).toContain(`src="${inject('siteUrl')}ftle-map.js"`);
    await page.close();
    const empty = await browser.newPage();
    await empty.route('**/empty.html', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<!doctype html>${snippet}` }),
    );
    await empty.goto(`${inject('siteUrl')}empty.html`);
    await empty.waitForFunction(
      () => document.querySelector<FtleMapElement>('ftle-map')?.frame,
      undefined,
      { timeout: 60_000 },
    );
    await empty.close();
  });

  it('has beside it the one file that the tag of the README needs', async () => {
    const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');
    const [, tag] = /```html\n([^]*?)```/.exec(readme)!;
    const files: Record<string, { contentType: string; body: string }> = {
      '/': {
        contentType: 'text/html',
        body: `<!doctype html><link rel="icon" href="data:,">${tag}`,
      },
      '/ftle-map.js': {
        contentType: 'text/javascript',
        body: await (await fetch(`${inject('siteUrl')}ftle-map.js`)).text(),
      },
    };
    const page = await browser.newPage();
    const asked: string[] = [];
    // A folder that has nothing else, as a server would have it.
    await page.route('**', (route) => {
      const { href, pathname } = new URL(route.request().url());
      asked.push(href);
      return route.fulfill(files[pathname] ?? { status: 404 });
    });
    await page.goto('http://alone.localhost/');
    await page.waitForFunction(
      () => (document.querySelector<FtleMapElement>('ftle-map')?.status?.epoch ?? 0) > 0,
      undefined,
      { timeout: 60_000 },
    );
    const { frame, code } = await page.evaluate(async () => {
      const map = document.querySelector<FtleMapElement>('ftle-map')!;
      return { frame: map.frame, code: await map.embedCode() };
    });
    expect(frame).not.toBeNull();
    expect(code).toContain('src="http://alone.localhost/ftle-map.js"');
    expect(asked).toEqual(['http://alone.localhost/', 'http://alone.localhost/ftle-map.js']);
    await page.close();
  });
});
