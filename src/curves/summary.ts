import { Status, type FieldData } from '../engine/engine.ts';
import { curveLength, pointLengths, type Curve } from './curve.ts';
import { curveDistance, type CurveDistance } from './distance.ts';
import { pixelsAround } from './pixels.ts';
import type { RidgeCurve } from './ridge-curves.ts';

/** How the ridges of a field lie to its decision boundary and to what stretches. */
export interface RidgeSummary {
  /** Plane units. */
  readonly ridgeLength: number;
  readonly boundaryLength: number;
  /** null without ridges or without a boundary. */
  readonly ridgeToBoundary: CurveDistance | null;
  readonly boundaryToRidge: CurveDistance | null;
  /** The larger of the two largest distances. */
  readonly hausdorff: number | null;
  /**
   * Angle between the maximal stretching direction and the normal of the ridge, 0 to 90, mean over the length: small
   * where ridges are Lagrangian coherent structures. null without ridges.
   */
  readonly angleDegrees: number | null;
}

/**
 * Lengths, distances and the angle of ridges and boundary of one field.
 *
 * Source: Storm et al., Phys. Rev. Lett. 132, 057301 (2024), for the angle as the test of coherence.
 */
export function summariseRidges(
  data: FieldData,
  ridges: readonly RidgeCurve[],
  boundary: readonly Curve[],
): RidgeSummary {
  const ridgeToBoundary = curveDistance(ridges, boundary);
  const boundaryToRidge = curveDistance(boundary, ridges);
  const total = (curves: readonly Curve[]) =>
    curves.reduce((sum, curve) => sum + curveLength(curve), 0);
  let [sum, weight] = [0, 0];
  for (const ridge of ridges) {
    const lengths = pointLengths(ridge);
    stretchingAngles(data, ridge).forEach((angle, i) => {
      if (Number.isNaN(angle)) return;
      sum += lengths[i] * angle;
      weight += lengths[i];
    });
  }
  return {
    ridgeLength: total(ridges),
    boundaryLength: total(boundary),
    ridgeToBoundary,
    boundaryToRidge,
    hausdorff:
      ridgeToBoundary && boundaryToRidge
        ? Math.max(ridgeToBoundary.largest, boundaryToRidge.largest)
        : null,
    angleDegrees: weight > 0 ? sum / weight : null,
  };
}

/**
 * Angle between the maximal stretching direction and the normal n at each point of a ridge, in degrees, 0 to 90; NaN
 * where the field has no direction.
 *
 * A direction has no sign, so that what is interpolated between pixel centres is that of twice the angle.
 */
export function stretchingAngles(data: FieldData, { points, normals }: RidgeCurve): Float64Array {
  const { directions, statuses } = data;
  return Float64Array.from({ length: points.length / 2 }, (_, i) => {
    let [cosine, sine] = [0, 0];
    for (const { pixel, weight } of pixelsAround(data, points[2 * i], points[2 * i + 1]) ?? []) {
      const [ds, dt] = [directions[2 * pixel], directions[2 * pixel + 1]];
      const square = ds * ds + dt * dt;
      if (statuses[pixel] !== Status.good || square === 0) continue;
      cosine += (weight * (ds * ds - dt * dt)) / square;
      sine += (weight * 2 * ds * dt) / square;
    }
    if (cosine === 0 && sine === 0) return NaN;
    const between = Math.atan2(sine, cosine) / 2 - Math.atan2(normals[2 * i + 1], normals[2 * i]);
    return (Math.acos(Math.min(1, Math.abs(Math.cos(between)))) * 180) / Math.PI;
  });
}
