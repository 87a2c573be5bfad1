import { DataError } from '../errors.ts';
import { isRecord, shorten, showValue } from './show.ts';

/*
 * Checks of JSON values from an untrusted source. `place` names the value in messages, such as
 * `parameters.field.width`; all throw DataError.
 */

type Members = Readonly<Record<string, unknown>>;

/** An object that has no members but these. */
export function record(value: unknown, place: string, names: readonly string[]): Members {
  if (!isRecord(value)) throw wrong(value, place, `an object with ${names.join(', ')}`);
  for (const name of Object.keys(value)) {
    if (names.includes(name)) continue;
    throw new DataError(`${place} has the unknown member ${JSON.stringify(shorten(name))}`);
  }
  return value;
}

/** The member under its name, checked, or nothing if it is missing. */
export function optional<Name extends string, T>(
  members: Members,
  place: string,
  name: Name,
  check: (value: unknown, place: string) => T,
): Partial<Record<Name, T>> {
  if (members[name] === undefined) return {};
  return { [name]: check(members[name], `${place}.${name}`) } as Record<Name, T>;
}

export function text(value: unknown, place: string): string {
  if (typeof value === 'string') return value;
  throw wrong(value, place, 'a text');
}

export function flag(value: unknown, place: string): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(value, place, 'true or false');
}

export function number(value: unknown, place: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrong(value, place, 'a finite number');
}

export function numberAbove0(value: unknown, place: string): number {
  const found = number(value, place);
  if (found > 0) return found;
  throw new DataError(`${place} is ${found}, but must be above 0`);
}

export function wholeNumber(value: unknown, place: string, least: number, most: number): number {
  const isWhole = typeof value === 'number' && Number.isSafeInteger(value);
  if (isWhole && value >= least && value <= most) return value;
  throw wrong(value, place, `a whole number from ${least} to ${most}`);
}

export function numbers(value: unknown, place: string, length: number): number[] {
  if (!Array.isArray(value) || value.length !== length) {
    throw wrong(value, place, `a list of ${length} numbers`);
  }
  return value.map((item: unknown, index) => number(item, `${place}[${index}]`));
}

export function oneOf<T extends string>(value: unknown, place: string, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T;
  throw wrong(value, place, `${choices.length > 1 ? 'one of ' : ''}${choices.join(', ')}`);
}

function wrong(value: unknown, place: string, wanted: string): DataError {
  return new DataError(`${place} is ${showValue(value)}, but must be ${wanted}`);
}
