import { DATASET_NAMES, type DatasetName } from '../data/toy.ts';
import type { Dataset } from '../data/dataset.ts';
import { countOf, DataError } from '../errors.ts';
import type { ExponentSpace, LayerChoice, Optimizer } from '../engine/engine.ts';
import { MAXIMAL_FIELD_SIZE } from '../engine/field-checks.ts';
import type { DrawnRidges } from '../engine/ridge-limits.ts';
import { ACTIVATION_NAMES, type ActivationName } from '../math/activations.ts';
import { checkDomain, type Domain } from '../model/plane.ts';
import { COLORMAPS, type ColormapName } from '../render/palette.ts';
import {
  DIRECTION_STYLES,
  QUANTITIES,
  type DirectionStyle,
  type Quantity,
} from '../render/style.ts';
import type { PlaneProperties } from './plane-settings.ts';
import { isEmpty, number, numbers, oneOf, show, wholeNumber } from './values.ts';

/** xMin, yMin, xMax, yMax in units of the inputs. */
export type DomainList = readonly [xMin: number, yMin: number, xMax: number, yMax: number];
/** `last` is the last hidden layer, or the output of a network without hidden layers. */
export type LayerName = LayerChoice | 'last';
export type Backend = 'auto' | 'webgpu' | 'cpu';
/** `auto` follows the picture, `symmetric` too but about 0, `locked` keeps the bounds that there are. */
export type RangeChoice = RangeRule | readonly [low: number, high: number];
/** How stretching directions are shown; as an attribute without a value: true, which means segments. */
export type DirectionChoice = boolean | DirectionStyle;
/** Whether gestures move the view: all of them, those that leave scrolling to the page, or none. */
export type GestureChoice = 'cooperative' | 'greedy' | 'none';

export type { ColormapName as Colormap } from '../render/palette.ts';
export type { DirectionStyle, Quantity } from '../render/style.ts';

const RANGE_RULES = ['auto', 'symmetric', 'locked'] as const;
type RangeRule = (typeof RANGE_RULES)[number];

const SPACES = ['plane', 'full'] as const satisfies readonly ExponentSpace[];

/** What the network is and how it is trained: a change starts anew. */
export interface NetworkSettings {
  readonly dataset: DatasetName | null;
  readonly data: Dataset | null;
  /** Empty: eight hidden layers of width ten between the widths of the data. */
  readonly architecture: string;
  readonly activation: ActivationName;
  /** null: what the file says, else what is usual. */
  readonly outputActivation: ActivationName | null;
  readonly src: string | null;
  /** Files to take the network from; they win over `src`. */
  readonly files: readonly File[] | null;
  readonly seed: number;
  readonly startVariance: number;
  readonly optimizer: Optimizer;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly batchSize: number;
}

/** Where the field is taken: a change computes it anew. */
export interface ViewSettings {
  /** null: the data's bounding square and a little more. */
  readonly domain: Domain | null;
  readonly layer: LayerName;
  /** Input directions that exponents are over: those of the plane, or all. */
  readonly space: ExponentSpace;
  /** Field pixels along the longer side; null: as many as the canvas has and time allows. */
  readonly resolution: number | null;
  /** Error of l·λ₁ that the picture may end with. */
  readonly tolerance: number;
}

/** How it is painted. */
export interface StyleSettings {
  readonly quantity: Quantity;
  readonly perLayer: boolean;
  readonly colormap: ColormapName;
  readonly range: RangeChoice;
  readonly ridges: boolean;
  readonly drawnRidges: DrawnRidges;
  /** null: not at all. */
  readonly directions: DirectionStyle | null;
  readonly boundary: boolean;
  readonly samples: boolean;
  /** Whether the regions of the classes are tinted. */
  readonly regions: boolean;
  /** null: the map. */
  readonly surface: { readonly relief: number } | null;
}

/** The settings of an element as they are given: unchecked. */
export type Given = { readonly [name in keyof Properties]: unknown };

/** Properties of the element that hold settings. */
export interface Properties extends PlaneProperties {
  datasetName: DatasetName | '' | null;
  data: Dataset | null;
  architecture: string | null;
  activation: ActivationName;
  outputActivation: ActivationName | null;
  src: string | null;
  files: readonly File[] | null;
  seed: number;
  learningRate: number;
  batchSize: number;
  optimizer: Optimizer;
  momentum: number;
  weightDecay: number;
  startVariance: number;
  domain: DomainList | null;
  layer: LayerName;
  space: ExponentSpace;
  quantity: Quantity;
  perLayer: boolean;
  colormap: ColormapName;
  range: RangeChoice;
  ridges: boolean;
  ridgeSmoothing: number | null;
  ridgeThreshold: number | 'auto';
  directions: DirectionChoice;
  boundary: boolean;
  samples: boolean;
  regions: boolean;
  surface: boolean;
  relief: number;
  resolution: number | null;
  tolerance: number;
  gestures: GestureChoice;
  backend: Backend;
}

/** @throws DataError naming the attribute, its value and the wanted value. */
export function readNetworkSettings(given: Given): NetworkSettings {
  return {
    dataset: isEmpty(given.datasetName) ? null : oneOf('dataset', given.datasetName, DATASET_NAMES),
    data: given.data === null || given.data === undefined ? null : checkDataset(given.data),
    architecture: String(given.architecture ?? '').trim(),
    activation: oneOf('activation', given.activation, ACTIVATION_NAMES),
    outputActivation: isEmpty(given.outputActivation)
      ? null
      : oneOf('output-activation', given.outputActivation, ACTIVATION_NAMES),
    src: isEmpty(given.src) ? null : String(given.src),
    files: isEmpty(given.files) ? null : checkFiles(given.files),
    seed: wholeNumber('seed', given.seed, 0, Number.MAX_SAFE_INTEGER),
    startVariance: number(
      'start-variance',
      given.startVariance,
      'a number of at least 0',
      (x) => x >= 0,
    ),
    optimizer: oneOf('optimizer', given.optimizer, ['sgd', 'adam'] as const),
    momentum: number(
      'momentum',
      given.momentum,
      'a number from 0 to below 1',
      (x) => x >= 0 && x < 1,
    ),
    weightDecay: number('weight-decay', given.weightDecay, 'a number of at least 0', (x) => x >= 0),
    batchSize: wholeNumber('batch-size', given.batchSize, 1, 4096),
  };
}

/** @throws DataError as above. */
export function readLearningRate(given: Given): number {
  return number('learning-rate', given.learningRate, 'a number above 0', (x) => x > 0);
}

/** @throws DataError as above. */
export function readViewSettings(given: Given): ViewSettings {
  const { domain, resolution } = given;
  return {
    domain: isEmpty(domain) ? null : readDomain(domain),
    layer: readLayer(given.layer),
    space: readSpace(given.space),
    resolution: isEmpty(resolution)
      ? null
      : wholeNumber('resolution', resolution, 8, MAXIMAL_FIELD_SIZE),
    tolerance: number('tolerance', given.tolerance, 'a number of at least 0', (x) => x >= 0),
  };
}

/** @throws DataError as above. */
export function readStyleSettings(given: Given): StyleSettings {
  const wanted = 'a number above 0 and at most 2';
  const relief = number('relief', given.relief, wanted, (x) => x > 0 && x <= 2);
  return {
    quantity: oneOf('quantity', given.quantity, QUANTITIES),
    perLayer: Boolean(given.perLayer),
    colormap: oneOf('colormap', given.colormap, COLORMAPS),
    range: readRange(given.range),
    ridges: Boolean(given.ridges),
    drawnRidges: readDrawnRidges(given),
    directions: readDirections(given.directions),
    boundary: Boolean(given.boundary),
    samples: Boolean(given.samples),
    regions: Boolean(given.regions),
    surface: given.surface ? { relief } : null,
  };
}

/** @throws DataError as above. */
export function readBackend(given: Given): Backend {
  return oneOf('backend', given.backend, ['auto', 'webgpu', 'cpu'] as const);
}

/** @throws DataError as above. */
export function readGestures(given: Given): GestureChoice {
  return oneOf('gestures', given.gestures, ['cooperative', 'greedy', 'none'] as const);
}

/**
 * A domain from a list, its text, or an object.
 *
 * @throws DataError if it is no rectangle or has no area.
 */
export function readDomain(value: unknown): Domain {
  const wanted = 'four numbers xMin,yMin,xMax,yMax';
  const list = isDomain(value)
    ? [value.sMin, value.tMin, value.sMax, value.tMax]
    : numbers('domain', value, 4, wanted);
  const [sMin, tMin, sMax, tMax] = list as unknown as DomainList;
  return checkDomain({ sMin, tMin, sMax, tMax });
}

function isDomain(value: unknown): value is Domain {
  return typeof value === 'object' && value !== null && 'sMin' in value;
}

/** @throws DataError if it is no layer at all; whether the network has it is seen later. */
export function readLayer(value: unknown): LayerName {
  if (value === 'last' || value === 'output') return value;
  const wanted = 'a hidden layer from 1 on, last or output';
  return number('layer', value, wanted, (x) => Number.isInteger(x) && x >= 1);
}

/** @throws DataError if it is no space. */
export function readSpace(value: unknown): ExponentSpace {
  return oneOf('space', value, SPACES);
}

function readRange(value: unknown): RangeChoice {
  if (isEmpty(value)) return 'auto';
  const rule = RANGE_RULES.find((name) => name === value);
  if (rule) return rule;
  const wanted = 'auto, symmetric, locked or two numbers low,high';
  const [low, high] = numbers('range', value, 2, wanted) as [number, number];
  if (!(high > low)) {
    throw new DataError(`range is ${low},${high}, but low must be below high`);
  }
  return [low, high];
}

function readDrawnRidges({ ridgeSmoothing, ridgeThreshold }: Given): DrawnRidges {
  const part = 'a number above 0 and at most 0.1';
  return {
    smoothing: isEmpty(ridgeSmoothing)
      ? null
      : number('ridge-smoothing', ridgeSmoothing, part, (x) => x > 0 && x <= 0.1),
    threshold:
      isEmpty(ridgeThreshold) || ridgeThreshold === 'auto'
        ? 'auto'
        : number('ridge-threshold', ridgeThreshold, 'a number or auto', () => true),
  };
}

function readDirections(value: unknown): DirectionStyle | null {
  if (value === false || value === null || value === undefined) return null;
  return value === true || value === '' ? 'segments' : oneOf('directions', value, DIRECTION_STYLES);
}

function checkFiles(value: unknown): readonly File[] {
  if (Array.isArray(value) && value.length > 0 && value.every((file) => file instanceof File)) {
    return value;
  }
  const found = Array.isArray(value) && value.length === 0 ? 'empty' : String(value);
  throw new DataError(`files is ${found}, but must be a list of File objects, or null`);
}

/**
 * Checks the user's own arrays.
 *
 * @throws DataError naming the member whose shape does not fit.
 */
export function checkDataset(value: unknown): Dataset {
  if (typeof value !== 'object' || value === null) {
    throw new DataError(`data is ${show(value)}, but must be a Dataset object`);
  }
  const data = value as Dataset;
  for (const name of ['inputWidth', 'outputWidth', 'count', 'trainCount', 'classCount'] as const) {
    wholeNumber(`data.${name}`, data[name], 1, 2 ** 31 - 1);
  }
  const { count, trainCount, inputWidth, outputWidth, classCount } = data;
  if (trainCount > count) {
    throw new DataError(`data.trainCount is ${trainCount}, but must be at most count, ${count}`);
  }
  const lengths = {
    points: count * inputWidth,
    targets: count * outputWidth,
    classes: count,
    mean: inputWidth,
    deviation: inputWidth,
  };
  for (const [name, length] of Object.entries(lengths)) {
    const values = data[name as keyof typeof lengths];
    if (!ArrayBuffer.isView(values)) {
      throw new DataError(`data.${name} is ${show(values)}, but must be a typed array`);
    }
    if (values.length !== length) {
      throw new DataError(
        `data.${name} has ${values.length} numbers, but ${countOf(count, 'point')} with ${countOf(inputWidth, 'input')} and ${countOf(outputWidth, 'output')} need ${length}`,
      );
    }
    const bad = values.findIndex((number) => !Number.isFinite(number));
    if (bad >= 0) {
      throw new DataError(`data.${name}[${bad}] is ${values[bad]}, but must be finite`);
    }
  }
  const bad = data.classes.findIndex((index) => index >= classCount);
  if (bad >= 0) {
    throw new DataError(
      `data.classes[${bad}] is ${data.classes[bad]}, but must be below classCount, ${classCount}`,
    );
  }
  return data;
}
