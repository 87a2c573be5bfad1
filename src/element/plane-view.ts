import type { Dataset } from '../data/dataset.ts';
import { countOf, DataError, FtleError } from '../errors.ts';
import { coordinatePlane, planeCoordinates, type Domain, type Plane } from '../model/plane.ts';
import { axesPlane, pointsPlane, principalPlane } from '../model/planes.ts';
import type { PlaneSettings, PointList } from './plane-settings.ts';

/** A plane through the inputs of a network, and what a map shows of it. */
export interface PlaneView {
  readonly plane: Plane;
  /** Shown where no domain is given. */
  readonly domain: Domain;
  /** What s and t are, for people. */
  readonly axes: readonly [s: string, t: string];
  /** (s, t) of the points that the plane was laid through: marked 1, 2, 3 on the map. */
  readonly marks: readonly Mark[];
}

export type Mark = readonly [s: number, t: number];

/** Half side of the square that is shown where there are no data: standardised inputs mostly lie inside. */
const DEFAULT_REACH = 1.8;
/** Part of the data's extent that is shown around it. */
const MARGIN = 0.04;
/** Likewise of three points: what lies around them is of interest too. */
const POINTS_MARGIN = 0.6;
/** Standard deviations of data that are shown to each side of their mean. */
const DEVIATIONS = 2.5;
/** How far from unit length, or from a right angle, the directions of a given plane may be. */
const ORTHONORMAL = 1e-6;

/**
 * The plane that the settings name for a network with these inputs; by default its first two.
 *
 * @throws DataError naming the setting, the value that does not fit, and what would.
 *
 * Cost: some 100 passes over the points of `planeData`, else little.
 */
export function createPlaneView(
  { axes, plane, points, data }: PlaneSettings,
  inputWidth: number,
  dataset: Dataset | null,
): PlaneView {
  if (axes) {
    const found = named('plane-axes', () => axesPlane(inputWidth, axes));
    return aroundData(found, dataset, [`input ${axes[0]}`, `input ${axes[1]}`]);
  }
  if (plane) return aroundData(checkPlane(plane, inputWidth), dataset, ['s', 't']);
  if (points) {
    points.forEach((point, i) => checkPoint(point, `planePoints[${i}]`, inputWidth));
    const { plane: found, places } = named('planePoints', () => pointsPlane(...points));
    const domain = boundingSquare(places, POINTS_MARGIN);
    return { plane: found, domain, axes: ['s', 't'], marks: places };
  }
  if (data) {
    const list = listPoints(data, inputWidth);
    const { plane: found, deviations } = named('planeData', () => principalPlane(list, inputWidth));
    const domain = square(0, 0, DEVIATIONS * deviations[0]);
    return { plane: found, domain, axes: ['component 1', 'component 2'], marks: [] };
  }
  return aroundData(coordinatePlane(inputWidth), dataset, ['x', 'y']);
}

/** A plane that shows the projections of all points of a data set. */
function aroundData(plane: Plane, dataset: Dataset | null, axes: PlaneView['axes']): PlaneView {
  const domain = dataset
    ? boundingSquare(
        Array.from({ length: dataset.count }, (_, i) => {
          const start = i * dataset.inputWidth;
          return planeCoordinates(
            plane,
            dataset.points.subarray(start, start + dataset.inputWidth),
          );
        }),
        MARGIN,
      )
    : square(0, 0, DEFAULT_REACH);
  return { plane, domain, axes, marks: [] };
}

/** Has errors name the setting that they come from. */
function named<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof FtleError)
      throw new DataError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

function checkPlane(plane: Plane, inputWidth: number): Plane {
  const vectors = { origin: plane.origin, u: plane.u, v: plane.v };
  for (const [name, vector] of Object.entries(vectors)) {
    checkPoint(vector, `plane.${name}`, inputWidth);
  }
  const [uu, vv, uv] = [dot(plane.u, plane.u), dot(plane.v, plane.v), dot(plane.u, plane.v)];
  const wanted = 'make it with createPlane(origin, u, v)';
  for (const [name, square] of Object.entries({ u: uu, v: vv })) {
    if (Math.abs(square - 1) > ORTHONORMAL) {
      throw new DataError(
        `plane.${name} has length ${Math.sqrt(square)}, but must have length 1; ${wanted}`,
      );
    }
  }
  if (Math.abs(uv) > ORTHONORMAL) {
    const angle = (Math.acos(Math.max(-1, Math.min(1, uv))) * 180) / Math.PI;
    throw new DataError(
      `plane.u and plane.v are at ${angle.toFixed(1)}°, but must be at a right angle; ${wanted}`,
    );
  }
  // Whoever gave it may change it later.
  const [origin, u, v] = Object.values(vectors).map((vector) => Float64Array.from(vector));
  return { origin, u, v };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function checkPoint(point: ArrayLike<number>, name: string, inputWidth: number): void {
  if (point.length !== inputWidth) {
    throw new DataError(
      `${name} has ${countOf(point.length, 'number')}, but the network has ${countOf(inputWidth, 'input')}; give one number for each`,
    );
  }
  for (let i = 0; i < inputWidth; i++) {
    if (!Number.isFinite(point[i])) {
      throw new DataError(`${name}[${i}] is ${String(point[i])}, but must be a finite number`);
    }
  }
}

/** The points one after the other, [count][inputWidth]. */
function listPoints(data: PointList, inputWidth: number): Float64Array {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    if (data.length % inputWidth !== 0) {
      throw new DataError(
        `planeData has ${data.length} numbers, but must have a multiple of ${inputWidth}, the number of inputs`,
      );
    }
    return Float64Array.from(data);
  }
  const list = new Float64Array(data.length * inputWidth);
  data.forEach((point, i) => {
    checkPoint(point, `planeData[${i}]`, inputWidth);
    list.set(point, i * inputWidth);
  });
  return list;
}

/** The smallest square around the places, and more by a part of it. */
function boundingSquare(places: readonly Mark[], margin: number): Domain {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (const place of places) {
    place.forEach((value, k) => {
      if (value < low[k]) low[k] = value;
      if (value > high[k]) high[k] = value;
    });
  }
  const reach = Math.max(high[0] - low[0], high[1] - low[1]) / 2;
  const [s, t] = [0, 1].map((k) => (low[k] + high[k]) / 2);
  return square(s, t, reach > 0 ? (1 + margin) * reach : DEFAULT_REACH);
}

function square(s: number, t: number, reach: number): Domain {
  return { sMin: s - reach, tMin: t - reach, sMax: s + reach, tMax: t + reach };
}
