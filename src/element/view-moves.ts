import type { Domain } from '../model/plane.ts';

/*
 * Moves of a view, as functions from rectangle to rectangle. Places on the map are parts of it, from its
 * left and its top. The rectangle that is moved is the one that is asked for; what the canvas shows is
 * widened to its shape about the same centre, and moves along.
 */

/** Shortest and longest distance of two pixels that a map zooms to. */
export interface PixelLimits {
  readonly least: number;
  readonly most: number;
}

/** Steps between neighbouring numbers that a pixel must span for its neighbours to be different points. */
const LEAST_STEPS = 4;
/** How many times as wide as the home view a view may be. */
const MOST_HOMES = 1000;

/** The rectangle with all of its content moved by parts of what is shown, to the right and down. */
export function pan(domain: Domain, shown: Domain, right: number, down: number): Domain {
  const s = -right * (shown.sMax - shown.sMin);
  const t = down * (shown.tMax - shown.tMin);
  const { sMin, tMin, sMax, tMax } = domain;
  return { sMin: sMin + s, tMin: tMin + t, sMax: sMax + s, tMax: tMax + t };
}

/** The rectangle scaled by `factor`, below 1 to come nearer, about a place that stays where it is. */
export function zoom(domain: Domain, shown: Domain, factor: number, x: number, y: number): Domain {
  const s = shown.sMin + x * (shown.sMax - shown.sMin);
  const t = shown.tMax - y * (shown.tMax - shown.tMin);
  return {
    sMin: s + factor * (domain.sMin - s),
    tMin: t + factor * (domain.tMin - t),
    sMax: s + factor * (domain.sMax - s),
    tMax: t + factor * (domain.tMax - t),
  };
}

/** The rectangle between two places on the map. */
export function between(
  shown: Domain,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
): Domain {
  const [width, height] = [shown.sMax - shown.sMin, shown.tMax - shown.tMin];
  return {
    sMin: shown.sMin + Math.min(x0, x1) * width,
    tMin: shown.tMax - Math.max(y0, y1) * height,
    sMax: shown.sMin + Math.max(x0, x1) * width,
    tMax: shown.tMax - Math.min(y0, y1) * height,
  };
}

/**
 * A rectangle on the way from one to another: at part 0 the first, at 1 the second. Extents grow by equal
 * factors in equal parts, and the point that both have at the same place stays there.
 */
export function onTheWay(from: Domain, to: Domain, part: number): Domain {
  const [sMin, sMax] = intervalOnTheWay([from.sMin, from.sMax], [to.sMin, to.sMax], part);
  const [tMin, tMax] = intervalOnTheWay([from.tMin, from.tMax], [to.tMin, to.tMax], part);
  return { sMin, tMin, sMax, tMax };
}

type Interval = readonly [low: number, high: number];

function intervalOnTheWay(from: Interval, to: Interval, part: number): Interval {
  const ratio = (to[1] - to[0]) / (from[1] - from[0]);
  // (ratio^part − 1) / (ratio − 1), the part of the way, is `part` in the limit of equal extents.
  const isEqual = Math.abs(ratio - 1) < 1e-6;
  const moved = isEqual ? part : (ratio ** part - 1) / (ratio - 1);
  return [from[0] + moved * (to[0] - from[0]), from[1] + moved * (to[1] - from[1])];
}

/**
 * Limits of the distance of two pixels.
 *
 * @param shown - what the canvas shows; the numbers in it say how far apart two neighbouring ones are.
 * @param home - what it shows at home, of the same shape.
 * @param origin - of the plane, in input units.
 * @param epsilon - distance of 1 and the next number: 2⁻²³ in float32, 2⁻⁵² in float64.
 */
export function pixelLimits(
  shown: Domain,
  home: Domain,
  origin: ArrayLike<number>,
  pixelWidth: number,
  epsilon: number,
): PixelLimits {
  const { sMin, tMin, sMax, tMax } = shown;
  let largest = Math.max(...[sMin, tMin, sMax, tMax].map(Math.abs));
  for (let i = 0; i < origin.length; i++) largest = Math.max(largest, Math.abs(origin[i]));
  const step = epsilon * 2 ** Math.floor(Math.log2(Math.max(largest, Number.MIN_VALUE)));
  return {
    least: LEAST_STEPS * step,
    most: (MOST_HOMES * (home.sMax - home.sMin)) / pixelWidth,
  };
}

/** A rectangle in words, such as `centre 0.25, −1; width 0.5`, with as many digits as tell pixels apart. */
export function describeView({ sMin, tMin, sMax, tMax }: Domain): string {
  const width = sMax - sMin;
  const decimals = Math.min(Math.max(Math.ceil(2 - Math.log10(width)), 0), 20);
  const text = (value: number): string => {
    const rounded = Number(value.toFixed(decimals));
    return String(rounded === 0 ? 0 : rounded).replaceAll('-', '−');
  };
  const centre = `${text((sMin + sMax) / 2)}, ${text((tMin + tMax) / 2)}`;
  return `centre ${centre}; width ${String(Number(width.toPrecision(3))).replaceAll('-', '−')}`;
}
