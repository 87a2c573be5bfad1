// Plan: `ftle field` on random networks against the engine itself, bit for bit: NPY of every quantity and its
// shape, NPZ, CSV; a field of several bands; layers, planes of axes, of three points, of principal components,
// and all input directions; what --json says; a file that is the pattern for another. Control: another layer
// gives other numbers.
import { describe, expect, it } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { FieldData, FieldRequest } from '../../src/engine/engine.ts';
import { parseNpy, writeNpy } from '../../src/files/npy.ts';
import { parseNpz } from '../../src/files/npz.ts';
import { readParameters } from '../../src/files/save.ts';
import type { Network } from '../../src/model/network.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { axesPlane, pointsPlane, principalPlane } from '../../src/model/planes.ts';
import { Workplace } from '../support/command.ts';

const place = new Workplace();
const small = place.network('small.json', '2-5x3-1');
const wide = place.network('wide.json', '4-6x2-3', { outputActivation: 'identity' });
const CPU = ['--backend', 'cpu'];
const DOMAIN = { sMin: -1.5, tMin: -1, sMax: 1.25, tMax: 2 };
const DOMAIN_OPTION = ['--domain', '-1.5,-1,1.25,2'];

function compute(network: Network, request: Partial<FieldRequest>): Promise<FieldData> {
  const engine = createCpuEngine();
  return engine.computeField(engine.createModel(network), {
    plane: coordinatePlane(network.inputWidth),
    domain: DOMAIN,
    width: 12,
    height: 7,
    layer: network.depth,
    ...request,
  });
}

const SMALL = ['field', 'small.json', ...DOMAIN_OPTION, '--size', '12x7', ...CPU];

interface Said {
  readonly lambda1: { readonly minimum: number; readonly goodCount: number };
  readonly parameters: unknown;
}

describe('ftle field', () => {
  it('writes every quantity as the engine computes it', async () => {
    const data = await compute(small, {});
    const wanted = {
      exponent: [data.exponents, [7, 12]],
      'second-exponent': [data.secondExponents, [7, 12]],
      direction: [data.directions, [7, 12, 2]],
      output: [data.outputs, [7, 12, 1]],
      class: [data.classes, [7, 12]],
      status: [data.statuses, [7, 12]],
    } as const;
    for (const [quantity, [values, shape]] of Object.entries(wanted)) {
      await place.json([...SMALL, '--quantity', quantity, '--out', 'field.npy']);
      expect(parseNpy(place.read('field.npy')), quantity).toEqual({ shape, values });
    }
    const other = await compute(small, { layer: 1 });
    await place.json([...SMALL, '--layer', '1', '--out', 'field.npy']);
    expect(parseNpy(place.read('field.npy')).values).toEqual(other.exponents);
    expect(other.exponents).not.toEqual(data.exponents);
  });

  it('writes all arrays as NPZ, with parameters', async () => {
    const said = await place.json<Said>([...SMALL, '--out', 'field.npz']);
    const data = await compute(small, {});
    const arrays = await parseNpz(place.read('field.npz'));
    const found = (name: string) => arrays.get(name)!.values;
    expect(found('lambda1')).toEqual(data.exponents);
    expect(found('lambda2')).toEqual(data.secondExponents);
    expect(found('directions')).toEqual(data.directions);
    expect(found('outputs')).toEqual(data.outputs);
    expect(found('classes')).toEqual(data.classes);
    expect(found('statuses')).toEqual(data.statuses);
    expect(arrays.get('s')!.shape).toEqual([12]);
    expect(found('t')[0]).toBeCloseTo(-1 + 1.5 / 7, 14);
    const parameters = await readParameters(place.read('field.npz'));
    expect(said.parameters).toMatchObject(JSON.parse(JSON.stringify(parameters)) as object);
    expect(parameters.field).toMatchObject({ domain: [-1.5, -1, 1.25, 2], width: 12, layer: 3 });
    expect(said.lambda1.goodCount).toBe(84);
    expect(said.lambda1.minimum).toBe(Math.min(...data.exponents));
  });

  it('writes a row a pixel as CSV', async () => {
    await place.json([...SMALL, '--out', 'field.csv']);
    const data = await compute(small, {});
    const lines = new TextDecoder().decode(place.read('field.csv')).trimEnd().split('\n');
    expect(lines[1]).toBe('s,t,lambda1,lambda2,ds,dt,status,class,output0');
    const rows = lines.slice(2).map((line) => line.split(','));
    expect(rows.map((row) => Math.fround(Number(row[2])))).toEqual([...data.exponents]);
    expect(rows.map((row) => Math.fround(Number(row[8])))).toEqual([...data.outputs]);
    expect(new Set(rows.map((row) => row[6]))).toEqual(new Set(['good']));
  });

  it('writes bands one after the other', async () => {
    // A band of so many outputs has few rows.
    const many = place.network('many.json', '2-1-1024');
    const args = ['field', 'many.json', ...DOMAIN_OPTION, '--size', '64x40', ...CPU];
    await place.json([...args, '--out', 'b.npz']);
    const arrays = await parseNpz(place.read('b.npz'));
    const data = await compute(many, { width: 64, height: 40 });
    expect(arrays.get('lambda1')).toEqual({ shape: [40, 64], values: data.exponents });
    expect(arrays.get('directions')!.values).toEqual(data.directions);
    const outputs = arrays.get('outputs')!.values;
    // Millions of numbers: their bytes are compared faster.
    expect(Buffer.from(outputs.buffer).equals(Buffer.from(data.outputs.buffer))).toBe(true);
    expect(arrays.get('classes')!.values).toEqual(data.classes);
    expect(arrays.get('statuses')!.values).toEqual(data.statuses);
  });

  it('takes planes of axes, of points and of components, and all directions', async () => {
    const points = Float32Array.from({ length: 40 }, (_, i) => Math.sin(3 * i + i * i));
    place.write('x.npy', writeNpy({ shape: [10, 4], values: points }));
    const row = (i: number): Float32Array => points.subarray(4 * i, 4 * i + 4);
    const { plane: through } = pointsPlane(row(1), row(4), row(2));
    const { plane: principal } = principalPlane(points, 4);
    const cases: [args: string[], request: Partial<FieldRequest>][] = [
      [['--plane-axes', '3,1'], { plane: axesPlane(4, [3, 1]) }],
      [
        ['--plane-axes', '3,1', '--plane-origin', '1,2,3,4', '--full'],
        { plane: axesPlane(4, [3, 1], [1, 2, 3, 4]), space: 'full' },
      ],
      [['--inputs', 'x.npy', '--plane-points', '1,4,2'], { plane: through }],
      [['--inputs', 'x.npy', '--plane-components'], { plane: principal }],
      [['--layer', 'output'], { layer: 'output' }],
    ];
    for (const [args, request] of cases) {
      const command = ['field', 'wide.json', ...DOMAIN_OPTION, '--size', '12x7', ...CPU];
      await place.json([...command, ...args, '--out', 'field.npy']);
      const data = await compute(wide, request);
      expect(parseNpy(place.read('field.npy')).values, args.join(' ')).toEqual(data.exponents);
    }
  });

  it('repeats what a file says', async () => {
    const full = ['field', 'wide.json', '--plane-axes', '3,1', '--layer', '1', '--full', ...CPU];
    await place.json([...full, ...DOMAIN_OPTION, '--size', '9x5', '--out', 'pattern.npz']);
    await place.json(['field', 'wide.json', '--like', 'pattern.npz', ...CPU, '--out', 'again.npz']);
    expect(place.read('again.npz')).toEqual(place.read('pattern.npz'));
    const larger = ['field', 'wide.json', '--like', 'pattern.npz', '--size', '18x10', ...CPU];
    await place.json([...larger, '--out', 'larger.npz']);
    const { field } = await readParameters(place.read('larger.npz'));
    expect(field).toMatchObject({ width: 18, height: 10, layer: 1, space: 'full' });
    expect(field).not.toHaveProperty('tolerance');
  });

  it('interpolates up to a tolerance, and says so', async () => {
    const loose = ['field', 'small.json', ...DOMAIN_OPTION, '--size', '64x64', '--tolerance', '20'];
    await place.json([...loose, '--backend', 'webgpu', '--out', 'loose.npz']);
    const { field } = await readParameters(place.read('loose.npz'));
    expect(field).toMatchObject({ tolerance: 20 });
    const exact = await compute(small, { width: 64, height: 64 });
    const { values } = (await parseNpz(place.read('loose.npz'))).get('lambda1')!;
    const errors = exact.exponents.map((value, i) => Math.abs(value - values[i]));
    const [least, most] = [Math.min(...errors), Math.max(...errors)];
    expect(least).toBeLessThan(1e-5);
    expect(most).toBeGreaterThan(1e-5);
    expect(most).toBeLessThan(1);
    await place.json(['field', 'small.json', '--like', 'loose.npz', ...CPU, '--out', 'again.npz']);
    expect((await readParameters(place.read('again.npz'))).field).toMatchObject({ tolerance: 20 });
    const { code, stderr } = await place.run([...loose, '--tolerance', '-1', '--out', 'x.npz']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/tolerance.*at least 0/);
  });
});
