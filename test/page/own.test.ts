// Plan: the page for a network of one's own in headless Chromium, with real drops (DataTransfer with File) on the
// page and on the map, the file button, and each sample file: what was read is told (layers, widths,
// activations, parameters, notes) and what the map shows is that network. Files that are none, and data that do
// not fit, show their error, and the picture stays. Plane, space and layer change what the map says at a point,
// and the two exponents are told apart; images of input and direction have the shape asked for. Files saved
// are what their names say. Then the page itself: console, requests, widths, axe, keyboard. Control: the page
// that axe checks has the error, the table and the images on it.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Locator, Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FtleMapElement } from '../../src/element/ftle-map.ts';
import { launchBrowser } from '../support/browser.ts';
import { expectSound, openPage, type OpenPage } from '../support/page.ts';

const SAMPLES = resolve(import.meta.dirname, '../../demo/public/samples');
const FIXTURES = resolve(import.meta.dirname, '../fixtures');

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

/** Low resolution, so that a software adapter has each picture soon. */
async function open(
  viewport = { width: 1000, height: 800 },
  colorScheme: 'light' | 'dark' = 'light',
): Promise<OpenPage> {
  const opened = await openPage(browser, 'own.html', viewport, colorScheme);
  await opened.page.evaluate(async () => {
    const map = document.querySelector<FtleMapElement>('ftle-map')!;
    map.resolution = 64;
    await map.whenIdle();
  });
  return opened;
}

/** Drops files from disk on a part of the page, as a user does. */
async function drop(target: Locator, paths: readonly string[]): Promise<void> {
  const files = paths.map((path) => ({
    name: path.split('/').at(-1)!,
    bytes: readFileSync(path).toString('base64'),
  }));
  await target.evaluate((element, list) => {
    const dataTransfer = new DataTransfer();
    for (const { name, bytes } of list) {
      const content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
      dataTransfer.items.add(new File([content], name));
    }
    const common = { dataTransfer, bubbles: true, cancelable: true, composed: true };
    for (const type of ['dragenter', 'dragover', 'drop']) {
      element.dispatchEvent(new DragEvent(type, common));
    }
  }, files);
}

async function whenShown(page: Page, file: string): Promise<void> {
  await page.waitForFunction(
    (name) => document.querySelector<FtleMapElement>('ftle-map')!.file?.name === name,
    file,
  );
  await whenIdle(page);
}

async function whenIdle(page: Page): Promise<void> {
  await page.evaluate(() => document.querySelector<FtleMapElement>('ftle-map')!.whenIdle());
}

const factsOf = (page: Page): Promise<string[]> => page.locator('#facts dd').allTextContents();
const layersOf = async (page: Page): Promise<string[]> =>
  (await page.locator('#layers tr').all()).reduce<Promise<string[]>>(
    async (rows, row) => [
      ...(await rows),
      (await row.locator('th, td').allTextContents()).join(' '),
    ],
    Promise.resolve([]),
  );
const errorOf = async (page: Page): Promise<string> =>
  (await page.locator('#file-error').textContent())!;
const mapErrorOf = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.querySelector<FtleMapElement>('ftle-map')!.error?.message);

/** Entries of the point that was read last, by their names. */
async function readingsOf(page: Page): Promise<Record<string, string>> {
  const entries = await page.locator('#point > div').all();
  const pairs = await Promise.all(
    entries.map(async (entry) => [
      await entry.locator('dt').textContent(),
      await entry.locator('dd').textContent({ timeout: 1000 }),
    ]),
  );
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** Reads the point (s, t) through the form; resolves when both exponents are there. */
async function readPoint(page: Page, s: number, t: number): Promise<Record<string, string>> {
  const form = page.locator('#point-form');
  await form.getByLabel('s', { exact: true }).fill(String(s));
  await form.getByLabel('t', { exact: true }).fill(String(t));
  await form.getByRole('button', { name: 'Read' }).click();
  const shown = `${s.toFixed(3)}, ${t.toFixed(3)}`.replaceAll('-', '−');
  await expect.poll(() => page.locator('#point dd').first().textContent()).toBe(shown);
  await expect.poll(() => page.locator('#point').textContent()).not.toMatch('…');
  return readingsOf(page);
}

const numberOf = (text: string): number => Number(text.replace('−', '-'));

const CASES = [
  {
    sample: 'Circle',
    file: 'circle.safetensors',
    facts: ['circle.safetensors', 'safetensors', '2', '1', '811'],
    layers: [
      '1 10 tanh 30',
      ...[2, 3, 4, 5, 6, 7, 8].map((layer) => `${layer} 10 tanh 110`),
      'output 1 tanh 11',
    ],
    notes: /activation of the hidden layers: tanh, .* since the file does not/,
  },
  {
    sample: 'Spirals',
    file: 'spirals.onnx',
    facts: ['spirals.onnx', 'ONNX', '2', '2', '1,922'],
    layers: [
      '1 24 tanh 72',
      ...[2, 3, 4].map((layer) => `${layer} 24 tanh 600`),
      'output 2 identity 50',
    ],
    notes: /left out at the end: .*Softmax/,
  },
  {
    sample: 'Iris',
    file: 'iris.onnx',
    facts: ['iris.onnx', 'ONNX', '4', '3', '193'],
    layers: ['1 10 tanh 50', '2 10 tanh 110', 'output 3 identity 33'],
    notes: /folded into layers\[0\]: Scaler/,
  },
  {
    sample: 'Digits',
    file: 'digits.onnx',
    facts: ['digits.onnx', 'ONNX', '64', '10', '3,466'],
    layers: ['1 32 tanh 2,080', '2 32 tanh 1,056', 'output 10 identity 330'],
    notes: /left out at the end/,
  },
] as const;

describe('one page, begun with the circle,', () => {
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    ({ page, complaints } = await open());
  });
  afterAll(() => page.close());
  beforeEach(async () => {
    await page.getByRole('button', { name: 'Circle' }).click();
    await whenShown(page, 'circle.safetensors');
  });

  describe('a sample', () => {
    it.each(CASES)(
      '$sample is read, told and shown',
      async ({ sample, file, facts, layers, notes }) => {
        await page.getByRole('button', { name: sample }).click();
        await whenShown(page, file);
        expect(await layersOf(page)).toEqual(layers);
        expect(await factsOf(page)).toEqual(facts);
        expect((await page.locator('#notes').allTextContents()).join()).toMatch(notes);
        expect(await errorOf(page)).toBe('');
        expect(await mapErrorOf(page)).toBeUndefined();
        expect(complaints).toEqual([]);
      },
    );
  });

  describe('files', () => {
    it('dropped on the page and on the map, and chosen with the button, are read alike', async () => {
      const path = join(FIXTURES, 'onnx-torchscript-tanh.onnx');
      await drop(page.locator('.words'), [path]);
      await whenShown(page, 'onnx-torchscript-tanh.onnx');
      const layers = await layersOf(page);
      expect(layers).toHaveLength(9);
      expect(await page.locator('#assumed').isVisible()).toBe(false);

      await drop(page.locator('ftle-map'), [join(FIXTURES, 'onnx-keras.onnx')]);
      await whenShown(page, 'onnx-keras.onnx');
      expect(await layersOf(page)).not.toEqual(layers);

      await page.locator('#files').setInputFiles(path);
      await whenShown(page, 'onnx-torchscript-tanh.onnx');
      expect(await layersOf(page)).toEqual(layers);
      expect(complaints).toEqual([]);
    });

    it('of a model and of its data come together', async () => {
      await drop(page.locator('#bring'), [
        join(FIXTURES, 'onnx-external.onnx'),
        join(FIXTURES, 'onnx-external.onnx.data'),
      ]);
      await whenShown(page, 'onnx-external.onnx');
      expect(await layersOf(page)).toHaveLength(4);
      expect(await mapErrorOf(page)).toBeUndefined();
    });

    it('without activations take those of the page', async () => {
      await page.getByLabel('Hidden activation').selectOption('sine');
      await expect.poll(() => layersOf(page)).toContain('3 10 sine 110');
      await page.getByLabel('Output activation').selectOption('identity');
      await expect.poll(() => layersOf(page)).toContain('output 1 identity 11');
    });

    it('that are none show why, and the picture stays', async () => {
      await drop(page.locator('ftle-map'), [join(FIXTURES, 'make_fixtures.py')]);
      await expect.poll(() => mapErrorOf(page)).toMatch(/^the file starts with the bytes/);
      expect((await factsOf(page))[0]).toBe('circle.safetensors');
      expect(
        await page.evaluate(() => document.querySelector<FtleMapElement>('ftle-map')!.frame),
      ).not.toBeNull();

      await drop(page.locator('body'), [join(SAMPLES, 'digits.npy')]);
      await expect
        .poll(() => errorOf(page))
        .toBe('digits.npy has rows of 64 numbers, but the network has 2 inputs');
      // Data alone bring the network back that was there before.
      await drop(page.locator('body'), [join(SAMPLES, 'iris.npy'), join(SAMPLES, 'digits.npy')]);
      await expect.poll(() => errorOf(page)).toMatch(/^2 files are data/);
      await page.getByRole('button', { name: 'Iris' }).click();
      await whenShown(page, 'iris.onnx');
      expect(await errorOf(page)).toBe('');
      expect(await mapErrorOf(page)).toBeUndefined();
    });

    it('of data that are dropped later lay a plane through them', async () => {
      await drop(page.locator('body'), [join(SAMPLES, 'iris.onnx')]);
      await whenShown(page, 'iris.onnx');
      expect(await page.getByLabel('Plane through').inputValue()).toBe('axes');
      await drop(page.locator('ftle-map'), [join(SAMPLES, 'iris.npy')]);
      await expect.poll(() => page.getByLabel('Plane through').inputValue()).toBe('data');
      await whenIdle(page);
      expect(await page.locator('#data-line').textContent()).toBe('Data: iris.npy, 150 rows of 4.');
      const plane = await page.evaluate(() => {
        const map = document.querySelector<FtleMapElement>('ftle-map')!;
        return map.probe(0, 0).then(({ point }) => Array.from(point));
      });
      // The mean of the flowers.
      [5.843, 3.057, 3.758, 1.199].forEach((mean, i) => expect(plane[i]).toBeCloseTo(mean, 3));
    });
  });

  describe('the digits', () => {
    it('are three images on a plane, and both exponents and directions are told', async () => {
      await page.getByRole('button', { name: 'Digits' }).click();
      await whenShown(page, 'digits.onnx');
      const inPlane = await readPoint(page, 0.1, -0.2);
      const [narrow, wide] = ['l·λ₁ in the plane', 'l·λ₁ over all inputs'].map((name) =>
        numberOf(inPlane[name]),
      );
      expect(narrow).toBeLessThan(wide);
      const images = page.locator('#images canvas');
      expect(await images.evaluateAll((list) => list.map((image) => image.ariaLabel))).toEqual([
        'The input',
        'Stretched most in the plane',
        'Stretched most over all inputs',
      ]);
      expect(
        await images.evaluateAll((list) =>
          list.map((image) => [
            (image as HTMLCanvasElement).width,
            (image as HTMLCanvasElement).height,
          ]),
        ),
      ).toEqual([
        [8, 8],
        [8, 8],
        [8, 8],
      ]);

      // Exponents over all 64 inputs take their time, and come anew for every plane.
      await page.evaluate(() => {
        document.querySelector<FtleMapElement>('ftle-map')!.resolution = 16;
      });
      await page.getByLabel('λ₁ over all inputs').check();
      await whenIdle(page);
      const title = page.locator('ftle-map .colorbar .title');
      expect(await title.textContent()).toBe('l·λ₁ over all inputs');
      const field = await page.evaluate(async () => {
        const map = document.querySelector<FtleMapElement>('ftle-map')!;
        const domain = [0.0999, -0.2001, 0.1001, -0.1999] as const;
        const { exponents, span, request } = await map.field({ domain, width: 1, height: 1 });
        return { exponent: span * exponents[0], space: request.space };
      });
      expect(field.space).toBe('full');
      expect(field.exponent).toBeCloseTo(wide, 2);

      await page.getByLabel('Row at 1').fill('7');
      await page.getByLabel('Row at 1').press('Tab');
      await whenIdle(page);
      expect(await mapErrorOf(page)).toBeUndefined();
      await page.getByLabel('Row at 1').fill('120');
      await page.getByLabel('Row at 1').press('Tab');
      await expect
        .poll(() => errorOf(page))
        .toMatch(/row 120 is not in digits\.npy: its rows are 0 to 119/);
      await page.getByLabel('Plane through').selectOption('axes');
      await expect.poll(() => errorOf(page)).toBe('');
      await page.getByLabel('s is input').fill('64');
      await page.getByLabel('s is input').press('Tab');
      await expect.poll(() => errorOf(page)).toMatch(/axes\[0\] is 64, .* from 0 to 63/);
      await page.getByLabel('Inputs as an image').fill('8x9');
      await page.getByLabel('Inputs as an image').press('Tab');
      expect(
        await page
          .getByLabel('Inputs as an image')
          .evaluate((field) => (field as HTMLInputElement).validationMessage),
      ).toBe('8x9 has 72 pixels, but there are 64 inputs');
      expect(complaints).toEqual([]);
    });
  });

  describe('saving', () => {
    const text = (bytes: Buffer): string => bytes.toString('latin1');
    const FILES = [
      ['PNG', 'map.png', (bytes: Buffer) => text(bytes).startsWith('\x89PNG')],
      ['PNG, 16 bit grey', 'map-grey.png', (bytes: Buffer) => bytes[24] === 16],
      ['SVG', 'map.svg', (bytes: Buffer) => text(bytes).includes('<svg')],
      ['NPY', 'map.npy', (bytes: Buffer) => text(bytes).includes("'shape': (40, 40)")],
      ['NPZ', 'map.npz', (bytes: Buffer) => text(bytes).startsWith('PK')],
      ['CSV', 'map.csv', (bytes: Buffer) => text(bytes).split('\n').length > 1600],
      ['Network, safetensors', 'network.safetensors', (bytes: Buffer) => bytes[8] === 0x7b],
      [
        'Network, JSON',
        'network.json',
        (bytes: Buffer) => text(bytes).includes('ftle-map/network'),
      ],
    ] as const;

    it('gives each file under its name', async () => {
      await page.getByLabel('Pixels along a side').fill('40');
      for (const [label, name, fits] of FILES) {
        const download = page.waitForEvent('download');
        await page.getByRole('button', { name: label, exact: true }).click();
        const saved = await download;
        expect(saved.suggestedFilename()).toBe(name);
        expect(fits(readFileSync(await saved.path())), name).toBe(true);
        await expect.poll(() => page.locator('#saved').textContent()).toMatch(`Saved ${name}`);
      }
      expect(complaints).toEqual([]);
    });
  });
});

describe('the page', () => {
  it('fits narrow and wide windows, light and dark, and axe finds nothing', async () => {
    const { page, complaints } = await open({ width: 360, height: 740 }, 'dark');
    await page.getByRole('button', { name: 'Digits' }).click();
    await whenShown(page, 'digits.onnx');
    await readPoint(page, 0, 0);
    expect(await page.locator('#images canvas').count()).toBe(3);
    await expectSound(page);
    await drop(page.locator('body'), [join(SAMPLES, 'iris.npy')]);
    await expect.poll(() => errorOf(page)).toMatch(/rows of 4 numbers/);
    for (const [width, height, colorScheme] of [
      [360, 740, 'dark'],
      [360, 740, 'light'],
      [2560, 1300, 'light'],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await whenIdle(page);
      await expectSound(page);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is worked by keyboard', async () => {
    const { page } = await open();
    await page.keyboard.press('[');
    expect(await page.locator('#layer-value').textContent()).toBe('7 of 8');
    await page.keyboard.press(']');
    await page.keyboard.press(']');
    expect(await page.locator('#layer-value').textContent()).toBe('output');
    await whenIdle(page);

    const tab = page.getByRole('tab', { name: 'PyTorch', exact: true });
    await tab.focus();
    await page.keyboard.press('ArrowLeft');
    const last = page.getByRole('tab', { name: 'Data' });
    expect(await last.getAttribute('aria-selected')).toBe('true');
    expect(await last.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.getByRole('tabpanel').textContent()).toMatch('np.save');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('tabpanel').textContent()).toMatch('save_file(model.state_dict()');

    await page.locator('#files').focus();
    const outline = await page
      .locator('.file span')
      .evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(outline).toBe('solid');
    await page.close();
  });

  it('leads to the other and back', async () => {
    const { page } = await open();
    await page.getByRole('link', { name: 'Watch one learn' }).click();
    await page.getByRole('link', { name: 'Bring your own' }).click();
    await page.getByText('What was read').waitFor();
    await page.close();
  });
});
