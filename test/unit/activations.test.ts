// Plan: values and slopes against 60-digit numbers from mpmath (test/golden/activations.py) over |x| ≤ 700, and
// slopes against central differences of values; slopes at kinks and far tails as stated; names, codes and the
// constants of the shader agree. Control: one value that is off by 1e-14 is noticed.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ACTIVATION_NAMES,
  activationCode,
  ACTIVATIONS,
  isActivationName,
  type ActivationName,
} from '../../src/math/activations.ts';
import { erfc, normalDistribution } from '../../src/math/gaussian.ts';
import { readShader } from '../../tools/wgsl-plugin.ts';
import { compare } from '../support/compare.ts';
import {
  activationSlopeTolerance,
  activationValueTolerance,
  DOUBLE,
  FLOAT64_UNIT,
} from '../support/tolerance.ts';

type Row = [x: number, alpha: number, value: number, slope: number];

const GOLDEN = JSON.parse(
  readFileSync(new URL('../golden/activations.json', import.meta.url), 'utf8'),
) as Record<ActivationName, Row[]>;

describe.each(ACTIVATION_NAMES)('%s', (name) => {
  const { value, slope, defaultAlpha } = ACTIVATIONS[name];
  const rows = GOLDEN[name];
  const describeRow = (i: number) => `x = ${rows[i][0]}, alpha = ${rows[i][1]}`;

  it('has the values of mpmath', () => {
    compare({
      label: `${name} value`,
      actual: rows.map(([x, alpha]) => value(x, alpha)),
      expected: rows.map((row) => row[2]),
      tolerance: (i) => activationValueTolerance(name, rows[i][0], rows[i][1], DOUBLE),
      describe: describeRow,
    });
  });

  it('has the slopes of mpmath', () => {
    compare({
      label: `${name} slope`,
      actual: rows.map(([x, alpha]) => slope(x, alpha)),
      expected: rows.map((row) => row[3]),
      tolerance: (i) => activationSlopeTolerance(name, rows[i][0], rows[i][1], DOUBLE),
      describe: describeRow,
    });
  });

  it('has slopes that are differences of its values', () => {
    const points = Array.from({ length: 400 }, (_, i) => -12 + 0.0603 * i);
    // h² |g‴|/6 + u |g|/h, with |g‴| ≤ 8 away from kinks, which no stencil here contains
    const h = 1e-5;
    compare({
      label: `${name} differences`,
      actual: points.map((x) => slope(x, defaultAlpha)),
      expected: points.map(
        (x) => (value(x + h, defaultAlpha) - value(x - h, defaultAlpha)) / (2 * h),
      ),
      tolerance: (i) => (8 * h * h) / 6 + (4 * FLOAT64_UNIT * Math.max(1, Math.abs(points[i]))) / h,
      describe: (i) => `x = ${points[i]}`,
    });
  });

  it('stays finite for numbers near the end of float32', () => {
    for (const x of [3e38, -3e38, 1e20, -1e20]) {
      expect(Number.isFinite(value(x, defaultAlpha))).toBe(true);
      expect(Number.isFinite(slope(x, defaultAlpha))).toBe(true);
    }
  });
});

describe('slopes', () => {
  it('at kinks are those of PyTorch', () => {
    expect(ACTIVATIONS.relu.slope(0, 0)).toBe(0);
    expect(ACTIVATIONS['leaky-relu'].slope(0, 0.3)).toBe(0.3);
    expect(ACTIVATIONS.elu.slope(0, 0.3)).toBe(0.3);
    expect(ACTIVATIONS.selu.slope(0, 0)).toBeCloseTo(1.7580993408473766, 15);
    expect(ACTIVATIONS.celu.slope(0, 0.3)).toBe(1);
  });

  it('of tanh keep their digits where 1 − tanh² has none', () => {
    expect(1 - Math.tanh(300) ** 2).toBe(0);
    expect(Math.log(ACTIVATIONS.tanh.slope(300, 0))).toBeCloseTo(Math.log(4) - 600, 10);
  });
});

describe('erfc', () => {
  it('has relative digits on both sides of all its pieces', () => {
    // mpmath.erfc with 30 digits, at the float64 number that each literal stands for
    const table: [number, number][] = [
      [-3, 1.9999779095030014146],
      [0.5, 0.47950012218695346232],
      [1, 0.15729920705028513066],
      [2.8, 7.501319466545910313e-5],
      [3, 2.2090496998585441373e-5],
      [10, 2.088487583762544757e-45],
      [26, 5.6631924088561428465e-296],
    ];
    compare({
      label: 'erfc',
      actual: table.map(([x]) => erfc(x)),
      expected: table.map(([, y]) => y),
      tolerance: (i) => 8 * FLOAT64_UNIT * table[i][1],
    });
  });

  it('makes a distribution: Φ(x) + Φ(−x) = 1', () => {
    for (let x = 0; x < 12; x += 0.37) {
      expect(normalDistribution(x) + normalDistribution(-x)).toBeCloseTo(1, 15);
    }
  });
});

describe('names', () => {
  it('have the numbers that the shader gives them', () => {
    const { constants } = readShader('lib/activation.wgsl');
    for (const name of ACTIVATION_NAMES) {
      expect(constants[name.toUpperCase().replaceAll('-', '_')], name).toBe(activationCode(name));
    }
    expect(ACTIVATION_NAMES).toHaveLength(13);
    expect(activationCode('identity')).toBe(0);
  });

  it('are told from other strings', () => {
    expect(isActivationName('gelu-tanh')).toBe(true);
    for (const other of ['toString', 'Tanh', '', null, 3]) {
      expect(isActivationName(other)).toBe(false);
    }
  });
});

it('notices an error of 1e-14', () => {
  expect(() =>
    compare({
      label: 'control',
      actual: [Math.tanh(0.7) * (1 + 1e-14)],
      expected: [Math.tanh(0.7)],
      tolerance: () => activationValueTolerance('tanh', 0.7, 0, DOUBLE),
    }),
  ).toThrow(/control/);
});
