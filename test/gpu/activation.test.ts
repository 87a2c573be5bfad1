// Plan: values and slopes of every activation in WGSL against float64, over a dense grid of float32 numbers from
// 1e-9 to 372 of both signs, in ulps by test/support/tolerance.ts, from a kernel built for all activations and one
// built for that one; slopes with the shift of their own block keep their digits where float32 would underflow;
// shifts are 0 where slopes are not tiny; zeros at kinks stay zero; huge inputs give no NaN; is_finite4 by bit
// patterns. Control: the builtin way to the slope of tanh would not pass.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BufferUsage } from '../../src/gpu/flags.ts';
import { createArguments, createKernel, dispatch, type Kernel } from '../../src/gpu/kernel.ts';
import { readBuffer } from '../../src/gpu/readback.ts';
import { Scope } from '../../src/gpu/scope.ts';
import {
  ACTIVATION_NAMES,
  activationCode,
  ACTIVATIONS,
  type ActivationName,
} from '../../src/math/activations.ts';
import probe from '../support/activation-probe.wgsl';
import { compare } from '../support/compare.ts';
import { getTestDevice } from '../support/device.ts';
import {
  activationSlopeTolerance,
  activationValueTolerance,
  FLOAT32_UNIT,
  SHADER,
  SHIFTED_SHADER,
} from '../support/tolerance.ts';

interface ProbeResult {
  values: Float32Array;
  /** g′ · 2^−shift */
  slopes: Float32Array;
  shifts: Int32Array;
  flags: Uint32Array;
}

let device: GPUDevice;
let kernel: Kernel;
let scope: Scope;

beforeAll(async () => {
  device = await getTestDevice();
  kernel = await createKernel(device, probe);
  scope = new Scope(device, 'ftle-map/test/activation');
});

afterAll(() => {
  scope.dispose();
  expect(scope.size).toBe(0);
});

async function evaluate(
  name: ActivationName,
  inputs: Float32Array,
  alpha: number,
  shift = 0,
  using = kernel,
): Promise<ProbeResult> {
  const blockCount = inputs.length / 4;
  const usage = BufferUsage.storage | BufferUsage.copySrc | BufferUsage.copyDst;
  const inputBuffer = scope.buffer('inputs', inputs.byteLength, usage);
  const [values, slopes, shifts, flags] = ['values', 'slopes', 'shifts', 'flags'].map((label) =>
    scope.buffer(label, inputs.byteLength, usage),
  ) as [GPUBuffer, GPUBuffer, GPUBuffer, GPUBuffer];
  device.queue.writeBuffer(inputBuffer, 0, inputs);
  const args = createArguments(scope, using);
  args.write(0, { blockCount, choice: activationCode(name), alpha, shift });
  const groups = using.bind({
    args: args.slot(0),
    inputs: inputBuffer,
    values,
    slopes,
    shifts,
    flags,
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  dispatch(pass, using, groups, [Math.ceil(blockCount / 64)]);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const result = {
    values: new Float32Array(await readBuffer(device, values)),
    slopes: new Float32Array(await readBuffer(device, slopes)),
    shifts: new Int32Array(await readBuffer(device, shifts, 0, 4 * blockCount)),
    flags: new Uint32Array(await readBuffer(device, flags, 0, 4 * blockCount)),
  };
  for (const buffer of [inputBuffer, values, slopes, shifts, flags]) scope.release(buffer);
  return result;
}

/** Whole blocks: small numbers in every decade, dense to 20, wider to 372; both signs; both zeros. */
function grid(): Float32Array {
  const positive: number[] = [];
  for (let e = -30; e < 0; e += 0.0713) positive.push(2 ** e);
  for (let i = 0; i < 4000; i++) positive.push(0.00501 * i + 0.0003 * Math.sin(i));
  for (let i = 0; i < 4400; i++) positive.push(20 + 0.08 * i);
  const all = positive.flatMap((x) => [x, -x]);
  all.push(0, -0);
  while (all.length % 4 !== 0) all.push(1);
  return Float32Array.from(all);
}

const ALPHAS: Partial<Record<ActivationName, number>> = { 'leaky-relu': 0.3, elu: 1.7, celu: 1.7 };

describe.each(ACTIVATION_NAMES)('%s', (name) => {
  const alpha = Math.fround(ALPHAS[name] ?? 0);
  const { value, slope } = ACTIVATIONS[name];
  const inputs = grid();

  it.each(['all', 'this one'])(
    'has the values and slopes of float64, built for %s',
    async (set) => {
      const overrides = { ACTIVATION_SET: 1 << activationCode(name) };
      const using = set === 'all' ? kernel : await createKernel(device, probe, { overrides });
      const found = await evaluate(name, inputs, alpha, 0, using);
      const describeInput = (i: number) => `x = ${inputs[i]}`;
      compare({
        label: `${name} value`,
        actual: found.values,
        expected: Float64Array.from(inputs, (x) => value(x, alpha)),
        tolerance: (i) => activationValueTolerance(name, inputs[i], alpha, SHADER),
        describe: describeInput,
      });
      compare({
        label: `${name} slope`,
        actual: found.slopes,
        expected: Float64Array.from(inputs, (x) => slope(x, alpha)),
        tolerance: (i) => activationSlopeTolerance(name, inputs[i], alpha, SHADER),
        describe: describeInput,
      });
    },
  );

  it('has slopes with all their digits after the shift of their block', async () => {
    // every block holds one number four times, so that its shift is for that number alone
    const points = Float32Array.from(
      { length: 1500 },
      (_, i) => (i % 2 ? 1 : -1) * 0.497 * (i >> 1),
    );
    const blocks = Float32Array.from({ length: 6000 }, (_, i) => points[i >> 2]);
    const { shifts } = await evaluate(name, blocks, alpha);
    const actual: number[] = [];
    const chosen: number[] = [];
    // one dispatch has one shift: a dispatch for every 25th block
    for (let i = 0; i < points.length; i += 25) {
      const block = Float32Array.of(points[i], points[i], points[i], points[i]);
      const { slopes } = await evaluate(name, block, alpha, shifts[i]);
      expect(Math.abs(slopes[0])).toBeLessThan(2 ** 64);
      actual.push(slopes[0] * 2 ** shifts[i]);
      chosen.push(points[i]);
    }
    compare({
      label: `${name} shifted slope`,
      actual,
      expected: chosen.map((x) => slope(x, alpha)),
      tolerance: (i) => activationSlopeTolerance(name, chosen[i], alpha, SHIFTED_SHADER),
      describe: (i) => `x = ${chosen[i]}`,
    });
    points.forEach((x, i) => {
      expect(shifts[i]).toBeLessThanOrEqual(0);
      if (Math.abs(slope(x, alpha)) > 1e-7) expect(shifts[i], `x = ${x}`).toBe(0);
    });
  });

  it('gives finite numbers for the largest inputs, and within ±1e38 for any shift', async () => {
    const huge = Float32Array.of(1e37, -1e37, 1e20, -1e20, 1e4, -1e4, 0, 1);
    for (const shift of [0, -1000]) {
      const { values, slopes } = await evaluate(name, huge, alpha, shift);
      for (const number of [...values, ...slopes]) {
        expect(Math.abs(number)).toBeLessThanOrEqual(shift === 0 ? 1e38 : 2e38);
      }
    }
  });
});

describe('shift', () => {
  it('is set by the largest slope of the block', async () => {
    const inputs = Float32Array.of(300, -310, 320, 330, 300, 0.5, 320, 330, -5, -400, 60, -60);
    const { shifts } = await evaluate('tanh', inputs, 0);
    expect(shifts[1]).toBe(0);
    expect(shifts[2]).toBe(0);
    expect(Math.abs(shifts[0] + 600 / Math.LN2)).toBeLessThan(4);
  });

  it('leaves exact zeros of relu alone', async () => {
    const { slopes, shifts } = await evaluate('relu', Float32Array.of(-1, 0, -0, -1e30), 0);
    expect([...slopes, shifts[0]]).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('sine', () => {
  it('stays within ±1 for numbers of any size', async () => {
    const inputs = Float32Array.from(
      { length: 400 },
      (_, i) => (i % 2 ? -1 : 1) * 10 ** (0.09 * i),
    );
    const { values, slopes } = await evaluate('sine', inputs, 0);
    for (const number of [...values, ...slopes]) {
      expect(Math.abs(number)).toBeLessThanOrEqual(1 + 4 * FLOAT32_UNIT);
    }
  });
});

describe('is_finite4', () => {
  it('tells numbers up to 1e37 from larger ones, infinities and NaN in any lane', async () => {
    const good = [0, -1e37, 1e37, 1e-40];
    const bad = [NaN, Infinity, -Infinity, 1.1e37, -3e38];
    const blocks = [good, ...bad.flatMap((x) => good.map((_, k) => good.with(k, x)))];
    const { flags } = await evaluate('identity', Float32Array.from(blocks.flat()), 0);
    expect([...flags]).toEqual([1, ...new Array<number>(20).fill(0)]);
  });
});

it('would not pass with 1 − tanh² (control)', () => {
  const x = 8;
  const builtin = Math.fround(1 - Math.fround(Math.fround(Math.tanh(x)) ** 2));
  const error = Math.abs(builtin - ACTIVATIONS.tanh.slope(x, 0));
  expect(error).toBeGreaterThan(100 * activationSlopeTolerance('tanh', x, 0, SHADER));
});
