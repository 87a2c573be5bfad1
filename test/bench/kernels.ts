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
import type { TrainingOptions } from '../../src/engine/engine.ts';
import type { FieldSettings } from '../../src/engine/gpu-field.ts';
import { BufferUsage } from '../../src/gpu/flags.ts';
import { createArguments, createKernel, dispatch, foldGrid } from '../../src/gpu/kernel.ts';
import { Scope } from '../../src/gpu/scope.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import type { Network } from '../../src/model/network.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import copyShader from './copy.wgsl';
import { FIELD_PARTS } from './field-parts.ts';
import { timeField } from './field-time.ts';
import {
  asRow,
  testTarget,
  time,
  type BenchTarget,
  type KernelRow,
  type Workload,
} from './timing.ts';
import multiplyAddsShader from './multiply-adds.wgsl';

export type { KernelRow };

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

/** Of CHAINS blocks of four, in multiply-adds.wgsl. */
const FLOPS_A_ROUND = 2 * 4 * 8;

/** Name of the adapter, and the rates that nothing on it can exceed. */
export async function measureCeilings(
  given?: BenchTarget,
): Promise<{ adapter: string; ceilings: Ceilings }> {
  const target = given ?? (await testTarget());
  const { device, name, software } = target;
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
        const { leastMs } = await time(target, () =>
          submit((pass) => dispatch(pass, kernel, bound, [groups])),
        );
        if (leastMs > (target.quick ? 5 : 40) || rounds >= 2 ** 22) {
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
    const copying = await time(target, () => submit((pass) => dispatch(pass, copy, bound, grid)));

    const empty = createArguments(scope, copy);
    empty.write(0, { blockCount: 0 });
    const emptyBound = copy.bind({ args: empty.slot(0), source, copies });
    const emptyDispatch = await time(target, () =>
      submit((pass) => {
        for (let i = 0; i < 100; i++) dispatch(pass, copy, emptyBound, [1]);
      }),
    );
    const { readBuffer } = await import('../../src/gpu/readback.ts');
    const readback = await time(target, () => readBuffer(device, sums, 0, 16));
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
    async run({ slow }, target, peak) {
      const network = initialiseNetwork(parseArchitecture(architecture), 1);
      const timing = await timeField(target, network, side, { slow, ...(road ? { road } : {}) });
      const width = network.spec.layers[0].width;
      const work = 6 * width ** 2 * (network.depth - 1) * side ** 2;
      return asRow(this.name, timing, side ** 2, 'points/s', work, peak);
    },
  };
}

/** Steps of one network, or of equal ones: at once, as a population, or one after the other. */
function trainingWorkload(
  architecture: string,
  batchSize: number,
  networkCount: number,
  steps: number,
  apart = false,
): Workload {
  const who = networkCount === 1 ? '' : `, ${networkCount} networks${apart ? ' in turn' : ''}`;
  return {
    name: `training ${architecture}, batch ${batchSize}${who}`,
    async run(engine, target, peak) {
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
      const parts = apart ? networks.map((one) => [one]) : [networks];
      const populations = await Promise.all(
        parts.map((part) => {
          const members = part.map((_, seed) => ({ seed, learningRate: 0.01 }));
          return engine.createPopulation(part, dataset, options, members);
        }),
      );
      try {
        const timing = await time(target, async () => {
          for (const population of populations) await population.step(steps);
        });
        const samples = steps * batchSize * networkCount;
        const work = 6 * network.program.parameterLength * samples;
        return asRow(this.name, timing, samples, 'samples/s', work, peak);
      } finally {
        for (const population of populations) population.dispose();
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
  trainingWorkload('2-10x8-1', 64, 16, 20, true),
  trainingWorkload('784-20x16-10', 64, 1, 20),
  trainingWorkload('784-20x16-10', 1024, 1, 4),
  ...FIELD_PARTS,
];

/** Enough to see that every kind works. */
const QUICK_WORKLOADS: readonly Workload[] = [
  fieldWorkload('2-10x2-1', 32),
  trainingWorkload('2-10x2-1', 16, 2, 2),
];

/** Names of the workloads that this adapter can be asked for. */
export async function listWorkloads(given?: BenchTarget): Promise<string[]> {
  const { software, quick } = given ?? (await testTarget());
  if (quick) return QUICK_WORKLOADS.map(({ name }) => name);
  return WORKLOADS.filter(({ isLarge }) => !isLarge || !software).map(({ name }) => name);
}

/** @param peak - GFLOP/s, from `measureCeilings`. */
export async function measureWorkload(
  name: string,
  peak: number,
  given?: BenchTarget,
): Promise<KernelRow> {
  const target = given ?? (await testTarget());
  const engine = createGpuEngine(target.device, { slow: target.software });
  const workload = [...WORKLOADS, ...QUICK_WORKLOADS].find((candidate) => candidate.name === name);
  if (!workload) throw new Error(`there is no workload ${name}`);
  return workload.run(engine, target, peak);
}
