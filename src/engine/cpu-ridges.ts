import { findRidges, smoothGrid } from '../reference/ridge.ts';
import type { CpuField } from './cpu-field.ts';
import type { RidgeOptions, Ridges } from './engine.ts';
import { fieldStatistics } from './field-statistics.ts';
import { checkRidgeOptions, currentRequest, ridgeLimits } from './ridge-limits.ts';

/** Ridges of a field on the CPU, by the float64 definition. */
export function createCpuRidges(field: CpuField): Ridges {
  return new CpuRidges(field);
}

export class CpuRidges implements Ridges {
  /** Segments [count][4] in plane coordinates. */
  segments = new Float32Array(0);

  constructor(readonly field: CpuField) {}

  async find(options: RidgeOptions): Promise<void> {
    checkRidgeOptions(options);
    const request = currentRequest(this.field);
    const { width, height, domain } = request;
    const data = this.field.data!;
    const { threshold, sharpness } = ridgeLimits(fieldStatistics(data), request, options);
    const { exponents } = data;
    const values = Float64Array.from(exponents, (value) => (Number.isFinite(value) ? value : NaN));
    const grid = smoothGrid({ values, width, height }, options.smoothing);
    const segments = findRidges(grid, threshold, sharpness);
    const sStep = (domain.sMax - domain.sMin) / width;
    const tStep = (domain.tMax - domain.tMin) / height;
    this.segments = Float32Array.from(segments, (value, i) =>
      i % 2 === 0 ? domain.sMin + value * sStep : domain.tMin + value * tStep,
    );
  }

  async read(): Promise<Float32Array> {
    return this.segments.slice();
  }

  dispose(): void {
    this.segments = new Float32Array(0);
  }
}
