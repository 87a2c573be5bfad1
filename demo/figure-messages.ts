import type { ComparisonRow, FigureSettings } from '../src/figures/figure.ts';
import type { FigureProgress } from '../src/figures/run.ts';

/*
 * What the page and its worker, in which figures are computed, tell each other.
 */

/** A run that can be gone on with. */
export interface RunChoice extends FigureSettings {
  readonly name: string;
  readonly backend: 'cpu' | 'webgpu';
  /** Digits for figures that want some. */
  readonly source: 'drawn' | 'mnist';
}

export type ToWorker =
  { readonly type: 'run'; readonly choice: RunChoice } | { readonly type: 'pause' | 'go' };

export type FromWorker =
  | { readonly type: 'started'; readonly description: string }
  | { readonly type: 'progress'; readonly progress: FigureProgress }
  | { readonly type: 'done'; readonly outcome: Outcome }
  | { readonly type: 'failed'; readonly message: string };

export interface OutcomeFile {
  readonly name: string;
  readonly mediaType: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
}

/** A conclusion as the page shows it. */
export interface Outcome {
  readonly title: string;
  readonly charts: readonly { readonly title: string; readonly svg: string }[];
  readonly comparison: readonly ComparisonRow[];
  readonly findings: readonly string[];
  /** Charts, data and the comparison; networks apart, which may be hundreds. */
  readonly files: readonly OutcomeFile[];
  readonly networks: readonly OutcomeFile[];
}
