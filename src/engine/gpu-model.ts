import { DataError } from '../errors.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { readBuffer } from '../gpu/readback.ts';
import { Scope } from '../gpu/scope.ts';
import type { Network } from '../model/network.ts';
import { packProgram, type StatePlacement } from '../wgsl/program.ts';
import type { Model } from './engine.ts';

/** A network on a GPU: what group 0 of every kernel binds. */
export class GpuModel implements Model {
  readonly scope: Scope;
  /** The flat parameters; a trainer writes them. */
  readonly parameters: GPUBuffer;
  readonly #programs = new Map<StatePlacement, GPUBuffer>();

  constructor(
    readonly device: GPUDevice,
    readonly network: Network,
  ) {
    this.scope = new Scope(device, 'ftle-map/model');
    const usage = BufferUsage.storage | BufferUsage.copyDst | BufferUsage.copySrc;
    const { byteLength } = network.parameters;
    this.parameters = this.scope.buffer('parameters', byteLength, usage);
    this.write(network.parameters);
  }

  /** The ops as the shaders read them. */
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
    this.device.queue.writeBuffer(this.parameters, 0, Float32Array.from(parameters));
  }

  async read(): Promise<Float32Array> {
    const byteLength = this.network.program.parameterLength * 4;
    return new Float32Array(await readBuffer(this.device, this.parameters, 0, byteLength));
  }

  dispose(): void {
    this.scope.dispose();
  }
}
