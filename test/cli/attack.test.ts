// Plan: `ftle attack` against the engine itself: classes of its own and given, towards a class, bounds, several
// parts; what it prints and stores; parameters found again; points that stay; faults named, with rows of the file.
// Controls: a smaller radius moves fewer; a network with gradients leaves no point where it is.
import { describe, expect, it } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import { writeNetworkJson } from '../../src/files/json.ts';
import { writeNpy, type NpyArray } from '../../src/files/npy.ts';
import { parseNpz } from '../../src/files/npz.ts';
import { readParameters } from '../../src/files/save.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork, tensorPlaces } from '../../src/model/parameters.ts';
import { classify, forward } from '../../src/reference/forward.ts';
import { Workplace } from '../support/command.ts';

const place = new Workplace();
const network = place.network('net.json', '3-6x2-4', { outputActivation: 'identity' });
const COUNT = 300;
const points = Float32Array.from({ length: 3 * COUNT }, (_, i) => ((i * 37) % 29) / 8 - 1.75);
place.write('x.npy', writeNpy({ shape: [COUNT, 3], values: points }));
const own = Uint8Array.from({ length: COUNT }, (_, i) =>
  classify(forward(network, points.subarray(3 * i, 3 * i + 3))),
);
const BASE = ['attack', 'net.json', '--inputs', 'x.npy', '--backend', 'cpu', '--json'];

interface Printed {
  count: number;
  successCount: number;
  successRate: number;
  stillCount: number;
  meanDistance: number;
  largestDistance: number;
}

/** Arrays of an NPZ file by name; one that is not there throws. */
async function arraysOf(file: string): Promise<(name: string) => NpyArray> {
  const arrays = await parseNpz(place.read(file));
  return (name) => {
    const array = arrays.get(name);
    if (!array) throw new Error(`${file} has no array ${name}`);
    return array;
  };
}

describe('ftle attack', () => {
  it('moves points away from what the network takes them for', async () => {
    const args = [...BASE, '--radius', '1.5', '--steps', '8', '--out', 'moved.npz'];
    const printed = await place.json<Printed>(args);
    const bytes = place.read('moved.npz');
    const array = await arraysOf('moved.npz');
    expect(array('before').values).toEqual(own);
    const engine = createCpuEngine();
    const targets = new Float32Array(4 * COUNT);
    own.forEach((own, i) => (targets[4 * i + own] = 1));
    const request = {
      norm: 'l2',
      radius: 1.5,
      stepCount: 8,
      loss: 'cross-entropy',
      direction: 'away',
    } as const;
    const data = await engine.attack(engine.createModel(network), points, targets, request);
    expect(array('points').values).toEqual(data.points);
    expect(array('classes').values).toEqual(data.classes);
    expect(array('outputs').shape).toEqual([COUNT, 4]);
    const changed = own.filter((before, i) => data.classes[i] !== before).length;
    expect(printed).toMatchObject({ count: COUNT, successCount: changed });
    expect(printed.successRate).toBeCloseTo(changed / COUNT, 12);
    expect(printed.largestDistance).toBeLessThan(1.5 * (1 + 1e-6));
    expect(changed).toBeGreaterThan(COUNT / 4);
    const { attack } = await readParameters(bytes);
    expect(attack).toMatchObject({ inputs: 'x.npy', count: COUNT, norm: 'l2', stepCount: 8 });
    const less = await place.json<Printed>([...BASE, '--radius', '0.01', '--out', 'less.npz']);
    expect(less.successCount).toBeLessThan(changed);
  });

  it('reaches a class, takes classes that are given, and keeps to bounds', async () => {
    const args = [...BASE, '--towards', '2', '--radius', '4', '--norm', 'linf', '--bounds=-2,2'];
    const printed = await place.json<Printed>([...args, '--out', 'two.npz']);
    const two = await arraysOf('two.npz');
    expect(Array.from(two('points').values).every((value) => Math.abs(value) <= 2)).toBe(true);
    const reached = Array.from(two('classes').values).filter((found) => found === 2).length;
    expect(printed.successCount).toBe(reached);
    place.write('y.npy', writeNpy({ shape: [COUNT], values: new Int32Array(COUNT).fill(1) }));
    const given = [...BASE, '--classes', 'y.npy', '--radius', '1', '--out', 'one.npz'];
    await place.json(given);
    await place.json([...BASE, '--radius', '1', '--out', 'own.npz']);
    const [one, other] = [await arraysOf('one.npz'), await arraysOf('own.npz')];
    expect(one('points').values).not.toEqual(other('points').values);
  });

  it.each([
    [['--radius', '1', '--out', 'a.npy'], /must end in \.npz/],
    [['--out', 'a.npz'], /--radius/],
    [['--radius', '0', '--out', 'a.npz'], /--radius/],
    [['--radius', '1', '--towards', '4', '--out', 'a.npz'], /classes 0 to 3/],
    [['--radius', '1', '--bounds', '1', '--out', 'a.npz'], /low,high/],
    [['--radius', '1', '--bounds', '2,1', '--out', 'a.npz'], /bounds/],
  ])('refuses %j as usage', async (args, message) => {
    const { code, stderr } = await place.run([...BASE.slice(0, -1), ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('starts within the bounds, and names the row of the file that does not', async () => {
    const outside = points.slice();
    // In the second part.
    outside[3 * 280 + 1] = 2.5;
    place.write('outside.npy', writeNpy({ shape: [COUNT, 3], values: outside }));
    const args = ['attack', 'net.json', '--inputs', 'outside.npy', '--backend', 'cpu'];
    const rest = ['--radius', '0.3', '--bounds=-2,2', '--out', 'outside.npz'];
    const { code, stderr } = await place.run([...args, ...rest]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/outside.npy, row 280, column 1 is 2.5, outside the bounds -2 to 2/);
    expect(place.list()).not.toContain('outside.npz');
  });

  it('tells how many points stay where they are', async () => {
    // A relu that is off everywhere has no gradient.
    const off = initialiseNetwork(parseArchitecture('3-6-2', { activation: 'relu' }), 5);
    const bias = tensorPlaces(off)[1];
    off.parameters.fill(-100, bias.offset, bias.offset + bias.shape[0]);
    place.write('off.json', writeNetworkJson(off));
    const args = [...BASE.slice(2), '--radius', '1', '--out', 'off.npz'];
    const printed = await place.json<Printed>(['attack', 'off.json', ...args]);
    expect(printed).toMatchObject({ stillCount: COUNT, successCount: 0, largestDistance: 0 });
    const told = await place.run(['attack', 'off.json', ...args.filter((arg) => arg !== '--json')]);
    expect(told.stdout).toMatch(/300 stayed where they were: their gradient/);
    place.write('one.npy', writeNpy({ shape: [1, 3], values: points.slice(0, 3) }));
    const one = ['--inputs', 'one.npy', '--radius', '1', '--backend', 'cpu', '--out', 'one.npz'];
    const { stdout } = await place.run(['attack', 'off.json', ...one]);
    expect(stdout).toMatch(/\n1 stayed where it was: its gradient/);
    const moved = await place.json<Printed>([...BASE, '--radius', '1', '--out', 'all.npz']);
    expect(moved.stillCount).toBe(0);
  });

  it('names classes that do not fit', async () => {
    place.write('few.npy', writeNpy({ shape: [3], values: Int32Array.of(0, 1, 2) }));
    const few = await place.run([
      ...BASE,
      '--radius',
      '1',
      '--classes',
      'few.npy',
      '--out',
      'a.npz',
    ]);
    expect(few.code).toBe(1);
    expect(few.stderr).toMatch(/few.npy has 3 rows, but --inputs has 300/);
    place.write('bad.npy', writeNpy({ shape: [COUNT], values: new Int32Array(COUNT).fill(7) }));
    const bad = await place.run([
      ...BASE,
      '--radius',
      '1',
      '--classes',
      'bad.npy',
      '--out',
      'a.npz',
    ]);
    expect(bad.stderr).toMatch(/bad.npy has the class 7, but must have 0 to 3/);
  });
});
