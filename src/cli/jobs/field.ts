import type { FieldBand, FieldRequest } from '../../engine/engine.ts';
import { Tally, type Extent } from './tally.ts';
import { unpackNetwork, type Job, type NetworkParcel } from './job.ts';

/** Arrays of a field that can be asked for. */
export const FIELD_ARRAYS = [
  'exponents',
  'secondExponents',
  'directions',
  'outputs',
  'classes',
  'statuses',
] as const;
export type FieldArray = (typeof FIELD_ARRAYS)[number];

export interface FieldParameters {
  readonly network: NetworkParcel;
  readonly request: FieldRequest;
  readonly arrays: readonly FieldArray[];
}

/** Rows of the field: those arrays of a band that were asked for. */
export type FieldPart = Pick<FieldBand, 'firstRow' | 'rowCount'> &
  Partial<Pick<FieldBand, FieldArray>>;

export interface FieldResult {
  readonly span: number;
  readonly exponents: Extent;
}

/** A field of any size, from the lowest row up. */
export const computeField: Job<FieldParameters, never, FieldPart, FieldResult> = async (
  { network, request, arrays },
  { engine, signal, onProgress, send },
) => {
  const model = engine.createModel(unpackNetwork(network));
  const tally = new Tally();
  let span = 0;
  try {
    await engine.computeBands(
      model,
      request,
      async (band) => {
        span = band.span;
        tally.add(band.exponents, band.statuses);
        const { firstRow, rowCount } = band;
        const wanted = Object.fromEntries(arrays.map((name) => [name, band[name]]));
        await send({ firstRow, rowCount, ...wanted });
      },
      { signal, onProgress: (fraction) => onProgress({ fraction }) },
    );
  } finally {
    model.dispose();
  }
  return { span, exponents: tally.extent() };
};
