import type { LayerPlace } from '../model/layer-choice.ts';
import type { Program } from '../model/network.ts';
import type { FieldRoad } from './field-road.ts';
import { canFuse } from './fused-road.ts';
import { isLayered, MOST_WIDE_ROWS, widestState } from './layered-program.ts';

export type RoadName = FieldRoad['name'];

/** Rows from which on tiles pay on a GPU: narrower layers leave most of a tile empty. */
const LEAST_TILED_ROWS = 16;

/** Whether a road can compute the exponent there. */
export function canTake(road: RoadName, program: Program, place: Pick<LayerPlace, 'opCount'>) {
  if (road === 'fused') return canFuse(program, place);
  if (road === 'wide') return isLayered(program, place) && widestState(program) <= MOST_WIDE_ROWS;
  if (road === 'tiled') return isLayered(program, place);
  return true;
}

/**
 * Roads of which one is the fastest, the likeliest first. On a software adapter there is no doubt; on a GPU either
 * of two may be, by its registers and caches.
 */
export function likelyRoads(
  program: Program,
  place: Pick<LayerPlace, 'opCount'>,
  slow: boolean,
): RoadName[] {
  const rows = widestState(program);
  const order: RoadName[] = slow ? ['fused', 'wide'] : ['fused', 'tiled'];
  const fitting = order.filter(
    (road) => canTake(road, program, place) && (road !== 'tiled' || rows >= LEAST_TILED_ROWS),
  );
  if (fitting.length === 0) return ['by-op'];
  return slow ? fitting.slice(0, 1) : fitting;
}
