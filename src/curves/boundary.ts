import { Status, type FieldData } from '../engine/engine.ts';
import { linkChains } from './chains.ts';
import { curveLength, pixelSteps, withinEdge, type Curve } from './curve.ts';

/** Points of a decision boundary and which of them are joined by segments. */
export interface BoundaryNet {
  /** [count][2] in plane coordinates. */
  readonly points: readonly number[];
  /** [count][2] */
  readonly links: readonly number[];
}

/**
 * Decision boundary of a field.
 *
 * Between neighbouring pixels p and q of classes a ≠ b it lies at d(p) / (d(p) − d(q)) of the way, where d is
 * output a less output b, or the output itself if there is one: where d, linear between them, is 0. The field
 * goes on unchanged from its outer pixel centres to its edge. In a cell between four centres, two crossings are
 * joined; three or four meet in their mean. A cell with a pixel that has no output has no boundary.
 * Neighbouring cells share their points. The shader render/boundary.wgsl finds the same segments, in any order.
 */
export function findBoundary(data: FieldData): BoundaryNet {
  const { request, classes, outputs } = data;
  const { width, height, domain } = request;
  const [sStep, tStep] = pixelSteps(request);
  const outputWidth = outputs.length / (width * height);
  const points: number[] = [];
  const links: number[] = [];
  const addPoint = (x: number, y: number): number => {
    points.push(domain.sMin + x * sStep, domain.tMin + y * tStep);
    return points.length / 2 - 1;
  };
  const advantage = (pixel: number, a: number, b: number): number => {
    if (outputWidth === 1) return outputs[pixel];
    return outputs[pixel * outputWidth + a] - outputs[pixel * outputWidth + b];
  };
  const isSound = Uint8Array.from({ length: width * height }, (_, i) =>
    hasOutput(data, i) ? 1 : 0,
  );
  /** Nodes of the grid, [height + 2][width + 2]: pixel centres, and places on the edge of the field. */
  const column = (i: number): number => Math.max(1, Math.min(i, width)) - 1;
  const row = (j: number): number => Math.max(1, Math.min(j, height)) - 1;
  const place = (i: number, count: number): number => Math.max(0, Math.min(i - 0.5, count));
  const pixelAt = (i: number, j: number): number => row(j) * width + column(i);
  /** The number of the crossing between nodes (i, j) and (k, l); −1 if there is none. */
  const cross = (i: number, j: number, k: number, l: number): number => {
    const [p, q] = [pixelAt(i, j), pixelAt(k, l)];
    const [a, b] = [classes[p], classes[q]];
    if (a === b || !isSound[p] || !isSound[q]) return -1;
    const [dp, dq] = [advantage(p, a, b), advantage(q, a, b)];
    const part = withinEdge(dp / (dp - dq));
    const mix = (from: number, to: number): number => from + part * (to - from);
    return addPoint(mix(place(i, width), place(k, width)), mix(place(j, height), place(l, height)));
  };
  let lower = new Int32Array(0);
  for (let j = 0; j <= height + 1; j++) {
    const along = Int32Array.from({ length: width + 1 }, (_, i) => cross(i, j, i + 1, j));
    if (j > 0) {
      const across = Int32Array.from({ length: width + 2 }, (_, i) => cross(i, j - 1, i, j));
      for (let i = 0; i <= width; i++) {
        const found = [lower[i], across[i + 1], along[i], across[i]].filter((end) => end >= 0);
        if (found.length === 0) continue;
        const cell = [pixelAt(i, j - 1), pixelAt(i + 1, j - 1), pixelAt(i, j), pixelAt(i + 1, j)];
        if (!cell.every((pixel) => isSound[pixel])) continue;
        if (found.length === 2) {
          links.push(found[0], found[1]);
          continue;
        }
        const [s, t] = [0, 1].map(
          (k) => found.reduce((sum, end) => sum + points[2 * end + k], 0) / found.length,
        );
        const middle = points.push(s, t) / 2 - 1;
        for (const end of found) links.push(end, middle);
      }
    }
    lower = along;
  }
  return { points, links };
}

/** Decision boundary of a field as segments [count][4] in plane coordinates: s0, t0, s1, t1. */
export function boundarySegments(data: FieldData): Float32Array {
  const { points, links } = findBoundary(data);
  return Float32Array.from(
    { length: 2 * links.length },
    (_, i) => points[2 * links[i >> 1] + (i & 1)],
  );
}

/**
 * Decision boundary as curves: where the output is 0, or the largest two outputs are equal. Curves are
 * closed, or end at the edge of the field, at pixels without output, and where more than two classes or two
 * branches meet within a pixel.
 *
 * @returns longest first.
 */
export function findBoundaryCurves(data: FieldData): Curve[] {
  const { points, links } = findBoundary(data);
  return linkChains(points.length / 2, links)
    .map(({ points: numbers, closed }): Curve => {
      const places = Array.from(numbers).flatMap((i) => [points[2 * i], points[2 * i + 1]]);
      return { points: Float64Array.from(places), closed };
    })
    .map((curve) => ({ curve, length: curveLength(curve) }))
    .sort((a, b) => b.length - a.length)
    .map(({ curve }) => curve);
}

/** Whether the outputs of a pixel or point are numbers: where they left the range of float32, all of them are 0. */
export function hasOutput(
  { statuses, outputs }: Pick<FieldData, 'statuses' | 'outputs'>,
  pixel: number,
): boolean {
  const outputWidth = outputs.length / statuses.length;
  return statuses[pixel] !== Status.overflow || outputs[pixel * outputWidth] !== 0;
}
