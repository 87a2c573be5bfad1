// Plan: the demo with fingers as Chrome makes them for a phone: one that moves over the map scrolls the page and
// leaves the view, two move the view and leave the page. Controls: the same finger beside the map scrolls as far,
// and over a greedy map it does not.
import type { CDPSession, Page } from 'playwright';
import { expect, inject, it } from 'vitest';
import type { FtleMapElement } from '../../src/element/ftle-map.ts';
import { launchBrowser } from '../support/browser.ts';

const PHONE = { viewport: { width: 360, height: 800 }, hasTouch: true, isMobile: true };

type Place = readonly [x: number, y: number];

/** Moves fingers by the same way, in steps such as fingers make, and lifts them. */
async function moveFingers(
  cdp: CDPSession,
  page: Page,
  start: readonly Place[],
  ends: readonly Place[],
) {
  const stepCount = 10;
  const points = (part: number) =>
    start.map(([x, y], id) => ({
      x: x + part * (ends[id][0] - x),
      y: y + part * (ends[id][1] - y),
      id,
    }));
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points(0) });
  for (let step = 1; step <= stepCount; step++) {
    const touchPoints = points(step / stepCount);
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints });
    await page.waitForTimeout(20);
  }
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await page.waitForTimeout(300);
}

it('one finger scrolls the page, two move the map', async () => {
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext(PHONE);
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await page.goto(inject('siteUrl'));
    await page.waitForFunction(
      () => document.querySelector<FtleMapElement>('ftle-map')?.frame,
      undefined,
      { timeout: 60_000 },
    );
    await page.evaluate(async () => {
      const map = document.querySelector<FtleMapElement>('ftle-map')!;
      map.pause();
      await map.whenIdle();
    });
    const read = () =>
      page.evaluate(() => {
        const { domain } = document.querySelector<FtleMapElement>('ftle-map')!;
        return { top: scrollY, domain: domain && [...domain], zoom: visualViewport!.scale };
      });
    /** How far one finger scrolls that goes up 150 pixels from the middle of an element. */
    const swipe = async (selector: string) => {
      await page.evaluate(() => scrollTo(0, 0));
      const box = (await page.locator(selector).first().boundingBox())!;
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await moveFingers(cdp, page, [[x, y]], [[x, y - 150]]);
      return (await read()).top;
    };
    const beside = await swipe('header');
    expect(beside).toBeGreaterThan(75);
    expect(await swipe('ftle-map')).toBeGreaterThan(75);
    expect((await read()).domain).toBeNull();

    await page.evaluate(() => scrollTo(0, 0));
    const box = (await page.locator('ftle-map').boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await moveFingers(
      cdp,
      page,
      [
        [x - 40, y],
        [x + 40, y],
      ],
      [
        [x - 80, y],
        [x + 80, y],
      ],
    );
    const { top, domain, zoom } = await read();
    expect(top).toBe(0);
    expect(zoom).toBe(1);
    // Twice as far apart: half of the 2 · 1.8 that the map shows by itself.
    expect(domain![2] - domain![0]).toBeGreaterThan(1.5);
    expect(domain![2] - domain![0]).toBeLessThan(2.2);

    await page.evaluate(
      () => (document.querySelector<FtleMapElement>('ftle-map')!.gestures = 'greedy'),
    );
    expect(await swipe('ftle-map')).toBe(0);
    expect((await read()).domain).not.toEqual(domain);
  } finally {
    await browser.close();
  }
});
