// Plan: running the steps of a figure, here of one whose steps count how often they run. Results that are kept are
// taken if the step's plan and the seed are still those that they come from, and computed anew if one has changed or
// nothing tells; every step of every figure has a plan that says so, and steps of one figure have different keys.
// Control: the same settings again compute nothing. A step that is interrupted goes on from its last part: kept once a
// minute of a clock that the test turns, on a pause and when the run is cancelled, for the same plan and seed alone, and
// until the step is done. Control: within a minute nothing is kept.
import { describe, expect, it } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { Figure, FigureSettings, Step } from '../../src/figures/figure.ts';
import { FIGURES } from '../../src/figures/registry.ts';
import { runSteps, stepKey, type KeptStep } from '../../src/figures/run.ts';

const SETTINGS: FigureSettings = { size: 'quick', seed: 1 };

class Store {
  readonly kept = new Map<string, KeptStep>();
  /** All that was saved, in order. */
  readonly saved: [id: string, result: unknown][] = [];
  load(id: string): Promise<KeptStep | undefined> {
    return Promise.resolve(this.kept.get(id));
  }
  save(id: string, kept: KeptStep): Promise<void> {
    this.kept.set(id, kept);
    this.saved.push([id, kept.result]);
    return Promise.resolve();
  }
  discard(id: string): Promise<void> {
    this.kept.delete(id);
    return Promise.resolve();
  }
}

function figureOf(lengths: Readonly<Record<string, number>>, runs: string[]): Figure<number> {
  return {
    name: 'counted',
    title: '',
    steps: ({ seed }) =>
      Object.entries(lengths).map(([id, length]): Step<number> => ({
        id,
        title: id,
        cost: 1,
        plan: { length },
        run() {
          runs.push(id);
          return Promise.resolve(seed * length);
        },
      })),
    conclude: () => Promise.reject(new Error('not wanted')),
  };
}

async function runWith(
  store: Store,
  lengths: Readonly<Record<string, number>>,
  settings: FigureSettings = SETTINGS,
): Promise<{ runs: string[]; results: number[] }> {
  const runs: string[] = [];
  const engine = createCpuEngine();
  const { signal } = new AbortController();
  const results = await runSteps(figureOf(lengths, runs), settings, engine, { signal, store });
  engine.dispose();
  return { runs, results: [...results.values()] };
}

describe('runSteps', () => {
  it('takes what is kept, unless it comes from another plan or seed', async () => {
    const store = new Store();
    expect(await runWith(store, { a: 2, b: 3 })).toEqual({ runs: ['a', 'b'], results: [2, 3] });
    expect(await runWith(store, { a: 2, b: 3 })).toEqual({ runs: [], results: [2, 3] });
    expect(await runWith(store, { a: 2, b: 5 })).toEqual({ runs: ['b'], results: [2, 5] });
    const other = { ...SETTINGS, seed: 7 };
    expect(await runWith(store, { a: 2, b: 5 }, other)).toEqual({
      runs: ['a', 'b'],
      results: [14, 35],
    });
  });

  it('takes nothing that is kept without a key', async () => {
    const store = new Store();
    store.kept.set('a', 99 as unknown as KeptStep);
    expect(await runWith(store, { a: 2 })).toEqual({ runs: ['a'], results: [2] });
  });
});

describe('a step that is interrupted', () => {
  /** Seconds of the clock that the step turns on by its units of work. */
  const UNIT = 25;

  /**
   * Runs a step of 8 units that counts them.
   *
   * @param cancelAt - the unit before which the run is cancelled, or `pauseAt` paused.
   * @returns the units that it has begun.
   */
  async function count(
    store: Store,
    { seed = 1, unit = UNIT, cancelAt = Infinity, pauseAt = Infinity },
  ): Promise<number[]> {
    const controller = new AbortController();
    const units: number[] = [];
    let [time, isPaused] = [0, false];
    const figure: Figure<number> = {
      ...figureOf({}, []),
      steps: () => [
        {
          id: 'a',
          title: '',
          cost: 1,
          plan: {},
          async run({ kept, checkpoint }) {
            const { done } = (kept ?? { done: 0 }) as { done: number };
            for (let i = done; i < 8; i++) {
              if (i === cancelAt) controller.abort();
              isPaused = i === pauseAt;
              await checkpoint(() => Promise.resolve({ done: i }));
              await checkpoint();
              units.push(i);
              time += 1000 * unit;
            }
            return 8;
          },
        },
      ],
    };
    const engine = createCpuEngine();
    const run = runSteps(figure, { size: 'quick', seed }, engine, {
      signal: controller.signal,
      store,
      now: () => time,
      whilePaused: () => (isPaused ? Promise.resolve() : undefined),
    });
    if (cancelAt < Infinity) await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    else expect((await run).get('a')).toBe(8);
    engine.dispose();
    return units;
  }

  it('goes on from its last part, which is kept once a minute and at its end', async () => {
    const store = new Store();
    expect(await count(store, { cancelAt: 5 })).toEqual([0, 1, 2, 3, 4]);
    expect(store.saved).toEqual([
      ['a.part', { done: 3 }],
      ['a.part', { done: 5 }],
    ]);
    expect(await count(store, {})).toEqual([5, 6, 7]);
    expect([...store.kept.keys()]).toEqual(['a']);
    expect(await count(store, {})).toEqual([]);
  });

  it('keeps a part when it is paused, and none within a minute', async () => {
    const store = new Store();
    await count(store, { unit: 7, pauseAt: 2 });
    expect(store.saved).toEqual([
      ['a.part', { done: 2 }],
      ['a', 8],
    ]);
    const other = new Store();
    await count(other, { unit: 7 });
    expect(other.saved).toEqual([['a', 8]]);
  });

  it('begins anew where the part is of another seed', async () => {
    const store = new Store();
    await count(store, { cancelAt: 5 });
    expect(await count(store, { seed: 2 })).toHaveLength(8);
    expect([...store.kept.keys()]).toEqual(['a']);
  });
});

describe('stepKey', () => {
  it.each(FIGURES)('$name: steps have plans that survive JSON, and keys by size', (figure) => {
    const [full, quick] = (['full', 'quick'] as const).map((size) => {
      const settings = { size, seed: 1 };
      return figure.steps(settings).map((step) => {
        expect(JSON.parse(JSON.stringify(step.plan))).toEqual(step.plan);
        return stepKey(settings, step);
      });
    });
    expect(full.filter((key) => quick.includes(key))).toEqual([]);
  });
});
