import { assert } from '../errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Conclusion, Figure, FigureSettings, Step } from './figure.ts';

/** How far a run is. */
export interface FigureProgress {
  /** Of the whole figure by the costs of its steps, 0 to 1. */
  readonly fraction: number;
  /** Steps that are done, of how many. */
  readonly doneCount: number;
  readonly stepCount: number;
  /** What it is at, for people. */
  readonly title: string;
}

/** A result as it is kept, with the {@link stepKey} of the step that it was computed by. */
export interface KeptStep<Result> {
  readonly key: string;
  readonly result: Result;
}

/** Where the results of steps are kept, by their ids. */
export interface ResultStore<Result> {
  /** What is kept of a step, also under another key; undefined if nothing is. */
  load(id: string): Promise<KeptStep<Result> | undefined>;
  save(id: string, kept: KeptStep<Result>): Promise<void>;
}

/** To be raised when steps of the same plans come to give other results, or hold them in another form. */
const FORMAT = 1;

/** What a step's result depends on, in short: a result that is kept under another key is not the step's. */
export function stepKey<Result>({ seed }: FigureSettings, { plan }: Step<Result>): string {
  return digest(JSON.stringify([FORMAT, seed, plan]));
}

/** 64 bits of a text, as hexadecimal digits: FNV-1a. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

export interface RunOptions<Result> {
  readonly signal: AbortSignal;
  readonly store: ResultStore<Result>;
  onProgress?(progress: FigureProgress): void;
  /** Resolves when the run may go on; by default at once. */
  whilePaused?(): Promise<void>;
}

/**
 * Runs those steps of a figure whose results are not kept already, under the keys that they have now.
 *
 * @throws AbortError (DOMException) if the signal fires; results of steps that were done are kept.
 */
export async function runSteps<Result>(
  figure: Figure<Result>,
  settings: FigureSettings,
  engine: Engine,
  { signal, store, onProgress, whilePaused }: RunOptions<Result>,
): Promise<ReadonlyMap<string, Result>> {
  const steps = figure.steps(settings);
  checkIds(steps);
  const results = new Map<string, Result>();
  const totalCost = sumOfCosts(steps);
  let doneCost = 0;
  const report = (title: string, partCost: number): void =>
    onProgress?.({
      fraction: (doneCost + partCost) / totalCost,
      doneCount: results.size,
      stepCount: steps.length,
      title,
    });
  const checkpoint = async (): Promise<void> => {
    signal.throwIfAborted();
    await whilePaused?.();
    signal.throwIfAborted();
  };
  for (const step of steps) {
    await checkpoint();
    const key = stepKey(settings, step);
    let kept = await store.load(step.id);
    if (kept?.key !== key) {
      report(step.title, 0);
      const result = await step.run({
        engine,
        signal,
        checkpoint,
        earlier(id) {
          assert(results.has(id), `step ${step.id} wants ${id}, which is no earlier step`);
          return results.get(id)!;
        },
        onProgress: (fraction) => report(step.title, fraction * step.cost),
      });
      kept = { key, result };
      await store.save(step.id, kept);
    }
    results.set(step.id, kept.result);
    doneCost += step.cost;
    report(step.title, 0);
  }
  return results;
}

/** Runs a figure to its end. */
export async function runFigure<Result>(
  figure: Figure<Result>,
  settings: FigureSettings,
  engine: Engine,
  options: RunOptions<Result>,
): Promise<Conclusion> {
  return figure.conclude(settings, await runSteps(figure, settings, engine, options));
}

function checkIds<Result>(steps: readonly Step<Result>[]): void {
  const ids = new Set<string>();
  for (const { id } of steps) {
    assert(/^[\w.-]+$/.test(id) && !ids.has(id), `id ${id} of a step is used twice or ill-formed`);
    ids.add(id);
  }
}

const sumOfCosts = <Result>(steps: readonly Step<Result>[]): number =>
  steps.reduce((sum, { cost }) => sum + cost, 0);
