// Plan: decision boundaries of known outputs as curves: a circle, closed and on it; two nested; one that leaves the view, up
// to its edge; three classes that meet; a saddle; pixels without output. For random classes and outputs: the curves have
// exactly the segments that are drawn, each once, no point twice within a curve, closed exactly if its ends are equal.
// Control: a circle that is larger by a tenth of a pixel is farther away than the bound.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundarySegments, findBoundaryCurves } from '../../src/curves/boundary.ts';
import { curveLength, type Curve } from '../../src/curves/curve.ts';
import { Status } from '../../src/engine/engine.ts';
import type { Domain } from '../../src/model/plane.ts';
import { createFieldData, type PixelValues } from '../support/synthetic-field.ts';

const SQUARE: Domain = { sMin: -1, tMin: -1, sMax: 1, tMax: 1 };

function curvesOf(valuesAt: (s: number, t: number) => PixelValues, side = 64): Curve[] {
  return findBoundaryCurves(createFieldData({ width: side, height: side }, SQUARE, valuesAt));
}

const outputs = (...values: number[]): PixelValues => ({ outputs: values });

function most({ points }: Curve, value: (s: number, t: number) => number): number {
  let largest = -Infinity;
  for (let i = 0; i < points.length; i += 2) {
    largest = Math.max(largest, value(points[i], points[i + 1]));
  }
  return largest;
}

describe('boundaries', () => {
  it('of a circle are one closed curve, on it', () => {
    const [curve, ...others] = curvesOf((s, t) => outputs(Math.hypot(s, t) - 0.6));
    expect(others).toEqual([]);
    expect(curve.closed).toBe(true);
    expect(Array.from(curve.points.subarray(-2))).toEqual(Array.from(curve.points.subarray(0, 2)));
    // The output is taken as linear along the edge of a pixel h: it is bent by 1/r, so off by at most h²/8r.
    const bound = (1 / 32) ** 2 / (8 * 0.6);
    const off = (radius: number) => most(curve, (s, t) => Math.abs(Math.hypot(s, t) - radius));
    console.log(`circle: error/tolerance ${(off(0.6) / bound).toFixed(2)}`);
    expect(off(0.6)).toBeLessThan(bound);
    expect(off(0.6 + 0.1 / 32)).toBeGreaterThan(bound);
    // A polygon in the circle, of pieces no longer than √2 h.
    expect(curveLength(curve) / (2 * Math.PI * 0.6)).toBeGreaterThan(0.998);
    expect(curveLength(curve) / (2 * Math.PI * 0.6)).toBeLessThan(1);
  });

  it('that are nested are two, the longer first', () => {
    const curves = curvesOf((s, t) => outputs((Math.hypot(s, t) - 0.8) * (Math.hypot(s, t) - 0.3)));
    expect(curves.map(({ closed }) => closed)).toEqual([true, true]);
    expect(curveLength(curves[0])).toBeGreaterThan(2 * curveLength(curves[1]));
  });

  it('go on to the edge of the field', () => {
    const [curve, ...others] = curvesOf((s) => outputs(s - 0.21));
    expect(others).toEqual([]);
    expect(curve.closed).toBe(false);
    const ends = [curve.points[1], curve.points.at(-1)!].sort((a, b) => a - b);
    expect(ends).toEqual([-1, 1]);
    expect(most(curve, (s) => Math.abs(s - 0.21))).toBeLessThan(1e-6);
  });

  it('of three classes meet in a point where all end', () => {
    const turned = (s: number, t: number, angle: number) =>
      (s - 0.013) * Math.cos(angle) + (t + 0.007) * Math.sin(angle);
    const curves = curvesOf((s, t) =>
      outputs(turned(s, t, 0.3), turned(s, t, 0.3 + 2.1), turned(s, t, 0.3 + 4.2)),
    );
    expect(curves.map(({ closed }) => closed)).toEqual([false, false, false]);
    const ends = curves.flatMap(({ points }) => [points.subarray(0, 2), points.subarray(-2)]);
    const middle = ends.filter(([s, t]) => Math.hypot(s - 0.013, t + 0.007) < 2 / 64);
    expect(middle).toHaveLength(3);
    for (const end of middle) expect(Array.from(end)).toEqual(Array.from(middle[0]));
  });

  it('that cross within a pixel are four curves with one end in common', () => {
    const curves = curvesOf((s, t) => outputs((s - 0.003) * (t + 0.004)));
    expect(curves.map(({ closed }) => closed)).toEqual([false, false, false, false]);
    for (const curve of curves) expect(curveLength(curve)).toBeCloseTo(1, 1);
  });

  it('end where there is no output, and are none where there is one class', () => {
    const curves = curvesOf((s, t) =>
      Math.abs(t) < 0.2 ? { status: Status.overflow, outputs: [0] } : outputs(s - 0.21),
    );
    expect(curves).toHaveLength(2);
    for (const curve of curves) expect(most(curve, (_, t) => -Math.abs(t))).toBeLessThan(-0.18);
    expect(curvesOf(() => outputs(1))).toEqual([]);
    expect(curvesOf(() => outputs(1), 1)).toEqual([]);
  });
});

describe('of random outputs', () => {
  it('curves have the segments that are drawn, each once', () => {
    const grids = fc.integer({ min: 1, max: 3 }).chain((width) =>
      fc.tuple(
        fc.constant(width),
        fc.array(fc.integer({ min: -2, max: 2 }), {
          minLength: 36 * width,
          maxLength: 36 * width,
        }),
      ),
    );
    fc.assert(
      fc.property(grids, ([width, numbers]) => {
        const data = createFieldData({ width: 6, height: 6 }, SQUARE, (s, t) => {
          const pixel = Math.floor((t + 1) * 3) * 6 + Math.floor((s + 1) * 3);
          return outputs(...numbers.slice(pixel * width, (pixel + 1) * width));
        });
        // Ties between classes are boundaries of no width; those of the drawing are kept as they are.
        const curves = findBoundaryCurves(data);
        const segments = boundarySegments(data);
        const key = (ends: ArrayLike<number>): string => {
          const [a, b] = [0, 2].map((k) => `${Math.fround(ends[k])} ${Math.fround(ends[k + 1])}`);
          return a < b ? `${a}, ${b}` : `${b}, ${a}`;
        };
        const wanted: string[] = [];
        for (let i = 0; i < segments.length; i += 4) wanted.push(key(segments.subarray(i, i + 4)));
        const found: string[] = [];
        for (const { points, closed } of curves) {
          const places = Array.from(
            { length: points.length / 2 },
            (_, i) => `${points[2 * i]} ${points[2 * i + 1]}`,
          );
          expect(closed).toBe(places[0] === places.at(-1));
          const own = closed ? places.slice(1) : places;
          expect(new Set(own).size).toBe(own.length);
          for (let i = 2; i < points.length; i += 2) found.push(key(points.subarray(i - 2, i + 2)));
        }
        expect(found.sort()).toEqual(wanted.sort());
      }),
      { numRuns: 300 },
    );
  });
});
