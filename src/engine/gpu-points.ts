import { assert } from '../errors.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { readBuffer } from '../gpu/readback.ts';
import { Scope } from '../gpu/scope.ts';
import { layerPlace } from '../model/layer-choice.ts';
import type { Plane } from '../model/plane.ts';
import { BLOCK, blockCount } from '../ops/op.ts';
import { inputDirection } from '../reference/spectral-start.ts';
import { createPlaneRows } from './by-op-road.ts';
import {
  Status,
  type ComputeOptions,
  type Evaluator,
  type PointsData,
  type PointsRequest,
} from './engine.ts';
import { checkPoints, checkPointsRequest } from './field-checks.ts';
import type { GpuModel } from './gpu-model.ts';
import { allocatePoints, setDirection } from './points-data.ts';
import { createSpectrum } from './spectral-road.ts';
import type { PointTargets } from './tangent-columns.ts';

/** Points of a submission: enough for any GPU, and a moment's work for a software adapter. */
const MOST_POINTS = { slow: 1024, fast: 65_536 };

/** Computes rows of a batch of listed points, and says how to read them. */
interface BatchRunner {
  readonly capacity: number;
  /** Floats of a row: exponents first. */
  readonly rowLength: number;
  prepare(): Promise<void>;
  record(
    pass: GPUComputePassEncoder,
    places: GPUBuffer,
    targets: PointTargets,
    count: number,
  ): void;
  /** The direction of λ₁ from the rest of a row, as an input vector. */
  direction(rest: Float32Array): ArrayLike<number>;
}

/** Exponents at listed points on the GPU, in batches. */
export async function createGpuEvaluator(
  model: GpuModel,
  request: PointsRequest,
  slow: boolean,
): Promise<Evaluator> {
  const { device, network } = model;
  const { inputWidth, outputWidth } = network;
  const { span } = checkPointsRequest(network, request);
  const scope = new Scope(device, 'ftle-map/points');
  try {
    const runner = await createRunner(scope, model, request, slow);
    const batch = Math.min(runner.capacity, slow ? MOST_POINTS.slow : MOST_POINTS.fast);
    const stride = BLOCK * blockCount(inputWidth);
    const { storage, copyDst, copySrc } = BufferUsage;
    const places = scope.buffer('places', batch * stride * 4, storage | copyDst);
    const targets: PointTargets = {
      rows: scope.buffer('rows', batch * runner.rowLength * 4, storage | copySrc),
      statuses: scope.buffer('statuses', batch * 4, storage | copySrc),
      outputs: scope.buffer('outputs', batch * outputWidth * 4, storage | copySrc),
    };
    let isBusy = false;

    const runBatch = async (points: Float32Array, count: number): Promise<BatchResult> => {
      const padded = new Float32Array(count * stride);
      for (let i = 0; i < count; i++) {
        padded.set(points.subarray(i * inputWidth, (i + 1) * inputWidth), i * stride);
      }
      device.queue.writeBuffer(places, 0, padded);
      const encoder = device.createCommandEncoder({ label: 'ftle-map/points' });
      const pass = encoder.beginComputePass({ label: 'ftle-map/points' });
      runner.record(pass, places, targets, count);
      pass.end();
      device.queue.submit([encoder.finish()]);
      const [rows, statuses, outputs] = await Promise.all([
        readBuffer(device, targets.rows, 0, count * runner.rowLength * 4),
        readBuffer(device, targets.statuses, 0, count * 4),
        readBuffer(device, targets.outputs, 0, count * outputWidth * 4),
      ]);
      return {
        rows: new Float32Array(rows),
        statuses: new Uint32Array(statuses),
        outputs: new Float32Array(outputs),
      };
    };

    return {
      model,
      request,
      async evaluate(points, { signal, onProgress }: ComputeOptions = {}) {
        assert(!scope.disposed, 'evaluator is used after dispose()');
        assert(!isBusy, 'the evaluator is at work already');
        const count = checkPoints(network, points);
        signal?.throwIfAborted();
        isBusy = true;
        try {
          await runner.prepare();
          const data = allocatePoints(network, request, span, count);
          for (let first = 0; first < count; first += batch) {
            const size = Math.min(batch, count - first);
            const end = (first + size) * inputWidth;
            const result = await runBatch(points.subarray(first * inputWidth, end), size);
            signal?.throwIfAborted();
            takeBatch(data, first, size, result, runner);
            onProgress?.((first + size) / count);
          }
          return data;
        } finally {
          isBusy = false;
        }
      },
      dispose: () => scope.dispose(),
    };
  } catch (error) {
    scope.dispose();
    throw error;
  }
}

interface BatchResult {
  readonly rows: Float32Array;
  readonly statuses: Uint32Array;
  readonly outputs: Float32Array;
}

function takeBatch(
  data: PointsData,
  first: number,
  count: number,
  { rows, statuses, outputs }: BatchResult,
  runner: BatchRunner,
): void {
  const { exponentCount } = data.request;
  data.outputs.set(outputs, (first * outputs.length) / count);
  for (let i = 0; i < count; i++) {
    const row = rows.subarray(i * runner.rowLength, (i + 1) * runner.rowLength);
    const point = first + i;
    data.statuses[point] = statuses[i] & 0xff;
    data.classes[point] = statuses[i] >>> 8;
    for (let k = 0; k < exponentCount; k++) {
      data.exponents[point * exponentCount + k] = row[k] > -1e38 ? row[k] : -Infinity;
    }
    if (data.directions && data.statuses[point] === Status.good) {
      setDirection(data.directions, point, runner.direction(row));
    }
  }
}

async function createRunner(
  scope: Scope,
  model: GpuModel,
  request: PointsRequest,
  slow: boolean,
): Promise<BatchRunner> {
  const place = layerPlace(model.network, request.layer);
  if (request.space !== 'full')
    return createPlaneRunner(scope, model, request.space, request, slow);
  const { exponentCount, directions: hasDirection } = request;
  const shape = { exponentCount, isProjected: false, hasDirection };
  const spectrum = await createSpectrum(scope, model, slow, shape);
  return {
    capacity: spectrum.columns.stride,
    rowLength: spectrum.rowLength,
    prepare: () => spectrum.prepare(null),
    record(pass, places, targets, count) {
      spectrum.record(pass, { places, grid: null }, targets, place, 0, count);
    },
    direction: (row) => inputDirection(spectrum.start, row.subarray(exponentCount)),
  };
}

async function createPlaneRunner(
  scope: Scope,
  model: GpuModel,
  plane: Plane,
  request: PointsRequest,
  slow: boolean,
): Promise<BatchRunner> {
  const place = layerPlace(model.network, request.layer);
  const rows = await createPlaneRows(scope, model, slow);
  const stride = BLOCK * blockCount(model.network.inputWidth);
  const usage = BufferUsage.storage | BufferUsage.copyDst;
  const seeds = scope.buffer('seeds', 2 * stride * 4, usage);
  const vectors = new Float32Array(2 * stride);
  vectors.set(plane.u);
  vectors.set(plane.v, stride);
  model.device.queue.writeBuffer(seeds, 0, vectors);
  return {
    capacity: rows.capacity,
    rowLength: 4,
    prepare: () => Promise.resolve(),
    record(pass, places, targets, count) {
      const source = { places, grid: null, seeds, seedPlace: 0, seedTop: 0 };
      rows.record(pass, source, targets, place, 0, count);
    },
    direction: ([, , ds, dt]) => plane.u.map((value, i) => ds * value + dt * plane.v[i]),
  };
}
