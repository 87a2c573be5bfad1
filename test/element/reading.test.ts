// Plan: what is read off a map. profile() against the float64 reference at its points, its crossings against the
// sign of the output there, and in both spaces; histogram() against the field that is shown; the probe's panel
// under the pointer and under the cursor that keys move, against probe(); errors of the samples against the
// network on its data, seen as rings; regions and streaks change the picture; ranges: symmetric, locked. All
// on both backends. Controls: without the attribute there is no panel; wrong arguments are refused.
import { afterEach, describe, expect, it } from 'vitest';
import type { FtleMapElement } from 'ftle-map/element';
import { createDataset } from '../../src/data/toy.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { exponents, planeExponents } from '../../src/reference/exponent.ts';
import { classify, forward } from '../../src/reference/forward.ts';
import { compare } from '../support/compare.ts';
import {
  countDifferent,
  messageOf,
  mountIdle,
  nextEvent,
  readPicture,
  SMALL,
  unmountAll,
} from '../support/element.ts';

afterEach(unmountAll);

const panelOf = (element: FtleMapElement): HTMLElement | null =>
  element.shadowRoot!.querySelector('[part=probe]');
const cursorOf = (element: FtleMapElement): HTMLElement =>
  element.shadowRoot!.querySelector('[part=cursor]')!;

/** The rows of the panel by their names. */
function rows(element: FtleMapElement): Record<string, string> {
  const [terms, values] = ['dt', 'dd'].map((tag) => [
    ...element.shadowRoot!.querySelectorAll(`[part=probe] ${tag}`),
  ]);
  return Object.fromEntries(
    terms.map((term, i) => [term.textContent, values[i].textContent.replaceAll('−', '-')]),
  );
}

describe.each(['webgpu', 'cpu'] as const)('reading, backend %s', (backend) => {
  const START = `dataset="circle" backend="${backend}" ${SMALL} no-colorbar`;

  it('profiles a line', async () => {
    const element = await mountIdle(START);
    await element.step(300);
    const [from, to] = [
      [-1.7, 0.1],
      [1.7, -0.2],
    ] as const;
    const network = element.network!;
    for (const space of ['plane', 'full'] as const) {
      const profile = await element.profile(from, to, 101, { space });
      expect(profile).toMatchObject({ layer: 3, span: 3, space });
      expect(profile.distance[0]).toBe(0);
      expect(profile.distance[100]).toBeCloseTo(Math.hypot(3.4, 0.3), 12);
      expect([...profile.positions.subarray(0, 2), ...profile.positions.subarray(200)]).toEqual([
        ...from,
        ...to,
      ]);
      const points = Array.from({ length: 101 }, (_, i) =>
        Float32Array.from(profile.positions.subarray(2 * i, 2 * i + 2)),
      );
      const expected = points.map((point) =>
        space === 'full'
          ? exponents(network, point, 3).values[0]
          : planeExponents(network, point, 3, coordinatePlane(2)).first,
      );
      // Three layers of six and their tangents: some hundred roundings of 6e-8 in l·λ.
      const tolerance = () => 1e-5;
      compare({ label: `${backend} ${space}`, actual: profile.exponents, expected, tolerance });
      const outputs = points.map((point) => forward(network, point)[0]);
      compare({ label: 'outputs', actual: profile.outputs, expected: outputs, tolerance });
      const signs = outputs.map((value) => value > 0);
      const changes = signs.flatMap((sign, i) => (i > 0 && sign !== signs[i - 1] ? [i] : []));
      expect(profile.crossings.length).toBe(changes.length);
      expect(changes.length).toBeGreaterThan(0);
      profile.crossings.forEach((distance, k) => {
        expect(distance).toBeGreaterThanOrEqual(profile.distance[changes[k] - 1]);
        expect(distance).toBeLessThanOrEqual(profile.distance[changes[k]]);
      });
      const fine = await element.profile(from, to, 2001, { space });
      fine.crossings.forEach((distance, k) => {
        // Linear interpolation in intervals of 0.034 of a smooth output.
        expect(Math.abs(distance - profile.crossings[k])).toBeLessThan(0.005);
      });
    }
    const first = await element.profile(from, to, 5, { layer: 1 });
    expect(first).toMatchObject({ layer: 1, span: 1 });
    await expect(element.profile(from, to, 1)).rejects.toThrow(/count is 1/);
    await expect(element.profile([0, NaN], to)).rejects.toThrow(/from is 0,NaN/);
    await expect(element.profile(from, to, 9, { layer: 7 })).rejects.toThrow(/layer is 7/);
  });

  it('counts λ in a histogram of the view', async () => {
    const element = await mountIdle(START);
    const { width, height } = element.frame!;
    const { exponents: shown, span } = await element.field({ width, height });
    const { low, high, counts, goodCount, badCount, ...rest } = await element.histogram(32);
    expect(rest.span).toBe(span);
    expect(goodCount).toBe(width * height);
    expect(badCount).toBe(0);
    expect(counts.length).toBe(32);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(goodCount);
    expect(low).toBeCloseTo(Math.min(...shown), 5);
    expect(high).toBeCloseTo(Math.max(...shown), 5);
    const expected = new Uint32Array(32);
    for (const value of shown) {
      expected[Math.min(31, Math.floor((32 * (value - low)) / (high - low)))]++;
    }
    // A pixel within rounding of an edge of a bin may be counted beside it.
    compare({ label: 'bins', actual: counts, expected, tolerance: () => 1 });
    await expect(element.histogram(12)).rejects.toThrow(/binCount is 12/);
  });

  it('shows the numbers under the pointer and under a cursor', async () => {
    const element = await mountIdle(`${START} probe`);
    await expect.poll(() => panelOf(element)).not.toBeNull();
    const panel = panelOf(element)!;
    expect(panel.hidden).toBe(true);
    const canvas = element.shadowRoot!.querySelector('canvas')!;
    const box = canvas.getBoundingClientRect();
    const init = { bubbles: true, composed: true, pointerType: 'mouse' };
    const [clientX, clientY] = [box.left + 0.75 * box.width, box.top + 0.25 * box.height];
    canvas.dispatchEvent(new PointerEvent('pointermove', { ...init, clientX, clientY }));
    await expect.poll(() => panel.hidden).toBe(false);
    const { domain } = (await element.field({ width: 8, height: 8 })).request;
    const at = (part: number, low: number, high: number): number => low + part * (high - low);
    const x = at(0.75, domain.sMin, domain.sMax);
    const y = at(0.75, domain.tMin, domain.tMax);
    const probe = await element.probe(x, y);
    const read = rows(element);
    expect(read.at).toBe(`${Number(x.toPrecision(5))}, ${Number(y.toPrecision(5))}`);
    // Seven digits, at a point that is rounded to float32.
    expect(Math.abs(Number(read['λ₁']) - probe.exponent)).toBeLessThan(2e-6);
    const scaled = Math.exp(probe.span * probe.exponent);
    expect(Math.abs(Number(read['Λ₁']) / scaled - 1)).toBeLessThan(1e-4);
    expect(read['layers l']).toBe('3');
    expect(read.class).toBe(String(probe.class));
    expect(Number(read.output)).toBeCloseTo(probe.outputs[0], 3);
    expect(Number(read.error)).toBeLessThan(1e-5);

    element
      .shadowRoot!.querySelector('.pictures')!
      .dispatchEvent(new PointerEvent('pointerleave', init));
    expect(panel.hidden).toBe(true);

    const cursor = cursorOf(element);
    cursor.focus({ focusVisible: true });
    const press = (key: string, shiftKey = false): boolean =>
      cursor.dispatchEvent(
        new KeyboardEvent('keydown', { key, shiftKey, bubbles: true, cancelable: true }),
      );
    let reached = 0;
    element.addEventListener('keydown', () => reached++);
    for (let i = 0; i < 8; i++) expect(press('ArrowRight')).toBe(false);
    press('ArrowUp', true);
    expect(reached).toBe(0);
    const [cursorX, cursorY] = [
      at(0.5 + 8 / 64, domain.sMin, domain.sMax),
      at(0.5 + 1 / 512, domain.tMin, domain.tMax),
    ];
    const wanted = [cursorX, cursorY].map((value) => Number(value.toPrecision(5))).join(', ');
    await expect.poll(() => rows(element).at).toBe(wanted);
    expect(panel.ariaLive).toBe('polite');
    const selected = nextEvent(element, 'ftle-select');
    cursor.click();
    expect((await selected).detail.x).toBeCloseTo(cursorX, 9);
    press('Escape');
    expect(panel.hidden).toBe(true);
    element.probePanel = false;
    await element.updateComplete;
    expect(panelOf(element)).toBeNull();
    expect(messageOf(element)).toBe('');
  });

  it('rings the samples that the network gets wrong', async () => {
    const plain = await mountIdle(`${START} samples`);
    const network = plain.network!;
    const dataset = createDataset('circle', { seed: 1 });
    let wrong = 0;
    for (let i = 0; i < 600; i++) {
      const point = dataset.points.subarray(2 * i, 2 * i + 2);
      if (classify(forward(network, point)) !== dataset.classes[i]) wrong++;
    }
    expect(wrong).toBeGreaterThan(30);
    // The rings' edges are nearly white, which this colour map and these classes are nowhere.
    const whites = (picture: ImageData): number => {
      let count = 0;
      for (let i = 0; i < picture.data.length; i += 4) {
        if (picture.data.subarray(i, i + 3).every((level) => level > 180)) count++;
      }
      return count;
    };
    plain.colormap = 'viridis';
    await plain.whenIdle();
    expect(whites(await readPicture(plain))).toBeGreaterThan(wrong);
    plain.samples = false;
    await plain.whenIdle();
    expect(whites(await readPicture(plain))).toBe(0);
  });

  it('tints regions and paints streaks', async () => {
    const element = await mountIdle(START);
    const plain = await readPicture(element);
    const pixels = plain.width * plain.height;
    element.regions = true;
    await element.whenIdle();
    const tinted = await readPicture(element);
    expect(countDifferent(tinted, plain)).toBeGreaterThan(0.9 * pixels);
    element.setAttribute('directions', 'convolution');
    await element.whenIdle();
    const streaked = await readPicture(element);
    expect(countDifferent(streaked, tinted)).toBeGreaterThan(0.8 * pixels);
    element.removeAttribute('directions');
    element.regions = false;
    await element.whenIdle();
    expect(countDifferent(await readPicture(element), plain)).toBe(0);
    expect(messageOf(element)).toBe('');
  });

  it('keeps a range that is locked, and makes one symmetric', async () => {
    const element = await mountIdle(`${START} colormap="viridis"`);
    const { low, high } = element.frame!;
    expect(low).not.toBe(-high);
    element.range = 'symmetric';
    await element.whenIdle();
    expect(element.frame!.low).toBe(-element.frame!.high);
    expect(element.frame!.high).toBeGreaterThanOrEqual(Math.max(-low, high) * 0.99);
    element.range = [-1, 5];
    await element.whenIdle();
    element.range = 'locked';
    await element.whenIdle();
    expect(element.frame).toMatchObject({ low: -1, high: 5 });
    element.layer = 1;
    element.quantity = 'second-exponent';
    await element.whenIdle();
    expect(element.frame).toMatchObject({ low: -1, high: 5 });
    element.range = 'auto';
    element.layer = 'last';
    element.quantity = 'exponent';
    await element.whenIdle();
    expect(element.frame!.low).toBeCloseTo(low, 9);
    expect(element.frame!.high).toBeCloseTo(high, 9);
  });
});

describe('reading', () => {
  it('has no panel unless it is asked for', async () => {
    const element = await mountIdle(`${SMALL} dataset="xor" backend="cpu"`);
    expect(panelOf(element)).toBeNull();
  });

  it('tells the point at a place of the page', async () => {
    const element = await mountIdle(`${SMALL} domain="0,0,1,1" backend="cpu" no-colorbar`);
    const box = element.shadowRoot!.querySelector('canvas')!.getBoundingClientRect();
    const [x, y] = element.pointAt(box.left + 0.25 * box.width, box.top + 0.75 * box.height)!;
    expect([x, y].map((value) => value.toFixed(6))).toEqual(['0.250000', '0.250000']);
    const [beyond] = element.pointAt(box.right + box.width, box.top)!;
    expect(beyond).toBeCloseTo(2, 6);
    element.remove();
    await expect.poll(() => element.pointAt(0, 0)).toBeNull();
  });

  it('refuses other words', async () => {
    const element = await mountIdle(`${SMALL} dataset="xor" backend="cpu" directions="waves"`);
    expect(messageOf(element)).toMatch(/directions is "waves".*segments, convolution/);
    element.setAttribute('directions', '');
    element.setAttribute('range', 'wide');
    await element.updateComplete;
    expect(messageOf(element)).toMatch(/range is "wide".*symmetric, locked/);
  });
});
