/** Characters that become text at a time: each in a string of its own takes far more memory. */
const PART_LENGTH = 4096;

/** The text of the first code points of a list, all of which Unicode has. */
export function textOf(codes: ArrayLike<number>, count = codes.length): string {
  let text = '';
  for (let i = 0; i < count; i += PART_LENGTH) {
    const end = Math.min(count, i + PART_LENGTH);
    text += String.fromCodePoint(...(Array.prototype.slice.call(codes, i, end) as number[]));
  }
  return text;
}
