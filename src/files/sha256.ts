/*
 * SHA-256 in plain arithmetic: crypto.subtle is only there in pages of secure origins.
 *
 * Source: FIPS 180-4
 */

/** First 32 bits of the fractional parts of the square roots (cube roots) of the first primes. */
const [START, ROUNDS] = [
  firstPrimes(8).map((prime) => fractionBits(Math.sqrt(prime))),
  firstPrimes(64).map((prime) => fractionBits(Math.cbrt(prime))),
];
const BLOCK_BYTES = 64;

/** SHA-256 of bytes that come in parts. */
export class Sha256 {
  readonly #state = Int32Array.from(START);
  readonly #words = new Int32Array(64);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  readonly #view = new DataView(this.#block.buffer);
  #byteCount = 0;

  update(bytes: Uint8Array): this {
    for (let i = 0; i < bytes.length;) {
      const filled = this.#byteCount % BLOCK_BYTES;
      const part = bytes.subarray(i, i + BLOCK_BYTES - filled);
      this.#block.set(part, filled);
      this.#byteCount += part.length;
      i += part.length;
      if (this.#byteCount % BLOCK_BYTES === 0) this.#mixBlock();
    }
    return this;
  }

  /** The hash in hexadecimal digits; after it there is no more to be added. */
  finish(): string {
    const byteCount = this.#byteCount;
    const zeros = (2 * BLOCK_BYTES - 9 - (byteCount % BLOCK_BYTES)) % BLOCK_BYTES;
    const end = new Uint8Array(1 + zeros + 8);
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(1 + zeros, Math.floor(byteCount / 2 ** 29));
    view.setUint32(5 + zeros, (8 * byteCount) >>> 0);
    this.update(end);
    return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #mixBlock(): void {
    const words = this.#words;
    for (let i = 0; i < 16; i++) words[i] = this.#view.getInt32(4 * i);
    for (let i = 16; i < 64; i++) {
      const [x, y] = [words[i - 15], words[i - 2]];
      const first = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
      const second = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
      words[i] = words[i - 16] + first + words[i - 7] + second;
    }
    let [a, b, c, d, e, f, g, h] = this.#state;
    for (let i = 0; i < 64; i++) {
      const choice = (e & f) ^ (~e & g);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const first = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + ROUNDS[i] + words[i];
      const second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority;
      [h, g, f, e] = [g, f, e, (d + first) | 0];
      [d, c, b, a] = [c, b, a, (first + second) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (this.#state[i] += word));
  }
}

function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function fractionBits(root: number): number {
  return Math.floor((root % 1) * 2 ** 32) | 0;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  }
  return primes;
}
