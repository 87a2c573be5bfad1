import ridgeShader from '../../shaders/kernels/ridge.wgsl';
import blurShader from '../../shaders/kernels/blur.wgsl';
import { assert, DataError } from '../errors.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { createArguments, createKernel, dispatch, foldGrid, type Kernel } from '../gpu/kernel.ts';
import { readBuffer } from '../gpu/readback.ts';
import { Scope } from '../gpu/scope.ts';
import { SMOOTHING_REACH } from '../reference/ridge.ts';
import type { RidgeOptions, Ridges } from './engine.ts';
import type { GpuField } from './gpu-field.ts';
import { currentRequest, ridgeLimits } from './ridge-limits.ts';

const LANES = 64;
const VERTICES_A_SEGMENT = 6;
/** Segments that a field has room for; a ridge crosses a few pixels of every row. */
const CAPACITY = 65_536;

/** What the painter draws: segments [count][4] in plane coordinates, and the arguments of the draw. */
export interface SegmentBuffers {
  readonly segments: GPUBuffer;
  /** Vertices a segment, segments, 0, 0 (a draw), segments that found no place. */
  readonly counters: GPUBuffer;
}

/** Ridges of a live field, found and kept on the GPU. */
export async function createGpuRidges(field: GpuField): Promise<GpuRidges> {
  const { device } = field.model;
  const [blur, ridge] = await Promise.all([
    createKernel(device, blurShader, { overrides: { LANES } }),
    createKernel(device, ridgeShader, { overrides: { LANES } }),
  ]);
  return new GpuRidges(field, blur, ridge);
}

export class GpuRidges implements Ridges {
  readonly scope: Scope;
  readonly buffers: SegmentBuffers;
  #rows: GPUBuffer | null = null;
  #smoothed: GPUBuffer | null = null;
  #pixelCapacity = 0;
  readonly #blurArgs;
  readonly #ridgeArgs;

  constructor(
    readonly field: GpuField,
    private readonly blur: Kernel,
    private readonly ridge: Kernel,
  ) {
    this.scope = new Scope(field.model.device, 'ftle-map/ridges');
    const { storage, copyDst, copySrc, indirect } = BufferUsage;
    this.buffers = {
      segments: this.scope.buffer('segments', CAPACITY * 16, storage | copySrc),
      counters: this.scope.buffer('counters', 32, storage | copyDst | copySrc | indirect),
    };
    this.#blurArgs = createArguments(this.scope, blur, 2);
    this.#ridgeArgs = createArguments(this.scope, ridge);
    this.#clear();
  }

  async find(options: RidgeOptions): Promise<void> {
    const { threshold, sharpness } = await ridgeLimits(this.field, options);
    assert(!this.scope.disposed, 'ridges are used after dispose()');
    const { width, height, domain } = currentRequest(this.field);
    const { device } = this.field.model;
    this.#clear();
    if (!Number.isFinite(threshold)) return;
    const { rows, smoothed } = this.#reserve(width * height);
    const { exponents } = this.field.buffers;
    const reach = Math.ceil(SMOOTHING_REACH * options.smoothing);
    const encoder = device.createCommandEncoder({ label: 'ftle-map/ridges' });
    const pass = encoder.beginComputePass({ label: 'ftle-map/ridges' });
    for (const axis of [0, 1]) {
      this.#blurArgs.write(axis, { width, height, axis, reach, sigma: options.smoothing });
      const args = this.#blurArgs.slot(axis);
      const bound = this.blur.bind({ args, exponents, rows, smoothed });
      dispatch(pass, this.blur, bound, foldGrid(Math.ceil((width * height) / LANES)));
    }
    this.#ridgeArgs.write(0, {
      width,
      height,
      threshold,
      sharpness,
      sMin: domain.sMin,
      tMin: domain.tMin,
      sStep: (domain.sMax - domain.sMin) / width,
      tStep: (domain.tMax - domain.tMin) / height,
      capacity: CAPACITY,
    });
    const { segments, counters } = this.buffers;
    const args = this.#ridgeArgs.slot(0);
    const bound = this.ridge.bind({ args, smoothed, segments, counters });
    dispatch(pass, this.ridge, bound, foldGrid(Math.ceil((width * height) / LANES)));
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  async read(): Promise<Float32Array> {
    const { device } = this.field.model;
    const { segments, counters } = this.buffers;
    const [bytes, counts] = await Promise.all([
      readBuffer(device, segments),
      readBuffer(device, counters, 0, 32),
    ]);
    const [, count, , , lost] = new Uint32Array(counts);
    if (lost > 0) {
      throw new DataError(
        `the field has ${count} ridge segments, but room for ${CAPACITY}; raise threshold or sharpness`,
      );
    }
    return new Float32Array(bytes, 0, count * 4);
  }

  dispose(): void {
    this.scope.dispose();
  }

  #clear(): void {
    const words = Uint32Array.of(VERTICES_A_SEGMENT, 0, 0, 0, 0, 0, 0, 0);
    this.field.model.device.queue.writeBuffer(this.buffers.counters, 0, words);
  }

  #reserve(pixelCount: number): { rows: GPUBuffer; smoothed: GPUBuffer } {
    if (!this.#rows || !this.#smoothed || pixelCount > this.#pixelCapacity) {
      this.scope.release(this.#rows);
      this.scope.release(this.#smoothed);
      this.#rows = this.scope.buffer('rows', pixelCount * 8, BufferUsage.storage);
      this.#smoothed = this.scope.buffer('smoothed', pixelCount * 4, BufferUsage.storage);
      this.#pixelCapacity = pixelCount;
    }
    return { rows: this.#rows, smoothed: this.#smoothed };
  }
}
