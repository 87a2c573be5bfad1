import { controlColors, type ColormapName } from './palette.ts';

/*
 * Where values stand in a colour table. The middle of the diverging one is 0, whatever the range: [low, 0] and
 * [0, high] have a half each; a range on one side of 0 has that half alone, from the middle to its end.
 */

/**
 * A line, or two that meet: part = middle + (value − centre) / above, or below where value < centre; what is beyond
 * the table is cut off. An extent is Infinity on the side that has no colours.
 *
 * The shader's twin is place_of() of shaders/render/texels.wgsl.
 */
export interface ColorScale {
  readonly centre: number;
  /** Part of the table at the centre. */
  readonly middle: number;
  /** Values for all of the table. */
  readonly below: number;
  readonly above: number;
}

/** A colour at a part of a strip, 0 (low end) to 1. */
export interface ColorStop {
  readonly at: number;
  readonly color: string;
}

type Range = readonly [low: number, high: number];

/** The scale of a table over a range; `direction` has none of its own. */
export function colorScale(colormap: ColormapName | 'direction', [low, high]: Range): ColorScale {
  if (colormap !== 'diverging') {
    return { centre: low, middle: 0, below: high - low, above: high - low };
  }
  const centre = Math.min(Math.max(low, 0), high);
  const extent = (half: number): number => (half > 0 ? 2 * half : Infinity);
  return { centre, middle: 0.5, below: extent(centre - low), above: extent(high - centre) };
}

/** Part of the table at which a value stands; beyond 0 to 1 it has the end's colour. */
export function partOf({ centre, middle, below, above }: ColorScale, value: number): number {
  return middle + (value - centre) / (value < centre ? below : above);
}

/** The control colours of a table where their values stand on a strip that runs evenly from low to high. */
export function colorStops(colormap: ColormapName | 'direction', range: Range): ColorStop[] {
  const [low, high] = range;
  const { centre, middle, below, above } = colorScale(colormap, range);
  const colors = controlColors(colormap);
  return colors.flatMap((color, i) => {
    const beyond = i / (colors.length - 1) - middle;
    const extent = beyond < 0 ? below : above;
    if (extent === Infinity && beyond !== 0) return [];
    const value = beyond === 0 ? centre : centre + beyond * extent;
    return [{ at: (value - low) / (high - low), color }];
  });
}
