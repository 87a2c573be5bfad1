import { DataError } from '../errors.ts';

/*
 * Single values of settings, as attributes and properties give them. Each function throws a DataError
 * naming the setting, its value and the wanted value.
 */

export function isEmpty(value: unknown): value is null | undefined | '' {
  return value === null || value === undefined || value === '';
}

export function oneOf<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T;
  throw new DataError(`${name} is ${show(value)}, but must be one of ${choices.join(', ')}`);
}

export function number(
  name: string,
  value: unknown,
  wanted: string,
  fits: (value: number) => boolean,
): number {
  const isText = typeof value === 'string' && value.trim() !== '';
  const result = typeof value === 'number' || isText ? Number(value) : NaN;
  if (Number.isFinite(result) && fits(result)) return result;
  throw new DataError(`${name} is ${show(value)}, but must be ${wanted}`);
}

export function wholeNumber(name: string, value: unknown, low: number, high: number): number {
  const wanted = `a whole number from ${low} to ${high}`;
  return number(name, value, wanted, (x) => Number.isInteger(x) && x >= low && x <= high);
}

export function numbers(name: string, value: unknown, length: number, wanted: string): number[] {
  const parts: unknown[] = typeof value === 'string' ? value.split(',') : [];
  const list = Array.isArray(value) ? (value as unknown[]) : parts;
  const fits = (part: unknown): boolean =>
    String(part).trim() !== '' && Number.isFinite(Number(part));
  if (list.length !== length || !list.every(fits)) {
    throw new DataError(`${name} is ${show(value)}, but must be ${wanted}`);
  }
  return list.map(Number);
}

export function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
