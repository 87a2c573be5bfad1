import type { Network } from '../model/network.ts';
import type { PointsData, PointsRequest } from './engine.ts';

/** Results for `count` points, all 0. */
export function allocatePoints(
  network: Network,
  request: PointsRequest,
  span: number,
  count: number,
): PointsData {
  const { inputWidth, outputWidth } = network;
  return {
    request,
    span,
    exponents: new Float32Array(count * request.exponentCount),
    directions: request.directions ? new Float32Array(count * inputWidth) : null,
    outputs: new Float32Array(count * outputWidth),
    classes: outputWidth > 256 ? new Uint16Array(count) : new Uint8Array(count),
    statuses: new Uint8Array(count),
  };
}

/** Stores a direction as unit vector, its largest component positive: singular vectors have no sign. */
export function setDirection(
  directions: Float32Array,
  point: number,
  direction: ArrayLike<number>,
): void {
  const { length } = direction;
  let square = 0;
  let largest = 0;
  for (let i = 0; i < length; i++) {
    square += direction[i] * direction[i];
    if (Math.abs(direction[i]) > Math.abs(largest)) largest = direction[i];
  }
  const factor = (largest < 0 ? -1 : 1) / Math.sqrt(square || 1);
  for (let i = 0; i < length; i++) directions[point * length + i] = factor * direction[i];
}
