// Plan: exponents at listed points and full fields on the GPU against the float64 definition
// (src/reference/exponent.ts), over input widths on both sides of the first layer's, layers, both shapes of
// kernels, more points than a batch holds; exact linear maps; directions by their angle. What is factored on the CPU
// again, and read back for it. Control: another network's values differ by more than the bound.
import { describe, expect, it, vi } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import { Status, type PointsData, type PointsRequest } from '../../src/engine/engine.ts';
import { createGpuEngine } from '../../src/engine/gpu-engine.ts';
import { DataError } from '../../src/errors.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { checkSpec, createNetwork, type Network } from '../../src/model/network.ts';
import { initialiseNetwork, tensorPlaces, writeTensor } from '../../src/model/parameters.ts';
import { createPlane } from '../../src/model/plane.ts';
import { exponents, planeExponents } from '../../src/reference/exponent.ts';
import { forward } from '../../src/reference/forward.ts';
import { spectralStart } from '../../src/reference/spectral-start.ts';
import { getTestDevice } from '../support/device.ts';
import { FLOAT32_UNIT } from '../support/tolerance.ts';

vi.mock('../../src/reference/spectral-start.ts', { spy: true });

function randomPoints(network: Network, count: number): Float32Array {
  const stream = new RandomStream(network.inputWidth, Purpose.noise);
  return Float32Array.from({ length: count * network.inputWidth }, () => stream.normal());
}

async function evaluate(
  network: Network,
  points: Float32Array,
  request: PointsRequest,
  slow = true,
): Promise<PointsData> {
  const engine = createGpuEngine(await getTestDevice(), { slow });
  const model = engine.createModel(network);
  const evaluator = await engine.createEvaluator(model, request);
  try {
    return await evaluator.evaluate(points);
  } finally {
    evaluator.dispose();
    model.dispose();
  }
}

function full(network: Network, changes: Partial<PointsRequest> = {}): PointsRequest {
  return { layer: network.depth, space: 'full', exponentCount: 2, directions: true, ...changes };
}

/**
 * Bound on the error of l·λ_i: as for fields (test/gpu/field.test.ts) for the tangents; rotations of
 * columns add about one rounding a row and sweep, and what is left of cosines (TOLERANCE); all relative
 * to σ₁, so a smaller σ_i pays Λ₁/Λ_i times as much.
 */
function bound(network: Network): number {
  const width = Math.max(...network.program.ops.map((op) => op.outputWidth));
  const { ops } = network.program;
  const first = Math.min(network.inputWidth, width);
  return FLOAT32_UNIT * (ops.length * (width + 14) + 10 * (width + 12)) + 1e-6 * Math.sqrt(first);
}

function compareWithReference(network: Network, points: Float32Array, data: PointsData): void {
  const { layer, exponentCount } = data.request;
  const { inputWidth, outputWidth } = network;
  const limit = bound(network);
  let worst = 0;
  let worstAngle = 0;
  data.statuses.forEach((status, i) => {
    expect(status).toBe(Status.good);
    const point = points.subarray(i * inputWidth, (i + 1) * inputWidth);
    const { values, directions, span } = exponents(network, point, layer);
    for (let k = 0; k < Math.min(exponentCount, values.length); k++) {
      const found = data.exponents[i * exponentCount + k];
      if ((values[0] - values[k]) * span > 14) {
        // Below 2⁻²⁰ Λ₁ there is nothing but rounding.
        expect(found).toBeLessThan(values[0] - 13 / span);
        continue;
      }
      const error = Math.abs(found - values[k]) * span;
      expect(error, `λ${k + 1} of point ${i}`).not.toBeNaN();
      worst = Math.max(worst, error / Math.exp((values[0] - values[k]) * span) / limit);
    }
    const found = data.directions!.subarray(i * inputWidth, (i + 1) * inputWidth);
    const along = found.reduce((sum, value, j) => sum + value * directions[j], 0);
    const across = Math.hypot(...found.map((value, j) => value - along * directions[j]));
    const gap = values.length > 1 ? (values[0] - values[1]) * span : Infinity;
    if (gap > Math.log(1.05)) worstAngle = Math.max(worstAngle, Math.asin(across));
    expect(Math.max(...found)).toBeGreaterThanOrEqual(-Math.min(...found));
    const outputs = forward(network, point);
    outputs.forEach((value, j) => {
      expect(Math.abs(data.outputs[i * outputWidth + j] - value)).toBeLessThan(limit);
    });
  });
  console.log(
    `points ${network.inputWidth} inputs, layer ${layer}: error/bound ${worst.toFixed(3)}, ` +
      `worst angle ${((worstAngle * 180) / Math.PI).toExponential(1)}°`,
  );
  expect(worst).toBeLessThan(1);
  expect(worstAngle).toBeLessThan((0.1 * Math.PI) / 180);
}

describe('full exponents', () => {
  it.each([
    ['3-8x3-1', 3, 20, true],
    ['3-8x3-1', 3, 20, false],
    ['2-9x2-1', 2, 20, true],
    ['784-20x4-10', 4, 12, true],
    ['784-20x4-10', 'output', 12, false],
    ['40-12x3-3', 1, 20, true],
    ['64-64x2-5', 2, 8, true],
    ['64-64x2-5', 2, 8, false],
    ['5-1-7-2', 2, 10, false],
    ['4096-6-2', 1, 3, true],
  ] as const)('of %s at layer %s, %i points, slow: %s', async (text, layer, count, slow) => {
    const network = initialiseNetwork(parseArchitecture(text), 3);
    const points = randomPoints(network, count);
    const exponentCount = Math.min(3, network.inputWidth);
    const data = await evaluate(network, points, full(network, { layer, exponentCount }), slow);
    compareWithReference(network, points, data);
  });

  it('of more points than a batch holds are those of each point', async () => {
    const network = initialiseNetwork(parseArchitecture('3-6-1'), 4);
    const points = randomPoints(network, 2500);
    const data = await evaluate(network, points, full(network));
    expect(data.statuses).toHaveLength(2500);
    for (const i of [0, 1023, 1024, 2047, 2499]) {
      const { values } = exponents(network, points.subarray(3 * i, 3 * i + 3), 1);
      expect(Math.abs(data.exponents[2 * i] - values[0])).toBeLessThan(bound(network));
    }
  });

  it('of a linear map are the logs of its singular values', async () => {
    const layer = { type: 'dense', activation: 'identity' };
    const layers = [
      { ...layer, width: 4 },
      { ...layer, width: 1 },
    ];
    const network = createNetwork(checkSpec({ inputWidth: 5, layers }));
    const diagonal = [0.5, 3, 2, 0];
    const matrix = diagonal.flatMap((value, i) =>
      [0, 1, 2, 3, 4].map((j) => (i === j ? value : 0)),
    );
    writeTensor(tensorPlaces(network)[0], matrix, network.parameters);
    const request = full(network, { layer: 1, exponentCount: 4 });
    const data = await evaluate(network, randomPoints(network, 3), request);
    for (let i = 0; i < 3; i++) {
      const found = data.exponents.subarray(4 * i, 4 * i + 4);
      [3, 2, 0.5].forEach((value, k) => {
        expect(Math.abs(found[k] - Math.log(value))).toBeLessThan(16 * FLOAT32_UNIT);
      });
      expect(found[3]).toBe(-Infinity);
      expect([...data.directions!.subarray(5 * i, 5 * i + 5)]).toEqual([0, 1, 0, 0, 0]);
    }
  });

  it.each([
    ['4-5-1', 'output', 1],
    ['6-4-2-5-1', 3, 2],
  ] as const)('of %s at layer %s are %i', async (architecture, layer, rank) => {
    const network = initialiseNetwork(parseArchitecture(architecture), 3);
    const points = randomPoints(network, 9);
    const request = full(network, { layer, exponentCount: 4 });
    const data = await evaluate(network, points, request);
    data.exponents.forEach((value, i) => {
      expect(Number.isFinite(value), `λ${(i % 4) + 1}`).toBe(i % 4 < rank);
    });
  });

  it('differ for another network', async () => {
    const [one, other] = [3, 4].map((seed) =>
      initialiseNetwork(parseArchitecture('3-8x3-1'), seed),
    );
    const points = randomPoints(one, 4);
    const data = await evaluate(other, points, full(other));
    const { values } = exponents(one, points.subarray(0, 3), 3);
    expect(Math.abs(data.exponents[0] - values[0])).toBeGreaterThan(bound(one));
  });

  it('follow parameters that change', async () => {
    const engine = createGpuEngine(await getTestDevice(), { slow: true });
    const [one, other] = [3, 4].map((seed) =>
      initialiseNetwork(parseArchitecture('9-4x2-1'), seed),
    );
    const points = randomPoints(one, 5);
    const model = engine.createModel(one);
    const evaluator = await engine.createEvaluator(model, full(one));
    await evaluator.evaluate(points);
    model.write(other.parameters);
    compareWithReference(other, points, await evaluator.evaluate(points));
    evaluator.dispose();
    model.dispose();
  });
});

describe('exponents within a plane', () => {
  it('are those of float64, and directions are input vectors', async () => {
    const network = initialiseNetwork(parseArchitecture('5-9x3-2'), 6);
    const plane = createPlane([0, 0, 0, 0, 0], [1, 1, 0, 0.5, 0], [0, 1, -1, 0, 2]);
    const points = randomPoints(network, 15);
    const data = await evaluate(network, points, full(network, { space: plane }));
    for (let i = 0; i < 15; i++) {
      const point = points.subarray(5 * i, 5 * i + 5);
      const { first, second, direction } = planeExponents(network, point, 3, plane);
      expect(Math.abs(data.exponents[2 * i] - first) * 3).toBeLessThan(bound(network));
      expect(Math.abs(data.exponents[2 * i + 1] - second) * 3).toBeLessThan(
        bound(network) * Math.exp(3 * (first - second)),
      );
      const wanted = plane.u.map((value, j) => direction[0] * value + direction[1] * plane.v[j]);
      const found = data.directions!.subarray(5 * i, 5 * i + 5);
      const cosine = wanted.reduce((sum, value, j) => sum + value * found[j], 0);
      expect(Math.abs(cosine)).toBeGreaterThan(1 - 1e-6);
    }
  });
});

describe('full fields', () => {
  it.each(['6-9x3-2', '30-5x3-1'])('of %s are those of the CPU', async (text) => {
    const network = initialiseNetwork(parseArchitecture(text), 5);
    const n = network.inputWidth;
    const axis = (...ones: number[]) =>
      Float64Array.from({ length: n }, (_, i) => +ones.includes(i));
    const request = {
      plane: createPlane(axis(2), axis(0, 1), axis(3)),
      domain: { sMin: -1, tMin: -1, sMax: 1, tMax: 2 },
      width: 9,
      height: 7,
      layer: 3,
      space: 'full',
    } as const;
    const cpu = createCpuEngine();
    const gpu = createGpuEngine(await getTestDevice(), { slow: true });
    const [expected, actual] = await Promise.all(
      [cpu, gpu].map((engine) => engine.computeField(engine.createModel(network), request)),
    );
    const inPlane = await cpu.computeField(cpu.createModel(network), {
      ...request,
      space: 'plane',
    });
    expected.exponents.forEach((value, i) => {
      expect(Math.abs(actual.exponents[i] - value) * 3).toBeLessThan(bound(network));
      expect(value).toBeGreaterThan(inPlane.exponents[i]);
      const [a, b] = [actual, expected].map((data) => data.directions.subarray(2 * i, 2 * i + 2));
      expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeLessThan(1e-3);
    });
  });

  it('factor the first layer again only when its weights have changed, and read no more than these', async () => {
    const device = await getTestDevice();
    const engine = createGpuEngine(device, { slow: true });
    const [one, other] = [3, 4].map((seed) =>
      initialiseNetwork(parseArchitecture('9-4x3-1'), seed),
    );
    const [origin, u, v] = [0, 9, 18].map((i) => randomPoints(one, 3).subarray(i, i + 9));
    const request = {
      plane: createPlane(origin, u, v),
      domain: { sMin: -1, tMin: -1, sMax: 1, tMax: 1 },
      width: 5,
      height: 4,
      layer: 2,
      space: 'full',
    } as const;
    const factor = vi.mocked(spectralStart).mockClear();
    const createBuffer = vi.spyOn(device, 'createBuffer');
    const model = engine.createModel(one);
    const field = await engine.createField(model);
    await field.compute(request);
    const first = await field.read();
    await field.compute({ ...request, width: 6 });
    await field.compute(request);
    const again = await field.read();
    expect(factor).toHaveBeenCalledTimes(1);
    expect(again).toEqual(first);
    model.write(other.parameters);
    await field.compute(request);
    const changed = await field.read();
    expect(factor).toHaveBeenCalledTimes(2);
    expect(changed).toEqual(await engine.computeField(engine.createModel(other), request));
    expect(changed.exponents).not.toEqual(first.exponents);
    const sizes = createBuffer.mock.calls
      .filter(([{ label }]) => /readback.*parameters/.test(label!))
      .map(([{ size }]) => size);
    // Four rows of nine weights in blocks of four, and the bias.
    expect(sizes).toEqual([4 * (4 * 12 + 4), ...sizes.slice(1).map(() => sizes[0])]);
    createBuffer.mockRestore();
    field.dispose();
    model.dispose();
  });

  it('of two inputs are those within the plane', async () => {
    const network = initialiseNetwork(parseArchitecture('2-7x2-1'), 5);
    const request = {
      plane: createPlane([0, 0], [1, 1], [0, 1]),
      domain: { sMin: -1, tMin: -1, sMax: 1, tMax: 1 },
      width: 8,
      height: 8,
      layer: 2,
    };
    const engine = createGpuEngine(await getTestDevice(), { slow: true });
    const model = engine.createModel(network);
    const within = await engine.computeField(model, request);
    const over = await engine.computeField(model, { ...request, space: 'full' });
    expect(over.exponents).toEqual(within.exponents);
  });
});

describe('bad requests', () => {
  it('name what is wrong', async () => {
    const network = initialiseNetwork(parseArchitecture('3-4-1'), 1);
    const points = randomPoints(network, 2);
    const attempt = (changes: Partial<PointsRequest>, list = points) =>
      evaluate(network, list, full(network, changes));
    await expect(attempt({ exponentCount: 4 })).rejects.toThrow(/exponentCount is 4.*1 to 3/);
    await expect(attempt({ layer: 7 })).rejects.toThrow(/layer is 7/);
    await expect(attempt({}, points.subarray(1))).rejects.toThrow(/5 numbers.*multiple of 3/);
    points[4] = NaN;
    await expect(attempt({})).rejects.toThrow(/points\[1\]\[1\] is NaN/);
    await expect(attempt({})).rejects.toThrow(DataError);
  });
});
