import type { Dataset } from '../data/dataset.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { createArguments, dispatch } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import { BLOCK } from '../ops/op.ts';
import { programCost } from '../model/program-cost.ts';
import { alternateLength, alternateOffset } from '../wgsl/program.ts';
import { columnStride, fittingColumns, recordForward, type Recorder } from './gpu-columns.ts';
import type { ResidentNetworks } from './gpu-model.ts';
import {
  evaluationValues,
  inputGroups,
  type ResidentData,
  type TrainingKernels,
} from './gpu-training.ts';

/** Block products (16 multiply-adds) of an evaluation's part on a software adapter: about 20 ms. */
const SLOW_PART_COST = 2e6;

/** Evaluation on the GPU of the first samples of the training and of the test set. */
export interface Evaluation {
  /** Submissions to make one after the other, each of bounded work. */
  readonly parts: readonly Recorder[];
  /** Two blocks a network, training and test set: Σ loss, right classes, losses not finite. */
  readonly sums: GPUBuffer;
}

export function createEvaluation(
  scope: Scope,
  networks: ResidentNetworks,
  dataset: Dataset,
  data: ResidentData,
  members: GPUBuffer,
  kernels: TrainingKernels,
  counts: readonly [train: number, test: number],
  stateByteLength: number,
): Evaluation {
  const { device, network, count: networkCount } = networks;
  const { ops } = network.program;
  const { shape } = kernels.descent.forward;
  const columnLength = alternateLength(ops);
  const fitting = fittingColumns(device, shape, networkCount * columnLength, stateByteLength);
  const affordable = kernels.slow
    ? SLOW_PART_COST / (networkCount * programCost(network.program))
    : Infinity;
  const largest = Math.max(...counts);
  const partSize = Math.max(1, Math.min(fitting, largest, Math.floor(affordable)));
  const stride = columnStride(shape, partSize);

  const storage = BufferUsage.storage | BufferUsage.copySrc;
  const states = scope.buffer(
    'evaluation/states',
    4 * networkCount * columnLength * stride,
    storage,
  );
  const samples = scope.buffer('evaluation/samples', 4 * networkCount * stride, storage);
  const sums = scope.buffer('evaluation/sums', 32 * networkCount, storage);
  // Kernels bind them but do not write them here.
  const cotangents = scope.buffer('evaluation/cotangents', 16, storage);
  const status = scope.buffer('evaluation/status', 8 * networkCount, storage);

  const columns = { states, length: columnLength, columnCount: partSize };
  const forward = recordForward(scope, networks, kernels.descent.forward, columns, 'alternate');
  const columnGroups = Math.ceil(partSize / kernels.lanes);
  const batchGrid = [columnGroups, inputGroups(dataset.inputWidth), networkCount] as const;
  const outputOffset = alternateOffset(ops, ops.length) / BLOCK;
  const starts = [0, dataset.trainCount];
  const scoreArgs = createArguments(scope, kernels.score, counts.length);
  const parts = counts.flatMap((count, set) => {
    if (count === 0) return [];
    const scores = scope.buffer(`evaluation/scores/${set}`, 8 * networkCount * count, storage);
    const partCount = Math.ceil(count / partSize);
    const args = createArguments(scope, kernels.loss, partCount);
    scoreArgs.write(set, { sampleCount: count, place: set });
    const score = kernels.score.bind({ args: scoreArgs.slot(set), scores, sums });
    return Array.from({ length: partCount }, (_, slot): Recorder => {
      const first = slot * partSize;
      args.write(slot, {
        ...evaluationValues(networks, dataset, columnLength, stride),
        scoreStride: count,
        outputOffset,
        columnCount: Math.min(partSize, count - first),
        firstSample: starts[set] + first,
        firstScore: first,
      });
      const shared = { args: args.slot(slot), states, samples };
      const batch = kernels.batch.bind({ ...shared, points: data.points, members });
      const { targets } = data;
      const loss = kernels.loss.bind({ ...shared, targets, cotangents, scores, status });
      return (pass) => {
        dispatch(pass, kernels.batch, batch, batchGrid);
        forward(pass);
        dispatch(pass, kernels.loss, loss, [columnGroups, 1, networkCount]);
        if (slot === partCount - 1) dispatch(pass, kernels.score, score, [networkCount]);
      };
    });
  });
  return { parts, sums };
}
