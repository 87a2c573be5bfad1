import { assert } from '../errors.ts';
import type { FieldData, PointsData } from '../engine/engine.ts';
import { pixelCentre } from '../model/plane.ts';
import { writeNpy, type NpyArray } from './npy.ts';
import { writeNpz } from './npz.ts';
import { writeParameters, type MapParameters } from './parameters.ts';

/*
 * Fields and points as arrays for NumPy. A field has shape [height][width], its first row is the lowest t. λ is
 * as defined, log σ / span, and −Infinity where J = 0, where numbers left float32 (see the statuses), and for
 * λ₂ where the Jacobian has rank one. No array holds a NaN.
 */

/** Arrays of a field by their names in NPZ files. */
export type FieldArrayName =
  'lambda1' | 'lambda2' | 'directions' | 'outputs' | 'classes' | 'statuses' | 's' | 't';

/** The arrays of a field: λ₁, λ₂ … as in FieldData, and the plane coordinates s of columns and t of rows. */
export function fieldArrays(data: FieldData): Record<FieldArrayName, NpyArray> {
  const { width, height, domain } = data.request;
  const grid = [height, width];
  const outputWidth = data.outputs.length / (width * height);
  const s = Float64Array.from({ length: width }, (_, column) => {
    return pixelCentre(domain, width, height, column, 0)[0];
  });
  const t = Float64Array.from({ length: height }, (_, row) => {
    return pixelCentre(domain, width, height, 0, row)[1];
  });
  return {
    lambda1: { shape: grid, values: data.exponents },
    lambda2: { shape: grid, values: data.secondExponents },
    directions: { shape: [...grid, 2], values: data.directions },
    outputs: { shape: [...grid, outputWidth], values: data.outputs },
    classes: { shape: grid, values: data.classes },
    statuses: { shape: grid, values: data.statuses },
    s: { shape: [width], values: s },
    t: { shape: [height], values: t },
  };
}

/** One array of a field as NPY, which holds no parameters. */
export function writeFieldNpy(data: FieldData, name: FieldArrayName): Uint8Array {
  return writeNpy(fieldArrays(data)[name]);
}

/** All arrays of a field as NPZ, with the text `parameters`. */
export function writeFieldNpz(data: FieldData, parameters: MapParameters): Promise<Uint8Array> {
  return writeNpz({ ...fieldArrays(data), parameters: writeParameters(parameters) });
}

/** Arrays of points by their names in NPZ files. */
export type PointsArrayName = 'lambdas' | 'directions' | 'outputs' | 'classes' | 'statuses';

/** The arrays of points: exponents [count][exponentCount] …; directions [count][inputWidth] if there are any. */
export function pointsArrays(
  data: PointsData,
): Record<Exclude<PointsArrayName, 'directions'>, NpyArray> & { directions?: NpyArray } {
  const { exponents, directions, outputs, classes, statuses, request } = data;
  const count = statuses.length;
  const rows = (values: Float32Array): NpyArray => {
    return { shape: [count, count > 0 ? values.length / count : 0], values };
  };
  return {
    lambdas: { shape: [count, request.exponentCount], values: exponents },
    ...(directions && { directions: rows(directions) }),
    outputs: rows(outputs),
    classes: { shape: [count], values: classes },
    statuses: { shape: [count], values: statuses },
  };
}

/** One array of points as NPY, which holds no parameters. */
export function writePointsNpy(data: PointsData, name: PointsArrayName): Uint8Array {
  const array = pointsArrays(data)[name];
  assert(array, `the points have no ${name}: they were not asked for`);
  return writeNpy(array);
}

/** All arrays of points as NPZ, with the text `parameters`. */
export function writePointsNpz(data: PointsData, parameters: MapParameters): Promise<Uint8Array> {
  return writeNpz({ ...pointsArrays(data), parameters: writeParameters(parameters) });
}
