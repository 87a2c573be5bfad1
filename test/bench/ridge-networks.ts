// ridge-networks.ts: trained networks and how their ridges lie to their boundary, for `npm run ridges`
import { findBoundaryCurves } from '../../src/curves/boundary.ts';
import { curveLength, pointLengths } from '../../src/curves/curve.ts';
import { polishRidges, type PolishedRidge } from '../../src/curves/polish.ts';
import { findRidgeCurves } from '../../src/curves/ridge-curves.ts';
import { summariseRidges, type RidgeSummary } from '../../src/curves/summary.ts';
import { createDataset, type DatasetName } from '../../src/data/toy.ts';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { FieldData } from '../../src/engine/engine.ts';
import { writeNetworkJson } from '../../src/files/json.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { createNetwork, type Network } from '../../src/model/network.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane } from '../../src/model/plane.ts';

/** A network of test/fixtures/trained. */
export interface TrainedCase {
  readonly dataset: DatasetName;
  readonly architecture: string;
}

export const TRAINED_CASES: readonly TrainedCase[] = [
  { dataset: 'circle', architecture: '2-10x2-1' },
  { dataset: 'circle', architecture: '2-10x4-1' },
  { dataset: 'circle', architecture: '2-10x8-1' },
  { dataset: 'circle', architecture: '2-10x12-1' },
  { dataset: 'spirals', architecture: '2-10x8-1' },
  { dataset: 'spirals', architecture: '2-20x6-1' },
];

export const trainedName = ({ dataset, architecture }: TrainedCase): string =>
  `${dataset}-${architecture}`;

/** Learning rates of Adam, each for STEPS steps: a boundary is as good as the noise of the last batches lets it be. */
const RATES = [0.003, 0.001, 0.0003];
const STEPS = 4000;
const SEED = 1;

/** Trains a network in float64; as network JSON. */
export async function trainCase({ dataset: name, architecture }: TrainedCase): Promise<string> {
  const spec = parseArchitecture(architecture);
  const dataset = createDataset(name, { seed: SEED });
  const engine = createCpuEngine();
  const model = engine.createModel(initialiseNetwork(spec, SEED));
  const trainer = await engine.createTrainer(model, dataset, {
    optimizer: 'adam',
    learningRate: RATES[0],
    momentum: 0,
    weightDecay: 0,
    batchSize: 64,
    loss: 'squared',
    seed: SEED,
  });
  for (const rate of RATES) {
    trainer.setLearningRate(rate);
    await trainer.step(STEPS);
  }
  const { testAccuracy } = await trainer.evaluate();
  const network = createNetwork(spec, await model.read());
  engine.dispose();
  return writeNetworkJson(network, {
    dataset: name,
    optimizer: `adam, rates ${RATES.join(', ')}, ${STEPS} steps each`,
    testAccuracy,
  });
}

/** Radius of the circle in standardised inputs: a disc of half the square's area, whose deviation is 1/√3. */
export const CIRCLE_RADIUS = Math.sqrt(6 / Math.PI);
const EXTENT = 1.8;
const SIDE = 256;

/** The field of a network's last hidden layer. */
export async function trainedField(network: Network): Promise<FieldData> {
  const engine = createCpuEngine();
  const model = engine.createModel(network);
  const domain = { sMin: -EXTENT, tMin: -EXTENT, sMax: EXTENT, tMax: EXTENT };
  const size = { width: SIDE, height: SIDE };
  const plane = coordinatePlane(2);
  const data = await engine.computeField(model, { plane, domain, ...size, layer: network.depth });
  engine.dispose();
  return data;
}

/** One row of the table. */
export interface RidgeRow extends RidgeSummary {
  readonly ridgeCount: number;
  readonly closedCount: number;
  /** Of points that were polished: largest |∇λ·n| / −nᵀHn, how far from the ridge they still are, plane units. */
  readonly residual: number;
  readonly polishedCount: number;
  readonly pointCount: number;
  /** How far polishing moved points, root of the mean square, in pixels. */
  readonly moved: number;
  /** Of the longest ridge and a circle: mean radius, and mean distance to the circle, as parts of the radius. */
  readonly radius: number;
  readonly radiusError: number;
}

export async function measureNetwork(network: Network): Promise<RidgeRow> {
  const data = await trainedField(network);
  const found = findRidgeCurves(data);
  const ridges = await polishRidges(network, data, found);
  const step = (2 * EXTENT) / SIDE;
  const moves: number[] = [];
  const residuals: number[] = [];
  ridges.forEach((ridge, k) => {
    ridge.polished.forEach((isPolished, i) => {
      if (!isPolished) return;
      const [ds, dt] = [0, 1].map(
        (axis) => ridge.points[2 * i + axis] - found[k].points[2 * i + axis],
      );
      moves.push((ds * ds + dt * dt) / step ** 2);
      residuals.push(ridge.residuals[i] / ridge.sharpnesses[i]);
    });
  });
  return {
    ...summariseRidges(data, ridges, findBoundaryCurves(data)),
    ridgeCount: ridges.length,
    closedCount: ridges.filter(({ closed }) => closed).length,
    residual: residuals.reduce((most, value) => Math.max(most, value), 0),
    polishedCount: moves.length,
    pointCount: ridges.reduce((sum, { strengths }) => sum + strengths.length, 0),
    moved: Math.sqrt(moves.reduce((sum, move) => sum + move, 0) / moves.length),
    ...measureRing(ridges[0]),
  };
}

/** Means over the length of a ridge that should be the circle. */
export function measureRing(ridge: PolishedRidge): { radius: number; radiusError: number } {
  const length = curveLength(ridge);
  let [radius, radiusError] = [0, 0];
  pointLengths(ridge).forEach((part, i) => {
    const ratio = Math.hypot(ridge.points[2 * i], ridge.points[2 * i + 1]) / CIRCLE_RADIUS;
    radius += (part / length) * ratio;
    radiusError += (part / length) * Math.abs(ratio - 1);
  });
  return { radius, radiusError };
}
