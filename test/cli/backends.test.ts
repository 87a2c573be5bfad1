// Plan: the same commands on every backend: exponents of a network that PyTorch exported, at the points that its
// own autodiff was asked about, against what that gave in float64; a field, a training run and a picture against
// the CPU's; `ftle accuracy` against what it must find. Where Dawn has no adapter, that is printed and only its
// exit code is tested.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseNpy } from '../../src/files/npy.ts';
import { parseNetworkJson } from '../../src/files/json.ts';
import { parseOnnx } from '../../src/files/onnx.ts';
import type { Network } from '../../src/model/network.ts';
import { coordinatePlane, pixelCentre, planePoint } from '../../src/model/plane.ts';
import { exponents, planeExponents } from '../../src/reference/exponent.ts';
import { dawnEnvironment, Workplace } from '../support/command.ts';
import { compare } from '../support/compare.ts';
import { FLOAT32_UNIT, parameterTolerance } from '../support/tolerance.ts';

const place = new Workplace();
const FIXTURES = resolve(import.meta.dirname, '../fixtures');
const MODEL = `${FIXTURES}/onnx-external.onnx`;

interface Golden {
  readonly layer: number;
  readonly inputs: readonly number[][];
  readonly lambda: readonly number[];
}
const golden = JSON.parse(readFileSync(`${FIXTURES}/onnx-external.json`, 'utf8')) as Golden;
place.write('inputs.csv', golden.inputs.map((row) => row.join(',')).join('\n'));
const externalData = new Map([['onnx-external.onnx.data', readFileSync(`${MODEL}.data`)]]);
const exported = parseOnnx(readFileSync(MODEL), { externalData }).network;

const tanh = place.network('tanh.json', '2-6x3-1');

/** Backends that have a device here, or why not. */
const dawn = await place.run(
  ['accuracy', 'tanh.json', '--size', '2', '--backend', 'dawn'],
  dawnEnvironment(),
);
const BACKENDS = ['webgpu', ...(dawn.code === 0 ? ['dawn'] : [])];

/** Tolerances of l·λ₁ in float32, with the rounding of inputs and results. */
function tolerances(
  network: Network,
  points: readonly ArrayLike<number>[],
  evaluate: (network: Network, point: ArrayLike<number>) => number,
): number[] {
  const own = parameterTolerance(network, FLOAT32_UNIT, (changed) =>
    points.map((point) => evaluate(changed, point)),
  );
  return points.map((point, i) => {
    const value = evaluate(network, point);
    const moved = Float64Array.from(point, (x, k) => x * (1 + (k % 2 === 0 ? 1 : -1) * 2 ** -14));
    const change = (Math.abs(evaluate(network, moved) - value) * FLOAT32_UNIT) / 2 ** -14;
    return own[i] + 2 * change + FLOAT32_UNIT * Math.abs(value);
  });
}

it('has Dawn, or says why not', () => {
  if (dawn.code === 0) return;
  console.log(`backend dawn is not tested: ${dawn.stderr}`);
  expect(dawn.code).toBe(3);
});

describe.each([...BACKENDS, 'cpu'])('backend %s', (backend) => {
  const run = <T extends object>(args: readonly string[]): Promise<T> =>
    place.json<T>([...args, '--backend', backend], backend === 'dawn' ? dawnEnvironment() : {});

  it('agrees with the exporting framework at points', async () => {
    const { layer, inputs, lambda } = golden;
    const args = ['points', MODEL, '--inputs', 'inputs.csv', '--full', '--layer', String(layer)];
    const said = await run<{ backend: string; device: string }>([...args, '--out', 'l.npy']);
    expect(said.backend).toBe(backend);
    const bounds = tolerances(exported, inputs, (network, point) => {
      return layer * exponents(network, point, layer).values[0];
    });
    compare({
      label: `${backend} (${said.device}), l·λ₁ of PyTorch`,
      actual: Array.from(parseNpy(place.read('l.npy')).values, (value) => layer * value),
      expected: lambda.map((value) => layer * value),
      tolerance: (i) => bounds[i],
    });
  });

  it('computes a field', async () => {
    const domain = { sMin: -1, tMin: -1, sMax: 1, tMax: 1 };
    const args = ['field', 'tanh.json', '--domain', '-1,-1,1,1', '--size', '10x8'];
    await run([...args, '--out', 'f.npy']);
    const plane = coordinatePlane(2);
    const points = Array.from({ length: 80 }, (_, i) =>
      planePoint(plane, ...pixelCentre(domain, 10, 8, i % 10, Math.floor(i / 10))),
    );
    const evaluate = (network: Network, point: ArrayLike<number>): number =>
      3 * planeExponents(network, point, 3, plane).first;
    const bounds = tolerances(tanh, points, evaluate);
    compare({
      label: `${backend}, field`,
      actual: Array.from(parseNpy(place.read('f.npy')).values, (value) => 3 * value),
      expected: points.map((point) => evaluate(tanh, point)),
      tolerance: (i) => bounds[i],
    });
  });

  it('measures its own accuracy', async () => {
    const args = ['accuracy', MODEL, '--inputs', 'inputs.csv', '--full', '--count', '15'];
    const said = await run<Record<string, number>>(args);
    expect(said.pointCount).toBe(15);
    expect(said.statusMismatches).toBe(0);
    expect(said.worst).toBeGreaterThan(0);
    expect(said.median).toBeLessThanOrEqual(said.worst);
    const bounds = tolerances(exported, golden.inputs, (network, point) => {
      return 3 * exponents(network, point, 3).values[0];
    });
    expect(said.worst).toBeLessThan(Math.max(...bounds));
    expect(said.worstAngle).toBeLessThan(0.1);
  });

  it('trains', async () => {
    const args = ['train', '--dataset', 'blobs', '--architecture', '2-6-3', '--epochs', '2'];
    const said = await run<Record<string, number>>([...args, '--out', `${backend}.json`]);
    expect(said.stepCount).toBe(Math.ceil((2 * 7200) / 64));
    expect(said.testAccuracy).toBeGreaterThan(0.99);
    const { network, metadata } = parseNetworkJson(place.read(`${backend}.json`));
    expect(network.spec.layers.map((layer) => layer.activation)).toEqual(['tanh', 'identity']);
    expect(metadata).toMatchObject({ parameters: { training: { dataset: 'blobs', seed: 1 } } });
  });
});
