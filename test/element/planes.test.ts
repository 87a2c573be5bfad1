// Plan: on a network of five inputs, each way to give a plane (axes, plane, three points, data) shows another
// picture and gives the field that the engine computes for the plane made by hand; the domain follows the
// points or deviations, and the colours their range; exponents in the plane and over all inputs differ, in
// picture, probe, colour bar and label, and agree with the float64 reference; marks lie where the points are.
// What does not fit is named, the picture stays, and goes on once it is put right. Control: two inputs,
// where both exponents are the same and no words tell them apart.
import {
  axesPlane,
  createPlane,
  exponents,
  initialiseNetwork,
  parseArchitecture,
  planeExponents,
  planePoint,
  pointsPlane,
  principalPlane,
  writeNetworkSafetensors,
  type Network,
  type Plane,
} from 'ftle-map';
import type { FtleMapElement } from 'ftle-map/element';
import { afterEach, describe, expect, it } from 'vitest';
import {
  countDifferent,
  messageOf,
  mountIdle,
  nextEvent,
  readPicture,
  unmountAll,
} from '../support/element.ts';

afterEach(unmountAll);

/** Fields are float32; this is far below what another plane or space would change, 0.01 and more. */
const SAME = 2e-4;
const INPUTS = 5;
const network = initialiseNetwork(parseArchitecture(`${INPUTS}-8x3-2`), 4, {
  scheme: 'gaussian',
  variance: 3,
});
const points = [
  [0.5, -1, 0.2, 0.7, 0.1],
  [-0.4, 0.3, 1, -0.2, 0.6],
  [0.1, 0.9, -0.8, 0.4, -1],
] as const;
/** Thirty points that spread by 2, 1, and little along the axes of inputs 3, 1 and the others. */
const data = Array.from({ length: 30 }, (_, i) => [
  0.01 * Math.sin(3 * i),
  Math.cos(2.1 * i),
  0.01 * Math.cos(5 * i),
  2 * Math.sin(1.3 * i),
  0.5,
]);

/** An element that shows the network. */
async function mountNetwork(attributes = '', given: Network = network): Promise<FtleMapElement> {
  const element = await mountIdle(`resolution="32" style="width: 240px" ${attributes}`);
  const bytes = writeNetworkSafetensors(given);
  element.files = [new File([bytes as Uint8Array<ArrayBuffer>], 'net.safetensors')];
  await element.whenIdle();
  return element;
}

const titleOf = (element: FtleMapElement): string =>
  element.shadowRoot!.querySelector('.colorbar .title')!.textContent;

const labelOf = (element: FtleMapElement): string =>
  element.shadowRoot!.querySelector('canvas:not(.marks)')!.getAttribute('aria-label')!;

/** Largest difference of the element's λ₁ from float64 in that plane. */
async function worstDifference(element: FtleMapElement, plane: Plane): Promise<number> {
  const size = 9;
  const { exponents: found, request } = await element.field({ width: size, height: size });
  const { domain, space } = request;
  let worst = 0;
  for (let i = 0; i < size * size; i++) {
    const s = domain.sMin + (((i % size) + 0.5) / size) * (domain.sMax - domain.sMin);
    const t = domain.tMin + ((Math.floor(i / size) + 0.5) / size) * (domain.tMax - domain.tMin);
    const point = planePoint(plane, s, t);
    const wanted =
      space === 'full'
        ? exponents(network, point, 3).values[0]
        : planeExponents(network, point, 3, plane).first;
    const difference = Math.abs(found[i] - wanted);
    expect(difference).not.toBeNaN();
    worst = Math.max(worst, difference);
  }
  return worst;
}

const oblique = createPlane([0.1, 0.2, 0, 0, 0.3], [1, 1, 0, 0, 1], [0, 1, 2, 0, 0]);

/** Name, how it is given, the plane meant, centre and half side of the domain. */
const PLANES: readonly [
  name: string,
  give: (element: FtleMapElement) => void,
  plane: Plane,
  reach: number | null,
][] = [
  [
    'two inputs',
    (element) => element.setAttribute('plane-axes', '3,1'),
    axesPlane(INPUTS, [3, 1]),
    1.8,
  ],
  ['any plane', (element) => (element.plane = oblique), oblique, 1.8],
  ['three points', (element) => (element.planePoints = points), pointsPlane(...points).plane, null],
  [
    'data',
    (element) => (element.planeData = data),
    principalPlane(data.flat(), INPUTS).plane,
    2.5 * principalPlane(data.flat(), INPUTS).deviations[0],
  ],
  [
    'data in one array',
    (element) => (element.planeData = Float64Array.from(data.flat())),
    principalPlane(data.flat(), INPUTS).plane,
    2.5 * principalPlane(data.flat(), INPUTS).deviations[0],
  ],
];

describe('a plane from', () => {
  it.each(PLANES)('%s is shown', async (_, give, plane, reach) => {
    const element = await mountNetwork();
    const before = await readPicture(element);
    const range = [element.frame!.low, element.frame!.high];
    expect(await worstDifference(element, plane)).toBeGreaterThan(0.01);
    give(element);
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    expect(await worstDifference(element, plane)).toBeLessThan(SAME);
    expect(countDifferent(await readPicture(element), before)).toBeGreaterThan(1000);
    expect([element.frame!.low, element.frame!.high]).not.toEqual(range);
    const { domain } = (await element.field({ width: 1, height: 1 })).request;
    if (reach !== null) expect(domain.sMax).toBeCloseTo(reach, 9);
    // The default is back as soon as nothing else is asked for.
    Object.assign(element, { planeAxes: null, plane: null, planePoints: null, planeData: null });
    await element.whenIdle();
    expect(countDifferent(await readPicture(element), before)).toBe(0);
  });

  it('data goes along their widest spread', async () => {
    const element = await mountNetwork();
    element.planeData = data;
    await element.whenIdle();
    const [centre, right] = [await element.probe(0, 0), await element.probe(1, 0)];
    const along = right.point.map((value, i) => value - centre.point[i]);
    expect(Math.abs(along[3])).toBeGreaterThan(0.99);
  });

  it('three points holds them, with a ring and a number at each', async () => {
    const element = await mountNetwork();
    const plain = await readPicture(element);
    element.planePoints = points;
    await element.whenIdle();
    const { places } = pointsPlane(...points);
    const { domain } = (await element.field({ width: 1, height: 1 })).request;
    for (const [i, [s, t]] of places.entries()) {
      expect(s > domain.sMin && s < domain.sMax && t > domain.tMin && t < domain.tMax).toBe(true);
      const { point } = await element.probe(s, t);
      point.forEach((value, k) => expect(value).toBeCloseTo(points[i][k], 9));
    }
    const overlay = element.shadowRoot!.querySelector<HTMLCanvasElement>('canvas.marks')!;
    const { width, height } = overlay;
    const pixels = overlay.getContext('2d')!.getImageData(0, 0, width, height).data;
    const picture = await readPicture(element);
    expect(picture.width).toBe(plain.width);
    /** The darkest of a pixel and its neighbours at the left and right. */
    const darkest = (image: Uint8ClampedArray, x: number, y: number): number => {
      const at = [-1, 0, 1].map((k) => 4 * (Math.round(y) * width + Math.round(x) + k));
      return Math.min(...at.map((i) => Math.max(...image.subarray(i, i + 3))));
    };
    for (const [s, t] of places) {
      const x = ((s - domain.sMin) / (domain.sMax - domain.sMin)) * width;
      const y = ((domain.tMax - t) / (domain.tMax - domain.tMin)) * height;
      const left = x - 6 * devicePixelRatio;
      // The ring is in the file too, and its middle is free.
      expect(darkest(pixels, left, y)).toBeLessThan(60);
      expect(darkest(picture.data, left, y)).toBeLessThan(60);
      expect(pixels[4 * (Math.round(y) * width + Math.round(x)) + 3]).toBe(0);
      expect(pixels[4 * (Math.round(y) * width + Math.round(left)) + 3]).toBe(255);
    }
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(labelOf(element)).toMatch(/point 1 at .*point 3 at/);
    element.planePoints = null;
    await element.whenIdle();
    expect(element.shadowRoot!.querySelector('canvas.marks')).toBeNull();
  });

  it('a data set of more inputs shows all its points', async () => {
    const element = await mountNetwork('plane-axes="3,1"');
    element.data = {
      name: 'wide',
      inputWidth: INPUTS,
      outputWidth: 2,
      count: data.length,
      trainCount: 20,
      points: Float32Array.from(data.flat()),
      targets: new Float32Array(2 * data.length),
      classes: new Uint8Array(data.length),
      classCount: 2,
      mean: new Float64Array(INPUTS),
      deviation: new Float64Array(INPUTS).fill(1),
    };
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    const { domain } = (await element.field({ width: 1, height: 1 })).request;
    const widest = Math.max(...data.map((point) => point[3]));
    expect(domain.sMax).toBeGreaterThan(widest);
    expect(domain.sMax).toBeLessThan(1.2 * widest);
  });
});

describe('exponents', () => {
  it('over all inputs are told from those in the plane', async () => {
    const element = await mountNetwork();
    expect(titleOf(element)).toBe('l·λ₁ in the plane');
    const inPlane = await readPicture(element);
    expect(await worstDifference(element, axesPlane(INPUTS, [0, 1]))).toBeLessThan(SAME);

    element.setAttribute('space', 'full');
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    expect(titleOf(element)).toBe('l·λ₁ over all inputs');
    expect(countDifferent(await readPicture(element), inPlane)).toBeGreaterThan(1000);
    expect(await worstDifference(element, axesPlane(INPUTS, [0, 1]))).toBeLessThan(SAME);
    element.perLayer = true;
    await element.whenIdle();
    expect(titleOf(element)).toBe('λ₁ over all inputs per layer');
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(labelOf(element)).toMatch(/exponent over all inputs per layer at hidden layer 3 of 3/);
  });

  it('of a probe come with their space and the direction as an input', async () => {
    const element = await mountNetwork('plane-axes="3,1"');
    const [x, y] = [0.3, -0.7];
    const plane = axesPlane(INPUTS, [3, 1]);
    const inPlane = await element.probe(x, y);
    expect(inPlane.space).toBe('plane');
    expect(inPlane.point).toEqual(planePoint(plane, x, y));
    expect(inPlane.exponent).toBe(planeExponents(network, inPlane.point, 3, plane).first);
    inPlane.inputDirection.forEach((value, i) => expect(value !== 0).toBe(i === 3 || i === 1));
    expect(Math.hypot(...inPlane.inputDirection)).toBeCloseTo(1, 12);

    const full = await element.probe(x, y, { space: 'full' });
    const truth = exponents(network, full.point, 3);
    expect(full.space).toBe('full');
    expect(Math.abs(full.exponent - truth.values[0])).toBeLessThan(SAME);
    expect(Math.abs(full.secondExponent - truth.values[1])).toBeLessThan(SAME);
    expect(full.exponent).toBeGreaterThan(inPlane.exponent + 0.01);
    const cosine = full.inputDirection.reduce((sum, v, i) => sum + v * truth.directions[i], 0);
    expect(Math.abs(cosine)).toBeGreaterThan(1 - 1e-6);
    expect(Math.max(...full.inputDirection)).toBe(
      Math.max(...full.inputDirection.map((value) => Math.abs(value))),
    );
    const [dx, dy] = full.direction;
    expect(Math.abs(dx)).toBeCloseTo(Math.abs(full.inputDirection[3]), 12);
    expect(Math.abs(dy)).toBeCloseTo(Math.abs(full.inputDirection[1]), 12);
    // What the map shows is what a probe takes where nothing is said.
    element.space = 'full';
    await element.whenIdle();
    expect((await element.probe(x, y)).space).toBe('full');
    const canvas = element.shadowRoot!.querySelector('canvas')!;
    const selected = nextEvent(element, 'ftle-select');
    canvas.click();
    expect((await selected).detail.space).toBe('full');
  });

  it('control: of two inputs are the same, and no words are added', async () => {
    const two = initialiseNetwork(parseArchitecture('2-8x3-1'), 4);
    const element = await mountNetwork('', two);
    expect(titleOf(element)).toBe('l·λ₁ = log Λ₁');
    const [inPlane, full] = [
      await element.probe(0.2, 0.4),
      await element.probe(0.2, 0.4, { space: 'full' }),
    ];
    expect(Math.abs(inPlane.exponent - full.exponent)).toBeLessThan(SAME);
  });
});

/** What is wrong, and what the message says. */
const WRONG: readonly [name: string, give: (element: FtleMapElement) => void, message: RegExp][] = [
  [
    'an input that is not there',
    (element) => element.setAttribute('plane-axes', '3,5'),
    /^plane-axes: axes\[1\] is 5, but must be an input, a whole number from 0 to 4/,
  ],
  [
    'the same input twice',
    (element) => element.setAttribute('plane-axes', '2,2'),
    /^plane-axes: both axes are input 2, but must be two different inputs/,
  ],
  [
    'one input',
    (element) => element.setAttribute('plane-axes', '3'),
    /^plane-axes is "?3"?, but must be two inputs such as 0,1/,
  ],
  [
    'a plane of other inputs',
    (element) => (element.plane = axesPlane(2, [0, 1])),
    /^plane\.origin has 2 numbers, but the network has 5 inputs/,
  ],
  [
    'a plane whose directions are not unit vectors',
    (element) => (element.plane = { ...oblique, v: oblique.v.map((value) => 2 * value) }),
    /^plane\.v has length 2, but must have length 1; make it with createPlane/,
  ],
  [
    'a plane whose directions are oblique',
    (element) => (element.plane = { ...oblique, v: oblique.u }),
    /^plane\.u and plane\.v are at 0\.0°, but must be at a right angle/,
  ],
  [
    'no plane at all',
    (element) => (element.plane = { origin: 0 } as unknown as Plane),
    /^plane is \{"origin":0\}, but must have origin, u and v/,
  ],
  [
    'two points',
    (element) => (element.planePoints = points.slice(0, 2) as never),
    /^planePoints is .*, but must be three inputs, each a list of numbers/,
  ],
  [
    'a point of other inputs',
    (element) => (element.planePoints = [points[0], points[1], [1, 2]]),
    /^planePoints\[2\] has 2 numbers, but the network has 5 inputs/,
  ],
  [
    'a point that is not finite',
    (element) => (element.planePoints = [points[0], [0, NaN, 0, 0, 0], points[2]]),
    /^planePoints\[1\]\[1\] is NaN, but must be a finite number/,
  ],
  [
    'points on a line',
    (element) => (element.planePoints = [points[0], points[1], points[0]]),
    /^planePoints: the three points lie on a line/,
  ],
  [
    'data of other inputs',
    (element) => (element.planeData = new Float32Array(12)),
    /^planeData has 12 numbers, but must have a multiple of 5/,
  ],
  [
    'too few data',
    (element) => (element.planeData = data.slice(0, 2)),
    /^planeData: points has 10 numbers, but must have a multiple of 5, for three points or more/,
  ],
  [
    'data that are not finite',
    (element) => (element.planeData = [data[0], [0, 0, 0, 0, Infinity], data[2]]),
    /^planeData\[1\]\[4\] is Infinity, but must be a finite number/,
  ],
  [
    'two planes at once',
    (element) => Object.assign(element, { planeAxes: [0, 1], planePoints: points }),
    /^plane-axes and planePoints are given, but must be only one; set the others to null/,
  ],
];

describe('the picture stays, and the message names', () => {
  it.each(WRONG)('%s', async (_, give, message) => {
    const element = await mountNetwork();
    element.planeAxes = [3, 1];
    await element.whenIdle();
    const before = await readPicture(element);
    element.planeAxes = null;
    const failed = nextEvent(element, 'ftle-error');
    give(element);
    expect((await failed).detail.error.message).toMatch(message);
    await element.whenIdle();
    expect(messageOf(element)).toMatch(message);
    expect(countDifferent(await readPicture(element), before)).toBe(0);
  });

  it('a space that is none', async () => {
    const element = await mountNetwork('space="full"');
    const before = await readPicture(element);
    element.setAttribute('space', 'all');
    await element.whenIdle();
    expect(messageOf(element)).toBe('space is "all", but must be one of plane, full');
    expect(countDifferent(await readPicture(element), before)).toBe(0);
    await expect(element.probe(0, 0, { space: 'both' as 'full' })).rejects.toThrow(
      /^space is "both"/,
    );
  });

  it('a plane of a network that is replaced by another', async () => {
    const element = await mountNetwork('plane-axes="3,4"');
    const narrow = initialiseNetwork(parseArchitecture('3-8x3-1'), 4);
    const bytes = writeNetworkSafetensors(narrow);
    element.files = [new File([bytes as Uint8Array<ArrayBuffer>], 'narrow.safetensors')];
    await element.whenIdle();
    expect(element.network!.inputWidth).toBe(3);
    expect(messageOf(element)).toMatch(/^plane-axes: axes\[0\] is 3, .* from 0 to 2/);
    element.planeAxes = [2, 0];
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
  });
});
