import type { FieldData, PointsData } from '../engine/engine.ts';
import type { Network } from '../model/network.ts';
import { automaticRange, type ColorRange } from '../render/color-range.ts';
import { quantityTitle } from '../render/legend.ts';
import type { ColormapName } from '../render/palette.ts';
import type { StillStyle } from '../render/still.ts';
import type { Quantity, SampleMarks } from '../render/style.ts';
import type { MapParameters, NetworkRecord, PictureRecord, TrainingRecord } from './parameters.ts';

/** Formats of a field: `grey` is a PNG of 16 bits. */
export type FieldFormat = 'npy' | 'npz' | 'csv' | 'png' | 'grey' | 'svg';
export type PointsFormat = 'npy' | 'npz' | 'csv';
export type SavedNetworkFormat = 'safetensors' | 'json';

/** What the numbers come from: it goes into every file but NPY, so that they can be had again. */
export interface Origin {
  readonly network: NetworkRecord;
  /** How the network was trained, if it was trained here. */
  readonly training?: TrainingRecord;
}

/** How a field is written; what a format has no use for is ignored. */
export interface FieldFileOptions {
  /** What pictures show and NPY holds; `exponent` by default. */
  readonly quantity?: Quantity;
  /** Which output the quantity `output` shows in pictures; 0 by default. */
  readonly outputIndex?: number;
  readonly colormap?: ColormapName;
  /** Values of the ends of the colours or greys; `auto`, which is the default, takes them from the field. */
  readonly range?: ColorRange | 'auto';
  /** Show λ instead of l·λ in colours; arrays and greys always hold λ. */
  readonly perLayer?: boolean;
  /** Ridges to draw: segments [count][4] in plane coordinates. */
  readonly ridges?: Float32Array | null;
  readonly directions?: boolean;
  readonly boundary?: boolean;
  readonly samples?: SampleMarks | null;
  /** Whether the colours are explained at the right of the map, which keeps its size. */
  readonly colorbar?: boolean;
  /** Pixels for each unit of line widths and text; by default one for each 512 pixels of the longer side, at least one. */
  readonly pixelRatio?: number;
}

/**
 * A field as a file; each format is a chunk of its own, loaded when it is first used.
 *
 * In pictures a pixel of the map is one of the field. Where there is no number, arrays hold −∞ or 0 and a status,
 * CSV an empty cell, colours a hatching, greys 0.
 */
export async function writeField(
  data: FieldData,
  format: FieldFormat,
  origin: Origin,
  options: FieldFileOptions = {},
): Promise<Uint8Array> {
  const { quantity = 'exponent', outputIndex = 0, perLayer = false } = options;
  const { describeField } = await import('./parameters.ts');
  const parameters: MapParameters = { ...origin, field: describeField(data) };
  switch (format) {
    case 'npy': {
      const { writeFieldNpy } = await import('./field-arrays.ts');
      return writeFieldNpy(data, ARRAY_NAMES[quantity]);
    }
    case 'npz': {
      const { writeFieldNpz } = await import('./field-arrays.ts');
      return writeFieldNpz(data, parameters);
    }
    case 'csv': {
      const { fieldCsv } = await import('./csv.ts');
      return encode(fieldCsv(data, parameters));
    }
    case 'grey': {
      const { writeGreyPng } = await import('./field-png.ts');
      const { range = 'auto' } = options;
      const title = quantityTitle({ quantity, perLayer: true });
      return writeGreyPng(data, { quantity, outputIndex, range }, parameters, title);
    }
    case 'png':
    case 'svg': {
      const style = stillStyle(data, options);
      const picture = describePicture(style);
      const title = quantityTitle({ quantity, perLayer });
      if (format === 'png') {
        const { writeFieldPng } = await import('./field-png.ts');
        return writeFieldPng(data, style, { ...parameters, picture }, title);
      }
      const { writeFieldSvg } = await import('./svg.ts');
      return encode([await writeFieldSvg(data, style, { ...parameters, picture }, title)]);
    }
  }
}

/** What NPY holds for a quantity. */
const ARRAY_NAMES = {
  exponent: 'lambda1',
  'second-exponent': 'lambda2',
  direction: 'directions',
  output: 'outputs',
  class: 'classes',
} as const;

/**
 * What was computed at points as a file; NPY holds the exponents.
 *
 * @param inputs - file name or address of the points, for the parameters.
 */
export async function writePoints(
  data: PointsData,
  format: PointsFormat,
  origin: Origin,
  inputs?: string,
): Promise<Uint8Array> {
  const { describePoints } = await import('./parameters.ts');
  const parameters: MapParameters = { ...origin, points: describePoints(data, inputs) };
  if (format === 'csv') {
    const { pointsCsv } = await import('./csv.ts');
    return encode(pointsCsv(data, parameters));
  }
  const { writePointsNpy, writePointsNpz } = await import('./field-arrays.ts');
  return format === 'npy' ? writePointsNpy(data, 'lambdas') : writePointsNpz(data, parameters);
}

/**
 * A network as a file; its metadata say under `parameters` what it is and how it was trained.
 *
 * @param address - file name or address that it was read from, if it was.
 */
export async function writeNetwork(
  network: Network,
  format: SavedNetworkFormat,
  { address, training }: { readonly address?: string; readonly training?: TrainingRecord } = {},
): Promise<Uint8Array> {
  const { describeNetwork, parametersValue } = await import('./parameters.ts');
  const record = describeNetwork(network, address);
  const parameters = parametersValue({ network: record, ...(training && { training }) });
  if (format === 'safetensors') {
    const { writeNetworkSafetensors } = await import('./safetensors-writing.ts');
    return writeNetworkSafetensors(network, { parameters });
  }
  const { writeNetworkJson } = await import('./json.ts');
  return encode([writeNetworkJson(network, { parameters })]);
}

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
    samples: options.samples ?? null,
    colorbar: options.colorbar ?? false,
    pixelRatio: options.pixelRatio ?? Math.max(1, Math.max(width, height) / 512),
  };
}

/** A still's style as it goes into the parameters. */
export function describePicture(style: StillStyle): PictureRecord {
  return { ...style, ridges: style.ridges !== null, samples: style.samples !== null };
}

function encode(pieces: Iterable<string>): Uint8Array {
  const encoder = new TextEncoder();
  const parts = Array.from(pieces, (piece) => encoder.encode(piece));
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
