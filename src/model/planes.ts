import { DataError } from '../errors.ts';
import { norm } from '../math/linear.ts';
import { leadingDirections } from '../math/principal.ts';
import { createPlane, planeCoordinates, type Plane } from './plane.ts';

/**
 * The plane of two input coordinates, which are its (s, t); the others are fixed.
 *
 * @param axes - two different inputs, from 0.
 * @param fixed - values of the other inputs, [inputWidth]; 0 by default. Those at the axes do not matter.
 * @throws DataError if an axis is not there, both are the same, or `fixed` has another length.
 */
export function axesPlane(
  inputWidth: number,
  axes: readonly [s: number, t: number],
  fixed: ArrayLike<number> = new Float64Array(inputWidth),
): Plane {
  axes.forEach((axis, i) => {
    if (!Number.isInteger(axis) || axis < 0 || axis >= inputWidth) {
      throw new DataError(
        `axes[${i}] is ${axis}, but must be an input, a whole number from 0 to ${inputWidth - 1}`,
      );
    }
  });
  if (axes[0] === axes[1]) {
    throw new DataError(`both axes are input ${axes[0]}, but must be two different inputs`);
  }
  if (fixed.length !== inputWidth) {
    throw new DataError(`fixed has ${fixed.length} numbers, but there are ${inputWidth} inputs`);
  }
  const origin = Float64Array.from(fixed);
  const [u, v] = axes.map((axis) => {
    origin[axis] = 0;
    const unit = new Float64Array(inputWidth);
    unit[axis] = 1;
    return unit;
  });
  return createPlane(origin, u, v);
}

/** A plane with points that lie in it. */
export interface MarkedPlane {
  readonly plane: Plane;
  /** (s, t) of each. */
  readonly places: readonly (readonly [s: number, t: number])[];
}

/**
 * The plane through three points. Its origin is their centroid, u points from the first to the second.
 *
 * @throws DataError if lengths differ, a number is not finite, or the points lie on a line.
 */
export function pointsPlane(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  third: ArrayLike<number>,
): MarkedPlane {
  const points = [first, second, third];
  points.forEach((point, i) => {
    if (point.length !== first.length) {
      throw new DataError(
        `points[${i}] has ${point.length} numbers, but points[0] has ${first.length}`,
      );
    }
  });
  const difference = (to: ArrayLike<number>) =>
    Float64Array.from(to, (value, i) => value - first[i]);
  const [a, b] = [difference(second), difference(third)];
  const [aSize, bSize] = [norm(a), norm(b)];
  const cosine = a.reduce((sum, value, i) => sum + (value / aSize) * (b[i] / bSize), 0);
  if (!(aSize > 0 && bSize > 0) || 1 - Math.abs(cosine) < 1e-12) {
    throw new DataError('the three points lie on a line, but must span a plane; take other points');
  }
  const centroid = Float64Array.from(first, (value, i) => (value + second[i] + third[i]) / 3);
  const plane = createPlane(centroid, a, b);
  return { plane, places: points.map((point) => planeCoordinates(plane, point)) };
}

/** A plane along which points spread most. */
export interface PrincipalPlane {
  readonly plane: Plane;
  /** Standard deviations along u and v. */
  readonly deviations: readonly [number, number];
}

/**
 * The plane of the first two principal components of a list of points, with their mean as origin.
 *
 * @param points - [count][inputWidth].
 * @throws DataError if there are fewer than three points, the length does not fit, a number is not
 *   finite, or the points lie on a line.
 *
 * Cost: some 100 passes over the points.
 */
export function principalPlane(points: ArrayLike<number>, inputWidth: number): PrincipalPlane {
  const count = points.length / inputWidth;
  if (!Number.isInteger(count) || count < 3) {
    throw new DataError(
      `points has ${points.length} numbers, but must have a multiple of ${inputWidth}, for three points or more`,
    );
  }
  const mean = new Float64Array(inputWidth);
  for (let i = 0; i < points.length; i++) {
    if (!Number.isFinite(points[i])) {
      const place = `points[${Math.floor(i / inputWidth)}][${i % inputWidth}]`;
      throw new DataError(`${place} is ${points[i]}, but must be finite`);
    }
    mean[i % inputWidth] += points[i] / count;
  }
  const centred = Float64Array.from(points, (value, i) => value - mean[i % inputWidth]);
  const { values, vectors } = leadingDirections(centred, count, inputWidth, 2);
  if (!(values.length > 1 && values[1] > 1e-12 * values[0])) {
    throw new DataError(
      'the points lie on a line, but must spread over a plane; take other points',
    );
  }
  const plane = createPlane(mean, vectors[0], vectors[1]);
  const deviation = (value: number) => value / Math.sqrt(count);
  return { plane, deviations: [deviation(values[0]), deviation(values[1])] };
}
