import type { FieldData } from '../engine/engine.ts';
import { curveLength, type Curve, type PixelGrid } from './curve.ts';
import type { PolishedRidge } from './polish.ts';
import type { RidgeCurve } from './ridge-curves.ts';
import { summariseRidges } from './summary.ts';

type Place = [s: number, t: number];

/** Numbers at each point of a ridge. */
interface RidgeValues {
  /** λ₁, and the rest of RidgeCurve. */
  readonly strength: readonly number[];
  readonly sharpness: readonly number[];
  readonly contrast: readonly number[];
  /** Of ridges that were polished: whether the point lies on the continuous field's ridge. */
  readonly polished?: readonly boolean[];
  /** Likewise |∇λ·n| that is left, λ per plane unit; null where the point was not polished. */
  readonly residuals?: readonly (number | null)[];
}

/** Ridges, boundary and how they lie to each other, as plain data for JSON; coordinates of the plane. */
export interface RidgeReport {
  readonly ridges: readonly (RidgeValues & {
    readonly points: readonly Place[];
    readonly closed: boolean;
    readonly length: number;
  })[];
  readonly boundary: readonly { readonly points: readonly Place[]; readonly closed: boolean }[];
  /** Ridges to boundary, mean over the ridges' length; and of both ways the largest. null without either. */
  readonly distance: { readonly mean: number | null; readonly hausdorff: number | null };
  /** Mean angle between stretching direction and ridge normal; null without ridges. */
  readonly angleDegrees: number | null;
  readonly ridgeLength: number;
  readonly boundaryLength: number;
}

/** Everything about the ridges of a field, polished or not, as one object of plain data. */
export function reportRidges(
  data: FieldData,
  ridges: readonly (RidgeCurve | PolishedRidge)[],
  boundary: readonly Curve[],
): RidgeReport {
  const { ridgeToBoundary, hausdorff, angleDegrees, ridgeLength, boundaryLength } = summariseRidges(
    data,
    ridges,
    boundary,
  );
  return {
    ridges: ridges.map((ridge) => ({
      points: places(ridge),
      closed: ridge.closed,
      ...ridgeValues(ridge),
      length: curveLength(ridge),
    })),
    boundary: boundary.map((curve) => ({ points: places(curve), closed: curve.closed })),
    distance: { mean: ridgeToBoundary?.mean ?? null, hausdorff },
    angleDegrees,
    ridgeLength,
    boundaryLength,
  };
}

/** A feature collection as in GeoJSON (RFC 7946), but for its coordinates: s and t of the plane. */
export interface CurveCollection {
  readonly type: 'FeatureCollection';
  readonly features: readonly {
    readonly type: 'Feature';
    readonly geometry: { readonly type: 'LineString'; readonly coordinates: readonly Place[] };
    readonly properties: Readonly<Record<string, unknown>>;
  }[];
}

/** Curves as GeoJSON-like data: a line string each, closed ones with the first point again at the end. */
export function curvesToGeoJson(
  ridges: readonly (RidgeCurve | PolishedRidge)[],
  boundary: readonly Curve[] = [],
): CurveCollection {
  const feature = (kind: string, curve: Curve, values: Readonly<Record<string, unknown>>) => ({
    type: 'Feature' as const,
    geometry: { type: 'LineString' as const, coordinates: places(curve) },
    properties: { kind, closed: curve.closed, length: curveLength(curve), ...values },
  });
  return {
    type: 'FeatureCollection',
    features: [
      ...ridges.map((ridge) => feature('ridge', ridge, { ...ridgeValues(ridge) })),
      ...boundary.map((curve) => feature('boundary', curve, {})),
    ],
  };
}

/** Digits after the point of a coordinate of a path, in pixels. */
const DIGITS = 3;

/**
 * A curve as the `d` of an SVG path, in pixels of a view: x to the right, y down, 0 in the upper left corner.
 *
 * @param view - which part of the plane is shown on how many pixels.
 */
export function curveToSvgPath({ points, closed }: Curve, view: PixelGrid): string {
  const { domain, width, height } = view;
  const show = (value: number): string => String(Number(value.toFixed(DIGITS)));
  const parts: string[] = [];
  const count = closed ? points.length - 2 : points.length;
  for (let i = 0; i < count; i += 2) {
    const x = ((points[i] - domain.sMin) / (domain.sMax - domain.sMin)) * width;
    const y = ((domain.tMax - points[i + 1]) / (domain.tMax - domain.tMin)) * height;
    parts.push(`${i === 0 ? 'M' : 'L'}${show(x)} ${show(y)}`);
  }
  return parts.join('') + (closed ? 'Z' : '');
}

/**
 * Ridges and boundary as an SVG picture of a view, without colours of the field: a path each, in groups of the classes
 * `ridges` and `boundary`.
 */
export function curvesToSvg(
  ridges: readonly Curve[],
  boundary: readonly Curve[],
  view: PixelGrid,
): string {
  const { width, height } = view;
  const group = (name: string, style: string, curves: readonly Curve[]): string[] => [
    `<g class="${name}" fill="none" ${style}>`,
    ...curves.map((curve) => `<path d="${curveToSvgPath(curve, view)}"/>`),
    '</g>',
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...group('boundary', 'stroke="#888" stroke-dasharray="4 3"', boundary),
    ...group('ridges', 'stroke="#000" stroke-width="1.5"', ridges),
    '</svg>',
    '',
  ].join('\n');
}

function ridgeValues(ridge: RidgeCurve | PolishedRidge): RidgeValues {
  return {
    strength: Array.from(ridge.strengths),
    sharpness: Array.from(ridge.sharpnesses),
    contrast: Array.from(ridge.contrasts),
    ...('polished' in ridge && {
      polished: Array.from(ridge.polished, Boolean),
      // JSON has no NaN.
      residuals: Array.from(ridge.residuals, (value) => (Number.isNaN(value) ? null : value)),
    }),
  };
}

function places({ points }: Curve): Place[] {
  return Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i], points[2 * i + 1]]);
}
