// Plan: fields and points written in every format and read back: NPY and NPZ with the readers of this package, CSV
// line by line, PNG with fast-png; every value where its row, column and name say, first row the lowest t, λ as it
// is in the field; what stands where there is no number; bands of rows as the whole; parameters found again in every
// format and equal; networks with theirs, bit for bit. Options that do not fit and broken files give DataErrors.
// Control: the parameters of another field differ, and files of others have none.
import { decode } from 'fast-png';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { computeOnCpu } from '../../src/engine/cpu-field.ts';
import { CpuModel } from '../../src/engine/cpu-model.ts';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import {
  Status,
  type ExponentSpace,
  type FieldData,
  type PointsData,
} from '../../src/engine/engine.ts';
import { DataError, FtleError } from '../../src/errors.ts';
import { fieldCsv } from '../../src/files/csv.ts';
import type { FieldFileOptions, FieldFormat, Origin } from '../../src/files/file-options.ts';
import { loadNetwork } from '../../src/files/load.ts';
import { parseNpy } from '../../src/files/npy.ts';
import { textOfCodes } from '../../src/files/npy-text.ts';
import { parseNpz, writeNpz } from '../../src/files/npz.ts';
import { writeParameters, type MapParameters } from '../../src/files/parameters.ts';
import { readPngTexts, writePng } from '../../src/files/png.ts';
import {
  describeOrigin,
  readParameters,
  writeField,
  writeNetwork,
  writePoints,
} from '../../src/files/save.ts';
import { writeNetworkJson } from '../../src/files/json.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane, pixelCentre } from '../../src/model/plane.ts';
import { colorTable, tableColor } from '../../src/render/palette.ts';
import { createFieldData } from '../support/synthetic-field.ts';

const network = initialiseNetwork(parseArchitecture('2-6x3-3'), 2);
const DOMAIN = { sMin: -2, tMin: -1, sMax: 1, tMax: 1.5 };
const HOSTILE = 'net "</metadata><script>alert(1)</script>&amp; λ\u2028 #,\n.onnx';

let origin: Origin;
let data: FieldData;

beforeAll(async () => {
  origin = await describeOrigin(network, {
    address: HOSTILE,
    training: {
      dataset: 'rings',
      seed: 2,
      optimizer: 'sgd',
      learningRate: 0.05,
      momentum: 0.9,
      weightDecay: 0,
      batchSize: 32,
      loss: 'cross-entropy',
      stepCount: 12,
    },
  });
  const request = { plane: coordinatePlane(2), domain: DOMAIN, width: 7, height: 5, layer: 3 };
  data = await computeOnCpu(new CpuModel(network), request);
});

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A field with every kind of pixel: a good one, J = 0, rank one, overflow of exponents, and of outputs. */
function oddField(): FieldData {
  const odd = [
    { exponent: 0.1, secondExponent: -0, angle: 1, outputs: [1, -2] },
    { exponent: -Infinity, secondExponent: -Infinity, outputs: [3, 4], status: Status.collapsed },
    { exponent: 1e-30, secondExponent: -Infinity, angle: 0, outputs: [0, 0] },
    { exponent: -Infinity, secondExponent: -Infinity, outputs: [5, 6], status: Status.overflow },
    { exponent: -Infinity, secondExponent: -Infinity, outputs: [0, 0], status: Status.overflow },
    { exponent: -3.4e38, secondExponent: -3.4e38, angle: 2, outputs: [1e-45, 16_777_216] },
  ];
  let next = 0;
  return createFieldData({ width: 3, height: 2 }, DOMAIN, () => odd[next++]);
}

describe('arrays of a field', () => {
  it.each([
    ['exponent', [5, 7], (field: FieldData) => field.exponents],
    ['second-exponent', [5, 7], (field: FieldData) => field.secondExponents],
    ['direction', [5, 7, 2], (field: FieldData) => field.directions],
    ['output', [5, 7, 3], (field: FieldData) => field.outputs],
    ['class', [5, 7], (field: FieldData) => field.classes],
  ] as const)('as NPY hold the %s, bit for bit', async (quantity, shape, valuesOf) => {
    const array = parseNpy(await writeField(data, 'npy', origin, { quantity }));
    expect(array).toEqual({ shape, values: valuesOf(data) });
  });

  it('as NPZ are all there, with the coordinates of pixel centres', async () => {
    const arrays = await parseNpz(await writeField(data, 'npz', origin));
    expect([...arrays.keys()].sort()).toEqual(
      'classes directions lambda1 lambda2 outputs parameters s statuses t'.split(' '),
    );
    expect(arrays.get('lambda1')).toEqual({ shape: [5, 7], values: data.exponents });
    expect(arrays.get('lambda2')).toEqual({ shape: [5, 7], values: data.secondExponents });
    expect(arrays.get('directions')).toEqual({ shape: [5, 7, 2], values: data.directions });
    expect(arrays.get('outputs')).toEqual({ shape: [5, 7, 3], values: data.outputs });
    expect(arrays.get('classes')).toEqual({ shape: [5, 7], values: data.classes });
    expect(arrays.get('statuses')).toEqual({ shape: [5, 7], values: data.statuses });
    const { values: s } = arrays.get('s')!;
    const { values: t } = arrays.get('t')!;
    for (let i = 0; i < 35; i++) {
      const [column, row] = [i % 7, Math.floor(i / 7)];
      expect([s[column], t[row]]).toEqual(pixelCentre(DOMAIN, 7, 5, column, row));
    }
    expect(t[0]).toBeLessThan(t[4]);
  });

  it('hold no NaN, but −∞', async () => {
    const arrays = await parseNpz(await writeField(oddField(), 'npz', origin));
    for (const [name, { values }] of arrays) expect([...values], name).not.toContain(NaN);
    expect(arrays.get('lambda1')!.values[1]).toBe(-Infinity);
  });

  it('of one array are read without the others', async () => {
    const bytes = await writeField(data, 'npz', origin);
    const only = await parseNpz(bytes, { names: ['s', 'none'], maximalBytes: 200 });
    expect([...only.keys()]).toEqual(['s']);
    await expect(parseNpz(bytes, { maximalBytes: 200 })).rejects.toThrow(/unpacks to/);
  });
});

describe('tables', () => {
  function cells(csv: string): string[][] {
    expect(csv.endsWith('\n')).toBe(true);
    const [comment, ...lines] = csv.trimEnd().split('\n');
    expect(comment.startsWith('# parameters: {')).toBe(true);
    return lines.map((line) => line.split(','));
  }

  it('of a field have a row for each pixel, which reads back bit for bit', async () => {
    const [names, ...rows] = cells(text(await writeField(data, 'csv', origin)));
    expect(names.join()).toBe('s,t,lambda1,lambda2,ds,dt,status,class,output0,output1,output2');
    expect(rows.length).toBe(35);
    rows.forEach((row, pixel) => {
      const [column, line] = [pixel % 7, Math.floor(pixel / 7)];
      expect(row.slice(0, 2).map(Number)).toEqual(pixelCentre(DOMAIN, 7, 5, column, line));
      expect(row.slice(2, 6).map((cell) => Math.fround(Number(cell)))).toEqual([
        data.exponents[pixel],
        data.secondExponents[pixel],
        data.directions[2 * pixel],
        data.directions[2 * pixel + 1],
      ]);
      expect(row.slice(6, 8)).toEqual(['good', String(data.classes[pixel])]);
      expect(row.slice(8).map((cell) => Math.fround(Number(cell)))).toEqual([
        ...data.outputs.subarray(3 * pixel, 3 * pixel + 3),
      ]);
    });
  });

  it('leave cells empty where there is no number, and write −∞ as -inf', async () => {
    const rows = cells(text(await writeField(oddField(), 'csv', origin))).slice(1);
    const wanted = [
      ['0.1', '-0', '0.5403', '0.8414', 'good', '0', '1', '-2'],
      ['-inf', '-inf', '', '', 'collapsed', '1', '3', '4'],
      ['1e-30', '-inf', '1', '0', 'good', '0', '0', '0'],
      ['', '', '', '', 'overflow', '1', '5', '6'],
      ['', '', '', '', 'overflow', '', '', ''],
    ];
    wanted.forEach((row, pixel) => {
      const found = rows[pixel].slice(2);
      // Cosine and sine have more digits than are of interest here.
      expect(found.map((cell, i) => (i === 2 || i === 3 ? cell.slice(0, 6) : cell))).toEqual(row);
    });
    expect(rows[5].slice(8).map((cell) => Math.fround(Number(cell)))).toEqual([
      Math.fround(1e-45),
      16_777_216,
    ]);
  });

  it('in bands are those of the whole', async () => {
    const whole = text(await writeField(data, 'csv', origin));
    const parameters = { ...origin, field: (await readParameters(encode(whole))).field! };
    const band = (first: number, end: number): FieldData => {
      const part = <T extends Float32Array | Uint8Array | Uint16Array>(values: T): T =>
        values.slice((first * values.length) / 5, (end * values.length) / 5) as T;
      const { exponents, secondExponents, directions, outputs, classes, statuses } = data;
      return {
        request: data.request,
        span: data.span,
        exponents: part(exponents),
        secondExponents: part(secondExponents),
        directions: part(directions),
        outputs: part(outputs),
        classes: part(classes),
        statuses: part(statuses),
      };
    };
    const pieces = [...fieldCsv(band(0, 2), parameters), ...fieldCsv(band(2, 5), null, 2)];
    expect(pieces.join('')).toBe(whole);
  });
});

describe('pictures', () => {
  it('in colours have a pixel for each of the field, the highest t first', async () => {
    const bytes = await writeField(data, 'png', origin, { colormap: 'viridis', range: [-3, 3] });
    const { width, height, channels, depth, data: pixels } = decode(bytes, { checkCrc: true });
    expect([width, height, channels, depth]).toEqual([7, 5, 3, 8]);
    const table = colorTable('viridis');
    for (let i = 0; i < 35; i++) {
      const place = (4 - Math.floor(i / 7)) * 7 + (i % 7);
      const color = tableColor(table, (data.span * data.exponents[i] + 3) / 6);
      const wanted = color.map((part) => Math.round(255 * part));
      expect([...pixels.slice(3 * place, 3 * place + 3)]).toEqual(wanted);
    }
    expect(readPngTexts(bytes).get('Title')).toBe('l·λ₁ = log Λ₁ at hidden layer 3');
    for (const [space, name] of Object.entries({
      plane: 'in the plane',
      full: 'over all inputs',
    })) {
      const request = { ...data.request, plane: coordinatePlane(3), space: space as ExponentSpace };
      const file = await writeField({ ...data, request }, 'png', origin);
      expect(readPngTexts(file).get('Title')).toBe(`l·λ₁ ${name} at hidden layer 3`);
    }
  });

  it('in grey give the values back to half a step', async () => {
    const bytes = await writeField(data, 'grey', origin);
    const { channels, depth, data: samples } = decode(bytes, { checkCrc: true });
    expect([channels, depth]).toEqual([1, 16]);
    const { grey } = await readParameters(bytes);
    const { low, high } = grey!;
    expect(low).toBe(Math.min(...data.exponents));
    expect(high).toBe(Math.max(...data.exponents));
    for (let i = 0; i < 35; i++) {
      const sample = samples[(4 - Math.floor(i / 7)) * 7 + (i % 7)];
      const value = low + ((sample - 1) * (high - low)) / 65_534;
      expect(Math.abs(value - data.exponents[i])).toBeLessThanOrEqual((high - low) / 131_067);
    }
    expect(Math.min(...samples)).toBe(1);
    expect(Math.max(...samples)).toBe(65_535);
    expect(readPngTexts(bytes).get('Comment')).toContain('sample 0: no value');
  });

  it('in grey have 0 where there is no value, and cut off beyond the range', async () => {
    const samplesOf = async (options: FieldFileOptions): Promise<number[]> => [
      ...decode(await writeField(oddField(), 'grey', origin, options)).data,
    ];
    // Rows of the field from the lowest t: 0 1 2 / 3 4 5; of the picture: 3 4 5 / 0 1 2.
    expect(await samplesOf({ range: [0, 0.2] })).toEqual([0, 0, 1, 32_768, 0, 1]);
    expect(await samplesOf({ quantity: 'second-exponent', range: [-1, 1] })).toEqual([
      0, 0, 1, 32_768, 0, 0,
    ]);
    expect(await samplesOf({ quantity: 'output', outputIndex: 1, range: [-2, 6] })).toEqual([
      65_535, 0, 65_535, 1, 49_152, 16_385,
    ]);
    const flat = createFieldData({ width: 1, height: 1 }, DOMAIN, () => ({ exponent: 2 }));
    expect([...decode(await writeField(flat, 'grey', origin)).data]).toEqual([1]);
  });
});

describe('points', () => {
  let points: PointsData;

  beforeAll(async () => {
    const engine = createCpuEngine();
    const model = engine.createModel(network);
    const request = { layer: 2, space: 'full', exponentCount: 2, directions: true } as const;
    const evaluator = await engine.createEvaluator(model, request);
    points = await evaluator.evaluate(Float32Array.of(0, 1, -1, 0.5, 2, 2));
  });

  it('as NPY and NPZ hold a row for each', async () => {
    const lambdas = { shape: [3, 2], values: points.exponents };
    expect(parseNpy(await writePoints(points, 'npy', origin))).toEqual(lambdas);
    const arrays = await parseNpz(await writePoints(points, 'npz', origin));
    expect(arrays.get('lambdas')).toEqual(lambdas);
    expect(arrays.get('directions')).toEqual({ shape: [3, 2], values: points.directions });
    expect(arrays.get('outputs')).toEqual({ shape: [3, 3], values: points.outputs });
    expect(arrays.get('classes')).toEqual({ shape: [3], values: points.classes });
    expect(arrays.get('statuses')).toEqual({ shape: [3], values: points.statuses });
  });

  it('as CSV too', async () => {
    const bytes = await writePoints(points, 'csv', origin, 'x.npy');
    const [, names, ...rows] = text(bytes).trimEnd().split('\n');
    expect(names).toBe('point,lambda1,lambda2,status,class,output0,output1,output2,d0,d1');
    expect(rows.map((row) => row.split(',').slice(0, 1))).toEqual([['0'], ['1'], ['2']]);
    rows.forEach((row, i) => {
      const found = row.split(',');
      const numbers = [...found.slice(1, 3), ...found.slice(5)].map((cell) =>
        Math.fround(Number(cell)),
      );
      expect(numbers).toEqual([
        ...points.exponents.subarray(2 * i, 2 * i + 2),
        ...points.outputs.subarray(3 * i, 3 * i + 3),
        ...points.directions!.subarray(2 * i, 2 * i + 2),
      ]);
    });
    const { points: record } = await readParameters(bytes);
    expect(record).toEqual({
      inputs: 'x.npy',
      count: 3,
      layer: 2,
      space: 'full',
      exponentCount: 2,
      span: 2,
    });
  });

  it('may be none', async () => {
    const none: PointsData = {
      ...points,
      exponents: new Float32Array(0),
      directions: null,
      outputs: new Float32Array(0),
      classes: new Uint8Array(0),
      statuses: new Uint8Array(0),
    };
    expect(parseNpy(await writePoints(none, 'npy', origin)).shape).toEqual([0, 2]);
    expect(text(await writePoints(none, 'csv', origin)).split('\n').length).toBe(3);
  });
});

describe('parameters', () => {
  it.each(['npz', 'csv', 'png', 'grey', 'svg'] as const)('survive in %s', async (format) => {
    const options: FieldFileOptions = { boundary: true, colormap: 'greys', range: [-1, 2] };
    const found = await readParameters(await writeField(data, format, origin, options));
    const { picture, grey, field, ...rest } = found;
    expect(rest).toEqual(origin);
    expect(rest.network.address).toBe(HOSTILE);
    expect(field).toMatchObject({ domain: [-2, -1, 1, 1.5], width: 7, height: 5, layer: 3 });
    if (format === 'grey') expect(grey).toMatchObject({ low: -1, high: 2 });
    if (format === 'png' || format === 'svg') {
      expect(picture).toMatchObject({ boundary: true, colormap: 'greys', range: [-1, 2] });
    }
    const other = { ...data, request: { ...data.request, layer: 2 } };
    expect(await readParameters(await writeField(other, format, origin, options))).not.toEqual(
      found,
    );
  });

  it('survive in networks, whose parameters come back bit for bit', async () => {
    for (const format of ['safetensors', 'json'] as const) {
      const bytes = await writeNetwork(network, format, {
        address: HOSTILE,
        training: origin.training!,
      });
      expect(await readParameters(bytes)).toEqual(origin);
      const loaded = await loadNetwork(bytes);
      expect(loaded.format).toBe(format);
      expect(loaded.network.spec).toEqual(network.spec);
      expect(loaded.network.parameters).toEqual(network.parameters);
      expect(await describeOrigin(loaded.network)).toEqual({
        network: { ...origin.network, address: undefined },
      });
    }
  });

  it('alone as JSON are read too', async () => {
    const parameters: MapParameters = origin;
    expect(await readParameters(encode(writeParameters(parameters)))).toEqual(origin);
  });

  it('are not unpacked where they are far too long', async () => {
    const parameters = { shape: [2 ** 24 + 1], values: new Uint32Array(2 ** 24 + 1) };
    const bytes = await writeNpz({ parameters }, { compress: true });
    await expect(readParameters(bytes)).rejects.toThrow(
      /unpacks to \d+ bytes, but may .* 67108864/,
    );
  });

  it('of many characters come back', async () => {
    const text = 'λ😀'.repeat(9000);
    const array = (await parseNpz(await writeNpz({ parameters: text }))).get('parameters')!;
    expect(textOfCodes(array.values)).toBe(text);
  });

  it('are missed in files of others', async () => {
    const png = await writePng({ width: 1, height: 1, channels: 1, data: Uint8Array.of(3) });
    const others = [png, encode('<svg/>'), encode(writeNetworkJson(network)), encode('a,b\n1,2\n')];
    for (const bytes of others) {
      const found = readParameters(bytes);
      await expect(found).rejects.toThrow(DataError);
      await expect(found).rejects.toThrow(/no parameters|none that parameters are read from/);
    }
    await expect(readParameters(new Uint8Array(0))).rejects.toThrow(DataError);
  });

  it.each(['npz', 'csv', 'png', 'svg'] as const)(
    'of broken %s are errors that say so',
    async (format) => {
      const bytes = await writeField(data, format, origin);
      const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
      const changes = fc.array(change, { minLength: 1, maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(changes, fc.nat(bytes.length), async (list, length) => {
          const broken = bytes.slice(0, list.length % 2 === 0 ? length : bytes.length);
          for (const [at, byte] of list) if (at < broken.length) broken[at] = byte;
          try {
            await readParameters(broken);
          } catch (error) {
            if (!(error instanceof FtleError)) throw error;
          }
        }),
        { numRuns: 500, seed: 3 },
      );
    },
  );
});

describe('options', () => {
  it.each([
    [{ outputIndex: 3 }, /outputIndex is 3, but must be a whole number from 0 to 2/],
    [{ range: [2, 1] }, /range is 2,1, but low must be below high/],
    [{ range: [0, NaN] }, /range\[1\]/],
    [{ pixelRatio: 0 }, /pixelRatio is 0, but must be above 0/],
    [{ quantity: 'heat' }, /quantity is "heat", but must be one of/],
    [{ colormap: 'jet' }, /colormap is "jet"/],
    [{ ridges: new Float32Array(3) }, /ridges has 3 numbers/],
  ] as [FieldFileOptions, RegExp][])('refuse %j', async (options, message) => {
    const written = writeField(data, 'png', origin, options);
    await expect(written).rejects.toThrow(DataError);
    await expect(written).rejects.toThrow(message);
  });

  it('refuse a format that there is not', async () => {
    await expect(writeField(data, 'gif' as FieldFormat, origin)).rejects.toThrow(
      /format is "gif", but must be one of npy, npz/,
    );
  });
});

function encode(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
