import { DataError } from '../errors.ts';
import { norm } from '../math/linear.ts';

/** Affine map from two coordinates to input space: (s, t) ↦ origin + s·u + t·v, u and v orthonormal. */
export interface Plane {
  readonly origin: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/** A rectangle of plane coordinates; t points up. */
export interface Domain {
  readonly sMin: number;
  readonly tMin: number;
  readonly sMax: number;
  readonly tMax: number;
}

/** The first two input coordinates, all others 0. For one input, t moves nothing (v = 0). */
export function coordinatePlane(inputWidth: number): Plane {
  const u = new Float64Array(inputWidth);
  const v = new Float64Array(inputWidth);
  u[0] = 1;
  if (inputWidth > 1) v[1] = 1;
  return { origin: new Float64Array(inputWidth), u, v };
}

/**
 * The plane through `origin` along two directions, which are made orthonormal (Gram–Schmidt, a first),
 * so that s and t are distances in input units.
 *
 * @throws DataError if lengths differ, a number is not finite, or a and b are parallel or zero.
 */
export function createPlane(
  origin: ArrayLike<number>,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): Plane {
  const n = origin.length;
  for (const [name, vector] of Object.entries({ origin, a, b })) {
    if (vector.length !== n) {
      throw new DataError(`plane.${name} has ${vector.length} numbers, but origin has ${n}`);
    }
    for (let i = 0; i < n; i++) {
      if (!Number.isFinite(vector[i])) {
        throw new DataError(`plane.${name}[${i}] is ${vector[i]}, but must be finite`);
      }
    }
  }
  const u = normalise(Float64Array.from(a), 'a');
  const v = Float64Array.from(b);
  const size = norm(v);
  for (let pass = 0; pass < 2; pass++) {
    const along = dot(u, v);
    for (let i = 0; i < n; i++) v[i] -= along * u[i];
  }
  if (norm(v) <= 1e-12 * size) {
    throw new DataError('plane.b is parallel to plane.a, but must point elsewhere');
  }
  return { origin: Float64Array.from(origin), u, v: normalise(v, 'b') };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function normalise(vector: Float64Array, name: string): Float64Array {
  const size = Math.sqrt(dot(vector, vector));
  if (!(size > 0)) throw new DataError(`plane.${name} is zero, but must be a direction`);
  return vector.map((value) => value / size);
}

/**
 * Checks a rectangle.
 *
 * @throws DataError if it has no area, or a number or its extent is not finite.
 */
export function checkDomain(domain: Domain): Domain {
  const { sMin, tMin, sMax, tMax } = domain;
  for (const [name, value] of Object.entries({ sMin, tMin, sMax, tMax })) {
    if (!Number.isFinite(value)) {
      throw new DataError(`domain.${name} is ${value}, but must be a finite number`);
    }
  }
  if (!(sMax > sMin && tMax > tMin)) {
    throw new DataError(
      `domain [${sMin}, ${tMin}, ${sMax}, ${tMax}] has no area, but must have min below max in both directions`,
    );
  }
  if (!Number.isFinite(sMax - sMin) || !Number.isFinite(tMax - tMin)) {
    throw new DataError(
      `domain [${sMin}, ${tMin}, ${sMax}, ${tMax}] is wider than any number (1.8e308), but must have a finite extent`,
    );
  }
  return domain;
}

/** The input point at plane coordinates (s, t). */
export function planePoint(plane: Plane, s: number, t: number): Float64Array {
  return plane.origin.map((value, i) => value + s * plane.u[i] + t * plane.v[i]);
}

/** Plane coordinates of a point's projection on the plane. */
export function planeCoordinates(
  { origin, u, v }: Plane,
  point: ArrayLike<number>,
): [s: number, t: number] {
  let [s, t] = [0, 0];
  for (let i = 0; i < origin.length; i++) {
    s += (point[i] - origin[i]) * u[i];
    t += (point[i] - origin[i]) * v[i];
  }
  return [s, t];
}

/** Plane coordinates of a pixel centre; column from the left, row from the bottom. */
export function pixelCentre(
  domain: Domain,
  width: number,
  height: number,
  column: number,
  row: number,
): [s: number, t: number] {
  return [
    domain.sMin + ((column + 0.5) / width) * (domain.sMax - domain.sMin),
    domain.tMin + ((row + 0.5) / height) * (domain.tMax - domain.tMin),
  ];
}
