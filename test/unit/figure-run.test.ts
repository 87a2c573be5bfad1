// Plan: running the steps of a figure, here of one whose steps count how often they run. Results that are kept are
// taken if the step's plan and the seed are still those that they come from, and computed anew if one has changed or
// nothing tells; every step of every figure has a plan that says so, and steps of one figure have different keys.
// Control: the same settings again compute nothing.
import { describe, expect, it } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { Figure, FigureSettings, Step } from '../../src/figures/figure.ts';
import { FIGURES } from '../../src/figures/registry.ts';
import { runSteps, stepKey, type KeptStep } from '../../src/figures/run.ts';

const SETTINGS: FigureSettings = { size: 'quick', seed: 1 };

class Store {
  readonly kept = new Map<string, KeptStep<number>>();
  load(id: string): Promise<KeptStep<number> | undefined> {
    return Promise.resolve(this.kept.get(id));
  }
  save(id: string, kept: KeptStep<number>): Promise<void> {
    this.kept.set(id, kept);
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
    store.kept.set('a', 99 as unknown as KeptStep<number>);
    expect(await runWith(store, { a: 2 })).toEqual({ runs: ['a'], results: [2] });
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
