import type { PointsRequest } from '../engine/engine.ts';
import { pointsCsv } from '../files/csv.ts';
import type { PointsArrayName } from '../files/field-arrays.ts';
import { writeParameters, type MapParameters } from '../files/parameters.ts';
import type { Network } from '../model/network.ts';
import { readEnding, UsageError } from './arguments.ts';
import { createNpySink, createNpzSink, type ArrayPlan, type ArraySink } from './array-files.ts';
import type { PointsPart } from './jobs/points.ts';
import { OutputFile } from './output.ts';

/** A file that results are written to while they are computed. */
export interface PointsFile {
  /** For those who read it. */
  readonly description: Readonly<Record<string, unknown>>;
  /** @param first - number of the part's first point. */
  take(part: PointsPart, first: number): Promise<void>;
  finish(): Promise<void>;
  /** Leaves nothing of it, unless it is finished. */
  discard(): Promise<void>;
}

/** @throws UsageError if the file's name tells no format, DataError if it cannot be written. */
export async function createPointsFile(
  path: string,
  network: Network,
  request: PointsRequest,
  span: number,
  count: number,
  parameters: MapParameters,
): Promise<PointsFile> {
  const plans = planArrays(network, request, count);
  const format = readEnding(path, ['npy', 'npz', 'csv']);
  switch (format) {
    case 'npy': {
      if (request.directions) {
        throw new UsageError('--directions has no place in .npy, which holds one array: take .npz');
      }
      const [plan] = plans;
      const { descr, shape } = plan;
      return arrayFile({ format, dtype: descr, shape }, await createNpySink(path, plan));
    }
    case 'npz': {
      const texts = { parameters: writeParameters(parameters) };
      const arrays = plans.map(
        ({ name, descr, shape }) => [name, { dtype: descr, shape }] as const,
      );
      const description = { format, arrays: Object.fromEntries(arrays) };
      return arrayFile(description, await createNpzSink(path, plans, texts));
    }
    case 'csv':
      return csvFile(path, request, span, parameters);
  }
}

function planArrays(
  { inputWidth, outputWidth }: Network,
  { exponentCount, directions }: PointsRequest,
  count: number,
): ArrayPlan[] {
  const plans: (ArrayPlan & { name: PointsArrayName })[] = [
    { name: 'lambdas', descr: '<f4', shape: [count, exponentCount] },
    { name: 'outputs', descr: '<f4', shape: [count, outputWidth] },
    { name: 'classes', descr: outputWidth > 256 ? '<u2' : '|u1', shape: [count] },
    { name: 'statuses', descr: '|u1', shape: [count] },
  ];
  if (directions) plans.push({ name: 'directions', descr: '<f4', shape: [count, inputWidth] });
  return plans;
}

function arrayFile(description: PointsFile['description'], sink: ArraySink): PointsFile {
  return {
    description,
    async take({ exponents, directions, outputs, classes, statuses }) {
      await sink.append('lambdas', exponents);
      if (directions) await sink.append('directions', directions);
      await sink.append('outputs', outputs);
      await sink.append('classes', classes);
      await sink.append('statuses', statuses);
    },
    finish: () => sink.finish(),
    discard: () => sink.discard(),
  };
}

async function csvFile(
  path: string,
  request: PointsRequest,
  span: number,
  parameters: MapParameters,
): Promise<PointsFile> {
  const file = await OutputFile.create(path);
  const encoder = new TextEncoder();
  return {
    description: { format: 'csv' },
    async take(part, first) {
      const data = { request, span, ...part };
      for (const text of pointsCsv(data, first === 0 ? parameters : null, first)) {
        await file.write(encoder.encode(text));
      }
    },
    finish: () => file.finish(),
    discard: () => file.discard(),
  };
}
