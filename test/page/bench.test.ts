// Plan: the demo's page that measures, in headless Chromium at tiny sizes: ceilings and rows have numbers, the
// roofline is drawn, the report can be saved and is what `npm run bench -- --from` reads. Without WebGPU it says so.
// The page itself: console, width, axe. Control: before a click there is neither table nor chart.
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reportTables, type Report } from '../../tools/bench-report.mjs';
import { launchBrowser } from '../support/browser.ts';
import { expectSound } from '../support/page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

async function open(prepare?: (page: Page) => Promise<unknown>) {
  const page = await browser.newPage({ viewport: { width: 400, height: 800 } });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  await prepare?.(page);
  await page.goto(new URL('bench.html?quick', inject('siteUrl')).href);
  return { page, complaints };
}

describe('the page that measures', () => {
  it('shows rows and charts, and saves them', async () => {
    const { page, complaints } = await open();
    expect(await page.locator('#rows').isVisible()).toBe(false);
    expect(await page.locator('#charts svg').count()).toBe(0);
    await page.getByRole('button', { name: 'Measure' }).click();
    const save = page.getByRole('button', { name: 'Save as JSON' });
    await save.and(page.locator(':enabled')).waitFor();
    expect(await page.locator('#error').textContent()).toBe('');
    expect(await page.locator('#status').textContent()).toMatch(
      /[1-9].* GFLOP\/s and .*[1-9].* GB\/s/,
    );
    expect(await page.locator('#rows tr').count()).toBe(3);
    expect(await page.locator('#charts svg').count()).toBe(2);
    await expectSound(page);
    const downloading = page.waitForEvent('download');
    await save.click();
    const path = await (await downloading).path();
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
    expect(report.rows.every(({ ms, rate }) => ms > 0 && rate > 0)).toBe(true);
    expect(report.rows.every(({ gpuMs }) => gpuMs! > 0)).toBe(true);
    expect(reportTables(report)).toContain(report.rows[0].name);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says that there is no WebGPU', async () => {
    const { page } = await open((one) =>
      one.addInitScript(() => {
        Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined });
        Reflect.deleteProperty(Navigator.prototype, 'gpu');
      }),
    );
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.getByText('This browser has no WebGPU.').waitFor();
    expect(await page.locator('#rows').isVisible()).toBe(false);
    await page.close();
  });
});
