import type { FieldRequest, FieldStatistics, RidgeOptions } from '../../engine/engine.ts';
import { unpackNetwork, type Job, type NetworkParcel } from './job.ts';
import type { FieldPart } from './field.ts';

export interface RenderParameters {
  readonly network: NetworkParcel;
  readonly request: FieldRequest;
  /** null: no ridges are wanted. */
  readonly ridges: RidgeOptions | null;
}

export interface RenderResult {
  readonly span: number;
  readonly statistics: FieldStatistics;
  /** Segments [count][4]: s0, t0, s1, t1 in plane coordinates; null if none are wanted. */
  readonly ridges: Float32Array | null;
}

/** Pixels that are handed over together. */
const PART_PIXELS = 262_144;

/** A whole field with its statistics and ridges: what a picture is made of. */
export const computePicture: Job<RenderParameters, never, FieldPart, RenderResult> = async (
  { network, request, ridges: ridgeOptions },
  { engine, signal, onProgress, send },
) => {
  const model = engine.createModel(unpackNetwork(network));
  try {
    const field = await engine.createField(model);
    try {
      await field.compute(request, { signal, onProgress: (fraction) => onProgress({ fraction }) });
      const statistics = await field.statistics();
      let segments: Float32Array | null = null;
      if (ridgeOptions) {
        const ridges = await engine.createRidges(field);
        await ridges.find(ridgeOptions);
        segments = await ridges.read();
        ridges.dispose();
      }
      const data = await field.read();
      const { width, height } = request;
      const rows = Math.max(1, Math.floor(PART_PIXELS / width));
      for (let firstRow = 0; firstRow < height; firstRow += rows) {
        const rowCount = Math.min(rows, height - firstRow);
        const [start, end] = [firstRow * width, (firstRow + rowCount) * width];
        const outputWidth = data.outputs.length / data.exponents.length;
        await send({
          firstRow,
          rowCount,
          exponents: data.exponents.subarray(start, end),
          secondExponents: data.secondExponents.subarray(start, end),
          directions: data.directions.subarray(2 * start, 2 * end),
          outputs: data.outputs.subarray(outputWidth * start, outputWidth * end),
          classes: data.classes.subarray(start, end),
          statuses: data.statuses.subarray(start, end),
        });
        signal.throwIfAborted();
      }
      return { span: field.span, statistics, ridges: segments };
    } finally {
      field.dispose();
    }
  } finally {
    model.dispose();
  }
};
