/** IEEE half precision from its 16 bits; exact. */
export function decodeFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (fraction + 0x400) * 2 ** (exponent - 25);
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** bfloat16, the upper half of a float32, from its 16 bits; exact. */
export function decodeBfloat16(bits: number): number {
  word[0] = bits << 16;
  return float[0];
}
