import { Status, type LayerChoice, type PointsData } from '../../engine/engine.ts';
import type { Network } from '../../model/network.ts';
import type { Plane } from '../../model/plane.ts';
import { exponents, planeExponents } from '../../reference/exponent.ts';
import { unpackNetwork, type Job, type NetworkParcel } from './job.ts';

export interface AccuracyParameters {
  readonly network: NetworkParcel;
  readonly layer: LayerChoice;
  readonly space: Plane | 'full';
  readonly count: number;
}

/** Of |l·λ₁ − l·λ₁ in float64|, and of the angle between stretching directions in degrees. */
export interface AccuracyResult {
  readonly span: number;
  readonly pointCount: number;
  /** Points where only one of both has a good status. */
  readonly statusMismatches: number;
  /** null where no point is good. */
  readonly worst: number | null;
  readonly median: number | null;
  /** The point of the worst error. */
  readonly worstPoint: readonly number[] | null;
  /** Points whose direction is well defined: Λ₁/Λ₂ > 1.05. */
  readonly directionCount: number;
  readonly worstAngle: number | null;
  readonly medianAngle: number | null;
}

/** Where two singular values are closer, the direction of the larger is anyone's. */
const LEAST_RATIO = 1.05;
/** Points between two looks at the clock. */
const BATCH = 256;

/** The engine against the float64 definition, at the same float32 points. */
export const measureAccuracy: Job<AccuracyParameters, Float32Array, never, AccuracyResult> = async (
  { network: parcel, layer, space, count },
  { engine, signal, onProgress, receive },
) => {
  const network = unpackNetwork(parcel);
  const model = engine.createModel(network);
  const comparison = new Comparison(network, layer, space);
  try {
    const request = { layer, space, exponentCount: 1, directions: true };
    const evaluator = await engine.createEvaluator(model, request);
    try {
      for (let points = await receive(); points; points = await receive()) {
        const data = await evaluator.evaluate(points, { signal });
        const rows = points.length / network.inputWidth;
        for (let first = 0; first < rows; first += BATCH) {
          comparison.add(points, data, first, Math.min(rows, first + BATCH));
          onProgress({ fraction: Math.min(1, comparison.pointCount / count) });
          await new Promise((resolve) => setTimeout(resolve));
          signal.throwIfAborted();
        }
      }
    } finally {
      evaluator.dispose();
    }
  } finally {
    model.dispose();
  }
  return comparison.result();
};

/** Collects the errors. */
class Comparison {
  pointCount = 0;
  #span = 0;
  #statusMismatches = 0;
  readonly #errors: number[] = [];
  readonly #angles: number[] = [];
  #worstPoint: number[] | null = null;
  #worst = -1;

  constructor(
    readonly network: Network,
    readonly layer: LayerChoice,
    readonly space: Plane | 'full',
  ) {}

  /** Adds points `first` to `end` − 1 of a list and what was computed for it. */
  add(points: Float32Array, data: PointsData, first: number, end: number): void {
    const { inputWidth } = this.network;
    this.#span = data.span;
    for (let i = first; i < end; i++) {
      this.pointCount++;
      const point = points.subarray(i * inputWidth, (i + 1) * inputWidth);
      const exact = this.#exact(point);
      const isGood = data.statuses[i] === Status.good;
      if (isGood !== exact.isGood) this.#statusMismatches++;
      if (!isGood || !exact.isGood) continue;
      const error = data.span * Math.abs(data.exponents[i] - exact.first);
      this.#errors.push(error);
      if (error > this.#worst) {
        this.#worst = error;
        this.#worstPoint = [...point];
      }
      if (data.span * (exact.first - exact.second) <= Math.log(LEAST_RATIO)) continue;
      const direction = data.directions!.subarray(i * inputWidth, (i + 1) * inputWidth);
      this.#angles.push(angleBetween(exact.direction, direction));
    }
  }

  #exact(point: Float32Array): Exact {
    if (this.space !== 'full') {
      const { u, v } = this.space;
      const { status, first, second, direction } = planeExponents(
        this.network,
        point,
        this.layer,
        this.space,
      );
      const [ds, dt] = direction;
      const vector = u.map((value, i) => ds * value + dt * v[i]);
      return { isGood: status === 'good', first, second, direction: vector };
    }
    const { status, values, directions } = exponents(this.network, point, this.layer);
    const direction = directions.subarray(0, this.network.inputWidth);
    const [first, second = -Infinity] = values;
    return { isGood: status === 'good', first, second, direction };
  }

  result(): AccuracyResult {
    const errors = Float64Array.from(this.#errors).sort();
    const angles = Float64Array.from(this.#angles).sort();
    return {
      span: this.#span,
      pointCount: this.pointCount,
      statusMismatches: this.#statusMismatches,
      worst: errors.at(-1) ?? null,
      median: errors[errors.length >> 1] ?? null,
      worstPoint: this.#worstPoint,
      directionCount: angles.length,
      worstAngle: angles.at(-1) ?? null,
      medianAngle: angles[angles.length >> 1] ?? null,
    };
  }
}

interface Exact {
  readonly isGood: boolean;
  readonly first: number;
  readonly second: number;
  /** As an input vector. */
  readonly direction: Float64Array;
}

/** Between two lines, in degrees; exact for small angles too: sine and cosine from sums and differences. */
function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [sum, difference, product] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) product += a[i] * b[i];
  const sign = product < 0 ? -1 : 1;
  for (let i = 0; i < a.length; i++) {
    sum += (a[i] + sign * b[i]) ** 2;
    difference += (a[i] - sign * b[i]) ** 2;
  }
  return (2 * Math.atan2(Math.sqrt(difference), Math.sqrt(sum)) * 180) / Math.PI;
}
