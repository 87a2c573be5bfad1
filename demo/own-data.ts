import { parseNpy } from 'ftle-map';

/** Rows of inputs from a file. */
export interface Data {
  readonly name: string;
  readonly count: number;
  readonly width: number;
  /** [count][width] */
  readonly points: Float64Array;
}

/** @throws Error naming what is wrong with the file. */
export async function readData(file: File): Promise<Data> {
  const { shape, values } = parseNpy(new Uint8Array(await file.arrayBuffer()));
  const [count, ...rest] = shape;
  // Images come as [count][rows][columns].
  const width = rest.reduce((product, length) => product * length, 1);
  if (shape.length < 2 || count < 1 || width < 1) {
    throw new Error(
      `${file.name} has the shape (${shape.join(', ')}), but must have a row of inputs for each point`,
    );
  }
  return { name: file.name, count, width, points: Float64Array.from(values) };
}

export function rowOf({ points, width, count, name }: Data, row: number): Float64Array {
  if (!Number.isInteger(row) || row < 0 || row >= count) {
    throw new Error(`row ${row} is not in ${name}: its rows are 0 to ${count - 1}`);
  }
  return points.slice(row * width, (row + 1) * width);
}

export function meanOf({ points, width, count }: Data): Float64Array {
  const mean = new Float64Array(width);
  points.forEach((value, i) => (mean[i % width] += value / count));
  return mean;
}

/** xMin, yMin, xMax, yMax of a square that holds two inputs of all rows, and a little more. */
export function squareOf(
  { points, width }: Data,
  axes: readonly [number, number],
): [number, number, number, number] {
  const spans = axes.map((axis) => {
    const column = points.filter((_, i) => i % width === axis);
    const [low, high] = column.reduce(
      ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
      [Infinity, -Infinity],
    );
    return { middle: (low + high) / 2, half: (high - low) / 2 };
  });
  const reach = 1.1 * Math.max(...spans.map(({ half }) => half)) || 1;
  const [x, y] = spans.map(({ middle }) => middle);
  return [x - reach, y - reach, x + reach, y + reach];
}
