import type { LayerPlace } from '../model/layer-choice.ts';
import type { Program } from '../model/network.ts';
import type { RoadName } from './field-road.ts';
import { canFuse } from './fused-road.ts';
import { isLayered, MOST_GROUPED_ROWS, MOST_WIDE_ROWS, widestState } from './layered-program.ts';

/**
 * Rows from which on products by blocks of rows pay. On a GPU, narrower layers leave most of a tile empty; on a software
 * adapter, all rows of a few points are values to its compiler up to there, which no blocks can beat.
 */
const LEAST_BLOCKED_ROWS = 16;

/** Roads of programs of fewer rows, and of the others. */
interface RoadOrder {
  readonly narrow: readonly RoadName[];
  readonly broad: readonly RoadName[];
}

const GPU_ROADS: RoadOrder = {
  narrow: ['fused', 'fused-2'],
  broad: ['fused', 'grouped', 'tiled', 'grouped-4', 'tiled-4'],
};
const SOFTWARE_ROADS: RoadOrder = { narrow: ['fused', 'wide'], broad: ['wide'] };

/** Whether a road can compute the exponent there. */
export function canTake(
  road: RoadName,
  program: Program,
  place: Pick<LayerPlace, 'opCount'>,
): boolean {
  const rows = widestState(program);
  switch (road) {
    case 'fused':
      return canFuse(program, place);
    case 'fused-2':
      return canFuse(program, place) && rows < LEAST_BLOCKED_ROWS;
    case 'wide':
      return isLayered(program, place) && rows <= MOST_WIDE_ROWS;
    case 'grouped':
    case 'grouped-4':
      return isLayered(program, place) && rows <= MOST_GROUPED_ROWS;
    case 'tiled':
    case 'tiled-4':
      return isLayered(program, place);
    case 'by-op':
    case 'spectral':
      return true;
  }
}

/**
 * Roads of which one is the fastest, the likeliest first. On a software adapter there is no doubt; on a GPU each of
 * several may be, by its registers, workgroup memory and caches.
 */
export function likelyRoads(
  program: Program,
  place: Pick<LayerPlace, 'opCount'>,
  slow: boolean,
): RoadName[] {
  const order = slow ? SOFTWARE_ROADS : GPU_ROADS;
  const rows = widestState(program);
  const fitting = (rows < LEAST_BLOCKED_ROWS ? order.narrow : order.broad).filter((road) =>
    canTake(road, program, place),
  );
  if (fitting.length === 0) return ['by-op'];
  return slow ? fitting.slice(0, 1) : fitting;
}
