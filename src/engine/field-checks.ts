import { DataError } from '../errors.ts';
import { layerPlace, type LayerPlace } from '../model/layer-choice.ts';
import type { Network } from '../model/network.ts';
import { checkDomain } from '../model/plane.ts';
import type { FieldRequest } from './engine.ts';

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
  const { origin, u, v } = request.plane;
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
  return layerPlace(network, request.layer);
}
