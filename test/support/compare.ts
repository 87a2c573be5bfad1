/** Numbers to compare, index by index. */
export interface Comparison {
  /** What is compared, for the line that is printed. */
  readonly label: string;
  readonly actual: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
  /** Largest error allowed at an index; ≥ 0. At 0, the numbers must be equal. */
  tolerance(index: number): number;
  /** Where the index lies, for the message, such as an input. */
  describe?(index: number): string;
}

/**
 * Compares numbers and prints the largest ratio of error to tolerance.
 *
 * @returns that ratio, at most 1.
 * @throws Error with index, both values and ratio if it exceeds 1, if a number on either side is NaN, if
 *   a tolerance is no number, or if the lengths differ or are 0. Equal infinities agree.
 */
export function compare(comparison: Comparison): number {
  const { label, actual, expected } = comparison;
  if (actual.length !== expected.length || expected.length === 0) {
    throw new Error(`${label}: ${actual.length} numbers, expected ${expected.length} (and not 0)`);
  }
  let worst = 0;
  let worstIndex = 0;
  for (let i = 0; i < expected.length; i++) {
    const ratio = errorRatio(actual[i], expected[i], comparison.tolerance(i));
    if (ratio > worst) [worst, worstIndex] = [ratio, i];
  }
  const place = comparison.describe
    ? `${worstIndex}, ${comparison.describe(worstIndex)}`
    : worstIndex;
  const line = `${label}: worst error/tolerance ${worst.toPrecision(3)} at ${place}`;
  if (worst > 1) {
    throw new Error(
      `${line}: ${actual[worstIndex]}, expected ${expected[worstIndex]} ± ${comparison.tolerance(worstIndex)}`,
    );
  }
  console.log(`${line} of ${expected.length}`);
  return worst;
}

function errorRatio(actual: number, expected: number, tolerance: number): number {
  if (Number.isNaN(actual) || Number.isNaN(expected) || !(tolerance >= 0)) return Infinity;
  if (actual === expected) return 0;
  const error = Math.abs(actual - expected);
  return Number.isFinite(error) ? error / tolerance : Infinity;
}
