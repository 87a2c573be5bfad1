import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Axe from 'axe-core';
import type { Browser, Page } from 'playwright';
import { expect, inject } from 'vitest';
import type { FtleMapElement } from '../../src/element/ftle-map.ts';

export interface OpenPage {
  readonly page: Page;
  /** Messages on the console and requests that leave localhost. */
  readonly complaints: string[];
}

/**
 * Opens a page of the built demo and waits for its first picture.
 *
 * @param path - relative to the demo, such as `own.html`.
 */
export async function openPage(
  browser: Browser,
  path: string,
  viewport: { width: number; height: number },
  colorScheme: 'light' | 'dark' = 'light',
): Promise<OpenPage> {
  const opened = await openPlainPage(browser, path, viewport, colorScheme);
  await opened.page.waitForFunction(
    () => document.querySelector<FtleMapElement>('ftle-map')?.frame,
    undefined,
    { timeout: 60_000 },
  );
  return opened;
}

/** Opens a page of the built demo that has no map. */
export async function openPlainPage(
  browser: Browser,
  path: string,
  viewport: { width: number; height: number },
  colorScheme: 'light' | 'dark' = 'light',
): Promise<OpenPage> {
  const page = await browser.newPage({ viewport, colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== 'localhost') complaints.push(request.url());
  });
  await page.goto(new URL(path, inject('siteUrl')).href);
  return { page, complaints };
}

/** Expects that a page fits its window and that axe finds nothing. */
export async function expectSound(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
  const source = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(readFileSync(source, 'utf8'));
  const violations = await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { axe: typeof Axe };
    const results = await checker.run();
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
  });
  expect(violations).toEqual([]);
}
