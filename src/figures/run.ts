import { assert } from '../errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Conclusion, Figure, FigureSettings, MakePart, Step } from './figure.ts';

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

/** A result or a part of a step as it is kept, with the {@link stepKey} of the step that it was computed by. */
export interface KeptStep {
  readonly key: string;
  readonly result: unknown;
}

/** Where results of steps are kept by their ids, and parts of steps by their {@link partId}. */
export interface ResultStore {
  /** What is kept, also under another key; undefined if nothing is. */
  load(id: string): Promise<KeptStep | undefined>;
  save(id: string, kept: KeptStep): Promise<void>;
  /** Does nothing if nothing is kept. */
  discard(id: string): Promise<void>;
}

/** What a part of a step that is under way is kept by; no step has such an id. */
export const partId = (id: string): string => `${id}${PART}`;

const PART = '.part';

/** Milliseconds of work between two parts that are kept. */
const KEEP_INTERVAL = 60_000;
/** At least so many times as long as keeping one has taken. */
const KEEP_FACTOR = 50;

/** To be raised when steps of the same plans come to give other results, or hold them in another form. */
const FORMAT = 2;

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

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly store: ResultStore;
  onProgress?(progress: FigureProgress): void;
  /** Resolves when the run may go on; undefined if it is not paused. */
  whilePaused?(): Promise<void> | undefined;
  /** Time in milliseconds that decides when parts are kept. */
  now?(): number;
}

/**
 * Runs those steps of a figure whose results are not kept already, under the keys that they have now; one that was
 * interrupted goes on from the part that is kept of it.
 *
 * @throws AbortError (DOMException) if the signal fires; results of steps that were done are kept, and a part of the
 *   one under way.
 */
export async function runSteps<Result>(
  figure: Figure<Result>,
  settings: FigureSettings,
  engine: Engine,
  { signal, store, onProgress, whilePaused, now = () => performance.now() }: RunOptions,
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
  const waitWhilePaused = async (): Promise<void> => {
    signal.throwIfAborted();
    await whilePaused?.();
    signal.throwIfAborted();
  };
  for (const step of steps) {
    await waitWhilePaused();
    const key = stepKey(settings, step);
    let kept = await store.load(step.id);
    if (kept?.key !== key) {
      report(step.title, 0);
      const part = partId(step.id);
      const before = await store.load(part);
      let dueAt = now() + KEEP_INTERVAL;
      const keep = async (makePart: MakePart): Promise<void> => {
        const start = now();
        await store.save(part, { key, result: await makePart() });
        dueAt = now() + Math.max(KEEP_INTERVAL, KEEP_FACTOR * (now() - start));
      };
      const result = await step.run({
        engine,
        signal,
        kept: before?.key === key ? before.result : undefined,
        async checkpoint(makePart) {
          const isDue = signal.aborted || whilePaused?.() !== undefined || now() >= dueAt;
          if (makePart && isDue) await keep(makePart);
          await waitWhilePaused();
        },
        earlier(id) {
          assert(results.has(id), `step ${step.id} wants ${id}, which is no earlier step`);
          return results.get(id)!;
        },
        onProgress: (fraction) => report(step.title, fraction * step.cost),
      });
      kept = { key, result };
      await store.save(step.id, kept);
      await store.discard(part);
    }
    // The key says that it is the step's.
    results.set(step.id, kept.result as Result);
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
  options: RunOptions,
): Promise<Conclusion> {
  return figure.conclude(settings, await runSteps(figure, settings, engine, options));
}

function checkIds<Result>(steps: readonly Step<Result>[]): void {
  const ids = new Set<string>();
  for (const { id } of steps) {
    const isWellFormed = /^[\w.-]+$/.test(id) && !id.endsWith(PART);
    assert(isWellFormed && !ids.has(id), `id ${id} of a step is used twice or ill-formed`);
    ids.add(id);
  }
}

const sumOfCosts = <Result>(steps: readonly Step<Result>[]): number =>
  steps.reduce((sum, { cost }) => sum + cost, 0);
