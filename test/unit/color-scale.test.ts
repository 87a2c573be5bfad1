// Plan: places of values in colour tables against those that follow from the ends: the middle of the diverging one
// is 0 for ranges about 0 of any proportion, the others are even; ranges on one side of 0 have one half, also for
// values beyond them. Stops of a strip have the colour that the scale gives to their value. Control: for a
// symmetric range the diverging table is as even as the others.
import { describe, expect, it } from 'vitest';
import { colorScale, colorStops, partOf } from '../../src/render/color-scale.ts';
import { COLORMAPS, colorTable, parseColor, tableColor } from '../../src/render/palette.ts';

const parts = (
  colormap: (typeof COLORMAPS)[number],
  range: readonly [number, number],
  values: readonly number[],
): number[] => values.map((value) => partOf(colorScale(colormap, range), value));

describe('places of values', () => {
  it('of the diverging table: 0 in the middle, each side even', () => {
    expect(parts('diverging', [-1, 4], [-1, -0.5, 0, 1, 2, 4])).toEqual([
      0, 0.25, 0.5, 0.625, 0.75, 1,
    ]);
    expect(parts('diverging', [-8, 2], [-8, -4, 0, 1, 2])).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('of the diverging table on one side of 0: that half, and its ends beyond', () => {
    expect(parts('diverging', [1, 4], [-3, 0.5, 1, 2.5, 4])).toEqual([0.5, 0.5, 0.5, 0.75, 1]);
    expect(parts('diverging', [0, 4], [-3, 0, 1, 4])).toEqual([0.5, 0.5, 0.625, 1]);
    expect(parts('diverging', [-4, -1], [-4, -2.5, -1, 0, 3])).toEqual([0, 0.25, 0.5, 0.5, 0.5]);
  });

  it.each(COLORMAPS)('of %s with a symmetric range are even', (colormap) => {
    const values = [-3, -1.5, 0, 0.75, 3];
    expect(parts(colormap, [-3, 3], values)).toEqual([0, 0.25, 0.5, 0.625, 1]);
  });

  it.each(COLORMAPS.filter((name) => name !== 'diverging'))('of %s are even', (colormap) => {
    expect(parts(colormap, [-1, 4], [-1, 0, 1.5, 4])).toEqual([0, 0.2, 0.5, 1]);
  });
});

describe('stops of a strip', () => {
  const cases = COLORMAPS.flatMap((colormap) =>
    (
      [
        [-1, 4],
        [-3, 3],
        [1, 4],
        [-4, -1],
      ] as const
    ).map((range) => [colormap, range] as const),
  );
  it.each(cases)('of %s over %j have the colours of their values', (colormap, range) => {
    const [low, high] = range;
    const stops = colorStops(colormap, range);
    expect([stops[0].at, stops.at(-1)!.at]).toEqual([0, 1]);
    const table = colorTable(colormap);
    const scale = colorScale(colormap, range);
    for (const { at, color } of stops) {
      const shown = tableColor(table, partOf(scale, low + at * (high - low)));
      parseColor(color).forEach((part, k) => expect(Math.abs(part - shown[k])).toBeLessThan(0.03));
    }
  });
});
