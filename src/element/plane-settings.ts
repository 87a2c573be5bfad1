import { DataError } from '../errors.ts';
import type { Plane } from '../model/plane.ts';
import { isEmpty, numbers, show } from './values.ts';

/** Points of a data set: one after the other, or their numbers in one array [count][inputWidth]. */
export type PointList = readonly ArrayLike<number>[] | Float32Array | Float64Array;
/** Three inputs. */
export type PointTriple = readonly [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>];

/** Properties of the element that say which plane is shown: at most one of them is not null. */
export interface PlaneProperties {
  planeAxes: readonly [s: number, t: number] | null;
  plane: Plane | null;
  planePoints: PointTriple | null;
  planeData: PointList | null;
}

/** The same, checked: at most one of these is not null. */
export interface PlaneSettings {
  /** Two inputs, from 0; the others are 0. */
  readonly axes: readonly [s: number, t: number] | null;
  readonly plane: Plane | null;
  readonly points: PointTriple | null;
  readonly data: PointList | null;
}

/**
 * Takes the settings of the plane; whether they fit the network is seen later.
 *
 * @throws DataError naming the setting, its value and the wanted value, or those of which only one can be.
 */
export function readPlaneSettings(given: {
  readonly [name in keyof PlaneProperties]: unknown;
}): PlaneSettings {
  const settings = {
    'plane-axes': given.planeAxes,
    plane: given.plane,
    planePoints: given.planePoints,
    planeData: given.planeData,
  };
  const names = Object.entries(settings).filter(([, value]) => !isEmpty(value));
  if (names.length > 1) {
    const list = names.map(([name]) => name).join(' and ');
    throw new DataError(`${list} are given, but must be only one; set the others to null`);
  }
  return {
    axes: isEmpty(given.planeAxes) ? null : readAxes(given.planeAxes),
    plane: isEmpty(given.plane) ? null : readPlane(given.plane),
    points: isEmpty(given.planePoints) ? null : readPoints(given.planePoints),
    data: isEmpty(given.planeData) ? null : readData(given.planeData),
  };
}

function readAxes(value: unknown): [number, number] {
  return numbers('plane-axes', value, 2, 'two inputs such as 0,1') as [number, number];
}

function readPlane(value: unknown): Plane {
  const vectors = (value ?? {}) as Partial<Plane>;
  if (isVector(vectors.origin) && isVector(vectors.u) && isVector(vectors.v)) {
    return vectors as Plane;
  }
  throw new DataError(
    `plane is ${show(value)}, but must have origin, u and v; make it with createPlane(origin, u, v)`,
  );
}

function readPoints(value: unknown): PointTriple {
  if (Array.isArray(value) && value.length === 3 && value.every(isVector)) {
    return value as unknown as PointTriple;
  }
  throw new DataError(
    `planePoints is ${show(value)}, but must be three inputs, each a list of numbers`,
  );
}

function readData(value: unknown): PointList {
  const isFlat = value instanceof Float32Array || value instanceof Float64Array;
  if (isFlat || (Array.isArray(value) && value.every(isVector))) return value;
  throw new DataError(
    `planeData is ${show(value)}, but must be a list of inputs, or a Float32Array or Float64Array of them one after the other`,
  );
}

function isVector(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
