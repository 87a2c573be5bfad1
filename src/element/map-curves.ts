import { findBoundaryCurves } from '../curves/boundary.ts';
import { polishRidges } from '../curves/polish.ts';
import { findRidgeCurves } from '../curves/ridge-curves.ts';
import {
  curvesToGeoJson,
  curvesToSvg,
  reportRidges,
  type CurveCollection,
  type RidgeReport,
} from '../curves/writing.ts';
import type { LiveMap } from './live-map.ts';
import { computeWithNetwork, type MapRidgeOptions } from './queries.ts';
import { oneOf } from './values.ts';

/** Ridges and boundary by format: what `ftle ridges` writes into files of these endings. */
export interface CurveFormats {
  readonly json: RidgeReport;
  readonly geojson: CurveCollection;
  /** As many SVG units as the field has pixels. */
  readonly svg: string;
}

/** Of which field, what counts as a ridge, and what the curves are wanted as. */
export interface MapCurveOptions<F extends keyof CurveFormats> extends MapRidgeOptions {
  /** `json` by default: plain data with distances and angle. */
  readonly format?: F;
  /** Whether ridges are moved onto the continuous field, in float64. */
  readonly polish?: boolean;
}

/**
 * Ridges and decision boundary of a field of the present weights.
 *
 * @throws DataError or NetworkError if the options do not fit, AbortError if the signal fires.
 */
export async function findMapCurves<F extends keyof CurveFormats>(
  live: LiveMap,
  options: MapCurveOptions<F>,
): Promise<CurveFormats[F]> {
  const { polish = false, signal } = options;
  const format = oneOf('format', options.format ?? 'json', ['json', 'geojson', 'svg'] as const);
  const { data, network } = await computeWithNetwork(live, options);
  const found = findRidgeCurves(data, options);
  const ridges = polish
    ? await polishRidges(network, data, found, signal ? { signal } : {})
    : found;
  const boundary = findBoundaryCurves(data);
  const write: { readonly [name in keyof CurveFormats]: () => CurveFormats[name] } = {
    json: () => reportRidges(data, ridges, boundary),
    geojson: () => curvesToGeoJson(ridges, boundary),
    svg: () => curvesToSvg(ridges, boundary, data.request),
  };
  return write[format]() as CurveFormats[F];
}
