import { assert } from '../errors.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { readBuffer } from '../gpu/readback.ts';
import { Scope } from '../gpu/scope.ts';
import { layerPlace, type LayerPlace } from '../model/layer-choice.ts';
import { BLOCK, blockCount } from '../ops/op.ts';
import type {
  ComputeOptions,
  Field,
  FieldBand,
  FieldData,
  FieldHistogram,
  FieldRequest,
  FieldStatistics,
} from './engine.ts';
import { Status } from './engine.ts';
import { allocateRows, rowsPerBand, setBand } from './field-bands.ts';
import { checkRequest, presentContent, refuseBusy } from './field-checks.ts';
import { fieldCoordinates, reserveContent, type FieldContent } from './field-content.ts';
import type { FieldBuffers, FieldJob, FieldRoad, RoadName } from './field-road.ts';
import type { Progress } from './gpu-lattice.ts';
import type { GpuModel } from './gpu-model.ts';
import { createReduceKernel, GpuStatistics } from './gpu-statistics.ts';
import { once } from './once.ts';
import { OpenRoads, type FieldSettings } from './open-roads.ts';

/** Milliseconds of work in a submission: a slower one is followed by smaller ones. */
const SUBMISSION_TIME = 25;
const FIRST_PIXELS = 4096;
const LEAST_PIXELS = 16;

/** A live field on the GPU. */
export class GpuField implements Field {
  readonly scope: Scope;
  #front: FieldContent | null = null;
  #back: FieldContent | null = null;
  #request: FieldRequest | null = null;
  #place: LayerPlace | null = null;
  #roadTaken: RoadName | null = null;
  #isComputing = false;
  #pixelsPerSubmission = FIRST_PIXELS;
  readonly #plane: GPUBuffer;
  readonly #roads: OpenRoads;
  #coordinates: GPUBuffer | null = null;
  /** For fields that may be interpolated: not in what a page loads at once. */
  readonly #openLattice = once(async () => {
    const { GpuLattice } = await import('./gpu-lattice.ts');
    return GpuLattice.create(this.scope);
  });
  /** Set by `create`, whose kernel is compiled beside those of the road. */
  #statistics!: GpuStatistics;
  /** The content that the statistics belong to. */
  #measured: FieldContent | null = null;

  private constructor(
    readonly model: GpuModel,
    settings: FieldSettings,
  ) {
    this.scope = new Scope(model.device, 'ftle-map/field');
    this.#roads = new OpenRoads(this.scope, model, settings);
    const { storage, copyDst } = BufferUsage;
    const planeBytes = 3 * blockCount(model.network.inputWidth) * BLOCK * 4;
    this.#plane = this.scope.buffer('plane', planeBytes, storage | copyDst);
  }

  /** A field without content, ready for the last hidden layer. */
  static async create(model: GpuModel, settings: FieldSettings = {}): Promise<GpuField> {
    const { depth } = model.network;
    const place = layerPlace(model.network, depth > 0 ? depth : 'output');
    const field = new GpuField(model, settings);
    try {
      const [reduce] = await Promise.all([
        createReduceKernel(model.device, settings.slow ?? false),
        field.#roads.take(place),
      ]);
      field.#statistics = new GpuStatistics(field.scope, reduce);
    } catch (error) {
      field.dispose();
      throw error;
    }
    return field;
  }

  get request(): FieldRequest | null {
    return this.#request;
  }

  get span(): number {
    return this.#place?.span ?? 1;
  }

  /** How the present content was computed. */
  get road(): RoadName | null {
    return this.#roadTaken;
  }

  get buffers(): FieldBuffers {
    return presentContent(this.#front);
  }

  /** Resolves when no faster kernel is still in the making; before that, the first fields are slower. */
  get improved(): Promise<void> {
    return this.#roads.improved;
  }

  async compute(request: FieldRequest, options: ComputeOptions = {}): Promise<void> {
    await this.computeRows(request, 0, request.height, options);
  }

  /** Computes rows of a larger field; the content then has only these. */
  async computeRows(
    request: FieldRequest,
    firstRow: number,
    rowCount: number,
    options: ComputeOptions = {},
  ): Promise<void> {
    const { signal, onProgress } = options;
    assert(!this.scope.disposed, 'field is used after dispose()');
    refuseBusy(this.#isComputing);
    const { network } = this.model;
    const place = checkRequest(network, request);
    signal?.throwIfAborted();
    this.#isComputing = true;
    try {
      const road = await this.#roads.take(place, request.space);
      const { outputWidth } = network;
      const back = reserveContent(this.scope, this.#back, request.width, rowCount, outputWidth);
      this.#back = back;
      this.#writePlane(request, firstRow, rowCount);
      const job: FieldJob = {
        place,
        buffers: back,
        vectors: request.plane,
        plane: this.#plane,
        coordinates: this.#coordinates!,
      };
      await road.prepare?.(job);
      const run = (part: FieldJob, count: number) => this.#start(road, part, count, signal);
      if (request.tolerance) {
        const lattice = await this.#openLattice();
        await lattice.compute(job, request, firstRow, run);
        onProgress?.(1);
      } else await this.#run(road, job, request.width * rowCount, options);
      assert(!this.scope.disposed, 'field was disposed of while it was computed');
      this.#back = this.#front;
      this.#front = back;
      this.#request = request;
      this.#place = place;
      this.#roadTaken = road.name;
      this.#roads.improve(road, job, request.space, () => this.#coordinates!);
    } finally {
      this.#isComputing = false;
    }
  }

  expectTolerance(): void {
    this.#openLattice().catch(() => undefined);
  }

  /** Begins to compute the first pixels of a job. */
  #start(road: FieldRoad, job: FieldJob, pixelCount: number, signal?: AbortSignal): Progress {
    let done!: Promise<void>;
    const submitted = new Promise<void>((resolve, reject) => {
      done = this.#run(road, job, pixelCount, { ...(signal && { signal }), onSubmitted: resolve });
      done.catch(reject);
    });
    return { submitted, done };
  }

  /** Computes the first pixels of a job, in submissions of limited time. */
  async #run(
    road: FieldRoad,
    job: FieldJob,
    pixelCount: number,
    { signal, onProgress, onSubmitted }: ComputeOptions & { onSubmitted?: () => void } = {},
  ): Promise<void> {
    const { device } = this.model;
    // The next submission waits while one runs, so that the device never does.
    let running: Promise<void> | null = null;
    let lastEnd = 0;
    for (let first = 0; first < pixelCount;) {
      const grain = road.grain ?? 1;
      const wanted = grain * Math.ceil(this.#pixelsPerSubmission / grain);
      const share = evenShare(pixelCount - first, Math.min(road.capacity, wanted), grain);
      const end = Math.min(pixelCount, first + share);
      const encoder = device.createCommandEncoder({ label: 'ftle-map/field' });
      const pass = encoder.beginComputePass({ label: `ftle-map/field ${road.name}` });
      road.record(pass, job, first, end);
      pass.end();
      const submitted = performance.now();
      const submittedCount = end - first;
      device.queue.submit([encoder.finish()]);
      if (end === pixelCount) onSubmitted?.();
      const done = device.queue.onSubmittedWorkDone().then(() => {
        const now = performance.now();
        this.#adapt(submittedCount, now - Math.max(submitted, lastEnd));
        lastEnd = now;
      });
      await running;
      running = done;
      signal?.throwIfAborted();
      assert(!this.scope.disposed, 'field was disposed of while it was computed');
      first = end;
      onProgress?.(first / pixelCount);
    }
    await running;
  }

  async statistics(): Promise<FieldStatistics> {
    this.#submitStatistics();
    return this.#statistics.read();
  }

  async histogram(): Promise<FieldHistogram> {
    this.#submitStatistics();
    return this.#statistics.readHistogram();
  }

  #submitStatistics(): void {
    const { device } = this.model;
    const encoder = device.createCommandEncoder({ label: 'ftle-map/statistics' });
    const pass = encoder.beginComputePass({ label: 'ftle-map/statistics' });
    this.recordStatistics(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  /**
   * Records the work for the statistics of the present content, unless that has been done.
   *
   * @param pass - to be submitted before anything else reads the field.
   * @returns struct Summary of shaders/lib/summary.wgsl, as it is after that pass.
   */
  recordStatistics(pass: GPUComputePassEncoder): GPUBuffer {
    const content = presentContent(this.#front);
    if (this.#measured !== content) {
      this.#statistics.record(pass, content, content.width * content.height);
      this.#measured = content;
    }
    return this.#statistics.summary;
  }

  async read(): Promise<FieldData> {
    const { exponents, statuses, outputs, width, height, outputWidth } = this.buffers;
    const [request, { span }] = [this.#request!, this.#place!];
    const { device } = this.model;
    const count = width * height;
    const [exponentBytes, statusBytes, outputBytes] = await Promise.all([
      readBuffer(device, exponents, 0, count * 16),
      readBuffer(device, statuses, 0, count * 4),
      readBuffer(device, outputs, 0, count * outputWidth * 4),
    ]);
    const entries = new Float32Array(exponentBytes);
    const words = new Uint32Array(statusBytes);
    const data: FieldData = {
      request,
      span,
      exponents: new Float32Array(count),
      secondExponents: new Float32Array(count),
      directions: new Float32Array(2 * count),
      outputs: new Float32Array(outputBytes),
      classes: outputWidth > 256 ? new Uint16Array(count) : new Uint8Array(count),
      statuses: new Uint8Array(count),
    };
    for (let i = 0; i < count; i++) {
      const status = words[i] & 0xff;
      data.statuses[i] = status;
      data.classes[i] = words[i] >>> 8;
      data.exponents[i] = status === Status.good ? entries[4 * i] : -Infinity;
      data.secondExponents[i] = entries[4 * i + 1] > -1e38 ? entries[4 * i + 1] : -Infinity;
      data.directions[2 * i] = entries[4 * i + 2];
      data.directions[2 * i + 1] = entries[4 * i + 3];
    }
    return data;
  }

  dispose(): void {
    this.scope.dispose();
  }

  #adapt(pixelCount: number, milliseconds: number): void {
    const wanted = (pixelCount * SUBMISSION_TIME) / Math.max(milliseconds, 0.1);
    const most = 4 * this.#pixelsPerSubmission;
    this.#pixelsPerSubmission = Math.ceil(Math.min(Math.max(wanted, LEAST_PIXELS), most, 1 << 22));
  }

  #writePlane(request: FieldRequest, firstRow: number, rowCount: number): void {
    const { plane } = request;
    const { queue } = this.model.device;
    const stride = BLOCK * blockCount(this.model.network.inputWidth);
    const vectors = new Float32Array(3 * stride);
    [plane.origin, plane.u, plane.v].forEach((vector, i) => vectors.set(vector, i * stride));
    queue.writeBuffer(this.#plane, 0, vectors);
    const coordinates = fieldCoordinates(request, firstRow, rowCount, 1);
    const { byteLength } = coordinates;
    const usage = BufferUsage.storage | BufferUsage.copyDst;
    this.#coordinates = this.scope.grown(this.#coordinates, 'coordinates', byteLength, usage);
    queue.writeBuffer(this.#coordinates, 0, coordinates);
  }
}

/**
 * Pixels of the next submission, where all that are left are to be of one size: a small last one would leave most of a GPU
 * idle.
 *
 * @param most - a multiple of `grain`, as the result.
 */
export function evenShare(rest: number, most: number, grain: number): number {
  return grain * Math.ceil(rest / Math.ceil(rest / most) / grain);
}

/** A field of any size, in bands of rows of bounded memory. */
export async function computeOnGpu(
  model: GpuModel,
  request: FieldRequest,
  options: ComputeOptions,
  settings: FieldSettings,
): Promise<FieldData> {
  const { span } = checkRequest(model.network, request);
  const data = allocateRows(model.network, request, span, request.height);
  await computeBandsOnGpu(model, request, (band) => setBand(data, band), options, settings);
  return data;
}

/** The bands themselves. */
export async function computeBandsOnGpu(
  model: GpuModel,
  request: FieldRequest,
  onBand: (band: FieldBand) => void | Promise<void>,
  { signal, onProgress }: ComputeOptions,
  settings: FieldSettings,
): Promise<void> {
  checkRequest(model.network, request);
  const { height } = request;
  const bandHeight = rowsPerBand(model.network, request);
  const field = await GpuField.create(model, settings);
  try {
    for (let firstRow = 0; firstRow < height; firstRow += bandHeight) {
      const rowCount = Math.min(bandHeight, height - firstRow);
      await field.computeRows(request, firstRow, rowCount, {
        ...(signal ? { signal } : {}),
        onProgress: (fraction) => onProgress?.((firstRow + fraction * rowCount) / height),
      });
      await onBand({ ...(await field.read()), firstRow, rowCount });
    }
  } finally {
    field.dispose();
  }
}
