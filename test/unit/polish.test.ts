// Plan: polished ridges of a network of width 1, whose ridge is a line with known sharpness, after points were pushed off it: on the
// line, with residuals at the level of float32; of trained networks of the circle: residuals likewise, each point but a
// few polished, and its ridge within 1 % of the radius; of a ReLU network, which has no ridge between its pieces: nothing
// moves. Rings stay closed. Refusals and abort. Control: before polishing points are farther from the line than after.
import { describe, expect, it } from 'vitest';
import { curveLength } from '../../src/curves/curve.ts';
import { polishRidges } from '../../src/curves/polish.ts';
import { findRidgeCurves, type RidgeCurve } from '../../src/curves/ridge-curves.ts';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { FieldData } from '../../src/engine/engine.ts';
import { parseNetworkJson } from '../../src/files/json.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { createNetwork, type Network } from '../../src/model/network.ts';
import { initialiseNetwork, tensorPlaces, writeTensor } from '../../src/model/parameters.ts';
import { coordinatePlane, type Domain } from '../../src/model/plane.ts';
import { measureRing, trainedField } from '../bench/ridge-networks.ts';
import { readFixture } from '../support/files.ts';
import { FLOAT32_UNIT } from '../support/tolerance.ts';

const SQUARE: Domain = { sMin: -1, tMin: -1, sMax: 1, tMax: 1 };

async function fieldOf(network: Network, side: number): Promise<FieldData> {
  const engine = createCpuEngine();
  const model = engine.createModel(network);
  const size = { width: side, height: side };
  const plane = coordinatePlane(2);
  const data = await engine.computeField(model, { plane, domain: SQUARE, ...size, layer: 1 });
  engine.dispose();
  return data;
}

/** tanh(3x + 4y + 0.7): λ = log 5 + log sech²(3x + 4y + 0.7), with its ridge where the sum is 0. */
function lineNetwork(): Network {
  const network = createNetwork(parseArchitecture('2-1-1'));
  for (const place of tensorPlaces(network)) {
    const numbers = place.part === 'bias' ? [0.7] : [3, 4];
    if (place.layerIndex === 0) writeTensor(place, numbers, network.parameters);
  }
  return network;
}

const toLine = ({ points }: RidgeCurve, i: number): number =>
  (3 * points[2 * i] + 4 * points[2 * i + 1] + Math.fround(0.7)) / 5;

/** The ridge, each point moved across by up to a pixel, as wide smoothing or noise would. */
function pushedOff(ridge: RidgeCurve, step: number): RidgeCurve {
  const points = ridge.points.map((value, k) => value + step * Math.sin(k >> 1) * ridge.normals[k]);
  return { ...ridge, points };
}

/** What float32 tells apart in coordinates of this size. */
const resolution = ({ points }: RidgeCurve, i: number): number =>
  FLOAT32_UNIT * Math.max(Math.abs(points[2 * i]), Math.abs(points[2 * i + 1]), 2 / 256);

describe('polished ridges', () => {
  it('of a known network are on the ridge', async () => {
    const network = lineNetwork();
    const data = await fieldOf(network, 48);
    const found = findRidgeCurves(data, { low: 1, high: 1, sharpness: 0 }).map((r) =>
      pushedOff(r, 2 / 48),
    );
    expect(found).toHaveLength(1);
    const [ridge] = await polishRidges(network, data, found);
    let [before, after, worst, bend] = [0, 0, 0, 0];
    for (let i = 0; i < ridge.strengths.length; i++) {
      expect(ridge.polished[i]).toBe(1);
      before = Math.max(before, Math.abs(toLine(found[0], i)));
      after = Math.max(after, Math.abs(toLine(ridge, i)) / resolution(ridge, i));
      worst = Math.max(worst, ridge.residuals[i] / ridge.sharpnesses[i] / resolution(ridge, i));
      bend = Math.max(bend, Math.abs(ridge.sharpnesses[i] / 50 - 1));
      expect(ridge.strengths[i]).toBeCloseTo(Math.log(5), 12);
    }
    console.log(
      `line: off by ${after} and residual ${worst} of what float32 resolves, before ${before}`,
    );
    expect(before).toBeGreaterThan(0.02);
    expect(after).toBeLessThan(1);
    expect(worst).toBeLessThan(1);
    // (log sech²)″ = −2 sech², times 5²; differences of fourth order and of numbers with 16 digits.
    expect(bend).toBeLessThan(1e-6);
  });

  it.each(['2-10x8-1', '2-10x12-1'])(
    'of the trained circle network %s are within 1 % of the radius',
    async (architecture) => {
      const { network } = parseNetworkJson(readFixture(`trained/circle-${architecture}.json`));
      const data = await trainedField(network);
      const found = findRidgeCurves(data);
      expect(found[0].closed).toBe(true);
      const [ring] = await polishRidges(network, data, found.slice(0, 1));
      expect(ring.closed).toBe(true);
      expect(Array.from(ring.points.subarray(-2))).toEqual(Array.from(ring.points.subarray(0, 2)));
      let [worst, polishedCount] = [0, 0];
      for (let i = 0; i < ring.strengths.length; i++) {
        if (!ring.polished[i]) continue;
        polishedCount++;
        worst = Math.max(worst, ring.residuals[i] / ring.sharpnesses[i] / resolution(ring, i));
      }
      const { radius, radiusError } = measureRing(ring);
      console.log(
        `circle ${architecture}: radius ${radius}, off by ${radiusError} of it, ` +
          `residual ${worst.toPrecision(2)} of what float32 resolves, ` +
          `${polishedCount} of ${ring.strengths.length} points, length ${curveLength(ring)}`,
      );
      expect(worst).toBeLessThan(1);
      expect(polishedCount / ring.strengths.length).toBeGreaterThan(0.97);
      expect(Math.abs(radius - 1)).toBeLessThan(0.01);
      expect(radiusError).toBeLessThan(0.01);
    },
  );

  it('of networks that are linear in pieces stay as they are', async () => {
    const spec = parseArchitecture('2-12x2-1', { activation: 'relu' });
    const network = initialiseNetwork(spec, 5, { scheme: 'he' });
    const data = await fieldOf(network, 40);
    const found = findRidgeCurves(data, { low: -9, high: -9, minimumLength: 0 });
    expect(found.length).toBeGreaterThan(0);
    const polished = await polishRidges(network, data, found);
    polished.forEach((ridge, k) => {
      expect(ridge.polished.every((isPolished) => isPolished === 0)).toBe(true);
      expect(ridge.residuals.every(Number.isNaN)).toBe(true);
      expect(ridge.points).toEqual(found[k].points);
    });
  });

  it('can be stopped, tell how far they are, and refuse another network', async () => {
    const network = lineNetwork();
    const data = await fieldOf(network, 200);
    const found = findRidgeCurves(data, { low: 1, high: 1, sharpness: 0 });
    const fractions: number[] = [];
    await polishRidges(network, data, found, { onProgress: (part) => fractions.push(part) });
    expect(fractions.at(-1)).toBe(1);
    const stop = new AbortController();
    const work = polishRidges(
      network,
      data,
      Array.from({ length: 40 }, () => found[0]),
      {
        signal: stop.signal,
        onProgress: () => stop.abort(),
      },
    );
    await expect(work).rejects.toThrow(/abort/i);
    const other = createNetwork(parseArchitecture('3-4-1'));
    await expect(polishRidges(other, data, found)).rejects.toThrow(/3 inputs/);
  });
});
