import {
  LitElement,
  type ComplexAttributeConverter,
  type PropertyDeclaration,
  type PropertyDeclarations,
} from 'lit';
import type { Dataset } from '../data/dataset.ts';
import type { DatasetName } from '../data/toy.ts';
import type { ExponentSpace, Optimizer } from '../engine/engine.ts';
import type { ActivationName } from '../math/activations.ts';
import type { Plane } from '../model/plane.ts';
import type { PointList, PointTriple } from './plane-settings.ts';
import type {
  Backend,
  Colormap,
  DirectionChoice,
  DomainList,
  GestureChoice,
  LayerName,
  Properties,
  Quantity,
  RangeChoice,
} from './settings.ts';

/*
 * How attributes become properties. Text that does not parse is kept as it stands: the check of the
 * settings then names it in its message.
 */

const text: PropertyDeclaration = { reflect: true, useDefault: true };

const flag: PropertyDeclaration = { type: Boolean, reflect: true, useDefault: true };

const numeric: ComplexAttributeConverter = {
  fromAttribute: (value) => asNumber(value),
  toAttribute: (value) => (value === null || value === undefined ? null : String(value)),
};

const list: ComplexAttributeConverter = {
  fromAttribute: (value) => {
    const parts = (value ?? '').split(',').map(asNumber);
    return parts.length > 1 && parts.every((part) => typeof part === 'number') ? parts : value;
  },
  toAttribute: (value) => (Array.isArray(value) ? value.join(',') : (value ?? null)),
};

/** A flag that may have a value: none at all is false, an empty one is true. */
const choice: ComplexAttributeConverter = {
  fromAttribute: (value) => (value === '' ? true : (value ?? false)),
  toAttribute: (value) => (typeof value === 'string' ? value : value ? '' : null),
};

/** A number if the text is one, else the text. */
function asNumber(value: string | null): number | string | null {
  const isNumber = value !== null && value.trim() !== '' && Number.isFinite(Number(value));
  return isNumber ? Number(value) : value;
}

function number(attribute: string): PropertyDeclaration {
  return { attribute, converter: numeric, reflect: true, useDefault: true };
}

function numbers(attribute: string): PropertyDeclaration {
  return {
    attribute,
    converter: list,
    reflect: true,
    useDefault: true,
    hasChanged: (value, old) => JSON.stringify(value) !== JSON.stringify(old),
  };
}

/** Reactive properties of the element, with their attributes. */
const PROPERTIES: PropertyDeclarations = {
  datasetName: { ...text, attribute: 'dataset' },
  data: { attribute: false },
  architecture: text,
  activation: text,
  outputActivation: { ...text, attribute: 'output-activation' },
  src: text,
  files: { attribute: false },
  seed: number('seed'),
  learningRate: number('learning-rate'),
  batchSize: number('batch-size'),
  optimizer: text,
  momentum: number('momentum'),
  weightDecay: number('weight-decay'),
  startVariance: number('start-variance'),
  domain: numbers('domain'),
  layer: number('layer'),
  space: text,
  planeAxes: numbers('plane-axes'),
  plane: { attribute: false },
  planePoints: { attribute: false },
  planeData: { attribute: false },
  quantity: text,
  perLayer: { ...flag, attribute: 'per-layer' },
  colormap: text,
  range: numbers('range'),
  ridges: flag,
  directions: { converter: choice, reflect: true, useDefault: true },
  boundary: flag,
  samples: flag,
  regions: flag,
  surface: flag,
  relief: number('relief'),
  animateLayers: { ...flag, attribute: 'animate-layers' },
  probePanel: { ...flag, attribute: 'probe' },
  controls: flag,
  noColorbar: { ...flag, attribute: 'no-colorbar' },
  autoplay: flag,
  gestures: text,
  hash: text,
  resolution: number('resolution'),
  backend: text,
};

/** Values of the properties where nothing is given. */
export const DEFAULTS: Readonly<
  Properties & {
    probePanel: boolean;
    controls: boolean;
    noColorbar: boolean;
    autoplay: boolean;
    hash: null;
    animateLayers: boolean;
  }
> = {
  datasetName: null,
  data: null,
  architecture: null,
  activation: 'tanh',
  outputActivation: null,
  src: null,
  files: null,
  seed: 1,
  learningRate: 0.05,
  batchSize: 64,
  optimizer: 'sgd',
  momentum: 0,
  weightDecay: 0,
  startVariance: 1,
  domain: null,
  layer: 'last',
  space: 'plane',
  planeAxes: null,
  plane: null,
  planePoints: null,
  planeData: null,
  quantity: 'exponent',
  perLayer: false,
  colormap: 'diverging',
  range: 'auto',
  ridges: false,
  directions: false,
  boundary: false,
  samples: false,
  regions: false,
  surface: false,
  relief: 0.25,
  animateLayers: false,
  probePanel: false,
  controls: false,
  noColorbar: false,
  autoplay: false,
  gestures: 'cooperative',
  hash: null,
  resolution: null,
  backend: 'auto',
};

/**
 * The reactive properties of `<ftle-map>`, all of which have attributes but those that hold objects:
 * `data`, `files`, `plane`, `planePoints`, `planeData`.
 */
export abstract class MapAttributes extends LitElement {
  static override readonly properties = PROPERTIES;

  /** Attribute `dataset`: name of a toy problem to train on. (Every element has a property `dataset`.) */
  declare datasetName: DatasetName | '' | null;
  /** Own arrays to train on; they win over `dataset`. */
  declare data: Dataset | null;
  /** Widths such as `2-10x8-1`; by default eight hidden layers of ten between the widths of the data. */
  declare architecture: string | null;
  /** Activation of the hidden layers, also of those in a file that does not say. */
  declare activation: ActivationName;
  /** Of the output; by default none of networks in files and of classifiers, tanh of one output. */
  declare outputActivation: ActivationName | null;
  /** Address of a network in safetensors, ONNX or JSON; it wins over `architecture`. */
  declare src: string | null;
  /** Such a file, and those that hold its data; dropped files come here. They win until `src` is set. */
  declare files: readonly File[] | null;
  /** Decides start values, data and the order of samples. */
  declare seed: number;
  declare learningRate: number;
  declare batchSize: number;
  declare optimizer: Optimizer;
  declare momentum: number;
  declare weightDecay: number;
  /** σ²: start weights have variance σ²/fan-in. */
  declare startVariance: number;
  /** The rectangle that is shown at least; the map shows more where its shape differs. */
  declare domain: DomainList | null;
  /** Hidden layer from 1 on, `last`, or `output`. */
  declare layer: LayerName;
  /** Exponents over the two directions of the plane that is shown, or over all inputs (`full`). */
  declare space: ExponentSpace;
  /** The plane of two inputs, counted from 0; the others are 0. By default it is that of the first two. */
  declare planeAxes: readonly [s: number, t: number] | null;
  /** Any plane, as `createPlane`, `axesPlane` and so on make it. At most one of these four is not null. */
  declare plane: Plane | null;
  /** The plane through three inputs, which are marked on the map. */
  declare planePoints: PointTriple | null;
  /** The plane of the first two principal components of these inputs. */
  declare planeData: PointList | null;
  declare quantity: Quantity;
  /** Show λ instead of l·λ. */
  declare perLayer: boolean;
  declare colormap: Colormap;
  /** Bounds of the colours; `auto` and `symmetric` follow the picture, `locked` keeps what there is. */
  declare range: RangeChoice;
  declare ridges: boolean;
  /** Segments, or streaks by line integral convolution. */
  declare directions: DirectionChoice;
  declare boundary: boolean;
  /** Points of the data; those that the network gets wrong have a ring. */
  declare samples: boolean;
  /** Tint the regions of the classes. */
  declare regions: boolean;
  /** Show the field as a lit surface in space, which gestures and keys turn; needs WebGPU. */
  declare surface: boolean;
  /** Height of the surface from the low to the high end of the colours, as a part of its longer side. */
  declare relief: number;
  /** Show one hidden layer after the other, over and over; not by itself for those who want no motion. */
  declare animateLayers: boolean;
  /** Attribute `probe`: show the numbers under the pointer, or under a cursor that keys move. */
  declare probePanel: boolean;
  declare controls: boolean;
  declare noColorbar: boolean;
  /** Train as soon as the map is on screen. */
  declare autoplay: boolean;
  /** What moves the view: `cooperative` leaves the plain wheel and one finger to the page, `greedy` takes them. */
  declare gestures: GestureChoice;
  /** Keep what is shown in the address of the page, under this name, so that a link reopens it; or null. */
  declare hash: string | null;
  /** Field pixels along the longer side; null: what the canvas has and time allows. */
  declare resolution: number | null;
  declare backend: Backend;

  constructor() {
    super();
    Object.assign(this, DEFAULTS);
  }
}
