// Plan: the CPU field against the float64 reference pixel by pixel (several widths, layers, planes), exact
// cases with their statuses, statistics against sorted values, and the manners of a field: progress,
// abort, one compute at a time, old content until the new is there, event loop turns between slices, use
// after dispose. Control: a field of another network differs.
import { describe, expect, it } from 'vitest';
import { CpuField, computeOnCpu } from '../../src/engine/cpu-field.ts';
import { CpuModel } from '../../src/engine/cpu-model.ts';
import { Status, type FieldData, type FieldRequest } from '../../src/engine/engine.ts';
import { fieldStatistics } from '../../src/engine/field-statistics.ts';
import { DataError, NetworkError } from '../../src/errors.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { checkSpec, createNetwork } from '../../src/model/network.ts';
import { initialiseNetwork, tensorPlaces, writeTensor } from '../../src/model/parameters.ts';
import { coordinatePlane, createPlane, pixelCentre, planePoint } from '../../src/model/plane.ts';
import { planeExponents } from '../../src/reference/exponent.ts';
import { classify, forward } from '../../src/reference/forward.ts';

const domain = { sMin: -2, tMin: -1.5, sMax: 1, tMax: 2 };

function request(inputWidth: number, changes: Partial<FieldRequest> = {}): FieldRequest {
  return {
    plane: coordinatePlane(inputWidth),
    domain,
    width: 7,
    height: 5,
    layer: 1,
    ...changes,
  };
}

/** One linear layer and an output layer whose weight is the identity. */
function linear(matrix: number[][], activation = 'identity') {
  const layer = { type: 'dense', width: matrix.length, activation };
  const network = createNetwork(
    checkSpec({ inputWidth: matrix[0].length, layers: [layer, { ...layer, width: 1 }] }),
  );
  writeTensor(tensorPlaces(network)[0], matrix.flat(), network.parameters);
  return network;
}

describe('values', () => {
  it.each([
    ['2-10x8-1', 8],
    ['2-10x8-1', 3],
    ['2-10x4-3', 'output'],
    ['1-5-2', 1],
    ['5-1x3-300', 2],
  ] as const)('of %s at layer %s are those of the reference', async (architecture, layer) => {
    const network = initialiseNetwork(parseArchitecture(architecture), 5);
    const n = network.inputWidth;
    const plane =
      n === 5
        ? createPlane([1, 0, -1, 0.5, 0], [1, 2, 0, 0, 1], [0, 1, 1, -1, 0])
        : coordinatePlane(n);
    const wanted = request(n, { plane, layer });
    const data = await computeOnCpu(new CpuModel(network), wanted);
    for (let row = 0; row < 5; row++) {
      for (let column = 0; column < 7; column++) {
        const pixel = row * 7 + column;
        const point = planePoint(plane, ...pixelCentre(domain, 7, 5, column, row));
        const { first, second, direction, span } = planeExponents(network, point, layer, plane);
        const outputs = forward(network, point);
        expect(data.span).toBe(span);
        expect(data.exponents[pixel]).toBe(Math.fround(first));
        expect(data.secondExponents[pixel]).toBe(Math.fround(second));
        expect([...data.directions.subarray(2 * pixel, 2 * pixel + 2)]).toEqual(
          direction.map(Math.fround),
        );
        const start = pixel * network.outputWidth;
        expect(data.outputs.subarray(start, start + network.outputWidth)).toEqual(
          Float32Array.from(outputs),
        );
        expect(data.classes[pixel]).toBe(classify(outputs));
        expect(data.statuses[pixel]).toBe(Status.good);
      }
    }
    const other = await computeOnCpu(
      new CpuModel(initialiseNetwork(network.spec, 6)),
      request(n, { plane, layer }),
    );
    expect(other.exponents).not.toEqual(data.exponents);
  });

  it('of exact cases are exact, with their statuses', async () => {
    const good = await computeOnCpu(
      new CpuModel(
        linear([
          [0, 4],
          [2, 0],
        ]),
      ),
      request(2),
    );
    expect(new Set(good.exponents)).toEqual(new Set([Math.fround(Math.log(4))]));
    expect(new Set(good.secondExponents)).toEqual(new Set([Math.fround(Math.log(2))]));
    expect([...good.directions.subarray(0, 4)]).toEqual([0, 1, 0, 1]);

    const collapsed = await computeOnCpu(new CpuModel(linear([[0, 0]])), request(2));
    expect(new Set(collapsed.statuses)).toEqual(new Set([Status.collapsed]));
    expect(new Set(collapsed.exponents)).toEqual(new Set([-Infinity]));

    // Outputs of 1e38 · 1e38 leave float32 (not float64): no infinity may reach an array.
    const network = linear([[1e38, 0]]);
    writeTensor(tensorPlaces(network)[2], [1e38], network.parameters);
    const overflow = await computeOnCpu(new CpuModel(network), request(2));
    expect(new Set(overflow.statuses)).toEqual(new Set([Status.overflow]));
    expect(new Set(overflow.exponents)).toEqual(new Set([-Infinity]));
    expect(new Set(overflow.outputs)).toEqual(new Set([0]));
  });
});

describe('statistics', () => {
  it('are those of the good pixels, quantiles to 1/256 of the range', () => {
    const count = 5000;
    const exponents = Float32Array.from({ length: count }, (_, i) => Math.sin(i * i) ** 3);
    const statuses = new Uint8Array(count);
    for (let i = 0; i < count; i += 10) {
      statuses[i] = i % 20 === 0 ? Status.collapsed : Status.overflow;
      exponents[i] = -Infinity;
    }
    const sorted = exponents.filter((_, i) => statuses[i] === Status.good).sort();
    const found = fieldStatistics({ exponents, statuses } as unknown as FieldData);
    expect(found).toMatchObject({ minimum: sorted[0], maximum: sorted.at(-1) });
    expect(found).toMatchObject({ goodCount: 4500, badCount: 500 });
    expect(found.mean).toBeCloseTo(sorted.reduce((a, b) => a + b, 0) / 4500, 12);
    const resolution = (found.maximum - found.minimum) / 256;
    expect(Math.abs(found.low - sorted[45])).toBeLessThan(resolution);
    expect(Math.abs(found.high - sorted[4455])).toBeLessThan(resolution);
    expect(found.low).toBeLessThan(found.high);
  });

  it('of a constant field and of one without a good pixel are finite', () => {
    const exponents = new Float32Array(4).fill(0.5);
    const constant = fieldStatistics({
      exponents,
      statuses: new Uint8Array(4),
    } as unknown as FieldData);
    expect(constant).toMatchObject({ minimum: 0.5, low: 0.5, high: 0.5, maximum: 0.5, mean: 0.5 });
    const bad = fieldStatistics({
      exponents,
      statuses: new Uint8Array(4).fill(Status.overflow),
    } as unknown as FieldData);
    expect(bad).toMatchObject({ minimum: 0, low: 0, high: 0, mean: 0, goodCount: 0, badCount: 4 });
  });
});

describe('manners', () => {
  const network = initialiseNetwork(parseArchitecture('2-20x8-1'), 1);
  const large = request(2, { width: 64, height: 64, layer: 8 });

  it('gives the event loop its turns, reports progress, and keeps the old content meanwhile', async () => {
    const field = new CpuField(new CpuModel(network));
    expect(field.request).toBeNull();
    await expect(field.statistics()).rejects.toThrow(/no content yet/);
    await field.compute(request(2));
    const old = field.data;
    let turns = 0;
    let isDone = false;
    const timer = setInterval(() => turns++, 1);
    const fractions: number[] = [];
    const work = field
      .compute(large, {
        onProgress: (fraction) => {
          fractions.push(fraction);
          if (fraction < 1) expect(field.data).toBe(old);
        },
      })
      .then(() => (isDone = true));
    await expect(field.compute(large)).rejects.toThrow(/still under way/);
    expect(isDone).toBe(false);
    await work;
    clearInterval(timer);
    expect(turns).toBeGreaterThanOrEqual(3);
    expect(fractions.length).toBeGreaterThanOrEqual(3);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect(field.request).toBe(large);
    expect(field.span).toBe(8);
    const copy = await field.read();
    expect(copy).toEqual(field.data);
    copy.exponents.fill(0);
    expect(field.data!.exponents).not.toEqual(copy.exponents);
  });

  it('stops at an abort and at dispose, and keeps the old content', async () => {
    const field = new CpuField(new CpuModel(network));
    await field.compute(request(2));
    const old = field.data;
    const controller = new AbortController();
    const stopped = field.compute(large, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(field.data).toBe(old);
    await expect(field.compute(large, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const disposed = field.compute(large, { onProgress: () => field.dispose() });
    await expect(disposed).rejects.toMatchObject({ name: 'AbortError' });
    await expect(field.compute(large)).rejects.toThrow(/used after dispose/);
    field.dispose();
  });

  it('takes the parameters of the moment of the call', async () => {
    const model = new CpuModel(network);
    const before = await computeOnCpu(model, large);
    const during = await computeOnCpu(model, large, {
      onProgress: () => model.write(new Float32Array(network.parameters.length)),
    });
    expect(during.exponents).toEqual(before.exponents);
    expect(await model.read()).toEqual(new Float32Array(network.parameters.length));
    expect(() => model.write(new Float32Array(3))).toThrow(
      /parameters has 3 floats, but must have/,
    );
  });

  it.each([
    [{ width: 0 }, DataError, /field width is 0, but must be a whole number from 1 to 8192/],
    [{ height: 8193 }, DataError, /field height is 8193/],
    [{ width: NaN }, DataError, /field width is NaN/],
    [{ layer: 9 }, NetworkError, /layer is 9, but must be a hidden layer, 1 to 8, or 'output'/],
    [{ domain: { ...domain, sMax: -2 } }, DataError, /has no area/],
    [{ plane: coordinatePlane(3) }, DataError, /plane.origin has 3 numbers, but the network has 2/],
  ])('refuses %j and keeps the old content', async (changes, type, message) => {
    const field = new CpuField(new CpuModel(network));
    await field.compute(request(2));
    const old = field.data;
    const refused = field.compute(request(2, changes));
    await expect(refused).rejects.toThrow(type);
    await expect(refused).rejects.toThrow(message);
    expect(field.data).toBe(old);
  });
});
