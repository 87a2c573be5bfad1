import { adapterWords } from '../gpu/adapter.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import type { Program } from '../model/network.ts';
import type { RoadName } from './field-road.ts';

/** Where a page keeps what was measured for its next visit; the number changes when kernels become faster. */
export const KEPT_ROADS = 'ftle-map/roads/2';
/** Adapters and shapes, the latest. */
const MOST_KEPT = 100;

/** The fastest road that was measured, by adapter and shape; null until what was kept has been read. */
let found: Map<string, string> | null = null;

/** What the page has kept, which may be anyone's: a value counts only where it is a road in question. */
function foundRoads(): Map<string, string> {
  if (found) return found;
  let kept: unknown;
  try {
    kept = JSON.parse(globalThis.localStorage?.getItem(KEPT_ROADS) ?? '{}');
  } catch {
    // No text of ours, or a page that may keep nothing.
    kept = {};
  }
  found = new Map(Object.entries(kept ?? {}).slice(-MOST_KEPT));
  return found;
}

function storeRoads(roads: ReadonlyMap<string, string>): void {
  try {
    const latest = Object.fromEntries([...roads].slice(-MOST_KEPT));
    globalThis.localStorage?.setItem(KEPT_ROADS, JSON.stringify(latest));
  } catch {
    // Full, or a page that may keep nothing: it is measured again next time.
    return;
  }
}

/** What a road's speed depends on: the adapter, and the ops up to the place. */
export function shapeKey(
  { adapterInfo }: GPUDevice,
  { ops }: Program,
  { opCount }: Pick<LayerPlace, 'opCount'>,
): string {
  const shape = ops.map((op) => `${op.name} ${op.inputWidth} ${op.outputWidth}`);
  return [adapterWords(adapterInfo), opCount, ...shape].join(' | ');
}

/** Which of some roads was found to be the fastest. */
export function fastestRoad(key: string, roads: readonly RoadName[]): RoadName | undefined {
  const fastest = foundRoads().get(key);
  return roads.find((road) => road === fastest);
}

/** Takes a road from now on, as long as the page lives. */
export const keepRoad = (key: string, road: RoadName): void => void foundRoads().set(key, road);

const ROUNDS = 3;
/** Milliseconds of the rounds that count after which no other is begun. */
const LONG = 500;

/**
 * Finds the fastest of some roads, in rounds in which each has its turn, and keeps it for the key, beyond the life of
 * the page where it has storage. Rounds are three, or fewer where they take long.
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
  let spent = 0;
  for (let round = 0; round <= ROUNDS && spent < LONG; round++) {
    for (const road of roads) {
      const time = await measure(road);
      if (round === 0) continue;
      spent += time;
      least.set(road, Math.min(time, least.get(road) ?? Infinity));
    }
  }
  const [[fastest]] = [...least].sort(([, a], [, b]) => a - b);
  keepRoad(key, fastest);
  storeRoads(foundRoads());
  return fastest;
}
