import { findBoundary, hasOutput } from '../curves/boundary.ts';
import type { FieldData } from '../engine/engine.ts';

export { hasOutput };

/** Decision boundary of a field as segments [count][4] in plane coordinates: s0, t0, s1, t1. */
export function boundarySegments(data: FieldData): Float32Array {
  const { points, links } = findBoundary(data);
  return Float32Array.from(
    { length: 2 * links.length },
    (_, i) => points[2 * links[i >> 1] + (i & 1)],
  );
}
