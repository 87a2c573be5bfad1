import { Status, type FieldData } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import { LINES } from './style.ts';

/**
 * Maximal stretching directions as marks of equal length on a square grid over a picture: segments
 * [count][4] in plane coordinates, s0, t0, s1, t1. Pixels without a direction have none.
 *
 * @param size - of the picture, in its pixels.
 * @param view - rectangle that the picture shows.
 * @param pixelRatio - pixels for each unit of {@link LINES}.
 */
export function directionMarks(
  data: FieldData,
  size: { readonly width: number; readonly height: number },
  view: Domain,
  pixelRatio: number,
): Float32Array {
  const { width, height, domain } = data.request;
  const [extentS, extentT] = [view.sMax - view.sMin, view.tMax - view.tMin];
  const spacing = LINES.directionSpacing * pixelRatio;
  const marks: number[] = [];
  for (let y = spacing / 2; y < size.height; y += spacing) {
    for (let x = spacing / 2; x < size.width; x += spacing) {
      const s = view.sMin + (x / size.width) * extentS;
      const t = view.tMin + (y / size.height) * extentT;
      const column = Math.floor(((s - domain.sMin) / (domain.sMax - domain.sMin)) * width);
      const row = Math.floor(((t - domain.tMin) / (domain.tMax - domain.tMin)) * height);
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      const pixel = row * width + column;
      if (data.statuses[pixel] !== Status.good) continue;
      const [ds, dt] = [data.directions[2 * pixel], data.directions[2 * pixel + 1]];
      // In the picture s and t may have different scales.
      const length = Math.hypot((ds / extentS) * size.width, (dt / extentT) * size.height);
      if (length === 0) continue;
      const part = ((LINES.directionLength / 2) * pixelRatio) / length;
      marks.push(s - part * ds, t - part * dt, s + part * ds, t + part * dt);
    }
  }
  return Float32Array.from(marks);
}
