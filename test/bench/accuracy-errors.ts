// accuracy-errors.ts: how far a field of the GPU is from float64, and what float32 could not do better
import { Status, type ExponentSpace, type FieldData } from '../../src/engine/engine.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import type { Network } from '../../src/model/network.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { exponents, planeExponents } from '../../src/reference/exponent.ts';

/** Errors of a field. */
export interface Measured {
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
}

/** Errors of a field that was interpolated where it is smooth. */
export interface Interpolated {
  readonly pointCount: number;
  readonly median: number;
  /** Of 99 % of the points. */
  readonly high: number;
  readonly worst: number;
  /** Part of the points whose error is within the tolerance. */
  readonly within: number;
  readonly statusMismatches: number;
}

const BOUND = 1e-3;
const RATIO = 1.05;
/** How often all parameters are moved by an ulp, in random directions. */
const DRAWS = 4;

/** What is right at one point. */
interface Truth {
  readonly status: keyof typeof Status;
  /** l·λ₁ and l·λ₂. */
  readonly first: number;
  readonly second: number;
  /** In the plane; null over all inputs, where it is not compared. */
  readonly direction: readonly [ds: number, dt: number] | null;
}

/** The field in float64 at some points of a plane of two inputs, the others 0, at the last hidden layer. */
export class TrueField {
  readonly #truths: readonly Truth[];
  /** By pixel: changes by one ulp, which many fields ask for. */
  readonly #changes = new Map<number, number>();

  /** @param points - [pixel][2] */
  constructor(
    private readonly network: Network,
    private readonly points: Float32Array,
    private readonly space: ExponentSpace,
  ) {
    this.#truths = Array.from({ length: points.length / 2 }, (_, pixel) =>
      truthAt(network, this.#point(pixel), space),
    );
  }

  /** Errors of a field of the same pixels. */
  compare(data: FieldData): Measured {
    const { errors, statusMismatches } = this.#errorsOf(data);
    const angles = errors
      .map(({ pixel }) => this.#angle(pixel, data))
      .filter((angle) => angle !== null);
    if (angles.some(Number.isNaN)) throw new Error('a direction of the field has a NaN');
    angles.sort((a, b) => b - a);
    const aboveCount = errors.filter(({ error }) => error > BOUND).length;
    const probed = errors.slice(0, Math.max(1, aboveCount)).map(({ pixel }) => pixel);
    const changes = this.#ulpChanges(probed);
    const ratios = errors.slice(0, aboveCount).map(({ error }, i) => error / changes[i]);
    ratios.sort((a, b) => b - a);
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

  /** Errors of a field of the same pixels that may be off by a tolerance. */
  compareWithin(data: FieldData, tolerance: number): Interpolated {
    const { errors, statusMismatches } = this.#errorsOf(data);
    return {
      pointCount: errors.length,
      median: errors[errors.length >> 1].error,
      high: errors[Math.floor(errors.length / 100)].error,
      worst: errors[0].error,
      within: errors.filter(({ error }) => error <= tolerance).length / errors.length,
      statusMismatches,
    };
  }

  /** Of good pixels, the largest first. */
  #errorsOf(data: FieldData): {
    errors: { pixel: number; error: number }[];
    statusMismatches: number;
  } {
    const errors: { pixel: number; error: number }[] = [];
    let statusMismatches = 0;
    this.#truths.forEach(({ status, first }, pixel) => {
      if (data.statuses[pixel] !== Status[status]) statusMismatches++;
      if (status !== 'good' || data.statuses[pixel] !== Status.good) return;
      const error = Math.abs(data.exponents[pixel] * data.span - first);
      if (Number.isNaN(error)) throw new Error('the field has a NaN where the status is good');
      errors.push({ pixel, error });
    });
    if (errors.length === 0) throw new Error('the field has no good point');
    errors.sort((a, b) => b.error - a.error);
    return { errors, statusMismatches };
  }

  /** Degrees between stretching directions where both are told apart. */
  #angle(pixel: number, data: FieldData): number | null {
    const { first, second, direction } = this.#truths[pixel];
    if (!direction || !(first - second > Math.log(RATIO))) return null;
    const [s, t] = data.directions.subarray(2 * pixel, 2 * pixel + 2);
    const sine = Math.abs(s * direction[1] - t * direction[0]);
    return (Math.asin(Math.min(1, sine)) * 180) / Math.PI;
  }

  /**
   * Largest change of l·λ in float64 when one coordinate of the point, or all parameters with random signs,
   * move by one ulp of float32.
   */
  #ulpChanges(pixels: readonly number[]): number[] {
    const missing = pixels.filter((pixel) => !this.#changes.has(pixel));
    for (const pixel of missing) this.#changes.set(pixel, 0);
    const collect = (changed: Network, move: (pixel: number) => Float32Array) => {
      for (const pixel of missing) {
        const { first } = truthAt(changed, move(pixel), this.space);
        const change = Math.abs(first - this.#truths[pixel].first);
        this.#changes.set(pixel, Math.max(this.#changes.get(pixel)!, change));
      }
    };
    for (const [ds, dt] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ]) {
      collect(this.network, (pixel) => {
        const point = this.#point(pixel);
        point[0] = step(point[0], ds);
        point[1] = step(point[1], dt);
        return point;
      });
    }
    for (let draw = 0; missing.length > 0 && draw < DRAWS; draw++) {
      const stream = new RandomStream(draw, Purpose.noise);
      const parameters = this.network.parameters.map((value) => {
        return value === 0 ? 0 : step(value, stream.uniform() < 0.5 ? -1 : 1);
      });
      collect({ ...this.network, parameters }, (pixel) => this.#point(pixel));
    }
    return pixels.map((pixel) => this.#changes.get(pixel)!);
  }

  #point(pixel: number): Float32Array {
    const point = new Float32Array(this.network.inputWidth);
    point.set(this.points.subarray(2 * pixel, 2 * pixel + 2));
    return point;
  }
}

function truthAt(network: Network, point: Float32Array, space: ExponentSpace): Truth {
  const { depth, inputWidth } = network;
  if (space === 'full') {
    const { status, values, span } = exponents(network, point, depth);
    return { status, first: values[0] * span, second: values[1] * span, direction: null };
  }
  const plane = coordinatePlane(inputWidth);
  const { status, first, second, direction, span } = planeExponents(network, point, depth, plane);
  return { status, first: first * span, second: second * span, direction };
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
