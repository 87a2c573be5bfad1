import type { ExponentSpace, FieldData, LayerChoice, PointsData } from '../engine/engine.ts';
import type { Initialisation } from '../math/initialisation.ts';
import type { Network, NetworkSpec } from '../model/network.ts';
import { readTensor, tensorPlaces } from '../model/parameters.ts';
import type { Loss, Optimizer } from '../model/training.ts';
import type { ColormapName } from '../render/palette.ts';
import type { Quantity } from '../render/style.ts';
import { Sha256 } from './sha256.ts';

/*
 * What made a file, as plain JSON that goes into it; docs/parameters.schema.json is the schema.
 *
 *     { "format": "ftle-map/parameters", "version": 1,
 *       "network": { "sha256": "…", "inputWidth": 2, "layers": [ … ] },
 *       "training": { … }, "field": { … }, "picture": { … } }
 *
 * Enough to do it again, given the network's file or its training.
 */

export const PARAMETERS_FORMAT = 'ftle-map/parameters';
export const PARAMETERS_VERSION = 1;

/** What made a file: the network, and those of the other parts that there were. */
export interface MapParameters {
  readonly network: NetworkRecord;
  readonly training?: TrainingRecord;
  readonly field?: FieldRecord;
  readonly points?: PointsRecord;
  readonly attack?: AttackRecord;
  readonly picture?: PictureRecord;
  readonly grey?: GreyRecord;
}

/** Which network it was: inputs and layers as in a network file, without the tensors. */
export interface NetworkRecord extends NetworkSpec {
  /** File name or address that it was read from, as it was given; missing if it was made here. */
  readonly address?: string;
  /**
   * SHA-256 of its parameters as float32, little endian: weight [out][in], then bias, layer by layer. It is
   * the same for every format of file.
   */
  readonly sha256: string;
  /** How its start values were drawn; missing if they came from a file. */
  readonly start?: StartRecord;
}

/** Start values, drawn here. */
export type StartRecord = Initialisation & { readonly seed: number };

/** How it was trained, if it was trained here. */
export interface TrainingRecord {
  /** Name of the data set. */
  readonly dataset: string;
  /** Decides data and the order of samples. */
  readonly seed: number;
  readonly optimizer: Optimizer;
  /** As it was last. */
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly batchSize: number;
  readonly loss: Loss;
  readonly stepCount: number;
}

/** Which part of input space, where in the network. */
export interface FieldRecord {
  /** (s, t) ↦ origin + s·u + t·v */
  readonly plane: PlaneRecord;
  /** sMin, tMin, sMax, tMax */
  readonly domain: readonly [number, number, number, number];
  readonly width: number;
  readonly height: number;
  readonly layer: LayerChoice;
  readonly space: ExponentSpace;
  /** λ = log σ / span. */
  readonly span: number;
  /** Error of l·λ₁ that interpolation could leave; missing if every pixel was computed. */
  readonly tolerance?: number;
}

export interface PlaneRecord {
  readonly origin: readonly number[];
  readonly u: readonly number[];
  readonly v: readonly number[];
}

/** Which list of points. */
export interface PointsRecord {
  /** File name or address of the inputs, as it was given. */
  readonly inputs?: string;
  readonly count: number;
  readonly layer: LayerChoice;
  readonly space: PlaneRecord | 'full';
  readonly exponentCount: number;
  readonly span: number;
}

/** How a list of points was attacked. */
export interface AttackRecord {
  /** File name or address of the inputs, as it was given. */
  readonly inputs?: string;
  /** Likewise of their classes; missing where the network's own were taken. */
  readonly classes?: string;
  readonly count: number;
  /** The class to reach; missing where any other would do. */
  readonly towards?: number;
  readonly norm: 'l2' | 'linf';
  readonly radius: number;
  readonly stepCount: number;
  readonly stepSize: number;
  readonly loss: Loss;
  readonly bounds?: readonly [low: number, high: number];
}

/** How the field was drawn. */
export interface PictureRecord {
  readonly quantity: Quantity;
  readonly outputIndex: number;
  readonly colormap: ColormapName;
  /** Values of the ends of the colour map. */
  readonly range: readonly [low: number, high: number];
  /** λ was shown, not l·λ. */
  readonly perLayer: boolean;
  readonly ridges: boolean;
  /** Scale of the derivatives of the ridges, a part of the longer side; missing for the standard one. */
  readonly ridgeSmoothing?: number;
  /** Least λ₁ of the ridges, per layer; missing where it was taken from the field. */
  readonly ridgeThreshold?: number;
  /** As segments, or as streaks. */
  readonly directions: boolean | 'convolution';
  readonly boundary: boolean;
  readonly regions: boolean;
  readonly samples: boolean;
  readonly colorbar: boolean;
  readonly pixelRatio: number;
}

/** What the numbers of a grey picture mean: value = low + (sample − 1)·(high − low)/65534; 0 stands for no value. */
export interface GreyRecord {
  readonly quantity: Quantity;
  readonly outputIndex: number;
  readonly low: number;
  readonly high: number;
}

/**
 * @param address - file name or address that the network was read from.
 * @param start - how its start values were drawn, if they were.
 */
export function describeNetwork(
  network: Network,
  address?: string,
  start?: StartRecord,
): NetworkRecord {
  const hash = new Sha256();
  for (const place of tensorPlaces(network)) {
    const values = readTensor(place, network.parameters);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  const { inputWidth, layers } = network.spec;
  return {
    ...(address === undefined ? {} : { address }),
    sha256: hash.finish(),
    ...(start && { start }),
    inputWidth,
    layers,
  };
}

export function describeField({ request, span }: Pick<FieldData, 'request' | 'span'>): FieldRecord {
  const { plane, domain, width, height, layer, space = 'plane', tolerance = 0 } = request;
  const { sMin, tMin, sMax, tMax } = domain;
  return {
    plane: { origin: [...plane.origin], u: [...plane.u], v: [...plane.v] },
    domain: [sMin, tMin, sMax, tMax],
    width,
    height,
    layer,
    space,
    span,
    ...(tolerance > 0 && { tolerance }),
  };
}

/** @param inputs - file name or address of the points. */
export function describePoints(data: PointsData, inputs?: string): PointsRecord {
  const { request, span, statuses } = data;
  const { space, layer, exponentCount } = request;
  return {
    ...(inputs === undefined ? {} : { inputs }),
    count: statuses.length,
    layer,
    space:
      space === 'full' ? space : { origin: [...space.origin], u: [...space.u], v: [...space.v] },
    exponentCount,
    span,
  };
}

/** Parameters as the value that goes into files. */
export function parametersValue(parameters: MapParameters): Record<string, unknown> {
  return { format: PARAMETERS_FORMAT, version: PARAMETERS_VERSION, ...parameters };
}

/** Parameters as JSON on one line. */
export function writeParameters(parameters: MapParameters): string {
  return JSON.stringify(parametersValue(parameters));
}
