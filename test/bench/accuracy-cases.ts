// accuracy-cases.ts: the networks whose exponents `npm run accuracy` compares
import { createDataset } from '../../src/data/toy.ts';
import type { Engine, ExponentSpace, TrainingStatus } from '../../src/engine/engine.ts';
import { parseNetworkJson, writeNetworkJson } from '../../src/files/json.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { checkSpec, createNetwork, type Network } from '../../src/model/network.ts';
import { initialiseNetwork, tensorPlaces, writeTensor } from '../../src/model/parameters.ts';

/** A network of the table, and how it is made. */
export interface AccuracyCase {
  readonly name: string;
  /** Pixels along a side. */
  readonly side: number;
  readonly space: ExponentSpace;
  /** Also with tolerances, which leave smooth parts to interpolation. */
  readonly isTolerant?: boolean;
  /** One line for the table: what was made how. */
  make(engine: Engine, cache: WeightCache): Promise<{ network: Network; note: string }>;
}

/** Trained networks from earlier runs, as network JSON. */
export interface WeightCache {
  load(key: string): Promise<string | null>;
  save(key: string, text: string): Promise<void>;
}

const TRAINED = ['10x2', '10x4', '10x8', '10x12', '50x8', '250x12'];
const WANTED_ACCURACY = 0.98;
const LEARNING_RATE = 0.05;
/** From this step on with the lower rate: what the wide networks still lack then is noise of the batches. */
const FALL_STEP = 800;
const LOWER_RATE = 0.02;
const STEPS_PER_CHECK = 200;
const MAXIMAL_STEPS = 20_000;
const SIDE = 50;
/** Exponents over all inputs cost a forward pass for each in float64. */
const FULL_SIDE = 16;
/** In float64 the largest of all takes a minute for the pixels that interpolation needs. */
const TOLERANT = TRAINED.filter((hidden) => hidden !== '250x12');

/** All cases, in the order of the table. */
export function accuracyCases(): AccuracyCase[] {
  return [
    ...TRAINED.map((hidden) => trained(`2-${hidden}-1`)),
    ...TRAINED.map((hidden) => saturated(`2-${hidden}-1`, 8)),
    ...[10, 50].flatMap((width) => [0.5, 1, 4].map((variance) => random(width, variance))),
    fixed('width 1', '2-1x4-1', (architecture) =>
      initialiseNetwork(parseArchitecture(architecture), 3, { scheme: 'gaussian', variance: 4 }),
    ),
    fixed('ReLU', '2-50x8-1', (architecture) =>
      initialiseNetwork(parseArchitecture(architecture, { activation: 'relu' }), 3, {
        scheme: 'he',
      }),
    ),
    fixed('identity chain', '2-2x200-2', () => identity(201)),
    ...['6-12x4-1', '30-50x8-3', '784-20x16-10'].map((architecture): AccuracyCase => {
      const make = (a: string) => initialiseNetwork(parseArchitecture(a), 3);
      return { ...fixed('all inputs', architecture, make), side: FULL_SIDE, space: 'full' };
    }),
  ];
}

/** Identity layers: outputs are the inputs, and every exponent is 0. */
export function identity(layerCount: number): Network {
  const layer = { type: 'dense', width: 2, activation: 'identity' };
  const layers = Array.from({ length: layerCount }, () => layer);
  const network = createNetwork(checkSpec({ inputWidth: 2, layers }));
  for (const place of tensorPlaces(network)) {
    if (place.part === 'weight') writeTensor(place, [1, 0, 0, 1], network.parameters);
  }
  return network;
}

function fixed(kind: string, architecture: string, make: (a: string) => Network): AccuracyCase {
  const name = `${kind} ${architecture}`;
  return {
    name,
    side: SIDE,
    space: 'plane',
    make: async () => ({ network: make(architecture), note: '' }),
  };
}

function random(width: number, variance: number): AccuracyCase {
  return fixed(`random σ² = ${variance}`, `2-${width}x200-1`, (architecture) =>
    initialiseNetwork(parseArchitecture(architecture), 3, { scheme: 'gaussian', variance }),
  );
}

function trained(architecture: string): AccuracyCase {
  return {
    name: `trained ${architecture}`,
    side: SIDE,
    space: 'plane',
    isTolerant: TOLERANT.some((hidden) => architecture === `2-${hidden}-1`),
    async make(engine, cache) {
      const { network, accuracy, stepCount } = await trainedNetwork(architecture, engine, cache);
      const percent = (100 * accuracy).toFixed(1);
      return { network, note: `${percent} % test accuracy after ${stepCount} steps` };
    },
  };
}

function saturated(architecture: string, factor: number): AccuracyCase {
  return {
    name: `trained × ${factor} ${architecture}`,
    side: SIDE,
    space: 'plane',
    async make(engine, cache) {
      const { network } = await trainedNetwork(architecture, engine, cache);
      const parameters = network.parameters.map((value) => factor * value);
      return { network: createNetwork(network.spec, parameters), note: '' };
    },
  };
}

/** The circle problem as the paper trains it, until the test accuracy is reached. */
async function trainedNetwork(
  architecture: string,
  engine: Engine,
  cache: WeightCache,
): Promise<{ network: Network; accuracy: number; stepCount: number }> {
  const spec = parseArchitecture(architecture);
  const options = {
    optimizer: 'sgd',
    learningRate: LEARNING_RATE,
    momentum: 0,
    weightDecay: 0,
    batchSize: 64,
    loss: 'squared',
    seed: 1,
  } as const;
  const key = `circle-${LEARNING_RATE}-${FALL_STEP}-${LOWER_RATE}-${architecture}`;
  const dataset = createDataset('circle', { seed: 1 });
  const saved = await cache.load(key);
  const start = saved ? parseNetworkJson(saved) : null;
  const model = engine.createModel(start?.network ?? initialiseNetwork(spec, 1));
  const trainer = await engine.createTrainer(model, dataset, options);
  try {
    let stepCount = Number(start?.metadata.stepCount ?? 0);
    let status: TrainingStatus = await trainer.evaluate();
    while (status.testAccuracy < WANTED_ACCURACY) {
      if (status.diverged || stepCount >= MAXIMAL_STEPS) {
        throw new Error(`${architecture} reaches ${status.testAccuracy} after ${stepCount} steps`);
      }
      if (stepCount >= FALL_STEP) trainer.setLearningRate(LOWER_RATE);
      await trainer.step(STEPS_PER_CHECK);
      stepCount += STEPS_PER_CHECK;
      status = await trainer.evaluate();
      console.error(
        `training ${architecture}: ${stepCount} steps, accuracy ${status.testAccuracy}`,
      );
    }
    const network = createNetwork(spec, await model.read());
    await cache.save(key, writeNetworkJson(network, { stepCount, accuracy: status.testAccuracy }));
    return { network, accuracy: status.testAccuracy, stepCount };
  } finally {
    trainer.dispose();
    model.dispose();
  }
}
