import type { RidgeCurve } from '../curves/ridge-curves.ts';
import type { RidgeCurveOptions } from '../curves/ridge-levels.ts';
import type { FieldData } from '../engine/engine.ts';
import { DataError } from '../errors.ts';
import type { Domain } from '../model/plane.ts';
import { createPainter } from '../render/painter.ts';
import type { Connection } from './connection.ts';
import type { LiveMap } from './live-map.ts';
import { probeNetwork, type Probe } from './probe.ts';
import { readDomain, readLayer, type DomainList, type LayerName } from './settings.ts';
import { fieldSize, resolveLayer } from './view.ts';

/** What a field is to be; by default what the map shows, with 256 pixels along the longer side. */
export interface FieldOptions {
  readonly width?: number;
  readonly height?: number;
  readonly layer?: LayerName;
  readonly domain?: DomainList | Domain;
  readonly signal?: AbortSignal;
}

/** A point of a map with its present weights, in float64. */
export async function probeMap(live: LiveMap, x: number, y: number): Promise<Probe> {
  for (const [name, value] of Object.entries({ x, y })) {
    if (!Number.isFinite(value)) throw new DataError(`${name} is ${value}, but must be finite`);
  }
  const { network, plane } = await live.snapshot();
  return probeNetwork(network, plane, resolveLayer(live.picture.layer, network), x, y);
}

/**
 * A field of a map with its present weights, computed beside what the map does.
 *
 * @throws DataError or NetworkError if the options do not fit, AbortError if the signal fires.
 */
export async function computeMapField(live: LiveMap, options: FieldOptions): Promise<FieldData> {
  const { network, plane, plan } = await live.snapshot();
  const domain = readDomain(options.domain ?? live.picture.domain ?? plan.domain);
  const layer = resolveLayer(readLayer(options.layer ?? live.picture.layer), network);
  const [extentS, extentT] = [domain.sMax - domain.sMin, domain.tMax - domain.tMin];
  const size = fieldSize(256, { width: extentS, height: extentT, pixelRatio: 1 });
  const { width = size.width, height = size.height, signal } = options;
  const model = live.engine.createModel(network);
  try {
    const request = { plane, domain, width, height, layer };
    return await live.engine.computeField(model, request, signal ? { signal } : {});
  } finally {
    model.dispose();
  }
}

/** Of which field, and what counts as a ridge. */
export type MapRidgeOptions = FieldOptions & RidgeCurveOptions;

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

/**
 * What a map shows as a PNG.
 *
 * @param width - device pixels; undefined: as on screen.
 * @throws DataError if there is no picture because the canvas has no size.
 */
export async function paintBlob(
  { live, canvas, format }: Connection,
  width: number | undefined,
): Promise<Blob> {
  const session = await live.opened();
  const { picture, frame } = live;
  if (!frame) throw new DataError('the element has no size, so there is no picture yet');
  if (width === undefined) {
    // The content of a canvas is only sure in the task that painted it.
    picture.paint(session);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    if (!blob) throw new DataError('the browser cannot write the picture as a PNG');
    return blob;
  }
  const factor = width / picture.size.width;
  const height = Math.max(1, Math.round(picture.size.height * factor));
  const copy = new OffscreenCanvas(width, height);
  const painter = await createPainter(live.engine, copy, format);
  try {
    picture.paintWith(session, painter, picture.size.pixelRatio * factor);
    return await copy.convertToBlob();
  } finally {
    painter.dispose();
  }
}
