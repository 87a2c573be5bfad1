// kernels.ts: what part of what the adapter can do fields and training get
//
//   GFLOP/s     2 · 3 · N² · (L − 1) a point of a field (state and two tangents through the square layers);
//               2 · 3 · parameters a sample of training (forward, backward, gradient)
import { createDataset } from '../../src/data/toy.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { datasetFromArrays } from '../../src/data/arrays.ts';
import type { TrainingOptions } from '../../src/engine/engine.ts';
import { GpuField } from '../../src/engine/gpu-field.ts';
import { GpuModel } from '../../src/engine/gpu-model.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { createNetwork, type Network } from '../../src/model/network.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { fieldBytes } from './field-bytes.ts';
import { FIELD_PARTS } from './field-parts.ts';
import { checkField, prepareField, requestOf } from './field-time.ts';
import { comparedRoads, type Road } from './roads.ts';
import type { BenchTarget, KernelRow, Prepared, Workload, WorkloadGroup } from './timing.ts';

const networkOf = (architecture: string, seed = 1): Network =>
  initialiseNetwork(parseArchitecture(architecture), seed);

/** A field of square layers on the road that the engine takes, or on another. */
function fieldWorkload(
  architecture: string,
  side: number,
  road?: Road,
  only?: Workload['only'],
): Workload {
  return {
    name: `field ${architecture}, ${side}²${road ? `, ${road}` : ''}`,
    ...(only ? { only } : {}),
    async prepare({ slow }, target) {
      const network = networkOf(architecture);
      const settings = { slow, ...(road ? { road } : {}) };
      const { field, worstError, run, dispose } = await prepareField(
        target,
        network,
        side,
        settings,
      );
      const details = () => ({ ...roadOf(field, network), worstError });
      return { ...fieldWork(network, side), isRepeatable: true, run, details, dispose };
    },
  };
}

/** The same by the kernel that a road starts with, until the faster one has been compiled. */
function firstWorkload(architecture: string, side: number, road: Road): Workload {
  return {
    name: `field ${architecture}, ${side}², ${road}, first kernel`,
    only: 'software',
    async prepare({ slow }, { device }) {
      const network = networkOf(architecture);
      const model = new GpuModel(device, network);
      const request = requestOf(network, side);
      let field = await GpuField.create(model, { slow, road });
      const worstError = await checkField(field, network);
      return {
        ...fieldWork(network, side),
        // A field has its first kernel once; what is compiled by then is kept for the device.
        async before() {
          await field.improved;
          field.dispose();
          field = await GpuField.create(model, { slow, road });
        },
        run: () => field.compute(request),
        details: () => ({ ...roadOf(field, network), worstError }),
        dispose() {
          field.dispose();
          model.dispose();
        },
      };
    },
  };
}

function fieldWork(network: Network, side: number): Pick<Prepared, 'amount' | 'unit' | 'work'> {
  const [{ width }] = network.spec.layers;
  const work = 6 * width ** 2 * (network.depth - 1) * side ** 2;
  return { amount: side ** 2, unit: 'points/s', work };
}

function roadOf({ road }: GpuField, { program, depth }: Network): Partial<KernelRow> {
  return road ? { road, bytesPerPoint: fieldBytes(road, program, depth) } : {};
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
    async prepare(engine) {
      const networks = Array.from({ length: networkCount }, (_, seed) =>
        networkOf(architecture, seed),
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
      const samples = steps * batchSize * networkCount;
      return {
        amount: samples,
        unit: 'samples/s',
        work: 6 * network.program.parameterLength * samples,
        steps,
        async run() {
          for (const population of populations) await population.step(steps);
        },
        dispose() {
          for (const population of populations) population.dispose();
        },
      };
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

/** Several networks at once, and one after the other. */
function populationGroup(
  architecture: string,
  batchSize: number,
  networkCount: number,
  steps: number,
): WorkloadGroup {
  return [false, true].map((apart) =>
    trainingWorkload(architecture, batchSize, networkCount, steps, apart),
  );
}

/** Roads that are no software adapter's pick take seconds there for few points, and a GPU no time. */
const SIDES = [
  { only: 'software', a: 128, b: 64, c: 32 },
  { only: 'hardware', a: 512, b: 256, c: 128 },
] as const;

const roadGroup = (architecture: string, side: number, only: Workload['only']): WorkloadGroup =>
  comparedRoads(createNetwork(parseArchitecture(architecture)), only === 'software').map((road) =>
    fieldWorkload(architecture, side, road, only),
  );

/** All but those of a quick look; made on demand, for their networks have millions of parameters. */
const allGroups = (): WorkloadGroup[] => [
  [fieldWorkload('2-10x12-1', 512)],
  [fieldWorkload('2-50x8-1', 256)],
  [fieldWorkload('2-250x12-1', 128)],
  [fieldWorkload('2-64x16-1', 2048, undefined, 'hardware')],
  [fieldWorkload('2-1024x4-1', 256, undefined, 'hardware')],
  ...SIDES.flatMap(({ only, a, b, c }) => [
    [
      ...roadGroup('2-10x12-1', a, only),
      ...(only === 'software'
        ? (['fused', 'wide'] as const).map((road) => firstWorkload('2-10x12-1', a, road))
        : []),
    ],
    [
      ...roadGroup('2-50x8-1', b, only),
      ...(only === 'software' ? [firstWorkload('2-50x8-1', b, 'wide')] : []),
    ],
    roadGroup('2-250x12-1', c, only),
  ]),
  roadGroup('2-64x16-1', 512, 'hardware'),
  roadGroup('2-1024x4-1', 128, 'hardware'),
  [trainingWorkload('2-10x8-1', 64, 1, 100)],
  [trainingWorkload('2-10x8-1', 1024, 1, 20)],
  populationGroup('2-10x8-1', 64, 16, 20),
  populationGroup('2-10x8-1', 1024, 16, 4),
  [trainingWorkload('784-20x16-10', 64, 1, 20)],
  [trainingWorkload('784-20x16-10', 1024, 1, 4)],
  populationGroup('784-20x16-10', 64, 8, 4),
  populationGroup('784-20x16-10', 1024, 8, 1),
  FIELD_PARTS,
];

/** Enough to see that every kind works. */
const QUICK_GROUPS: readonly WorkloadGroup[] = [
  [fieldWorkload('2-10x2-1', 32)],
  populationGroup('2-10x2-1', 16, 2, 2),
];

/** What this adapter can be asked for, by parts of names. */
export function workloadGroups(
  { software, quick }: Pick<BenchTarget, 'software' | 'quick'>,
  name = '',
): WorkloadGroup[] {
  const adapter = software ? 'software' : 'hardware';
  const isMeant = (workload: Workload): boolean =>
    (workload.only ?? adapter) === adapter && workload.name.includes(name);
  return (quick ? QUICK_GROUPS : allGroups())
    .map((group) => group.filter(isMeant))
    .filter((group) => group.length > 0);
}
