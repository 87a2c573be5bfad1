// fields.ts: fields on roads of a test's choice, and how far they may be from float64
import { expect } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import { Status, type Engine, type FieldData, type FieldRequest } from '../../src/engine/engine.ts';
import type { FieldSettings } from '../../src/engine/open-roads.ts';
import { GpuField } from '../../src/engine/gpu-field.ts';
import { GpuModel } from '../../src/engine/gpu-model.ts';
import type { Network } from '../../src/model/network.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { getTestDevice } from './device.ts';
import { takeFastestKernels } from './fastest.ts';
import { FLOAT32_UNIT } from './tolerance.ts';

export const domain = { sMin: -1.5, tMin: -1.25, sMax: 1.5, tMax: 1.75 };

export function requestFor(network: Network, changes: Partial<FieldRequest> = {}): FieldRequest {
  const plane = coordinatePlane(network.inputWidth);
  return { plane, domain, width: 13, height: 11, layer: network.depth, ...changes };
}

export async function fieldOf(
  engine: Engine,
  network: Network,
  request: FieldRequest,
): Promise<FieldData> {
  const model = engine.createModel(network);
  try {
    return await engine.computeField(model, request);
  } finally {
    model.dispose();
  }
}

/** The field on a road of the test's choice, by the kernels that it ends with. */
export async function roadField(
  road: FieldSettings['road'],
  network: Network,
  request: FieldRequest,
): Promise<FieldData> {
  const model = new GpuModel(await getTestDevice(), network);
  const field = await GpuField.create(model, { slow: true, ...(road ? { road } : {}) });
  try {
    await takeFastestKernels(field, request);
    await field.compute(request);
    return await field.read();
  } finally {
    field.dispose();
    model.dispose();
  }
}

/**
 * Largest |l·λ_GPU − l·λ_float64| over good pixels.
 *
 * Statuses must agree, and directions where the two singular values differ by 5 % or more.
 */
export function worstError(actual: FieldData, expected: FieldData): number {
  expect([...actual.statuses]).toEqual([...expected.statuses]);
  let worst = 0;
  for (let i = 0; i < actual.statuses.length; i++) {
    if (actual.statuses[i] !== Status.good) continue;
    const error = Math.abs(actual.exponents[i] - expected.exponents[i]) * expected.span;
    expect(error, `pixel ${i}`).not.toBeNaN();
    worst = Math.max(worst, error);
    const gap = (expected.exponents[i] - expected.secondExponents[i]) * expected.span;
    if (gap > Math.log(1.05)) {
      const [a, b] = [actual, expected].map((data) => data.directions.subarray(2 * i, 2 * i + 2));
      const sine = Math.abs(a[0] * b[1] - a[1] * b[0]);
      expect(sine * Math.min(gap, 1), `direction at pixel ${i}`).toBeLessThan(2e-3);
    }
  }
  return worst;
}

/**
 * Bound on the error of l·λ for networks whose sums do not cancel badly: every op adds a few roundings of
 * its width, and errors of the state change slopes by about as much: (ops) · (width + 14) · u.
 */
export function bound(network: Network): number {
  const width = Math.max(...network.program.ops.map((op) => op.inputWidth));
  return FLOAT32_UNIT * network.program.ops.length * (width + 14);
}

export async function compareFields(
  name: string,
  network: Network,
  changes: Partial<FieldRequest> = {},
  limit = bound(network),
  road?: FieldSettings['road'],
): Promise<void> {
  const request = requestFor(network, changes);
  const expected = await fieldOf(createCpuEngine(), network, request);
  const actual = await roadField(road, network, request);
  const worst = worstError(actual, expected);
  console.log(
    `field ${name}: worst ${worst.toExponential(1)}, error/bound ${(worst / limit).toFixed(3)}`,
  );
  expect(worst).toBeLessThan(limit);
  for (let i = 0; i < expected.outputs.length; i++) {
    const error = Math.abs(actual.outputs[i] - expected.outputs[i]);
    expect(error, `output ${i}`).toBeLessThan(limit * Math.max(1, Math.abs(expected.outputs[i])));
  }
}
