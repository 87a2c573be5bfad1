import { pointEvaluator } from '../engine/cpu-points.ts';
import type { ComputeOptions, FieldData } from '../engine/engine.ts';
import { checkRequest } from '../engine/field-checks.ts';
import { Slices } from '../engine/slices.ts';
import type { Network } from '../model/network.ts';
import { cornerOf, type Corner } from '../reference/ridge.ts';
import { contrastAt } from './contrast.ts';
import { pixelSteps } from './curve.ts';
import type { RidgeCurve } from './ridge-curves.ts';

/** A ridge of the continuous field. */
export interface PolishedRidge extends RidgeCurve {
  /** |∇λ·n| at each point, in λ per plane unit; NaN where it was not polished. */
  readonly residuals: Float64Array;
  /**
   * 1 where the point was polished. Elsewhere it is where it was: no ridge of the continuous field was found within
   * reach, as with ReLU networks, whose λ is constant in pieces.
   */
  readonly polished: Uint8Array;
}

/** Step of the differences, in pixels: their error is about (step / width of the ridge)⁴. */
const DIFFERENCE_PART = 1 / 50;
/** A point moves by at most so many pixels. */
const REACH = 4;
const MOST_STEPS = 12;
/** Normals may turn by 60° on the way. */
const LEAST_AGREEMENT = 0.5;
/** Half a unit of float32 in the last place: a smaller step would not move a coordinate. */
const FLOAT32_HALF = 2 ** -25;

/**
 * Moves the points of ridges across the ridge until ∇λ·n = 0 on the continuous field, whatever pixels and smoothing made
 * of them.
 *
 * λ is the float64 reference's; gradient and Hessian are its central differences of fourth order. On the line through the
 * point along the n that was found on the pixels, zeros of ∇λ·n are looked for by a Newton step with nᵀHn, then by
 * secants, until a step is below half a unit of float32 in the coordinates' last place.
 *
 * @param network - with the parameters that made the field.
 * @param data - the field in which the ridges were found.
 * @throws NetworkError or DataError if the field's request does not fit the network, AbortError if the signal fires.
 *
 * Cost: about 70 points of the reference for each of the ridge.
 */
export async function polishRidges(
  network: Network,
  data: FieldData,
  ridges: readonly RidgeCurve[],
  { signal, onProgress }: ComputeOptions = {},
): Promise<PolishedRidge[]> {
  const surface = exactSurface(network, data);
  const slices = new Slices();
  const total = ridges.reduce((sum, { strengths }) => sum + strengths.length, 0);
  let done = 0;
  const polishedRidges: PolishedRidge[] = [];
  for (const ridge of ridges) {
    const copy = copyRidge(ridge);
    const count = ridge.strengths.length;
    // The last point of a ring is its first.
    const ownCount = ridge.closed ? count - 1 : count;
    for (let i = 0; i < ownCount; i++) {
      const found = polishPoint(surface, data, ridge, i);
      if (found) setPoint(copy, i, found, data);
      done++;
      if (slices.due) {
        onProgress?.(done / total);
        await slices.next();
        signal?.throwIfAborted();
      }
    }
    if (ridge.closed) repeatFirst(copy);
    polishedRidges.push(copy);
  }
  onProgress?.(1);
  return polishedRidges;
}

/** λ and its derivatives per plane unit at a place; null where the exponent is not good. */
type Surface = (s: number, t: number) => Corner | null;

function exactSurface(network: Network, { request }: FieldData): Surface {
  const place = checkRequest(network, request);
  const { plane, space } = request;
  const parameters = Float64Array.from(network.parameters);
  const evaluate = pointEvaluator(network, parameters, space === 'full' ? space : plane, place);
  const point = new Float64Array(network.inputWidth);
  const exponentAt = (s: number, t: number): number => {
    for (let i = 0; i < point.length; i++) {
      point[i] = plane.origin[i] + s * plane.u[i] + t * plane.v[i];
    }
    const { status, exponents } = evaluate(point);
    return status === 'good' ? exponents[0] : NaN;
  };
  const h = DIFFERENCE_PART * Math.min(...pixelSteps(request));
  return (s, t) => {
    const value = exponentAt(s, t);
    // Differences over h and over 2h; four times the first less the second, by three, is of fourth order.
    const [near, far] = [h, 2 * h].map((d) => {
      const [east, west] = [exponentAt(s + d, t), exponentAt(s - d, t)];
      const [north, south] = [exponentAt(s, t + d), exponentAt(s, t - d)];
      const rising = exponentAt(s + d, t + d) + exponentAt(s - d, t - d);
      const falling = exponentAt(s + d, t - d) + exponentAt(s - d, t + d);
      return [
        (east - west) / (2 * d),
        (north - south) / (2 * d),
        (east - 2 * value + west) / d ** 2,
        (rising - falling) / (4 * d ** 2),
        (north - 2 * value + south) / d ** 2,
      ];
    });
    const [gs, gt, ss, st, tt] = near.map((difference, i) => (4 * difference - far[i]) / 3);
    if (![gs, gt, ss, st, tt].every(Number.isFinite)) return null;
    return cornerOf(value, [gs, gt], [ss, st, tt]);
  };
}

/** A point on the ridge of the continuous field. */
interface Found {
  readonly place: readonly [number, number];
  readonly corner: Corner;
  readonly normal: readonly [number, number];
  readonly slope: number;
}

function polishPoint(
  surface: Surface,
  data: FieldData,
  { points, normals }: RidgeCurve,
  index: number,
): Found | null {
  const [s, t] = points.subarray(2 * index, 2 * index + 2);
  const [ns, nt] = normals.subarray(2 * index, 2 * index + 2);
  const step = Math.max(...pixelSteps(data.request));
  const reach = REACH * step;
  const tolerance = FLOAT32_HALF * Math.max(Math.abs(s), Math.abs(t), step);
  const look = (way: number): Found | null => {
    const place = [s + way * ns, t + way * nt] as const;
    const corner = surface(...place);
    if (!corner || corner.curvature >= 0) return null;
    const agreement = corner.normal[0] * ns + corner.normal[1] * nt;
    if (Math.abs(agreement) < LEAST_AGREEMENT) return null;
    const sign = Math.sign(agreement);
    const normal = [sign * corner.normal[0], sign * corner.normal[1]] as const;
    const slope = corner.gradient[0] * normal[0] + corner.gradient[1] * normal[1];
    return { place, corner, normal, slope };
  };
  let way = 0;
  let found = look(way);
  let bend = found ? -found.corner.curvature : NaN;
  for (let k = 0; found && k < MOST_STEPS; k++) {
    const move = found.slope / bend;
    const next: number = way + move;
    if (!(Math.abs(next) <= reach)) return null;
    const there = look(next);
    if (!there) return null;
    if (Math.abs(move) <= tolerance) return there;
    const secant = (found.slope - there.slope) / move;
    // A secant that does not fall would lead away from the ridge.
    bend = secant > 0 ? secant : -there.corner.curvature;
    [way, found] = [next, there];
  }
  return null;
}

function copyRidge(ridge: RidgeCurve): PolishedRidge {
  const count = ridge.strengths.length;
  return {
    points: ridge.points.slice(),
    closed: ridge.closed,
    strengths: ridge.strengths.slice(),
    sharpnesses: ridge.sharpnesses.slice(),
    contrasts: ridge.contrasts.slice(),
    normals: ridge.normals.slice(),
    residuals: new Float64Array(count).fill(NaN),
    polished: new Uint8Array(count),
  };
}

function setPoint(ridge: PolishedRidge, i: number, found: Found, data: FieldData): void {
  const { place, corner, normal, slope } = found;
  ridge.points.set(place, 2 * i);
  ridge.normals.set(normal, 2 * i);
  ridge.strengths[i] = corner.value;
  ridge.sharpnesses[i] = -corner.curvature;
  ridge.contrasts[i] = contrastAt(data, place, normal, corner.value);
  ridge.residuals[i] = Math.abs(slope);
  ridge.polished[i] = 1;
}

function repeatFirst(ridge: PolishedRidge): void {
  const last = ridge.strengths.length - 1;
  ridge.points.copyWithin(2 * last, 0, 2);
  for (const values of [ridge.strengths, ridge.sharpnesses, ridge.contrasts, ridge.residuals]) {
    values[last] = values[0];
  }
  ridge.polished[last] = ridge.polished[0];
  // n may have turned by half a turn round the ring.
  if (!ridge.polished[0]) return;
  const sign = Math.sign(
    ridge.normals[0] * ridge.normals[2 * last] + ridge.normals[1] * ridge.normals[2 * last + 1],
  );
  for (const k of [0, 1]) ridge.normals[2 * last + k] = sign * ridge.normals[k];
}
