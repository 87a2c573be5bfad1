import { DataError } from '../errors.ts';
import type { LayerChoice } from '../engine/engine.ts';
import { MAXIMAL_FIELD_SIZE } from '../engine/field-checks.ts';
import { checkSpec } from '../model/network.ts';
import { checkDomain } from '../model/plane.ts';
import { COLORMAPS } from '../render/palette.ts';
import { QUANTITIES, type Quantity } from '../render/style.ts';
import {
  flag,
  number,
  numberAbove0,
  numbers,
  oneOf,
  optional,
  record,
  text,
  wholeNumber,
} from './checked-members.ts';
import {
  PARAMETERS_FORMAT,
  PARAMETERS_VERSION,
  type AttackRecord,
  type FieldRecord,
  type GreyRecord,
  type MapParameters,
  type NetworkRecord,
  type PictureRecord,
  type PlaneRecord,
  type PointsRecord,
  type StartRecord,
  type TrainingRecord,
} from './parameters.ts';

/**
 * Checks parameters from an untrusted source.
 *
 * @param value - what JSON.parse made of them.
 * @throws DataError naming place, value and wanted value; NetworkError if the layers are at fault.
 */
export function checkParameters(value: unknown): MapParameters {
  const place = 'parameters';
  const members = record(value, place, [
    'format',
    'version',
    'network',
    'training',
    'field',
    'points',
    'attack',
    'picture',
    'grey',
  ]);
  oneOf(members.format, `${place}.format`, [PARAMETERS_FORMAT]);
  if (members.version !== PARAMETERS_VERSION) {
    throw new DataError(
      `${place}.version is ${JSON.stringify(members.version)}, but this release reads ${PARAMETERS_VERSION}: a newer release may read it`,
    );
  }
  const network = checkNetwork(members.network, `${place}.network`);
  const { inputWidth } = network;
  return {
    network,
    ...optional(members, place, 'training', checkTraining),
    ...optional(members, place, 'field', (field, at) => checkField(field, at, inputWidth)),
    ...optional(members, place, 'points', (points, at) => checkPoints(points, at, inputWidth)),
    ...optional(members, place, 'attack', checkAttack),
    ...optional(members, place, 'picture', checkPicture),
    ...optional(members, place, 'grey', checkGrey),
  };
}

function checkNetwork(value: unknown, place: string): NetworkRecord {
  const members = record(value, place, ['address', 'sha256', 'start', 'inputWidth', 'layers']);
  const sha256 = text(members.sha256, `${place}.sha256`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new DataError(`${place}.sha256 must have 64 hexadecimal digits`);
  }
  const { inputWidth, layers } = checkSpec(members);
  return {
    ...optional(members, place, 'address', text),
    sha256,
    ...optional(members, place, 'start', checkStart),
    inputWidth,
    layers,
  };
}

function checkTraining(value: unknown, place: string): TrainingRecord {
  const members = record(value, place, [
    'dataset',
    'seed',
    'optimizer',
    'learningRate',
    'momentum',
    'weightDecay',
    'batchSize',
    'loss',
    'stepCount',
  ]);
  const whole = (name: string, least: number): number =>
    wholeNumber(members[name], `${place}.${name}`, least, Number.MAX_SAFE_INTEGER);
  return {
    dataset: text(members.dataset, `${place}.dataset`),
    seed: whole('seed', 0),
    optimizer: oneOf(members.optimizer, `${place}.optimizer`, ['sgd', 'adam']),
    learningRate: number(members.learningRate, `${place}.learningRate`),
    momentum: number(members.momentum, `${place}.momentum`),
    weightDecay: number(members.weightDecay, `${place}.weightDecay`),
    batchSize: whole('batchSize', 1),
    loss: oneOf(members.loss, `${place}.loss`, ['squared', 'cross-entropy']),
    stepCount: whole('stepCount', 0),
  };
}

function checkStart(value: unknown, place: string): StartRecord {
  const members = record(value, place, ['scheme', 'variance', 'seed']);
  const seed = wholeNumber(members.seed, `${place}.seed`, 0, Number.MAX_SAFE_INTEGER);
  const schemes = ['gaussian', 'glorot', 'he', 'orthogonal'] as const;
  const scheme = oneOf(members.scheme, `${place}.scheme`, schemes);
  if (scheme !== 'gaussian') return { scheme, seed };
  return { scheme, variance: number(members.variance, `${place}.variance`), seed };
}

function checkAttack(value: unknown, place: string): AttackRecord {
  const members = record(value, place, [
    'inputs',
    'classes',
    'count',
    'towards',
    'norm',
    'radius',
    'stepCount',
    'stepSize',
    'loss',
    'bounds',
  ]);
  const whole = (name: string, least: number): number =>
    wholeNumber(members[name], `${place}.${name}`, least, Number.MAX_SAFE_INTEGER);
  return {
    ...optional(members, place, 'inputs', text),
    ...optional(members, place, 'classes', text),
    count: whole('count', 0),
    ...(members.towards === undefined ? {} : { towards: whole('towards', 0) }),
    norm: oneOf(members.norm, `${place}.norm`, ['l2', 'linf']),
    radius: number(members.radius, `${place}.radius`),
    stepCount: whole('stepCount', 1),
    stepSize: number(members.stepSize, `${place}.stepSize`),
    loss: oneOf(members.loss, `${place}.loss`, ['squared', 'cross-entropy']),
    ...optional(
      members,
      place,
      'bounds',
      (bounds, at) => numbers(bounds, at, 2) as [low: number, high: number],
    ),
  };
}

/** Of layers and outputs. */
const LARGEST_INDEX = 8192;

function checkField(value: unknown, place: string, inputWidth: number): FieldRecord {
  const members = record(value, place, [
    'plane',
    'domain',
    'width',
    'height',
    'layer',
    'space',
    'span',
    'tolerance',
  ]);
  const { tolerance } = members;
  const domain = numbers(members.domain, `${place}.domain`, 4) as [number, number, number, number];
  const [sMin, tMin, sMax, tMax] = domain;
  checkDomain({ sMin, tMin, sMax, tMax });
  return {
    plane: checkPlane(members.plane, `${place}.plane`, inputWidth),
    domain,
    width: wholeNumber(members.width, `${place}.width`, 1, MAXIMAL_FIELD_SIZE),
    height: wholeNumber(members.height, `${place}.height`, 1, MAXIMAL_FIELD_SIZE),
    layer: checkLayer(members.layer, `${place}.layer`),
    space: oneOf(members.space, `${place}.space`, ['plane', 'full']),
    span: numberAbove0(members.span, `${place}.span`),
    ...(tolerance !== undefined && { tolerance: numberAbove0(tolerance, `${place}.tolerance`) }),
  };
}

function checkPoints(value: unknown, place: string, inputWidth: number): PointsRecord {
  const members = record(value, place, [
    'inputs',
    'count',
    'layer',
    'space',
    'exponentCount',
    'span',
  ]);
  const { space } = members;
  const most = Number.MAX_SAFE_INTEGER;
  return {
    ...optional(members, place, 'inputs', text),
    count: wholeNumber(members.count, `${place}.count`, 0, most),
    layer: checkLayer(members.layer, `${place}.layer`),
    space: space === 'full' ? space : checkPlane(space, `${place}.space`, inputWidth),
    exponentCount: wholeNumber(members.exponentCount, `${place}.exponentCount`, 1, most),
    span: numberAbove0(members.span, `${place}.span`),
  };
}

function checkPlane(value: unknown, place: string, inputWidth: number): PlaneRecord {
  const members = record(value, place, ['origin', 'u', 'v']);
  const vector = (name: string): number[] => numbers(members[name], `${place}.${name}`, inputWidth);
  return { origin: vector('origin'), u: vector('u'), v: vector('v') };
}

function checkLayer(value: unknown, place: string): LayerChoice {
  return value === 'output' ? value : wholeNumber(value, place, 1, LARGEST_INDEX);
}

function checkPicture(value: unknown, place: string): PictureRecord {
  const members = record(value, place, [
    'quantity',
    'outputIndex',
    'colormap',
    'range',
    'perLayer',
    'ridges',
    'ridgeSmoothing',
    'ridgeThreshold',
    'directions',
    'boundary',
    'regions',
    'samples',
    'colorbar',
    'pixelRatio',
  ]);
  const flagged = (name: string): boolean => flag(members[name], `${place}.${name}`);
  const range = numbers(members.range, `${place}.range`, 2) as [number, number];
  if (!(range[1] > range[0])) {
    throw new DataError(`${place}.range is ${range.join(',')}, but low must be below high`);
  }
  return {
    ...checkShown(members, place),
    colormap: oneOf(members.colormap, `${place}.colormap`, COLORMAPS),
    range,
    perLayer: flagged('perLayer'),
    ridges: flagged('ridges'),
    ...optional(members, place, 'ridgeSmoothing', numberAbove0),
    ...optional(members, place, 'ridgeThreshold', number),
    directions: members.directions === 'convolution' ? 'convolution' : flagged('directions'),
    boundary: flagged('boundary'),
    // Files that were written before there were any do not say.
    regions: members.regions === undefined ? false : flagged('regions'),
    samples: flagged('samples'),
    colorbar: flagged('colorbar'),
    pixelRatio: numberAbove0(members.pixelRatio, `${place}.pixelRatio`),
  };
}

function checkGrey(value: unknown, place: string): GreyRecord {
  const members = record(value, place, ['quantity', 'outputIndex', 'low', 'high']);
  return {
    ...checkShown(members, place),
    low: number(members.low, `${place}.low`),
    high: number(members.high, `${place}.high`),
  };
}

function checkShown(
  members: Readonly<Record<string, unknown>>,
  place: string,
): { quantity: Quantity; outputIndex: number } {
  return {
    quantity: oneOf(members.quantity, `${place}.quantity`, QUANTITIES),
    outputIndex: wholeNumber(members.outputIndex, `${place}.outputIndex`, 0, LARGEST_INDEX),
  };
}
