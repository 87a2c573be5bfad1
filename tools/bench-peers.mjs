// bench-peers.mjs: other libraries at our fields, in one page of the same browser; opens test/bench/peers.html
import { failureLine } from './bench-report.mjs';

/** @typedef {import('playwright').Browser} Browser */
/** @typedef {import('../test/bench/peers/contest.ts').Contest} Contest */

/** Milliseconds that one run of a slow contestant may take; it then computes fewer points. */
const LONGEST_RUN = 4000;

/**
 * @param {Browser} browser
 * @param {string} url - of the served sources.
 * @param {{ fields: readonly string[], rounds: number, quick: boolean, log: (line: string) => void }} options
 * @returns {Promise<{ adapter: string } & Contest>}
 */
export async function benchPeers(browser, url, { fields, rounds, quick, log }) {
  /** @type {Contest} */
  const contest = { rows: [], failures: [] };
  let adapter = '';
  for (const field of fields) {
    // A page for each: what one leaves in memory is not there for the next.
    const page = await browser.newPage();
    page.on('pageerror', (error) => log(error.message));
    page.on('console', (message) => {
      if (message.type() === 'info') log(message.text());
    });
    try {
      await page.goto(`${url}test/bench/peers.html`);
      await page.waitForFunction('window.competeAt');
      adapter = await page.evaluate('window.describeTestAdapter().then(({ name }) => name)');
      const options = { rounds, longestRun: quick ? 20 : LONGEST_RUN, quick };
      /** @type {Contest} */
      const found = await page.evaluate(`window.competeAt('${field}', ${JSON.stringify(options)})`);
      contest.rows.push(...found.rows);
      contest.failures.push(...found.failures);
      for (const failure of found.failures) log(failureLine(failure));
    } finally {
      await page.close();
    }
  }
  return { adapter, ...contest };
}

/**
 * The workloads as JSON for tools/peers.py.
 *
 * @param {Browser} browser
 * @param {string} url
 * @returns {Promise<string>}
 */
export async function writeWorkloads(browser, url) {
  const page = await browser.newPage();
  try {
    await page.goto(`${url}test/bench/peers.html`);
    await page.waitForFunction('window.competeAt');
    return await page.evaluate('window.exportWorkloads()');
  } finally {
    await page.close();
  }
}
