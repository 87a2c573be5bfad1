import { Status, type FieldData } from '../engine/engine.ts';
import { pixelSteps } from './curve.ts';
import { pixelsAround } from './pixels.ts';

/** How far to either side the background is looked for: this part of the field's longer side. */
const REACH_PART = 1 / 20;

/**
 * How far λ₁ falls from a ridge to its background: the value on the ridge less the higher of the two lowest values that
 * λ₁ has within a twentieth of the field's longer side, across the ridge to either side. A side ends at the edge of the
 * field and at pixels that do not count; if there is nothing on one side, the other counts.
 *
 * @param point - plane coordinates.
 * @param normal - unit, across the ridge.
 * @returns at least 0.
 */
export function contrastAt(
  data: FieldData,
  point: ArrayLike<number>,
  normal: ArrayLike<number>,
  strength: number,
): number {
  const { width, height } = data.request;
  const steps = pixelSteps(data.request);
  const step = Math.min(...steps);
  const count = Math.max(1, Math.round(REACH_PART * Math.max(width, height)));
  let background = -Infinity;
  for (const side of [-1, 1]) {
    let lowest = Infinity;
    for (let k = 1; k <= count; k++) {
      const distance = side * k * step;
      const value = exponentAt(
        data,
        point[0] + distance * normal[0],
        point[1] + distance * normal[1],
      );
      if (value === null) break;
      lowest = Math.min(lowest, value);
    }
    if (lowest < Infinity) background = Math.max(background, lowest);
  }
  return background === -Infinity ? 0 : Math.max(0, strength - background);
}

/** λ₁ between pixel centres, bilinear; null outside them or next to a pixel that does not count. */
function exponentAt(data: FieldData, s: number, t: number): number | null {
  const around = pixelsAround(data, s, t);
  if (!around) return null;
  let sum = 0;
  for (const { pixel, weight } of around) {
    if (data.statuses[pixel] !== Status.good) return null;
    sum += weight * data.exponents[pixel];
  }
  return sum;
}
