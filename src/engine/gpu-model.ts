import { DataError } from '../errors.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { readBuffer } from '../gpu/readback.ts';
import { Scope } from '../gpu/scope.ts';
import type { Network } from '../model/network.ts';
import { BLOCK } from '../ops/op.ts';
import { packProgram, type StatePlacement } from '../wgsl/program.ts';
import type { Model } from './engine.ts';

/** Offsets of bindings are multiples of this many bytes on every device. */
const BINDING_ALIGNMENT = 256;

/** Networks of one architecture on a GPU, whose parameters stand one after the other: one or more. */
export interface ResidentNetworks {
  readonly device: GPUDevice;
  /** The architecture; its parameters are start values of the first. */
  readonly network: Network;
  readonly count: number;
  /** Parameters of all, [count][parameterStride]. */
  readonly weights: GPUBufferBinding;
  /** Floats from one network's parameters to the next's. */
  readonly parameterStride: number;
  /** The ops as the shaders read them. */
  program(placement: StatePlacement): GPUBuffer;
}

/** A network on a GPU: what group 0 of every kernel binds. */
export class GpuModel implements Model, ResidentNetworks {
  readonly scope: Scope;
  /** The flat parameters; a trainer writes them. */
  readonly parameters: GPUBufferBinding;
  readonly count = 1;
  readonly #programs = new Map<StatePlacement, GPUBuffer>();

  /** @param parameters - where they stand, if in a buffer of someone else's; they are left as they are. */
  constructor(
    readonly device: GPUDevice,
    readonly network: Network,
    parameters?: GPUBufferBinding,
  ) {
    this.scope = new Scope(device, 'ftle-map/model');
    this.parameters = parameters ?? createWeights(this.scope, network, 1);
    if (!parameters) this.write(network.parameters);
  }

  get weights(): GPUBufferBinding {
    return this.parameters;
  }

  get parameterStride(): number {
    return strideOf(this.network);
  }

  program(placement: StatePlacement): GPUBuffer {
    let buffer = this.#programs.get(placement);
    if (!buffer) {
      const bytes = packProgram(this.network.program.ops, placement);
      const usage = BufferUsage.storage | BufferUsage.copyDst;
      buffer = this.scope.buffer(`program/${placement}`, bytes.byteLength, usage);
      this.device.queue.writeBuffer(buffer, 0, bytes);
      this.#programs.set(placement, buffer);
    }
    return buffer;
  }

  write(parameters: Float32Array): void {
    const wanted = this.network.program.parameterLength;
    if (parameters.length !== wanted) {
      throw new DataError(`parameters has ${parameters.length} floats, but must have ${wanted}`);
    }
    const { buffer, offset = 0 } = this.parameters;
    this.device.queue.writeBuffer(buffer, offset, Float32Array.from(parameters));
  }

  async read(): Promise<Float32Array> {
    const byteLength = this.network.program.parameterLength * 4;
    const { buffer, offset = 0 } = this.parameters;
    return new Float32Array(await readBuffer(this.device, buffer, offset, byteLength));
  }

  dispose(): void {
    this.scope.dispose();
  }
}

/** Floats from one network's parameters to the next's. */
export function strideOf({ program }: Network): number {
  const unit = BINDING_ALIGNMENT / 4;
  return unit * Math.ceil(Math.max(program.parameterLength, BLOCK) / unit);
}

export function createWeights(scope: Scope, network: Network, count: number): GPUBufferBinding {
  const size = 4 * count * strideOf(network);
  const usage = BufferUsage.storage | BufferUsage.copyDst | BufferUsage.copySrc;
  return { buffer: scope.buffer('parameters', size, usage), offset: 0, size };
}
