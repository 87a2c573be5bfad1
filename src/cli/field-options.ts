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
import type { Network } from '../model/network.ts';
import type { Domain, Plane } from '../model/plane.ts';
import { axesPlane } from '../model/planes.ts';
import {
  asUsage,
  chooseLayer,
  numberAbove,
  readDomain,
  readLayer,
  readSize,
  refuseUnused,
  UsageError,
  type LayerName,
  type Size,
} from './arguments.ts';
import { readInput } from './input-file.ts';
import { valueOption, type NetworkOptions } from './options.ts';
import { addPlaneOptions, choosePlane, type PlaneOptions } from './plane-options.ts';
import type { Session } from './session.ts';

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

/**
 * Options of commands that compute a whole field.
 *
 * @param alike - what else `--like` takes over in this command, for the help.
 */
export function addFieldOptions(command: Command, alike = ''): Command {
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
      `plane, domain, size, layer, --full and tolerance${alike} as in this file that ftle wrote, where no option says otherwise`,
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

/**
 * @param usesInputs - whether the rows of `--inputs` are for something besides the plane.
 * @throws UsageError if options do not fit together or to the network.
 */
export async function chooseField(
  network: Network,
  options: FieldOptions,
  session: Session,
  usesInputs = false,
): Promise<ChosenField> {
  if (!usesInputs && !options.planePoints && !options.planeComponents) {
    const why = 'has no effect without --plane-points or --plane-components, which take its rows';
    refuseUnused(options, ['inputs'], why);
  }
  const like = options.like === undefined ? null : await readLike(options.like);
  const old = like?.field;
  if (like && like.network.sha256 !== describeNetwork(network).sha256) {
    session.reporter.note(`${options.like!} was made from another network`);
  }
  const hasPlane = options.planeAxes ?? options.planePoints ?? options.planeComponents;
  const { plane, places, domain } =
    old && hasPlane === undefined
      ? {
          plane: moveOrigin(readPlane(old.plane), options),
          places: null,
          domain: listedDomain(old.domain),
        }
      : await choosePlane(network, options, session.reporter);
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
  const bytes = await readInput(path);
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

/** Another origin for a plane of two inputs; others have their own. */
function moveOrigin(plane: Plane, { planeOrigin, like }: FieldOptions): Plane {
  if (planeOrigin === undefined) return plane;
  const [i, j] = [plane.u, plane.v].map((direction) => {
    const isAxis = direction.filter((value) => value !== 0).length === 1;
    return isAxis ? direction.indexOf(1) : -1;
  });
  if (i < 0 || j < 0) {
    throw new UsageError(
      `--plane-origin goes with --plane-axes: the plane of ${like!} is not that of two inputs`,
    );
  }
  return asUsage(() => axesPlane(plane.origin.length, [i, j], planeOrigin));
}

function listedDomain([sMin, tMin, sMax, tMax]: FieldRecord['domain']): Domain {
  return { sMin, tMin, sMax, tMax };
}
