import blurShader from '../../shaders/kernels/blur.wgsl';
import ridgeShader from '../../shaders/kernels/ridge.wgsl';
import { assert, DataError } from '../errors.ts';
import { BufferUsage } from '../gpu/flags.ts';
import {
  createArguments,
  createKernel,
  dispatch,
  type ArgumentSlots,
  type Kernel,
} from '../gpu/kernel.ts';
import { readBuffer } from '../gpu/readback.ts';
import { Scope } from '../gpu/scope.ts';
import { SMOOTHING_REACH } from '../reference/ridge.ts';
import type { FieldRequest, RidgeOptions, Ridges } from './engine.ts';
import type { GpuField } from './gpu-field.ts';
import { checkRidgeOptions, currentRequest, sharpnessPart } from './ridge-limits.ts';

const VERTICES_A_SEGMENT = 6;
/** Segments that a field has room for; a ridge crosses a few pixels of every row. */
const CAPACITY = 65_536;
/** Pixels along x and y that a workgroup of blur.wgsl takes for either axis, and one of ridge.wgsl. */
const ROW_BLUR_TILE = [128, 4] as const;
const COLUMN_BLUR_TILE = [16, 32] as const;
const RIDGE_TILE = [8, 8] as const;
/** Within float32, but beyond all λ and their curvatures. */
const LARGEST_THRESHOLD = 2e38;
const LARGEST_SHARPNESS = 1e30;

/** What the painter draws: segments [count][4] in plane coordinates, and the arguments of the draw. */
export interface SegmentBuffers {
  readonly segments: GPUBuffer;
  /**
   * Vertices, six a segment, 1, 0, 0 (a draw), segments that found no place; then, as float32, the
   * threshold and the sharpness they were found with.
   */
  readonly counters: GPUBuffer;
}

/**
 * Ridges of a live field, found and kept on the GPU.
 *
 * @param capacity - segments that there is room for.
 */
export async function createGpuRidges(field: GpuField, capacity = CAPACITY): Promise<GpuRidges> {
  const { device } = field.model;
  const [blurRows, blurColumns, ridge] = await Promise.all([
    createKernel(device, blurShader, { overrides: { AXIS: 0 } }),
    createKernel(device, blurShader, { overrides: { AXIS: 1 } }),
    createKernel(device, ridgeShader),
  ]);
  return new GpuRidges(field, [blurRows, blurColumns], ridge, capacity);
}

export class GpuRidges implements Ridges {
  readonly scope: Scope;
  readonly buffers: SegmentBuffers;
  #rows: GPUBuffer | null = null;
  #smoothed: GPUBuffer | null = null;
  readonly #blurArgs: ArgumentSlots;
  readonly #ridgeArgs: ArgumentSlots;

  constructor(
    readonly field: GpuField,
    private readonly blurs: readonly [rows: Kernel, columns: Kernel],
    private readonly ridge: Kernel,
    private readonly capacity: number,
  ) {
    this.scope = new Scope(field.model.device, 'ftle-map/ridges');
    const { storage, copyDst, copySrc, indirect } = BufferUsage;
    this.buffers = {
      segments: this.scope.buffer('segments', capacity * 16, storage | copySrc),
      counters: this.scope.buffer('counters', 32, storage | copyDst | copySrc | indirect),
    };
    this.#blurArgs = createArguments(this.scope, blurs[0]);
    this.#ridgeArgs = createArguments(this.scope, ridge);
    this.#clear();
  }

  /** Records and submits; nothing is awaited. */
  async find(options: RidgeOptions): Promise<void> {
    checkRidgeOptions(options);
    const request = currentRequest(this.field);
    assert(!this.scope.disposed, 'ridges are used after dispose()');
    const { device } = this.field.model;
    this.#clear();
    const encoder = device.createCommandEncoder({ label: 'ftle-map/ridges' });
    const pass = encoder.beginComputePass({ label: 'ftle-map/ridges' });
    const summary = this.field.recordStatistics(pass);
    const smoothed = this.#recordBlur(pass, request, options.smoothing);
    this.#recordRidge(pass, request, options, { summary, smoothed });
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  async read(): Promise<Float32Array> {
    const { device } = this.field.model;
    const { segments, counters } = this.buffers;
    const [bytes, counts] = await Promise.all([
      readBuffer(device, segments),
      readBuffer(device, counters),
    ]);
    const [vertexCount, , , , lost] = new Uint32Array(counts);
    const count = vertexCount / VERTICES_A_SEGMENT;
    if (lost > 0) {
      throw new DataError(
        `the field has ${count + lost} ridge segments, but room for ${count}; raise threshold or sharpness`,
      );
    }
    return new Float32Array(bytes, 0, count * 4);
  }

  dispose(): void {
    this.scope.dispose();
  }

  #clear(): void {
    const words = Uint32Array.of(0, 1, 0, 0, 0, 0, 0, 0);
    this.field.model.device.queue.writeBuffer(this.buffers.counters, 0, words);
  }

  /** @returns smoothed λ₁ [height][width]. */
  #recordBlur(
    pass: GPUComputePassEncoder,
    { width, height }: FieldRequest,
    smoothing: number,
  ): GPUBuffer {
    const { scope } = this;
    const { storage } = BufferUsage;
    const pixelCount = width * height;
    const rows = (this.#rows = scope.grown(this.#rows, 'rows', 8 * pixelCount, storage));
    const smoothed = (this.#smoothed = scope.grown(
      this.#smoothed,
      'smoothed',
      4 * pixelCount,
      storage,
    ));
    const { exponents } = this.field.buffers;
    const reach = Math.ceil(SMOOTHING_REACH * smoothing);
    const firstWeight = Math.exp(-0.5 / smoothing ** 2);
    this.#blurArgs.write(0, { width, height, reach, firstWeight });
    const resources = { args: this.#blurArgs.slot(0), exponents, rows, smoothed };
    const [rowBlur, columnBlur] = this.blurs;
    dispatch(pass, rowBlur, rowBlur.bind(resources), tiles(width, height, ROW_BLUR_TILE));
    dispatch(pass, columnBlur, columnBlur.bind(resources), tiles(width, height, COLUMN_BLUR_TILE));
    return smoothed;
  }

  #recordRidge(
    pass: GPUComputePassEncoder,
    request: FieldRequest,
    { threshold, sharpness }: RidgeOptions,
    { summary, smoothed }: { summary: GPUBuffer; smoothed: GPUBuffer },
  ): void {
    const { width, height, domain } = request;
    const { segments, counters } = this.buffers;
    const least = threshold === 'auto' ? 0 : threshold;
    this.#ridgeArgs.write(0, {
      width,
      height,
      automatic: threshold === 'auto' ? 1 : 0,
      threshold: Math.max(-LARGEST_THRESHOLD, Math.min(least, LARGEST_THRESHOLD)),
      sharpness: Math.min(sharpnessPart(request, sharpness), LARGEST_SHARPNESS),
      sMin: domain.sMin,
      tMin: domain.tMin,
      sStep: (domain.sMax - domain.sMin) / width,
      tStep: (domain.tMax - domain.tMin) / height,
      capacity: this.capacity,
    });
    const args = this.#ridgeArgs.slot(0);
    const bound = this.ridge.bind({ args, smoothed, summary, segments, counters });
    dispatch(pass, this.ridge, bound, tiles(width, height, RIDGE_TILE));
  }
}

function tiles(
  width: number,
  height: number,
  [tileWidth, tileHeight]: readonly [number, number],
): [x: number, y: number] {
  return [Math.ceil(width / tileWidth), Math.ceil(height / tileHeight)];
}
