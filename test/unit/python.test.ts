// Plan: scripts for networks with every activation, run by Python with NumPy on the network as it is saved, against
// the fields of the float64 engine: exponents in the plane and over all inputs, at a hidden layer and at the
// output, second exponents, outputs, classes, directions. Without NumPy (FTLE_PYTHON names another Python) these are
// skipped, and only what scripts say is checked. Control: the numbers of another layer are refused.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { FieldData, FieldRequest } from '../../src/engine/engine.ts';
import { NETWORK_FILE } from '../../src/files/file-options.ts';
import { parseNpy } from '../../src/files/npy.ts';
import { writePython } from '../../src/files/python.ts';
import { writeNetwork } from '../../src/files/save.ts';
import { ACTIVATION_NAMES, type ActivationName } from '../../src/math/activations.ts';
import { checkSpec, type Network } from '../../src/model/network.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { createPlane } from '../../src/model/plane.ts';
import type { Quantity } from '../../src/render/style.ts';
import { compare } from '../support/compare.ts';
import { storedTolerance } from '../support/tolerance.ts';

const PYTHON = process.env['FTLE_PYTHON'] ?? 'python3';
const DOMAIN = { sMin: -1, tMin: -0.75, sMax: 1.5, tMax: 1 };
const SIZE = { width: 9, height: 7 };

function hasNumpy(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ftle-python-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Three inputs, a hidden layer of five for each activation, outputs. */
function makeNetwork(activations: readonly ActivationName[], outputWidth: number): Network {
  const hidden = activations.map((activation) => ({ type: 'dense', width: 5, activation }));
  const output = { type: 'dense', width: outputWidth, activation: 'identity' };
  const spec = checkSpec({ inputWidth: 3, layers: [...hidden, output] });
  return initialiseNetwork(spec, 5, { scheme: 'gaussian', variance: 1.5 });
}

function requestOf(changes: Partial<FieldRequest>): FieldRequest {
  const plane = createPlane([0.1, -0.2, 0.3], [1, 1, 0], [0, 1, 2]);
  return { plane, domain: DOMAIN, ...SIZE, layer: 1, ...changes };
}

async function computeField(network: Network, request: FieldRequest): Promise<FieldData> {
  const engine = createCpuEngine();
  try {
    return await engine.computeField(engine.createModel(network), request);
  } finally {
    engine.dispose();
  }
}

/** What a script for this computes. */
async function runScript(
  network: Network,
  request: FieldRequest,
  quantity: Quantity,
): Promise<Float64Array> {
  writeFileSync(join(folder, NETWORK_FILE), await writeNetwork(network, 'safetensors'));
  const script = writePython(network, { request, quantity, perLayer: false });
  const printed = execFileSync(PYTHON, ['-'], { cwd: folder, input: script, encoding: 'utf8' });
  expect(printed).toMatch(/^map\.npy: 7 x 9, /);
  const { shape, values } = parseNpy(readFileSync(join(folder, 'map.npy')));
  expect(shape).toEqual([SIZE.height, SIZE.width]);
  return values as Float64Array;
}

function compareValues(
  label: string,
  { span, exponents, secondExponents }: FieldData,
  actual: ArrayLike<number>,
  values = exponents,
): number {
  return compare({
    label,
    actual,
    expected: Float64Array.from(values, (value) => span * value),
    // Small singular values are as uncertain as the large one.
    tolerance: (i) =>
      storedTolerance(
        span * values[i],
        values === exponents ? 1 : Math.exp(span * (exponents[i] - secondExponents[i])),
      ),
  });
}

/** The activations in lots, so that few networks have them all. */
const LOTS = [0, 4, 8, 12].map((start) => ACTIVATION_NAMES.slice(start, start + 4));

describe.skipIf(!hasNumpy())('a script', () => {
  it.each(LOTS.map((lot) => [lot.join(', '), lot] as const))(
    'computes the exponents of %s',
    async (_, lot) => {
      const network = makeNetwork(lot, 1);
      for (const layer of [lot.length, 'output'] as const) {
        for (const space of ['plane', 'full'] as const) {
          const request = requestOf({ layer, space });
          const data = await computeField(network, request);
          const actual = await runScript(network, request, 'exponent');
          compareValues(`${lot.join()} ${layer} ${space}`, data, actual);
        }
      }
    },
  );

  it('computes the other quantities', async () => {
    const network = makeNetwork(['tanh', 'sine'], 3);
    const request = requestOf({ layer: 2 });
    const data = await computeField(network, request);
    const second = await runScript(network, request, 'second-exponent');
    compareValues('second', data, second, data.secondExponents);
    compare({
      label: 'outputs',
      actual: await runScript(network, request, 'output'),
      expected: data.outputs.filter((_, i) => i % 3 === 0),
      tolerance: (i) => storedTolerance(data.outputs[3 * i], 1),
    });
    expect([...(await runScript(network, request, 'class'))]).toEqual([...data.classes]);
    for (const space of ['plane', 'full'] as const) {
      const { directions } = await computeField(network, { ...request, space });
      const angles = await runScript(network, { ...request, space }, 'direction');
      // The angle between the two, times the length of the direction: both are axes.
      const across = angles.map(
        (angle, i) => Math.cos(angle) * directions[2 * i + 1] - Math.sin(angle) * directions[2 * i],
      );
      compare({
        label: `directions ${space}`,
        actual: across,
        expected: new Float64Array(across.length),
        tolerance: () => storedTolerance(1, 1),
      });
    }
  });

  it('of another layer gives other numbers', async () => {
    const network = makeNetwork(['tanh', 'sine'], 1);
    const data = await computeField(network, requestOf({ layer: 2 }));
    const other = await runScript(network, requestOf({ layer: 1 }), 'exponent');
    expect(() => compareValues('other', data, other)).toThrow(/worst/);
  });
});

describe('the text of a script', () => {
  it('names every tensor, the activations that occur and no others', () => {
    const network = makeNetwork(['gelu', 'leaky-relu'], 1);
    const script = writePython(network, {
      request: requestOf({}),
      quantity: 'exponent',
      perLayer: true,
    });
    const names = Array.from(script.matchAll(/tensor\("([^"]+)"\)/g), (match) => match[1]);
    expect(names).toEqual(['0.weight', '0.bias', '2.weight', '2.bias', '4.weight', '4.bias']);
    const functions = Array.from(script.matchAll(/^def (\w+)/gm), (match) => match[1]);
    expect(functions).toEqual(['tensor', 'normal_of', 'gelu', 'leaky_relu', 'identity', 'compute']);
    expect(script).toContain('leaky_relu, 0.01),');
    expect(script).toContain('shown[row] = exponents[:, 0]');
  });
});
