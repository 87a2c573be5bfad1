// Plan: linked segments of random graphs, of curves that cross and of nothing: every segment is in exactly one chain, joined to
// its neighbours there; no chain passes a point twice; it is closed exactly if the first point equals the last; open
// ends are where one segment ends or more than two meet. Known cases by name. Control: the check itself refuses chains
// that break each of those rules.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkChains, type Chain } from '../../src/curves/chains.ts';

/** What is wrong with chains of these links, or null. */
function findFault(chains: readonly Chain[], links: readonly number[]): string | null {
  const key = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`;
  const wanted = new Set<string>();
  const degrees = new Map<number, number>();
  for (let i = 0; i < links.length; i += 2) {
    wanted.add(key(links[i], links[i + 1]));
    for (const point of [links[i], links[i + 1]]) degrees.set(point, (degrees.get(point) ?? 0) + 1);
  }
  for (const { points, closed } of chains) {
    if (points.length < 2) return 'a chain of one point';
    const [first, last] = [points[0], points[points.length - 1]];
    if (closed !== (first === last)) return 'closed, but the ends differ, or the other way round';
    const own = closed ? points.subarray(1) : points;
    if (new Set(own).size !== own.length) return 'a point twice';
    for (let i = 1; i < points.length; i++) {
      if (!wanted.delete(key(points[i - 1], points[i]))) return 'a segment twice, or none';
      if (i > 1 && degrees.get(points[i - 1]) !== 2) return 'through a junction';
    }
    if (!closed && (degrees.get(first) === 2 || degrees.get(last) === 2)) return 'ends midway';
  }
  return wanted.size > 0 ? 'a segment in no chain' : null;
}

/** Different segments between up to 12 points. */
const graphs = fc
  .uniqueArray(fc.tuple(fc.nat(11), fc.nat(11)), {
    selector: ([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`,
    maxLength: 30,
  })
  .map((pairs) => pairs.filter(([a, b]) => a !== b).flat());

const chainsOf = (pointCount: number, links: readonly number[]): string[] =>
  linkChains(pointCount, links).map(
    ({ points, closed }) => `${Array.from(points).join(' ')}${closed ? ' closed' : ''}`,
  );

describe('chains', () => {
  it('of any segments have every segment once', () => {
    fc.assert(
      fc.property(graphs, (links) => {
        expect(findFault(linkChains(12, links), links)).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('are what they look like', () => {
    expect(chainsOf(0, [])).toEqual([]);
    expect(chainsOf(3, [])).toEqual([]);
    expect(chainsOf(4, [2, 1, 0, 1, 3, 2])).toEqual(['0 1 2 3']);
    expect(chainsOf(3, [0, 1, 1, 2, 2, 0])).toEqual(['0 1 2 0 closed']);
    expect(chainsOf(6, [0, 1, 1, 2, 2, 0, 3, 4, 4, 5, 5, 3])).toEqual([
      '0 1 2 0 closed',
      '3 4 5 3 closed',
    ]);
    // A stem on a bar; a ring on a stem.
    expect(chainsOf(4, [0, 1, 1, 2, 1, 3])).toEqual(['0 1', '1 2', '1 3']);
    expect(chainsOf(4, [0, 1, 1, 2, 2, 3, 3, 1])).toEqual(['0 1', '1 2 3 1 closed']);
  });

  it('that break a rule are found out', () => {
    const chain = (points: number[], closed: boolean): Chain => ({
      points: Uint32Array.from(points),
      closed,
    });
    const path = [0, 1, 1, 2];
    expect(findFault([chain([0, 1, 2], false)], path)).toBeNull();
    expect(findFault([chain([0, 1], false)], path)).toContain('midway');
    expect(findFault([], path)).toContain('no chain');
    expect(findFault([chain([0, 1, 2], true)], path)).toContain('ends differ');
    expect(findFault([chain([0, 1, 2], false), chain([0, 1, 2], false)], path)).toContain('twice');
    expect(findFault([chain([0, 1, 2, 1, 3], false)], [0, 1, 1, 2, 1, 3])).toContain('twice');
    expect(
      findFault([chain([0, 1, 2], false), chain([1, 3], false)], [0, 1, 1, 2, 1, 3]),
    ).toContain('junction');
  });
});
