import type { CircleLevels } from './circle-levels.ts';
import type { CircleTraining } from './circle-training.ts';
import type { Trained } from './training.ts';

/*
 * What is trained and measured for Fig. 3(b).
 */

/** What a case changes of the standard training. */
export interface Variation extends Pick<
  CircleTraining,
  'batchSize' | 'learningRate' | 'scale' | 'firstVariance' | 'isFalling'
> {
  /** Factor of the number of steps. */
  readonly length?: number;
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

/** Of one network. */
export interface Level extends Omit<Trained, 'network'>, CircleLevels {
  /** Mean of L·λ₁ on the circle, before training. */
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
