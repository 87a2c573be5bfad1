import convolutionShader from '../../shaders/kernels/convolution.wgsl';
import { BufferUsage } from '../gpu/flags.ts';
import {
  createArguments,
  createKernel,
  dispatch,
  type ArgumentSlots,
  type Kernel,
} from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import type { FieldRequest } from './engine.ts';
import type { FieldBuffers } from './field-road.ts';
import { pixelAspect, STREAK_REACH, streakNoise } from './streaks.ts';

const WORKGROUP_SIDE = 8;

/** Streaks along the stretching directions of fields, found and kept on the GPU. */
export class GpuStreaks {
  readonly #args: ArgumentSlots;
  readonly #noise: GPUBuffer;
  #streaks: GPUBuffer | null = null;

  private constructor(
    private readonly scope: Scope,
    private readonly kernel: Kernel,
  ) {
    const noise = streakNoise();
    const { storage, copyDst } = BufferUsage;
    this.#args = createArguments(scope, kernel);
    this.#noise = scope.buffer('streak-noise', noise.byteLength, storage | copyDst);
    scope.device.queue.writeBuffer(this.#noise, 0, noise as Float32Array<ArrayBuffer>);
  }

  /** @param scope - owns the buffers. */
  static async create(scope: Scope): Promise<GpuStreaks> {
    return new GpuStreaks(scope, await createKernel(scope.device, convolutionShader));
  }

  /**
   * Records the work for a field.
   *
   * @param grain - width of the streaks in pixels of the field.
   * @returns streaks [height][width], as they are after that.
   */
  record(
    encoder: GPUCommandEncoder,
    { exponents }: FieldBuffers,
    request: FieldRequest,
    grain: number,
  ): GPUBuffer {
    const { scope, kernel } = this;
    const { width, height } = request;
    const byteLength = 4 * width * height;
    const { storage, copySrc } = BufferUsage;
    this.#streaks = scope.grown(this.#streaks, 'streaks', byteLength, storage | copySrc);
    const aspect = pixelAspect(request);
    this.#args.write(0, { width, height, reach: STREAK_REACH, grain, aspect });
    const args = this.#args.slot(0);
    const bound = kernel.bind({ args, exponents, noise: this.#noise, streaks: this.#streaks });
    const pass = encoder.beginComputePass({ label: kernel.label });
    const [columns, rows] = [width, height].map((n) => Math.ceil(n / WORKGROUP_SIDE));
    dispatch(pass, kernel, bound, [columns, rows]);
    pass.end();
    return this.#streaks;
  }
}
