// Plan: input gradients against finite differences; attacks on the GPU against float64, for both norms, both
// losses, towards and away, with bounds, in batches; FGSM against its formula; what must hold of any attack
// (distance, bounds, a higher or lower loss); points of a network that is certain of its class, or has soft
// targets; starts outside the bounds refused, on both backends. Control: with another target the points differ.
import { describe, expect, it } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { AttackData, AttackRequest, Engine } from '../../src/engine/engine.ts';
import { createGpuEngine } from '../../src/engine/gpu-engine.ts';
import { DataError } from '../../src/errors.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import type { Network } from '../../src/model/network.ts';
import {
  initialiseNetwork,
  readTensor,
  tensorPlaces,
  writeTensor,
} from '../../src/model/parameters.ts';
import { inputGradient } from '../../src/reference/attack.ts';
import { classify, forward } from '../../src/reference/forward.ts';
import { sampleLoss } from '../../src/reference/loss.ts';
import { getTestDevice } from '../support/device.ts';

function normals(count: number, seed: number): Float32Array {
  const stream = new RandomStream(seed, Purpose.noise);
  return Float32Array.from({ length: count }, () => stream.normal());
}

/** One-hot targets, of class i mod width. */
function classesOf(count: number, width: number, shift = 0): Float32Array {
  const targets = new Float32Array(count * width);
  for (let i = 0; i < count; i++) targets[i * width + ((i + shift) % width)] = 1;
  return targets;
}

async function attackWith(
  engine: Engine,
  network: Network,
  points: Float32Array,
  targets: Float32Array,
  request: AttackRequest,
): Promise<AttackData> {
  const model = engine.createModel(network);
  try {
    return await engine.attack(model, points, targets, request);
  } finally {
    model.dispose();
  }
}

/** Of 5 inputs, with scores some hundreds apart, or one score that far from 0. */
function certainNetwork(classCount: number): Network {
  const spec = parseArchitecture(`5-9x2-${classCount}`, { outputActivation: 'identity' });
  const network = initialiseNetwork(spec, 4);
  const weights = tensorPlaces(network).at(-2)!;
  const larger = readTensor(weights, network.parameters).map((value) => 500 * value);
  writeTensor(weights, larger, network.parameters);
  return network;
}

const base: AttackRequest = {
  norm: 'l2',
  radius: 0.3,
  stepCount: 6,
  loss: 'cross-entropy',
  direction: 'away',
};

describe('input gradients', () => {
  it.each(['squared', 'cross-entropy'] as const)('of %s are finite differences', (loss) => {
    const network = initialiseNetwork(parseArchitecture('5-7x2-3'), 2);
    const point = Float64Array.from(normals(5, 1));
    const targets = [0, 1, 0];
    const gradient = inputGradient(network, point, targets, loss);
    const value = (x: Float64Array) => sampleLoss(loss, forward(network, x), targets);
    for (let i = 0; i < 5; i++) {
      const [above, below] = [1e-5, -1e-5].map((h) =>
        value(point.map((x, j) => x + (j === i ? h : 0))),
      );
      expect(Math.abs((above - below) / 2e-5 - gradient[i])).toBeLessThan(1e-9);
    }
  });
});

describe('attacks', () => {
  const cases: [string, string, Partial<AttackRequest>, boolean][] = [
    ['l2 away', '5-9x2-3', {}, true],
    ['l2 away, by ops', '5-9x2-3', {}, false],
    ['l2 towards', '5-9x2-3', { direction: 'towards' }, true],
    ['linf', '5-9x2-3', { norm: 'linf' }, true],
    ['bounds', '5-9x2-3', { bounds: [-0.5, 0.5] }, true],
    ['squared', '6-8x3-1', { loss: 'squared' }, true],
    ['784 inputs', '784-10x2-10', { radius: 2 }, true],
  ];
  it.each(cases)('%s, of %s, %o, are those of float64', async (_, text, changes, slow) => {
    const network = initialiseNetwork(parseArchitecture(text), 4);
    const { inputWidth, outputWidth } = network;
    const count = 11;
    const [low, high] = changes.bounds ?? [-Infinity, Infinity];
    const points = normals(count * inputWidth, 5).map((x) => Math.max(low, Math.min(high, x)));
    const targets = classesOf(count, outputWidth);
    const request = { ...base, ...changes, path: true };
    const gpu = createGpuEngine(await getTestDevice(), { slow });
    const actual = await attackWith(gpu, network, points, targets, request);
    const expected = await attackWith(createCpuEngine(), network, points, targets, request);
    expect(actual.path).toHaveLength(7 * count * inputWidth);
    expect(actual.path!.subarray(0, points.length)).toEqual(points);
    expect(actual.path!.subarray(6 * points.length)).toEqual(actual.points);
    let worst = 0;
    expected.path!.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(actual.path![i] - value));
    });
    // Float32 gradients of these small networks are good to about 1e-6 relative; six steps add up.
    console.log(`attack ${text}: worst ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(2e-5 * request.radius);
    expect([...actual.classes]).toEqual([...expected.classes]);
    expected.outputs.forEach((value, i) => {
      expect(Math.abs(actual.outputs[i] - value)).toBeLessThan(1e-4);
    });
  });

  it.each([
    ['l2', 'away', 5],
    ['linf', 'away', 5],
    ['l2', 'towards', 5],
    ['l2', 'away', 2],
    ['linf', 'away', 1],
  ] as const)('in %s, %s from certain classes, of %i', async (norm, direction, classCount) => {
    const network = certainNetwork(classCount);
    const count = 40;
    const points = normals(count * 5, 8);
    const targets = new Float32Array(count * classCount);
    for (let i = 0; i < count; i++) {
      const own = classify(forward(network, points.subarray(5 * i, 5 * i + 5)));
      if (classCount === 1) targets[i] = own === 1 ? 1 : -1;
      else targets[i * classCount + own] = 1;
    }
    const loss = classCount === 1 ? 'squared' : 'cross-entropy';
    const request = { ...base, norm, direction, loss, stepCount: 1 } as const;
    const gpu = createGpuEngine(await getTestDevice(), { slow: true });
    const actual = await attackWith(gpu, network, points, targets, request);
    const expected = await attackWith(createCpuEngine(), network, points, targets, request);
    let [worst, least] = [0, Infinity];
    for (let i = 0; i < count; i++) {
      const moved = [0, 1, 2, 3, 4].map((k) => actual.points[5 * i + k] - points[5 * i + k]);
      least = Math.min(least, Math.hypot(...moved));
    }
    expected.points.forEach((value, k) => {
      worst = Math.max(worst, Math.abs(actual.points[k] - value));
    });
    // Scores of some hundreds are good to 1e-4 in float32, and so are their softmax and its direction.
    console.log(`certain: worst ${worst.toExponential(1)}, least distance ${least.toFixed(3)}`);
    expect(least).toBeGreaterThan(0.29);
    expect(worst).toBeLessThan(1e-3);
  });

  it('with targets between classes are those of float64', async () => {
    const network = initialiseNetwork(parseArchitecture('5-9x2-3'), 4);
    const points = normals(20, 9);
    const targets = Float32Array.of(0.5, 0.5, 0, 0, 2, 0, 0, 0, -1, 0.1, 0.2, 0.7);
    const gpu = createGpuEngine(await getTestDevice(), { slow: true });
    const actual = await attackWith(gpu, network, points, targets, base);
    const expected = await attackWith(createCpuEngine(), network, points, targets, base);
    expected.points.forEach((value, k) => {
      expect(Math.abs(actual.points[k] - value)).toBeLessThan(2e-5 * base.radius);
    });
  });

  it('keep to their ball and bounds, and move the loss as asked', async () => {
    const network = initialiseNetwork(parseArchitecture('5-9x2-3'), 4);
    const count = 600;
    const points = normals(count * 5, 6);
    const targets = classesOf(count, 3);
    const engine = createGpuEngine(await getTestDevice(), { slow: true });
    const loss = (all: Float32Array, i: number) =>
      sampleLoss(
        'cross-entropy',
        forward(network, all.subarray(5 * i, 5 * i + 5)),
        targets.subarray(3 * i, 3 * i + 3),
      );
    for (const [norm, direction] of [
      ['l2', 'away'],
      ['linf', 'towards'],
    ] as const) {
      const request = { ...base, norm, direction };
      const { points: found } = await attackWith(engine, network, points, targets, request);
      let [before, after] = [0, 0];
      for (let i = 0; i < count; i++) {
        const offsets = Array.from({ length: 5 }, (_, j) => found[5 * i + j] - points[5 * i + j]);
        const distance =
          norm === 'l2' ? Math.hypot(...offsets) : Math.max(...offsets.map(Math.abs));
        expect(distance).toBeLessThan(0.3 * (1 + 1e-5));
        before += loss(points, i);
        after += loss(found, i);
      }
      if (direction === 'away') expect(after).toBeGreaterThan(before * 1.02);
      else expect(after).toBeLessThan(before * 0.98);
    }
  });

  it('of one step in linf are the fast gradient sign method', async () => {
    const network = initialiseNetwork(parseArchitecture('5-9x2-3'), 4);
    const points = normals(20, 7);
    const targets = classesOf(4, 3);
    const engine = createGpuEngine(await getTestDevice(), { slow: true });
    const request: AttackRequest = { ...base, norm: 'linf', stepCount: 1 };
    const { points: found } = await attackWith(engine, network, points, targets, request);
    for (let i = 0; i < 4; i++) {
      const point = points.subarray(5 * i, 5 * i + 5);
      const gradient = inputGradient(
        network,
        point,
        targets.subarray(3 * i, 3 * i + 3),
        'cross-entropy',
      );
      gradient.forEach((value, j) => {
        expect(Math.abs(found[5 * i + j] - (point[j] + 0.3 * Math.sign(value)))).toBeLessThan(1e-6);
      });
    }
    const other = await attackWith(engine, network, points, classesOf(4, 3, 1), request);
    expect(other.points).not.toEqual(found);
  });

  it('refuse what does not fit', async () => {
    const network = initialiseNetwork(parseArchitecture('5-9x2-3'), 4);
    const engine = createGpuEngine(await getTestDevice(), { slow: true });
    const points = normals(10, 7);
    const attempt = (changes: object, targets = classesOf(2, 3)) =>
      attackWith(engine, network, points, targets, { ...base, ...changes });
    await expect(attempt({}, classesOf(1, 3))).rejects.toThrow(/3 numbers.*2 points need 6/);
    await expect(attempt({ radius: 0 })).rejects.toThrow(/radius is 0/);
    await expect(attempt({ stepCount: 0 })).rejects.toThrow(/stepCount is 0.*1 to 1000/);
    await expect(attempt({ stepSize: NaN })).rejects.toThrow(/stepSize is NaN/);
    await expect(attempt({ norm: 'l1' })).rejects.toThrow(/norm is "l1"/);
    await expect(attempt({ bounds: [1, 0] })).rejects.toThrow(/bounds are \[1, 0\]/);
    await expect(attempt({ direction: 'up' })).rejects.toThrow(DataError);
    const one = initialiseNetwork(parseArchitecture('5-9x2-1'), 4);
    const single = attackWith(engine, one, points, Float32Array.of(1, 1), base);
    await expect(single).rejects.toThrow(/one output has no softmax; use squared/);
  });

  it('start within the bounds', async () => {
    const network = initialiseNetwork(parseArchitecture('5-9x2-3'), 4);
    const engines = [createGpuEngine(await getTestDevice(), { slow: true }), createCpuEngine()];
    const points = new Float32Array(10).fill(0.3);
    // 0.3 in float32 is above 0.3.
    const request: AttackRequest = { ...base, bounds: [0.1, 0.3] };
    const outside = points.slice();
    outside[8] = -2;
    for (const engine of engines) {
      await attackWith(engine, network, points, classesOf(2, 3), request);
      const attempt = attackWith(engine, network, outside, classesOf(2, 3), request);
      await expect(attempt).rejects.toThrow(DataError);
      await expect(attempt).rejects.toThrow(
        /points\[1\]\[3\] is -2, outside the bounds 0.1 to 0.3/,
      );
    }
  });
});
