// Plan: each kind of bad input, on a map that shows a picture: the message names it, `ftle-error` fires
// once, the picture stays pixel for pixel; put right, the message goes. Bad from the start: message, no
// blank element. Several at once: the gravest first. Control: good values leave no message and do change
// the picture.
import type { Dataset } from '../../src/data/dataset.ts';
import type { FtleMapElement } from 'ftle-map/element';
import { afterEach, describe, expect, it } from 'vitest';
import {
  countColors,
  countDifferent,
  messageOf,
  mount,
  mountIdle,
  nextEvent,
  readPicture,
  SMALL,
  unmountAll,
} from '../support/element.ts';

afterEach(unmountAll);

function networkUrl(change: (file: Record<string, unknown>) => void): string {
  const layer = (inputs: number, width: number) => ({
    type: 'dense',
    width,
    activation: 'tanh',
    weight: Array.from({ length: width }, (_, i) => {
      return Array.from({ length: inputs }, (_, j) => Math.sin(1 + i + 2 * j));
    }),
    bias: Array.from({ length: width }, () => 0.1),
  });
  const file: Record<string, unknown> = {
    format: 'ftle-map/network',
    version: 1,
    inputWidth: 2,
    layers: [layer(2, 3), layer(3, 1)],
  };
  change(file);
  return `data:application/json,${encodeURIComponent(JSON.stringify(file))}`;
}

interface JsonLayer {
  weight: unknown[][];
}

const ownData: Dataset = {
  name: 'own',
  inputWidth: 2,
  outputWidth: 1,
  count: 4,
  trainCount: 3,
  points: new Float32Array([-1, -1, 1, 1, 1, -1, -1, 1]),
  targets: new Float32Array([1, 1, -1, -1]),
  classes: new Uint8Array([1, 1, 0, 0]),
  classCount: 2,
  mean: new Float64Array(2),
  deviation: new Float64Array([1, 1]),
};

/** Name, what goes wrong, and words that the message must have. */
const CASES: readonly [string, Partial<Record<keyof FtleMapElement, unknown>>, RegExp][] = [
  ['architecture that does not parse', { architecture: '2-ten-1' }, /architecture.*"ten"/],
  ['width 0', { architecture: '2-0x3-1' }, /width 0.*1 to 1024/],
  ['too many layers', { architecture: '2-4x9999-1' }, /9999 layers/],
  ['architecture that does not fit the data', { architecture: '3-4-1' }, /3 inputs.*xor has 2/],
  ['layer beyond the last', { layer: 4 }, /layer is 4.*1 to 3/],
  ['layer that is none', { layer: 1.5 }, /layer is 1.5/],
  ['domain of zero area', { domain: [0, 0, 0, 1] }, /no area/],
  ['domain of three numbers', { domain: [0, 0, 1] }, /domain is \[0,0,1\].*four/],
  ['domain that is not finite', { domain: [0, 0, Infinity, 1] }, /domain/],
  ['unknown data set', { datasetName: 'cubes' }, /dataset is "cubes".*circle/],
  ['unknown quantity', { quantity: 'entropy' }, /quantity is "entropy".*exponent/],
  ['unknown colour map', { colormap: 'jet' }, /colormap is "jet".*viridis/],
  ['unknown activation', { activation: 'step' }, /activation is "step".*tanh/],
  ['unknown backend', { backend: 'cuda' }, /backend is "cuda".*webgpu/],
  ['range upside down', { range: [1, -1] }, /range is 1,-1/],
  ['learning rate 0', { learningRate: 0 }, /learning-rate is 0/],
  ['momentum 1', { momentum: 1 }, /momentum is 1/],
  ['seed that is no number', { seed: 'first' }, /seed is "first"/],
  ['resolution too high', { resolution: 1e6 }, /resolution is 1000000.*8192/],
  [
    'data of wrong shape',
    { data: { ...ownData, points: new Float32Array(7) } },
    /data\.points has 7 numbers.*need 8/,
  ],
  [
    'data with NaN',
    { data: { ...ownData, points: new Float32Array(8).fill(NaN) } },
    /data\.points\[0\] is NaN/,
  ],
  ['data that is no object', { data: 'circle' }, /data is "circle"/],
  ['network JSON that is not there', { src: '/no-such-network.json' }, /no-such-network.*404/],
  ['network JSON that does not parse', { src: 'data:application/json,{"a":' }, /JSON/],
  [
    'network JSON with a wrong shape',
    { src: networkUrl((file) => (file.layers as JsonLayer[])[0].weight.pop()) },
    /layers\[0\]\.weight/,
  ],
  [
    'network JSON with null for a number',
    { src: networkUrl((file) => ((file.layers as JsonLayer[])[0].weight[1][0] = null)) },
    /layers\[0\]\.weight\[1\]/,
  ],
  [
    'network JSON of another version',
    { src: networkUrl((file) => (file.version = 2)) },
    /version is 2/,
  ],
];

const START = `dataset="xor" ${SMALL}`;

describe('bad input', () => {
  it.each(CASES)('%s', async (_name, bad, words) => {
    const element = await mountIdle(START);
    expect(messageOf(element)).toBe('');
    const before = await readPicture(element);
    expect(countColors(before)).toBeGreaterThan(20);
    const good = Object.keys(bad).map((name) => [name, element[name as keyof FtleMapElement]]);
    const errors: Error[] = [];
    element.addEventListener('ftle-error', (event) => errors.push(event.detail.error));

    Object.assign(element, bad);
    await element.whenIdle();

    expect(messageOf(element)).toMatch(words);
    expect(errors).toHaveLength(1);
    expect(errors[0].message).toMatch(words);
    expect(element.error).toBe(errors[0]);
    expect(countDifferent(await readPicture(element), before)).toBe(0);

    Object.assign(element, Object.fromEntries(good));
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    expect(element.error).toBeNull();
    expect(countDifferent(await readPicture(element), before)).toBe(0);
  });

  it('from the start shows the message in the place of the picture', async () => {
    const element = mount(`architecture="2-x-1" style="width: 240px"`);
    const { detail } = await nextEvent(element, 'ftle-error');
    expect(detail.error.message).toMatch(/"x"/);
    await element.whenIdle();
    expect(messageOf(element)).toMatch(/"x"/);
    await expect(element.toBlob()).rejects.toThrow(/no network/);
    await expect(element.step()).rejects.toThrow(/no network/);
    element.architecture = '2-4-1';
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    expect(countColors(await readPicture(element))).toBeGreaterThan(20);
  });

  it('shows the gravest of several and how many more there are', async () => {
    const element = await mountIdle(START);
    element.colormap = 'jet' as 'greys';
    element.layer = 99;
    element.architecture = '2-0-1';
    await element.whenIdle();
    expect(messageOf(element)).toMatch(/^architecture.*and [12] more/);
    element.architecture = '2-6x3-1';
    await element.whenIdle();
    expect(messageOf(element)).toMatch(/^layer is 99/);
  });

  it.each([
    [
      { datasetName: 'blobs' },
      /has 1 output, but data set blobs has 3$/,
      { datasetName: 'nope' },
      /^dataset is "nope"[^(]*$/,
    ],
    [{ planeAxes: '0,2' }, /^plane-axes[^(]*$/, { planeAxes: '0' }, /^plane-axes[^(]*$/],
  ])('counts no error of settings that are gone: %o', async (bad, words, worse, otherWords) => {
    const element = await mountIdle(START);
    Object.assign(element, bad);
    await element.whenIdle();
    const first = messageOf(element);
    expect(first).toMatch(words);
    Object.assign(element, worse);
    await element.whenIdle();
    expect(messageOf(element)).toMatch(otherWords);
    expect(messageOf(element)).not.toBe(first);
    Object.assign(element, bad);
    await element.whenIdle();
    expect(messageOf(element)).toBe(first);
  });

  it('is judged by the network that comes with it', async () => {
    const element = await mountIdle(START);
    const errors: Error[] = [];
    element.addEventListener('ftle-error', (event) => errors.push(event.detail.error));
    element.architecture = '2-4x6-1';
    element.layer = 6;
    await element.whenIdle();
    expect(errors).toEqual([]);
  });

  it('control: good values change the picture and leave no message', async () => {
    const element = await mountIdle(START);
    const before = await readPicture(element);
    element.layer = 1;
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    expect(countDifferent(await readPicture(element), before)).toBeGreaterThan(1000);

    element.src = networkUrl(() => undefined);
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    expect(element.network?.depth).toBe(1);
    element.data = ownData;
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
  });
});
