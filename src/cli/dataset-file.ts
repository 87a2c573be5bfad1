import { basename } from 'node:path';
import { datasetFromArrays } from '../data/arrays.ts';
import type { Dataset } from '../data/dataset.ts';
import { createDataset, DATASET_NAMES, type DatasetName } from '../data/toy.ts';
import { asError, DataError } from '../errors.ts';
import { parseNpz } from '../files/npz.ts';
import { UsageError, type Reader } from './arguments.ts';
import { readInput } from './input-file.ts';

/** Most bytes of the arrays of a data set: all of it is kept where it trains. */
const MAXIMAL_BYTES = 2 ** 31 - 2 ** 20;

/** Whether a data set is a file, and no toy problem. */
export const isDatasetFile = (text: string): boolean => /\.npz$/i.test(text);

/** What a data set must be. */
const WANTED = `one of ${DATASET_NAMES.join(', ')}, or a file .npz`;

const findToy = (text: string): DatasetName | undefined =>
  DATASET_NAMES.find((name) => name === text);

export const readDatasetName: Reader<string> = (text) => {
  if (isDatasetFile(text) || findToy(text)) return text;
  throw new UsageError(WANTED);
};

/**
 * A data set by the name of a toy problem, or from an NPZ file with the arrays `inputs` [count][…] and either
 * `targets` [count][outputs] or `classes` [count], whole numbers from 0.
 *
 * @throws DataError naming what is wrong.
 */
export async function loadDataset(
  text: string,
  { seed, standardise }: { seed: number; standardise: boolean },
): Promise<Dataset> {
  if (!isDatasetFile(text)) {
    const name = findToy(text);
    if (name) return createDataset(name, { seed });
    throw new DataError(`data set is ${JSON.stringify(text)}, but must be ${WANTED}`);
  }
  const bytes = await readInput(text);
  try {
    const arrays = await parseNpz(bytes, { maximalBytes: MAXIMAL_BYTES });
    const [inputs, targets, classes] = ['inputs', 'targets', 'classes'].map((name) =>
      arrays.get(name),
    );
    if (!inputs || !targets === !classes) {
      const names = [...arrays.keys()].join(', ') || 'nothing';
      throw new DataError(`it holds ${names}, but must hold inputs, and either targets or classes`);
    }
    const [count = 0, ...rest] = inputs.shape;
    return datasetFromArrays({
      points: inputs.values,
      inputWidth: rest.reduce((product, length) => product * length, 1),
      ...(targets ? { targets: targets.values } : { classes: classes!.values }),
      standardise,
      seed,
      name: basename(text, '.npz'),
      ...checkCount(count, (targets ?? classes)!.shape),
    });
  } catch (cause) {
    throw new DataError(`${text}: ${asError(cause).message}`, { cause });
  }
}

function checkCount(count: number, [found = 0]: readonly number[]): object {
  if (found === count) return {};
  throw new DataError(`inputs has ${count} rows, but targets or classes has ${found}`);
}
