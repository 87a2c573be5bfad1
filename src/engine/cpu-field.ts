import { assert } from '../errors.ts';
import type { Network } from '../model/network.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import { pixelCentre, type Plane } from '../model/plane.ts';
import type { CpuModel } from './cpu-model.ts';
import { pointEvaluator } from './cpu-points.ts';
import { Status } from './engine.ts';
import type {
  ComputeOptions,
  Field,
  FieldBand,
  FieldData,
  FieldHistogram,
  FieldRequest,
  FieldStatistics,
} from './engine.ts';
import { allocateRows, rowsPerBand, setBand } from './field-bands.ts';
import { checkRequest, presentContent, refuseBusy } from './field-checks.ts';
import { fieldHistogram, fieldStatistics } from './field-statistics.ts';
import { Slices } from './slices.ts';

/** A field on the CPU: float64 arithmetic, results kept as float32. */
export class CpuField implements Field {
  /** The present content; null before the first. */
  data: FieldData | null = null;
  #isComputing = false;
  readonly #disposal = new AbortController();

  constructor(readonly model: CpuModel) {}

  get request(): FieldRequest | null {
    return this.data?.request ?? null;
  }

  get span(): number {
    return this.data?.span ?? 1;
  }

  async compute(request: FieldRequest, options: ComputeOptions = {}): Promise<void> {
    this.#assertAlive();
    refuseBusy(this.#isComputing);
    this.#isComputing = true;
    try {
      const signals = [this.#disposal.signal, options.signal].filter((signal) => !!signal);
      this.data = await computeOnCpu(this.model, request, {
        ...options,
        signal: AbortSignal.any(signals),
      });
    } finally {
      this.#isComputing = false;
    }
  }

  /** Every point is computed here: nothing to make. */
  expectTolerance(): void {}

  async statistics(): Promise<FieldStatistics> {
    return fieldStatistics(this.#content());
  }

  async histogram(): Promise<FieldHistogram> {
    return fieldHistogram(this.#content());
  }

  async read(): Promise<FieldData> {
    return structuredClone(this.#content());
  }

  #content(): FieldData {
    this.#assertAlive();
    return presentContent(this.data);
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
  options: ComputeOptions = {},
): Promise<FieldData> {
  const { span } = checkRequest(model.network, request);
  const data = allocateRows(model.network, request, span, request.height);
  await computeBandsOnCpu(model, request, (band) => setBand(data, band), options);
  return data;
}

/** The same in bands of rows. */
export async function computeBandsOnCpu(
  model: CpuModel,
  request: FieldRequest,
  onBand: (band: FieldBand) => void | Promise<void>,
  { signal, onProgress }: ComputeOptions = {},
): Promise<void> {
  model.assertAlive();
  signal?.throwIfAborted();
  const { network } = model;
  const place = checkRequest(network, request);
  const evaluate = pixelEvaluator(network, model.parameters.slice(), request, place);
  const slices = new Slices();
  const { width, height } = request;
  const bandHeight = rowsPerBand(network, request);
  for (let firstRow = 0; firstRow < height; firstRow += bandHeight) {
    const rowCount = Math.min(bandHeight, height - firstRow);
    const data = allocateRows(network, request, place.span, rowCount);
    for (let row = 0; row < rowCount; row++) {
      for (let column = 0; column < width; column++) {
        const pixel = row * width + column;
        evaluate(data, pixel, column, firstRow + row);
        // The clock is asked every few pixels only where a pixel is cheap.
        if ((column % 8 === 7 || column === width - 1) && slices.due) {
          onProgress?.((firstRow * width + pixel + 1) / (width * height));
          await slices.next();
          signal?.throwIfAborted();
        }
      }
    }
    await onBand({ ...data, firstRow, rowCount });
  }
  onProgress?.(1);
}

/** Computes the pixel of a column and row into the place `pixel` of the arrays. */
function pixelEvaluator(
  network: Network,
  parameters: Float64Array,
  { plane, domain, width, height, space = 'plane' }: FieldRequest,
  place: LayerPlace,
): (data: FieldData, pixel: number, column: number, row: number) => void {
  const { outputWidth } = network;
  const evaluate = pointEvaluator(network, parameters, space === 'full' ? space : plane, place);
  const point = new Float64Array(network.inputWidth);
  return (data, pixel, column, row) => {
    const [s, t] = pixelCentre(domain, width, height, column, row);
    for (let i = 0; i < point.length; i++) {
      point[i] = plane.origin[i] + s * plane.u[i] + t * plane.v[i];
    }
    const { status, exponents, direction, outputs, classIndex } = evaluate(point);
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
