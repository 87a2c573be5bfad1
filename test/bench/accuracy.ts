// accuracy.ts: exponents of the GPU against float64, at the very float32 points that the GPU used
//
//   error       |l·λ_GPU − l·λ_float64| of λ₁ and angle between stretching directions, at the last hidden
//               layer, over all pixels that are good in float64
//   one ulp     change of the float64 value when input or parameters move by one unit in the last place of
//               float32: what rounding the input alone may do, however the rest is computed
//
// Runs in the page that tools/accuracy.mjs opens.
import { createGpuEngine } from '../../src/engine/gpu-engine.ts';
import { Status, type Engine, type FieldData } from '../../src/engine/engine.ts';
import type { Network } from '../../src/model/network.ts';
import { coordinatePlane, type Plane } from '../../src/model/plane.ts';
import { RandomStream, Purpose } from '../../src/math/random.ts';
import { planeExponents } from '../../src/reference/exponent.ts';
import { describeTestAdapter, getTestDevice } from '../support/device.ts';
import { accuracyCases, identity, type WeightCache } from './accuracy-cases.ts';

/** One row of the table. */
export interface AccuracyRow {
  readonly name: string;
  readonly note: string;
  readonly pointCount: number;
  /** Of |l·λ_GPU − l·λ_float64|. */
  readonly worst: number;
  readonly median: number;
  /** Degrees, where Λ₁/Λ₂ > 1.05; null where there is no such point. */
  readonly worstAngle: number | null;
  readonly medianAngle: number | null;
  readonly angleCount: number;
  /** Points where only one of both has a good status. */
  readonly statusMismatches: number;
  /** Change of l·λ_float64 at the point of the worst error when input or parameters move by one ulp. */
  readonly ulpChange: number;
  /** Points with an error above the bound, and the ratio of error to the change by one ulp at each. */
  readonly aboveCount: number;
  readonly medianRatio: number | null;
  readonly worstRatio: number | null;
  readonly seconds: number;
}

const GRID = 50;
const EXTENT = 1.8;
const BOUND = 1e-3;
const RATIO = 1.05;
/** How often all parameters are moved by an ulp, in random directions. */
const DRAWS = 4;

/** Names of all cases, and what computes. */
export async function describeRun(): Promise<{ adapter: string; names: string[] }> {
  const { name } = await describeTestAdapter();
  return { adapter: name, names: accuracyCases().map((item) => item.name) };
}

/** Measures one case. */
export async function measure(name: string, cache: WeightCache): Promise<AccuracyRow> {
  const start = performance.now();
  const { software } = await describeTestAdapter();
  const engine = createGpuEngine(await getTestDevice(), { description: '', slow: software });
  try {
    const points = await gpuPoints(engine);
    const item = accuracyCases().find((candidate) => candidate.name === name)!;
    const { network, note } = await item.make(engine, cache);
    const data = await computeField(engine, network, network.depth);
    const row = compareField(network, data, points);
    return { name, note, ...row, seconds: (performance.now() - start) / 1000 };
  } finally {
    engine.dispose();
  }
}

/** The points of the grid as the GPU has them: what a network that changes nothing gives out. */
async function gpuPoints(engine: Engine): Promise<Float32Array> {
  const { outputs } = await computeField(engine, identity(1), 'output');
  return outputs;
}

async function computeField(
  engine: Engine,
  network: Network,
  layer: number | 'output',
): Promise<FieldData> {
  const model = engine.createModel(network);
  const domain = { sMin: -EXTENT, tMin: -EXTENT, sMax: EXTENT, tMax: EXTENT };
  const size = { width: GRID, height: GRID };
  try {
    return await engine.computeField(model, { plane: PLANE, domain, ...size, layer });
  } finally {
    model.dispose();
  }
}

const PLANE: Plane = coordinatePlane(2);

type Measured = Omit<AccuracyRow, 'name' | 'note' | 'seconds'>;

function compareField(network: Network, data: FieldData, points: Float32Array): Measured {
  const layer = network.depth;
  const errors: { pixel: number; error: number; value: number }[] = [];
  const angles: number[] = [];
  let statusMismatches = 0;
  for (let pixel = 0; pixel < GRID * GRID; pixel++) {
    const point = points.subarray(2 * pixel, 2 * pixel + 2);
    const { status, first, second, direction, span } = planeExponents(network, point, layer, PLANE);
    if (data.statuses[pixel] !== Status[status]) statusMismatches++;
    if (status !== 'good' || data.statuses[pixel] !== Status.good) continue;
    const error = Math.abs(data.exponents[pixel] * data.span - first * span);
    errors.push({ pixel, error, value: first * span });
    if (span * (first - second) > Math.log(RATIO)) {
      const [s, t] = data.directions.subarray(2 * pixel, 2 * pixel + 2);
      const sine = Math.abs(s * direction[1] - t * direction[0]);
      angles.push((Math.asin(Math.min(1, sine)) * 180) / Math.PI);
    }
  }
  if (errors.some(({ error }) => Number.isNaN(error)) || angles.some(Number.isNaN)) {
    throw new Error('the field has a NaN where the status is good');
  }
  errors.sort((a, b) => b.error - a.error);
  angles.sort((a, b) => b - a);
  const aboveCount = errors.filter(({ error }) => error > BOUND).length;
  const probed = errors.slice(0, Math.max(1, aboveCount));
  const changes = ulpChanges(
    network,
    probed.map(({ pixel }) => points.subarray(2 * pixel, 2 * pixel + 2)),
    probed.map(({ value }) => value),
  );
  const ratios = probed
    .slice(0, aboveCount)
    .map(({ error }, i) => error / changes[i])
    .sort((a, b) => b - a);
  return {
    pointCount: errors.length,
    worst: errors[0].error,
    median: errors[errors.length >> 1].error,
    worstAngle: angles[0] ?? null,
    medianAngle: angles[angles.length >> 1] ?? null,
    angleCount: angles.length,
    statusMismatches,
    ulpChange: changes[0],
    aboveCount,
    medianRatio: ratios[ratios.length >> 1] ?? null,
    worstRatio: ratios[0] ?? null,
  };
}

/**
 * Largest change of l·λ in float64 when one coordinate of the point, or all parameters with random signs,
 * move by one ulp of float32.
 */
function ulpChanges(network: Network, points: Float32Array[], values: number[]): number[] {
  const changes = values.map(() => 0);
  const collect = (changed: Network, move: (point: Float32Array) => Float32Array) => {
    points.forEach((point, i) => {
      const { first, span } = planeExponents(changed, move(point), network.depth, PLANE);
      changes[i] = Math.max(changes[i], Math.abs(first * span - values[i]));
    });
  };
  for (const [ds, dt] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ]) {
    collect(network, (point) => Float32Array.of(step(point[0], ds), step(point[1], dt)));
  }
  for (let draw = 0; draw < DRAWS; draw++) {
    const stream = new RandomStream(draw, Purpose.noise);
    const parameters = network.parameters.map((value) => {
      return value === 0 ? 0 : step(value, stream.uniform() < 0.5 ? -1 : 1);
    });
    collect({ ...network, parameters }, (point) => point);
  }
  return changes;
}

/** The float32 number `count` places above (or below) a float32 number. */
function step(value: number, count: number): number {
  if (count === 0) return value;
  if (value === 0) return count * 2 ** -149;
  const words = new Int32Array(1);
  new Float32Array(words.buffer)[0] = value;
  words[0] += value > 0 ? count : -count;
  return new Float32Array(words.buffer)[0];
}
