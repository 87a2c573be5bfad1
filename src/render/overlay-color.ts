import type { FieldRequest } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import type { Rgb } from './palette.ts';
import type { PaintStyle } from './style.ts';

/** As in shaders/render/overlaid.wgsl: how much of the field a region's colour hides, and how far streaks go. */
const REGION_OPACITY = 0.3;
const STREAK_STRENGTH = 0.5;

/** Width of streaks in CSS pixels. */
const STREAK_WIDTH = 2;

/** What lies over a field in a style. */
export type OverlayStyle = Pick<PaintStyle, 'quantity' | 'directions' | 'regions'>;

/** Whether regions are tinted: over classes, which have these colours, they would show nothing. */
export function hasRegions({
  quantity,
  regions,
}: Pick<OverlayStyle, 'quantity' | 'regions'>): boolean {
  return regions && quantity !== 'class';
}

/**
 * Colour of a field under its overlays.
 *
 * @param region - colour of its class; null: not tinted.
 * @param streak - 0 dark to 1 light; ½ changes nothing.
 */
export function overlaidColor(color: Rgb, region: Rgb | null, streak: number): Rgb {
  const shade = STREAK_STRENGTH * (2 * streak - 1);
  const [r, g, b] = color.map((part, k) => {
    const tinted = region ? part + REGION_OPACITY * (region[k] - part) : part;
    return shade > 0 ? tinted + shade * (1 - tinted) : tinted * (1 + shade);
  });
  return [r, g, b];
}

/** Width of streaks in pixels of a field, a whole number, for a canvas that shows a rectangle of its plane. */
export function streakGrain(
  { domain, width }: FieldRequest,
  view: Domain,
  canvasWidth: number,
  pixelRatio: number,
): number {
  const perUnit = width / (domain.sMax - domain.sMin);
  const perCanvasPixel = (perUnit * (view.sMax - view.sMin)) / canvasWidth;
  return Math.max(1, Math.round(STREAK_WIDTH * pixelRatio * perCanvasPixel));
}
