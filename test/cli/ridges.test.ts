// Plan: `ftle ridges` on the trained circle network against the functions that it stands for: what --json prints, member
// by member; polished; levels as values and percentiles; JSON, GeoJSON and SVG files; wrong options. Control: other
// levels give other curves.
import { describe, expect, it } from 'vitest';
import { findBoundaryCurves } from '../../src/curves/boundary.ts';
import { polishRidges } from '../../src/curves/polish.ts';
import { findRidgeCurves } from '../../src/curves/ridge-curves.ts';
import { curvesToGeoJson, reportRidges, type RidgeReport } from '../../src/curves/writing.ts';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import { parseNetworkJson } from '../../src/files/json.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { Workplace } from '../support/command.ts';
import { readFixture } from '../support/files.ts';

const place = new Workplace();
const bytes = readFixture('trained/circle-2-10x4-1.json');
place.write('net.json', bytes);
const { network } = parseNetworkJson(bytes);
const RIDGES = ['ridges', 'net.json', '--size', '72', '--backend', 'cpu'];

const engine = createCpuEngine();
const data = await engine.computeField(engine.createModel(network), {
  plane: coordinatePlane(2),
  domain: { sMin: -1.8, tMin: -1.8, sMax: 1.8, tMax: 1.8 },
  width: 72,
  height: 72,
  layer: 4,
  space: 'plane',
});
const ridges = findRidgeCurves(data);
const boundary = findBoundaryCurves(data);

describe('ftle ridges', () => {
  it('prints ridges, boundary, distance and angle', async () => {
    const printed = await place.json<RidgeReport>(RIDGES);
    expect(printed).toMatchObject({ command: 'ridges', backend: 'cpu' });
    expect(printed).toMatchObject(reportRidges(data, ridges, boundary));
    expect(printed.ridges[0].closed).toBe(true);
    expect(printed.boundary[0].closed).toBe(true);
    expect(printed.distance.mean).toBeGreaterThan(0);
  });

  it('polishes', async () => {
    const printed = await place.json<RidgeReport>([...RIDGES, '--polish']);
    const polished = await polishRidges(network, data, ridges);
    expect(printed).toMatchObject(reportRidges(data, polished, boundary));
    const { residuals, polished: flags } = printed.ridges[0];
    expect(flags).toHaveLength(printed.ridges[0].points.length);
    expect(flags!.every((flag, i) => flag === (residuals![i] !== null))).toBe(true);
    expect(flags).toContain(true);
    expect(printed.ridges[0].points).not.toEqual(reportRidges(data, ridges, []).ridges[0].points);
    const { stdout, code } = await place.run([...RIDGES, '--polish']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ridges: \d+ curves?, 1 closed, length 8\.\d+/);
    expect(stdout).toMatch(/polished: \d+ of \d+ points/);
  });

  it('takes levels as values and percentiles', async () => {
    const options = ['--low', '80%', '--high', '0.9', '--sharpness', '0.2', '--smoothing', '1.2'];
    const printed = await place.json<RidgeReport>([...RIDGES, ...options, '--minimum-length', '0']);
    const wanted = findRidgeCurves(data, {
      low: { percentile: 80 },
      high: 0.9,
      sharpness: 0.2,
      smoothing: 1.2,
      minimumLength: 0,
    });
    expect(printed).toMatchObject(reportRidges(data, wanted, boundary));
    expect(printed.ridges).not.toEqual(reportRidges(data, ridges, []).ridges);
  });

  it('writes files', async () => {
    const text = (name: string) => new TextDecoder().decode(place.read(name));
    const printed = await place.json<RidgeReport>([...RIDGES, '--out', 'ridges.json']);
    expect(printed).toMatchObject(JSON.parse(text('ridges.json')) as object);
    await place.json([...RIDGES, '--out', 'ridges.geojson']);
    expect(JSON.parse(text('ridges.geojson'))).toEqual(curvesToGeoJson(ridges, boundary));
    await place.json([...RIDGES, '--out', 'ridges.svg']);
    expect(text('ridges.svg').match(/<path d="M[^"]*"/g)).toHaveLength(
      ridges.length + boundary.length,
    );
  });

  it.each([
    [['--low', '101%'], /--low is "101%", but must be a value of λ, a percentile such as 70%/],
    [['--high', 'strong'], /--high is "strong"/],
    [['--out', 'ridges.png'], /must end in one of \.json, \.geojson, \.svg/],
    [['--smoothing', '0.4'], /--smoothing is "0\.4", but must be .* 0\.5, 16 at most/],
    [['--smoothing', '17'], /--smoothing is "17"/],
    [['--low', '2', '--high', '1'], /--low is 2, but must not be above --high, 1/],
    [['--low', '90%', '--high', '60%'], /--low is 90%, but must not be above --high, 60%/],
  ])('refuses %j', async (options, message) => {
    const { code, stderr } = await place.run([...RIDGES, ...options]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('says what is wrong with levels that only the field tells', async () => {
    const { code, stderr } = await place.run([...RIDGES, '--low', '9', '--high', '50%']);
    expect(stderr).toMatch(/low is 9, but must not be above high, /);
    expect(code).toBe(1);
  });
});
