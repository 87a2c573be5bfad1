import type { Command } from 'commander';
import type { Network } from '../model/network.ts';
import { type Domain, type Plane, coordinatePlane } from '../model/plane.ts';
import { axesPlane, pointsPlane, principalPlane } from '../model/planes.ts';
import { UsageError, asUsage, readNumbers, wholeNumbers } from './arguments.ts';
import { valueOption } from './options.ts';
import type { Reporter } from './reporter.ts';
import { openRows, readAllRows } from './rows.ts';

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

/** Options that choose a plane, or change the one that is chosen. */
export const PLANE_CHOICES = [
  'planeAxes',
  'planePoints',
  'planeComponents',
  'planeOrigin',
] as const satisfies readonly (keyof PlaneOptions)[];

/**
 * The plane that is asked for, or that of the first two inputs, with a note where there are more.
 *
 * @throws UsageError if options contradict each other or do not fit the network.
 */
export async function choosePlane(
  network: Network,
  options: PlaneOptions & { readonly full?: boolean },
  reporter: Pick<Reporter, 'note'>,
): Promise<ChosenPlane> {
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
  if (inputWidth > 2 && !planeAxes && !planeOrigin && !options.full) {
    reporter.note(
      `exponents are those within the plane of inputs 0 and 1, of ${inputWidth}, with 0 for the others: ${PLANE_FIX}`,
    );
  }
  const axes = planeAxes ?? [0, 1];
  const plane = asUsage(() => axesPlane(inputWidth, axes, planeOrigin));
  return { plane, places: null, domain: null };
}

const PLANE_FIX =
  '--plane-axes, --plane-points and --plane-components choose another, --full takes all directions';

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
    await source.verify();
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
