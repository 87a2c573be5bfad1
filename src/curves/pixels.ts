import type { FieldData } from '../engine/engine.ts';
import { pixelSteps } from './curve.ts';

/** A pixel and its weight. */
export interface WeightedPixel {
  readonly pixel: number;
  readonly weight: number;
}

/** Rounding of coordinates, in pixels: a curve may end exactly at the outermost pixel centres. */
const SLACK = 1e-6;

/**
 * Pixels around a place of the plane with their weights in bilinear interpolation, which are above 0 and sum up to 1;
 * null outside the outermost pixel centres.
 */
export function pixelsAround({ request }: FieldData, s: number, t: number): WeightedPixel[] | null {
  const { width, height, domain } = request;
  const [sStep, tStep] = pixelSteps(request);
  const x = (s - domain.sMin) / sStep - 0.5;
  const y = (t - domain.tMin) / tStep - 0.5;
  if (!(Math.min(x, y) >= -SLACK && x <= width - 1 + SLACK && y <= height - 1 + SLACK)) return null;
  const column = Math.max(0, Math.min(Math.floor(x), width - 2));
  const row = Math.max(0, Math.min(Math.floor(y), height - 2));
  const [right, upper] = [x - column, y - row].map((part) => Math.max(0, Math.min(part, 1)));
  const found: WeightedPixel[] = [];
  for (const dy of [0, 1]) {
    for (const dx of [0, 1]) {
      const weight = (dx ? right : 1 - right) * (dy ? upper : 1 - upper);
      if (weight > 0) found.push({ pixel: (row + dy) * width + column + dx, weight });
    }
  }
  return found;
}
