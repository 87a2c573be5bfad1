// Plan: which roads may be the fastest, by width, adapter and kind of program; the measured choice with roads of
// given times: the least time of several rounds decides, a first slow round does not, and what was found is kept by
// adapter and shape. Control: another key knows nothing of it.
import { describe, expect, it } from 'vitest';
import {
  fastestRoad,
  likelyRoads,
  measureRoads,
  shapeKey,
  type RoadName,
} from '../../src/engine/road-choice.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { createNetwork } from '../../src/model/network.ts';

const programOf = (architecture: string) => createNetwork(parseArchitecture(architecture)).program;

const deviceOf = (vendor: string) =>
  ({
    adapterInfo: { vendor, architecture: '', device: '', description: '' },
  }) as unknown as GPUDevice;

describe('roads that may be the fastest', () => {
  it.each<[string, boolean, RoadName[]]>([
    ['2-10x8-1', false, ['fused']],
    ['2-16x8-1', false, ['fused', 'tiled']],
    ['2-32x8-1', false, ['fused', 'tiled']],
    ['2-33x8-1', false, ['tiled']],
    ['2-16x8-1', true, ['fused']],
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
    const times: Record<string, number[]> = { fused: [1, 30, 20, 25], tiled: [500, 40, 19, 90] };
    const asked: RoadName[] = [];
    const found = await measureRoads('one', ['fused', 'tiled'], (road) => {
      asked.push(road);
      return Promise.resolve(times[road].shift()!);
    });
    expect(found).toBe('tiled');
    expect(asked.slice(0, 4)).toEqual(['fused', 'tiled', 'fused', 'tiled']);
    expect(fastestRoad('one')).toBe('tiled');
    expect(fastestRoad('another')).toBeUndefined();
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
