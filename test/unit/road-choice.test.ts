// Plan: which roads may be the fastest, by width, adapter and kind of program; the measured choice with roads of
// given times: the least time of several rounds decides, a first slow round does not, rounds that take long are
// fewer, and work is as much as takes some milliseconds on an adapter of any speed; what was found is kept by adapter and shape, in the page's storage too, where there is one: texts of others
// and a storage that refuses do no harm. Control: another key knows nothing of it.
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  fastestRoad,
  KEPT_ROADS,
  measureRoads,
  MOST_MEASURED_PIXELS,
  shapeKey,
} from '../../src/engine/measured-roads.ts';
import type { RoadName } from '../../src/engine/field-road.ts';
import { likelyRoads } from '../../src/engine/road-choice.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { createNetwork } from '../../src/model/network.ts';

const programOf = (architecture: string) => createNetwork(parseArchitecture(architecture)).program;

const deviceOf = (vendor: string) =>
  ({
    adapterInfo: { vendor, architecture: '', device: '', description: '' },
  }) as unknown as GPUDevice;

/** More pixels than roads are measured with. */
const MANY = MOST_MEASURED_PIXELS;

describe('roads that may be the fastest', () => {
  it.each<[string, boolean, RoadName[]]>([
    ['2-10x8-1', false, ['fused', 'fused-2']],
    ['2-16x8-1', false, ['fused', 'grouped', 'tiled', 'grouped-4', 'tiled-4']],
    ['2-32x8-1', false, ['fused', 'grouped', 'tiled', 'grouped-4', 'tiled-4']],
    ['2-33x8-1', false, ['grouped', 'tiled', 'grouped-4', 'tiled-4']],
    ['2-128x8-1', false, ['grouped', 'tiled', 'grouped-4', 'tiled-4']],
    ['2-129x8-1', false, ['tiled', 'tiled-4']],
    ['200-20x2-1', false, ['tiled', 'tiled-4']],
    ['2-15x8-1', true, ['fused']],
    ['2-16x8-1', true, ['wide']],
    ['2-50x8-1', true, ['wide']],
    ['2-300x2-1', true, ['by-op']],
  ])('of %s, software adapter %s', (architecture, slow, roads) => {
    const program = programOf(architecture);
    expect(likelyRoads(program, { opCount: 4 }, slow)).toEqual(roads);
  });

  it('are one where the exponent is not behind a layer', () => {
    expect(likelyRoads(programOf('2-20x2-1'), { opCount: 3 }, false)).toEqual(['by-op']);
  });
});

describe('the measured road', () => {
  it('is that of the least time after a first round, and is kept for its key', async () => {
    const times: Record<string, number[]> = {
      fused: [1, 30, 20, 25, 31, 32],
      tiled: [500, 40, 19, 90, 41, 42],
    };
    const asked: RoadName[] = [];
    const found = await measureRoads('one', ['fused', 'tiled'], MANY, (road) => {
      asked.push(road);
      return Promise.resolve(times[road].shift()!);
    });
    expect(found).toBe('tiled');
    expect(asked.slice(0, 4)).toEqual(['fused', 'tiled', 'fused', 'tiled']);
    expect(fastestRoad('one', ['fused', 'tiled'])).toBe('tiled');
    expect(fastestRoad('one', ['fused', 'wide'])).toBeUndefined();
    expect(fastestRoad('another', ['fused', 'tiled'])).toBeUndefined();
  });

  it('is found in one round where that takes long', async () => {
    const times: Record<string, number[]> = { grouped: [900, 400], tiled: [900, 300] };
    const found = await measureRoads('slow', ['grouped', 'tiled'], MANY, (road) =>
      Promise.resolve(times[road].shift()!),
    );
    expect(found).toBe('tiled');
    expect(times).toEqual({ grouped: [], tiled: [] });
  });

  it('is found with work that takes some milliseconds, on an adapter of any speed', async () => {
    for (const nanoseconds of [0.1, 1, 10, 100, 1000]) {
      // Each submission takes a part of a millisecond by itself, more or less: alone it would hide which is faster.
      let turn = 0;
      const times: number[] = [];
      const found = await measureRoads(
        'any',
        ['fused', 'fused-2'],
        MANY,
        (road, count, repeats) => {
          const own = (road === 'fused' ? 1.1 : 1) * nanoseconds * 1e-6 * count * repeats;
          times.push(own);
          return Promise.resolve(own + 0.2 + 0.05 * (turn++ % 3));
        },
      );
      expect(found).toBe('fused-2');
      // Of the slowest, no more than at first.
      expect(times.at(-1)).toBeLessThanOrEqual(Math.max(9, nanoseconds * 1e-6 * 2 ** 15));
    }
  });

  it('is found with the pixels that there are', async () => {
    const asked: number[] = [];
    await measureRoads('few', ['fused', 'tiled'], 20_000, (_, count) => {
      asked.push(count);
      return Promise.resolve(1);
    });
    expect(new Set(asked)).toEqual(new Set([20_000]));
  });

  it('has a key of adapter, shape and place', () => {
    const [program, wider] = ['2-20x2-1', '2-21x2-1'].map(programOf);
    const place = { opCount: 4 };
    const key = shapeKey(deviceOf('a'), program, place);
    expect(shapeKey(deviceOf('a'), programOf('2-20x2-1'), place)).toBe(key);
    expect(shapeKey(deviceOf('b'), program, place)).not.toBe(key);
    expect(shapeKey(deviceOf('a'), wider, place)).not.toBe(key);
    expect(shapeKey(deviceOf('a'), program, { opCount: 2 })).not.toBe(key);
  });
});

describe('the storage of a page', () => {
  const roads = ['fused', 'tiled'] as const;
  afterEach(() => vi.unstubAllGlobals());

  /** The module as a page that has just been loaded has it. */
  async function freshChoice(storage: Partial<Storage>) {
    vi.stubGlobal('localStorage', storage);
    vi.resetModules();
    return import('../../src/engine/measured-roads.ts');
  }

  function storageOf(text: string | null) {
    const items = new Map(text === null ? [] : [[KEPT_ROADS, text]]);
    return {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
    };
  }

  it('keeps what was measured for the next visit', async () => {
    const storage = storageOf(null);
    const first = await freshChoice(storage);
    const times: Record<string, number> = { fused: 2, tiled: 1 };
    await first.measureRoads('shape', roads, MANY, (road) => Promise.resolve(times[road]));
    first.keepRoad('failed', 'fused');
    const second = await freshChoice(storage);
    expect(second.fastestRoad('shape', roads)).toBe('tiled');
    expect(second.fastestRoad('failed', roads)).toBeUndefined();
  });

  it.each(['', '{', 'null', '7', '[["shape"]]', '{"shape": "by-op"}', '{"shape": {"a": 1}}'])(
    'may have the text %j',
    async (text) => {
      const choice = await freshChoice(storageOf(text));
      expect(choice.fastestRoad('shape', roads)).toBeUndefined();
      await choice.measureRoads('shape', roads, MANY, () => Promise.resolve(1));
      expect(choice.fastestRoad('shape', roads)).toBe('fused');
    },
  );

  it('may refuse', async () => {
    const refuse = () => {
      throw new Error('not here');
    };
    const choice = await freshChoice({ getItem: refuse, setItem: refuse });
    expect(choice.fastestRoad('shape', roads)).toBeUndefined();
    await choice.measureRoads('shape', roads, MANY, () => Promise.resolve(1));
    expect(choice.fastestRoad('shape', roads)).toBe('fused');
  });

  it('does not grow without end', async () => {
    const storage = storageOf(null);
    const choice = await freshChoice(storage);
    for (let i = 0; i < 150; i++) {
      await choice.measureRoads(`shape ${i}`, roads, MANY, () => Promise.resolve(1));
    }
    const kept = JSON.parse(storage.getItem(KEPT_ROADS)!) as object;
    expect(Object.keys(kept)).toHaveLength(100);
    expect(Object.keys(kept).at(-1)).toBe('shape 149');
  });
});
