import { assert, DataError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import type { Model } from './engine.ts';

/** A network on the CPU, its parameters in float64. */
export class CpuModel implements Model {
  /** The flat parameters; a trainer changes them in place. */
  readonly parameters: Float64Array;
  #disposed = false;

  constructor(readonly network: Network) {
    this.parameters = Float64Array.from(network.parameters);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  write(parameters: Float32Array): void {
    this.assertAlive();
    const wanted = this.network.program.parameterLength;
    if (parameters.length !== wanted) {
      throw new DataError(`parameters has ${parameters.length} floats, but must have ${wanted}`);
    }
    this.parameters.set(parameters);
  }

  async read(): Promise<Float32Array> {
    this.assertAlive();
    return Float32Array.from(this.parameters);
  }

  assertAlive(): void {
    assert(!this.#disposed, 'model is used after dispose()');
  }

  dispose(): void {
    this.#disposed = true;
  }
}
