import { assert } from '../errors.ts';
import { adapterWords } from '../gpu/adapter.ts';
import { Scope } from '../gpu/scope.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import type { Program } from '../model/network.ts';
import { reserveContent } from './field-content.ts';
import type { FieldJob, FieldRoad, RoadName } from './field-road.ts';
import type { GpuModel } from './gpu-model.ts';

/** Where a page keeps what was measured for its next visit; the number changes when kernels become faster. */
export const KEPT_ROADS = 'ftle-map/roads/3';
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

/** Pixels of the first round, which says how much work a road can be measured with, and the most of later ones. */
const FIRST_PIXELS = 1 << 15;
export const MOST_MEASURED_PIXELS = 1 << 18;
/** Milliseconds that the fastest road should compute in a round: a submission takes part of one by itself. */
const ROUND_TIME = 8;
const MOST_REPEATS = 64;
const ROUNDS = 5;
/** Milliseconds of the rounds that count after which no other is begun. */
const LONG = 500;

/**
 * Finds the fastest of some roads, in rounds in which each has its turn, and keeps it for the key, beyond the life of
 * the page where it has storage. In a first round each computes some pixels once; then there are as many as the fastest of
 * them does in a few milliseconds, several times over if it comes to that. Rounds are five, or fewer where they take long.
 *
 * @param mostPixels - that there are.
 * @param measure - milliseconds that a road takes to compute so many pixels, so many times.
 */
export async function measureRoads(
  key: string,
  roads: readonly RoadName[],
  mostPixels: number,
  measure: (road: RoadName, pixelCount: number, repeats: number) => Promise<number>,
): Promise<RoadName> {
  const fewPixels = Math.min(FIRST_PIXELS, mostPixels);
  let [pixelCount, repeats, spent] = [fewPixels, 1, 0];
  const round = async () => {
    const times: number[] = [];
    for (const road of roads) times.push(await measure(road, pixelCount, repeats));
    spent += times.reduce((sum, time) => sum + time);
    return times;
  };
  const fitting = (times: readonly number[]) =>
    Math.max(1, Math.floor(ROUND_TIME / Math.min(...times)));
  // For what is done once.
  await round();
  spent = 0;
  let least = await round();
  pixelCount = Math.min(mostPixels, fewPixels * fitting(least));
  if (pixelCount > fewPixels) least = await round();
  repeats = Math.min(MOST_REPEATS, fitting(least));
  if (repeats > 1) least = await round();
  for (let count = 1; count < ROUNDS && spent < LONG; count++) {
    const times = await round();
    least = least.map((time, i) => Math.min(time, times[i]));
  }
  const fastest = roads[least.indexOf(Math.min(...least))];
  keepRoad(key, fastest);
  storeRoads(foundRoads());
  return fastest;
}

/** Shapes whose roads are being measured. */
const contests = new Set<string>();

/**
 * Finds the fastest of some roads with a field that has just been computed, unless it is known, and keeps it.
 *
 * @param scope - the field's.
 * @param coordinates - those of its latest content, which may have grown since.
 * @param open - a road with the kernels that it ends with.
 */
export async function contest(
  scope: Scope,
  { device, network }: GpuModel,
  names: readonly RoadName[],
  job: FieldJob,
  coordinates: () => GPUBuffer,
  open: (name: RoadName) => Promise<FieldRoad>,
): Promise<void> {
  const key = shapeKey(device, network.program, job.place);
  if (fastestRoad(key, names) || contests.has(key)) return;
  contests.add(key);
  const label = 'ftle-map/field/measured';
  const scratch = new Scope(device, label);
  try {
    const roads = new Map<RoadName, FieldRoad>();
    await Promise.allSettled(names.map(async (name) => roads.set(name, await open(name))));
    assert(roads.size > 0, 'none of the roads in question can be made');
    const { width, height, outputWidth } = job.buffers;
    const capacities = [...roads.values()].map(({ capacity }) => capacity);
    const most = Math.min(width * height, MOST_MEASURED_PIXELS, ...capacities);
    const buffers = reserveContent(scratch, null, width, Math.ceil(most / width), outputWidth);
    const able = names.filter((name) => roads.has(name));
    await measureRoads(key, able, most, async (name, pixelCount, repeats) => {
      assert(!scope.disposed, 'field was disposed of while roads were measured');
      const encoder = device.createCommandEncoder({ label });
      const pass = encoder.beginComputePass({ label: `${label} ${name}` });
      const probe = { ...job, buffers, coordinates: coordinates() };
      for (let k = 0; k < repeats; k++) roads.get(name)!.record(pass, probe, 0, pixelCount);
      pass.end();
      const start = performance.now();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      return performance.now() - start;
    });
  } catch {
    // Nothing is found of roads that fail while they are measured, nor of a field that is gone.
    if (!scope.disposed) keepRoad(key, names[0]);
  } finally {
    contests.delete(key);
    scratch.dispose();
  }
}
