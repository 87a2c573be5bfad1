// Plan: SHA-256 against node:crypto for every length around its block; what describes networks, fields and points
// against what they are, and the hash against one of bytes that are laid out here; parameters written and checked
// again, member by member: each required one missing, each of a wrong kind, each unknown one is a DataError that
// names it; the schema in docs/ has just these members. Control: another parameter of the network gives
// another hash.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PointsData } from '../../src/engine/engine.ts';
import { DataError } from '../../src/errors.ts';
import { checkParameters } from '../../src/files/checked-parameters.ts';
import {
  describeField,
  describeNetwork,
  describePoints,
  PARAMETERS_FORMAT,
  PARAMETERS_VERSION,
  writeParameters,
  type MapParameters,
} from '../../src/files/parameters.ts';
import { Sha256 } from '../../src/files/sha256.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork, readTensor, tensorPlaces } from '../../src/model/parameters.ts';
import { createPlane } from '../../src/model/plane.ts';
import { COLORMAPS } from '../../src/render/palette.ts';
import { QUANTITIES } from '../../src/render/style.ts';

const network = initialiseNetwork(parseArchitecture('3-5x2-2'), 4);
const plane = createPlane([0.1, 1 / 3, -2], [1, 2, 3], [0, 1, -1]);

const FULL: MapParameters = {
  network: describeNetwork(network, 'net "a" <b>.onnx', {
    scheme: 'gaussian',
    variance: 1.5,
    seed: 4,
  }),
  training: {
    dataset: 'blobs',
    seed: 4,
    optimizer: 'adam',
    learningRate: 0.01,
    momentum: 0,
    weightDecay: 1e-4,
    batchSize: 64,
    loss: 'cross-entropy',
    stepCount: 1000,
  },
  field: describeField({
    request: {
      plane,
      domain: { sMin: -1.5, tMin: -1, sMax: 1.5, tMax: 1 },
      width: 300,
      height: 200,
      layer: 2,
      space: 'full',
      tolerance: 0.02,
    },
    span: 2,
  }),
  points: describePoints(
    {
      request: { layer: 'output', space: plane, exponentCount: 2, directions: false },
      span: 3,
      statuses: new Uint8Array(17),
    } as unknown as PointsData,
    'x.npy',
  ),
  attack: {
    inputs: 'x.npy',
    classes: 'y.npy',
    count: 17,
    towards: 1,
    norm: 'linf',
    radius: 0.1,
    stepCount: 20,
    stepSize: 0.0125,
    loss: 'cross-entropy',
    bounds: [0, 1],
  },
  picture: {
    quantity: 'output',
    outputIndex: 1,
    colormap: 'viridis',
    range: [-0.1, 1 / 7],
    perLayer: true,
    ridges: true,
    ridgeSmoothing: 0.01,
    ridgeThreshold: -0.5,
    directions: false,
    regions: true,
    boundary: true,
    samples: false,
    colorbar: true,
    pixelRatio: 1.25,
  },
  grey: { quantity: 'exponent', outputIndex: 0, low: -3, high: 1e-7 },
};

type Json = Record<string, unknown>;

const written = (): Json => JSON.parse(writeParameters(FULL)) as Json;

/** Members of all objects within, by their place, such as `field.plane`; lists are left alone. */
function objectsIn(value: Json, place = ''): [place: string, members: Json][] {
  const inner = Object.entries(value).filter(
    ([, member]) => typeof member === 'object' && !Array.isArray(member),
  );
  return [
    [place, value],
    ...inner.flatMap(([name, member]) => objectsIn(member as Json, `${place}.${name}`)),
  ];
}

describe('SHA-256', () => {
  it('is that of node:crypto at every length, in any parts', () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (31 * i + length) & 255);
      const wanted = createHash('sha256').update(bytes).digest('hex');
      expect(new Sha256().update(bytes).finish(), `${length} bytes`).toBe(wanted);
      const [a, b] = [bytes.subarray(0, length / 3), bytes.subarray(length / 3)];
      expect(new Sha256().update(a).update(b).finish(), `${length} in parts`).toBe(wanted);
    }
    const large = new Uint8Array(1_000_003).fill(0xa5);
    const wanted = createHash('sha256').update(large).digest('hex');
    expect(new Sha256().update(large).finish()).toBe(wanted);
  });
});

describe('descriptions', () => {
  it('of a network have its layers and the hash of its tensors in order', () => {
    const tensors = tensorPlaces(network).map((place) => readTensor(place, network.parameters));
    expect(tensors.map(({ length }) => length)).toEqual([15, 5, 25, 5, 10, 2]);
    const bytes = Buffer.alloc(4 * 62);
    tensors
      .flatMap((values) => [...values])
      .forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
    const { sha256, inputWidth, layers } = describeNetwork(network);
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect({ inputWidth, layers }).toEqual(network.spec);
    const other = initialiseNetwork(network.spec, 4);
    other.parameters[0] += 1e-6;
    expect(describeNetwork(other).sha256).not.toBe(sha256);
  });

  it('of a field default to exponents within the plane', () => {
    const domain = { sMin: 0, tMin: 1, sMax: 2, tMax: 3 };
    const request = { plane, domain, width: 4, height: 5, layer: 1 };
    const record = describeField({ request, span: 1 });
    expect(record).toMatchObject({ space: 'plane', domain: [0, 1, 2, 3], width: 4, height: 5 });
    expect(record.plane.u).toEqual([...plane.u]);
  });
});

describe('the check', () => {
  it('gives back what was written, to the last bit', () => {
    expect(checkParameters(written())).toEqual(FULL);
    const { network: only } = FULL;
    expect(checkParameters(JSON.parse(writeParameters({ network: only })))).toEqual({
      network: only,
    });
  });

  it('refuses another format and another version', () => {
    expect(() => checkParameters({ ...written(), format: 'x' })).toThrow(
      /parameters.format is "x", but must be ftle-map\/parameters/,
    );
    expect(() => checkParameters({ ...written(), version: 2 })).toThrow(/a newer release may/);
    for (const value of [null, 3, 'x', [], undefined]) {
      expect(() => checkParameters(value)).toThrow(/parameters is .*, but must be an object/);
    }
  });

  it.each(objectsIn(written()).map(([place]) => place))('names what is unknown in %j', (place) => {
    const value = written();
    const [, members] = objectsIn(value).find(([found]) => found === place)!;
    members['x'.repeat(200)] = 1;
    expect(() => checkParameters(value)).toThrow(/has the unknown member "xxx/);
  });

  const places = objectsIn(written()).flatMap(([place, members]) =>
    Object.keys(members).map((name) => [place, name] as const),
  );

  it.each(places)('refuses %j.%s of a wrong kind', (place, name) => {
    for (const wrong of [null, { x: 1 }, [1], 'x', -1.5, true]) {
      const value = written();
      const [, members] = objectsIn(value).find(([found]) => found === place)!;
      const kindOf = (x: unknown): string =>
        Array.isArray(x) ? 'list' : x === null ? 'null' : typeof x;
      if (kindOf(wrong) === kindOf(members[name])) continue;
      members[name] = wrong;
      expect(() => checkParameters(value), JSON.stringify(wrong)).toThrow(name);
    }
  });

  it.each([
    ['network', 'sha256', 'ABC', /sha256 must have 64 hexadecimal digits/],
    ['field', 'width', 8193, /field.width is 8193, but must be a whole number from 1 to 8192/],
    ['field', 'domain', [1, 0, 1, 2], /has no area/],
    ['field', 'domain', [1, 0, 2], /domain is \[1,0,2\], but must be a list of 4 numbers/],
    ['field', 'layer', 0, /field.layer is 0/],
    ['field', 'span', 0, /field.span is 0, but must be above 0/],
    ['field', 'tolerance', -1, /field.tolerance is -1, but must be above 0/],
    ['field', 'plane', { origin: [0], u: [1], v: [0] }, /origin is \[0\], but must be a list of 3/],
    ['picture', 'range', [1, 1], /picture.range is 1,1|range is \[1,1\]/],
    ['picture', 'quantity', 'heat', /must be one of exponent, second-exponent/],
    ['training', 'seed', 2 ** 53, /training.seed is 9007199254740992/],
  ])('refuses %s.%s = %j', (part, name, wrong, message) => {
    const value = written();
    (value[part] as Json)[name] = wrong;
    expect(() => checkParameters(value)).toThrow(message);
    expect(() => checkParameters(value)).toThrow(DataError);
  });
});

describe('docs/parameters.schema.json', () => {
  interface Schema {
    properties: Record<string, Json & { $ref?: string; enum?: string[]; const?: unknown }>;
    required: string[];
    additionalProperties: boolean;
    $defs: Record<string, Schema>;
  }
  const schema = JSON.parse(readFileSync('docs/parameters.schema.json', 'utf8')) as Schema;

  /** The schema of the object at a place. */
  function schemaAt(place: string): Schema {
    return place
      .split('.')
      .slice(1)
      .reduce((within, name) => {
        const { $ref } = within.properties[name];
        // `points.space` is a plane or `full`.
        return schema.$defs[$ref ? $ref.split('/').at(-1)! : 'plane'];
      }, schema);
  }

  it('has the members that the check knows, in every object', () => {
    for (const [place, members] of objectsIn(written())) {
      const { properties, additionalProperties } = schemaAt(place);
      expect(Object.keys(members).sort(), place).toEqual(Object.keys(properties).sort());
      expect(additionalProperties, place).toBe(false);
    }
  });

  it('requires just what the check requires', () => {
    for (const [place, members] of objectsIn(written())) {
      for (const name of Object.keys(members)) {
        const value = written();
        const [, found] = objectsIn(value).find((object) => object[0] === place)!;
        Reflect.deleteProperty(found, name);
        const isRequired = schemaAt(place).required.includes(name);
        // A variance belongs to one scheme only, which a schema would say at length.
        const isNeeded = isRequired || name === 'variance';
        const check = expect(() => checkParameters(value), `${place}.${name}`);
        if (isNeeded) check.toThrow(name);
        else check.not.toThrow();
      }
    }
  });

  it('has the same names and numbers', () => {
    expect(schema.properties.format.const).toBe(PARAMETERS_FORMAT);
    expect(schema.properties.version.const).toBe(PARAMETERS_VERSION);
    const { picture, grey } = schema.$defs;
    expect(picture.properties.quantity.enum).toEqual(QUANTITIES);
    expect(grey.properties.quantity.enum).toEqual(QUANTITIES);
    expect(picture.properties.colormap.enum).toEqual(COLORMAPS);
  });
});
