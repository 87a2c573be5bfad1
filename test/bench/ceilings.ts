// ceilings.ts: the rates that nothing on an adapter can exceed
import { BufferUsage } from '../../src/gpu/flags.ts';
import {
  createArguments,
  createKernel,
  dispatch,
  foldGrid,
  type KernelOptions,
} from '../../src/gpu/kernel.ts';
import { readBuffer } from '../../src/gpu/readback.ts';
import { Scope } from '../../src/gpu/scope.ts';
import type { ShaderModule } from '../../src/wgsl/shader.ts';
import copyShader from './copy.wgsl';
import multiplyAddsShader from './multiply-adds.wgsl';
import { time, type BenchTarget } from './timing.ts';
import workgroupReadsShader from './workgroup-reads.wgsl';

export interface Ceilings {
  /** The better of the builtin fma() and of a·b + c; the best of all times that it was measured. */
  readonly gflops: number;
  readonly fmaGflops: number;
  readonly multiplyAddGflops: number;
  /** The least of all times: what other work on the machine leaves. */
  readonly leastGflops: number;
  /** Storage buffers, read and written. */
  readonly gbps: number;
  /** Workgroup memory, read. */
  readonly workgroupGbps: number;
  readonly emptyDispatchMs: number;
  readonly readbackMs: number;
}

/** Of CHAINS blocks of four, in multiply-adds.wgsl. */
const FLOPS_A_ROUND = 2 * 4 * 8;
/** READS blocks of 16 bytes, in workgroup-reads.wgsl. */
const BYTES_A_ROUND = 8 * 16;
const LANES = 64;
const FIRST_ROUNDS = 64;
const MOST_ROUNDS = 2 ** 22;
/** Milliseconds of a dispatch in which the time to begin it does not count. */
const LONG_MS = 40;
const QUICK_LONG_MS = 5;

/** Measures ceilings, that of arithmetic again and again: before and after each workload. */
export class CeilingMeter {
  readonly #micros = new Map<string, MicroKernel>();
  readonly #sums: GPUBuffer;
  #useFma = 0;
  readonly #found: number[] = [];
  #first: Omit<Ceilings, 'gflops' | 'leastGflops'> | null = null;

  private constructor(
    private readonly target: BenchTarget,
    private readonly scope: Scope,
  ) {
    const { storage, copySrc } = BufferUsage;
    this.#sums = scope.buffer('sums', this.#groups * LANES * 16, storage | copySrc);
  }

  static async create(target: BenchTarget): Promise<CeilingMeter> {
    const meter = new CeilingMeter(target, new Scope(target.device, 'ftle-map/bench'));
    await meter.#measureAll();
    return meter;
  }

  get ceilings(): Ceilings {
    const gflops = Math.max(...this.#found);
    return { gflops, leastGflops: Math.min(...this.#found), ...this.#first! };
  }

  /** GFLOP/s at this moment. */
  async measure(): Promise<number> {
    const gflops = await this.#multiplyAdds(this.#useFma);
    this.#found.push(gflops);
    return gflops;
  }

  dispose(): void {
    this.scope.dispose();
  }

  async #submit(record: (pass: GPUComputePassEncoder) => void): Promise<void> {
    const { device } = this.target;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    record(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  }

  async #measureAll(): Promise<void> {
    const { target, scope } = this;
    const { device, software } = target;
    const multiplyAddGflops = await this.#multiplyAdds(0);
    const fmaGflops = await this.#multiplyAdds(1);
    this.#useFma = fmaGflops > multiplyAddGflops ? 1 : 0;
    this.#found.push(Math.max(multiplyAddGflops, fmaGflops));

    const { storage } = BufferUsage;
    const copy = await createKernel(device, copyShader);
    const blockCount = software ? 2 ** 21 : 2 ** 23;
    const source = scope.buffer('source', 16 * blockCount, storage);
    const copies = scope.buffer('copies', 16 * blockCount, storage);
    const copyArgs = createArguments(scope, copy);
    copyArgs.write(0, { blockCount });
    const bound = copy.bind({ args: copyArgs.slot(0), source, copies });
    const grid = foldGrid(blockCount / LANES);
    const copying = await time(target, () =>
      this.#submit((pass) => dispatch(pass, copy, bound, grid)),
    );

    const empty = createArguments(scope, copy);
    empty.write(0, { blockCount: 0 });
    const emptyBound = copy.bind({ args: empty.slot(0), source, copies });
    const emptyDispatch = await time(target, () =>
      this.#submit((pass) => {
        for (let i = 0; i < 100; i++) dispatch(pass, copy, emptyBound, [1]);
      }),
    );
    const readback = await time(target, () => readBuffer(device, this.#sums, 0, 16));
    this.#first = {
      fmaGflops,
      multiplyAddGflops,
      gbps: (32 * blockCount) / copying.leastMs / 1e6,
      workgroupGbps: await this.#workgroupReads(),
      emptyDispatchMs: emptyDispatch.ms / 100,
      readbackMs: readback.ms,
    };
    for (const buffer of [source, copies]) scope.release(buffer);
  }

  async #multiplyAdds(useFma: number): Promise<number> {
    const options = { overrides: { USE_FMA: useFma } };
    const values = { factor: 0.999, term: 0.001 };
    const micro = await this.#open(`fma ${useFma}`, multiplyAddsShader, values, options);
    return ((await this.#roundRate(micro)) * FLOPS_A_ROUND) / 1e9;
  }

  async #workgroupReads(): Promise<number> {
    const micro = await this.#open('workgroup', workgroupReadsShader, {});
    return ((await this.#roundRate(micro)) * BYTES_A_ROUND) / 1e9;
  }

  /** A micro-kernel, made once. */
  async #open(
    name: string,
    shader: ShaderModule,
    values: Readonly<Record<string, number>>,
    options: KernelOptions = {},
  ): Promise<MicroKernel> {
    const known = this.#micros.get(name);
    if (known) return known;
    const kernel = await createKernel(this.target.device, shader, options);
    const args = createArguments(this.scope, kernel);
    const bound = kernel.bind({ args: args.slot(0), sums: this.#sums });
    const micro: MicroKernel = {
      rounds: FIRST_ROUNDS,
      run: (rounds) => {
        args.write(0, { rounds, ...values });
        return this.#submit((pass) => dispatch(pass, kernel, bound, [this.#groups]));
      },
    };
    this.#micros.set(name, micro);
    return micro;
  }

  /** Rounds a second of all lanes together, of a dispatch that is long enough. */
  async #roundRate(micro: MicroKernel): Promise<number> {
    const { target } = this;
    for (;;) {
      const { rounds } = micro;
      const { leastMs } = await time(target, () => micro.run(rounds));
      if (leastMs > (target.quick ? QUICK_LONG_MS : LONG_MS) || rounds >= MOST_ROUNDS) {
        return (1000 * this.#groups * LANES * rounds) / leastMs;
      }
      micro.rounds *= 4;
    }
  }

  get #groups(): number {
    return this.target.software ? 64 : 4096;
  }
}

/** A kernel that repeats the same work for some rounds. */
interface MicroKernel {
  rounds: number;
  run(rounds: number): Promise<void>;
}
