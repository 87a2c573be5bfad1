// Plan: distances between random curves against all pairs of points and pieces; of circles, lines and nothing in closed form; the angle
// between stretching and ridge of fields whose directions are given, with their signs at random; the report as JSON,
// GeoJSON and SVG paths of known curves. Control: distances to other curves differ.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBoundaryCurves } from '../../src/curves/boundary.ts';
import { curveLength, type Curve } from '../../src/curves/curve.ts';
import { curveDistance } from '../../src/curves/distance.ts';
import { findRidgeCurves } from '../../src/curves/ridge-curves.ts';
import { stretchingAngles, summariseRidges } from '../../src/curves/summary.ts';
import { curvesToGeoJson, curveToSvgPath, reportRidges } from '../../src/curves/writing.ts';
import type { Domain } from '../../src/model/plane.ts';
import { createFieldData } from '../support/synthetic-field.ts';

const SQUARE: Domain = { sMin: -1, tMin: -1, sMax: 1, tMax: 1 };

const curve = (points: number[], closed = false): Curve => ({
  points: Float64Array.from(points),
  closed,
});

function circle(radius: number, count = 400): Curve {
  const angles = Array.from({ length: count + 1 }, (_, i) => (2 * Math.PI * (i % count)) / count);
  return curve(
    angles.flatMap((angle) => [radius * Math.cos(angle), radius * Math.sin(angle)]),
    true,
  );
}

describe('distances', () => {
  /** Of a point to a piece, by trying many places on it. */
  function directDistance(from: readonly Curve[], to: readonly Curve[]): number {
    let largest = 0;
    for (const { points } of from) {
      for (let i = 0; i < points.length; i += 2) {
        let nearest = Infinity;
        for (const { points: others } of to) {
          for (let j = 2; j < others.length; j += 2) {
            const [a, b] = [others.subarray(j - 2, j), others.subarray(j, j + 2)];
            const square = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2;
            const dot = (points[i] - a[0]) * (b[0] - a[0]) + (points[i + 1] - a[1]) * (b[1] - a[1]);
            const part = square > 0 ? Math.min(1, Math.max(0, dot / square)) : 0;
            const [s, t] = [0, 1].map((k) => a[k] + part * (b[k] - a[k]));
            nearest = Math.min(nearest, Math.hypot(points[i] - s, points[i + 1] - t));
          }
        }
        largest = Math.max(largest, nearest);
      }
    }
    return largest;
  }

  it('are those to the nearest of all pieces', () => {
    const place = fc.tuple(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -3, max: 0.1, noNaN: true }),
    );
    const curves = fc.array(
      fc.array(place, { minLength: 2, maxLength: 12 }).map((places) => curve(places.flat())),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(curves, curves, (from, to) => {
        const { largest, mean } = curveDistance(from, to)!;
        expect(Math.abs(largest - directDistance(from, to))).toBeLessThan(1e-12);
        expect(mean).toBeLessThanOrEqual(largest + 1e-12);
      }),
      { numRuns: 500 },
    );
  });

  it('of concentric circles are the difference of radii', () => {
    for (const [inner, outer] of [
      [0.5, 0.7],
      [0.5, 5],
    ]) {
      const { mean, largest } = curveDistance([circle(inner)], [circle(outer)])!;
      // Pieces of 400 cut off r (1 − cos(π/400)) = 3e-5 r of the circle.
      expect(Math.abs(mean - (outer - inner))).toBeLessThan(4e-5 * outer);
      expect(Math.abs(largest - (outer - inner))).toBeLessThan(4e-5 * outer);
    }
  });

  it('are means over length, whatever the points', () => {
    // Half of it on the line, half of it 0.4 away from the line's end.
    const bent = curve([0, 0, 0.1, 0, 0.2, 0, 1, 0, 1, 0.4]);
    const { mean, largest } = curveDistance([bent], [curve([-5, 0, 5, 0])])!;
    expect(largest).toBeCloseTo(0.4, 12);
    expect(mean).toBeCloseTo((0.4 * 0.2) / 1.4, 12);
    const single = curveDistance([curve([0, 1, 0, 1])], [curve([0, 0, 0, 0])])!;
    expect(single).toEqual({ mean: 1, largest: 1 });
    expect(curveDistance([], [bent])).toBeNull();
    expect(curveDistance([bent], [])).toBeNull();
  });
});

/** A wall along t = 0.1, a boundary along t = 0.15, and what stretches at `angle` to the wall's normal. */
function wallField(angle: (s: number, t: number) => number, height = 1) {
  return createFieldData({ width: 60, height: 60 }, SQUARE, (s, t) => ({
    exponent: height * Math.exp(-0.5 * ((t - 0.1) / 0.1) ** 2),
    outputs: [t - 0.15],
    angle: angle(s, t),
  }));
}

describe('the summary', () => {
  it('has the angle between stretching and the normal, whatever the signs', () => {
    for (const degrees of [0, 3, 30, 89]) {
      const data = wallField(
        (s) => Math.PI / 2 + (degrees * Math.PI) / 180 + (Math.sin(400 * s) > 0 ? Math.PI : 0),
      );
      const { angleDegrees } = summariseRidges(data, findRidgeCurves(data), []);
      // Directions and λ are float32, and an arc cosine near 1 has half the digits.
      expect(Math.abs(angleDegrees! - degrees)).toBeLessThan(0.05);
    }
  });

  it('has no angle where there is no direction', () => {
    const data = wallField(() => 0);
    data.directions.fill(0);
    const [ridge] = findRidgeCurves(data);
    expect(stretchingAngles(data, ridge).every(Number.isNaN)).toBe(true);
    expect(summariseRidges(data, [ridge], []).angleDegrees).toBeNull();
  });

  it('has lengths and distances, or null without curves', () => {
    const data = wallField(() => 0);
    const summary = summariseRidges(data, findRidgeCurves(data), findBoundaryCurves(data));
    expect(summary.ridgeLength).toBeCloseTo(2 - 2 / 60, 6);
    expect(summary.boundaryLength).toBeCloseTo(2, 9);
    expect(summary.ridgeToBoundary!.mean).toBeCloseTo(0.05, 4);
    // The boundary goes on to the edge, half a pixel beyond the ridge.
    expect(summary.hausdorff).toBeCloseTo(Math.hypot(0.05, 1 / 60), 4);
    const nothing = wallField(() => 0, 0);
    expect(summariseRidges(nothing, findRidgeCurves(nothing), [])).toEqual({
      ridgeLength: 0,
      boundaryLength: 0,
      ridgeToBoundary: null,
      boundaryToRidge: null,
      hausdorff: null,
      angleDegrees: null,
    });
  });
});

describe('curves as data', () => {
  const data = wallField(() => Math.PI / 2);
  const ridges = findRidgeCurves(data);
  const boundary = findBoundaryCurves(data);

  it('are a report that JSON keeps', () => {
    const report = reportRidges(data, ridges, boundary);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(Object.keys(report).slice(0, 4)).toEqual([
      'ridges',
      'boundary',
      'distance',
      'angleDegrees',
    ]);
    const [ridge] = report.ridges;
    expect(ridge.points).toHaveLength(60);
    expect(ridge.points[0]).toEqual([ridges[0].points[0], ridges[0].points[1]]);
    for (const values of [ridge.strength, ridge.sharpness, ridge.contrast]) {
      expect(values).toHaveLength(60);
    }
    expect(ridge.closed).toBe(false);
    expect(report.distance.mean).toBeCloseTo(0.05, 4);
    expect(reportRidges(data, [], [])).toMatchObject({
      ridges: [],
      boundary: [],
      distance: { mean: null, hausdorff: null },
      angleDegrees: null,
    });
  });

  it('tell of each point whether it was polished, and what is left', () => {
    const count = ridges[0].strengths.length;
    const polished = {
      ...ridges[0],
      polished: Uint8Array.from({ length: count }, (_, i) => i % 2),
      residuals: Float64Array.from({ length: count }, (_, i) => (i % 2 ? 2 ** -i : NaN)),
    };
    const report = reportRidges(data, [polished, ridges[0]], []);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.ridges[0].polished!.slice(0, 4)).toEqual([false, true, false, true]);
    expect(report.ridges[0].residuals!.slice(0, 4)).toEqual([null, 1 / 2, null, 1 / 8]);
    expect(Object.keys(report.ridges[1])).not.toContain('polished');
    const { properties } = curvesToGeoJson([polished]).features[0];
    expect(properties.residuals).toEqual(report.ridges[0].residuals);
  });

  it('are GeoJSON-like', () => {
    const { type, features } = curvesToGeoJson(ridges, boundary);
    expect(type).toBe('FeatureCollection');
    expect(features.map(({ properties }) => properties.kind)).toEqual(['ridge', 'boundary']);
    const [{ geometry, properties }] = features;
    expect(geometry.type).toBe('LineString');
    expect(geometry.coordinates).toHaveLength(60);
    expect(properties.length).toBe(curveLength(ridges[0]));
    expect(properties.strength).toHaveLength(60);
  });

  it('are SVG paths, y down, rings closed', () => {
    const view = { domain: SQUARE, width: 200, height: 100 };
    expect(curveToSvgPath(curve([-1, -1, 0, 0, 1, 1]), view)).toBe('M0 100L100 50L200 0');
    expect(curveToSvgPath(curve([0, 0, 0.5, 0, 0.12345, 0.5, 0, 0], true), view)).toBe(
      'M100 50L150 50L112.345 25Z',
    );
  });
});
