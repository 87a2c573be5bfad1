import { shorten } from '../errors.ts';

export { shorten };

const MOST_AXES = 8;

/** A name from a file, as a message repeats it. */
export function quote(name: string): string {
  return `'${shorten(name)}'`;
}

/** A JSON value from a file, as a message repeats it. */
export function showValue(value: unknown): string {
  return shorten(value === undefined ? 'missing' : JSON.stringify(value));
}

/** A shape: `[10][2]`; of a single number `[]`. */
export function showShape(shape: readonly number[]): string {
  return shape.length === 0 ? '[]' : shorten(shape.map((length) => `[${length}]`).join(''));
}

/** Lengths of axes: `[1, 3, ?]`, with `?` where open. */
export function showAxes(lengths: readonly (number | string | null)[]): string {
  const shown = lengths.slice(0, MOST_AXES).map((length) => length ?? '?');
  return `[${shown.join(', ')}${lengths.length > MOST_AXES ? ', …' : ''}]`;
}

/** A tensor by name and shape: `0.weight [10][2]`. */
export function showTensor({ name, shape }: { name: string; shape: readonly number[] }): string {
  return `${shorten(name)} ${showShape(shape)}`;
}

/** A list, of which at most `count` are named. */
export function showList(items: readonly string[], count = 12): string {
  const rest = items.length - count;
  return items.slice(0, count).join(', ') + (rest > 0 ? `, and ${rest} more` : '');
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
