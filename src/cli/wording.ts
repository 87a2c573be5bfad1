import { countOf } from '../errors.ts';
import type { Extent } from './jobs/tally.ts';

/** Range of λ₁ and the number of bad values, for people. */
export function showExtent(extent: Extent, thing: 'pixel' | 'point'): string {
  const { minimum, maximum, mean, goodCount, collapsedCount, overflowCount } = extent;
  const range =
    goodCount > 0
      ? `λ₁ from ${showNumber(minimum)} to ${showNumber(maximum)}, mean ${showNumber(mean)}`
      : 'λ₁ nowhere';
  const bad = [
    collapsedCount > 0 ? `${countOf(collapsedCount, thing)} with J = 0` : '',
    overflowCount > 0 ? `${countOf(overflowCount, thing)} beyond float32` : '',
  ].filter(Boolean);
  return [range, ...bad].join('; ');
}

export function showNumber(value: number | null): string {
  if (value === null) return 'none';
  const size = Math.abs(value);
  return size === 0 || (size >= 1e-3 && size < 1e5) ? value.toPrecision(5) : value.toExponential(2);
}

export function showAngle(degrees: number | null): string {
  return degrees === null ? 'none' : `${showNumber(degrees)}°`;
}

export function showSeconds(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

/** What a terminal obeys instead of showing it, besides tab and end of line, and what turns the reading direction. */
const UNSEEN = /(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** A text that may hold names from files, as it goes to a terminal: `\u{1b}` for the character of that code. */
export function printable(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
