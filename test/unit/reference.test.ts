// Plan: the float64 reference is the truth of the other tests, so it answers to things from outside.
// Every op: its tangent against central differences of its forward rule, its cotangent by the adjoint
// identity. Networks: states, Jacobians and singular values against golden/ (JAX, LAPACK); exponents and
// directions against an SVD by ml-matrix over random networks; exact cases (linear, orthogonal, identity,
// scaled, collapsed, overflow) up to 512 layers. Controls: a wrong slope fails the central differences,
// and a wrong tangent the adjoint identity.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../src/errors.ts';
import { ACTIVATION_NAMES, ACTIVATIONS, type ActivationName } from '../../src/math/activations.ts';
import { RandomStream, Purpose } from '../../src/math/random.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { checkSpec, createNetwork, type Network } from '../../src/model/network.ts';
import { initialiseNetwork, tensorPlaces, writeTensor } from '../../src/model/parameters.ts';
import { coordinatePlane, createPlane } from '../../src/model/plane.ts';
import type { OpSpec } from '../../src/ops/op.ts';
import { opRules, OPS } from '../../src/ops/registry.ts';
import { exponents, jacobian, planeExponents } from '../../src/reference/exponent.ts';
import { classify, createStates, forward, runForward } from '../../src/reference/forward.ts';
import { compare } from '../support/compare.ts';
import { chainTolerance, differenceTolerance, FLOAT64_UNIT } from '../support/tolerance.ts';

const normals = (stream: RandomStream, count: number): Float64Array =>
  Float64Array.from({ length: count }, () => stream.normal());

const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

const size = (a: ArrayLike<number>): number => Math.sqrt(inner(a, a));

/** Ops of every kind to try the rules on; a new op is missing here until it has a line. */
const SAMPLES: Record<OpSpec['name'], OpSpec[]> = {
  affine: [
    { name: 'affine', inputWidth: 5, outputWidth: 7 },
    { name: 'affine', inputWidth: 1, outputWidth: 1 },
    { name: 'affine', inputWidth: 33, outputWidth: 2 },
  ],
  activation: ACTIVATION_NAMES.map((activation) => ({
    name: 'activation',
    inputWidth: 9,
    outputWidth: 9,
    activation,
    alpha: ACTIVATIONS[activation].defaultAlpha,
  })),
};

describe.each(Object.values(OPS).map((rules) => rules.name))('op %s', (name) => {
  const samples = SAMPLES[name].map((spec) => ({
    title: 'activation' in spec ? spec.activation : `${spec.inputWidth} to ${spec.outputWidth}`,
    op: { ...spec, parameterOffset: 8, inputOffset: 0, outputOffset: 0 },
  }));

  it.each(samples)('$title: tangents are central differences of the values', ({ op }) => {
    const stream = new RandomStream(11, Purpose.noise);
    const rules = opRules(op);
    const parameters = normals(stream, 8 + rules.parameterLength(op));
    // Away from kinks: |x| > step for every input.
    const input = normals(stream, op.inputWidth).map((x) => x + Math.sign(x) * 0.1);
    const tangent = normals(stream, op.inputWidth);
    const pushed = new Float64Array(op.outputWidth);
    rules.tangent(op, parameters, input, tangent, pushed);
    const step = 1e-5;
    const [above, below] = [step, -step].map((h) => {
      const output = new Float64Array(op.outputWidth);
      const moved = input.map((x, i) => x + h * tangent[i]);
      rules.forward(op, parameters, moved, output);
      return output;
    });
    const actual = above.map((value, i) => (value - below[i]) / (2 * step));
    const largest = Math.max(...above.map(Math.abs), 1);
    compare({
      label: `tangent of ${op.name} by differences`,
      actual,
      expected: pushed,
      tolerance: (i) => differenceTolerance(step, largest, op.inputWidth, Math.abs(pushed[i])),
    });
    const wrong = pushed.map((value) => value * 1.0001 + 1e-4);
    const { log } = console;
    console.log = () => undefined;
    try {
      const tolerance = (i: number) =>
        differenceTolerance(step, largest, op.inputWidth, Math.abs(wrong[i]));
      expect(() => compare({ label: 'control', actual, expected: wrong, tolerance })).toThrow();
    } finally {
      console.log = log;
    }
  });

  it.each(samples)('$title: ⟨w, J v⟩ = ⟨Jᵀ w, v⟩', ({ op }) => {
    const stream = new RandomStream(12, Purpose.noise);
    const rules = opRules(op);
    const parameters = normals(stream, 8 + rules.parameterLength(op));
    const input = normals(stream, op.inputWidth);
    const v = normals(stream, op.inputWidth);
    const w = normals(stream, op.outputWidth);
    const pushed = new Float64Array(op.outputWidth);
    const pulled = new Float64Array(op.inputWidth);
    rules.tangent(op, parameters, input, v, pushed);
    rules.cotangent(op, parameters, input, w, pulled);
    const length = op.inputWidth + op.outputWidth;
    const tolerance = FLOAT64_UNIT * length * (size(w) * size(pushed) + size(pulled) * size(v));
    compare({
      label: `adjoint of ${op.name}`,
      actual: [inner(w, pushed)],
      expected: [inner(pulled, v)],
      tolerance: () => tolerance,
    });
    pushed[0] *= 1.001;
    expect(Math.abs(inner(w, pushed) - inner(pulled, v))).toBeGreaterThan(tolerance);
  });
});

interface GoldenCase {
  architecture: number[];
  activation: ActivationName;
  gain: number;
  points: {
    point: number[];
    layers: { state: number[]; jacobian: number[]; singular: number[] }[];
  }[];
}

/** The network of a golden case: the formula for its parameters stands in golden/exponents.py. */
function goldenNetwork({ architecture, activation, gain }: GoldenCase): Network {
  const spec = checkSpec({
    inputWidth: architecture[0],
    layers: architecture.slice(1).map((width) => ({ type: 'dense', width, activation })),
  });
  const network = createNetwork(spec);
  let k = 0;
  for (const place of tensorPlaces(network)) {
    const factor = place.part === 'weight' ? gain : 0.3;
    const values = Array.from({ length: place.shape.reduce((a, b) => a * b) }, () => {
      const residue = ((31 * k + 17) * k + 5) % 1009;
      k++;
      return factor * ((residue - 504) / 504);
    });
    writeTensor(place, values, network.parameters);
  }
  return network;
}

describe('networks from outside', () => {
  const { cases } = JSON.parse(readFileSync('test/golden/exponents.json', 'utf8')) as {
    cases: GoldenCase[];
  };

  it.each(cases.map((golden) => ({ golden, title: golden.architecture.join('-') })))(
    '$title $golden.activation: states, Jacobians and singular values',
    ({ golden }) => {
      const network = goldenNetwork(golden);
      for (const { point, layers } of golden.points) {
        layers.forEach(({ state, jacobian: matrix, singular }, index) => {
          const layer = index === network.depth ? 'output' : index + 1;
          const states = createStates(network.program);
          states[0].set(point);
          runForward(network.program, network.parameters, states);
          const { values, span } = exponents(network, point, layer);
          const label = `${golden.activation}, layer ${layer}`;
          const tolerance = chainTolerance(network, point, index + 1);
          compare({
            label: `${label}, state`,
            actual: states[network.program.layerEnds[index + 1]],
            expected: state,
            tolerance: () => tolerance.state(size(state)),
          });
          compare({
            label: `${label}, Jacobian`,
            actual: jacobian(network, point, layer),
            expected: matrix,
            tolerance: (i) => tolerance.rows[Math.floor(i / point.length)],
          });
          compare({
            label: `${label}, singular values`,
            actual: values.map((value) => Math.exp(value * span)),
            expected: singular,
            tolerance: () => tolerance.singular,
          });
        });
      }
    },
  );
});

describe('exponents', () => {
  const architecture = fc.record({
    widths: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 3, maxLength: 7 }),
    activation: fc.constantFrom(...ACTIVATION_NAMES.filter((name) => name !== 'relu')),
    seed: fc.integer({ min: 0, max: 2 ** 32 }),
  });

  it('and directions are those of an SVD of the Jacobian', () => {
    let worst = 0;
    fc.assert(
      fc.property(architecture, ({ widths, activation, seed }) => {
        const spec = parseArchitecture(widths.join('-'), { activation });
        const network = initialiseNetwork(spec, seed);
        const point = normals(new RandomStream(seed, Purpose.points), network.inputWidth);
        const rows = widths.at(-2)!;
        const { values, directions, span } = exponents(network, point, network.depth);
        const matrix = jacobian(network, point, network.depth);
        const columns = network.inputWidth;
        const asRows = Array.from({ length: rows }, (_, i) => [
          ...matrix.subarray(i * columns, (i + 1) * columns),
        ]);
        const svd = new SingularValueDecomposition(new Matrix(asRows), { autoTranspose: true });
        const count = Math.min(rows, columns);
        expect(values).toHaveLength(count);
        const largest = svd.diagonal[0];
        const tolerance = 16 * (rows + columns) * FLOAT64_UNIT * largest;
        values.forEach((value, i) => {
          const error = Math.abs(Math.exp(value * span) - svd.diagonal[i]);
          expect(error).toBeLessThanOrEqual(tolerance);
          if (tolerance > 0) worst = Math.max(worst, error / tolerance);
        });
        if (largest === 0) return;
        // A right singular vector is stretched by its singular value.
        const v = directions.subarray(0, columns);
        const image = asRows.map((row) => inner(row, v));
        expect(Math.abs(size(v) - 1)).toBeLessThan(8 * columns * FLOAT64_UNIT);
        expect(Math.abs(size(image) - largest)).toBeLessThanOrEqual(tolerance);
      }),
      { seed: 2, numRuns: 300 },
    );
    console.log(`exponents by SVD: worst error/tolerance ${worst.toPrecision(3)}`);
  });

  it('within a plane are those of J [u v]', () => {
    fc.assert(
      fc.property(architecture, ({ widths, activation, seed }) => {
        const spec = parseArchitecture(`5-${widths.join('-')}`, { activation });
        const network = initialiseNetwork(spec, seed);
        const stream = new RandomStream(seed, Purpose.points);
        const [point, a, b] = [0, 1, 2].map(() => normals(stream, 5)) as [
          Float64Array,
          Float64Array,
          Float64Array,
        ];
        const plane = createPlane(point, a, b);
        const found = planeExponents(network, point, 'output', plane);
        const matrix = jacobian(network, point, 'output');
        const rows = Array.from({ length: network.outputWidth }, (_, i) => {
          const row = matrix.subarray(5 * i, 5 * i + 5);
          return [inner(row, plane.u), inner(row, plane.v)] as const;
        });
        const full = exponents(network, point, 'output');
        const [s, t] = found.direction;
        expect(Math.hypot(s, t)).toBeCloseTo(1, 14);
        expect(s).toBeGreaterThanOrEqual(0);
        const largest = Math.exp(full.values[0] * full.span);
        const stretched = size(rows.map(([p, q]) => s * p + t * q));
        const tolerance = 100 * FLOAT64_UNIT * largest;
        expect(Math.abs(Math.exp(found.first * found.span) - stretched)).toBeLessThan(
          tolerance + Number.MIN_VALUE,
        );
        // λ₁ in the plane is at most λ₁; σ₁² + σ₂² is the sum of squares.
        expect(stretched).toBeLessThanOrEqual(largest + tolerance);
        const squares = [found.first, found.second].map((value) =>
          Math.exp(2 * value * found.span),
        );
        const sum = rows.reduce((total, [p, q]) => total + p * p + q * q, 0);
        expect(Math.abs(squares[0] + squares[1] - sum)).toBeLessThanOrEqual(
          100 * FLOAT64_UNIT * largest ** 2,
        );
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('over the coordinate plane of two inputs are the full ones', () => {
    const network = initialiseNetwork(parseArchitecture('2-10x8-1'), 4);
    const plane = coordinatePlane(2);
    const stream = new RandomStream(4, Purpose.points);
    for (let i = 0; i < 50; i++) {
      const point = normals(stream, 2);
      const full = exponents(network, point, 8);
      const within = planeExponents(network, point, 8, plane);
      expect(within.first).toBeCloseTo(full.values[0], 13);
      expect(within.second).toBeCloseTo(full.values[1], 13);
      const [cosine] = [inner(within.direction, full.directions.subarray(0, 2))];
      expect(Math.abs(cosine)).toBeCloseTo(1, 13);
    }
  });
});

/** Dense layers of equal square weights, no bias. */
function chain(weight: number[][], count: number, activation: ActivationName): Network {
  const width = weight.length;
  const spec = checkSpec({
    inputWidth: width,
    layers: Array.from({ length: count }, () => ({ type: 'dense', width, activation })),
  });
  const network = createNetwork(spec);
  for (const place of tensorPlaces(network)) {
    if (place.part === 'weight') writeTensor(place, weight.flat(), network.parameters);
  }
  return network;
}

describe('exact cases', () => {
  const plane = coordinatePlane(2);

  it('linear map: log σ over span, and its direction', () => {
    const network = chain(
      [
        [0.5, 0],
        [0, 8],
      ],
      4,
      'identity',
    );
    const found = planeExponents(network, [3, -1], 3, plane);
    expect(found).toEqual({
      status: 'good',
      first: Math.log(8),
      second: Math.log(0.5),
      direction: [0, 1],
      span: 3,
    });
    expect(planeExponents(network, [3, -1], 'output', plane).span).toBe(4);
    expect([...jacobian(network, [3, -1], 2)]).toEqual([0.25, 0, 0, 64]);
  });

  it('orthogonal maps: 0, after 512 layers as well', () => {
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
    const network = chain(
      [
        [c, -s],
        [s, c],
      ],
      512,
      'identity',
    );
    const { first, second } = planeExponents(network, [1, 2], 'output', plane);
    // Float32 weights are orthogonal to 2⁻²⁴ a layer.
    expect(Math.abs(first)).toBeLessThan(2 ** -24);
    expect(Math.abs(second)).toBeLessThan(2 ** -24);
  });

  it('identity chain: 0 without rounding', () => {
    const network = chain(
      [
        [1, 0],
        [0, 1],
      ],
      512,
      'identity',
    );
    for (const layer of [1, 100, 511, 'output'] as const) {
      expect(planeExponents(network, [0.3, 1e30], layer, plane)).toMatchObject({
        status: 'good',
        first: 0,
        second: 0,
      });
    }
  });

  it('depth neither overflows nor underflows: factors 2±¹⁰⁰ a layer shift λ by their log', () => {
    for (const power of [-100, -1, 0, 1, 60]) {
      const count = power === 60 ? 17 : 512;
      const factor = 2 ** power;
      const network = chain(
        [
          [factor, 0],
          [0, factor / 4],
        ],
        count,
        'identity',
      );
      const { status, first, second } = planeExponents(network, [0, 0], 'output', plane);
      expect(status).toBe('good');
      expect(first).toBeCloseTo(power * Math.LN2, 12);
      if (count < 200) expect(second).toBeCloseTo((power - 2) * Math.LN2, 12);
    }
  });

  it('saturated tanh keeps its slope: 4e^−2|b|', () => {
    const network = chain([[100]], 3, 'tanh');
    const { status, values } = exponents(network, [1], 1);
    expect(status).toBe('good');
    expect(values[0]).toBeCloseTo(Math.log(400) - 200, 12);
  });

  it('J = 0 collapses: λ is −Infinity', () => {
    const network = chain(
      [
        [-1, 0],
        [0, -2],
      ],
      3,
      'relu',
    );
    const within = planeExponents(network, [1, 1], 2, plane);
    expect(within).toMatchObject({ status: 'collapsed', first: -Infinity, second: -Infinity });
    const full = exponents(network, [1, 1], 2);
    expect(full.status).toBe('collapsed');
    expect([...full.values]).toEqual([-Infinity, -Infinity]);
    expect([...jacobian(network, [1, 1], 2)]).toEqual([0, 0, 0, 0]);
  });

  it('rank one: λ₂ is −Infinity', () => {
    const network = chain(
      [
        [1, 0],
        [0, 0],
      ],
      2,
      'identity',
    );
    expect(planeExponents(network, [1, 1], 1, plane)).toMatchObject({
      status: 'good',
      first: 0,
      second: -Infinity,
      direction: [1, 0],
    });
    const single = initialiseNetwork(parseArchitecture('1-4-1'), 1);
    expect(planeExponents(single, [0.5], 1, coordinatePlane(1)).second).toBe(-Infinity);
  });

  it('behind a layer of fewer rows the exponents beyond them are −Infinity, not rounding', () => {
    const network = initialiseNetwork(parseArchitecture('3-5-2-6-1'), 4);
    const point = [0.3, -0.2, 0.5];
    for (const [layer, rank] of [
      [1, 3],
      [2, 2],
      [3, 2],
      ['output', 1],
    ] as const) {
      const { values, directions } = exponents(network, point, layer);
      expect(Array.from(values, Number.isFinite)).toEqual(Array.from(values, (_, i) => i < rank));
      expect(directions.subarray(3 * rank).every((entry) => entry === 0)).toBe(true);
      const { second } = planeExponents(network, point, layer, coordinatePlane(3));
      expect(Number.isFinite(second)).toBe(rank > 1);
    }
  });

  it('states beyond float64 overflow, even where slopes are 1', () => {
    const network = chain(
      [
        [1e30, 0],
        [0, 1e30],
      ],
      12,
      'relu',
    );
    expect(planeExponents(network, [1, 1], 'output', plane).status).toBe('overflow');
    expect(planeExponents(network, [1, 1], 10, plane).status).toBe('good');
    expect(exponents(network, [NaN, 1], 1).status).toBe('overflow');
  });
});

describe('doors', () => {
  const network = initialiseNetwork(parseArchitecture('2-10x8-1'), 1);
  it.each([0, 9, 1.5, NaN])('refuse layer %d', (layer) => {
    expect(() => exponents(network, [0, 0], layer)).toThrow(NetworkError);
    expect(() => exponents(network, [0, 0], layer)).toThrow(
      /must be a hidden layer, 1 to 8, or 'out/,
    );
  });
  it('refuse a point or a plane of another width', () => {
    expect(() => forward(network, [1])).toThrow(/point has 1 number, but the network has 2 inputs/);
    expect(() => planeExponents(network, [1, 2], 1, coordinatePlane(3))).toThrow(NetworkError);
  });
  it('classify by sign or by the largest', () => {
    expect([classify([0]), classify([1e-9]), classify([-1])]).toEqual([0, 1, 0]);
    expect([classify([1, 3, 2]), classify([-5, -5])]).toEqual([1, 0]);
  });
});
