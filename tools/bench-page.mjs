// bench-page.mjs: the part of the benchmark that a user sees
//
// From navigation to the first picture of the demo; frames a second while training a 10×8 network with a field of
// 256², and with one of the side that the map chooses for the adapter, for which also the time from the first picture to
// the first that training changed, and seconds of the page's life until 98 % test accuracy, of one tag in an empty page;
// its longest task once it runs; from a drag or a wheel to the moved picture, in time and in frames of the display,
// while idle and while training, and to the one computed anew; points a second of exponents over all inputs of a
// network for images; what has to be loaded.
/* global document, requestAnimationFrame */
import { readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildForUse } from './build-for-use.mjs';
import { pageRow } from './bench-report.mjs';
import { serveDemo, SITE } from './site.mjs';

/** @typedef {import('playwright').Browser} Browser */
/** @typedef {import('playwright').Page} Page */

const ROOT = resolve(import.meta.dirname, '..');
/** The library as it is published; not in dist, which others may be using. */
const LIBRARY = resolve(ROOT, 'node_modules/.cache/ftle-map/bench');

const WARM_UP_MS = 2000;
const COUNTED_MS = 6000;
const PATIENCE_MS = 120_000;
const MOVES = 5;
/** Between moves while training. */
const TRAINED_MS = 300;
const COUNTED_FRAMES = 60;

const OVERLAYS = 'ridges boundary';
/** With sgd at 0.05, as by default, the accuracy of single steps goes up and down by several percent for long. */
const STEADY = 'optimizer="adam" learning-rate="0.002"';

/** @param {string} attributes */
const tagPage = (attributes) => `<!doctype html><html lang="en"><title>bench</title>
<script type="module" src="ftle-map.js"></script>
<ftle-map dataset="circle" architecture="2-10x8-1" ${attributes}
  style="width: 512px"></ftle-map></html>`;

/**
 * One tag in an empty page.
 *
 * @param {Page} page
 * @param {string} url
 * @param {string} attributes
 */
async function openTag(page, url, attributes) {
  await page.route('**/tag.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: tagPage(attributes) }),
  );
  await page.goto(`${url}tag.html`);
}

/**
 * Milliseconds from navigation to the animation frame after the first `ftle-frame` event.
 *
 * @param {Browser} browser
 * @param {string} url
 */
async function timeFirstPicture(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  try {
    await page.addInitScript(() => {
      const seen = new Promise((done) => {
        const onFrame = () => requestAnimationFrame(() => done(performance.now()));
        document.addEventListener('ftle-frame', onFrame, { once: true });
      });
      Object.assign(globalThis, { firstPicture: seen });
    });
    await page.goto(url);
    return await page.evaluate(
      () =>
        /** @type {{ firstPicture: Promise<number> }} */ (/** @type {unknown} */ (globalThis))
          .firstPicture,
    );
  } finally {
    await page.close();
  }
}

/** @typedef {{ frames: number[], learnt: number, tasks: { start: number, duration: number }[] }} TrainingRecord */

/**
 * Milliseconds from the first picture to the first that training has changed, frames a second from then on, seconds from
 * navigation to 98 % test accuracy, and the longest task of the page once it runs: 0 if none is longer than 50 ms,
 * which browsers do not tell.
 *
 * @param {Browser} browser
 * @param {string} url
 * @param {string} attributes
 */
async function timeTraining(browser, url, attributes) {
  const page = await browser.newPage({ viewport: { width: 800, height: 800 } });
  try {
    await page.addInitScript(() => {
      /** @type {TrainingRecord} */
      const record = { frames: [], learnt: NaN, tasks: [] };
      document.addEventListener('ftle-frame', () => record.frames.push(performance.now()));
      document.addEventListener('ftle-training', (event) => {
        const { testAccuracy } = /** @type {CustomEvent} */ (event).detail;
        if (testAccuracy >= 0.98 && Number.isNaN(record.learnt)) record.learnt = performance.now();
      });
      new PerformanceObserver((list) => {
        for (const { startTime: start, duration } of list.getEntries()) {
          record.tasks.push({ start, duration });
        }
      }).observe({ type: 'longtask', buffered: true });
      Object.assign(globalThis, { record });
    });
    await openTag(page, url, `autoplay ${attributes}`);
    const handle = await page.evaluateHandle(
      () => /** @type {{ record: TrainingRecord }} */ (/** @type {unknown} */ (globalThis)).record,
    );
    // The second picture is the first that training has changed.
    await page.waitForFunction((record) => record.frames.length > 1, handle, {
      timeout: PATIENCE_MS,
    });
    await page.waitForTimeout(WARM_UP_MS);
    const state = () => handle.evaluate((record) => ({ ...record, now: performance.now() }));
    const before = await state();
    await page.waitForTimeout(COUNTED_MS);
    const { frames, tasks, now } = await state();
    const rate = ((frames.length - before.frames.length) * 1000) / (now - before.now);
    const late = tasks.filter(({ start }) => start >= before.now);
    await page.waitForFunction((record) => !Number.isNaN(record.learnt), handle, {
      timeout: PATIENCE_MS,
    });
    const learnt = await handle.evaluate((record) => record.learnt);
    const adapter = await page.evaluate(
      () =>
        /** @type {{ description?: string }} */ (document.querySelector('ftle-map')).description,
    );
    return {
      rate,
      startMs: frames[1] - frames[0],
      seconds: learnt / 1000,
      longestTask: Math.max(0, ...late.map(({ duration }) => duration)),
      adapter: adapter ?? 'unknown',
    };
  } finally {
    await page.close();
  }
}

/** @typedef {{ input: number, moved: number, frames: number, fresh: number }} Move - times of the page. */
/** @typedef {{ moves: Move[], tasks: { start: number, duration: number }[] }} WalkRecord */

/**
 * Milliseconds, and frames of the display, from an input event to the animation frame that shows the moved picture; to
 * the one after the first field of the new view; and the longest task meanwhile, 0 if none is longer than 50 ms.
 *
 * @param {Browser} browser
 * @param {string} url
 * @param {boolean} isTraining - fields come all the time then: which is the first of the new view is not known.
 */
async function timeNavigation(browser, url, isTraining) {
  const page = await browser.newPage({ viewport: { width: 800, height: 800 } });
  try {
    await page.addInitScript(() => {
      /** @type {WalkRecord} */
      const record = { moves: [], tasks: [] };
      let frame = 0;
      const count = () => {
        frame++;
        requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
      /** @type {(Move & { first: number }) | null} */
      let current = null;
      const onInput = (/** @type {Event} */ event) => {
        const none = { moved: NaN, frames: NaN, fresh: NaN };
        current = { input: event.timeStamp, first: frame, ...none };
      };
      document.addEventListener('wheel', onInput, { capture: true, passive: true });
      document.addEventListener(
        'pointermove',
        (event) => {
          if (event.buttons === 1) onInput(event);
        },
        { capture: true },
      );
      document.addEventListener('ftle-view', () => {
        const move = current;
        if (!move || !Number.isNaN(move.moved)) return;
        requestAnimationFrame(() => {
          move.moved = performance.now();
          // The counter, whose callback was there before, has counted this frame already.
          move.frames = frame - move.first;
        });
        document.addEventListener(
          'ftle-frame',
          () =>
            requestAnimationFrame(() => {
              move.fresh = performance.now();
              record.moves.push(move);
            }),
          { once: true },
        );
        current = null;
      });
      new PerformanceObserver((list) => {
        for (const { startTime: start, duration } of list.getEntries()) {
          record.tasks.push({ start, duration });
        }
      }).observe({ type: 'longtask', buffered: true });
      Object.assign(globalThis, { record });
    });
    await openTag(page, url, `${OVERLAYS} ${isTraining ? 'autoplay ' : ''}resolution="256"`);
    const handle = await page.evaluateHandle(
      () => /** @type {{ record: WalkRecord }} */ (/** @type {unknown} */ (globalThis)).record,
    );
    const map = page.locator('ftle-map');
    const settle = () =>
      isTraining
        ? page.waitForTimeout(TRAINED_MS)
        : map.evaluate((element) =>
            /** @type {{ whenIdle(): Promise<void> }} */ (
              /** @type {unknown} */ (element)
            ).whenIdle(),
          );
    await map.waitFor();
    if (isTraining) await page.waitForTimeout(WARM_UP_MS);
    await settle();
    const box = await map.boundingBox();
    if (!box) throw new Error('the map is not shown');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 3];
    await page.mouse.move(x, y);
    const begin = await page.evaluate(() => performance.now());
    const take = async (/** @type {() => Promise<void>} */ act) => {
      const count = await handle.evaluate(({ moves }) => moves.length);
      await act();
      await page.waitForFunction(
        ({ record, wanted }) => record.moves.length >= wanted,
        { record: handle, wanted: count + 1 },
        { timeout: PATIENCE_MS },
      );
      await settle();
      const { input, moved, frames, fresh } = await handle.evaluate(
        ({ moves }, at) => moves[at],
        count,
      );
      return { moved: moved - input, frames, fresh: fresh - input };
    };
    const zooms = [];
    await page.keyboard.down('Control');
    for (let i = 0; i < MOVES; i++) zooms.push(await take(() => page.mouse.wheel(0, -60)));
    await page.keyboard.up('Control');
    const pans = [];
    for (let i = 0; i < MOVES; i++) {
      await page.mouse.move(x, y);
      await page.mouse.down();
      pans.push(await take(() => page.mouse.move(x + 30, y + 20)));
      await page.mouse.up();
      await settle();
    }
    const { tasks } = await handle.jsonValue();
    const late = tasks.filter(({ start }) => start >= begin);
    const longestTask = Math.max(0, ...late.map(({ duration }) => duration));
    return { zooms, pans, longestTask };
  } finally {
    await page.close();
  }
}

/**
 * Milliseconds of each of some frames of the display, with nothing to do.
 *
 * @param {Browser} browser
 * @param {string} url
 */
async function timeFrames(browser, url) {
  const page = await browser.newPage();
  try {
    await page.route('**/empty.html', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>empty</title>' }),
    );
    await page.goto(`${url}empty.html`);
    return await page.evaluate(async (count) => {
      /** @type {number[]} */
      const times = [];
      while (times.length <= count) {
        times.push(await new Promise((done) => requestAnimationFrame(done)));
      }
      return times.slice(1).map((time, i) => time - times[i]);
    }, COUNTED_FRAMES);
  } finally {
    await page.close();
  }
}

const FULL_ARCHITECTURE = '784-20x16-10';
const FULL_POINTS = 10_000;

/**
 * Points a second of λ₁ and λ₂ over all inputs, compiling not counted.
 *
 * @param {Browser} browser
 * @param {string} url
 */
async function timePoints(browser, url) {
  const page = await browser.newPage();
  try {
    await page.route('**/library/**', (route) =>
      route.fulfill({ path: resolve(LIBRARY, route.request().url().split('/library/')[1]) }),
    );
    await page.goto(url);
    return await page.evaluate(
      async ([architecture, count, address]) => {
        const { createGpuEngine, initialiseNetwork, parseArchitecture } =
          /** @type {typeof import('../src/index.ts')} */ (await import(String(address)));
        const adapter = await navigator.gpu.requestAdapter();
        const device = await adapter?.requestDevice();
        if (!device || !adapter) throw new Error('no WebGPU adapter');
        const slow = /swiftshader|llvmpipe/i.test(
          `${adapter.info.architecture} ${adapter.info.description}`,
        );
        const engine = createGpuEngine(device, { slow });
        const network = initialiseNetwork(parseArchitecture(String(architecture)), 1);
        const points = Float32Array.from({ length: Number(count) * network.inputWidth }, (_, i) =>
          Math.sin(i * i),
        );
        const model = engine.createModel(network);
        const evaluator = await engine.createEvaluator(model, {
          layer: network.depth,
          space: 'full',
          exponentCount: 2,
          directions: false,
        });
        await evaluator.evaluate(points.subarray(0, 64 * network.inputWidth));
        const start = performance.now();
        await evaluator.evaluate(points);
        const seconds = (performance.now() - start) / 1000;
        device.destroy();
        return Number(count) / seconds;
      },
      [FULL_ARCHITECTURE, FULL_POINTS, `${url}library/index.js`],
    );
  } finally {
    await page.close();
  }
}

const AT_ONCE = /\b(?:from|import)\s*["']([^"']+)["']/g;

/** Bytes of gzip of an entry and of all files that it loads at once, without lit. @param {string} entry */
function loadedBytes(entry) {
  const files = new Set([entry]);
  for (const file of files) {
    for (const [, name] of readFileSync(join(LIBRARY, file), 'utf8').matchAll(AT_ONCE)) {
      if (name.startsWith('.')) files.add(posix.join(posix.dirname(file), name));
    }
  }
  return [...files].reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(LIBRARY, file))).length,
    0,
  );
}

/**
 * @param {Browser} browser
 * @param {number} runs
 * @param {(line: string) => void} log
 */
export async function benchPage(browser, runs, log) {
  const site = await serveDemo();
  await buildForUse({
    root: ROOT,
    configFile: resolve(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: LIBRARY, sourcemap: false },
  });
  const pictures = [];
  /** @type {Awaited<ReturnType<typeof timeTraining>>[]} */
  const trainings = [];
  /** @type {Awaited<ReturnType<typeof timeTraining>>[]} */
  const overlaid = [];
  /** @type {Awaited<ReturnType<typeof timeTraining>>[]} */
  const adaptive = [];
  /** @type {Awaited<ReturnType<typeof timeTraining>>[]} */
  const steady = [];
  /** @type {Awaited<ReturnType<typeof timeNavigation>>[]} */
  const idleWalks = [];
  /** @type {Awaited<ReturnType<typeof timeNavigation>>[]} */
  const trainingWalks = [];
  const points = [];
  /** @type {number[]} */
  const frames = [];
  try {
    frames.push(...(await timeFrames(browser, site.url)));
    for (let run = 0; run < runs; run++) {
      pictures.push(await timeFirstPicture(browser, site.url));
      trainings.push(await timeTraining(browser, site.url, 'resolution="256"'));
      overlaid.push(await timeTraining(browser, site.url, `${OVERLAYS} resolution="256"`));
      adaptive.push(await timeTraining(browser, site.url, OVERLAYS));
      steady.push(await timeTraining(browser, site.url, `${OVERLAYS} ${STEADY}`));
      idleWalks.push(await timeNavigation(browser, site.url, false));
      trainingWalks.push(await timeNavigation(browser, site.url, true));
      points.push(await timePoints(browser, site.url));
      log(`run ${run + 1} of ${runs} done`);
    }
  } finally {
    await site.close();
  }
  /** @typedef {typeof idleWalks[number]} Walk */
  /** @param {string} act @param {readonly Walk[]} walks @param {'zooms' | 'pans'} moves @param {string} when */
  const movedRows = (act, walks, moves, when) => {
    const taken = walks.flatMap((walk) => walk[moves]);
    return [
      pageRow(
        `${act} to moved picture${when}`,
        'ms',
        taken.map(({ moved }) => moved),
        'one frame',
      ),
      pageRow(
        `${act} to moved picture${when}, counted`,
        'frames',
        taken.map((move) => move.frames),
        'at most 1',
      ),
    ];
  };
  /** @param {string} act @param {'zooms' | 'pans'} moves */
  const freshRow = (act, moves) =>
    pageRow(
      `${act} to first new field`,
      'ms',
      idleWalks.flatMap((walk) => walk[moves].map(({ fresh }) => fresh)),
      'none',
    );
  const rows = [
    pageRow('navigation to first picture', 'ms', pictures, 'at most 600 on SwiftShader'),
    pageRow(
      'frames while training, 10×8 at 256²',
      '1/s',
      trainings.map(({ rate }) => rate),
      'at least 20 on SwiftShader',
    ),
    pageRow(
      'frames while training, 10×8 at 256², with ridges and boundary',
      '1/s',
      overlaid.map(({ rate }) => rate),
      'none',
    ),
    pageRow(
      'frames while training, 10×8, at the side the map chooses, with ridges and boundary',
      '1/s',
      adaptive.map(({ rate }) => rate),
      'at least 10',
    ),
    pageRow(
      'first picture to the first that training changed, 10×8, with ridges and boundary',
      'ms',
      adaptive.map(({ startMs }) => startMs),
      'none',
    ),
    pageRow(
      'navigation to 98 % test accuracy, 10×8, at the side the map chooses',
      's',
      adaptive.map(({ seconds }) => seconds),
      'at most 10 on SwiftShader',
    ),
    pageRow(
      'navigation to 98 % test accuracy, 10×8, with adam at a rate of 0.002',
      's',
      steady.map(({ seconds }) => seconds),
      'none',
    ),
    pageRow(
      'longest task while training (0: none above 50)',
      'ms',
      [...trainings, ...overlaid, ...adaptive, ...steady].map(({ longestTask }) => longestTask),
      'at most 50',
    ),
    pageRow('a frame of the display', 'ms', frames, 'none'),
    ...movedRows('wheel', idleWalks, 'zooms', ''),
    freshRow('wheel', 'zooms'),
    ...movedRows('drag', idleWalks, 'pans', ''),
    freshRow('drag', 'pans'),
    ...movedRows('wheel', trainingWalks, 'zooms', ' while training'),
    ...movedRows('drag', trainingWalks, 'pans', ' while training'),
    pageRow(
      'longest task while moved, idle before and after (0: none above 50)',
      'ms',
      idleWalks.map(({ longestTask }) => longestTask),
      'at most 50',
    ),
    pageRow(
      'longest task while trained and moved (0: none above 50)',
      'ms',
      trainingWalks.map(({ longestTask }) => longestTask),
      'at most 50',
    ),
    pageRow(
      `λ₁ and λ₂ over all inputs of ${FULL_ARCHITECTURE}, ${FULL_POINTS} points`,
      'points/s',
      points,
      'none',
    ),
    ...['index.js', 'element.js'].map((entry) =>
      pageRow(
        `${entry} and what it loads at once, gzip`,
        'kB',
        [loadedBytes(entry) / 1000],
        'none',
      ),
    ),
    pageRow(
      'ftle-map.js, lit and all, gzip',
      'kB',
      [gzipSync(readFileSync(join(SITE, 'ftle-map.js'))).length / 1000],
      'none',
    ),
  ];
  return { adapter: trainings[0].adapter, rows };
}
