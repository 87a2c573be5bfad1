import type { Domain } from '../model/plane.ts';

/** A line through points of a plane. */
export interface Curve {
  /** [count][2]: s, t in plane coordinates; of a closed curve the first point again at the end. */
  readonly points: Float64Array;
  readonly closed: boolean;
}

/** Length in plane units. */
export function curveLength({ points }: Curve): number {
  let sum = 0;
  for (let i = 2; i < points.length; i += 2) {
    sum += Math.hypot(points[i] - points[i - 2], points[i + 1] - points[i - 1]);
  }
  return sum;
}

/** Lengths that belong to the points: half of the pieces to either side; the first and last of a ring share one. */
export function pointLengths(curve: Curve): Float64Array {
  const { points } = curve;
  const lengths = new Float64Array(points.length / 2);
  for (let i = 1; i < lengths.length; i++) {
    const ds = points[2 * i] - points[2 * i - 2];
    const dt = points[2 * i + 1] - points[2 * i - 1];
    const half = Math.hypot(ds, dt) / 2;
    lengths[i - 1] += half;
    lengths[i] += half;
  }
  return lengths;
}

/** Sizes of a pixel in plane units. */
export interface PixelGrid {
  readonly domain: Domain;
  readonly width: number;
  readonly height: number;
}

export function pixelSteps({ domain, width, height }: PixelGrid): [s: number, t: number] {
  return [(domain.sMax - domain.sMin) / width, (domain.tMax - domain.tMin) / height];
}

/** Distance of a crossing from the pixel centres between which it lies, in pixels. */
const LEAST_PART = 1e-6;

/** The part of the way between two pixel centres where a curve crosses, kept off both: so no two are one point. */
export function withinEdge(part: number): number {
  return Math.max(LEAST_PART, Math.min(part, 1 - LEAST_PART));
}
