import { pointLengths, type Curve } from './curve.ts';

/** How far curves are from others, in plane units. */
export interface CurveDistance {
  /** Mean over the length of the curves. */
  readonly mean: number;
  /** Largest, over their points. */
  readonly largest: number;
}

/**
 * Distance of each point of curves to the nearest point of others: of every piece between two points, not only
 * of the points. The largest is at a point, or less than half a piece farther than at one.
 *
 * @returns null if there are no curves on either side.
 *
 * Cost: about the number of points, where curves of both sides are close.
 */
export function curveDistance(from: readonly Curve[], to: readonly Curve[]): CurveDistance | null {
  if (from.length === 0 || to.length === 0) return null;
  const pieces = new PieceGrid(to);
  let [sum, total, largest] = [0, 0, 0];
  for (const curve of from) {
    pointLengths(curve).forEach((length, i) => {
      const distance = pieces.distance(curve.points[2 * i], curve.points[2 * i + 1]);
      sum += length * distance;
      total += length;
      if (distance > largest) largest = distance;
    });
  }
  return { mean: total > 0 ? sum / total : largest, largest };
}

/** Of a cell, where all points are one. */
const LEAST_SIDE = 1e-300;

/** The pieces of curves in the square cells of a grid, to find the nearest without looking at all. */
class PieceGrid {
  /** [count][4]: s0, t0, s1, t1 */
  readonly #pieces: Float64Array;
  readonly #cells: (number[] | undefined)[];
  readonly #columns: number;
  readonly #rows: number;
  readonly #side: number;
  readonly #low: readonly [number, number];

  constructor(curves: readonly Curve[]) {
    const pieces: number[] = [];
    const low: [number, number] = [Infinity, Infinity];
    const high: [number, number] = [-Infinity, -Infinity];
    for (const { points } of curves) {
      for (let i = 0; i < points.length; i++) {
        low[i & 1] = Math.min(low[i & 1], points[i]);
        high[i & 1] = Math.max(high[i & 1], points[i]);
      }
      for (let i = 2; i < points.length; i += 2) pieces.push(...points.subarray(i - 2, i + 2));
    }
    this.#pieces = Float64Array.from(pieces);
    this.#low = low;
    const count = pieces.length / 4;
    const extent = Math.max(high[0] - low[0], high[1] - low[1]);
    this.#side = Math.max(extent / Math.ceil(Math.sqrt(count)), LEAST_SIDE);
    [this.#columns, this.#rows] = [0, 1].map(
      (k) => Math.floor((high[k] - low[k]) / this.#side) + 1,
    ) as [number, number];
    this.#cells = Array.from<number[] | undefined>({ length: this.#columns * this.#rows });
    for (let piece = 0; piece < count; piece++) this.#insert(piece);
  }

  #insert(piece: number): void {
    const [s0, t0, s1, t1] = this.#pieces.subarray(4 * piece, 4 * piece + 4);
    const [left, bottom] = this.#cellAt(Math.min(s0, s1), Math.min(t0, t1));
    const [right, top] = this.#cellAt(Math.max(s0, s1), Math.max(t0, t1));
    for (let row = bottom; row <= top; row++) {
      for (let column = left; column <= right; column++) {
        (this.#cells[row * this.#columns + column] ??= []).push(piece);
      }
    }
  }

  #cellAt(s: number, t: number): [column: number, row: number] {
    const place = (value: number, low: number, count: number): number =>
      Math.max(0, Math.min(Math.floor((value - low) / this.#side), count - 1));
    return [place(s, this.#low[0], this.#columns), place(t, this.#low[1], this.#rows)];
  }

  /** From a point to the nearest piece. */
  distance(s: number, t: number): number {
    const [column, row] = this.#cellAt(s, t);
    let nearest = Infinity;
    // What lies beyond a ring of cells is at least as far as the ring is wide.
    const ringCount = Math.max(this.#columns, this.#rows);
    for (let ring = 0; ring < ringCount && nearest > (ring - 1) * this.#side; ring++) {
      for (let y = Math.max(0, row - ring); y <= Math.min(row + ring, this.#rows - 1); y++) {
        const step = Math.abs(y - row) === ring ? 1 : Math.max(1, 2 * ring);
        for (let x = column - ring; x <= column + ring; x += step) {
          if (x < 0 || x >= this.#columns) continue;
          for (const piece of this.#cells[y * this.#columns + x] ?? []) {
            nearest = Math.min(nearest, this.#distanceTo(piece, s, t));
          }
        }
      }
    }
    return nearest;
  }

  #distanceTo(piece: number, s: number, t: number): number {
    const pieces = this.#pieces;
    const [s0, t0] = [pieces[4 * piece], pieces[4 * piece + 1]];
    const [ds, dt] = [pieces[4 * piece + 2] - s0, pieces[4 * piece + 3] - t0];
    const square = ds * ds + dt * dt;
    const along = square > 0 ? ((s - s0) * ds + (t - t0) * dt) / square : 0;
    const part = Math.max(0, Math.min(along, 1));
    return Math.hypot(s - s0 - part * ds, t - t0 - part * dt);
  }
}
