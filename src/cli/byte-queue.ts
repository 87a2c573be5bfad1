/** Bytes that come in pieces, taken in lengths of the reader's choice. */
export class ByteQueue {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #taken = 0;
  readonly #source: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Bytes taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** The next bytes, which stay in the queue; fewer at the end. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.#length < length) {
      const next = await this.#source.next();
      if (next.done) break;
      this.#pieces.push(next.value);
      this.#length += next.value.length;
    }
    const bytes = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
    this.#pieces = [bytes];
    return bytes.subarray(0, length);
  }

  /** The next bytes; fewer at the end. */
  async take(length: number): Promise<Uint8Array> {
    const bytes = await this.peek(length);
    this.#pieces = [this.#pieces[0].subarray(bytes.length)];
    this.#length -= bytes.length;
    this.#taken += bytes.length;
    return bytes;
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
