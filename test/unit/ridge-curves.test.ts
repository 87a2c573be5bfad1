// Plan: ridge curves of analytic fields (circle, ellipse, crossing lines, parabola, Gaussian ridge of known curvature, noise)
// against the true curves, over smoothing and resolution, inside and at the edge, and their sharpness; against the live
// definition, which must not be better at edges. How curves link: ring, nested rings, T junction, tangent neighbours, a
// ridge that leaves the view, pixels that are not square, pixels that do not count. Levels, lengths, contrast, refusals. On
// random fields: every point once, neighbours in one cell, closed exactly if the ends are equal. Control: a true curve
// that is a pixel off is farther away than the bound.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curveLength } from '../../src/curves/curve.ts';
import { findRidgeCurves, type RidgeCurve } from '../../src/curves/ridge-curves.ts';
import { ridgeCurveLimits } from '../../src/curves/ridge-levels.ts';
import { Status } from '../../src/engine/engine.ts';
import type { Domain } from '../../src/model/plane.ts';
import {
  fieldPixels,
  measureRidges,
  RIDGE_FIELDS,
  WALL_WIDTH,
  type RidgeField,
} from '../bench/ridge-fields.ts';
import { edgeTolerance, insideTolerance } from '../support/ridge-tolerance.ts';
import { createFieldData } from '../support/synthetic-field.ts';

const SQUARE: Domain = { sMin: -1, tMin: -1, sMax: 1, tMax: 1 };
const wall = (distance: number, width = WALL_WIDTH): number =>
  Math.exp(-0.5 * (distance / width) ** 2);

const named = (name: string): RidgeField => RIDGE_FIELDS.find((field) => field.name === name)!;

function field(value: (s: number, t: number) => number, side = 80, domain = SQUARE) {
  return createFieldData({ width: side, height: side }, domain, (s, t) => {
    const exponent = value(s, t);
    return Number.isNaN(exponent) ? { status: Status.collapsed } : { exponent };
  });
}

const strong = { smoothing: 1, low: 0.5, high: 0.5 } as const;

/** Largest of a function of the points of a curve. */
function most({ points }: RidgeCurve, value: (s: number, t: number) => number): number {
  let largest = -Infinity;
  for (let i = 0; i < points.length; i += 2) {
    largest = Math.max(largest, value(points[i], points[i + 1]));
  }
  return largest;
}

describe('positions', () => {
  /** Pixels and σ: below 1, kernels on square pixels are not round; the table of `npm run ridges` has those too. */
  const SCALES = [
    [32, 1],
    [64, 1],
    [64, 2],
    [128, 1],
    [128, 2],
    [128, 4],
  ];
  const exact = RIDGE_FIELDS.filter(({ noise }) => !noise);

  it.each(exact)('of $name are true to a part of a pixel', (item) => {
    for (const [side, smoothing] of SCALES) {
      const step = 2 / side;
      const shape = { width: item.width / step, curvature: item.curvature * step, smoothing };
      const { worstInside, worstAtEdge, excess } = measureRidges(item, side, smoothing, 'curves');
      const ratio = worstInside! / insideTolerance(shape);
      const edgeRatio = (worstAtEdge ?? 0) / edgeTolerance(shape);
      console.log(
        `${item.name} ${side}², σ ${smoothing}: off by ${worstInside!.toExponential(1)} pixels, ` +
          `error/tolerance ${ratio.toFixed(2)}, at the edge ${edgeRatio.toFixed(2)}`,
      );
      expect(ratio).toBeLessThan(1);
      expect(edgeRatio).toBeLessThan(1);
      // Up to a pixel is missing at each end, two at a crossing.
      expect(Math.abs(excess)).toBeLessThan(0.03 + (8 * step) / item.length);
    }
  });

  it('beside the true ones are found out', () => {
    const item = named('Gaussian ridge');
    const off = { ...item, distance: (s: number, t: number) => item.distance(s, t) + 2 / 64 };
    const { inside } = measureRidges(off, 64, 1, 'curves');
    expect(inside).toBeGreaterThan(insideTolerance({ width: 3.2, curvature: 0, smoothing: 1 }));
  });

  it('with noise are off by what noise leaves of the slope', () => {
    // A first derivative at scale σ has the noise n / (√(8π) σ²); the curvature, h w / (w² + σ²)^{3/2}, divides it. Of
    // some hundred points that depend on each other in groups, the worst is within four deviations.
    const item = named('with 2 % noise');
    for (const [side, smoothing] of [
      [64, 1],
      [64, 2],
      [128, 2],
      [128, 4],
    ]) {
      const width = WALL_WIDTH / (2 / side);
      const slope = item.noise! / (Math.sqrt(8 * Math.PI) * smoothing ** 2);
      const curvature = (0.7 * width) / (width ** 2 + smoothing ** 2) ** 1.5;
      const { worstInside } = measureRidges(item, side, smoothing, 'curves');
      const ratio = worstInside! / ((4 * slope) / curvature);
      console.log(`noise, ${side}², σ ${smoothing}: worst/four deviations ${ratio.toFixed(2)}`);
      expect(ratio).toBeLessThan(1);
    }
  });

  it('have the sharpness of the smoothed ridge', () => {
    const item = named('Gaussian ridge');
    for (const smoothing of [0.5, 1, 2]) {
      const width = WALL_WIDTH / (2 / 128);
      const { sharpnessRatio } = measureRidges(item, 128, smoothing, 'curves');
      const expected = (1 + (smoothing / width) ** 2) ** -1.5;
      // Sharpness is taken as linear along the edge of a pixel, across which it bends: √2² f⁗ / 8 f″ = 3/4w².
      console.log(`sharpness, σ ${smoothing}: ${sharpnessRatio} of the ridge's, ${expected}`);
      expect(Math.abs(sharpnessRatio! / expected - 1)).toBeLessThan(0.75 / width ** 2);
    }
  });

  it('at edges are better than those of central differences', () => {
    for (const name of ['Gaussian ridge', 'crossing lines', 'parabola']) {
      const [curves, live] = (['curves', 'live'] as const).map(
        (way) => measureRidges(named(name), 128, 2, way).atEdge!,
      );
      console.log(`${name} at the edge: ${curves.toExponential(1)}, live ${live.toExponential(1)}`);
      expect(curves).toBeLessThan(live / 2);
    }
  });
});

describe('curves', () => {
  it('of a ring are one closed curve of its length', () => {
    const curves = findRidgeCurves(fieldPixels(named('circle'), 128), strong);
    expect(curves.map(({ closed }) => closed)).toEqual([true]);
    const [{ points, normals }] = curves;
    expect(Array.from(points.subarray(-2))).toEqual(Array.from(points.subarray(0, 2)));
    expect(curveLength(curves[0]) / (2 * Math.PI * 0.6)).toBeCloseTo(1, 3);
    for (let i = 0; i < points.length; i += 2) {
      const [s, t] = [points[i], points[i + 1]];
      const cosine = Math.abs(s * normals[i] + t * normals[i + 1]) / Math.hypot(s, t);
      expect(cosine).toBeGreaterThan(0.999);
    }
  });

  it('of two nested rings are two closed curves', () => {
    const rings = field(
      (s, t) => wall(Math.hypot(s, t) - 0.8, 0.06) + wall(Math.hypot(s, t) - 0.4, 0.06),
    );
    const curves = findRidgeCurves(rings, strong);
    expect(curves.map(({ closed }) => closed)).toEqual([true, true]);
    [0.8, 0.4].forEach((radius, i) => {
      expect(curveLength(curves[i]) / (2 * Math.PI * radius)).toBeCloseTo(1, 1);
      expect(most(curves[i], (s, t) => Math.abs(Math.hypot(s, t) - radius))).toBeLessThan(0.005);
    });
  });

  it('of a T junction are the bar, whole, and the stem, which ends near it', () => {
    // The stem fades into the bar: where both have the same height there is no ridge of its own.
    const stem = (s: number, t: number): number =>
      t < 0.1 ? wall(s - 0.11) : wall(Math.hypot(s - 0.11, t - 0.1));
    const junction = field((s, t) => 1.5 * wall(t - 0.4) + stem(s, t));
    const curves = findRidgeCurves(junction, { ...strong, minimumLength: 0.2 });
    expect(curves.map(({ closed }) => closed)).toEqual([false, false]);
    const [bar, low] = curves;
    expect(curveLength(bar)).toBeGreaterThan(1.9);
    expect(most(bar, (_, t) => Math.abs(t - 0.4))).toBeLessThan(0.02);
    expect(most(low, (s) => Math.abs(s - 0.11))).toBeLessThan(0.02);
    const top = most(low, (_, t) => t);
    expect(top).toBeGreaterThan(0);
    expect(top).toBeLessThan(0.4);
  });

  it('of a T junction of equal heights are whole by default; without smoothing they may change over', () => {
    // The larger of both: the bar does not rise where the stem meets it.
    const junction = field((s, t) => {
      return Math.max(wall(t - 0.4), wall(t < 0.4 ? s - 0.11 : Math.hypot(s - 0.11, t - 0.4)));
    }, 160);
    const isOnIt = (s: number, t: number): number =>
      Math.min(Math.abs(t - 0.4), Math.max(Math.abs(s - 0.11), t - 0.4));
    for (const [options, lengths] of [
      [{}, [1.989, 1.375]],
      // The stem and a half of the bar are one curve, the other half a second one.
      [strong, [2.273, 1.1]],
    ] as const) {
      const curves = findRidgeCurves(junction, options);
      expect(curves.map(({ closed }) => closed)).toEqual([false, false]);
      curves.forEach((curve, i) => {
        expect(curveLength(curve)).toBeCloseTo(lengths[i], 2);
        expect(most(curve, isOnIt)).toBeLessThan(0.02);
      });
    }
  });

  it('of rings nearer than twice their width bend to one wall in between, and keep apart', () => {
    // Centre lines 0.1 apart, walls of deviation 0.06: between them the field has one maximum.
    const radius = 0.45;
    const ringOf = (s: number, t: number, centre: number): number =>
      Math.hypot(s - centre, t) - radius;
    const pair = field(
      (s, t) => wall(ringOf(s, t, -0.5), 0.06) + wall(ringOf(s, t, 0.5), 0.06),
      120,
    );
    for (const options of [{}, strong]) {
      const curves = findRidgeCurves(pair, options);
      // One of them has the shared piece and is closed; the other ends beside it.
      expect(curves.map(({ closed }) => closed).sort()).toEqual([false, true]);
      for (const curve of curves) {
        const side = most(curve, (s) => s) > 0.5 ? 1 : -1;
        expect(most(curve, (s) => -side * s)).toBeLessThan(0.01);
        expect(most(curve, (s, t) => Math.abs(ringOf(s, t, 0.5 * side)))).toBeLessThan(0.06);
        expect(curveLength(curve)).toBeGreaterThan(2.7);
      }
    }
  });

  it('of tangent neighbours do not jump from one to the other', () => {
    // Two rings whose walls touch: 0.3 apart, three times their width, where they are closest.
    const [a, b] = [-0.5, 0.5];
    const pair = field(
      (s, t) => wall(Math.hypot(s - a, t) - 0.35, 0.06) + wall(Math.hypot(s - b, t) - 0.35, 0.06),
      120,
    );
    const curves = findRidgeCurves(pair, { ...strong, minimumLength: 0.2 });
    expect(curves.map(({ closed }) => closed)).toEqual([true, true]);
    for (const curve of curves) {
      const centre = curve.points[0] < 0 ? a : b;
      expect(most(curve, (s, t) => Math.abs(Math.hypot(s - centre, t) - 0.35))).toBeLessThan(0.01);
    }
  });

  it('that leave the view end at the outermost pixel centres', () => {
    const curves = findRidgeCurves(
      field((s, t) => wall(Math.hypot(s - 1, t) - 0.7)),
      strong,
    );
    expect(curves).toHaveLength(1);
    const [{ points, closed }] = curves;
    expect(closed).toBe(false);
    for (const end of [points.subarray(0, 2), points.subarray(-2)]) {
      expect(end[0]).toBeCloseTo(1 - 1 / 80, 9);
    }
  });

  it('do not depend on the shape of pixels', () => {
    const ring = (s: number, t: number) => wall(Math.hypot(s, t) - 0.6);
    const wide = createFieldData({ width: 60, height: 120 }, SQUARE, (s, t) => ({
      exponent: ring(s, t),
    }));
    const [curve, ...others] = findRidgeCurves(wide, strong);
    expect(others).toEqual([]);
    expect(curve.closed).toBe(true);
    expect(most(curve, (s, t) => Math.abs(Math.hypot(s, t) - 0.6))).toBeLessThan(0.003);
    const sharpest = Math.max(...curve.sharpnesses);
    expect(sharpest / WALL_WIDTH ** -2).toBeGreaterThan(0.8);
    expect(sharpest / WALL_WIDTH ** -2).toBeLessThan(1.01);
  });

  it('end next to pixels that do not count, but pass single ones', () => {
    const hole = (s: number, t: number) => (Math.abs(s) < 0.2 ? NaN : wall(t - 0.013));
    const curves = findRidgeCurves(field(hole), strong);
    expect(curves).toHaveLength(2);
    for (const curve of curves) {
      expect(most(curve, (s) => -Math.abs(s))).toBeLessThan(-0.2);
      expect(most(curve, (_, t) => Math.abs(t - 0.013))).toBeLessThan(0.001);
    }
    const data = field((_, t) => wall(t - 0.013));
    data.statuses[40 * 80 + 33] = Status.overflow;
    data.exponents[40 * 80 + 33] = -Infinity;
    expect(findRidgeCurves(data, strong)).toHaveLength(1);
  });

  it('of nothing are none', () => {
    expect(
      findRidgeCurves(
        field((s, t) => 0.2 * s - 0.1 * t),
        { sharpness: 0.01, low: -9, high: -9 },
      ),
    ).toEqual([]);
    expect(findRidgeCurves(field(() => NaN))).toEqual([]);
    expect(findRidgeCurves(field(() => 0.4))).toEqual([]);
    for (const side of [1, 2, 3]) expect(findRidgeCurves(field((s) => -s * s, side))).toEqual([]);
  });
});

describe('levels', () => {
  /** A wall along t = 0 that is 1 high at the left, falls to 0.4 and rises to 0.8; another that is 0.5 high. */
  const data = field((s, t) => {
    const height = 0.4 + 0.6 * Math.max(0, -s) + 0.4 * Math.max(0, s);
    return height * wall(t - 0.013, 0.06) + 0.5 * wall(t - 0.6, 0.06);
  });
  const count = (low: number, high: number): number =>
    findRidgeCurves(data, { smoothing: 1, low, high, minimumLength: 0 }).length;

  it('keep weak parts where they are joined to strong ones', () => {
    expect(count(0.3, 0.9)).toBe(1);
    expect(
      curveLength(findRidgeCurves(data, { smoothing: 1, low: 0.3, high: 0.9 })[0]),
    ).toBeGreaterThan(1.9);
    expect(count(0.3, 0.3)).toBe(2);
    expect(count(0.6, 0.6)).toBe(2);
    expect(count(0.6, 0.9)).toBe(1);
    expect(count(0.95, 1.5)).toBe(0);
  });

  it('are values, percentiles, or follow from statistics', () => {
    const { low, high } = ridgeCurveLimits(data, {
      low: { percentile: 50 },
      high: { percentile: 100 },
    });
    const sorted = data.exponents.slice().sort();
    expect(low).toBeCloseTo((sorted[3199] + sorted[3200]) / 2, 6);
    expect(high).toBe(sorted[6399]);
    const automatic = ridgeCurveLimits(data, {});
    expect(automatic.low).toBeGreaterThan(0);
    expect(automatic.low).toBeLessThan(automatic.high);
    expect(automatic.minimumLength).toBeCloseTo(0.1, 12);
    expect(automatic.smoothing).toBe(0.8);
    // A tenth of the range in a twentieth of the side.
    expect(automatic.sharpness).toBeGreaterThan(5);
    expect(automatic.sharpness).toBeLessThan(10);
  });

  it('drop curves under a length', () => {
    const spots = field(
      (s, t) => wall(t - 0.5, 0.05) + wall(Math.hypot((s - 0.3) / 3, t + 0.5), 0.05),
    );
    const lengths = (minimumLength: number) =>
      findRidgeCurves(spots, { ...strong, minimumLength }).map(curveLength);
    expect(lengths(0)).toHaveLength(2);
    expect(lengths(0)[1]).toBeGreaterThan(0.2);
    expect(lengths(0)[1]).toBeLessThan(0.5);
    expect(lengths(0.5)).toHaveLength(1);
  });

  it.each([
    [{ smoothing: 0.2 }, /smoothing is 0.2, but must be at least 0.5/],
    [{ smoothing: 17 }, /at most 16/],
    [{ sharpness: -1 }, /sharpness is -1/],
    [{ low: NaN }, /low is NaN, but must be finite/],
    [{ high: { percentile: 101 } }, /high.percentile is 101/],
    [{ low: 2, high: 1 }, /low is 2, but must not be above high, 1/],
    [{ minimumLength: -1 }, /minimumLength is -1/],
  ] as const)('refuse %o', (options, message) => {
    expect(() => findRidgeCurves(data, options)).toThrow(message);
  });
});

describe('contrast', () => {
  it('is the height over the higher side', () => {
    // 1 at the wall, 0.3 to the left of it and 0.1 to the right.
    const data = field((s, t) => {
      const side = s + 0.4 * t - 0.05;
      const ground = side < 0 ? 0.3 : 0.1;
      return ground + (1 - ground) * wall(side, 0.02);
    }, 160);
    const curves = findRidgeCurves(data, { ...strong, smoothing: 0.8 });
    expect(curves).toHaveLength(1);
    const { points, contrasts, strengths } = curves[0];
    for (const [i, contrast] of contrasts.entries()) {
      // At the edge one side is missing.
      if (Math.max(Math.abs(points[2 * i]), Math.abs(points[2 * i + 1])) > 0.8) continue;
      expect(Math.abs(contrast - (strengths[i] - 0.3))).toBeLessThan(0.01);
    }
  });

  it('counts one side where the other is outside', () => {
    const curves = findRidgeCurves(
      field((_, t) => wall(t - 1 + 0.0225, 0.05)),
      {
        ...strong,
        sharpness: 0,
      },
    );
    expect(curves.length).toBeGreaterThan(0);
    expect(Math.min(...curves[0].contrasts)).toBeGreaterThan(0.7);
  });
});

describe('of random fields', () => {
  it('every point is there once, next to its neighbours, and rings are closed', () => {
    const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
      minLength: 144,
      maxLength: 144,
    });
    let curveCount = 0;
    fc.assert(
      fc.property(values, fc.constantFrom(0.5, 0.8, 1.5), (numbers, smoothing) => {
        const data = createFieldData({ width: 12, height: 12 }, SQUARE, (s, t) => ({
          exponent: numbers[Math.floor((t + 1) * 6) * 12 + Math.floor((s + 1) * 6)],
        }));
        const curves = findRidgeCurves(data, {
          smoothing,
          low: -9,
          high: -9,
          sharpness: 0,
          minimumLength: 0,
        });
        const seen = new Set<string>();
        for (const { points, closed } of curves) {
          curveCount++;
          const count = points.length / 2;
          const same = points[0] === points.at(-2) && points[1] === points.at(-1);
          expect(closed).toBe(same);
          for (let i = 0; i < count; i++) {
            const place = `${points[2 * i]} ${points[2 * i + 1]}`;
            if (!(closed && i === count - 1)) expect(seen.has(place)).toBe(false);
            seen.add(place);
            if (i === 0) continue;
            const ds = Math.abs(points[2 * i] - points[2 * i - 2]);
            const dt = Math.abs(points[2 * i + 1] - points[2 * i - 1]);
            expect(Math.max(ds, dt)).toBeLessThan(2 / 12 + 1e-12);
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(curveCount).toBeGreaterThan(200);
  });
});
