/** Points of a chain in order, by their numbers. */
export interface Chain {
  /** At least 2; of a closed chain the first again at the end. */
  readonly points: Uint32Array;
  readonly closed: boolean;
}

/**
 * Links segments that share their ends into chains. A chain ends where no segment goes on, and where more
 * than two meet; every segment is in exactly one chain, and no chain passes a point twice, but for a closed
 * one, which ends where it began.
 *
 * @param links - [count][2]: the two ends of each segment, numbers of points below `pointCount`.
 * @returns open chains in the order of their first points, then rings.
 */
export function linkChains(pointCount: number, links: ArrayLike<number>): Chain[] {
  const linkCount = links.length / 2;
  // The links of point p are around[starts[p]] to around[starts[p + 1] − 1].
  const starts = new Uint32Array(pointCount + 1);
  for (let i = 0; i < links.length; i++) starts[links[i] + 1]++;
  for (let p = 0; p < pointCount; p++) starts[p + 1] += starts[p];
  const around = new Uint32Array(links.length);
  const filled = starts.slice();
  for (let i = 0; i < links.length; i++) around[filled[links[i]]++] = i >> 1;

  const isUsed = new Uint8Array(linkCount);
  const degree = (point: number): number => starts[point + 1] - starts[point];
  const nextLink = (point: number): number => {
    for (let i = starts[point]; i < starts[point + 1]; i++)
      if (!isUsed[around[i]]) return around[i];
    return -1;
  };
  const walk = (start: number, first: number): Chain => {
    const points = [start];
    for (let link = first, point = start; link >= 0;) {
      isUsed[link] = 1;
      point = links[2 * link] === point ? links[2 * link + 1] : links[2 * link];
      points.push(point);
      link = point === start || degree(point) !== 2 ? -1 : nextLink(point);
    }
    return { points: Uint32Array.from(points), closed: points.at(-1) === start };
  };
  const chains: Chain[] = [];
  for (const isRing of [false, true]) {
    for (let p = 0; p < pointCount; p++) {
      if (!isRing && degree(p) === 2) continue;
      for (let link = nextLink(p); link >= 0; link = nextLink(p)) chains.push(walk(p, link));
    }
  }
  return chains;
}
