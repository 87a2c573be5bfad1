// Plan: toBlob gives a PNG of the canvas' size whose pixels follow the picture; a resize paints in the same
// frame and never shows a blank canvas; probe against field on the same points (float64 against float32);
// field against the picture's own colours; the automatic range against the field's quantiles; domain and
// aspect; what is said where a quantity has no values; whenIdle; ridges, also as curves in each format; clicks.
// Control: pictures of other settings differ.
import { afterEach, describe, expect, it } from 'vitest';
import { findBoundaryCurves } from '../../src/curves/boundary.ts';
import { findRidgeCurves } from '../../src/curves/ridge-curves.ts';
import { curvesToGeoJson, curvesToSvg, reportRidges } from '../../src/curves/writing.ts';
import { pixelCentre } from '../../src/model/plane.ts';
import {
  countColors,
  countDifferent,
  messageOf,
  mount,
  mountIdle,
  nextEvent,
  nextFrame,
  readPicture,
  SMALL,
  unmountAll,
} from '../support/element.ts';

afterEach(unmountAll);

describe.each(['webgpu', 'cpu'] as const)('picture, backend %s', (backend) => {
  const START = `dataset="circle" backend="${backend}" ${SMALL}`;

  it('toBlob gives a PNG of what is shown', async () => {
    const element = await mountIdle(`${START} no-colorbar`);
    const blob = await element.toBlob();
    expect(blob.type).toBe('image/png');
    const signature = [...new Uint8Array(await blob.arrayBuffer())].slice(0, 8);
    expect(signature).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const canvas = element.shadowRoot!.querySelector('canvas')!;
    const picture = await readPicture(element);
    expect([picture.width, picture.height]).toEqual([canvas.width, canvas.height]);
    expect(picture.width).toBe(Math.round(240 * devicePixelRatio));
    expect(countColors(picture)).toBeGreaterThan(20);

    const large = await createImageBitmap(await element.toBlob({ width: 500 }));
    expect([large.width, large.height]).toEqual([500, 500]);

    element.colormap = 'greys';
    await element.whenIdle();
    const grey = await readPicture(element);
    expect(countDifferent(grey, picture)).toBeGreaterThan(picture.width * picture.height * 0.9);
    for (let i = 0; i < grey.data.length; i += 4) {
      expect(grey.data[i]).toBe(grey.data[i + 1]);
      expect(grey.data[i]).toBe(grey.data[i + 2]);
    }
  });

  it('is brighter where the exponent is larger', async () => {
    const element = await mountIdle(`${START} no-colorbar colormap="greys" range="-2,2"`);
    const { width, height, data } = await readPicture(element);
    const field = await element.field({ width: 8, height: 8 });
    const { domain } = field.request;
    const points = Array.from(field.exponents, (value, pixel) => {
      const [s, t] = pixelCentre(domain, 8, 8, pixel % 8, Math.floor(pixel / 8));
      const column = Math.floor(((s - domain.sMin) / (domain.sMax - domain.sMin)) * width);
      const row = Math.floor(((domain.tMax - t) / (domain.tMax - domain.tMin)) * height);
      return { value: value * field.span, grey: data[4 * (row * width + column)] };
    }).sort((a, b) => a.value - b.value);
    // Neighbours may swap by rounding and interpolation; the ends of the order may not.
    const mean = (part: typeof points): number =>
      part.reduce((sum, point) => sum + point.grey, 0) / part.length;
    const [low, high] = [mean(points.slice(0, 16)), mean(points.slice(-16))];
    expect(Math.abs(high - low)).toBeGreaterThan(20);
  });

  it('never shows a blank canvas while it is resized', async () => {
    const element = await mountIdle(`${START} no-colorbar`);
    const canvas = element.shadowRoot!.querySelector('canvas')!;
    const copy = new OffscreenCanvas(16, 16);
    const context = copy.getContext('2d', { willReadFrequently: true })!;
    const frame = element.shadowRoot!.querySelector('.frame')!;
    // Observers are told in the order in which they were made: this one after the element's.
    let take: () => void = () => undefined;
    const observer = new ResizeObserver(() => take());
    observer.observe(frame);
    await nextFrame();
    for (const side of [241, 300, 180, 237]) {
      const colors = await new Promise<number>((resolve) => {
        take = () => {
          context.drawImage(canvas, 0, 0, 16, 16);
          resolve(countColors(context.getImageData(0, 0, 16, 16)));
        };
        element.style.width = `${side}px`;
      });
      expect(canvas.width, 'canvas follows').toBe(Math.round(side * devicePixelRatio));
      expect(colors, `at ${side} px`).toBeGreaterThan(20);
      await element.whenIdle();
      const { domain } = (await element.field()).request;
      expect(domain.sMax - domain.sMin).toBeCloseTo(domain.tMax - domain.tMin, 9);
    }
    observer.disconnect();
  });

  it('probe agrees with field', async () => {
    const element = await mountIdle(START);
    await element.step(20);
    const field = await element.field({ width: 5, height: 4, layer: 2 });
    element.layer = 2;
    await element.whenIdle();
    for (let pixel = 0; pixel < 20; pixel++) {
      const { domain } = field.request;
      const [x, y] = pixelCentre(domain, 5, 4, pixel % 5, Math.floor(pixel / 5));
      const probe = await element.probe(x, y);
      expect(probe).toMatchObject({ x, y, layer: 2, span: 2, status: 'good' });
      expect(probe.span).toBe(field.span);
      // Float32 through three layers of six: a hundred roundings of 6e-8 each stay far below this.
      expect(Math.abs(probe.exponent - field.exponents[pixel])).toBeLessThan(1e-5);
      expect(Math.abs(probe.outputs[0] - field.outputs[pixel])).toBeLessThan(1e-5);
      expect(probe.class).toBe(field.classes[pixel]);
    }
  });

  it('is interpolated up to a tolerance', async () => {
    const element = await mountIdle(`backend="${backend}" resolution="96" style="width: 240px"`);
    const exact = await readPicture(element);
    element.setAttribute('tolerance', '20');
    await element.whenIdle();
    const loose = countDifferent(await readPicture(element), exact);
    // In float64 nothing is interpolated.
    expect(loose > 50).toBe(backend === 'webgpu');
    element.removeAttribute('tolerance');
    await element.whenIdle();
    expect(countDifferent(await readPicture(element), exact)).toBe(0);
  });

  it('says why nothing is shown of λ₂ where there is none', async () => {
    const element = await mountIdle(`${START} quantity="second-exponent"`);
    const hint = () => element.shadowRoot!.querySelector<HTMLElement>('.hint');
    expect(countColors(await readPicture(element))).toBeGreaterThan(20);
    expect(hint()?.dataset.shown).toBeUndefined();
    element.layer = 'output';
    await element.whenIdle();
    expect(countColors(await readPicture(element))).toBeLessThan(5);
    expect(hint()!.textContent).toBe('λ₂ is −∞ behind a layer of one neuron');
    expect(hint()!.dataset.shown).toBe('');
    element.layer = 'last';
    await element.whenIdle();
    expect(countColors(await readPicture(element))).toBeGreaterThan(20);
  });

  it('fits the automatic range to the field, symmetric about 0 where the map diverges', async () => {
    const element = await mountIdle(`${START} no-colorbar`);
    for (const quantity of ['exponent', 'second-exponent', 'output'] as const) {
      element.quantity = quantity;
      await element.whenIdle();
      const { width, height, low, high } = element.frame!;
      const field = await element.field({ width, height });
      const isExponent = quantity !== 'output';
      const values = { exponent: field.exponents, 'second-exponent': field.secondExponents };
      const shown = isExponent ? values[quantity] : field.outputs;
      const sorted = [...shown].map((value) => value * (isExponent ? field.span : 1));
      sorted.sort((a, b) => a - b);
      const at = (part: number): number => sorted[Math.round(part * (sorted.length - 1))];
      const reach = Math.max(-at(0.01), at(0.99));
      expect(low).toBe(-high);
      expect(high / reach, quantity).toBeGreaterThan(0.97);
      expect(high / reach, quantity).toBeLessThan(1.1);
    }
    element.quantity = 'exponent';
    element.colormap = 'viridis';
    await element.whenIdle();
    expect(element.frame!.low).not.toBe(-element.frame!.high);
    element.range = [-1, 5];
    await element.whenIdle();
    expect(element.frame).toMatchObject({ low: -1, high: 5 });
  });
});

describe('picture', () => {
  it('shows the given domain, and more where the canvas is wider', async () => {
    const element = await mountIdle(
      'architecture="2-4-1" no-colorbar resolution="32" domain="0,0,1,1" style="width: 300px; height: 150px"',
    );
    expect(element.frame).toMatchObject({ width: 32, height: 16 });
    const select = nextEvent(element, 'ftle-select');
    const canvas = element.shadowRoot!.querySelector('canvas')!;
    const box = canvas.getBoundingClientRect();
    const init = { bubbles: true, clientX: box.left + 225, clientY: box.top + 30 };
    canvas.dispatchEvent(new MouseEvent('click', init));
    const { detail } = await select;
    expect(detail.x).toBeCloseTo(1, 6);
    expect(detail.y).toBeCloseTo(0.8, 6);
    const field = await element.field({ width: 4, height: 4 });
    expect(field.request.domain).toEqual({ sMin: 0, tMin: 0, sMax: 1, tMax: 1 });
  });

  it('is complete when whenIdle resolves', async () => {
    const element = mount(`dataset="moons" architecture="2-6x3-1" style="width: 240px"`);
    await element.whenIdle();
    expect(element.frame!.width).toBeGreaterThan(128);
    let frames = 0;
    element.addEventListener('ftle-frame', () => frames++);
    await nextFrame();
    await nextFrame();
    expect(frames).toBe(0);
    element.layer = 1;
    await element.whenIdle();
    expect(frames).toBeGreaterThan(0);
  });

  it('is complete off screen too, if it is asked', async () => {
    const element = mount(`${SMALL} dataset="xor"`);
    element.parentElement!.style.cssText = 'position: absolute; top: 5000px';
    await nextFrame();
    await nextFrame();
    expect(element.frame).toBeNull();
    await element.whenIdle();
    expect(element.frame).toMatchObject({ width: 32 });
    expect(countColors(await readPicture(element))).toBeGreaterThan(20);
  });

  it('says ridges as segments and curves, which lie along the boundary of a trained network', async () => {
    const element = await mountIdle(
      'dataset="circle" architecture="2-10x3-1" resolution="64" learning-rate="0.1" style="width: 240px"',
    );
    await element.step(1500);
    await element.whenIdle();
    const segments = await element.ridgeSegments();
    expect(segments.length % 4).toBe(0);
    // The circle holds half of the square in which the points are uniform with variance 1.
    const radius = Math.sqrt(6 / Math.PI);
    let [near, all] = [0, 0];
    for (let i = 0; i < segments.length; i += 4) {
      const [x0, y0, x1, y1] = segments.subarray(i, i + 4);
      const length = Math.hypot(x1 - x0, y1 - y0);
      all += length;
      const distance = Math.hypot((x0 + x1) / 2, (y0 + y1) / 2);
      if (Math.abs(distance - radius) < 0.2 * radius) near += length;
    }
    expect(all).toBeGreaterThan(Math.PI * radius);
    expect(near / all).toBeGreaterThan(0.8);
    // Other ridges when they are asked for, on screen and in files, and the same ones again.
    const count = async (): Promise<number> => {
      await element.whenIdle();
      return (await element.ridgeSegments()).length / 4;
    };
    const write = (): Promise<string> =>
      element.toBlob({ type: 'image/svg+xml', width: 64 }).then((blob) => blob.text());
    element.ridges = true;
    await element.whenIdle();
    const [picture, file] = [await readPicture(element), await write()];
    element.ridgeThreshold = 99;
    expect(await count()).toBe(0);
    expect(countDifferent(await readPicture(element), picture)).toBeGreaterThan(100);
    expect(await write()).not.toBe(file);
    element.setAttribute('ridge-threshold', 'auto');
    element.ridgeSmoothing = 0.08;
    expect(await count()).not.toBe(segments.length / 4);
    element.removeAttribute('ridge-smoothing');
    expect(await count()).toBe(segments.length / 4);
    element.setAttribute('ridge-smoothing', '1');
    await element.updateComplete;
    expect(messageOf(element)).toMatch(/ridge-smoothing is 1, but must be .* at most 0.1/);
    element.removeAttribute('ridge-smoothing');
    const [ring] = await element.ridgeCurves({ width: 96, height: 96, smoothing: 1 });
    expect(ring.points.length / 2).toBe(ring.strengths.length);
    for (let i = 0; i < ring.points.length; i += 2) {
      const distance = Math.hypot(ring.points[i], ring.points[i + 1]);
      expect(Math.abs(distance - radius)).toBeLessThan(0.3 * radius);
    }
    await expect(element.ridgeCurves({ smoothing: 99 })).rejects.toThrow(/smoothing is 99/);

    // The same curves as data, beside the boundary.
    const options = { width: 64, height: 64, smoothing: 1 };
    const data = await element.field(options);
    const [ridges, boundary] = [findRidgeCurves(data, options), findBoundaryCurves(data)];
    const report = await element.curves(options);
    expect(report).toEqual(reportRidges(data, ridges, boundary));
    expect([report.ridges.length, report.boundary.length]).not.toContain(0);
    expect(report.distance.mean).toBeLessThan(0.3 * radius);
    const polished = await element.curves({ ...options, polish: true });
    expect(polished.ridges[0].polished).toContain(true);
    expect(polished.ridges[0].points).not.toEqual(report.ridges[0].points);
    expect(await element.curves({ ...options, format: 'geojson' })).toEqual(
      curvesToGeoJson(ridges, boundary),
    );
    expect(await element.curves({ ...options, format: 'svg' })).toBe(
      curvesToSvg(ridges, boundary, data.request),
    );
    await expect(element.curves({ format: 'png' as 'svg' })).rejects.toThrow(
      /format is "png", but must be one of json, geojson, svg/,
    );
    const signal = AbortSignal.abort();
    await expect(element.curves({ signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('takes a signal for long fields', async () => {
    const element = await mountIdle(`${SMALL} dataset="xor"`);
    const signal = AbortSignal.abort();
    await expect(element.field({ signal })).rejects.toMatchObject({ name: 'AbortError' });
    await expect(element.field({ width: 0 })).rejects.toThrow(/width is 0/);
    await expect(element.field({ layer: 9 })).rejects.toThrow(/layer is 9/);
  });
});
