/** Philox key: the seed as two 32-bit words. */
export type Key = readonly [low: number, high: number];

/** What random numbers are for. Each purpose has counters of its own, so that no two share numbers. */
export const Purpose = { permutation: 0, weights: 1, points: 2, noise: 3, split: 4 } as const;

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const PHILOX_ROUNDS = 10;

/** The key that belongs to a seed, a whole number from 0 to 2⁵³ − 1. */
export function seedKey(seed: number): Key {
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
}

/**
 * Philox4x32-10: four random words for each counter of four words and key of two.
 *
 * Its twin with the same bits is `philox` in shaders/lib/random.wgsl.
 * Source: Salmon, Moraes, Dror & Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: Key,
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < PHILOX_ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    [c0, c1, c2, c3] = [high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0];
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** Upper 32 bits of the 64-bit product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const cross = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + (middle >>> 16) + (cross >>> 16)) >>> 0;
}

/** The multiple of 2⁻²⁴ in [0, 1) that a random word stands for; the same number in float32. */
export function uniformFromWord(word: number): number {
  return (word >>> 8) * 2 ** -24;
}

/** A sequence of random numbers: the counters (0, index, purpose, 0), (1, index, purpose, 0), … of a seed. */
export class RandomStream {
  readonly #key: Key;
  readonly #words: number[] = [];
  #block = 0;
  #spare: number | null = null;

  /**
   * @param purpose - one of `Purpose`.
   * @param index - which stream of that purpose, such as a layer; 0 to 2³² − 1.
   */
  constructor(
    seed: number,
    readonly purpose: number,
    readonly index = 0,
  ) {
    this.#key = seedKey(seed);
  }

  /** 32 random bits. */
  word(): number {
    if (this.#words.length === 0) {
      this.#words.push(...philox([this.#block++, this.index, this.purpose, 0], this.#key));
    }
    return this.#words.shift()!;
  }

  /** Uniform on [0, 1), a multiple of 2⁻²⁴. */
  uniform(): number {
    return uniformFromWord(this.word());
  }

  /** Normal with mean 0 and variance 1 (Box–Muller with 53 bits, so |x| < 8.6). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.#longUniform()));
    const angle = 2 * Math.PI * this.#longUniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Uniform on [0, 1), a multiple of 2⁻⁵³. */
  #longUniform(): number {
    const high = this.word();
    return (high * 2 ** 21 + (this.word() >>> 11)) * 2 ** -53;
  }
}

/** Sixteen make even the 120 orders of five things equally likely; eight do not. */
const FEISTEL_ROUNDS = 16;

/**
 * Where `index` goes in a random permutation of 0 … count − 1, chosen by key and epoch.
 *
 * Mini-batches are drawn by it without storing the order: the twin in shaders/lib/random.wgsl gives the
 * same numbers. The permutation is a Feistel network on pairs (i mod a, ⌊i/a⌋), where a is the power of
 * two next above √count, and ⌈count/a⌉ rows cover count with fewer than a indices to spare; results in
 * the spare are sent round again (cycle walking), at most as often as there are spare indices.
 *
 * @param index - 0 to count − 1.
 * @param count - 1 to 2³¹ − 1.
 * @param epoch - which permutation; 0 to 2³² − 1.
 */
export function permute(index: number, count: number, key: Key, epoch: number): number {
  const words = [0, 1].flatMap((block) => philox([block, epoch, Purpose.permutation, 0], key));
  const roundKey = (round: number) => words[round % 8] + Math.imul(round, WEYL_0);
  const bits = 32 - Math.clz32(count - 1);
  const shift = (bits + 1) >>> 1;
  const columns = 2 ** shift;
  const rows = Math.ceil(count / columns);
  let place = index;
  for (let spare = rows * columns - count; spare >= 0; spare--) {
    let column = place % columns;
    let row = Math.floor(place / columns);
    for (let round = 0; round < FEISTEL_ROUNDS; round += 2) {
      column = (column + mixWord(row ^ roundKey(round))) % columns;
      row = (row + mixWord(column ^ roundKey(round + 1))) % rows;
    }
    place = row * columns + column;
    if (place < count) break;
  }
  return place;
}

/** A bijection of 32-bit words that spreads every bit: the finaliser of MurmurHash3 (Appleby). */
function mixWord(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
