import reduceShader from '../../shaders/kernels/reduce.wgsl';
import { BufferUsage } from '../gpu/flags.ts';
import {
  createArguments,
  createKernel,
  dispatch,
  type ArgumentSlots,
  type Kernel,
} from '../gpu/kernel.ts';
import { readBuffer } from '../gpu/readback.ts';
import type { Scope } from '../gpu/scope.ts';
import { BIN_COUNT, type FieldHistogram, type FieldStatistics } from './engine.ts';
import type { FieldBuffers } from './field-road.ts';

/** As reduce.wgsl has them, and BIN_COUNT too. */
const LANES = 64;
/** Struct Summary of lib/summary.wgsl, and what a workgroup leaves behind. */
const SUMMARY_BYTES = 24;
const SHARE_BYTES = 16;
/** Pixels for which another workgroup pays. */
const PIXELS_A_GROUP = 8192;
const STEPS = [0, 1, 2];

export function createReduceKernel(device: GPUDevice): Promise<Kernel> {
  return createKernel(device, reduceShader);
}

/** Statistics of λ₁, found and kept on the GPU; `fieldStatistics` is their definition. */
export class GpuStatistics {
  /** Struct Summary of lib/summary.wgsl. */
  readonly summary: GPUBuffer;
  readonly #args: ArgumentSlots;
  readonly #partials: GPUBuffer;
  readonly #counts: GPUBuffer;
  #pixelCount = 0;

  /** @param scope - owns the buffers. */
  constructor(
    private readonly scope: Scope,
    private readonly reduce: Kernel,
  ) {
    const { storage, copySrc } = BufferUsage;
    this.summary = scope.buffer('summary', SUMMARY_BYTES, storage | copySrc);
    this.#partials = scope.buffer('partials', LANES * SHARE_BYTES, storage);
    this.#counts = scope.buffer('counts', BIN_COUNT * 4, storage | copySrc);
    this.#args = createArguments(scope, reduce, STEPS.length);
  }

  /** Records the work for the first pixels of a field; its pass must be submitted before `read`. */
  record(pass: GPUComputePassEncoder, { exponents }: FieldBuffers, pixelCount: number): void {
    const { reduce, summary } = this;
    const [partials, counts] = [this.#partials, this.#counts];
    const groupCount = Math.min(LANES, Math.ceil(pixelCount / PIXELS_A_GROUP));
    for (const step of STEPS) {
      this.#args.write(step, { pixelCount, step });
      const bound = reduce.bind({
        args: this.#args.slot(step),
        exponents,
        partials,
        summary,
        counts,
      });
      dispatch(pass, reduce, bound, [step === 2 ? 1 : groupCount]);
    }
    this.#pixelCount = pixelCount;
  }

  /** The statistics that were recorded last. */
  async read(): Promise<FieldStatistics> {
    const pixelCount = this.#pixelCount;
    const bytes = await readBuffer(this.scope.device, this.summary, 0, SUMMARY_BYTES);
    const [minimum, maximum, mean, low, high] = new Float32Array(bytes);
    const goodCount = new Uint32Array(bytes)[5];
    const badCount = pixelCount - goodCount;
    return { minimum, maximum, mean, low, high, goodCount, badCount };
  }

  /** The histogram of what was recorded last. */
  async readHistogram(): Promise<FieldHistogram> {
    const { device } = this.scope;
    const [{ minimum, maximum, goodCount, badCount }, counts] = await Promise.all([
      this.read(),
      readBuffer(device, this.#counts, 0, BIN_COUNT * 4),
    ]);
    return { minimum, maximum, counts: new Uint32Array(counts), goodCount, badCount };
  }
}
