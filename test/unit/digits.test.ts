// Plan: IDX files made here, plain and gzip, give back their bytes; every kind of broken file is refused by
// name; four files make MNIST. Drawn digits repeat from their seed, are balanced, and are told apart by the
// nearest of ten means. Coefficients: a network on them and the same on pixels agree, there and back, also in
// float64 at images that were never seen; a moved image is another. Where MNIST itself is at hand
// (FTLE_MNIST names its folder) it is read too. Control: other seeds and other networks differ.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  DIGIT_COUNT,
  digitInputs,
  digitScale,
  MNIST_FILES,
  PIXEL_COUNT,
  readMnist,
  type DigitImages,
} from '../../src/data/digits.ts';
import { readIdx } from '../../src/data/idx.ts';
import { createStrokeDigits } from '../../src/data/stroke-digits.ts';
import { DataError } from '../../src/errors.ts';
import {
  COEFFICIENT_COUNT,
  digitCoefficients,
  onCoefficients,
  onPixels,
} from '../../src/figures/digit-coefficients.ts';
import { digitNetworks, upToBottleneck, withBottleneck } from '../../src/figures/digit-networks.ts';
import { createStates, forward, runForward } from '../../src/reference/forward.ts';
import { compare } from '../support/compare.ts';
import { FLOAT32_UNIT } from '../support/tolerance.ts';

/** An IDX file. */
function idx(shape: readonly number[], values: ArrayLike<number>, type = 8): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  bytes[2] = type;
  bytes[3] = shape.length;
  shape.forEach((length, k) => view.setUint32(4 + 4 * k, length));
  bytes.set(Array.from(values), 4 + 4 * shape.length);
  return bytes;
}

const VALUES = Uint8Array.from({ length: 24 }, (_, i) => (37 * i) % 256);

describe('IDX', () => {
  it.each([
    ['plain', (bytes: Uint8Array) => bytes],
    ['gzip', (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes))],
  ])('reads %s files', async (_, pack) => {
    const found = await readIdx(pack(idx([2, 3, 4], VALUES)), 'a.gz');
    expect(found.shape).toEqual([2, 3, 4]);
    expect(found.values).toEqual(VALUES);
  });

  const gzip = new Uint8Array(gzipSync(idx([24], VALUES)));
  it.each([
    ['nothing', new Uint8Array(0), 'no IDX file'],
    ['text', new TextEncoder().encode('digits'), 'no IDX file'],
    ['floats', idx([24], VALUES, 0x0d), '32-bit floats'],
    ['no dimension', idx([], []), '0 dimensions'],
    ['a short header', idx([2, 3, 4], VALUES).subarray(0, 9), 'ends within its header'],
    ['a missing byte', idx([25], VALUES), '24 bytes of entries, but shape [25] needs 25'],
    ['a byte too many', idx([23], VALUES), '24 bytes of entries, but shape [23] needs 23'],
    ['a giant', idx([65536, 65536], VALUES), 'at most'],
    ['half of a gzip file', gzip.subarray(0, 20), 'no intact gzip file'],
    [
      'a gzip file with a wrong sum',
      gzip.map((b, i) => (i === gzip.length - 6 ? b ^ 1 : b)),
      'no intact gzip file',
    ],
  ])('refuses %s', async (_, bytes, message) => {
    const reading = readIdx(bytes, 'images.gz');
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow('images.gz');
    await expect(reading).rejects.toThrow(message);
  });
});

describe('MNIST', () => {
  const drawn = createStrokeDigits({ seed: 5, trainCount: 20, testCount: 10 });
  const files = (changes: Record<string, Uint8Array> = {}) => {
    const all: Record<string, Uint8Array> = {
      [MNIST_FILES.trainImages]: idx([20, 28, 28], drawn.pixels.subarray(0, 20 * PIXEL_COUNT)),
      [MNIST_FILES.trainLabels]: idx([20], drawn.labels.subarray(0, 20)),
      [MNIST_FILES.testImages]: idx([10, 28, 28], drawn.pixels.subarray(20 * PIXEL_COUNT)),
      [MNIST_FILES.testLabels]: idx([10], drawn.labels.subarray(20)),
      ...changes,
    };
    return (name: string) => Promise.resolve(all[name]);
  };

  it('is four files put together', async () => {
    expect(await readMnist(files())).toEqual({ ...drawn, name: 'mnist' });
  });

  it.each([
    ['images of another size', MNIST_FILES.testImages, idx([10, 28, 27], new Uint8Array(7560))],
    ['too few labels', MNIST_FILES.trainLabels, idx([19], new Uint8Array(19))],
    ['a label beyond 9', MNIST_FILES.testLabels, idx([10], new Uint8Array(10).fill(10))],
  ])('is refused with %s', async (_, name, bytes) => {
    const reading = readMnist(files({ [name]: bytes }));
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(name);
  });

  const folder = process.env['FTLE_MNIST'];
  it.skipIf(!folder)('is read whole where it is at hand', async () => {
    const images = await readMnist((name) => readFile(join(folder!, name)));
    expect(images.trainCount).toBe(60_000);
    expect(images.labels).toHaveLength(70_000);
    const scale = digitScale(images);
    // As every account of MNIST has them.
    expect(scale.mean).toBeCloseTo(0.1307, 4);
    expect(scale.deviation).toBeCloseTo(0.3081, 4);
  });
});

describe('drawn digits', () => {
  const digits = createStrokeDigits({ seed: 1, trainCount: 600, testCount: 200 });

  it('repeat from their seed, whatever their number, and not from another', () => {
    const fewer = createStrokeDigits({ seed: 1, trainCount: 30, testCount: 10 });
    expect(fewer.pixels).toEqual(digits.pixels.subarray(0, fewer.pixels.length));
    const other = createStrokeDigits({ seed: 2, trainCount: 30, testCount: 10 });
    expect(other.pixels).not.toEqual(fewer.pixels);
  });

  it('are balanced, inked in the middle and grey at the edges of lines', () => {
    for (let digit = 0; digit < DIGIT_COUNT; digit++) {
      expect(digits.labels.filter((label) => label === digit)).toHaveLength(80);
    }
    const { mean } = digitScale(digits);
    expect(mean).toBeGreaterThan(0.05);
    expect(mean).toBeLessThan(0.25);
    const grey = digits.pixels.filter((pixel) => pixel > 0 && pixel < 255);
    expect(grey.length / digits.pixels.length).toBeGreaterThan(0.05);
    const corner = digits.pixels.filter((_, i) => i % PIXEL_COUNT === 0);
    expect(corner.every((pixel) => pixel === 0)).toBe(true);
  });

  it('are told apart by the nearest mean image, more or less', () => {
    const right = nearestMean(digits);
    console.log(`nearest mean: ${(100 * right).toFixed(1)} % of drawn digits`);
    expect(right).toBeGreaterThan(0.7);
    const shuffled = {
      ...digits,
      labels: digits.labels.map((label, i) => (i < 600 ? (label * (1 + (i % 7))) % 10 : label)),
    };
    expect(nearestMean(shuffled)).toBeLessThan(right - 0.1);
  });

  it.each([
    [{ trainCount: 0, testCount: 1 }, 'trainCount is 0'],
    [{ trainCount: 1, testCount: 1.5 }, 'testCount is 1.5'],
    [{ trainCount: 1, testCount: 1, seed: -1 }, 'seed is -1'],
  ])('are refused with %o', (options, message) => {
    expect(() => createStrokeDigits(options)).toThrow(message);
  });
});

/** Part of the test images whose nearest class mean is their own. */
function nearestMean(images: DigitImages): number {
  const { labels, trainCount } = images;
  const inputs = digitInputs(images, digitScale(images), 0, labels.length);
  const at = (i: number) => inputs.subarray(i * PIXEL_COUNT, (i + 1) * PIXEL_COUNT);
  const means = Array.from({ length: DIGIT_COUNT }, (_, digit) => {
    const sum = new Float64Array(PIXEL_COUNT);
    let count = 0;
    for (let i = 0; i < trainCount; i++) {
      if (labels[i] !== digit) continue;
      count++;
      at(i).forEach((value, k) => (sum[k] += value));
    }
    return sum.map((value) => value / Math.max(1, count));
  });
  let right = 0;
  for (let i = trainCount; i < labels.length; i++) {
    const point = at(i);
    const squares = means.map((mean) =>
      mean.reduce((sum, value, k) => sum + (value - point[k]) ** 2, 0),
    );
    if (squares.indexOf(Math.min(...squares)) === labels[i]) right++;
  }
  return right / (labels.length - trainCount);
}

describe('coefficients', () => {
  const images = createStrokeDigits({ seed: 3, trainCount: 30, testCount: 20 });
  const scale = digitScale(images);
  const { dataset, mean } = digitCoefficients(images, scale);
  const [network, other] = digitNetworks(COEFFICIENT_COUNT, 12, 3, [1, 2]);
  const whole = onPixels(network, mean);
  const inputs = digitInputs(images, scale, 0, 50);
  const rowOf = (values: Float32Array, width: number, i: number) =>
    values.subarray(i * width, (i + 1) * width);

  it('hold each training image and its four moved copies, centred, and the test images as they are', () => {
    expect(dataset).toMatchObject({ trainCount: 150, count: 170, inputWidth: COEFFICIENT_COUNT });
    for (let c = 0; c < COEFFICIENT_COUNT; c++) {
      let sum = 0;
      for (let i = 0; i < 150; i++) sum += dataset.points[i * COEFFICIENT_COUNT + c];
      expect(Math.abs(sum / 150)).toBeLessThan(1e-5);
    }
    expect(Array.from(dataset.classes.subarray(30, 60))).toEqual(
      Array.from(images.labels.subarray(0, 30)),
    );
    const [own, moved] = [0, 30].map((i) => rowOf(dataset.points, COEFFICIENT_COUNT, i));
    expect(moved).not.toEqual(own);
  });

  it('give a network what its twin on pixels gets from them', () => {
    const [wanted, actual, wrong]: number[][] = [[], [], []];
    for (let i = 0; i < 20; i++) {
      const coefficients = rowOf(dataset.points, COEFFICIENT_COUNT, 150 + i);
      wanted.push(...forward(network, coefficients));
      actual.push(...forward(whole, rowOf(inputs, PIXEL_COUNT, 30 + i)));
      wrong.push(...forward(other, coefficients));
    }
    // Roundings of coefficients and of 784 weights a row, through layers that stretch little.
    const tolerance = 2 * FLOAT32_UNIT;
    compare({
      label: 'outputs on pixels',
      actual,
      expected: wanted,
      tolerance: () => tolerance,
    });
    expect(Math.max(...wrong.map((value, i) => Math.abs(value - wanted[i])))).toBeGreaterThan(0.1);
  });

  it('take a network back from pixels', () => {
    const back = onCoefficients(whole, mean);
    compare({
      label: 'parameters there and back',
      actual: back.parameters,
      expected: network.parameters,
      // One rounding there, one back.
      tolerance: () => FLOAT32_UNIT,
    });
  });

  it('leave hidden layers alone where a bottleneck is put in', () => {
    const long = withBottleneck(network, 7);
    expect(long.spec.layers.map(({ width }) => width)).toEqual([12, 12, 12, 2, 10]);
    const cut = upToBottleneck(long);
    expect(cut.outputWidth).toBe(2);
    const point = rowOf(dataset.points, COEFFICIENT_COUNT, 3);
    const kept = (of: typeof network, layer: number) => {
      const states = createStates(of.program);
      states[0].set(point);
      runForward(of.program, of.parameters, states);
      return Array.from(states[of.program.layerEnds[layer]]);
    };
    expect(kept(long, 3)).toEqual(kept(network, 3));
    expect(Array.from(forward(cut, point))).toEqual(kept(long, 4));
    expect(kept(long, 3)).not.toEqual(kept(other, 3));
  });
});
