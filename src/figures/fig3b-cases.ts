import type { Trained } from './training.ts';

/*
 * What is trained and measured for Fig. 3(b).
 */

/** What a case changes of the standard training. */
export interface Variation {
  readonly batchSize?: number;
  readonly learningRate?: number;
  /** Factor of the standardised inputs. */
  readonly scale?: number;
  /** Factor of the number of steps. */
  readonly length?: number;
  /** Whether the rate falls all the time rather than at the end. */
  readonly isFalling?: boolean;
  /** Of the first layer's start weights. */
  readonly firstVariance?: number;
}

/** What a case changes, for people: `scale 0.5, length 0.25`; empty if nothing. */
export function changesOf({
  batchSize,
  learningRate,
  scale,
  length,
  isFalling,
  firstVariance,
}: Variation): string {
  const changes = {
    batch: batchSize,
    rate: learningRate,
    scale,
    length,
    'first variance': firstVariance,
  };
  const named = Object.entries(changes).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  );
  return [...named, ...(isFalling ? ['falling rate'] : [])].join(', ');
}

/** Networks that are trained alike. */
export interface Case extends Variation {
  readonly id: string;
  readonly width: number;
  readonly depth: number;
  readonly networkCount: number;
}

/** Radii of discs that could be the centre, in radii of the circle; the last is the standard. */
export const CENTRE_EXTENTS = [0.2, 0.4, 0.6, 0.8, 0.9] as const;
export const STANDARD_EXTENT = CENTRE_EXTENTS.length - 1;

/** Of one network: means of L·λ₁, in the units of its inputs. */
export interface Level extends Omit<Trained, 'network'> {
  readonly boundary: number;
  /** In discs of the radii {@link CENTRE_EXTENTS}. */
  readonly centres: readonly number[];
  /** On the circle, before training. */
  readonly start: number;
}

export interface LevelsResult {
  readonly levels: readonly Level[];
  readonly networks: readonly Trained['network'][];
}

/** Sizes of the figure. */
export interface LevelsPlan {
  readonly depths: readonly number[];
  /** Networks to average over, by their width. */
  readonly networkCounts: ReadonlyMap<number, number>;
  readonly sampleCount: number;
  readonly stepCount: number;
  readonly learningRate: number;
  /** What the variations are tried on. */
  readonly varied: {
    readonly width: number;
    readonly depths: readonly number[];
    readonly networkCount: number;
  };
  /** Each changes one or two things. */
  readonly variations: readonly Variation[];
}
