// Plan: `ftle points` against the engine itself, bit for bit: inputs as NPY of several types, one array of an NPZ
// (packed and not), CSV with and without a heading; several parts; exponents over all directions and within a
// plane; files NPY, NPZ and CSV. Every fault of an input file is named with its place.
import { describe, expect, it } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { PointsData, PointsRequest } from '../../src/engine/engine.ts';
import { parseNpy, writeNpy } from '../../src/files/npy.ts';
import { writeNpyHeader } from '../../src/files/npy-header.ts';
import { parseNpz, writeNpz } from '../../src/files/npz.ts';
import { axesPlane } from '../../src/model/planes.ts';
import { Workplace } from '../support/command.ts';

const place = new Workplace();
const network = place.network('net.json', '3-5x2-2', { outputActivation: 'identity' });
const COUNT = 600;
/** Eighths, which every decimal writes exactly. */
const points = Float32Array.from({ length: 3 * COUNT }, (_, i) => ((i * 37) % 29) / 8 - 1.75);
const CPU = ['--backend', 'cpu'];

function compute(request: Partial<PointsRequest>): Promise<PointsData> {
  const engine = createCpuEngine();
  const model = engine.createModel(network);
  const wanted = {
    layer: 2,
    space: 'full',
    exponentCount: 1,
    directions: false,
    ...request,
  } as const;
  return engine.createEvaluator(model, wanted).then((evaluator) => evaluator.evaluate(points));
}

const table = (separator: string): string =>
  Array.from({ length: COUNT }, (_, i) =>
    [...points.subarray(3 * i, 3 * i + 3)].join(separator),
  ).join('\n');

describe('ftle points', () => {
  it('reads tables of every kind', async () => {
    const shape = [COUNT, 3];
    place.write('f4.npy', writeNpy({ shape, values: points }));
    place.write('image.npy', writeNpy({ shape: [COUNT, 1, 3], values: Float64Array.from(points) }));
    const arrays = { other: { shape: [1], values: Int8Array.of(1) }, x: { shape, values: points } };
    place.write('stored.npz', await writeNpz(arrays));
    place.write('packed.npz', await writeNpz({ x: arrays.x }, { compress: true }));
    place.write('plain.csv', `${table(',')}\n`);
    place.write('named.csv', `# a remark\na;b;c\n${table('; ')}`);
    place.write('blanks.txt', table('  '));
    const data = await compute({});
    const inputs = [
      'f4.npy',
      'image.npy',
      'stored.npz:x',
      'packed.npz',
      'plain.csv',
      'named.csv',
      'blanks.txt',
    ];
    for (const input of inputs) {
      const args = ['points', 'net.json', '--inputs', input, '--full', ...CPU, '--out', 'l.npy'];
      const said = await place.json<{ count: number }>(args);
      expect(said.count, input).toBe(COUNT);
      const { shape: found, values } = parseNpy(place.read('l.npy'));
      expect(found, input).toEqual([COUNT, 1]);
      expect(values, input).toEqual(data.exponents);
    }
  });

  it('writes several exponents, directions, outputs', async () => {
    place.write('x.npy', writeNpy({ shape: [COUNT, 3], values: points }));
    const args = [
      'points',
      'net.json',
      '--inputs',
      'x.npy',
      ...CPU,
      '--exponents',
      '2',
      '--directions',
    ];
    await place.json([...args, '--full', '--out', 'p.npz']);
    const full = await compute({ exponentCount: 2, directions: true });
    const arrays = await parseNpz(place.read('p.npz'));
    expect(arrays.get('lambdas')).toEqual({ shape: [COUNT, 2], values: full.exponents });
    expect(arrays.get('directions')).toEqual({ shape: [COUNT, 3], values: full.directions });
    expect(arrays.get('outputs')).toEqual({ shape: [COUNT, 2], values: full.outputs });
    expect(arrays.get('classes')!.values).toEqual(full.classes);

    await place.json([...args, '--plane-axes', '2,0', '--out', 'p.csv']);
    const space = axesPlane(3, [2, 0]);
    const within = await compute({ exponentCount: 2, directions: true, space });
    const lines = new TextDecoder().decode(place.read('p.csv')).trimEnd().split('\n');
    expect(lines[1]).toBe('point,lambda1,lambda2,status,class,output0,output1,d0,d1,d2');
    const rows = lines.slice(2).map((line) => line.split(','));
    expect(rows.map(([index]) => Number(index))).toEqual(rows.map((_, i) => i));
    const lambdas = rows.flatMap((row) => row.slice(1, 3).map((cell) => Math.fround(Number(cell))));
    expect(lambdas).toEqual([...within.exponents]);
    expect(within.exponents).not.toEqual(full.exponents);
  });

  it('names what is wrong with a table, and where', async () => {
    const bad = points.slice();
    bad[3 * 500 + 2] = NaN;
    const fortran = writeNpy({ shape: [COUNT, 3], values: points });
    const text = new TextDecoder('latin1').decode(fortran.subarray(0, 128));
    fortran.set(new TextEncoder().encode(' True'), text.indexOf('False'));
    const cases: [name: string, content: string | Uint8Array, message: RegExp][] = [
      ['nan.npy', writeNpy({ shape: [COUNT, 3], values: bad }), /row 500, column 2 is NaN/],
      [
        'narrow.npy',
        writeNpy({ shape: [900, 2], values: points }),
        /shape is \[900, 2\].*\[rows, 3\]/,
      ],
      ['fortran.npy', fortran, /Fortran order: save numpy\.ascontiguousarray/],
      [
        'short.npy',
        writeNpy({ shape: [COUNT, 3], values: points }).subarray(0, 3000),
        /ends after 239 of 600 rows/,
      ],
      ['type.npy', writeNpyHeader('<c8', [1, 3]), /has type <c8/],
      ['no.npy', 'plain text', /is no NPY file/],
      [
        'broken.npz',
        'PK, but no archive',
        /broken\.npz: the file is no zip archive.*was it cut off/,
      ],
      [
        'two.npz',
        await writeNpz({
          a: { shape: [1], values: points.subarray(0, 1) },
          b: { shape: [1], values: points.subarray(0, 1) },
        }),
        /has a, b: name one, such as two\.npz:a/,
      ],
      ['wide.csv', '1,2,3\n4,5,6,7\n', /wide\.csv, line 2 has 4 numbers, but must have 3/],
      ['names.csv', 'a,b,c\n', /names\.csv has no rows/],
      ['word.csv', 'a,b,c\n1,2,3\n4,five,6\n', /line 3, column 1 is "five"/],
      ['table.xlsx', 'x', /must end in \.npy, \.npz or \.csv/],
    ];
    const before = [...cases.map(([name]) => name), ...place.list()];
    for (const [name, content, message] of cases) {
      place.write(name, content);
      const args = ['points', 'net.json', '--inputs', name, '--full', ...CPU, '--out', 'bad.npy'];
      const { code, stderr, stdout } = await place.run(args);
      expect(stderr, name).toMatch(message);
      expect(stderr, name).not.toMatch(/\bat .*main\.js/);
      expect([code, stdout], name).toEqual([1, '']);
    }
    expect(place.list()).toEqual([...new Set(before)].sort());
  });
});
