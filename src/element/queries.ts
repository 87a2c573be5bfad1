import type { ExponentSpace, FieldData } from '../engine/engine.ts';
import { DataError } from '../errors.ts';
import type { Domain } from '../model/plane.ts';
import { createPainter } from '../render/painter.ts';
import type { Connection } from './connection.ts';
import type { LiveMap } from './live-map.ts';
import { drawMarks } from './marks.ts';
import type { Picture } from './picture.ts';
import { probeAllInputs, probePlane, type Probe } from './probe.ts';
import type { Session } from './session.ts';
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
    const evaluator = await session.openEvaluator(layer);
    return probeAllInputs(network, plane, evaluator, x, y);
  });
}

/**
 * A field of a map with its present weights, computed beside what the map does.
 *
 * @throws DataError or NetworkError if the options do not fit, AbortError if the signal fires.
 */
export async function computeMapField(live: LiveMap, options: FieldOptions): Promise<FieldData> {
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
    return await live.engine.computeField(model, request, signal ? { signal } : {});
  } finally {
    model.dispose();
  }
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
    return blobOf(canvas, picture, session);
  }
  const factor = width / picture.size.width;
  const height = Math.max(1, Math.round(picture.size.height * factor));
  const copy = new OffscreenCanvas(width, height);
  const painter = await createPainter(live.engine, copy, format);
  try {
    picture.paintWith(session, painter, picture.size.pixelRatio * factor);
    return await blobOf(copy, picture, session);
  } finally {
    painter.dispose();
  }
}

/** A painted canvas as a PNG, with the marks that the page shows over it. */
async function blobOf(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  picture: Picture,
  session: Session,
): Promise<Blob> {
  const plane = picture.shownPlane(session);
  if (plane.marks.length > 0) {
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext('2d')!;
    context.drawImage(canvas, 0, 0);
    const pixelRatio = (picture.size.pixelRatio * canvas.width) / picture.size.width;
    drawMarks(context, plane.marks, picture.viewDomain(plane), pixelRatio);
    return copy.convertToBlob();
  }
  if (canvas instanceof OffscreenCanvas) return canvas.convertToBlob();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (!blob) throw new DataError('the browser cannot write the picture as a PNG');
  return blob;
}
