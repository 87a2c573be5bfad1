import { DataError, FtleError } from '../errors.ts';
import { layerPlace, type LayerPlace } from '../model/layer-choice.ts';
import type { Network } from '../model/network.ts';
import { checkDomain, type Plane } from '../model/plane.ts';
import type { FieldRequest, PointsRequest } from './engine.ts';

/** Pixels of a field along each side. */
export const MAXIMAL_FIELD_SIZE = 8192;

/**
 * Checks that a request fits a network.
 *
 * @throws DataError if size, domain or plane are wrong, NetworkError if the layer is not there.
 */
export function checkRequest(network: Network, request: FieldRequest): LayerPlace {
  for (const [name, value] of Object.entries({ width: request.width, height: request.height })) {
    if (!Number.isInteger(value) || value < 1 || value > MAXIMAL_FIELD_SIZE) {
      const wanted = `a whole number from 1 to ${MAXIMAL_FIELD_SIZE}`;
      throw new DataError(`field ${name} is ${String(value)}, but must be ${wanted}`);
    }
  }
  checkDomain(request.domain);
  checkPlane(network, request.plane);
  const { space = 'plane' } = request;
  if (space !== 'plane' && space !== 'full') {
    throw new DataError(`space is ${JSON.stringify(space)}, but must be plane or full`);
  }
  const { tolerance = 0 } = request;
  if (!(tolerance >= 0 && tolerance < Infinity)) {
    throw new DataError(`tolerance is ${String(tolerance)}, but must be finite and at least 0`);
  }
  return layerPlace(network, request.layer);
}

/**
 * Checks that a request for points fits a network.
 *
 * @throws DataError if plane or count are wrong, NetworkError if the layer is not there.
 */
export function checkPointsRequest(network: Network, request: PointsRequest): LayerPlace {
  const { space, exponentCount } = request;
  if (space !== 'full') checkPlane(network, space);
  const most = space === 'full' ? network.inputWidth : 2;
  if (!Number.isInteger(exponentCount) || exponentCount < 1 || exponentCount > most) {
    const why = space === 'full' ? 'the number of inputs' : 'within a plane';
    throw new DataError(
      `exponentCount is ${String(exponentCount)}, but must be a whole number from 1 to ${most}, ${why}`,
    );
  }
  return layerPlace(network, request.layer);
}

/**
 * Number of points in a list.
 *
 * @throws DataError naming the place of a number that is not finite, or the length if it does not fit.
 */
export function checkPoints({ inputWidth }: Network, points: Float32Array): number {
  const count = points.length / inputWidth;
  if (!Number.isInteger(count)) {
    throw new DataError(
      `points has ${points.length} numbers, but must have a multiple of ${inputWidth}, the number of inputs`,
    );
  }
  const bad = points.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const place = `points[${Math.floor(bad / inputWidth)}][${bad % inputWidth}]`;
    throw new DataError(`${place} is ${points[bad]}, but must be finite in float32`);
  }
  return count;
}

/** @throws FtleError `busy`: fields are computed one at a time. */
export function refuseBusy(isComputing: boolean): void {
  if (isComputing) {
    throw new FtleError('busy', 'compute() is called while the last call is still under way');
  }
}

/** @throws FtleError `empty` if nothing has been computed. */
export function presentContent<T>(content: T | null): T {
  if (content) return content;
  throw new FtleError('empty', 'the field has no content yet: call compute()');
}

function checkPlane(network: Network, { origin, u, v }: Plane): void {
  for (const [name, vector] of Object.entries({ origin, u, v })) {
    if (vector.length !== network.inputWidth) {
      throw new DataError(
        `plane.${name} has ${vector.length} numbers, but the network has ${network.inputWidth} inputs`,
      );
    }
    const bad = vector.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new DataError(`plane.${name}[${bad}] is ${vector[bad]}, but must be finite`);
    }
  }
}
