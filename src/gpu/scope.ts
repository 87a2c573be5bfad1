import { assert } from '../errors.ts';
import { checkBinding } from './binding-limit.ts';
import { BufferUsage } from './flags.ts';

/** Owner of GPU resources: what is created through it is freed with it. */
export class Scope {
  readonly #owned = new Map<{ destroy(): void }, number>();
  #disposed = false;

  constructor(
    readonly device: GPUDevice,
    /** Prefix of every label, such as `ftle-map/exponent`. */
    readonly label: string,
  ) {}

  /** Number of live resources; 0 after `dispose`. */
  get size(): number {
    return this.#owned.size;
  }

  /** Bytes of live buffers. */
  get byteLength(): number {
    let sum = 0;
    for (const byteLength of this.#owned.values()) sum += byteLength;
    return sum;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * A buffer of at least 16 bytes, rounded up to a multiple of 16, labelled `<scope>/<name>`.
   *
   * @throws DeviceError (`limit`) if it is for storage, and larger than the device binds.
   */
  buffer(name: string, byteLength: number, usage: GPUBufferUsageFlags): GPUBuffer {
    assert(!this.#disposed, `${this.label} is used after dispose()`);
    const size = Math.max(16, Math.ceil(byteLength / 16) * 16);
    const label = `${this.label}/${name}`;
    if (usage & BufferUsage.storage) checkBinding(this.device, label, size);
    const buffer = this.device.createBuffer({ label, size, usage });
    this.#owned.set(buffer, size);
    return buffer;
  }

  /** The buffer itself if it is large enough, else another in its place, with nothing in it. */
  grown(
    buffer: GPUBuffer | null,
    name: string,
    byteLength: number,
    usage: GPUBufferUsageFlags,
  ): GPUBuffer {
    if (buffer && buffer.size >= byteLength) return buffer;
    const larger = this.buffer(name, byteLength, usage);
    this.release(buffer);
    return larger;
  }

  /** Takes ownership of something with a `destroy` method. */
  own<T extends { destroy(): void }>(resource: T, byteLength = 0): T {
    assert(!this.#disposed, `${this.label} is used after dispose()`);
    this.#owned.set(resource, byteLength);
    return resource;
  }

  /** Frees one resource early. */
  release(resource: { destroy(): void } | null | undefined): void {
    if (resource && this.#owned.delete(resource)) resource.destroy();
  }

  /** Frees all; may be called again. */
  dispose(): void {
    this.#disposed = true;
    for (const resource of this.#owned.keys()) resource.destroy();
    this.#owned.clear();
  }
}
