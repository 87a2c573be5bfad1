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

/** Struct Summary of lib/summary.wgsl, and what a workgroup leaves behind. */
const SUMMARY_BYTES = 24;
const SHARE_BYTES = 16;
/** Pixels for which another workgroup pays. */
const PIXELS_A_GROUP = 8192;
const STEPS = [0, 1, 2];

/** The kernel with the lanes of a workgroup, which are as many as there may be workgroups. */
export interface ReduceKernel extends Kernel {
  readonly lanes: number;
}

/** @param slow - a software adapter. */
export async function createReduceKernel(device: GPUDevice, slow: boolean): Promise<ReduceKernel> {
  const lanes = slow ? 16 : 64;
  const kernel = await createKernel(device, reduceShader, { constants: { LANES: lanes } });
  return { ...kernel, lanes };
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
    private readonly reduce: ReduceKernel,
  ) {
    const { storage, copySrc } = BufferUsage;
    this.summary = scope.buffer('summary', SUMMARY_BYTES, storage | copySrc);
    this.#partials = scope.buffer('partials', reduce.lanes * SHARE_BYTES, storage);
    this.#counts = scope.buffer('counts', BIN_COUNT * 4, storage | copySrc);
    this.#args = createArguments(scope, reduce, STEPS.length);
  }

  /** Records the work for the first pixels of a field; its pass must be submitted before `read`. */
  record(pass: GPUComputePassEncoder, { exponents }: FieldBuffers, pixelCount: number): void {
    const { reduce, summary } = this;
    const [partials, counts] = [this.#partials, this.#counts];
    const groupCount = Math.min(reduce.lanes, Math.ceil(pixelCount / PIXELS_A_GROUP));
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
