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

/** The fastest road that was measured, by adapter and shape. */
const found = new Map<string, RoadName>();

/** What a road's speed depends on: the adapter, and the ops up to the place. */
export function shapeKey(
  { adapterInfo }: GPUDevice,
  { ops }: Program,
  { opCount }: Pick<LayerPlace, 'opCount'>,
): string {
  const { vendor, architecture, device, description } = adapterInfo;
  const shape = ops.map((op) => `${op.name} ${op.inputWidth} ${op.outputWidth}`);
  return [vendor, architecture, device, description, opCount, ...shape].join(' | ');
}

export const fastestRoad = (key: string): RoadName | undefined => found.get(key);

export const keepRoad = (key: string, road: RoadName): void => void found.set(key, road);

const ROUNDS = 3;

/**
 * Finds the fastest of some roads, in rounds in which each has its turn, and keeps it for the key.
 *
 * @param measure - milliseconds that a road takes for the same pixels.
 */
export async function measureRoads(
  key: string,
  roads: readonly RoadName[],
  measure: (road: RoadName) => Promise<number>,
): Promise<RoadName> {
  const least = new Map<RoadName, number>();
  // One round more, for what is done once.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const road of roads) {
      const time = await measure(road);
      if (round > 0) least.set(road, Math.min(time, least.get(road) ?? Infinity));
    }
  }
  const [[fastest]] = [...least].sort(([, a], [, b]) => a - b);
  keepRoad(key, fastest);
  return fastest;
}
