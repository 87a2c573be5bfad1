import type { ColorRange } from '../render/color-range.ts';
import type { ColormapName } from '../render/palette.ts';
import type { Quantity, SampleMarks } from '../render/style.ts';
import type { NetworkRecord, TrainingRecord } from './parameters.ts';

export type { ColorRange, ColormapName, Quantity, SampleMarks };

/** Formats of a field: `grey` is a PNG of 16 bits. */
export const FIELD_FORMATS = ['npy', 'npz', 'csv', 'png', 'grey', 'svg'] as const;
export type FieldFormat = (typeof FIELD_FORMATS)[number];
export const POINTS_FORMATS = ['npy', 'npz', 'csv'] as const;
export type PointsFormat = (typeof POINTS_FORMATS)[number];

export const NETWORK_FORMATS = ['safetensors', 'json'] as const;
export type SavedNetworkFormat = (typeof NETWORK_FORMATS)[number];

/** Name of the network's file, where a script is to find it. */
export const NETWORK_FILE = 'network.safetensors';

/** What the numbers come from: it goes into every file but NPY, so that they can be had again. */
export interface Origin {
  readonly network: NetworkRecord;
  /** How the network was trained, if it was trained here. */
  readonly training?: TrainingRecord;
}

/** What a network comes from, as far as it is known. */
export interface NetworkOrigin extends Pick<NetworkRecord, 'address' | 'start'> {
  readonly training?: TrainingRecord;
  /** Of the inputs that it was trained on, per input: original = mean + deviation · input. Only in files of networks. */
  readonly standardisation?: {
    readonly mean: readonly number[];
    readonly deviation: readonly number[];
  };
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
  /** How these ridges were found, for the parameters: as in {@link PictureRecord}. */
  readonly ridgeSmoothing?: number;
  readonly ridgeThreshold?: number | 'auto';
  /** Stretching directions as segments, or as streaks. */
  readonly directions?: boolean | 'convolution';
  readonly boundary?: boolean;
  /** Whether the regions of the classes are tinted. */
  readonly regions?: boolean;
  readonly samples?: SampleMarks | null;
  /** Points to number 1, 2, 3 …: plane coordinates [count][2]. */
  readonly marks?: Float32Array | null;
  /** Whether the colours are explained at the right of the map, which keeps its size. */
  readonly colorbar?: boolean;
  /** Pixels for each unit of line widths and text; by default one for each 512 pixels of the longer side, at least one. */
  readonly pixelRatio?: number;
}
