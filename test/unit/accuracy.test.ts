// Plan: what `npm run accuracy` compares and how. Every kernel that takes a network has its turn, and one of them is
// the last of the likeliest road. Errors of a field that is right in float64 are those of storing it in float32; one
// number off, a turned direction and a wrong status are seen, a NaN and a field without good points refused. Over all
// inputs likewise. Of a field with a tolerance the part within it is counted.
import { describe, expect, it } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { ExponentSpace, FieldData } from '../../src/engine/engine.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane, pixelCentre } from '../../src/model/plane.ts';
import { variantsOf } from '../bench/accuracy.ts';
import { TrueField } from '../bench/accuracy-errors.ts';

const SIDE = 6;
const domain = { sMin: -1.8, tMin: -1.8, sMax: 1.8, tMax: 1.8 };
const networkOf = (architecture: string) => initialiseNetwork(parseArchitecture(architecture), 1);

async function rightField(architecture: string, space: ExponentSpace) {
  const network = networkOf(architecture);
  const engine = createCpuEngine();
  const plane = coordinatePlane(network.inputWidth);
  const size = { width: SIDE, height: SIDE };
  const request = { plane, domain, ...size, layer: network.depth, space };
  const data = await engine.computeField(engine.createModel(network), request);
  const points = Float32Array.from({ length: 2 * SIDE ** 2 }, (_, i) => {
    const pixel = i >> 1;
    return pixelCentre(domain, SIDE, SIDE, pixel % SIDE, Math.floor(pixel / SIDE))[i % 2];
  });
  return { data, truth: new TrueField(network, points, space) };
}

const changed = (data: FieldData, change: (copy: FieldData) => void): FieldData => {
  const copy = structuredClone(data);
  change(copy);
  return copy;
};

describe('kernels that are compared', () => {
  const labels = (
    architecture: string,
    slow: boolean,
    space: ExponentSpace = 'plane',
    isSwiftShader = slow,
  ) =>
    variantsOf(networkOf(architecture), { slow, isSwiftShader }, space).map(
      ({ label, isLikeliest }) => (isLikeliest ? `${label} (likeliest)` : label),
    );

  it('are all that take a network', () => {
    expect(labels('2-10x2-1', true)).toEqual([
      'fused, first kernel',
      'fused (likeliest)',
      'wide, first kernel',
      'wide',
      'grouped',
      'tiled',
      'by-op',
    ]);
    expect(labels('2-50x2-1', true)).toEqual([
      'wide, first kernel',
      'wide (likeliest)',
      'grouped',
      'tiled',
      'by-op',
    ]);
    // Beyond 64 rows the first of the wide road is that after by-op.
    expect(labels('2-100x2-1', true)).toEqual([
      'wide, first kernel',
      'wide (likeliest)',
      'grouped',
      'tiled',
      'by-op',
    ]);
    for (const width of [50, 100]) {
      const found = labels(`2-${width}x2-1`, true, 'plane', false);
      expect(found).toEqual(['wide (likeliest)', 'grouped', 'tiled', 'by-op']);
    }
    expect(labels('2-10x2-1', false)).toEqual([
      'fused (likeliest)',
      'fused-2',
      'grouped',
      'grouped-4',
      'tiled',
      'tiled-4',
      'by-op',
    ]);
    expect(labels('5-10x2-1', true, 'full')).toEqual(['spectral (likeliest)']);
  });
});

describe.each([
  ['2-5x3-1', 'plane'],
  ['5-7x2-2', 'full'],
] as const)('errors of %s, %s', (architecture, space) => {
  it('are those of storage where the field is right', async () => {
    const { data, truth } = await rightField(architecture, space);
    const { worst, statusMismatches, pointCount, aboveCount } = truth.compare(data);
    expect({ statusMismatches, pointCount, aboveCount }).toEqual({
      statusMismatches: 0,
      pointCount: SIDE ** 2,
      aboveCount: 0,
    });
    // l·λ and the point are rounded to float32, and λ to it once more.
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan(1e-6);
  });

  it('show one wrong number, and how it compares with one ulp', async () => {
    const { data, truth } = await rightField(architecture, space);
    const found = truth.compare(changed(data, (copy) => (copy.exponents[7] += 0.5)));
    expect(found.worst).toBeCloseTo(0.5 * data.span, 4);
    expect(found.aboveCount).toBe(1);
    expect(found.ulpChange).toBeGreaterThan(0);
    expect(found.worstRatio).toBeCloseTo(found.worst / found.ulpChange, 3);
    const status = truth.compare(changed(data, (copy) => (copy.statuses[7] = 2)));
    expect(status).toMatchObject({ statusMismatches: 1, pointCount: SIDE ** 2 - 1 });
  });

  it('are refused where they are no numbers', async () => {
    const { data, truth } = await rightField(architecture, space);
    expect(() => truth.compare(changed(data, (copy) => (copy.exponents[3] = NaN)))).toThrow('NaN');
    expect(() => truth.compare(changed(data, (copy) => copy.statuses.fill(1)))).toThrow('no good');
  });

  it('within a tolerance are counted', async () => {
    const { data, truth } = await rightField(architecture, space);
    const off = changed(data, (copy) => {
      for (const pixel of [1, 2, 3]) copy.exponents[pixel] += 0.5;
    });
    const { within, worst, median } = truth.compareWithin(off, 0.1);
    expect(within).toBeCloseTo(1 - 3 / SIDE ** 2, 12);
    expect(worst).toBeGreaterThan(0.4);
    expect(median).toBeLessThan(1e-6);
  });
});

it('angles show a turned direction', async () => {
  const { data, truth } = await rightField('2-5x3-1', 'plane');
  const { worstAngle, angleCount } = truth.compare(data);
  expect(angleCount).toBeGreaterThan(0);
  expect(worstAngle).toBeLessThan(1e-3);
  const turned = changed(data, (copy) => {
    for (let pixel = 0; pixel < SIDE ** 2; pixel++) {
      const [s, t] = copy.directions.slice(2 * pixel, 2 * pixel + 2);
      copy.directions.set([-t, s], 2 * pixel);
    }
  });
  expect(truth.compare(turned).worstAngle).toBeCloseTo(90, 3);
});
