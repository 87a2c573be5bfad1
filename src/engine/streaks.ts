import {
  convolveNoise,
  createStreakNoise,
  streakAt,
  type DirectionGrid,
} from '../reference/convolution.ts';
import { Status, type FieldData, type FieldRequest } from './engine.ts';
import { Slices } from './slices.ts';

/** Steps of a streak to either side. */
export const STREAK_REACH = 10;

let noise: Float32Array | null = null;

/** The noise that all streaks are made of. */
export function streakNoise(): Float32Array {
  return (noise ??= createStreakNoise());
}

/** Pixels per unit of t over pixels per unit of s. */
export function pixelAspect({ domain, width, height }: FieldRequest): number {
  const { sMin, tMin, sMax, tMax } = domain;
  return (height * (sMax - sMin)) / (width * (tMax - tMin));
}

/** The stretching directions of a field as its pixels have them. */
export function directionGrid({ request, directions, statuses }: FieldData): DirectionGrid {
  const { width, height } = request;
  const known = directions.map((part, i) => (statuses[i >> 1] === Status.good ? part : 0));
  return { width, height, directions: known, aspect: pixelAspect(request) };
}

/** Streaks along the stretching directions of a field, [height][width], 0 dark to 1 light. */
export function fieldStreaks(data: FieldData, grain: number): Float32Array {
  return convolveNoise(directionGrid(data), streakNoise(), { reach: STREAK_REACH, grain });
}

/** The same, leaving the event loop its turns. */
export async function fieldStreaksInTurns(data: FieldData, grain: number): Promise<Float32Array> {
  const grid = directionGrid(data);
  const options = { reach: STREAK_REACH, grain };
  const streaks = new Float32Array(grid.width * grid.height);
  const slices = new Slices();
  for (let pixel = 0; pixel < streaks.length; pixel++) {
    streaks[pixel] = streakAt(grid, streakNoise(), options, pixel);
    if (pixel % grid.width === 0 && slices.due) await slices.next();
  }
  return streaks;
}
