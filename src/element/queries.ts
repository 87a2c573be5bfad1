import type { RidgeCurve } from '../curves/ridge-curves.ts';
import type { RidgeCurveOptions } from '../curves/ridge-levels.ts';
import type { ExponentSpace, FieldData } from '../engine/engine.ts';
import { DataError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import type { Domain } from '../model/plane.ts';
import type { LiveMap } from './live-map.ts';
import { probeAllInputs, probePlane, type Probe } from './probe.ts';
import { readDomain, readLayer, readSpace, type DomainList, type LayerName } from './settings.ts';
import { fieldSize, resolveLayer } from './view.ts';

/** What a field is to be; by default what the map shows, with 256 pixels along the longer side. */
export interface FieldOptions {
  readonly width?: number;
  readonly height?: number;
  readonly layer?: LayerName;
  readonly domain?: DomainList | Domain;
  readonly space?: ExponentSpace;
  readonly signal?: AbortSignal;
}

/** Which exponents a probe takes; by default those that the map shows. */
export interface ProbeOptions {
  readonly space?: ExponentSpace;
}

/** A point of a map with its present weights. */
export async function probeMap(
  live: LiveMap,
  x: number,
  y: number,
  options: ProbeOptions,
): Promise<Probe> {
  for (const [name, value] of Object.entries({ x, y })) {
    if (!Number.isFinite(value)) throw new DataError(`${name} is ${value}, but must be finite`);
  }
  const space = readSpace(options.space ?? live.picture.space);
  return live.ask(async ({ network, plane: { plane }, session }) => {
    const layer = resolveLayer(live.picture.layer, network);
    if (space === 'plane') return probePlane(network, plane, layer, x, y);
    const evaluator = await session.openEvaluator(layer, 'full');
    return probeAllInputs(network, plane, evaluator, x, y);
  });
}

/**
 * A field of a map with its present weights, computed beside what the map does.
 *
 * @throws DataError or NetworkError if the options do not fit, AbortError if the signal fires.
 */
export async function computeMapField(live: LiveMap, options: FieldOptions): Promise<FieldData> {
  return (await computeWithNetwork(live, options)).data;
}

/** The same, with the network that it is of. */
export async function computeWithNetwork(
  live: LiveMap,
  options: FieldOptions,
): Promise<{ readonly data: FieldData; readonly network: Network }> {
  const { network, plane } = await live.snapshot();
  const { picture } = live;
  const domain = readDomain(options.domain ?? picture.domain ?? plane.domain);
  const layer = resolveLayer(readLayer(options.layer ?? picture.layer), network);
  const space = readSpace(options.space ?? picture.space);
  const [extentS, extentT] = [domain.sMax - domain.sMin, domain.tMax - domain.tMin];
  const size = fieldSize(256, { width: extentS, height: extentT, pixelRatio: 1 });
  const { width = size.width, height = size.height, signal } = options;
  const model = live.engine.createModel(network);
  try {
    const request = { plane: plane.plane, domain, width, height, layer, space };
    const data = await live.engine.computeField(model, request, signal ? { signal } : {});
    return { data, network };
  } finally {
    model.dispose();
  }
}

/** Of which field, and what counts as a ridge. */
export interface MapRidgeOptions extends FieldOptions, RidgeCurveOptions {}

/**
 * Ridges of such a field as curves. What finds them is loaded when it is first wanted.
 *
 * @throws DataError or NetworkError if the options do not fit, AbortError if the signal fires.
 */
export async function findMapRidges(
  live: LiveMap,
  options: MapRidgeOptions,
): Promise<RidgeCurve[]> {
  const { findRidgeCurves } = await import('../curves/ridge-curves.ts');
  return findRidgeCurves(await computeMapField(live, options), options);
}
