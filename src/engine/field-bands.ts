import type { Network } from '../model/network.ts';
import type { FieldBand, FieldData, FieldRequest } from './engine.ts';

/** Pixels of a band that is kept in memory at once, where outputs are few. */
const BAND_PIXELS = 262_144;

/** Rows that are computed and handed over together, so that memory does not grow with the field. */
export function rowsPerBand({ outputWidth }: Network, { width, height }: FieldRequest): number {
  const rows = Math.floor(BAND_PIXELS / (width * Math.max(1, outputWidth / 4)));
  return Math.min(height, Math.max(1, rows));
}

/** Arrays for `rowCount` rows, all 0. */
export function allocateRows(
  { outputWidth }: Network,
  request: FieldRequest,
  span: number,
  rowCount: number,
): FieldData {
  const count = request.width * rowCount;
  return {
    request,
    span,
    exponents: new Float32Array(count),
    secondExponents: new Float32Array(count),
    directions: new Float32Array(2 * count),
    outputs: new Float32Array(outputWidth * count),
    classes: outputWidth > 256 ? new Uint16Array(count) : new Uint8Array(count),
    statuses: new Uint8Array(count),
  };
}

/** Copies a band to its place in a whole field. */
export function setBand(data: FieldData, band: FieldBand): void {
  const at = band.firstRow * data.request.width;
  data.exponents.set(band.exponents, at);
  data.secondExponents.set(band.secondExponents, at);
  data.directions.set(band.directions, 2 * at);
  data.outputs.set(band.outputs, (band.outputs.length / band.exponents.length) * at);
  data.classes.set(band.classes, at);
  data.statuses.set(band.statuses, at);
}
