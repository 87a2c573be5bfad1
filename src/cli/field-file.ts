import type { FieldRequest } from '../engine/engine.ts';
import type { FieldArrayName } from '../files/field-arrays.ts';
import { fieldCsv } from '../files/csv.ts';
import { writeParameters, type MapParameters } from '../files/parameters.ts';
import type { Network } from '../model/network.ts';
import { pixelCentre } from '../model/plane.ts';
import { createNpySink, createNpzSink, type ArrayPlan, type ArraySink } from './array-files.ts';
import { readEnding } from './arguments.ts';
import { FIELD_ARRAYS, type FieldArray, type FieldPart } from './jobs/field.ts';
import { OutputFile } from './output.ts';

/** What an NPY file of a field can hold. */
export const FIELD_QUANTITIES = [
  'exponent',
  'second-exponent',
  'direction',
  'output',
  'class',
  'status',
] as const;
export type FieldQuantity = (typeof FIELD_QUANTITIES)[number];

/** Endings of files of a field. */
export const FIELD_ENDINGS = ['npy', 'npz', 'csv'] as const;

/** Arrays in memory, and their names in files. */
const NAMES: Readonly<Record<FieldArray, FieldArrayName>> = {
  exponents: 'lambda1',
  secondExponents: 'lambda2',
  directions: 'directions',
  outputs: 'outputs',
  classes: 'classes',
  statuses: 'statuses',
};

const ARRAYS: Readonly<Record<FieldQuantity, FieldArray>> = {
  exponent: 'exponents',
  'second-exponent': 'secondExponents',
  direction: 'directions',
  output: 'outputs',
  class: 'classes',
  status: 'statuses',
};

/** A file that a field is written to while it is computed. */
export interface FieldFile {
  /** What it needs of each band. */
  readonly arrays: readonly FieldArray[];
  /** For those who read it. */
  readonly description: Readonly<Record<string, unknown>>;
  take(part: FieldPart): Promise<void>;
  finish(): Promise<void>;
  /** Leaves nothing of it, unless it is finished. */
  discard(): Promise<void>;
}

/** @throws UsageError if the file's name tells no format, DataError if it cannot be written. */
export async function createFieldFile(
  path: string,
  quantity: FieldQuantity,
  network: Network,
  request: FieldRequest,
  span: number,
  parameters: MapParameters,
): Promise<FieldFile> {
  const plans = planArrays(network, request);
  const format = readEnding(path, FIELD_ENDINGS);
  switch (format) {
    case 'npy': {
      const array = ARRAYS[quantity];
      const plan = plans.find(({ name }) => name === NAMES[array])!;
      const { descr, shape } = plan;
      const sink = await createNpySink(path, plan);
      return arrayFile([array], { format, quantity, dtype: descr, shape }, sink);
    }
    case 'npz': {
      const coordinates = planCoordinates(request);
      const sink = await createNpzSink(path, [...plans, ...coordinates], {
        parameters: writeParameters(parameters),
      });
      for (const { name, values } of coordinates) await sink.append(name, values);
      const names = [...plans, ...coordinates].map(({ name, descr, shape }) => {
        return [name, { dtype: descr, shape }] as const;
      });
      return arrayFile(FIELD_ARRAYS, { format, arrays: Object.fromEntries(names) }, sink);
    }
    case 'csv':
      return csvFile(path, request, span, parameters);
  }
}

function planArrays({ outputWidth }: Network, { width, height }: FieldRequest): ArrayPlan[] {
  const grid = [height, width];
  return [
    { name: 'lambda1', descr: '<f4', shape: grid },
    { name: 'lambda2', descr: '<f4', shape: grid },
    { name: 'directions', descr: '<f4', shape: [...grid, 2] },
    { name: 'outputs', descr: '<f4', shape: [...grid, outputWidth] },
    { name: 'classes', descr: outputWidth > 256 ? '<u2' : '|u1', shape: grid },
    { name: 'statuses', descr: '|u1', shape: grid },
  ] satisfies (ArrayPlan & { name: FieldArrayName })[];
}

function planCoordinates({
  width,
  height,
  domain,
}: FieldRequest): (ArrayPlan & { values: Float64Array })[] {
  const s = Float64Array.from({ length: width }, (_, i) => {
    return pixelCentre(domain, width, height, i, 0)[0];
  });
  const t = Float64Array.from({ length: height }, (_, i) => {
    return pixelCentre(domain, width, height, 0, i)[1];
  });
  return [
    { name: 's', descr: '<f8', shape: [width], values: s },
    { name: 't', descr: '<f8', shape: [height], values: t },
  ];
}

function arrayFile(
  arrays: readonly FieldArray[],
  description: FieldFile['description'],
  sink: ArraySink,
): FieldFile {
  return {
    arrays,
    description,
    async take(part) {
      for (const array of arrays) await sink.append(NAMES[array], part[array]!);
    },
    finish: () => sink.finish(),
    discard: () => sink.discard(),
  };
}

async function csvFile(
  path: string,
  request: FieldRequest,
  span: number,
  parameters: MapParameters,
): Promise<FieldFile> {
  const file = await OutputFile.create(path);
  const encoder = new TextEncoder();
  return {
    arrays: FIELD_ARRAYS,
    description: { format: 'csv' },
    async take({ firstRow, rowCount: _, ...arrays }) {
      const data = { request, span, ...(arrays as Required<typeof arrays>) };
      for (const text of fieldCsv(data, firstRow === 0 ? parameters : null, firstRow)) {
        await file.write(encoder.encode(text));
      }
    },
    finish: () => file.finish(),
    discard: () => file.discard(),
  };
}
