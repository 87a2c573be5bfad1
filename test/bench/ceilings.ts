// ceilings.ts: the rates that nothing on an adapter can exceed
import { bindingLimit } from '../../src/gpu/binding-limit.ts';
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
import { median } from '../../tools/bench-report.mjs';
import copyShader from './copy.wgsl';
import multiplyAddsShader from './multiply-adds.wgsl';
import { submitPass } from './repeated.ts';
import { longEnough } from './samples.ts';
import { longMs, sample, timeOnce, wallTime, type BenchTarget } from './timing.ts';
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

const { CHAINS, STEPS } = multiplyAddsShader.constants;
/** Of blocks of four. */
export const FLOPS_A_ROUND = 2 * 4 * CHAINS * STEPS;
const BYTES_A_ROUND = 16 * workgroupReadsShader.constants.READS;
const LANES = 64;
const BLOCK_BYTES = 16;
/** Copied at a time, read and written: ten times the largest cache of a GPU, and all that a processor has. */
const COPIED_BYTES = { gpu: 2 ** 29, software: 2 ** 26 };

/** How often something is repeated, at first and at most. */
type Counts = Parameters<typeof longEnough>[1];

const ROUND_COUNTS: Counts = { first: 8, most: 2 ** 22 };
const COPY_COUNTS: Counts = { first: 1, most: 1024 };
const EMPTY_COUNTS: Counts = { first: 128, most: 4096 };

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

  async #measureAll(): Promise<void> {
    const { target } = this;
    const { device } = target;
    const multiplyAddGflops = await this.#multiplyAdds(0);
    const fmaGflops = await this.#multiplyAdds(1);
    this.#useFma = fmaGflops > multiplyAddGflops ? 1 : 0;
    this.#found.push(Math.max(multiplyAddGflops, fmaGflops));

    const readback = () => readBuffer(device, this.#sums, 0, 16);
    await readback();
    this.#first = {
      fmaGflops,
      multiplyAddGflops,
      ...(await this.#copies()),
      workgroupGbps: await this.#workgroupReads(),
      readbackMs: median(await sample(target, () => wallTime({ run: readback }))),
    };
  }

  /** Dispatches that copy much, and such that copy nothing. */
  async #copies(): Promise<Pick<Ceilings, 'gbps' | 'emptyDispatchMs'>> {
    const { target, scope } = this;
    const { device, software } = target;
    const { storage } = BufferUsage;
    const kernel = await createKernel(device, copyShader);
    const wanted = COPIED_BYTES[software ? 'software' : 'gpu'] / 2;
    const blockCount = Math.floor(Math.min(wanted, bindingLimit(device)) / BLOCK_BYTES);
    const source = scope.buffer('source', BLOCK_BYTES * blockCount, storage);
    const copies = scope.buffer('copies', BLOCK_BYTES * blockCount, storage);
    const timeOf = async (blocks: number, counts: Counts): Promise<number> => {
      const args = createArguments(scope, kernel);
      args.write(0, { blockCount: blocks });
      const bound = kernel.bind({ args: args.slot(0), source, copies });
      const grid = foldGrid(Math.max(1, Math.ceil(blocks / LANES)));
      const run = (count: number): Promise<void> =>
        submitPass(device, (pass) => {
          for (let i = 0; i < count; i++) dispatch(pass, kernel, bound, grid);
        });
      const count = await this.#longEnough(counts, run);
      return (await this.#leastTime(() => run(count))) / count;
    };
    try {
      const ms = await timeOf(blockCount, COPY_COUNTS);
      const gbps = (2 * BLOCK_BYTES * blockCount) / ms / 1e6;
      return { gbps, emptyDispatchMs: await timeOf(0, EMPTY_COUNTS) };
    } finally {
      for (const buffer of [source, copies]) scope.release(buffer);
    }
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
    const run = (rounds: number): Promise<void> => {
      args.write(0, { rounds, ...values });
      return submitPass(this.target.device, (pass) =>
        dispatch(pass, kernel, bound, [this.#groups]),
      );
    };
    const rounds = await this.#longEnough(ROUND_COUNTS, run);
    const micro: MicroKernel = { rounds, run: () => run(rounds) };
    this.#micros.set(name, micro);
    return micro;
  }

  /** Rounds a second of all lanes together. */
  async #roundRate({ rounds, run }: MicroKernel): Promise<number> {
    return (1000 * this.#groups * LANES * rounds) / (await this.#leastTime(run));
  }

  #longEnough(counts: Counts, run: (count: number) => Promise<void>): Promise<number> {
    const { target } = this;
    return longEnough(longMs(target), counts, (count) => timeOnce(target, () => run(count)));
  }

  async #leastTime(run: () => Promise<void>): Promise<number> {
    const { target } = this;
    return Math.min(...(await sample(target, () => timeOnce(target, run))));
  }

  /** On a GPU many a multiprocessor, so that none is left with more than others at the end. */
  get #groups(): number {
    return this.target.software ? 64 : 2 ** 14;
  }
}

/** A kernel that repeats the same work for so many rounds that it takes long enough. */
interface MicroKernel {
  readonly rounds: number;
  run(): Promise<void>;
}
