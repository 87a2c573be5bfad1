// field-time.ts: the time of a field, and how it grows with what is asked for
import type { FieldRequest } from '../../src/engine/engine.ts';
import type { FieldSettings } from '../../src/engine/open-roads.ts';
import { GpuField } from '../../src/engine/gpu-field.ts';
import { GpuModel } from '../../src/engine/gpu-model.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import type { Network } from '../../src/model/network.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { takeFastestKernels } from '../support/fastest.ts';
import { time, type BenchTarget } from './timing.ts';
import { checkStretches, DOMAIN, squarePoints } from './workloads.ts';

/** A field that is ready to be computed, by the kernels that its road ends with. */
export interface ReadyField {
  readonly field: GpuField;
  /** Largest |l·λ₁ − float64| at some of its points. */
  readonly worstError: number;
  run(): Promise<void>;
  dispose(): void;
}

const CHECKED_SIDE = 7;

/**
 * Gets a square field ready: kernels compiled, the road chosen, and checked.
 *
 * @throws Error if the field is wrong.
 */
export async function prepareField(
  { device }: BenchTarget,
  network: Network,
  side: number,
  settings: FieldSettings,
): Promise<ReadyField> {
  const model = new GpuModel(device, network);
  const field = await GpuField.create(model, settings);
  const dispose = (): void => {
    field.dispose();
    model.dispose();
  };
  try {
    const request = requestOf(network, side);
    await takeFastestKernels(field, request);
    if (!settings.slow && !settings.road) {
      // What is faster is found out beside the first field that is large enough.
      await field.compute(request);
      await field.improved;
    }
    const worstError = await checkField(field, network);
    return { field, worstError, run: () => field.compute(request), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

export function requestOf(network: Network, side: number): FieldRequest {
  return {
    plane: coordinatePlane(network.inputWidth),
    domain: DOMAIN,
    width: side,
    height: side,
    layer: network.depth,
  };
}

/** Largest error of a small field of the kernels that the road has now. */
export async function checkField(field: GpuField, network: Network): Promise<number> {
  const side = CHECKED_SIDE;
  await field.compute(requestOf(network, side));
  const { exponents, span } = await field.read();
  const points = squarePoints(side);
  return checkStretches(
    { network },
    points,
    exponents.map((exponent) => exponent * span),
  );
}

/** Least time of a square field, compiling not counted. */
async function timeField(
  target: BenchTarget,
  network: Network,
  side: number,
  settings: FieldSettings,
): Promise<number> {
  const ready = await prepareField(target, network, side, settings);
  try {
    const { clock, leastMs, leastGpuMs } = await time(target, {
      run: ready.run,
      isRepeatable: true,
    });
    return clock === 'gpu' ? leastGpuMs! : leastMs;
  } finally {
    ready.dispose();
  }
}

/** Exponents of the time of a field: 1, 1 and 2 where it grows like the arithmetic. */
export interface Growth {
  readonly points: number;
  readonly layers: number;
  readonly width: number;
}

/** Fits how the time of a field grows with points, square layers and width, on the wide networks' road. */
export async function measureGrowth(target: BenchTarget): Promise<Growth> {
  const { software: slow } = target;
  const fit = async (sizes: number[], run: (size: number) => [string, number]) => {
    const times = [];
    for (const size of sizes) {
      const [architecture, side] = run(size);
      const network = initialiseNetwork(parseArchitecture(architecture), 1);
      times.push(await timeField(target, network, side, { slow }));
    }
    return logSlope(sizes, times);
  };
  const width = slow ? 48 : 128;
  const side = slow ? 64 : 1024;
  const layerSide = await fit(slow ? [48, 96, 192] : [512, 1024, 2048], (size) => [
    `2-${width}x5-1`,
    size,
  ]);
  return {
    points: layerSide / 2,
    layers: await fit([4, 8, 16], (layers) => [`2-${width}x${layers + 1}-1`, side]),
    width: await fit(slow ? [80, 120, 180] : [128, 256, 512], (size) => [
      `2-${size}x5-1`,
      slow ? 32 : 512,
    ]),
  };
}

/** Slope of the least-squares line through (log x, log y). */
function logSlope(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [x, y].map((values) => {
    const logs = values.map(Math.log);
    const mean = logs.reduce((sum, value) => sum + value) / logs.length;
    return logs.map((value) => value - mean);
  });
  const dot = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, value, i) => sum + value * q[i], 0);
  return dot(a, b) / dot(a, a);
}
