import type { FieldData, PointsData } from '../engine/engine.ts';
import { Slices } from '../engine/slices.ts';
import { DataError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import { automaticRange } from '../render/color-range.ts';
import { quantityTitle, spaceName } from '../render/legend.ts';
import { COLORMAPS } from '../render/palette.ts';
import type { StillStyle } from '../render/still.ts';
import { QUANTITIES, type Quantity } from '../render/style.ts';
import { number, numberAbove0, numbers, oneOf, wholeNumber } from './checked-members.ts';
import { fieldCsv, pointsCsv } from './csv.ts';
import { writeFieldNpy, writeFieldNpz, writePointsNpy, writePointsNpz } from './field-arrays.ts';
import { writeFieldPng, writeGreyPng } from './field-png.ts';
import {
  FIELD_FORMATS,
  NETWORK_FORMATS,
  POINTS_FORMATS,
  type FieldFileOptions,
  type FieldFormat,
  type NetworkOrigin,
  type Origin,
  type PointsFormat,
  type SavedNetworkFormat,
} from './file-options.ts';
import { writeNetworkJson } from './json.ts';
import {
  describeField,
  describeNetwork,
  describePoints,
  parametersValue,
  type MapParameters,
  type PictureRecord,
} from './parameters.ts';
import { writeNetworkSafetensors } from './safetensors-writing.ts';
import { writeFieldSvg } from './svg.ts';

/*
 * What the functions of save.ts do; they tell what is given and thrown.
 */

export function packOrigin(
  network: Network,
  { address, start, training }: NetworkOrigin = {},
): Origin {
  return { network: describeNetwork(network, address, start), ...(training && { training }) };
}

export async function packField(
  data: FieldData,
  format: FieldFormat,
  origin: Origin,
  options: FieldFileOptions,
): Promise<Uint8Array> {
  checkOptions(data, format, options);
  const { quantity = 'exponent', outputIndex = 0, perLayer = false } = options;
  const parameters: MapParameters = { ...origin, field: describeField(data) };
  switch (format) {
    case 'npy':
      return writeFieldNpy(data, ARRAY_NAMES[quantity]);
    case 'npz':
      return writeFieldNpz(data, parameters);
    case 'csv':
      return encode(fieldCsv(data, parameters));
    case 'grey': {
      const { range = 'auto' } = options;
      const title = pictureTitle(data, quantity, true);
      return writeGreyPng(data, { quantity, outputIndex, range }, parameters, title);
    }
    case 'png':
    case 'svg': {
      const style = stillStyle(data, options);
      const described = { ...parameters, picture: describePicture(style, options) };
      const title = pictureTitle(data, quantity, perLayer);
      if (format === 'png') return writeFieldPng(data, style, described, title);
      return encode([await writeFieldSvg(data, style, described, title)]);
    }
  }
}

export async function packPoints(
  data: PointsData,
  format: PointsFormat,
  origin: Origin,
  inputs?: string,
): Promise<Uint8Array> {
  oneOf(format, 'format', POINTS_FORMATS);
  const parameters: MapParameters = { ...origin, points: describePoints(data, inputs) };
  switch (format) {
    case 'npy':
      return writePointsNpy(data, 'lambdas');
    case 'npz':
      return writePointsNpz(data, parameters);
    case 'csv':
      return encode(pointsCsv(data, parameters));
  }
}

export async function packNetwork(
  network: Network,
  format: SavedNetworkFormat,
  origin: NetworkOrigin,
): Promise<Uint8Array> {
  oneOf(format, 'format', NETWORK_FORMATS);
  const { standardisation } = origin;
  const parameters = parametersValue(packOrigin(network, origin));
  const metadata = { parameters, ...(standardisation && { standardisation }) };
  if (format === 'safetensors') return writeNetworkSafetensors(network, metadata);
  return encode([writeNetworkJson(network, metadata)]);
}

/** What NPY holds for a quantity; for outputs all of them. */
const ARRAY_NAMES = {
  exponent: 'lambda1',
  'second-exponent': 'lambda2',
  direction: 'directions',
  output: 'outputs',
  class: 'classes',
} as const;

/** How a picture is drawn where options leave it open. */
export function stillStyle(data: FieldData, options: FieldFileOptions): StillStyle {
  const { quantity = 'exponent', outputIndex = 0, colormap = 'diverging' } = options;
  const { perLayer = false, range = 'auto' } = options;
  const { width, height } = data.request;
  const scale = perLayer ? 1 : data.span;
  return {
    quantity,
    outputIndex,
    colormap,
    perLayer,
    range:
      range === 'auto' ? automaticRange(data, { quantity, outputIndex, colormap, scale }) : range,
    ridges: options.ridges ?? null,
    directions: options.directions ?? false,
    boundary: options.boundary ?? false,
    regions: options.regions ?? false,
    samples: options.samples ?? null,
    marks: options.marks ?? null,
    colorbar: options.colorbar ?? false,
    pixelRatio: options.pixelRatio ?? Math.max(1, Math.max(width, height) / 512),
  };
}

/** A still's style as it goes into the parameters. */
export function describePicture(
  style: StillStyle,
  { ridgeSmoothing, ridgeThreshold = 'auto' }: FieldFileOptions,
): PictureRecord {
  const { marks: _, ...rest } = style;
  const ridges = style.ridges !== null;
  return {
    ...rest,
    ridges,
    ...(ridges && ridgeSmoothing !== undefined && { ridgeSmoothing }),
    ...(ridges && ridgeThreshold !== 'auto' && { ridgeThreshold }),
    samples: style.samples !== null,
  };
}

/** What a picture shows, in words. */
function pictureTitle({ request }: FieldData, quantity: Quantity, perLayer: boolean): string {
  const { layer, plane, space = 'plane' } = request;
  const over = spaceName(space, plane.origin.length);
  const title = quantityTitle({ quantity, perLayer }, over);
  if (quantity === 'output' || quantity === 'class') return title;
  const place = layer === 'output' ? 'the output' : `hidden layer ${layer}`;
  return `${title} at ${place}`;
}

function checkOptions(data: FieldData, format: FieldFormat, options: FieldFileOptions): void {
  const { quantity, colormap, outputIndex, range, pixelRatio, ridges, directions } = options;
  const { ridgeSmoothing, ridgeThreshold = 'auto' } = options;
  oneOf(format, 'format', FIELD_FORMATS);
  if (quantity !== undefined) oneOf(quantity, 'quantity', QUANTITIES);
  if (colormap !== undefined) oneOf(colormap, 'colormap', COLORMAPS);
  const outputWidth = data.outputs.length / data.statuses.length;
  if (outputIndex !== undefined) wholeNumber(outputIndex, 'outputIndex', 0, outputWidth - 1);
  if (range !== undefined && range !== 'auto') {
    const [low, high] = numbers(range, 'range', 2);
    if (!(high > low)) {
      throw new DataError(`range is ${low},${high}, but low must be below high`);
    }
  }
  if (pixelRatio !== undefined) numberAbove0(pixelRatio, 'pixelRatio');
  if (directions !== undefined && typeof directions !== 'boolean') {
    oneOf(directions, 'directions', ['convolution']);
  }
  if (ridges && ridges.length % 4 !== 0) {
    throw new DataError(`ridges has ${ridges.length} numbers, but must have four a segment`);
  }
  if (ridgeSmoothing !== undefined) numberAbove0(ridgeSmoothing, 'ridgeSmoothing');
  if (ridgeThreshold !== 'auto') number(ridgeThreshold, 'ridgeThreshold');
}

/** The bytes of texts that are made piece by piece; leaves the event loop its turns. */
async function encode(pieces: Iterable<string>): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  const slices = new Slices();
  const parts: Uint8Array[] = [];
  for (const piece of pieces) {
    parts.push(encoder.encode(piece));
    if (slices.due) await slices.next();
  }
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
