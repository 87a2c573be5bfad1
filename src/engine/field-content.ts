import { checkBinding } from '../gpu/binding-limit.ts';
import { BufferUsage } from '../gpu/flags.ts';
import type { Scope } from '../gpu/scope.ts';
import { pixelCentre } from '../model/plane.ts';
import type { FieldRequest } from './engine.ts';
import type { FieldBuffers } from './field-road.ts';

/** Buffers for some pixels, of which a field may use a part. */
export interface FieldContent extends FieldBuffers {
  readonly capacity: number;
}

/** Of the largest buffer. */
export function bytesPerPixel(outputWidth: number): number {
  return Math.max(16, 4 * outputWidth);
}

/**
 * Buffers for a field of that size: the old ones if they are large enough, which else are freed.
 *
 * @throws DeviceError (`limit`) if they would be too large for the device; the old ones stay.
 */
export function reserveContent(
  scope: Scope,
  old: FieldContent | null,
  width: number,
  height: number,
  outputWidth: number,
): FieldContent {
  const count = width * height;
  if (old && old.capacity >= count) return { ...old, width, height };
  // Before anything goes.
  const name = `a field of ${count} pixels with outputs of width ${outputWidth}`;
  checkBinding(scope.device, name, count * bytesPerPixel(outputWidth));
  for (const buffer of old ? [old.exponents, old.statuses, old.outputs] : []) scope.release(buffer);
  const usage = BufferUsage.storage | BufferUsage.copySrc;
  return {
    exponents: scope.buffer('exponents', count * 16, usage),
    statuses: scope.buffer('statuses', count * 4, usage),
    outputs: scope.buffer('outputs', count * outputWidth * 4, usage),
    width,
    height,
    outputWidth,
    capacity: count,
  };
}

/** s of every `step`-th column, then t of every `step`-th of some rows (shaders/lib/place.wgsl). */
export function fieldCoordinates(
  { domain, width, height }: FieldRequest,
  firstRow: number,
  rowCount: number,
  step: number,
): Float32Array<ArrayBuffer> {
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(rowCount / step);
  const coordinates = new Float32Array(columns + rows);
  for (let i = 0; i < columns; i++) {
    coordinates[i] = pixelCentre(domain, width, height, step * i, 0)[0];
  }
  for (let i = 0; i < rows; i++) {
    coordinates[columns + i] = pixelCentre(domain, width, height, 0, firstRow + step * i)[1];
  }
  return coordinates;
}
