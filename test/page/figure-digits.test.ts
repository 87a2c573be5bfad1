// Plan: the page of figures in headless Chromium, figures of digits. The choice of digits is there for figures that
// want some, and only for those; drawn digits give all charts; files that are not the four of MNIST are refused by
// name, the four are kept over a reload; an address that does not answer is told. Control: figS1 has no digits.
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MNIST_ADDRESS, MNIST_FILES } from '../../src/data/digits.ts';
import { launchBrowser } from '../support/browser.ts';
import { expectSound, openPlainPage } from '../support/page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

/** A file of MNIST's form: `count` images, all paper, or as many labels. */
function fileOf(name: string, count: number): { name: string; mimeType: string; buffer: Buffer } {
  const isImages = name.includes('images');
  const head = isImages
    ? [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 28, 0, 0, 0, 28]
    : [0, 0, 8, 1, 0, 0, 0, count];
  const bytes = [...head, ...Array<number>(isImages ? 784 * count : count).fill(3)];
  return { name, mimeType: 'application/gzip', buffer: gzipSync(Uint8Array.from(bytes)) };
}

async function openFigures(): Promise<{ page: Page; complaints: readonly string[] }> {
  const opened = await openPlainPage(browser, 'figures.html', { width: 1000, height: 800 });
  await opened.page.locator('[name="figure"]').selectOption('fig4');
  return opened;
}

describe('figures of digits on their page', () => {
  it('come out of drawn digits', async () => {
    const { page, complaints } = await openFigures();
    await page.getByLabel('Size').selectOption('quick');
    expect(await page.locator('[name="source"]').inputValue()).toBe('drawn');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.locator('#outcome').waitFor({ state: 'visible', timeout: 100_000 });
    const sizes = await page
      .locator('#charts img')
      .evaluateAll((images: HTMLImageElement[]) =>
        Promise.all(images.map((image) => image.decode().then(() => image.naturalWidth))),
      );
    expect(sizes).toHaveLength(4);
    expect(Math.min(...sizes)).toBeGreaterThan(300);
    await expectSound(page);
    await page.locator('[name="figure"]').selectOption('figS4');
    // It needs no step of its own.
    await page.getByText('attacks turn a 9 into a 4').waitFor();
    await page.locator('[name="figure"]').selectOption('figS1');
    await expect.poll(() => page.locator('[name="source"]').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('take MNIST from files or from its address, and say what is wrong with either', async () => {
    const { page } = await openFigures();
    await page.route(`${MNIST_ADDRESS}**`, (route) => route.fulfill({ status: 404 }));
    await page.locator('[name="source"]').selectOption('mnist');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('answers 404').waitFor();
    const files = page.locator('[name="files"]');
    const { trainImages, trainLabels, testImages, testLabels } = MNIST_FILES;
    await files.setInputFiles([fileOf(trainImages, 3), fileOf(testImages, 2)]);
    await page.getByText(`${trainLabels}, ${testLabels} is missing`).waitFor();
    const all = [trainImages, trainLabels, testImages];
    await files.setInputFiles([...all.map((name) => fileOf(name, 3)), fileOf(testLabels, 2)]);
    await page.getByText(`${testLabels} has shape [2]`).waitFor();
    await files.setInputFiles([...all, testLabels].map((name) => fileOf(name, 3)));
    await page.getByText('MNIST is kept in this browser').waitFor();
    await page.close();
  });
});
