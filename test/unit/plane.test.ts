// Plan: planes are orthonormal whatever directions they are made from; pixel centres and points follow the
// formulas; bad planes and domains are refused by name. Control: the coordinate plane gives the point itself.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.ts';
import {
  checkDomain,
  coordinatePlane,
  createPlane,
  pixelCentre,
  planePoint,
} from '../../src/model/plane.ts';

const inner = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

describe('createPlane', () => {
  it('takes as many inputs as a network may have', () => {
    const count = 2 ** 20;
    const [a, b] = [1, 2].map((k) =>
      Float64Array.from({ length: count }, (_, i) => Math.sin(k * i)),
    );
    const { u, v } = createPlane(new Float64Array(count), a, b);
    expect(inner(u, v)).toBeCloseTo(0, 12);
    expect(inner(v, v)).toBeCloseTo(1, 12);
  });

  it('makes its directions orthonormal and keeps their span', () => {
    const vector = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), {
      minLength: 5,
      maxLength: 5,
    });
    fc.assert(
      fc.property(vector, vector, vector, (origin, a, b) => {
        const size = Math.hypot(...a) * Math.hypot(...b);
        const cosine = inner(Float64Array.from(a), Float64Array.from(b)) / size;
        fc.pre(size > 1e-6 && Math.abs(cosine) < 1 - 1e-6);
        const { u, v } = createPlane(origin, a, b);
        expect(inner(u, u)).toBeCloseTo(1, 12);
        expect(inner(v, v)).toBeCloseTo(1, 12);
        expect(inner(u, v)).toBeCloseTo(0, 12);
        const rest = b.map((value, i) => {
          const along = inner(Float64Array.from(b), u) * u[i];
          return value - along - inner(Float64Array.from(b), v) * v[i];
        });
        expect(Math.hypot(...rest) / Math.hypot(...b)).toBeLessThan(1e-12);
      }),
    );
  });

  it.each([
    [[0, 0], [1, 0, 0], [0, 1], /plane\.a has 3 numbers, but origin has 2/],
    [[0, 0], [1, 0], [2, 0], /plane\.b is parallel/],
    [[0, 0], [0, 0], [1, 0], /plane\.a is zero/],
    [[0, NaN], [1, 0], [0, 1], /plane\.origin\[1\] is NaN/],
  ])('refuses origin %j with %j and %j', (origin, a, b, message) => {
    expect(() => createPlane(origin, a, b)).toThrow(DataError);
    expect(() => createPlane(origin, a, b)).toThrow(message);
  });
});

describe('points and pixels', () => {
  const domain = { sMin: -1, tMin: 0, sMax: 3, tMax: 2 };
  it('follow the formulas', () => {
    expect([...planePoint(coordinatePlane(3), 0.25, -4)]).toEqual([0.25, -4, 0]);
    expect(pixelCentre(domain, 4, 2, 0, 0)).toEqual([-0.5, 0.5]);
    expect(pixelCentre(domain, 4, 2, 3, 1)).toEqual([2.5, 1.5]);
  });

  it('refuse a domain without area or with a number that is not finite', () => {
    expect(checkDomain(domain)).toBe(domain);
    expect(() => checkDomain({ ...domain, sMax: -1 })).toThrow(/has no area/);
    expect(() => checkDomain({ ...domain, tMin: 5 })).toThrow(/has no area/);
    expect(() => checkDomain({ ...domain, sMin: -1e308, sMax: 1e308 })).toThrow(
      /^domain \[-1e\+308, .*\] is wider than any number/,
    );
    expect(() => checkDomain({ ...domain, sMin: -8e307, sMax: 8e307 })).not.toThrow();
    expect(() => checkDomain({ ...domain, tMax: Infinity })).toThrow(/domain\.tMax is Infinity/);
  });
});
