import { Status, type FieldData } from '../engine/engine.ts';
import { cornerOf, crossingBetween, slopesBetween, type Corner } from '../reference/ridge.ts';
import { fitSurfaces } from '../reference/surface-fit.ts';
import { linkChains } from './chains.ts';
import { contrastAt } from './contrast.ts';
import { curveLength, pixelSteps, withinEdge, type Curve } from './curve.ts';
import { ridgeCurveLimits, type RidgeCurveLimits, type RidgeCurveOptions } from './ridge-levels.ts';

/** A ridge of λ₁ with what is known at each of its points. */
export interface RidgeCurve extends Curve {
  /** λ₁ on the fitted surface. */
  readonly strengths: Float64Array;
  /** −nᵀHn: how fast λ₁ bends down across the ridge, in λ per squared plane unit. */
  readonly sharpnesses: Float64Array;
  /** How far λ₁ falls to both sides: λ₁ less the higher of the lowest values that it has on either side. */
  readonly contrasts: Float64Array;
  /** n, across the ridge, [count][2]: unit, along one curve without jumps of its sign. */
  readonly normals: Float64Array;
}

/**
 * Ridges of a field as curves: height ridges of λ₁, where ∇λ·n = 0 and nᵀHn < 0 for n the eigenvector of the most
 * negative eigenvalue of the Hessian H.
 *
 * Gradient and Hessian are Gaussian derivatives at the scale `smoothing`, per plane unit, so that pixels need not
 * be square. The curve crosses each edge between neighbouring pixel centres at most once, where ∇λ·n, linear along
 * the edge, is 0: neighbouring cells share that very point, so curves have no gaps or jumps, and a ring is closed.
 * Curves end where a ridge does, where its direction turns by more than 60° within a pixel, as where ridges cross,
 * next to pixels that do not count, and at the field's outermost pixel centres. Smoothing draws a ridge of
 * curvature κ towards its steeper side by about κσ²/2; polishRidges() removes that.
 *
 * Source: Eberly, Ridges in Image and Data Analysis (1996); Lindeberg, Int. J. Computer Vision 30, 117 (1998);
 * Canny, IEEE TPAMI 8, 679 (1986), for two thresholds.
 *
 * @returns longest first.
 * @throws DataError if an option is out of range.
 */
export function findRidgeCurves(data: FieldData, options: RidgeCurveOptions = {}): RidgeCurve[] {
  const limits = ridgeCurveLimits(data, options);
  const net = findCrossings(data, limits);
  const curves: { curve: RidgeCurve; length: number }[] = [];
  for (const { points, closed } of linkChains(net.strengths.length, net.links)) {
    const strengths = pick(points, net.strengths);
    if (!strengths.some((strength) => strength >= limits.high)) continue;
    const places = pick(points, net.points, 2);
    const length = curveLength({ points: places, closed });
    if (length < limits.minimumLength) continue;
    const normals = turnAlong(pick(points, net.normals, 2));
    const curve: RidgeCurve = {
      points: places,
      closed,
      strengths,
      sharpnesses: pick(points, net.sharpnesses),
      contrasts: strengths.map((strength, i) =>
        contrastAt(data, places.subarray(2 * i, 2 * i + 2), normals.subarray(2 * i), strength),
      ),
      normals,
    };
    curves.push({ curve, length });
  }
  return curves.sort((a, b) => b.length - a.length).map(({ curve }) => curve);
}

/** Points where ridges cross edges between pixel centres, and which of them are joined within a cell. */
interface Crossings {
  /** [count][2] in plane coordinates. */
  readonly points: number[];
  readonly strengths: number[];
  readonly sharpnesses: number[];
  /** [count][2] */
  readonly normals: number[];
  /** [count][2] */
  readonly links: number[];
}

function findCrossings(data: FieldData, limits: RidgeCurveLimits): Crossings {
  const { width, height, domain } = data.request;
  const [sStep, tStep] = pixelSteps(data.request);
  const { exponents, statuses } = data;
  const values = Float64Array.from(exponents, (value, i) =>
    statuses[i] === Status.good ? value : NaN,
  );
  const net: Crossings = { points: [], strengths: [], sharpnesses: [], normals: [], links: [] };

  /** The number of the point where a ridge crosses the edge between two corners at these pixels; −1 if none does. */
  const cross = (a: Corner | null, b: Corner | null, x: number, y: number, axis: 0 | 1): number => {
    const found = crossingBetween(a, b);
    if (found === null) return -1;
    const part = withinEdge(found);
    const sharpness = -(a!.curvature + part * (b!.curvature - a!.curvature));
    if (sharpness < limits.sharpness) return -1;
    const step = axis === 0 ? sStep : tStep;
    const strength =
      (1 - part) * valueAlong(a!, axis, part * step) +
      part * valueAlong(b!, axis, (part - 1) * step);
    if (strength < limits.low) return -1;
    net.points.push(
      domain.sMin + (x + 0.5 + (axis === 0 ? part : 0)) * sStep,
      domain.tMin + (y + 0.5 + (axis === 1 ? part : 0)) * tStep,
    );
    net.strengths.push(strength);
    net.sharpnesses.push(sharpness);
    net.normals.push(...normalBetween(a!, b!, part));
    return net.strengths.length - 1;
  };

  let lowerCorners: readonly (Corner | null)[] = [];
  let lower = new Int32Array(0);
  let y = 0;
  for (const row of fitSurfaces(values, width, height, limits.smoothing)) {
    const corners = row.map((corner) => corner && inPlaneUnits(corner, sStep, tStep));
    const along = Int32Array.from({ length: width - 1 }, (_, x) =>
      cross(corners[x], corners[x + 1], x, y, 0),
    );
    if (y > 0) {
      const across = Int32Array.from({ length: width }, (_, x) =>
        cross(lowerCorners[x], corners[x], x, y - 1, 1),
      );
      for (let x = 0; x + 1 < width; x++) {
        const ends = [lower[x], across[x + 1], along[x], across[x]];
        if (ends[0] + ends[1] + ends[2] + ends[3] === -4) continue;
        const cell = () =>
          [lowerCorners[x], lowerCorners[x + 1], corners[x + 1], corners[x]] as Corner[];
        linkCell(ends, cell, net.links);
      }
    }
    [lowerCorners, lower] = [corners, along];
    y++;
  }
  return net;
}

/** Derivatives per plane unit instead of per pixel: which direction bends most depends on it. */
function inPlaneUnits(corner: Corner, sStep: number, tStep: number): Corner {
  const { value, gradient, hessian } = corner;
  return cornerOf(
    value,
    [gradient[0] / sStep, gradient[1] / tStep],
    [hessian[0] / sStep ** 2, hessian[1] / (sStep * tStep), hessian[2] / tStep ** 2],
  );
}

/** The surface of a corner at a distance along an axis. */
function valueAlong({ value, gradient, hessian }: Corner, axis: 0 | 1, distance: number): number {
  return value + distance * (gradient[axis] + (distance / 2) * hessian[2 * axis]);
}

function normalBetween(a: Corner, b: Corner, part: number): [number, number] {
  const sign = a.normal[0] * b.normal[0] + a.normal[1] * b.normal[1] < 0 ? -1 : 1;
  const [s, t] = [0, 1].map((k) => (1 - part) * a.normal[k] + part * sign * b.normal[k]);
  const size = Math.hypot(s, t);
  return [s / size, t / size];
}

/**
 * Joins the crossings of a cell's edges, in order from the lower one; −1 where there is none. Of more than two,
 * those pairs that the bilinear ∇λ·n joins; one without a partner is an end.
 */
function linkCell(
  ends: readonly number[],
  corners: () => readonly Corner[],
  links: number[],
): void {
  const found = ends.filter((end) => end >= 0);
  if (found.length < 2) return;
  if (found.length === 2) {
    links.push(found[0], found[1]);
    return;
  }
  const [a, b, c, d] = ends;
  const pairs = isJoinedDiagonally(corners()) ? [a, b, c, d] : [a, d, b, c];
  for (let i = 0; i < 4; i += 2) {
    if (pairs[i] >= 0 && pairs[i + 1] >= 0) links.push(pairs[i], pairs[i + 1]);
  }
}

/** Whether ∇λ·n has the sign that it has at the first corner also where the cell's diagonals pass its saddle. */
function isJoinedDiagonally([a, b, c, d]: readonly Corner[]): boolean {
  const [slopeA, slopeB] = slopesBetween(a, b);
  const [ownB, nextC] = slopesBetween(b, c);
  const slopeC = Math.sign(ownB * slopeB) * nextC;
  const [ownC, nextD] = slopesBetween(c, d);
  const slopeD = Math.sign(ownC * slopeC) * nextD;
  // The bilinear function at its saddle is (ac − bd) / (a + c − b − d), with a, c of one sign and b, d of the other.
  return slopeA * slopeC > slopeB * slopeD;
}

function pick(numbers: Uint32Array, values: readonly number[], size = 1): Float64Array {
  const picked = new Float64Array(numbers.length * size);
  numbers.forEach((number, i) => {
    for (let k = 0; k < size; k++) picked[i * size + k] = values[number * size + k];
  });
  return picked;
}

/** Turns each normal [count][2] to agree with the one before. */
function turnAlong(normals: Float64Array): Float64Array {
  for (let i = 2; i < normals.length; i += 2) {
    if (normals[i] * normals[i - 2] + normals[i + 1] * normals[i - 1] >= 0) continue;
    normals[i] *= -1;
    normals[i + 1] *= -1;
  }
  return normals;
}
