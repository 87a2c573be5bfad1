// kernels.ts: what the adapter can do, and what part of it fields and training get
//
//   GFLOP/s     2 · 3 · N² · (L − 1) a point of a field (state and two tangents through the square layers);
//               2 · 3 · parameters a sample of training (forward, backward, gradient)
//
// Wall time around completed work: median of repetitions for at most a few seconds, after a warm-up. Runs in
// the page that tools/bench.mjs opens.
import { createDataset } from '../../src/data/toy.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { datasetFromArrays } from '../../src/data/arrays.ts';
import { createGpuEngine } from '../../src/engine/gpu-engine.ts';
import type { Engine, TrainingOptions } from '../../src/engine/engine.ts';
import { GpuField, type FieldSettings } from '../../src/engine/gpu-field.ts';
import { GpuModel } from '../../src/engine/gpu-model.ts';
import { BufferUsage } from '../../src/gpu/flags.ts';
import { createArguments, createKernel, dispatch, foldGrid } from '../../src/gpu/kernel.ts';
import { Scope } from '../../src/gpu/scope.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import type { Network } from '../../src/model/network.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { describeTestAdapter, getTestDevice } from '../support/device.ts';
import copyShader from './copy.wgsl';
import multiplyAddsShader from './multiply-adds.wgsl';

/** What was measured: one line of the table. */
export interface KernelRow {
  readonly name: string;
  /** Median, least and largest, milliseconds. */
  readonly ms: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly runs: number;
  /** Work a second, in `unit`. */
  readonly rate: number;
  readonly unit: string;
  readonly gflops: number | null;
  readonly percentOfPeak: number | null;
}

export interface Ceilings {
  /** The better of the builtin fma() and of a·b + c. */
  readonly gflops: number;
  readonly fmaGflops: number;
  readonly multiplyAddGflops: number;
  /** Read and written. */
  readonly gbps: number;
  readonly emptyDispatchMs: number;
  readonly readbackMs: number;
}

const MOST_RUNS = 7;
const MOST_MS = 4000;
/** Of CHAINS blocks of four, in multiply-adds.wgsl. */
const FLOPS_A_ROUND = 2 * 4 * 8;

interface Timing {
  readonly ms: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly runs: number;
}

async function time(run: () => Promise<unknown>): Promise<Timing> {
  await run();
  const times: number[] = [];
  const begin = performance.now();
  while (times.length === 0 || (times.length < MOST_RUNS && performance.now() - begin < MOST_MS)) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const middle = (times.length - 1) / 2;
  const ms = (times[Math.floor(middle)] + times[Math.ceil(middle)]) / 2;
  return { ms, leastMs: times[0], mostMs: times.at(-1)!, runs: times.length };
}

/** Name of the adapter, and the rates that nothing on it can exceed. */
export async function measureCeilings(): Promise<{ adapter: string; ceilings: Ceilings }> {
  const device = await getTestDevice();
  const { name, software } = await describeTestAdapter();
  const scope = new Scope(device, 'ftle-map/bench');
  const submit = async (record: (pass: GPUComputePassEncoder) => void): Promise<void> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    record(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  };
  try {
    const { storage, copySrc } = BufferUsage;
    const groups = software ? 64 : 4096;
    const sums = scope.buffer('sums', groups * 64 * 16, storage | copySrc);
    const flops = async (useFma: number): Promise<number> => {
      const kernel = await createKernel(device, multiplyAddsShader, {
        overrides: { USE_FMA: useFma },
      });
      const args = createArguments(scope, kernel);
      const bound = kernel.bind({ args: args.slot(0), sums });
      let rounds = 64;
      for (;;) {
        args.write(0, { rounds, factor: 0.999, term: 0.001 });
        const { leastMs } = await time(() =>
          submit((pass) => dispatch(pass, kernel, bound, [groups])),
        );
        if (leastMs > 40 || rounds >= 2 ** 22) {
          return (groups * 64 * rounds * FLOPS_A_ROUND) / leastMs / 1e6;
        }
        rounds *= 4;
      }
    };
    const multiplyAddGflops = await flops(0);
    const fmaGflops = await flops(1);

    const copy = await createKernel(device, copyShader);
    const blockCount = software ? 2 ** 21 : 2 ** 23;
    const source = scope.buffer('source', 16 * blockCount, storage);
    const copies = scope.buffer('copies', 16 * blockCount, storage);
    const copyArgs = createArguments(scope, copy);
    copyArgs.write(0, { blockCount });
    const bound = copy.bind({ args: copyArgs.slot(0), source, copies });
    const grid = foldGrid(blockCount / 64);
    const copying = await time(() => submit((pass) => dispatch(pass, copy, bound, grid)));

    const empty = createArguments(scope, copy);
    empty.write(0, { blockCount: 0 });
    const emptyBound = copy.bind({ args: empty.slot(0), source, copies });
    const emptyDispatch = await time(() =>
      submit((pass) => {
        for (let i = 0; i < 100; i++) dispatch(pass, copy, emptyBound, [1]);
      }),
    );
    const { readBuffer } = await import('../../src/gpu/readback.ts');
    const readback = await time(() => readBuffer(device, sums, 0, 16));
    return {
      adapter: name,
      ceilings: {
        gflops: Math.max(multiplyAddGflops, fmaGflops),
        fmaGflops,
        multiplyAddGflops,
        gbps: (32 * blockCount) / copying.leastMs / 1e6,
        emptyDispatchMs: emptyDispatch.ms / 100,
        readbackMs: readback.ms,
      },
    };
  } finally {
    scope.dispose();
  }
}

interface Workload {
  readonly name: string;
  run(engine: Engine, device: GPUDevice, peak: number): Promise<KernelRow>;
  /** Too much for a software adapter. */
  readonly isLarge?: boolean;
}

/** Time of a field of a network with random weights, compiling not counted. */
async function timeField(
  device: GPUDevice,
  network: Network,
  side: number,
  settings: FieldSettings,
): Promise<Timing> {
  const model = new GpuModel(device, network);
  const field = await GpuField.create(model, settings);
  try {
    const request = {
      plane: coordinatePlane(network.inputWidth),
      domain: { sMin: -1.8, tMin: -1.8, sMax: 1.8, tMax: 1.8 },
      width: side,
      height: side,
      layer: network.depth,
    };
    await field.compute({ ...request, width: 8, height: 8 });
    await field.improved;
    return await time(() => field.compute(request));
  } finally {
    field.dispose();
    model.dispose();
  }
}

/** A field of square layers on the road that the engine takes, or on another. */
function fieldWorkload(
  architecture: string,
  side: number,
  road?: FieldSettings['road'],
  isLarge = false,
): Workload {
  return {
    name: `field ${architecture}, ${side}²${road ? `, ${road}` : ''}`,
    isLarge,
    async run({ slow }, device, peak) {
      const network = initialiseNetwork(parseArchitecture(architecture), 1);
      const timing = await timeField(device, network, side, { slow, ...(road ? { road } : {}) });
      const width = network.spec.layers[0].width;
      const work = 6 * width ** 2 * (network.depth - 1) * side ** 2;
      return asRow(this.name, timing, side ** 2, 'points/s', work, peak);
    },
  };
}

/** Exponents of the time of a field: 1, 1 and 2 where it grows like the arithmetic. */
export interface Growth {
  readonly points: number;
  readonly layers: number;
  readonly width: number;
}

/** Fits how the time of a field grows with points, square layers and width, on the wide networks' road. */
export async function measureGrowth(): Promise<Growth> {
  const device = await getTestDevice();
  const { software: slow } = await describeTestAdapter();
  const fit = async (sizes: number[], run: (size: number) => [string, number]) => {
    const times = [];
    for (const size of sizes) {
      const [architecture, side] = run(size);
      const network = initialiseNetwork(parseArchitecture(architecture), 1);
      times.push((await timeField(device, network, side, { slow })).leastMs);
    }
    return logSlope(sizes, times);
  };
  const width = slow ? 48 : 128;
  const side = slow ? 64 : 1024;
  const layerSide = await fit(slow ? [48, 96, 192] : [512, 1024, 2048], (size) => [
    `2-${width}x5-1`,
    size,
  ]);
  return {
    points: layerSide / 2,
    layers: await fit([4, 8, 16], (layers) => [`2-${width}x${layers + 1}-1`, side]),
    width: await fit(slow ? [80, 120, 180] : [128, 256, 512], (size) => [
      `2-${size}x5-1`,
      slow ? 32 : 512,
    ]),
  };
}

/** Slope of the least-squares line through (log x, log y). */
function logSlope(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [x, y].map((values) => {
    const logs = values.map(Math.log);
    const mean = logs.reduce((sum, value) => sum + value) / logs.length;
    return logs.map((value) => value - mean);
  });
  const dot = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, value, i) => sum + value * q[i], 0);
  return dot(a, b) / dot(a, a);
}

/** Steps of one network, or of a population of equal ones. */
function trainingWorkload(
  architecture: string,
  batchSize: number,
  networkCount: number,
  steps: number,
): Workload {
  const who = networkCount === 1 ? '' : `, ${networkCount} networks`;
  return {
    name: `training ${architecture}, batch ${batchSize}${who}`,
    async run(engine, _device, peak) {
      const networks = Array.from({ length: networkCount }, (_, seed) =>
        initialiseNetwork(parseArchitecture(architecture), seed),
      );
      const [network] = networks;
      const dataset = datasetFor(network);
      const options: TrainingOptions = {
        optimizer: 'sgd',
        learningRate: 0.01,
        momentum: 0,
        weightDecay: 0,
        batchSize,
        loss: network.outputWidth === 1 ? 'squared' : 'cross-entropy',
        seed: 1,
      };
      const members = networks.map((_, seed) => ({ seed, learningRate: 0.01 }));
      const population = await engine.createPopulation(networks, dataset, options, members);
      try {
        const timing = await time(() => population.step(steps));
        const samples = steps * batchSize * networkCount;
        const work = 6 * network.program.parameterLength * samples;
        return asRow(this.name, timing, samples, 'samples/s', work, peak);
      } finally {
        population.dispose();
      }
    },
  };
}

function datasetFor({ inputWidth, outputWidth }: Network): Dataset {
  if (inputWidth === 2) return createDataset('circle', { seed: 1 });
  const count = 2000;
  const stream = new RandomStream(1, Purpose.noise);
  const points = Float32Array.from({ length: count * inputWidth }, () => stream.normal());
  const targets = new Float32Array(count * outputWidth);
  for (let i = 0; i < count; i++) targets[i * outputWidth + (i % outputWidth)] = 1;
  return datasetFromArrays({ points, inputWidth, targets });
}

function asRow(
  name: string,
  timing: Timing,
  amount: number,
  unit: string,
  work: number,
  peak: number,
): KernelRow {
  const gflops = work / timing.ms / 1e6;
  return {
    name,
    ...timing,
    rate: (1000 * amount) / timing.ms,
    unit,
    gflops,
    percentOfPeak: (100 * gflops) / peak,
  };
}

const WORKLOADS: readonly Workload[] = [
  fieldWorkload('2-10x12-1', 512),
  fieldWorkload('2-10x12-1', 128, 'by-op'),
  fieldWorkload('2-50x8-1', 256),
  fieldWorkload('2-50x8-1', 128, 'wide'),
  fieldWorkload('2-50x8-1', 64, 'tiled'),
  fieldWorkload('2-50x8-1', 64, 'by-op'),
  fieldWorkload('2-250x12-1', 128),
  fieldWorkload('2-250x12-1', 32, 'tiled'),
  fieldWorkload('2-250x12-1', 32, 'by-op'),
  fieldWorkload('2-64x16-1', 2048, undefined, true),
  fieldWorkload('2-64x16-1', 512, 'by-op', true),
  fieldWorkload('2-1024x4-1', 256, undefined, true),
  fieldWorkload('2-1024x4-1', 128, 'by-op', true),
  trainingWorkload('2-10x8-1', 64, 1, 100),
  trainingWorkload('2-10x8-1', 1024, 1, 20),
  trainingWorkload('2-10x8-1', 64, 16, 20),
  trainingWorkload('784-20x16-10', 64, 1, 20),
  trainingWorkload('784-20x16-10', 1024, 1, 4),
];

/** Names of the workloads that this adapter can be asked for. */
export async function listWorkloads(): Promise<string[]> {
  const { software } = await describeTestAdapter();
  return WORKLOADS.filter(({ isLarge }) => !isLarge || !software).map(({ name }) => name);
}

/** @param peak - GFLOP/s, from `measureCeilings`. */
export async function measureWorkload(name: string, peak: number): Promise<KernelRow> {
  const device = await getTestDevice();
  const { software } = await describeTestAdapter();
  const engine = createGpuEngine(device, { slow: software });
  const workload = WORKLOADS.find((candidate) => candidate.name === name);
  if (!workload) throw new Error(`there is no workload ${name}`);
  return workload.run(engine, device, peak);
}
