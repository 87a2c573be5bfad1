// Plan: toBlob with options and networkBlob, on both backends: sizes and proportions, pixels against the colours that
// the field has by element.field(), the colour bar, lines as on screen, every type with its parameters, which name
// the network by the hash of its present weights and how it was trained; options that do not fit; abort. Control:
// another layer gives another picture, training another hash.
import type { MapParameters } from 'ftle-map';
import { loadNetwork, parseNpy, parseNpz, readParameters } from 'ftle-map';
import type { FtleMapElement } from 'ftle-map/element';
import { decode } from 'fast-png';
import { afterEach, describe, expect, it } from 'vitest';
import { describeNetwork } from '../../src/files/parameters.ts';
import { colorTable, tableColor } from '../../src/render/palette.ts';
import { mount, mountIdle, readPicture, SMALL, unmountAll } from '../support/element.ts';

afterEach(unmountAll);

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());

type Options = NonNullable<Parameters<FtleMapElement['toBlob']>[0]>;

async function picture(element: FtleMapElement, options: Options) {
  const blob = await element.toBlob(options);
  expect(blob.type).toBe('image/png');
  const bytes = await bytesOf(blob);
  return { ...decode(bytes, { checkCrc: true }), parameters: await readParameters(bytes) };
}

describe.each(['webgpu', 'cpu'] as const)('files of a map, backend %s', (backend) => {
  const START = `dataset="circle" backend="${backend}" ${SMALL} range="-3,2" colormap="viridis"`;

  it('in colours have the wanted size, whatever the screen', async () => {
    const element = await mountIdle(START);
    for (const [options, size] of [
      [{ width: 50 }, [50, 50]],
      [{ height: 31 }, [31, 31]],
      [{ width: 61, height: 17 }, [61, 17]],
      [{ width: 1, height: 1 }, [1, 1]],
    ] as const) {
      const { width, height, channels, depth, parameters } = await picture(element, options);
      expect([width, height]).toEqual(size);
      expect([channels, depth]).toEqual([3, 8]);
      expect(parameters.field).toMatchObject({ width: size[0], height: size[1], layer: 3 });
    }
    const { parameters } = await picture(element, { width: 60, height: 20 });
    const [sMin, tMin, sMax, tMax] = parameters.field!.domain;
    expect((sMax - sMin) / (tMax - tMin)).toBeCloseTo(3, 9);
  });

  it('in colours show the field', async () => {
    const element = await mountIdle(START);
    const { data, parameters } = await picture(element, { width: 24, height: 18 });
    const [sMin, tMin, sMax, tMax] = parameters.field!.domain;
    const domain = [sMin, tMin, sMax, tMax] as const;
    const field = await element.field({ width: 24, height: 18, domain });
    const table = colorTable('viridis');
    for (let i = 0; i < 24 * 18; i++) {
      const place = (17 - Math.floor(i / 24)) * 24 + (i % 24);
      const color = tableColor(table, (field.span * field.exponents[i] + 3) / 5);
      const wanted = color.map((part) => Math.round(255 * part));
      expect([...data.slice(3 * place, 3 * place + 3)]).toEqual(wanted);
    }
    element.layer = 1;
    await element.whenIdle();
    const other = await picture(element, { width: 24, height: 18 });
    expect([...other.data]).not.toEqual([...data]);
    expect(other.parameters.field!.layer).toBe(1);
  });

  it('explain their colours and have the lines of the map on request', async () => {
    const element = await mountIdle(
      `${START} ridges ridge-smoothing="0.02" ridge-threshold="-1" boundary samples directions`,
    );
    const plain = await picture(element, { width: 80 });
    const { width, height, data, parameters } = await picture(element, {
      width: 80,
      colorbar: true,
    });
    expect(width).toBeGreaterThan(110);
    expect(height).toBe(140);
    expect([...data.slice(0, 240)]).toEqual([...plain.data.slice(0, 240)]);
    expect(parameters.picture).toMatchObject({
      quantity: 'exponent',
      range: [-3, 2],
      ridges: true,
      ridgeSmoothing: 0.02,
      ridgeThreshold: -1,
      boundary: true,
      samples: true,
      directions: true,
      colorbar: true,
    });
    const svg = await element.toBlob({ type: 'image/svg+xml', width: 80 });
    expect(svg.type).toBe('image/svg+xml');
    const parsed = new DOMParser().parseFromString(await svg.text(), 'image/svg+xml');
    expect(parsed.querySelector('path.boundary')!.getAttribute('d')).toMatch(/^M/);
    expect(parsed.querySelectorAll('circle.sample').length).toBe(600);
    expect(await readParameters(await bytesOf(svg))).toMatchObject({ picture: { range: [-3, 2] } });
  });

  it('have all that the canvas has', async () => {
    const element = await mountIdle(
      `backend="${backend}" dataset="xor" domain="-1,-1,1,1" no-colorbar resolution="240" architecture="2-6x3-1" range="-3,2" style="width: 240px"`,
    );
    const look = async (): Promise<Uint8ClampedArray> => (await readPicture(element)).data;
    const saved = async (): Promise<Uint8ClampedArray> => {
      const blob = await element.toBlob({ width: 240 });
      const bitmap = await createImageBitmap(blob);
      const context = new OffscreenCanvas(240, 240).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(0, 0, 240, 240).data;
    };
    /** Part of the pixels that differ by more than an eighth of the range of a channel. */
    const differing = (a: Uint8ClampedArray, b: Uint8ClampedArray): number => {
      expect(a.length).toBe(b.length);
      let count = 0;
      for (let i = 0; i < a.length; i += 4) {
        if ([0, 1, 2].some((k) => Math.abs(a[i + k] - b[i + k]) > 32)) count++;
      }
      return count / (a.length / 4);
    };
    const plain = await saved();
    expect(differing(plain, await look())).toBeLessThan(0.01);
    const styles = [
      { regions: true },
      { directions: 'convolution' },
      { samples: true },
      {
        planePoints: [
          [0, 0],
          [0.5, 0],
          [0, 0.5],
        ],
        domain: [-1, -1, 1, 1],
      },
    ] as const;
    for (const style of styles) {
      const before = Object.fromEntries(
        Object.keys(style).map((name) => [name, element[name as 'regions']]),
      );
      Object.assign(element, style);
      await element.whenIdle();
      const [file, canvas] = [await saved(), await look()];
      const name = Object.keys(style)[0];
      const [apart, changed] = [differing(file, canvas), differing(file, plain)];
      console.log(
        `${backend} ${name}: ${apart} of the file apart from the canvas, ${changed} from plain`,
      );
      expect(changed, name).toBeGreaterThan(0.005);
      // Edges of dots, rings and letters are softened in other ways than on screen.
      const limits: Readonly<Record<string, number>> = { samples: 0.4, planePoints: 0.6 };
      expect(apart, name).toBeLessThan((limits[name] ?? 0.01) * changed);
      Object.assign(element, before);
    }
    await element.whenIdle();
    expect(differing(await saved(), plain)).toBe(0);
  });

  it('as arrays, tables and greys hold λ itself', async () => {
    const element = await mountIdle(START);
    const size = { width: 9, height: 6 };
    const arrays = await element.toBlob({ type: 'application/x-npz', ...size });
    const found = await parseNpz(await bytesOf(arrays));
    const { domain } = (await readParameters(await bytesOf(arrays))).field!;
    const { exponents } = await element.field({ ...size, domain });
    expect(found.get('lambda1')).toEqual({ shape: [6, 9], values: exponents });
    const array = await element.toBlob({ type: 'application/x-npy', ...size });
    expect(parseNpy(await bytesOf(array))).toEqual({ shape: [6, 9], values: exponents });
    const table = await (await element.toBlob({ type: 'text/csv', ...size })).text();
    const rows = table.trimEnd().split('\n').slice(2);
    expect(rows.map((row) => Math.fround(Number(row.split(',')[2])))).toEqual([...exponents]);
    const grey = await picture(element, { bitDepth: 16, ...size });
    expect([grey.channels, grey.depth]).toEqual([1, 16]);
    expect(grey.parameters.grey!.low).toBe(Math.min(...exponents));
  });

  it('name the network by its present weights, and how it was trained', async () => {
    const element = await mountIdle(`${START} seed="3" learning-rate="0.1" start-variance="2"`);
    const parametersNow = async (): Promise<MapParameters> =>
      readParameters(await bytesOf(await element.toBlob({ type: 'text/csv', width: 2 })));
    const before = await parametersNow();
    expect(before.training).toBeUndefined();
    expect(before.network.start).toEqual({ scheme: 'gaussian', variance: 2, seed: 3 });
    await element.step(5);
    const after = await parametersNow();
    expect(after.network.sha256).not.toBe(before.network.sha256);
    expect(after.network.sha256).toBe(describeNetwork(element.network!).sha256);
    expect(after.training).toEqual({
      dataset: 'circle',
      seed: 3,
      optimizer: 'sgd',
      learningRate: 0.1,
      momentum: 0,
      weightDecay: 0,
      batchSize: 64,
      loss: 'squared',
      stepCount: 5,
    });
    for (const format of ['safetensors', 'json'] as const) {
      const bytes = await bytesOf(await element.networkBlob(format));
      const { network, format: recognised } = await loadNetwork(bytes);
      expect(recognised).toBe(format);
      expect(network.parameters).toEqual(element.network!.parameters);
      const { network: record, training } = await readParameters(bytes);
      expect({ record, training }).toEqual({ record: after.network, training: after.training });
      // What it takes are inputs as they were trained on.
      const text = new TextDecoder().decode(bytes);
      expect(text).toMatch(/standardisation[^]*mean[^]*deviation/);
    }
  });
});

it('refuses options that do not fit, and stops at an abort', async () => {
  const element = await mountIdle(`dataset="xor" backend="cpu" ${SMALL}`);
  for (const [options, message] of [
    [{ width: 0 }, /width is 0, but must be a whole number from 1 to 8192/],
    [{ height: 2.5 }, /height is 2.5/],
    [{ type: 'image/gif' }, /type is "image\/gif", but must be one of image\/png/],
    [{ bitDepth: 12 }, /bitDepth is 12/],
    [{ bitDepth: 16, type: 'text/csv' }, /16 of a PNG/],
  ] as [Options, RegExp][]) {
    await expect(element.toBlob(options), JSON.stringify(options)).rejects.toThrow(message);
  }
  await expect(
    element.toBlob({ width: 500, signal: AbortSignal.timeout(20) }),
  ).rejects.toMatchObject({ name: 'TimeoutError' });
  const hidden = mount(`${SMALL} hidden backend="cpu"`);
  hidden.parentElement!.style.display = 'none';
  const blob = await hidden.toBlob({ type: 'application/x-npy' });
  expect(parseNpy(await bytesOf(blob)).shape).toEqual([512, 512]);
});
