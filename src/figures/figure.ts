import type { DigitImages } from '../data/digits.ts';
import type { Engine } from '../engine/engine.ts';
import type { Network } from '../model/network.ts';
import type { NetworkSpec } from '../model/network.ts';

/*
 * A figure of a paper, from training on. It is a list of steps, each with a result that can be stored, and a
 * conclusion that makes charts, tables and a comparison of all results. Whoever runs it keeps the results, so
 * that a run goes on where it was left.
 */

/** `full` as far as a machine of two cores does it within an hour; `quick` in seconds, for tests. */
export type FigureSize = 'full' | 'quick';

export interface FigureSettings {
  readonly size: FigureSize;
  /** Decides data, start values and the order of samples. */
  readonly seed: number;
  /** For figures about digits; those that are drawn here by default. */
  readonly digits?: DigitImages;
}

export interface StepContext<Result> {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** What an earlier step has found. */
  earlier(id: string): Result;
  /** @param fraction - of this step, 0 to 1. */
  onProgress(fraction: number): void;
  /**
   * The last part that an earlier run, which was interrupted in this step, has kept of it; undefined if there is
   * none. It may be damaged: one that cannot be used is as none.
   */
  readonly kept: unknown;
  /**
   * To be awaited every second or so: waits while the run is paused.
   *
   * @param makePart - what the step can go on from, as plain data. Asked for about once a minute, and when the run
   *   is paused or cancelled; the part is kept in place of the one before.
   * @throws AbortError (DOMException) if the run is cancelled.
   */
  checkpoint(makePart?: MakePart): Promise<void>;
}

/** Gives plain data, or a promise of it: JSON with typed arrays and any numbers in it. */
export type MakePart = () => unknown;

/** A part of a figure that is computed at one go: some seconds to ten minutes or more. */
export interface Step<Result> {
  /** Letters, digits, `-` and `.`; no other step has it. */
  readonly id: string;
  /** What it does, for people. */
  readonly title: string;
  /** Time that it takes, in any unit that is the same for all steps. */
  readonly cost: number;
  /** All that decides its result but the seed and the code: plain data, JSON without loss. */
  readonly plan: object;
  /** @returns plain data: JSON with typed arrays and any numbers in it. */
  run(context: StepContext<Result>): Promise<Result>;
}

export interface Figure<Result> {
  /** As on the command line: `fig3b`. */
  readonly name: string;
  readonly title: string;
  /** The figure whose kept results are this one's, too, where the ids of steps agree; itself by default. */
  readonly sharesWith?: string;
  /** Whether it takes digits. */
  readonly wantsDigits?: boolean;
  /** The same settings give the same steps. */
  steps(settings: FigureSettings): readonly Step<Result>[];
  /** @param results - of all steps, by their ids. */
  conclude(settings: FigureSettings, results: ReadonlyMap<string, Result>): Promise<Conclusion>;
}

/** What a figure shows. */
export interface Conclusion {
  readonly charts: readonly Chart[];
  readonly tables: readonly Table[];
  readonly networks: readonly NamedNetwork[];
  readonly comparison: readonly ComparisonRow[];
  /** What was found, a sentence each. */
  readonly findings: readonly string[];
}

/** A drawing: a specification of Vega-Lite, or SVG that is made already. */
export type Chart = {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly title: string;
} & ({ readonly spec: object } | { readonly svg: string });

export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** A value for each column; null where there is none. */
  readonly rows: readonly (readonly (number | string | null)[])[];
}

export interface NamedNetwork {
  readonly name: string;
  readonly network: Network;
}

/** One quantity beside the paper's. */
export interface ComparisonRow {
  readonly quantity: string;
  /** Null where the paper gives no number. */
  readonly paper: number | null;
  readonly ours: number;
  /** Standard error of ours, where it is a mean. */
  readonly error?: number;
  /** What the paper says, where that is no number. */
  readonly statement?: string;
  /** Why they differ. */
  readonly note?: string;
}

/** A network as a step's result holds it. */
export interface StoredNetwork {
  readonly spec: NetworkSpec;
  readonly parameters: Float32Array;
}
