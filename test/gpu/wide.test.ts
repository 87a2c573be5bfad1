// Plan: the roads for wide networks, of software adapters and of GPUs, against the CPU's float64 field: over
// widths from 1 to beyond what a tile or the code of a kernel holds, uneven widths, depths from 1 to 12, all
// activations in one network, every layer of a network; the wide road before and after its kernels are there, with and
// without subgroups, and as it is on an adapter of eight lanes; the grouped road with the workgroups of a GPU; of the
// tiled road rows that lanes share at the end, of sizes that differ from lane to lane, with both exponents, and states
// alone behind the exponent's layer. Which road the engine takes for which network and
// adapter, also of a device that does not say what it is; that a road found to be faster is taken for networks of that
// shape from then on. Control: the roads differ in their last digits, so they are two.
import { describe, expect, it, vi } from 'vitest';
import { openDevice } from '../../src/gpu/adapter.ts';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import { GpuField } from '../../src/engine/gpu-field.ts';
import { GpuModel } from '../../src/engine/gpu-model.ts';
import { fastestRoad, KEPT_ROADS, keepRoad, shapeKey } from '../../src/engine/measured-roads.ts';
import { ACTIVATION_NAMES } from '../../src/math/activations.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { checkSpec, createNetwork, type Network } from '../../src/model/network.ts';
import { initialiseNetwork, tensorPlaces, writeTensor } from '../../src/model/parameters.ts';
import { programCost } from '../../src/model/program-cost.ts';
import { getTestDevice } from '../support/device.ts';
import { takeFastestKernels } from '../support/fastest.ts';
import {
  bound,
  compareFields,
  fieldOf,
  requestFor,
  roadField,
  worstError,
} from '../support/fields.ts';

const ROADS = ['wide', 'grouped', 'tiled'] as const;
const NARROW_ROADS = ['fused', 'fused-2'] as const;
const SMALL = { width: 9, height: 7 };
/** Fields after which the fastest kernel is taken. */
const STAGES = 3;

function networkOf(architecture: string, seed = 5): Network {
  return initialiseNetwork(parseArchitecture(architecture), seed);
}

describe.each(ROADS)('on the %s road', (road) => {
  it.each(['2-1x3-1', '1-3x12-1', '2-10x1-2', '2-50x8-1', '9-100x4-1', '5-20-66-7-2', '40-12x2-3'])(
    '%s is as in float64',
    async (architecture) => {
      const network = networkOf(architecture);
      await compareFields(`${architecture} ${road}`, network, SMALL, bound(network), road);
    },
  );

  it.each([1, 2, 5, 'output'] as const)('layer %s of 2-33x5-3 is as in float64', async (layer) => {
    const network = networkOf('2-33x5-3');
    const changes = { ...SMALL, layer };
    await compareFields(`2-33x5-3 layer ${layer} ${road}`, network, changes, bound(network), road);
  });

  it('layers of several widths are as in float64, where activations are not 0 at 0', async () => {
    const architecture = '3-21-2-9-4';
    const network = initialiseNetwork(
      parseArchitecture(architecture, { activation: 'sigmoid' }),
      3,
    );
    await compareFields(`${architecture} sigmoid ${road}`, network, SMALL, bound(network), road);
  });

  it('all activations in one network are as in float64', async () => {
    const layers = ACTIVATION_NAMES.map((activation) => ({ type: 'dense', width: 7, activation }));
    const network = initialiseNetwork(checkSpec({ inputWidth: 2, layers }), 9);
    await compareFields(`all activations ${road}`, network, SMALL, bound(network), road);
  });
});

describe('the other shapes of kernels for GPUs', () => {
  it.each([
    ['fused-2', '2-10x3-1'],
    ['fused-2', '3-15-7-4'],
    ['grouped-4', '2-50x3-1'],
    ['grouped-4', '5-20-66-7-2'],
    ['tiled-4', '2-50x3-1'],
    ['tiled-4', '5-20-166-7-2'],
  ] as const)('%s gives %s as in float64', async (road, architecture) => {
    const network = networkOf(architecture);
    const changes = { ...SMALL, layer: 2 };
    await compareFields(`${architecture} ${road}`, network, changes, bound(network), road);
  });
});

it('2-256-130-1 on the wide road, once compiled', async () => {
  const network = networkOf('2-256-130-1');
  const changes = { width: 5, height: 5 };
  await compareFields('2-256-130-1 wide', network, changes, bound(network), 'wide');
});

it.each(['2-250x2-1', '2-300x2-1', '1024-3-1024-2'])(
  '%s on the tiled road',
  async (architecture) => {
    const network = networkOf(architecture);
    const changes = { width: 7, height: 5 };
    await compareFields(`${architecture} tiled`, network, changes, bound(network), 'tiled');
  },
);

// Sixteen lanes share the rows of a point in fours: 64 rows are one round of all, and the next is the first lane's.
it.each([2, 61, 64, 65, 131])('layers of %i rows on the tiled road', async (rows) => {
  const network = networkOf(`2-${rows}x2-1`);
  const changes = { width: 5, height: 4 };
  await compareFields(`2-${rows}x2-1 tiled`, network, changes, bound(network), 'tiled');
});

/** A layer with these rows, then an output. */
function linear(rows: readonly (readonly number[])[]): Network {
  const layer = { type: 'dense', width: rows.length, activation: 'identity' };
  const layers = [layer, { ...layer, width: 1 }];
  const network = createNetwork(checkSpec({ inputWidth: 2, layers }));
  writeTensor(tensorPlaces(network)[0], rows.flat(), network.parameters);
  return network;
}

describe('both exponents on the tiled road are as in float64, of 99 rows that', () => {
  const turned = (size: number, row: number) => [
    size * Math.cos(2.4 * row),
    size * Math.sin(2.4 * row),
  ];
  it.each<[string, (row: number) => number[]]>([
    ['double every second row', (row) => turned(2 ** (row / 2 - 49), row)],
    ['are halved every second row', (row) => turned(2 ** (-row / 2), row)],
    ['are small up to the last three', (row) => turned(row < 96 ? 2 ** -30 : 1, row)],
    ['are 0 up to the last four', (row) => turned(row < 95 ? 0 : 1, row)],
    ['are small behind the first four', (row) => turned(row < 4 ? 1 : 2 ** -30, row)],
    ['all point one way but one', (row) => [1, row === 70 ? 1.5 : 1]],
  ])('%s', async (_, rowOf) => {
    const network = linear(Array.from({ length: 99 }, (_, row) => rowOf(row)));
    const request = requestFor(network, { width: 5, height: 4 });
    const expected = await fieldOf(createCpuEngine(), network, request);
    const actual = await roadField('tiled', network, request);
    expect(worstError(actual, expected)).toBeLessThan(bound(network));
    // σ2 is good to a share of σ1.
    actual.secondExponents.forEach((value, i) => {
      const ratio = Math.exp(expected.exponents[i] - expected.secondExponents[i]);
      const error = Math.abs(value - expected.secondExponents[i]);
      expect(error, `pixel ${i}`).toBeLessThan(ratio * bound(network));
    });
  });
});

it('on the tiled road σ2 may be far below σ1, where no row has both directions', async () => {
  const network = linear(
    Array.from({ length: 99 }, (_, row) => (row === 70 ? [0, 2 ** -90] : [1, 0])),
  );
  const data = await roadField('tiled', network, requestFor(network, { width: 2, height: 2 }));
  data.secondExponents.forEach((value, i) => {
    expect(Math.abs(data.exponents[i] - 0.5 * Math.log(98))).toBeLessThan(bound(network));
    expect(Math.abs(value + 90 * Math.LN2)).toBeLessThan(bound(network));
  });
});

// Behind that layer states alone are made where rows are few, also before and after layers of many.
it.each([
  ['2-40-3-35-2', 1],
  ['2-21-17-16-5', 1],
  ['2-30-130-4', 2],
  ['3-20-9-13-1', 1],
] as const)('states of %s behind layer %s on the tiled road', async (architecture, layer) => {
  const spec = parseArchitecture(architecture, { activation: 'sigmoid' });
  const network = initialiseNetwork(spec, 5);
  for (const place of tensorPlaces(network).filter(({ part }) => part === 'bias')) {
    const biases = Array.from({ length: place.shape[0] }, (_, i) => Math.sin(i + 1));
    writeTensor(place, biases, network.parameters);
  }
  const changes = { width: 5, height: 7, layer };
  await compareFields(`${architecture} tiled`, network, changes, bound(network), 'tiled');
});

it('states of the tiled road do not meet what a wider layer has left behind', async () => {
  const rows = [4, 8, 4, 5, 1];
  const activations = ['tanh', 'sigmoid', 'relu', 'relu', 'identity'];
  const layers = rows.map((width, i) => ({ type: 'dense', width, activation: activations[i] }));
  const network = initialiseNetwork(checkSpec({ inputWidth: 2, layers }), 5);
  for (const place of tensorPlaces(network)) {
    if (place.layerIndex === 0 && place.part === 'bias') {
      writeTensor(place, [9, 9, 9, 9], network.parameters);
    }
    // Infinite in float32, and 1 behind the sigmoid.
    if (place.layerIndex === 1 && place.part === 'weight') {
      writeTensor(place, Array<number>(32).fill(3e38), network.parameters);
    }
  }
  const changes = { width: 3, height: 2, layer: 1 };
  await compareFields('infinite states tiled', network, changes, bound(network), 'tiled');
});

it('the tiled road takes a field in batches of whole tiles', async () => {
  const network = networkOf('2-33x2-1');
  const changes = { width: 131, height: 67 };
  await compareFields('2-33x2-1 131 × 67 tiled', network, changes, bound(network), 'tiled');
});

// On a GPU 64 invocations: 8 × 8 for 64 rows and 7 × 9 for 50, or as many as have room in its workgroup memory.
it.each([
  ['2-64x3-1', 'of the least size', 5],
  ['2-50x3-1', 'of the size that the adapter has', 9],
] as const)('%s on the grouped road of a GPU, workgroup memory %s', async (...parts) => {
  const [architecture, , lanes] = parts;
  const network = networkOf(architecture);
  const request = requestFor(network);
  const adapter = await navigator.gpu.requestAdapter();
  const device = lanes === 5 ? await adapter!.requestDevice() : (await openDevice(adapter)).device;
  const compile = vi.spyOn(device, 'createShaderModule');
  const model = new GpuModel(device, network);
  const field = await GpuField.create(model, { slow: false, road: 'grouped' });
  await field.compute(request);
  const found = await field.read();
  const codes = compile.mock.calls.map(([{ code }]: [GPUShaderModuleDescriptor]) => code);
  for (const owner of [field, model]) owner.dispose();
  device.destroy();
  expect(codes.join()).toContain(`const POINT_LANES = ${lanes}u;`);
  const expected = await fieldOf(createCpuEngine(), network, request);
  expect(worstError(found, expected)).toBeLessThan(bound(network));
});

it('the wide road gives the same before its faster kernel is there', async () => {
  const network = networkOf('2-50x3-1');
  const request = requestFor(network, SMALL);
  const model = new GpuModel(await getTestDevice(), network);
  const field = await GpuField.create(model, { slow: true });
  await field.compute(request);
  const before = await field.read();
  await takeFastestKernels(field, request);
  await field.compute(request);
  expect(worstError(await field.read(), before)).toBeLessThan(bound(network));
  field.dispose();
  model.dispose();
});

it.each(['2-64x2-1', '2-68x2-1'])(
  'the kernels of %s give the same numbers, and those are as in float64',
  async (architecture) => {
    const network = networkOf(architecture);
    const request = requestFor(network, SMALL);
    const model = new GpuModel(await getTestDevice(), network);
    // Beyond 64 rows a second field of that size is much work.
    const muchWork = 1.5 * SMALL.width * SMALL.height * programCost(network.program);
    const field = await GpuField.create(model, { slow: true, muchWork });
    const read = async () => {
      await field.compute(request);
      const data = await field.read();
      await field.improved;
      return data;
    };
    // Up to 64 rows by the first kernel, beyond op by op.
    await read();
    const first = await read();
    expect(await read()).toEqual(first);
    const expected = await fieldOf(createCpuEngine(), network, request);
    expect(worstError(first, expected)).toBeLessThan(bound(network));
    field.dispose();
    model.dispose();
  },
);

// The last has layers where all slopes vanish at some points and not at others, which are then done twice.
it.each([
  ['2-7x2-1', 1],
  ['3-8-6-2', 1],
  ['2-61-38-5', 1],
  ['2-90-70-1', 1],
  ['2-50x3-1', 1000],
])(
  'weights that lanes hand to each other give %s, times %s, the same numbers',
  async (architecture, factor) => {
    const adapter = await navigator.gpu.requestAdapter();
    const plain = await adapter!.requestDevice();
    const network = networkOf(architecture);
    network.parameters.forEach((value, i) => (network.parameters[i] = factor * value));
    const devices = [await getTestDevice(), plain];
    expect(devices.map(({ features }) => features.has('subgroups'))).toEqual([
      adapter!.features.has('subgroups'),
      false,
    ]);
    const found = [];
    for (const device of devices) {
      const model = new GpuModel(device, network);
      const field = await GpuField.create(model, { slow: true });
      for (let time = 0; time < STAGES; time++) {
        await field.compute(requestFor(network, SMALL));
        found.push(await field.read());
        await field.improved;
      }
      field.dispose();
      model.dispose();
    }
    plain.destroy();
    const [shared, plainly] = [found.slice(0, STAGES), found.slice(STAGES)];
    expect(plainly).toEqual(shared);
    // Beyond 64 rows the first field is made op by op, which rounds otherwise.
    const kernels = shared.slice(architecture === '2-90-70-1' ? 1 : 0);
    for (const data of kernels) expect(data).toEqual(kernels[0]);
  },
);

it.each(['2-50x3-1', '2-68x2-1'])(
  'an adapter of eight lanes, whose compiler is slow, has one kernel for %s, which gives the same numbers',
  async (architecture) => {
    const adapter = await navigator.gpu.requestAdapter();
    const requiredFeatures = ['subgroups' as const].filter((name) => adapter!.features.has(name));
    const device = await adapter!.requestDevice({ requiredFeatures });
    const adapterInfo = { architecture: 'llvmpipe', subgroupMinSize: 8, subgroupMaxSize: 8 };
    Object.defineProperty(device, 'adapterInfo', { value: adapterInfo });
    const compile = vi.spyOn(device, 'createComputePipelineAsync');
    const network = networkOf(architecture);
    const request = requestFor(network, SMALL);
    const model = new GpuModel(device, network);
    const field = await GpuField.create(model, { slow: true, muchWork: 0 });
    for (let time = 0; time < 3; time++) {
      await field.compute(request);
      await field.improved;
    }
    const found = await field.read();
    const lanes = compile.mock.calls.flatMap(([{ compute }]: [GPUComputePipelineDescriptor]) =>
      compute.entryPoint === 'wide' ? [compute.constants?.LANES] : [],
    );
    for (const owner of [field, model]) owner.dispose();
    device.destroy();
    expect(lanes).toEqual([8]);
    expect(found).toEqual(await roadField('wide', network, request));
    expect(field.scope.size).toBe(0);
  },
);

it('roads are not one and the same', async () => {
  const network = networkOf('2-50x8-1');
  const fields = await Promise.all(
    ROADS.map((road) => roadField(road, network, requestFor(network))),
  );
  // wide and grouped add in one order, and may agree to the last digit.
  const distinct = new Set(fields.map(({ exponents }) => exponents.join()));
  expect(distinct.size).toBeGreaterThan(1);
});

describe('the engine takes', () => {
  it.each([
    ['2-10x2-1', true, 'fused'],
    ['2-16x2-1', true, 'wide'],
    ['2-33x2-1', false, 'grouped'],
    ['2-300x2-1', true, 'by-op'],
    ['2-300x2-1', false, 'tiled'],
  ] as const)('for %s, software adapter %s, the %s road', async (architecture, slow, name) => {
    const network = networkOf(architecture);
    const model = new GpuModel(await getTestDevice(), network);
    const field = await GpuField.create(model, { slow });
    await field.compute(requestFor(network, { width: 2, height: 2 }));
    expect(field.road).toBe(name);
    field.dispose();
    model.dispose();
    expect(field.scope.size).toBe(0);
  });

  it('whichever of several roads it has found to be faster, for networks of that shape', async () => {
    const network = networkOf('2-12x2-1');
    const other = networkOf('2-12x2-1', 6);
    const device = await getTestDevice();
    const key = shapeKey(device, network.program, { opCount: 4 });
    const [model, otherModel] = [network, other].map((one) => new GpuModel(device, one));
    const field = await GpuField.create(model, { slow: false });
    await field.compute(requestFor(network, { width: 40, height: 40 }));
    await field.improved;
    expect(fastestRoad(key, NARROW_ROADS)).toBeUndefined();
    const request = requestFor(network, { width: 128, height: 129 });
    await field.compute(request);
    expect(field.road).toBe('fused');
    const before = await field.read();
    await field.improved;
    expect(NARROW_ROADS).toContain(fastestRoad(key, NARROW_ROADS));
    expect(localStorage.getItem(KEPT_ROADS)).toContain(fastestRoad(key, NARROW_ROADS));
    localStorage.removeItem(KEPT_ROADS);

    // As if it had been the other one.
    keepRoad(key, 'fused-2');
    await field.compute(request);
    expect(field.road).toBe('fused-2');
    const after = await field.read();
    after.exponents.forEach((value, i) => {
      expect(Math.abs(value - before.exponents[i])).toBeLessThan(1e-5);
    });
    const second = await GpuField.create(otherModel, { slow: false });
    await second.compute(requestFor(other, { width: 8, height: 8 }));
    expect(second.road).toBe('fused-2');
    for (const owner of [field, second, model, otherModel]) owner.dispose();
    expect(field.scope.size).toBe(0);
  });

  it('the fastest of those that can be made', async () => {
    const { device } = await openDevice(await navigator.gpu.requestAdapter());
    const network = networkOf('2-11x1-1');
    const key = shapeKey(device, network.program, { opCount: 2 });
    const compile = device.createComputePipelineAsync.bind(device);
    let fieldKernels = 0;
    vi.spyOn(device, 'createComputePipelineAsync').mockImplementation(
      (descriptor: GPUComputePipelineDescriptor) => {
        const isField = descriptor.compute.entryPoint === 'field';
        // The second is that of two points.
        if (isField && ++fieldKernels === 2) return Promise.reject(new Error('too many registers'));
        return compile(descriptor);
      },
    );
    const model = new GpuModel(device, network);
    const field = await GpuField.create(model, { slow: false });
    await field.compute(requestFor(network, { width: 128, height: 128 }));
    await field.improved;
    expect(fieldKernels).toBe(2);
    // Measured, not taken for want of anything else: what is measured is stored.
    const stored = JSON.parse(localStorage.getItem(KEPT_ROADS) ?? '{}') as Record<string, string>;
    expect(stored[key]).toBe('fused');
    localStorage.removeItem(KEPT_ROADS);
    for (const owner of [field, model]) owner.dispose();
    device.destroy();
    expect(field.scope.size).toBe(0);
  });

  it('the likeliest of several roads of a device that does not say which adapter it is of', async () => {
    const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
    Object.defineProperty(device, 'adapterInfo', { value: undefined });
    const network = networkOf('2-24x2-1');
    const model = new GpuModel(device, network);
    const field = await GpuField.create(model, { slow: false });
    await field.compute(requestFor(network, SMALL));
    const { road } = field;
    for (const owner of [field, model]) owner.dispose();
    device.destroy();
    expect(road).toBe('fused');
    expect(field.scope.size).toBe(0);
  });

  it('the wide road for narrow layers of different activations on a software adapter', async () => {
    const layers = (['tanh', 'relu', 'identity'] as const).map((activation) => {
      return { type: 'dense', width: 6, activation };
    });
    const network = initialiseNetwork(checkSpec({ inputWidth: 2, layers }), 9);
    const model = new GpuModel(await getTestDevice(), network);
    const field = await GpuField.create(model, { slow: true });
    await field.compute(requestFor(network, { width: 2, height: 2 }));
    expect(field.road).toBe('wide');
    field.dispose();
    model.dispose();
  });
});
