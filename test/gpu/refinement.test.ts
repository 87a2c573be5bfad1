// Plan: fields with a tolerance against the same fields without, on random networks of large weights, several
// activations, sizes that are no multiples of four, every road and all inputs: interpolated pixels lie within the
// tolerance but for a few in a thousand, the others agree to rounding; statuses and classes are the same; few
// pixels are computed where the field is smooth, nearly all where it is not. Exact: a field that is a cubic.
// Drafts: which pixels are means, and of which. Small fields, bands, bad tolerances. Kernels are made once, on notice
// before they are wanted, and again where that failed. Control: with a tolerance that allows all, errors exceed the small one.
import { describe, expect, it, vi } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import type { FieldData, FieldRequest } from '../../src/engine/engine.ts';
import { createGpuEngine } from '../../src/engine/gpu-engine.ts';
import type { FieldSettings } from '../../src/engine/open-roads.ts';
import { GpuField } from '../../src/engine/gpu-field.ts';
import { GpuLattice } from '../../src/engine/gpu-lattice.ts';
import { GpuModel } from '../../src/engine/gpu-model.ts';
import type { ActivationName } from '../../src/math/activations.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import type { Network } from '../../src/model/network.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { getTestDevice } from '../support/device.ts';

const domain = { sMin: -1.5, tMin: -1.25, sMax: 1.5, tMax: 1.75 };
const TOLERANCE = 0.02;

function networkOf(architecture: string, activation: ActivationName, variance: number): Network {
  return initialiseNetwork(parseArchitecture(architecture, { activation }), 3, {
    scheme: 'gaussian',
    variance,
  });
}

function requestFor(network: Network, changes: Partial<FieldRequest> = {}): FieldRequest {
  const plane = coordinatePlane(network.inputWidth);
  return { plane, domain, width: 131, height: 118, layer: network.depth, ...changes };
}

interface Comparison {
  readonly exact: FieldData;
  readonly refined: FieldData;
  /** |Δ l·λ₁| of each pixel. */
  readonly errors: Float64Array;
  /** Part of the pixels that are not interpolated, as far as rounding tells. */
  readonly computed: number;
}

async function compare(
  network: Network,
  changes: Partial<FieldRequest>,
  settings: FieldSettings = {},
): Promise<Comparison> {
  const model = new GpuModel(await getTestDevice(), network);
  const field = await GpuField.create(model, { slow: true, ...settings });
  try {
    const request = requestFor(network, changes);
    await field.compute({ ...request, tolerance: 0 });
    const exact = await field.read();
    await field.compute({ tolerance: TOLERANCE, ...request });
    const refined = await field.read();
    const errors = Float64Array.from(exact.exponents, (value, i) => {
      const other = refined.exponents[i];
      return value === other ? 0 : Math.abs(value - other) * exact.span;
    });
    const computed = errors.filter((error) => error < 2e-6).length / errors.length;
    return { exact, refined, errors, computed };
  } finally {
    field.dispose();
    model.dispose();
  }
}

function quantile(values: Float64Array, part: number): number {
  return values.toSorted()[Math.floor(part * (values.length - 1))];
}

describe('a field with a tolerance', () => {
  it.each([
    ['2-10x8-1', 'tanh', 1, {}, {}],
    ['2-10x8-1', 'tanh', 2, {}, {}],
    ['2-10x8-3', 'gelu', 2, {}, {}],
    ['2-10x4-2', 'sine', 1, { width: 256, height: 128 }, {}],
    ['2-20x3-1', 'tanh', 4, {}, { road: 'by-op' }],
    ['2-40x3-1', 'tanh', 4, {}, {}],
    ['5-8x3-2', 'tanh', 2, { space: 'full', width: 66, height: 50 }, {}],
  ] as const)(
    'is that without, to the tolerance: %s, %s, variance %f',
    async (architecture, activation, variance, changes, settings) => {
      const network = networkOf(architecture, activation, variance);
      const { exact, refined, errors, computed } = await compare(network, changes, settings);
      const [most, worst] = [quantile(errors, 0.997), quantile(errors, 1)];
      console.log(
        `${architecture} ${activation}: computed ${(100 * computed).toFixed(0)} %, ` +
          `99.7 % within ${most.toExponential(1)}, worst ${worst.toExponential(1)}`,
      );
      expect(most).toBeLessThan(TOLERANCE);
      expect(worst).toBeLessThan(10 * TOLERANCE);
      expect(computed).toBeLessThan(0.8);
      expect([...refined.statuses]).toEqual([...exact.statuses]);
      expect([...refined.classes]).toEqual([...exact.classes]);
      expect(refined.request).toMatchObject({ tolerance: TOLERANCE });
      const size = Math.max(...exact.outputs);
      refined.outputs.forEach((value, i) => {
        expect(Math.abs(value - exact.outputs[i])).toBeLessThan(0.02 * size);
      });
      let worstAngle = 0;
      for (let i = 0; i < exact.exponents.length; i++) {
        const gap = (exact.exponents[i] - exact.secondExponents[i]) * exact.span;
        if (!(gap > 0.5)) continue;
        const [a, b] = [exact, refined].map((data) => data.directions.subarray(2 * i, 2 * i + 2));
        worstAngle = Math.max(worstAngle, Math.abs(a[0] * b[1] - a[1] * b[0]));
        expect(b[0]).toBeGreaterThanOrEqual(0);
      }
      expect(worstAngle).toBeLessThan(0.2);
    },
  );

  it('computes little beside a class boundary where all is smooth', async () => {
    const { exact, refined, computed } = await compare(networkOf('2-4x1-1', 'tanh', 1), {
      width: 129,
      height: 129,
    });
    expect(new Set(exact.classes).size).toBe(2);
    expect([...refined.classes]).toEqual([...exact.classes]);
    expect(computed).toBeLessThan(0.35);
  });

  it('exceeds it where a larger one is allowed', async () => {
    const network = networkOf('2-10x8-1', 'tanh', 3);
    const { errors, computed } = await compare(network, { tolerance: 100 });
    expect(computed).toBeLessThan(0.5);
    expect(quantile(errors, 0.95)).toBeGreaterThan(TOLERANCE);
  });

  it('is computed everywhere where statuses change, it is rough, or has too few pixels', async () => {
    const dead = networkOf('2-6x2-1', 'relu', 1);
    const { exact, refined } = await compare(dead, { width: 40, height: 40 });
    expect([...refined.statuses]).toEqual([...exact.statuses]);
    const small = await compare(networkOf('2-10x2-1', 'tanh', 3), { width: 12, height: 40 });
    expect(quantile(small.errors, 1)).toBe(0);
    const rough = await compare(networkOf('2-10x4-2', 'sine', 3), { width: 64, height: 64 });
    expect(rough.computed).toBe(1);
  });

  it.each([
    ['2-10x8-1', 'tanh', 131, 118],
    ['2-10x4-3', 'gelu', 96, 97],
  ] as const)(
    'may be a draft, in which pixels between others are their means: %s',
    async (architecture, activation, width, height) => {
      const network = networkOf(architecture, activation, 2);
      const model = new GpuModel(await getTestDevice(), network);
      const field = await GpuField.create(model, { slow: true });
      const request = requestFor(network, { tolerance: TOLERANCE, width, height });
      await field.compute(request);
      const loose = await field.read();
      await field.compute({ ...request, draft: true });
      const draft = await field.read();
      const { span, exponents, outputs } = draft;
      const { outputWidth } = network;
      let meanCount = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const i = y * width + x;
          const isThere = exponents[i] === loose.exponents[i];
          if (x % 2 === 0 && y % 2 === 0) {
            expect(isThere).toBe(true);
            continue;
          }
          if (isThere) continue;
          meanCount++;
          const columns = x % 2 === 0 ? [x] : [x - 1, x + 1].filter((at) => at < width);
          const rows = y % 2 === 0 ? [y] : [y - 1, y + 1].filter((at) => at < height);
          const around = rows.flatMap((row) => columns.map((column) => row * width + column));
          const meanOf = (values: Float32Array, stride = 1, k = 0): number =>
            around.reduce((sum, at) => sum + values[stride * at + k], 0) / around.length;
          expect(Math.abs(exponents[i] - meanOf(exponents)) * span).toBeLessThan(1e-5);
          const own = outputs.subarray(outputWidth * i, outputWidth * (i + 1));
          own.forEach((value, k) => {
            expect(Math.abs(value - meanOf(outputs, outputWidth, k))).toBeLessThan(1e-5);
          });
          const best = own.length === 1 ? Number(own[0] > 0) : own.indexOf(Math.max(...own));
          expect(draft.classes[i]).toBe(best);
          const [ds, dt] = draft.directions.subarray(2 * i, 2 * i + 2);
          expect(Math.hypot(ds, dt)).toBeCloseTo(1, 4);
        }
      }
      expect(meanCount).toBeGreaterThan(exponents.length / 20);
      const errors = exponents.map((value, i) => Math.abs(value - loose.exponents[i]) * span);
      expect(quantile(Float64Array.from(errors), 0.95)).toBeLessThan(0.2);
      field.dispose();
      model.dispose();
    },
  );

  it('may come in bands', async () => {
    const network = networkOf('2-10x2-1', 'tanh', 3);
    const engine = createGpuEngine(await getTestDevice(), { slow: true });
    const model = engine.createModel(network);
    const request = requestFor(network, { width: 1031, height: 517 });
    const exact = await engine.computeField(model, request);
    const refined = await engine.computeField(model, { ...request, tolerance: TOLERANCE });
    const errors = Float64Array.from(
      exact.exponents,
      (value, i) => Math.abs(value - refined.exponents[i]) * exact.span,
    );
    expect(quantile(errors, 0.997)).toBeLessThan(TOLERANCE);
    expect(quantile(errors, 0.9)).toBeGreaterThan(1e-6);
    model.dispose();
    engine.dispose();
  });

  it('has its kernels made once, on notice, and again by the first that needs them if that failed', async () => {
    const network = networkOf('2-4x2-1', 'tanh', 1);
    const model = new GpuModel(await getTestDevice(), network);
    const field = await GpuField.create(model, { slow: true });
    const create = vi.spyOn(GpuLattice, 'create');
    try {
      create.mockRejectedValueOnce(new Error('no kernels today'));
      field.expectTolerance();
      await vi.waitFor(() => expect(create).toHaveBeenCalledTimes(1));
      await expect(create.mock.results[0].value).rejects.toThrow('no kernels today');
      field.expectTolerance();
      await vi.waitFor(() => expect(create).toHaveBeenCalledTimes(2));
      field.expectTolerance();
      const request = requestFor(network);
      await field.compute({ ...request, tolerance: TOLERANCE });
      expect(create).toHaveBeenCalledTimes(2);
      expect(field.request).toMatchObject({ tolerance: TOLERANCE });
    } finally {
      create.mockRestore();
      field.dispose();
      model.dispose();
    }
  });

  it.each([-1, NaN, Infinity])('is refused for a tolerance of %f', async (tolerance) => {
    const network = networkOf('2-4x2-1', 'tanh', 1);
    const engine = createCpuEngine();
    const model = engine.createModel(network);
    await expect(engine.computeField(model, { ...requestFor(network), tolerance })).rejects.toThrow(
      /tolerance is .* at least 0/,
    );
    engine.dispose();
  });
});
