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
  ridgeSmoothing: number('ridge-smoothing'),
  ridgeThreshold: number('ridge-threshold'),
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
  noMenu: { ...flag, attribute: 'no-menu' },
  autoplay: flag,
  gestures: text,
  hash: text,
  resolution: number('resolution'),
  tolerance: number('tolerance'),
  backend: text,
};

/** Values of the properties where nothing is given. */
export const DEFAULTS: Readonly<
  Properties & {
    probePanel: boolean;
    controls: boolean;
    noColorbar: boolean;
    noMenu: boolean;
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
  ridgeSmoothing: null,
  ridgeThreshold: 'auto',
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
  noMenu: false,
  autoplay: false,
  gestures: 'cooperative',
  hash: null,
  resolution: null,
  tolerance: 0,
  backend: 'auto',
};

/**
 * The reactive properties of `<ftle-map>`, all of which have attributes but those that hold objects:
 * `data`, `files`, `plane`, `planePoints`, `planeData`.
 */
export abstract class MapAttributes extends LitElement {
  static override readonly properties = PROPERTIES;

  /**
   * Toy problem to train on: `circle`, `spirals`, `moons`, `xor`, `rings`, `blobs`. (Every element has a property
   * `dataset` of its own.)
   */
  declare datasetName: DatasetName | '' | null;
  /**
   * Own arrays to train on, as `datasetFromArrays` makes them; they win over `dataset`. λ, `domain` and saved networks are
   * of the inputs as it standardises them, which `standardise: false` leaves as they are.
   */
  declare data: Dataset | null;
  /**
   * Inputs, hidden layers, outputs: `2-10x8-1` has eight hidden layers of ten, which is the default between the
   * widths of the data.
   */
  declare architecture: string | null;
  /**
   * Of the hidden layers, also of those in a file that does not say: `tanh`, `sigmoid`, `relu`, `leaky-relu`,
   * `elu`, `selu`, `celu`, `gelu`, `gelu-tanh`, `silu`, `softplus`, `sine`, `identity`.
   */
  declare activation: ActivationName;
  /** Likewise of the output; by default `identity` in networks from files and in classifiers, `tanh` of one output. */
  declare outputActivation: ActivationName | null;
  /** Address of a network in safetensors, ONNX or JSON; it wins over `architecture`. */
  declare src: string | null;
  /** Files of a network, and those that hold its data; dropped files come here. They win until `src` is set. */
  declare files: readonly File[] | null;
  /** Decides start values, data and the order of samples. */
  declare seed: number;
  /** Step size of training, which may change while it runs. */
  declare learningRate: number;
  /** Samples for each training step. */
  declare batchSize: number;
  /** `sgd` or `adam`. */
  declare optimizer: Optimizer;
  /** Of `sgd`: part of the last step that goes on, 0 to below 1. */
  declare momentum: number;
  /** Factor of the weights in each gradient. */
  declare weightDecay: number;
  /** σ²: start weights are Gaussian with variance σ²/fan-in. */
  declare startVariance: number;
  /**
   * `xMin,yMin,xMax,yMax`: the rectangle that is shown at least; the map shows more where its shape differs. By
   * default the square of the data.
   */
  declare domain: DomainList | null;
  /** Where exponents are taken: `1` to the last hidden layer, `last`, or `output`. */
  declare layer: LayerName;
  /** Exponents over the two directions of the plane that is shown (`plane`), or over all inputs (`full`). */
  declare space: ExponentSpace;
  /** Two inputs, from 0, that span the plane; the others are 0. By default the first two. */
  declare planeAxes: readonly [s: number, t: number] | null;
  /**
   * Any plane, as `createPlane`, `axesPlane` and so on make it. At most one of `planeAxes`, `plane`, `planePoints`
   * and `planeData` may be given.
   */
  declare plane: Plane | null;
  /** The plane through three inputs, which are marked on the map. */
  declare planePoints: PointTriple | null;
  /** The plane of the first two principal components of these inputs. */
  declare planeData: PointList | null;
  /** What is shown: `exponent`, `second-exponent`, `direction`, `output`, `class`. */
  declare quantity: Quantity;
  /** Show λ instead of l·λ. */
  declare perLayer: boolean;
  /** Colours of the values: `diverging`, whose middle is 0 in any range, `cividis`, `viridis`, `greys`. */
  declare colormap: Colormap;
  /**
   * Bounds of the colours: `auto` (1 to 99 % of the values), `symmetric` (that about 0), `locked` (what they are now)
   * or `low,high`.
   */
  declare range: RangeChoice;
  /** Draw the ridges of λ₁. */
  declare ridges: boolean;
  /**
   * Standard deviation of the Gaussian that smooths λ₁ before ridges are drawn, as a part of the longer side, up to 16
   * pixels of the field; by default 1/170, up to 4.
   */
  declare ridgeSmoothing: number | null;
  /** Least λ₁ of a ridge that is drawn, per layer; `auto` takes it from what is shown. */
  declare ridgeThreshold: number | 'auto';
  /** Draw the directions of largest stretching as `segments`, which need no value, or as streaks (`convolution`). */
  declare directions: DirectionChoice;
  /** Draw the decision boundary. */
  declare boundary: boolean;
  /** Draw points of the data; those that the network gets wrong have a ring. */
  declare samples: boolean;
  /** Tint the regions of the classes. */
  declare regions: boolean;
  /** Show the field as a lit surface in space, which gestures and keys turn; without WebGPU the map stays flat. */
  declare surface: boolean;
  /** Height of the surface from the low to the high end of the colours, as a part of its longer side. */
  declare relief: number;
  /** Show one hidden layer after the other, over and over; not by itself for those who want no motion. */
  declare animateLayers: boolean;
  /** Show the numbers under the pointer, or under a cursor that Tab reaches and the arrow keys move. */
  declare probePanel: boolean;
  /** Show controls below the map. */
  declare controls: boolean;
  /** Leave out the colour bar. */
  declare noColorbar: boolean;
  /** Leave right clicks on the map to the browser, and the controls without a menu. */
  declare noMenu: boolean;
  /** Train as soon as the map is on screen. */
  declare autoplay: boolean;
  /**
   * What moves the view: with `cooperative` the plain wheel and one finger scroll the page, Ctrl or ⌘ with the wheel
   * and two fingers move the map; `greedy` takes all; `none` leaves the view as it is.
   */
  declare gestures: GestureChoice;
  /**
   * Keep what is shown in the fragment of the page's address, under this name or `ftle`, so that a link reopens it. Maps
   * of one page need different names.
   */
  declare hash: string | null;
  /** Field pixels along the longer side; by default what the canvas has and time allows. */
  declare resolution: number | null;
  /**
   * Error of l·λ₁ that the picture may end with: between pixels that are computed, smooth parts are interpolated. 0, the
   * default, computes every pixel.
   */
  declare tolerance: number;
  /** What computes: `auto`, `webgpu`, or `cpu`. */
  declare backend: Backend;

  constructor() {
    super();
    Object.assign(this, DEFAULTS);
  }
}
