// Plan: the field on the GPU against the CPU's float64 field, pixel by pixel, over widths, depths, layers,
// activations and input widths; on all roads the same, exact cases with their statuses, saturated and very
// deep networks; tiling in bounded memory; statistics; repeatability; the manners of a field, on both backends.
// Control: a field of another network differs by more than the bound.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import { Status, type Engine } from '../../src/engine/engine.ts';
import { createGpuEngine } from '../../src/engine/gpu-engine.ts';
import { evenShare, GpuField } from '../../src/engine/gpu-field.ts';
import { GpuModel } from '../../src/engine/gpu-model.ts';
import { ACTIVATION_NAMES, type ActivationName } from '../../src/math/activations.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { checkSpec, createNetwork, type Network } from '../../src/model/network.ts';
import { initialiseNetwork, tensorPlaces, writeTensor } from '../../src/model/parameters.ts';
import { createPlane } from '../../src/model/plane.ts';
import { getTestDevice } from '../support/device.ts';
import { takeFastestKernels } from '../support/fastest.ts';
import {
  bound,
  compareFields,
  domain,
  fieldOf,
  requestFor,
  roadField,
  worstError,
} from '../support/fields.ts';
import { FLOAT32_UNIT } from '../support/tolerance.ts';

async function gpuEngine(slow = true): Promise<Engine> {
  return createGpuEngine(await getTestDevice(), { slow });
}

describe('values', () => {
  it.each([
    ['2-10x8-1', 8],
    ['2-10x8-1', 3],
    ['2-10x8-1', 1],
    ['2-10x8-1', 'output'],
    ['2-3x2-4', 2],
    ['1-5-2', 1],
    ['5-7x3-2', 3],
    ['2-33x3-1', 3],
    ['2-1x3-1', 3],
    ['40-12x2-3', 2],
    ['2-133x2-1', 2],
    ['1024-3-1024-2', 2],
  ] as const)('of %s at layer %s are those of float64', async (architecture, layer) => {
    const network = initialiseNetwork(parseArchitecture(architecture), 3);
    await compareFields(`${architecture} layer ${layer}`, network, { layer });
  });

  it.each(ACTIVATION_NAMES)('with %s are those of float64', async (activation) => {
    const options = { activation, outputActivation: 'identity' as ActivationName };
    const network = initialiseNetwork(parseArchitecture('2-5x3-2', options), 4);
    await compareFields(activation, network);
  });

  it('in a plane that is not parallel to the axes are those of float64', async () => {
    const network = initialiseNetwork(parseArchitecture('3-8x3-1'), 5);
    const plane = createPlane([0.1, -0.2, 0.3], [1, 1, 0.5], [-1, 0.25, 2]);
    await compareFields('tilted plane', network, { plane });
  });

  it('differ for another network', async () => {
    const [one, other] = [3, 4].map((seed) =>
      initialiseNetwork(parseArchitecture('2-10x4-1'), seed),
    );
    const request = requestFor(one);
    const expected = await fieldOf(createCpuEngine(), one, request);
    const actual = await fieldOf(await gpuEngine(), other, request);
    expect(actual.exponents.some((v, i) => Math.abs(v - expected.exponents[i]) > bound(one))).toBe(
      true,
    );
  });

  it.each([
    ['2-10x8-1', 'tanh'],
    ['2-14x3-2', 'tanh'],
    // What is on chip past the width of a layer is 1/2 behind a sigmoid.
    ['3-7-2-5-4', 'sigmoid'],
    ['2-15-3-9-1', 'sigmoid'],
  ] as const)(
    'of %s, %s, are the same whether an invocation takes one point or several',
    async (architecture, activation) => {
      const network = initialiseNetwork(parseArchitecture(architecture, { activation }), 3);
      const request = requestFor(network, { width: 37 });
      const model = new GpuModel(await getTestDevice(), network);
      const field = await GpuField.create(model, { slow: true });
      await field.compute(request);
      const one = await field.read();
      await takeFastestKernels(field, request);
      await field.compute(request);
      const several = await field.read();
      expect(worstError(several, one)).toBeLessThan(bound(network));
      expect(worstError(several, await fieldOf(createCpuEngine(), network, request))).toBeLessThan(
        bound(network),
      );
      field.dispose();
      model.dispose();
    },
  );

  it.each([
    ['2-10x8-1', 8],
    ['2-10x8-1', 'output'],
    ['3-32x2-5', 1],
  ] as const)('of %s at layer %s are the same on both roads', async (architecture, layer) => {
    const network = initialiseNetwork(parseArchitecture(architecture), 8);
    const request = requestFor(network, { layer });
    const fused = await roadField('fused', network, request);
    const byOp = await roadField('by-op', network, request);
    expect(worstError(byOp, fused)).toBeLessThan(bound(network));
    byOp.outputs.forEach((value, i) => {
      expect(Math.abs(value - fused.outputs[i])).toBeLessThan(bound(network));
    });
  });

  it('of layers with different activations are those of float64', async () => {
    const layers = (['tanh', 'relu', 'gelu', 'identity'] as const).map((activation) => {
      return { type: 'dense', width: 6, activation };
    });
    const network = initialiseNetwork(checkSpec({ inputWidth: 2, layers }), 9);
    await compareFields('mixed activations', network, { layer: 3 });
  });
});

/** A layer with this matrix, then an output layer that copies its first row. */
function linear(matrix: readonly (readonly number[])[], activation = 'identity'): Network {
  const layer = { type: 'dense', width: matrix.length, activation };
  const network = createNetwork(
    checkSpec({ inputWidth: matrix[0].length, layers: [layer, { ...layer, width: 1 }] }),
  );
  writeTensor(tensorPlaces(network)[0], matrix.flat(), network.parameters);
  return network;
}

describe.each(['fused', 'wide', 'grouped', 'tiled', 'by-op'] as const)(
  'exact and hard cases on the %s road',
  (road) => {
    const cases: [string, number[][], number, number][] = [
      [
        'a diagonal map',
        [
          [3, 0],
          [0, 0.5],
        ],
        Math.log(3),
        Math.log(0.5),
      ],
      [
        'a rotation',
        [
          [0.6, -0.8],
          [0.8, 0.6],
        ],
        0,
        0,
      ],
      [
        'a map of rank one',
        [
          [1, 2],
          [2, 4],
        ],
        Math.log(5),
        -Infinity,
      ],
    ];
    it.each(cases)('%s', async (_, matrix, first, second) => {
      const network = linear(matrix);
      const data = await roadField(road, network, requestFor(network));
      for (let i = 0; i < data.exponents.length; i++) {
        expect(data.statuses[i]).toBe(Status.good);
        expect(Math.abs(data.exponents[i] - first)).toBeLessThan(16 * FLOAT32_UNIT);
        if (Number.isFinite(second)) {
          expect(Math.abs(data.secondExponents[i] - second)).toBeLessThan(64 * FLOAT32_UNIT);
        } else expect(data.secondExponents[i]).toBeLessThan(first - 12);
      }
    });

    it.each([
      ['2-5-1', 'output'],
      ['2-1-4-1', 2],
    ] as const)('%s has one exponent at layer %s', async (architecture, layer) => {
      const network = initialiseNetwork(parseArchitecture(architecture), 3);
      const data = await roadField(road, network, requestFor(network, { layer }));
      expect(data.exponents.every(Number.isFinite)).toBe(true);
      expect(new Set(data.secondExponents)).toEqual(new Set([-Infinity]));
    });

    it('J = 0 is collapsed, numbers beyond float32 overflow, and neither gives a NaN', async () => {
      const zero = linear([
        [0, 0],
        [0, 0],
      ]);
      const collapsed = await roadField(road, zero, requestFor(zero));
      expect(new Set(collapsed.statuses)).toEqual(new Set([Status.collapsed]));
      expect(collapsed.exponents.every((value) => value === -Infinity)).toBe(true);
      const huge = linear([
        [3e38, 3e38],
        [3e38, -3e38],
      ]);
      const overflow = await roadField(road, huge, requestFor(huge));
      expect(new Set(overflow.statuses)).toEqual(new Set([Status.overflow]));
      for (const values of [overflow.exponents, overflow.outputs, overflow.directions]) {
        expect(values.some((value) => Number.isNaN(value))).toBe(false);
      }
    });

    it('a point that has collapsed stays so behind layers whose slopes vanish', async () => {
      const network = createNetwork(parseArchitecture('2-5x4-1'));
      for (const place of tensorPlaces(network)) {
        if (place.part !== 'bias' || ![1, 2].includes(place.layerIndex)) continue;
        writeTensor(place, Array<number>(5).fill(25), network.parameters);
      }
      const data = await roadField(road, network, requestFor(network));
      expect(new Set(data.statuses)).toEqual(new Set([Status.collapsed]));
    });

    it('points that collapse by saturation are those of float64', async () => {
      const network = initialiseNetwork(parseArchitecture('2-10x3-1'), 4);
      network.parameters.forEach((value, i) => (network.parameters[i] = 3e3 * value));
      const request = requestFor(network, { width: 16, height: 16 });
      const expected = await fieldOf(createCpuEngine(), network, request);
      expect(new Set(expected.statuses)).toEqual(new Set([Status.good, Status.collapsed]));
      const data = await roadField(road, network, request);
      expect([...data.statuses]).toEqual([...expected.statuses]);
    });

    it('an identity chain of 512 layers neither stretches nor drifts', async () => {
      const layer = { type: 'dense', width: 2, activation: 'identity' };
      const layers = Array.from({ length: 512 }, () => layer);
      const network = createNetwork(checkSpec({ inputWidth: 2, layers }));
      for (const place of tensorPlaces(network)) {
        if (place.part === 'weight') writeTensor(place, [1, 0, 0, 1], network.parameters);
      }
      const data = await roadField(road, network, requestFor(network, { width: 3, height: 3 }));
      expect(data.exponents.every((value) => Math.abs(value) * 511 < 4 * FLOAT32_UNIT)).toBe(true);
    });

    it.each([0.5, 4])('200 random layers of variance %s stay in range', async (variance) => {
      const spec = parseArchitecture('2-10x200-1');
      const network = initialiseNetwork(spec, 2, { scheme: 'gaussian', variance });
      const data = await roadField(road, network, requestFor(network));
      expect(new Set(data.statuses)).toEqual(new Set([Status.good]));
      expect(data.exponents.every(Number.isFinite)).toBe(true);
    });

    it('saturated layers keep their exponent, far below what float32 slopes can say', async () => {
      const network = initialiseNetwork(parseArchitecture('2-10x3-1'), 6);
      for (let i = 0; i < network.parameters.length; i++) network.parameters[i] *= 40;
      const request = requestFor(network);
      const expected = await fieldOf(createCpuEngine(), network, request);
      const actual = await roadField(road, network, request);
      expect(Math.min(...expected.exponents) * expected.span).toBeLessThan(-50);
      // Slopes go like exp(−2|b|): an error of b counts twice, and |b| is up to 40 · 10 with width + 1 roundings.
      const limit = 3 * 2 * 400 * 11 * FLOAT32_UNIT;
      expect(worstError(actual, expected)).toBeLessThan(limit);
    });
  },
);

describe('a live field', () => {
  let model: GpuModel | null = null;
  afterEach(() => {
    model?.dispose();
    model = null;
  });

  it('has its faster kernel made with the second field on a software adapter', async () => {
    // Of a width that no other test has: what was compiled is kept for the device.
    const network = initialiseNetwork(parseArchitecture('2-11x2-1'), 3);
    const device = await getTestDevice();
    const compile = vi.spyOn(device, 'createComputePipelineAsync');
    model = new GpuModel(device, network);
    const field = await GpuField.create(model, { slow: true });
    const counts = [];
    for (let time = 0; time < 3; time++) {
      await field.compute(requestFor(network));
      await field.improved;
      const made = compile.mock.calls.filter(
        ([{ compute }]: [GPUComputePipelineDescriptor]) => compute.entryPoint === 'field',
      );
      counts.push(made.length);
    }
    compile.mockRestore();
    field.dispose();
    expect(counts).toEqual([1, 2, 2]);
  });

  it.each(['fused', 'grouped', 'tiled'] as const)(
    'on the %s road binds its buffers once for each of two contents',
    async (road) => {
      const network = initialiseNetwork(parseArchitecture('2-10x4-1'), 3);
      const device = await getTestDevice();
      model = new GpuModel(device, network);
      const field = await GpuField.create(model, { slow: false, road });
      const bind = vi.spyOn(device, 'createBindGroup');
      const counts = [];
      const fields = [];
      for (let time = 0; time < 4; time++) {
        await field.compute(requestFor(network));
        counts.push(bind.mock.calls.length);
        fields.push((await field.read()).exponents);
      }
      // In other places, and with other coordinates in another buffer.
      await field.compute(requestFor(network, { width: 40 }));
      expect(bind.mock.calls.length).toBeGreaterThan(counts[3]);
      bind.mockRestore();
      const wide = await field.read();
      field.dispose();
      expect(counts[1]).toBeGreaterThan(counts[0]);
      expect(counts.slice(2)).toEqual([counts[1], counts[1]]);
      expect(fields[3]).toEqual(fields[0]);
      const expected = await fieldOf(
        createCpuEngine(),
        network,
        requestFor(network, { width: 40 }),
      );
      expect(worstError(wide, expected)).toBeLessThan(bound(network));
    },
  );

  it('is computed in parts of one size', () => {
    expect([evenShare(100, 64, 32), evenShare(100, 32, 32), evenShare(65_536, 10_912, 32)]).toEqual(
      [64, 32, 9376],
    );
    for (const [most, grain] of [
      [64, 32],
      [4096, 1],
      [5440, 32],
    ]) {
      for (const count of [1, 31, 64, 65, 5000, 65_536]) {
        const shares = [];
        for (let rest = count; rest > 0; rest -= shares.at(-1)!) {
          shares.push(Math.min(rest, evenShare(rest, most, grain)));
        }
        expect(shares.length).toBe(Math.ceil(count / most));
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThan(
          grain * shares.length + shares.length,
        );
        expect(Math.max(...shares)).toBeLessThanOrEqual(most);
      }
    }
  });

  it('is bit for bit repeatable, has right statistics, and leaves nothing behind', async () => {
    const network = initialiseNetwork(parseArchitecture('2-10x4-1'), 3);
    model = new GpuModel(await getTestDevice(), network);
    const field = await GpuField.create(model, { slow: true });
    const request = requestFor(network, { width: 64, height: 50 });
    await takeFastestKernels(field, request);
    await field.compute(request);
    const first = await field.read();
    const statistics = await field.statistics();
    await field.compute(request);
    expect((await field.read()).exponents).toEqual(first.exponents);

    const sorted = Float64Array.from(first.exponents).sort();
    const range = sorted.at(-1)! - sorted[0];
    expect(statistics.minimum).toBe(sorted[0]);
    expect(statistics.maximum).toBe(sorted.at(-1));
    const mean = sorted.reduce((a, b) => a + b) / sorted.length;
    expect(Math.abs(statistics.mean - mean)).toBeLessThan(range * sorted.length * FLOAT32_UNIT);
    for (const [value, part] of [
      [statistics.low, 0.01],
      [statistics.high, 0.99],
    ]) {
      const place = sorted[Math.floor(part * sorted.length)];
      expect(Math.abs(value - place)).toBeLessThan(range / 256 + (sorted[1] - sorted[0]));
    }
    expect([statistics.goodCount, statistics.badCount]).toEqual([3200, 0]);
    field.dispose();
    expect(field.scope.size).toBe(0);
  });

  it.each(['webgpu', 'cpu'])(
    'on %s has no content at first, then one at a time',
    async (backend) => {
      const engine = backend === 'cpu' ? createCpuEngine() : await gpuEngine();
      const model = engine.createModel(initialiseNetwork(parseArchitecture('2-10x4-1'), 3));
      const field = await engine.createField(model);
      expect([field.request, field.span]).toEqual([null, 1]);
      for (const content of [field.statistics(), field.histogram(), field.read()]) {
        await expect(content).rejects.toMatchObject({ code: 'empty' });
      }
      const request = requestFor(model.network, { layer: 3 });
      const first = field.compute(request);
      await expect(field.compute(request)).rejects.toMatchObject({ code: 'busy' });
      await first;
      expect([field.request, field.span]).toEqual([request, 3]);
      engine.dispose();
    },
  );

  it('keeps its content when a request is refused or aborted', async () => {
    const network = initialiseNetwork(parseArchitecture('2-10x4-1'), 3);
    model = new GpuModel(await getTestDevice(), network);
    const field = await GpuField.create(model, { slow: true });
    const request = requestFor(network);
    await field.compute(request);
    const before = await field.read();
    await expect(field.compute({ ...request, layer: 5 })).rejects.toThrow(/layer is 5/);
    await expect(field.compute({ ...request, width: 0 })).rejects.toThrow(/width is 0/);
    await expect(field.compute({ ...request, domain: { ...domain, sMax: -9 } })).rejects.toThrow(
      /no area/,
    );
    const signal = AbortSignal.abort();
    await expect(field.compute(request, { signal })).rejects.toThrow(/abort/i);
    expect(await field.read()).toEqual(before);
    field.dispose();
  });

  it('in bands equals the field in one piece', async () => {
    const network = initialiseNetwork(parseArchitecture('2-10x4-1'), 3);
    model = new GpuModel(await getTestDevice(), network);
    const field = await GpuField.create(model, { slow: true });
    const request = requestFor(network, { width: 37, height: 29 });
    await field.compute(request);
    const whole = await field.read();
    await field.computeRows(request, 11, 7);
    const band = await field.read();
    expect(band.exponents).toEqual(whole.exponents.subarray(11 * 37, 18 * 37));
    expect(band.outputs).toEqual(whole.outputs.subarray(11 * 37, 18 * 37));
    field.dispose();
  });
});
