import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import type { FieldRequest } from '../engine/engine.ts';
import { checkRequest } from '../engine/field-checks.ts';
import { asError, DataError } from '../errors.ts';
import {
  describeNetwork,
  type FieldRecord,
  type MapParameters,
  type PlaneRecord,
} from '../files/parameters.ts';
import { readParameters } from '../files/save.ts';
import { ACTIVATION_NAMES, type ActivationName } from '../math/activations.ts';
import type { WeightOrder } from '../files/tensor-names.ts';
import type { Network } from '../model/network.ts';
import type { Domain, Plane } from '../model/plane.ts';
import { coordinatePlane } from '../model/plane.ts';
import { axesPlane, pointsPlane, principalPlane } from '../model/planes.ts';
import {
  UsageError,
  anyNumber,
  asUsage,
  chooseLayer,
  numberAbove,
  oneOf,
  readDomain,
  readLayer,
  readNumbers,
  readSize,
  reading,
  type LayerName,
  type Reader,
  type Size,
  wholeNumbers,
} from './arguments.ts';
import { BACKENDS } from './host.ts';
import { readNetworkFile, type NetworkFromFile } from './network-file.ts';
import { openRows, readAllRows, reasonOf } from './rows.ts';
import { Reporter } from './reporter.ts';
import { Session, type CommonOptions } from './session.ts';

/*
 * Options that several commands have.
 */

/**
 * An option with a value.
 *
 * @param flags - such as `--size <WxH>`.
 */
export function valueOption<T>(
  flags: string,
  description: string,
  read: Reader<T>,
  standard?: string,
): Option {
  const option = new Option(flags, description);
  const parse = reading(option.long!, read);
  option.argParser(parse);
  return standard === undefined ? option : option.default(parse(standard), standard);
}

/**
 * A command with the options that all have.
 *
 * @param examples - command lines, without `ftle` and the command's name.
 */
export function createCommand(
  program: Command,
  name: string,
  description: string,
  examples: readonly string[],
): Command {
  const lines = examples.map((example) => `  ftle ${name} ${example}`);
  return program
    .command(name)
    .description(description)
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'no progress and no notes')
    .allowExcessArguments(false)
    .exitOverride()
    .addHelpText('after', `\nexamples:\n${lines.join('\n')}`);
}

/** Starts what the command reports to. */
export function startSession(name: string, options: CommonOptions, signal: AbortSignal): Session {
  return new Session(name, options, signal, new Reporter(options.quiet === true));
}

export function addBackendOption(command: Command): Command {
  const text =
    'what computes: webgpu, a headless browser; dawn, the package webgpu; cpu, in float64';
  return command.addOption(valueOption('--backend <name>', text, oneOf(BACKENDS), 'webgpu'));
}

export interface NetworkOptions {
  readonly activation?: ActivationName;
  readonly outputActivation?: ActivationName;
  readonly alpha?: number;
  readonly weightOrder?: WeightOrder;
  readonly layers?: readonly string[];
}

export function addNetworkOptions(command: Command): Command {
  const activation = oneOf(ACTIVATION_NAMES);
  return command
    .argument('<network>', 'file of the network: safetensors, ONNX or JSON')
    .addOption(
      valueOption(
        '--activation <name>',
        'of the hidden layers, where the file does not say (tanh)',
        activation,
      ),
    )
    .addOption(
      valueOption(
        '--output-activation <name>',
        'of the output, where the file does not say (identity)',
        activation,
      ),
    )
    .addOption(valueOption('--alpha <number>', 'parameter of leaky-relu, elu and celu', anyNumber))
    .addOption(
      valueOption(
        '--layers <names>',
        'names of the layers in safetensors, first to last, where they leave the order open',
        (text) => text.split(','),
      ),
    )
    .addOption(
      valueOption(
        '--weight-order <order>',
        'how weights are stored, where nothing tells: out-in or in-out',
        oneOf(['out-in', 'in-out'] as const),
      ),
    );
}

/** Reads the network and tells what was assumed. */
export async function loadFromOptions(
  path: string,
  options: NetworkOptions,
  session: Session,
): Promise<NetworkFromFile> {
  const { activation, outputActivation, alpha, weightOrder, layers } = options;
  const loaded = await readNetworkFile(path, {
    ...(activation && { activation }),
    ...(outputActivation && { outputActivation }),
    ...(alpha !== undefined && { alpha }),
    ...(weightOrder && { weightOrder }),
    ...(layers && { layers }),
  });
  for (const note of loaded.notes) session.reporter.note(note);
  return loaded;
}

export interface PlaneOptions {
  readonly planeAxes?: readonly [number, number];
  readonly planePoints?: readonly [number, number, number];
  readonly planeComponents?: boolean;
  readonly planeOrigin?: readonly number[];
  readonly inputs?: string;
}

/** @param inputs - what `--inputs` is for in this command, besides the plane. */
export function addPlaneOptions(command: Command, inputs = ''): Command {
  return command
    .addOption(
      valueOption(
        '--inputs <file>',
        `${inputs}rows of inputs: x.npy, x.npz:name or x.csv`,
        (text) => text,
      ),
    )
    .addOption(
      valueOption(
        '--plane-axes <i,j>',
        'plane of these two inputs, from 0 (0,1)',
        wholeNumbers(2, '3,7'),
      ),
    )
    .addOption(
      valueOption(
        '--plane-origin <numbers>',
        'values of the other inputs, one for each input (0)',
        readNumbers,
      ),
    )
    .addOption(
      valueOption(
        '--plane-points <i,j,k>',
        'plane through these three rows of --inputs, from 0',
        wholeNumbers(3, '0,1,2'),
      ),
    )
    .option('--plane-components', 'plane of the first two principal components of --inputs');
}

/** A plane, and points that it was made from. */
export interface ChosenPlane {
  readonly plane: Plane;
  /** Plane coordinates [count][2] of the three points; null if there are none. */
  readonly places: Float32Array | null;
  /** What is worth looking at; null: nobody knows. */
  readonly domain: Domain | null;
}

/** @throws UsageError if options contradict each other or do not fit the network. */
export async function choosePlane(network: Network, options: PlaneOptions): Promise<ChosenPlane> {
  const { planeAxes, planePoints, planeComponents, planeOrigin, inputs } = options;
  const { inputWidth } = network;
  const ways = [planeAxes, planePoints, planeComponents].filter((way) => way !== undefined);
  if (ways.length > 1) {
    throw new UsageError('of --plane-axes, --plane-points and --plane-components only one fits');
  }
  if (planeOrigin && (planePoints || planeComponents)) {
    throw new UsageError('--plane-origin goes with --plane-axes: points have their own origin');
  }
  if ((planePoints || planeComponents) && inputs === undefined) {
    const flag = planePoints ? '--plane-points' : '--plane-components';
    throw new UsageError(`${flag} needs --inputs, the file that the points are in`);
  }
  if (planePoints) {
    const rows = await readRows(inputs!, inputWidth, planePoints);
    const { plane, places } = pointsPlane(rows[0], rows[1], rows[2]);
    return { plane, places: Float32Array.from(places.flat()), domain: domainAround(places) };
  }
  if (planeComponents) {
    const { plane, deviations } = principalPlane(
      await readAllRows(inputs!, inputWidth),
      inputWidth,
    );
    const [s, t] = deviations.map((deviation) => 3 * deviation);
    return { plane, places: null, domain: { sMin: -s, tMin: -t, sMax: s, tMax: t } };
  }
  if (inputWidth === 1) return { plane: coordinatePlane(1), places: null, domain: null };
  const axes = planeAxes ?? [0, 1];
  const plane = asUsage(() => axesPlane(inputWidth, axes, planeOrigin));
  return { plane, places: null, domain: null };
}

/** Rows of a table by their numbers. */
async function readRows(
  inputs: string,
  width: number,
  wanted: readonly number[],
): Promise<Float32Array[]> {
  const source = await openRows(inputs, width);
  const rows = new Map<number, Float32Array>();
  try {
    const last = Math.max(...wanted);
    for (let first = 0; first <= last;) {
      const part = await source.read(1024);
      const end = first + (part?.length ?? 0) / width;
      for (const index of wanted) {
        if (index < first || index >= end) continue;
        const at = (index - first) * width;
        rows.set(index, part!.slice(at, at + width));
      }
      if (!part)
        throw new UsageError(`--plane-points names row ${last}, but ${inputs} has ${first}`);
      first = end;
    }
  } finally {
    await source.close();
  }
  return wanted.map((index) => rows.get(index)!);
}

/** A square around points, with a margin of half their extent. */
function domainAround(places: readonly (readonly [number, number])[]): Domain {
  const bounds = [0, 1].map((k) => {
    const values = places.map((place) => place[k]);
    return {
      middle: (Math.max(...values) + Math.min(...values)) / 2,
      size: Math.max(...values) - Math.min(...values),
    };
  });
  const reach = Math.max(...bounds.map(({ size }) => size));
  const [s, t] = bounds.map(({ middle }) => middle);
  return { sMin: s - reach, tMin: t - reach, sMax: s + reach, tMax: t + reach };
}

/** Where a field is taken. */
export interface FieldOptions extends NetworkOptions, PlaneOptions {
  readonly domain?: Domain;
  readonly size?: Size;
  readonly layer?: LayerName;
  readonly full?: boolean;
  readonly tolerance?: number;
  readonly like?: string;
}

/** Half side of the square that is shown where nothing tells: standardised inputs mostly lie inside. */
const DEFAULT_REACH = 1.8;
export const DEFAULT_DOMAIN: Domain = {
  sMin: -DEFAULT_REACH,
  tMin: -DEFAULT_REACH,
  sMax: DEFAULT_REACH,
  tMax: DEFAULT_REACH,
};

export function addDomainOption(command: Command): Command {
  const text = `rectangle of the plane (±${DEFAULT_REACH}, or what the points of the plane need)`;
  return command.addOption(valueOption('--domain <s0,t0,s1,t1>', text, readDomain));
}

export function addLayerOptions(command: Command): Command {
  return command
    .addOption(
      valueOption('--layer <l>', 'hidden layer from 1 on, last or output (last)', readLayer),
    )
    .option('--full', 'exponents over all input directions, not only those in the plane');
}

/** @param standard - for the help. */
export function addSizeOption(command: Command, standard: Size): Command {
  const text = `pixels (${standard.width}x${standard.height})`;
  return command.addOption(valueOption('--size <WxH>', text, readSize));
}

/** Options of commands that compute a whole field. */
export function addFieldOptions(command: Command): Command {
  addPlaneOptions(command);
  addDomainOption(command);
  addSizeOption(command, DEFAULT_SIZE);
  addLayerOptions(command).addOption(
    valueOption(
      '--tolerance <number>',
      'error of l·λ₁ up to which smooth parts are interpolated; 0, which is the default, computes every pixel',
      numberAbove(0, true),
    ),
  );
  return command.addOption(
    new Option(
      '--like <file>',
      'plane, domain, size, layer and tolerance as in this file that ftle wrote, where no option says otherwise',
    ),
  );
}

export const DEFAULT_SIZE: Size = { width: 512, height: 512 };

/** A field to compute, and what is known of how it is to be shown. */
export interface ChosenField {
  readonly request: FieldRequest;
  readonly span: number;
  /** Plane coordinates [count][2] of the points that the plane was made from; null if there are none. */
  readonly places: Float32Array | null;
  /** What stands in the file of `--like`; null if there is none. */
  readonly like: MapParameters | null;
}

/** @throws UsageError if options do not fit together or to the network. */
export async function chooseField(
  network: Network,
  options: FieldOptions,
  session: Session,
): Promise<ChosenField> {
  const like = options.like === undefined ? null : await readLike(options.like);
  const old = like?.field;
  if (like && like.network.sha256 !== describeNetwork(network).sha256) {
    session.reporter.note(`${options.like!} was made from another network`);
  }
  const hasPlane = options.planeAxes ?? options.planePoints ?? options.planeComponents;
  const { plane, places, domain } =
    old && hasPlane === undefined
      ? { plane: readPlane(old.plane), places: null, domain: listedDomain(old.domain) }
      : await choosePlane(network, options);
  const request: FieldRequest = {
    plane,
    domain: options.domain ?? domain ?? DEFAULT_DOMAIN,
    ...(options.size ?? (old ? { width: old.width, height: old.height } : DEFAULT_SIZE)),
    layer: chooseLayer(options.layer ?? old?.layer ?? 'last', network),
    space: options.full ? 'full' : (old?.space ?? 'plane'),
    tolerance: options.tolerance ?? old?.tolerance ?? 0,
  };
  const { span } = asUsage(() => checkRequest(network, request));
  return { request, span, places, like };
}

async function readLike(path: string): Promise<MapParameters> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new DataError(`${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
  try {
    return await readParameters(bytes);
  } catch (cause) {
    throw new DataError(`${path}: ${asError(cause).message}`, { cause });
  }
}

function readPlane({ origin, u, v }: PlaneRecord): Plane {
  const [a, b, c] = [origin, u, v].map((vector) => Float64Array.from(vector));
  return { origin: a, u: b, v: c };
}

function listedDomain([sMin, tMin, sMax, tMax]: FieldRecord['domain']): Domain {
  return { sMin, tMin, sMax, tMax };
}
