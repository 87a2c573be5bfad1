import { assert, FtleError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import { pixelCentre, type Plane } from '../model/plane.ts';
import type { CpuModel } from './cpu-model.ts';
import { pointEvaluator } from './cpu-points.ts';
import { Status } from './engine.ts';
import type { ComputeOptions, Field, FieldData, FieldRequest, FieldStatistics } from './engine.ts';
import { checkRequest } from './field-checks.ts';
import { fieldStatistics } from './field-statistics.ts';
import { Slices } from './slices.ts';

/** A field on the CPU: float64 arithmetic, results kept as float32. */
export class CpuField implements Field {
  /** The present content; null before the first. */
  data: FieldData | null = null;
  #busy = false;
  readonly #disposal = new AbortController();

  constructor(readonly model: CpuModel) {}

  get request(): FieldRequest | null {
    return this.data?.request ?? null;
  }

  get span(): number {
    return this.data?.span ?? 0;
  }

  async compute(request: FieldRequest, options: ComputeOptions = {}): Promise<void> {
    this.#assertAlive();
    if (this.#busy) {
      throw new FtleError('busy', 'compute() is called while the last call is still under way');
    }
    this.#busy = true;
    try {
      const signals = [this.#disposal.signal, options.signal].filter((signal) => !!signal);
      this.data = await computeOnCpu(this.model, request, {
        ...options,
        signal: AbortSignal.any(signals),
      });
    } finally {
      this.#busy = false;
    }
  }

  async statistics(): Promise<FieldStatistics> {
    return fieldStatistics(this.#content());
  }

  async read(): Promise<FieldData> {
    return structuredClone(this.#content());
  }

  #content(): FieldData {
    this.#assertAlive();
    if (!this.data) throw new FtleError('empty', 'the field has no content yet: call compute()');
    return this.data;
  }

  #assertAlive(): void {
    assert(!this.#disposal.signal.aborted, 'field is used after dispose()');
  }

  dispose(): void {
    this.#disposal.abort();
    this.data = null;
  }
}

/**
 * A whole field in float64, in slices that leave the event loop its turns. The parameters are those of
 * the moment of the call, even if a trainer moves on.
 *
 * @throws DataError or NetworkError if the request does not fit, AbortError if the signal fires.
 */
export async function computeOnCpu(
  model: CpuModel,
  request: FieldRequest,
  { signal, onProgress }: ComputeOptions = {},
): Promise<FieldData> {
  model.assertAlive();
  signal?.throwIfAborted();
  const { network } = model;
  const place = checkRequest(network, request);
  const evaluate = pixelEvaluator(network, model.parameters.slice(), request, place);
  const data = allocate(network, request, place.span);
  const slices = new Slices();
  const { width, height } = request;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      evaluate(data, column, row);
      // The clock is asked every few pixels only where a pixel is cheap.
      if ((column % 8 === 7 || column === width - 1) && slices.due) {
        onProgress?.((row * width + column + 1) / (width * height));
        await slices.next();
        signal?.throwIfAborted();
      }
    }
  }
  onProgress?.(1);
  return data;
}

function allocate(network: Network, request: FieldRequest, span: number): FieldData {
  const count = request.width * request.height;
  const classCount = Math.max(2, network.outputWidth);
  return {
    request,
    span,
    exponents: new Float32Array(count),
    secondExponents: new Float32Array(count),
    directions: new Float32Array(2 * count),
    outputs: new Float32Array(network.outputWidth * count),
    classes: classCount > 256 ? new Uint16Array(count) : new Uint8Array(count),
    statuses: new Uint8Array(count),
  };
}

/** Computes one pixel into the arrays of a field. */
function pixelEvaluator(
  network: Network,
  parameters: Float64Array,
  { plane, domain, width, height, space = 'plane' }: FieldRequest,
  place: LayerPlace,
): (data: FieldData, column: number, row: number) => void {
  const { outputWidth } = network;
  const evaluate = pointEvaluator(network, parameters, space === 'full' ? space : plane, place);
  const point = new Float64Array(network.inputWidth);
  return (data, column, row) => {
    const [s, t] = pixelCentre(domain, width, height, column, row);
    for (let i = 0; i < point.length; i++) {
      point[i] = plane.origin[i] + s * plane.u[i] + t * plane.v[i];
    }
    const { status, exponents, direction, outputs, classIndex } = evaluate(point);
    const pixel = row * width + column;
    data.exponents[pixel] = exponents[0] ?? -Infinity;
    data.secondExponents[pixel] = exponents[1] ?? -Infinity;
    data.directions.set(direction ? inPlane(plane, direction) : [1, 0], 2 * pixel);
    data.outputs.set(outputs, outputWidth * pixel);
    data.classes[pixel] = classIndex;
    data.statuses[pixel] = Status[status];
  };
}

/** Components of a direction in a plane, the first at least 0. */
function inPlane({ u, v }: Plane, direction: ArrayLike<number>): [ds: number, dt: number] {
  let [ds, dt] = [0, 0];
  for (let i = 0; i < u.length; i++) {
    ds += direction[i] * u[i];
    dt += direction[i] * v[i];
  }
  return ds < 0 ? [-ds, -dt] : [ds, dt];
}
