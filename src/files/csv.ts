import { Status, type FieldData, type PointsData } from '../engine/engine.ts';
import { pixelCentre } from '../model/plane.ts';
import { hasOutput } from '../curves/boundary.ts';
import { shortestDecimal } from './decimal.ts';
import { writeParameters, type MapParameters } from './parameters.ts';

/*
 * Fields and points as text, a row for each pixel or point, in lines that end with \n:
 *
 *     # parameters: {"format":"ftle-map/parameters", …}
 *     s,t,lambda1,lambda2,ds,dt,status,class,output0
 *     -1.5,-1.5,0.25,-0.5,0.6,0.8,good,1,0.75
 *
 * A cell is empty where there is no number: exponents where numbers left float32, directions where J is 0
 * or they did, outputs and class where the outputs did. λ₁ where J = 0, and λ₂ where its rank is one, are `-inf`.
 * pandas reads it with `comment='#'`.
 */

/** Rows in one piece of text: a few milliseconds of work. */
const PIECE_ROWS = 512;

/**
 * The lines of a field, from the lowest row on, in pieces.
 *
 * @param data - whole, or the arrays of a band of rows with the request of the whole.
 * @param parameters - null: without the two lines of the heading, as for all but the first of several bands.
 * @param firstRow - number of the band's first row.
 */
export function* fieldCsv(
  data: FieldData,
  parameters: MapParameters | null,
  firstRow = 0,
): Generator<string> {
  const { width, height, domain } = data.request;
  const count = data.statuses.length;
  const outputWidth = data.outputs.length / count;
  if (parameters) {
    const names = ['s', 't', 'lambda1', 'lambda2', 'ds', 'dt', 'status', 'class'];
    yield heading(parameters, [...names, ...numbered('output', outputWidth)]);
  }
  yield* pieces(count, (pixel) => {
    const status = data.statuses[pixel];
    const isGood = status === Status.good;
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    const centre = pixelCentre(domain, width, height, column, firstRow + row);
    const direction = data.directions.subarray(2 * pixel, 2 * pixel + 2);
    const hasOutputs = hasOutput(data, pixel);
    const outputs = data.outputs.subarray(pixel * outputWidth, (pixel + 1) * outputWidth);
    return [
      ...centre.map(String),
      exponent(data.exponents[pixel], status),
      exponent(data.secondExponents[pixel], status),
      ...cells(direction, isGood),
      STATUS_NAMES[status],
      hasOutputs ? String(data.classes[pixel]) : '',
      ...cells(outputs, hasOutputs),
    ];
  });
}

/**
 * The lines of points, in pieces: their number from 0 on, exponents, status, class, outputs, directions.
 *
 * @param parameters - as above.
 * @param start - number of the first point, for all but the first of several parts.
 */
export function* pointsCsv(
  data: PointsData,
  parameters: MapParameters | null,
  start = 0,
): Generator<string> {
  const { statuses, request, directions } = data;
  const count = statuses.length;
  const outputWidth = count > 0 ? data.outputs.length / count : 0;
  const inputWidth = directions && count > 0 ? directions.length / count : 0;
  const { exponentCount } = request;
  if (parameters) {
    yield heading(parameters, [
      'point',
      ...numbered('lambda', exponentCount, 1),
      'status',
      'class',
      ...numbered('output', outputWidth),
      ...numbered('d', inputWidth),
    ]);
  }
  yield* pieces(count, (point) => {
    const status = statuses[point];
    const part = (values: Float32Array, width: number): Float32Array =>
      values.subarray(point * width, (point + 1) * width);
    const outputs = part(data.outputs, outputWidth);
    const hasOutputs = hasOutput(data, point);
    return [
      String(start + point),
      ...Array.from(part(data.exponents, exponentCount), (value) => exponent(value, status)),
      STATUS_NAMES[status],
      hasOutputs ? String(data.classes[point]) : '',
      ...cells(outputs, hasOutputs),
      ...(directions ? cells(part(directions, inputWidth), status === Status.good) : []),
    ];
  });
}

/** Names of statuses by their numbers. */
const STATUS_NAMES = Object.keys(Status).sort(
  (a, b) => Status[a as keyof typeof Status] - Status[b as keyof typeof Status],
);

/** First line of a file with parameters, up to them. */
export const CSV_PARAMETERS = '# parameters: ';

function heading(parameters: MapParameters, names: readonly string[]): string {
  return `${CSV_PARAMETERS}${writeParameters(parameters)}\n${names.join(',')}\n`;
}

function numbered(name: string, count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${first + index}`);
}

function* pieces(count: number, row: (index: number) => string[]): Generator<string> {
  for (let start = 0; start < count; start += PIECE_ROWS) {
    let text = '';
    const end = Math.min(start + PIECE_ROWS, count);
    for (let index = start; index < end; index++) text += `${row(index).join(',')}\n`;
    yield text;
  }
}

function exponent(value: number, status: number): string {
  if (status === Status.overflow) return '';
  return Number.isFinite(value) ? shortestDecimal(value) : '-inf';
}

function cells(values: Float32Array, areThere: boolean): string[] {
  return Array.from(values, (value) => (areThere ? shortestDecimal(value) : ''));
}
