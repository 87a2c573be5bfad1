// field-parts.ts: what a map costs beside its field: more layers, statistics, ridges, painting
//
// All for 10×8 at 512², and measured in turn, so that times can be set against that of the field itself, which is the
// first row.
import type { Engine, FieldRequest } from '../../src/engine/engine.ts';
import { createDataset } from '../../src/data/toy.ts';
import type { GpuField } from '../../src/engine/gpu-field.ts';
import { createGpuRidges } from '../../src/engine/gpu-ridges.ts';
import { createReduceKernel, GpuStatistics } from '../../src/engine/gpu-statistics.ts';
import { drawnRidges } from '../../src/engine/ridge-limits.ts';
import { Scope } from '../../src/gpu/scope.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { createNetwork, type Network } from '../../src/model/network.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { createGpuPainter } from '../../src/render/gpu-painter.ts';
import type { PaintStyle } from '../../src/render/style.ts';
import { prepareField, requestOf } from './field-time.ts';
import type { BenchTarget, Workload, WorkloadGroup } from './timing.ts';
import { DOMAIN } from './workloads.ts';
import { PLAIN } from '../support/paint-style.ts';

const ARCHITECTURE = '2-10x8-1';
const SIDE = 512;
/** Steps of training on the circle: ridges of such a network are as sharp as those of a live map. */
const STEPS = 2500;
const TRAINING = {
  optimizer: 'sgd',
  learningRate: 0.05,
  momentum: 0.9,
  weightDecay: 0,
  batchSize: 64,
  loss: 'squared',
  seed: 1,
} as const;

let trained: Promise<Network> | null = null;

/** The network that all parts are measured with. */
async function trainNetwork(engine: Engine, quick: boolean): Promise<Network> {
  const network = initialiseNetwork(parseArchitecture(ARCHITECTURE), TRAINING.seed);
  const model = engine.createModel(network);
  const dataset = createDataset('circle', { seed: TRAINING.seed });
  const trainer = await engine.createTrainer(model, dataset, TRAINING);
  try {
    await trainer.step(quick ? 10 : STEPS);
    return createNetwork(network.spec, await model.read());
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** A field with content, and what is to be timed beside it. */
interface Scene {
  readonly field: GpuField;
  readonly request: FieldRequest;
  readonly target: BenchTarget;
  readonly depth: number;
}

/** What a part does, and what can be said of it: beside its time, that by the field's. */
interface Part {
  run(): Promise<unknown>;
  note?(ratio: number): Promise<string> | string;
  dispose?(): void;
}

function partWorkload(
  part: string,
  prepare: (scene: Scene) => Promise<Part>,
  amount = 1,
): Workload {
  return {
    name: `${part}, ${ARCHITECTURE}, ${SIDE}²`,
    async prepare(engine: Engine, target) {
      const network = await (trained ??= trainNetwork(engine, target.quick ?? false));
      const { field, dispose } = await prepareField(target, network, SIDE, { slow: engine.slow });
      const request = requestOf(network, SIDE);
      try {
        await field.compute(request);
        const { depth } = network;
        const { run, note, ...own } = await prepare({ field, request, target, depth });
        return {
          amount: amount * SIDE ** 2,
          unit: 'points/s',
          work: null,
          run,
          details: async (ratio) => (note ? { note: await note(ratio) } : {}),
          dispose() {
            own.dispose?.();
            dispose();
          },
        };
      } catch (error) {
        dispose();
        throw error;
      }
    },
  };
}

const STYLE: PaintStyle = { ...PLAIN, ridges: true, directions: 'segments', boundary: true };

const PAINTING = partWorkload('painting with ridges, boundary and directions', async (scene) => {
  const { field, request, target } = scene;
  const ridges = await createGpuRidges(field);
  await ridges.find(drawnRidges(request));
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const format = navigator.gpu.getPreferredCanvasFormat();
  const painter = await createGpuPainter(target.device, canvas, format);
  return {
    async run() {
      painter.paint(field, ridges, STYLE, DOMAIN);
      await target.device.queue.onSubmittedWorkDone();
    },
    dispose() {
      painter.dispose();
      ridges.dispose();
    },
  };
});

/** How far a field with a tolerance is from that without. */
async function describeErrors(
  field: GpuField,
  request: FieldRequest,
  tolerance: number,
): Promise<string> {
  await field.compute({ ...request, tolerance });
  const { exponents: loose } = await field.read();
  await field.compute(request);
  const { exponents, span } = await field.read();
  const errors = exponents.map((value, i) =>
    value === loose[i] ? 0 : span * Math.abs(value - loose[i]),
  );
  errors.sort();
  const show = (part: number): string =>
    errors[Math.floor(part * (errors.length - 1))].toPrecision(2);
  const within = errors.filter((error) => error <= tolerance).length / errors.length;
  return `|Δ l·λ₁| is ${show(0.5)} in the median, ${show(0.99)} at 99 % and ${show(1)} at most; within the tolerance at ${(100 * within).toFixed(2)} % of the pixels`;
}

/** The last needs a page: Dawn in Node has no canvas. */
export const FIELD_PARTS: WorkloadGroup = [
  partWorkload('field', async ({ field, request }) => ({ run: () => field.compute(request) })),
  partWorkload(
    'field at each of 8 layers',
    async ({ field, request, depth }) => ({
      async run() {
        for (let layer = 1; layer <= depth; layer++) await field.compute({ ...request, layer });
      },
    }),
    8,
  ),
  ...[0.1, 0.02, 0.004].map((tolerance) =>
    partWorkload(`field with tolerance ${tolerance}`, async ({ field, request }) => ({
      run: () => field.compute({ ...request, tolerance }),
      note: () => describeErrors(field, request, tolerance),
    })),
  ),
  partWorkload('statistics', async ({ field, target: { device, software } }) => {
    // By themselves, for a field keeps those of its content.
    const scope = new Scope(device, 'ftle-map/bench/statistics');
    const statistics = new GpuStatistics(scope, await createReduceKernel(device, software));
    return {
      async run() {
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        statistics.record(pass, field.buffers, SIDE ** 2);
        pass.end();
        device.queue.submit([encoder.finish()]);
        await statistics.read();
      },
      dispose: () => scope.dispose(),
    };
  }),
  partWorkload('ridges', async ({ field, request, target }) => {
    const ridges = await createGpuRidges(field);
    return {
      async run() {
        await ridges.find(drawnRidges(request));
        await target.device.queue.onSubmittedWorkDone();
      },
      note: (ratio) => `${(100 * ratio).toFixed(1)} % of the field's time; aim: at most 15 %`,
      dispose: () => ridges.dispose(),
    };
  }),
  ...('OffscreenCanvas' in globalThis ? [PAINTING] : []),
];
