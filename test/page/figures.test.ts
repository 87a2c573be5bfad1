// Plan: the page of the paper's figures in headless Chromium. A quick figure runs to its end: chart, comparison and
// files are there, and a file saved is what its name says; a page loaded anew shows what is complete at once, and each
// figure has its address. A run that is paused stands still, also over a reload, and goes on; one that is reloaded while
// it computes goes on by itself with the steps that were kept, one that is stopped does not; it ends with the numbers of
// a run that was not disturbed. What is kept of a step under way is gone when the figure is done or discarded. Then the
// page itself: console, requests, widths, axe, light and dark. Control: discarded results are not kept. The page of
// twelve maps has all of them on one device; train makes those in sight take steps, and those out of sight none.
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import type { FtleMapElement } from '../../src/element/ftle-map.ts';
import { launchBrowser } from '../support/browser.ts';
import { expectSound, openPage, openPlainPage } from '../support/page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

async function choose(page: Page, figure: string): Promise<void> {
  await page.locator('[name="figure"]').selectOption(figure);
  await page.locator('[name="size"]').selectOption('quick');
}

/** Places of all that is kept of figures. */
const keptPlaces = (page: Page): Promise<string[]> =>
  page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const request = indexedDB.open('ftle-map-figures');
        request.onerror = () => reject(request.error!);
        request.onsuccess = () => {
          const keys = request.result.transaction('steps').objectStore('steps').getAllKeys();
          keys.onsuccess = () => resolve(keys.result as string[]);
          request.result.close();
        };
      }),
  );

const status = (page: Page): Promise<string | null> => page.locator('#status').textContent();

async function comparisonOf(page: Page): Promise<string[]> {
  await page.locator('#outcome').waitFor({ state: 'visible', timeout: 100_000 });
  return page.locator('#comparison td').allTextContents();
}

describe('the page of figures', () => {
  it('runs a figure to its chart, comparison and files', async () => {
    const { page, complaints } = await openPlainPage(browser, 'figures.html', {
      width: 1100,
      height: 800,
    });
    await choose(page, 'figS1');
    await page.getByRole('button', { name: 'Run' }).click();
    const cells = await comparisonOf(page);
    expect(cells.length).toBe(5 * 3);
    expect(cells[0]).toContain('start variances, before training');
    const size = await page
      .locator('#charts img')
      .evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth));
    expect(size).toBeGreaterThan(300);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'figS1.csv' }).click();
    const lines = readFileSync(await (await saved).path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines[0]).toBe('width,variance,when,mean,deviation,accuracy');
    expect(lines).toHaveLength(5);
    await expectSound(page);
    expect(complaints).toEqual([]);

    // All is kept: a page loaded anew, also by the figure's address alone, shows it at once.
    await page.reload();
    expect(await comparisonOf(page)).toEqual(cells);
    expect(new URL(page.url()).search).toBe('?figure=figS1');
    await page.goto(new URL('?figure=fig3a', page.url()).href);
    expect(await page.locator('[name="figure"]').inputValue()).toBe('fig3a');
    expect(await page.locator('#outcome').isVisible()).toBe(false);
    await page.goto(new URL('?figure=figS1', page.url()).href);
    expect(await comparisonOf(page)).toEqual(cells);
    await page.getByText('4 trained networks').click();
    expect(await page.locator('#networks button').count()).toBe(4);
    await page.getByRole('button', { name: 'Discard results' }).click();
    await expect.poll(() => status(page)).toBe('');
    expect(await page.locator('#outcome').isVisible()).toBe(false);
    await page.close();
  });

  it('pauses, goes on, survives a reload, and ends as if nothing had been', async () => {
    const { page } = await openPlainPage(
      browser,
      'figures.html',
      { width: 360, height: 700 },
      'dark',
    );
    await choose(page, 'fig3b');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText(/[1-9] of 5 steps done/).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.waitForTimeout(2000);
    const paused = await status(page);
    await page.waitForTimeout(1500);
    expect(await status(page)).toBe(paused);
    // A run that is paused is so after a reload, too.
    await page.reload();
    const kept = page.getByText(/paused; [1-4] of 5 steps are kept/);
    await kept.waitFor();
    await page.waitForTimeout(500);
    expect(await kept.count()).toBe(1);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText(/[1-9] of 5 steps done/).waitFor();
    // One that computes goes on by itself; one that is stopped does not, and keeps its steps.
    await page.reload();
    await page.getByText(/[1-9] of 5 steps done/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText(/^[1-4] of 5 steps are kept: Run goes on/).waitFor();
    await page.reload();
    await page.getByText(/^[1-4] of 5 steps are kept: Run goes on/).waitFor();
    await page.getByRole('button', { name: 'Run' }).click();
    const disturbed = await comparisonOf(page);
    const places = await keptPlaces(page);
    expect(places).toHaveLength(5);
    expect(places.filter((place) => place.endsWith('.part'))).toEqual([]);
    await expectSound(page);

    await page.getByRole('button', { name: 'Discard results' }).click();
    await expect.poll(() => status(page)).toBe('');
    expect(await keptPlaces(page)).toEqual([]);
    await choose(page, 'fig3b');
    await page.getByRole('button', { name: 'Run' }).click();
    expect(await comparisonOf(page)).toEqual(disturbed);
    await page.close();
  });
});

describe('the page of twelve maps', () => {
  it('has twelve, of which those in sight train', async () => {
    const { page, complaints } = await openPage(browser, 'twelve.html', {
      width: 360,
      height: 420,
    });
    expect(await page.locator('ftle-map').count()).toBe(12);
    const stepsOf = (index: number): Promise<number> =>
      page
        .locator('ftle-map')
        .nth(index)
        .evaluate((map: FtleMapElement) => map.status?.stepCount ?? 0);
    await page.getByRole('button', { name: 'Train' }).click();
    await expect.poll(() => stepsOf(0), { timeout: 60_000 }).toBeGreaterThan(0);
    expect(await stepsOf(11)).toBe(0);
    // Each says how far it is; without a GPU they take turns, and the page says what to expect.
    await page.getByText(/N = 10, L = 2: [\d,]+ steps, [\d.]+ %/).waitFor({ timeout: 60_000 });
    const isSoftware = await page
      .locator('ftle-map')
      .first()
      .evaluate((map: FtleMapElement) => /swiftshader|llvmpipe/i.test(map.description));
    expect(await page.locator('#slow').isHidden()).toBe(!isSoftware);
    if (isSoftware) await page.getByText('train in turn').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await expectSound(page);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
