import type { Dataset } from '../data/dataset.ts';
import type { Engine, FieldData, FieldRequest, Model } from '../engine/engine.ts';
import { MAXIMAL_FIELD_SIZE } from '../engine/field-checks.ts';
import { drawnRidges, ridgeRequest, type DrawnRidges } from '../engine/ridge-limits.ts';
import { DataError } from '../errors.ts';
import type { FieldFormat, NetworkOrigin, SavedNetworkFormat } from '../files/file-options.ts';
import { writePng } from '../files/png.ts';
import { writePython } from '../files/python.ts';
import { describeOrigin, writeField, writeNetwork } from '../files/save.ts';
import type { Connection } from './connection.ts';
import type { LiveMap, Snapshot } from './live-map.ts';
import { drawMarks } from './marks.ts';
import { createSamples, findErrors, type Samples } from './samples.ts';
import { fieldSize, resolveLayer, widenDomain, type CanvasSize } from './view.ts';

/** Formats of a map by their media types; NumPy's have no registered ones. */
const FORMATS = {
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'text/csv': 'csv',
  'application/x-npy': 'npy',
  'application/x-npz': 'npz',
} as const satisfies Record<string, FieldFormat>;

export type MapBlobType = keyof typeof FORMATS;

/** What a file of a map is to be. */
export interface BlobOptions {
  /** `image/png` by default; `image/svg+xml`, `text/csv`, `application/x-npy`, `application/x-npz`. */
  readonly type?: MapBlobType;
  /** Of a PNG: 8 in colours, which is the default, or 16 in grey, whose range stands in its parameters. */
  readonly bitDepth?: 8 | 16;
  /** Pixels of the map, 1 to 8192; by default as on screen, or in the same proportion. */
  readonly width?: number;
  readonly height?: number;
  /** Whether a picture explains its colours at the right of the map; the file is wider by that. */
  readonly colorbar?: boolean;
  readonly signal?: AbortSignal;
}

/** Longer side where neither options nor canvas say. */
const USUAL_SIDE = 512;
/** Longer side of what a Python script computes: NumPy takes seconds for it. */
const SCRIPT_SIDE = 256;

/**
 * A map as a file.
 *
 * @throws DataError if an option does not fit, or without options if the canvas has no size; AbortError if the
 *   signal fires.
 */
export async function writeMapBlob(connection: Connection, options: BlobOptions): Promise<Blob> {
  const { signal, ...wishes } = options;
  if (Object.values(wishes).every((wish) => wish === undefined)) return copyCanvas(connection);
  const { type = 'image/png', bitDepth = 8, colorbar = false } = options;
  if (!Object.hasOwn(FORMATS, type)) {
    const names = Object.keys(FORMATS).join(', ');
    throw new DataError(`type is ${JSON.stringify(type)}, but must be one of ${names}`);
  }
  const isGrey = type === 'image/png' && bitDepth === 16;
  if (bitDepth !== 8 && !isGrey) {
    throw new DataError(`bitDepth is ${bitDepth}, but must be 8, or 16 of a PNG`);
  }
  const { live } = connection;
  const { picture, engine } = live;
  const snapshot = await live.snapshot();
  const { network, plane } = snapshot;
  const wanted = picture.domain ?? plane.domain;
  const size = sizeOf(options, picture.isVisible ? picture.size : domainSize(wanted));
  const { width, height } = size;
  const domain = widenDomain(wanted, size);
  const layer = resolveLayer(picture.layer, network);
  const request = { plane: plane.plane, domain, width, height, layer, space: picture.space };
  const origin = await describeOrigin(network, originOf(snapshot));
  const style = picture.styleSettings;
  const isPicture = (type === 'image/png' && !isGrey) || type === 'image/svg+xml';
  const model = engine.createModel(network);
  try {
    const { data, ridges } = await computeStill(
      engine,
      model,
      request,
      isPicture && style.ridges ? style.drawnRidges : null,
      signal,
    );
    const isRule = typeof style.range === 'string';
    const { smoothing, threshold } = style.drawnRidges;
    const range = isPicture && (!isRule || picture.isMeasured) ? picture.bounds : 'auto';
    const bytes = await writeField(data, isGrey ? 'grey' : FORMATS[type], origin, {
      ...style,
      // The bounds of a picture are in its units, and those of greys in units of λ: these come from the field.
      range,
      directions: style.directions === 'convolution' ? 'convolution' : style.directions !== null,
      ridges,
      ...(smoothing !== null && { ridgeSmoothing: smoothing }),
      ridgeThreshold: threshold,
      samples: isPicture && style.samples ? await judgeSamples(engine, model, snapshot) : null,
      marks: Float32Array.from(plane.marks.flat()),
      colorbar,
      pixelRatio: Math.max(
        1,
        picture.isVisible ? (picture.size.pixelRatio * width) / picture.size.width : 0,
      ),
    });
    return blobOf(bytes, type);
  } finally {
    model.dispose();
  }
}

/** A Python script that computes anew what a map shows, with at most as many pixels a side as a script is for. */
export async function writeMapPython(live: LiveMap): Promise<string> {
  const { picture } = live;
  const { network, plane } = await live.snapshot();
  const wanted = picture.domain ?? plane.domain;
  const shape = picture.isVisible ? picture.size : domainSize(wanted);
  const request = {
    plane: plane.plane,
    domain: widenDomain(wanted, shape),
    ...fieldSize(SCRIPT_SIDE, shape),
    layer: resolveLayer(picture.layer, network),
    space: picture.space,
  };
  const { quantity, perLayer } = picture.styleSettings;
  return writePython(network, { request, quantity, perLayer });
}

/** The network of a map with its present weights as a file. */
export async function writeNetworkBlob(live: LiveMap, format: SavedNetworkFormat): Promise<Blob> {
  const { network, ...origin } = await live.snapshot();
  const bytes = await writeNetwork(network, format, originOf(origin));
  return blobOf(bytes, format === 'json' ? 'application/json' : 'application/octet-stream');
}

/** The canvas as it is, with what lies over it: marks, or the axes of a surface. */
async function copyCanvas({ live, canvas }: Connection): Promise<Blob> {
  const session = await live.opened();
  if (!live.frame) throw new DataError('the element has no size, so there is no picture yet');
  const axes = live.picture.surface && (await import('./surface-axes.ts'));
  // The content of a canvas is only sure in the task that painted it.
  const { picture } = live;
  picture.paint(session);
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height);
  const context = copy.getContext('2d')!;
  context.drawImage(canvas, 0, 0);
  const { marks, ...plane } = picture.shownPlane(session);
  const { surface } = picture;
  const pixelRatio = (picture.size.pixelRatio * width) / picture.size.width;
  const request = session.field.request;
  if (surface && axes && request)
    axes.drawSurfaceAxes(context, surface, request.domain, plane.axes, pixelRatio);
  else drawMarks(context, marks, picture.viewDomain(plane), pixelRatio);
  // A browser's own encoder waits for an idle moment, of which a map that trains leaves none, for up to a second.
  const data = withoutOpacity(context.getImageData(0, 0, width, height).data);
  return blobOf(await writePng({ width, height, channels: 3, data }), 'image/png');
}

/** Red, green and blue of pixels that are opaque. */
function withoutOpacity(pixels: Uint8ClampedArray): Uint8Array {
  const colors = new Uint8Array((pixels.length / 4) * 3);
  for (let pixel = 0; 4 * pixel < pixels.length; pixel++) {
    for (let k = 0; k < 3; k++) colors[3 * pixel + k] = pixels[4 * pixel + k];
  }
  return colors;
}

/** Points of the data, those marked that the network gets wrong; null without data. */
async function judgeSamples(
  engine: Engine,
  model: Model,
  { network, plane: { plane }, session }: Snapshot,
): Promise<Samples | null> {
  const { dataset } = session.plan;
  if (!dataset) return null;
  const layer = network.depth > 0 ? 1 : 'output';
  const request = { layer, space: plane, exponentCount: 1, directions: false } as const;
  const classifier = await engine.createEvaluator(model, request);
  try {
    return createSamples(dataset, plane, await findErrors(dataset, classifier));
  } finally {
    classifier.dispose();
  }
}

/** A field, and the ridges of one as large as ridges are looked for in. */
async function computeStill(
  engine: Engine,
  model: Model,
  request: FieldRequest,
  ridges: DrawnRidges | null,
  signal: AbortSignal | undefined,
): Promise<{ data: FieldData; ridges: Float32Array | null }> {
  const options = signal ? { signal } : {};
  if (!ridges) return { data: await engine.computeField(model, request, options), ridges };
  const field = await engine.createField(model);
  try {
    const searched = ridgeRequest(request);
    await field.compute(searched, options);
    const found = await engine.createRidges(field);
    try {
      await found.find(drawnRidges(searched, ridges));
      const segments = await found.read();
      const data =
        searched === request
          ? await field.read()
          : await engine.computeField(model, request, options);
      return { data, ridges: segments };
    } finally {
      found.dispose();
    }
  } finally {
    field.dispose();
  }
}

const standardisationOf = ({ mean, deviation }: Dataset) => ({
  mean: [...mean],
  deviation: [...deviation],
});

function originOf({ session, training }: Pick<Snapshot, 'session' | 'training'>): NetworkOrigin {
  const { plan } = session;
  return {
    ...(plan.file && { address: plan.file.name }),
    ...(plan.start && { start: plan.start }),
    ...(training && { training }),
    ...(plan.dataset && training && { standardisation: standardisationOf(plan.dataset) }),
  };
}

/** The size that options ask for; what they leave open in the proportion of `usual`. */
function sizeOf(options: BlobOptions, usual: CanvasSize): CanvasSize {
  const { width, height } = options;
  for (const [name, value] of Object.entries({ width, height })) {
    const isFine = Number.isInteger(value) && value! >= 1 && value! <= MAXIMAL_FIELD_SIZE;
    if (value === undefined || isFine) continue;
    throw new DataError(
      `${name} is ${value}, but must be a whole number from 1 to ${MAXIMAL_FIELD_SIZE}`,
    );
  }
  const factor = width ? width / usual.width : height ? height / usual.height : 1;
  const fit = (length: number): number =>
    Math.min(MAXIMAL_FIELD_SIZE, Math.max(1, Math.round(factor * length)));
  return { width: width ?? fit(usual.width), height: height ?? fit(usual.height), pixelRatio: 1 };
}

function domainSize({ sMin, tMin, sMax, tMax }: FieldRequest['domain']): CanvasSize {
  const shape = { width: sMax - sMin, height: tMax - tMin, pixelRatio: 1 };
  return { ...fieldSize(USUAL_SIDE, shape), pixelRatio: 1 };
}

function blobOf(bytes: Uint8Array, type: string): Blob {
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type });
}
