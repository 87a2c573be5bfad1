import type { Dataset } from '../data/dataset.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { createArguments, createKernel, dispatch, foldGrid, type Kernel } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import type { Program } from '../model/network.ts';
import { ADAM, type Loss, type TrainingOptions } from '../model/training.ts';
import { BLOCK, blockCount } from '../ops/op.ts';
import batchShader from '../../shaders/kernels/batch.wgsl';
import lossShader from '../../shaders/kernels/loss.wgsl';
import restoreShader from '../../shaders/kernels/restore.wgsl';
import scoreShader from '../../shaders/kernels/score.wgsl';
import {
  columnBlocks,
  columnStride,
  fittingColumns,
  recordForward,
  type ColumnShape,
} from './gpu-columns.ts';
import type { DescentKernels } from './descent-kernels.ts';
import { createDescentKernels } from './gpu-descent.ts';
import type { ResidentNetworks } from './gpu-model.ts';

/** What a step that has not failed yet is, in the status words (lib/training.wgsl). */
export const NEVER = 0xffffffff;

/** The numbers of shaders/lib/training.wgsl. */
const LOSS_CODES = { squared: 0, 'cross-entropy': 1 } as const;

/** Steps that one submission can hold. */
const SLOT_COUNT = 32;

export interface TrainingKernels {
  readonly descent: DescentKernels;
  readonly batch: Kernel;
  readonly loss: Kernel;
  readonly restore: Kernel;
  readonly score: Kernel;
  /** Lanes of a workgroup of batch, loss and restore. */
  readonly lanes: number;
  readonly slow: boolean;
}

export async function createTrainingKernels(
  device: GPUDevice,
  program: Program,
  shape: ColumnShape,
  options: TrainingOptions,
  slow: boolean,
): Promise<TrainingKernels> {
  // On a software adapter workgroups are the unit of work for its threads, so they are small.
  const lanes = slow ? 16 : 64;
  const overrides = { LANES: lanes };
  const [descent, batch, loss, restore, score] = await Promise.all([
    createDescentKernels(device, program, shape, options.optimizer, lanes),
    createKernel(device, batchShader, { overrides }),
    createLossKernel(device, options.loss, lanes),
    createKernel(device, restoreShader, { overrides }),
    createKernel(device, scoreShader, { constants: { LANES: lanes } }),
  ]);
  return { descent, batch, loss, restore, score, lanes, slow };
}

/** @param cotangents - exact, or the direction alone: up to a positive factor a sample. */
export function createLossKernel(
  device: GPUDevice,
  loss: Loss,
  lanes: number,
  cotangents: 'exact' | 'direction' = 'exact',
): Promise<Kernel> {
  const DIRECTION = cotangents === 'direction' ? 1 : 0;
  const overrides = { LANES: lanes, LOSS: LOSS_CODES[loss], DIRECTION };
  return createKernel(device, lossShader, { overrides });
}

/** A data set on the GPU, in blocks of four padded with zeros: [sample][blocks]. */
export interface ResidentData {
  readonly points: GPUBuffer;
  readonly targets: GPUBuffer;
}

/** @throws DeviceError if it is larger than a buffer of the device. */
export function uploadDataset(scope: Scope, dataset: Dataset): ResidentData {
  const upload = (name: string, values: Float32Array, width: number) => {
    const stride = BLOCK * blockCount(width);
    const byteLength = 4 * dataset.count * stride;
    const usage = BufferUsage.storage | BufferUsage.copyDst;
    const buffer = scope.buffer(`${name} of data set ${dataset.name}`, byteLength, usage);
    const padded = new Float32Array(dataset.count * stride);
    for (let i = 0; i < dataset.count; i++) {
      padded.set(values.subarray(i * width, (i + 1) * width), i * stride);
    }
    scope.device.queue.writeBuffer(buffer, 0, padded);
    return buffer;
  };
  return {
    points: upload('points', dataset.points, dataset.inputWidth),
    targets: upload('targets', dataset.targets, dataset.outputWidth),
  };
}

/** Steps on the GPU: what they work on, and how they are recorded. */
export interface TrainingSteps {
  /** Steps that one submission can hold. */
  readonly capacity: number;
  /** ∂(mean loss)/∂p of the last batch, without weight decay; layout of the networks' weights. */
  readonly gradients: GPUBufferBinding;
  /** Samples of the last part of the last batch, [network][stride]. */
  readonly samples: GPUBuffer;
  /** The optimizer's m and v; the gradients, and the weights before the last step. */
  readonly memory: GPUBuffer;
  /** Two words a network; see lib/training.wgsl. */
  readonly status: GPUBuffer;
  /** Writes the arguments of `count` steps from `first`, and records them. */
  record(pass: GPUComputePassEncoder, first: number, count: number, options: TrainingOptions): void;
}

export function createSteps(
  scope: Scope,
  networks: ResidentNetworks,
  dataset: Dataset,
  data: ResidentData,
  members: GPUBuffer,
  kernels: TrainingKernels,
  { batchSize, frozenLayers }: TrainingOptions,
  stateByteLength: number,
): TrainingSteps {
  const { device, network, count: networkCount } = networks;
  const { program } = network;
  const { shape } = kernels.descent.forward;
  const allStates = networkCount * program.stateLength;
  const columnLength = allStates + kernels.descent.columnLength(networks);
  const fitting = fittingColumns(device, shape, columnLength, stateByteLength);
  const partCount = Math.ceil(batchSize / fitting);
  // Whole tiles, so that sums over them do not depend on the parts.
  const partSize = shape.tile * Math.ceil(batchSize / (partCount * shape.tile));
  const stride = columnStride(shape, partSize);

  const storage = BufferUsage.storage | BufferUsage.copySrc | BufferUsage.copyDst;
  const parameterBytes = 4 * networkCount * networks.parameterStride;
  const states = scope.buffer('states', 4 * allStates * stride, storage);
  const cotangents = scope.buffer('cotangents', 4 * allStates * stride, storage);
  const samples = scope.buffer('samples', 4 * networkCount * stride, storage);
  const scores = scope.buffer('scores', 8 * networkCount * stride, storage);
  const memory = scope.buffer('memory', 4 * parameterBytes, storage);
  const status = scope.buffer('status', 8 * networkCount, storage);

  const slotCount = Math.max(SLOT_COUNT, partCount);
  const args = createArguments(scope, kernels.loss, slotCount);
  const slots = Array.from({ length: slotCount }, (_, slot) => ({
    batch: kernels.batch.bind({
      args: args.slot(slot),
      points: data.points,
      samples,
      states,
      members,
    }),
    loss: kernels.loss.bind({
      args: args.slot(slot),
      states,
      targets: data.targets,
      samples,
      cotangents,
      scores,
      status,
    }),
  }));
  const firstOp = program.layerEnds[frozenLayers ?? 0];
  const columns = { states, length: program.stateLength, columnCount: partSize };
  const forward = recordForward(scope, networks, kernels.descent.forward, columns, 'keep');
  const descend = kernels.descent.create(scope, networks, columns, {
    cotangents,
    memory,
    status,
    members,
    args,
    slotCount,
    firstOp,
  });
  const restoreArgs = createArguments(scope, kernels.restore);
  restoreArgs.write(0, {
    parameterBlocks: networks.parameterStride / BLOCK,
    firstBlock: program.ops[firstOp].parameterOffset / BLOCK,
  });
  const restore = kernels.restore.bind({
    args: restoreArgs.slot(0),
    weights: networks.weights,
    memory,
    status,
  });

  const { lanes } = kernels;
  const columnGroups = Math.ceil(partSize / lanes);
  const batchGrid = [columnGroups, inputGroups(dataset.inputWidth), networkCount] as const;
  const restoreGroups = foldGrid(Math.ceil(networks.parameterStride / (BLOCK * lanes)));
  const restoreGrid = [...restoreGroups, networkCount] as const;

  return {
    capacity: Math.floor(slotCount / partCount),
    gradients: { buffer: memory, offset: 2 * parameterBytes, size: parameterBytes },
    samples,
    memory,
    status,
    record(pass, first, count, options) {
      for (let slot = 0; slot < count * partCount; slot++) {
        const step = first + Math.floor(slot / partCount);
        const part = slot % partCount;
        args.write(slot, {
          ...evaluationValues(networks, dataset, program.stateLength, stride),
          firstOp,
          ...stepValues(step, options),
          ...partValues(step, part * partSize, partSize, dataset, options),
          isFirst: part === 0 ? 1 : 0,
          isLast: part === partCount - 1 ? 1 : 0,
        });
        const groups = slots[slot];
        dispatch(pass, kernels.batch, groups.batch, batchGrid);
        forward(pass);
        dispatch(pass, kernels.loss, groups.loss, [columnGroups, 1, networkCount]);
        descend(pass, slot);
      }
      dispatch(pass, kernels.restore, restore, restoreGrid);
    },
  };
}

/** What TrainingArgs holds where nothing is trained. */
export function evaluationValues(
  networks: ResidentNetworks,
  dataset: Pick<Dataset, 'trainCount' | 'inputWidth' | 'outputWidth'>,
  columnLength: number,
  stride: number,
): Record<string, number> {
  return {
    ...columnBlocks(networks, columnLength),
    firstOp: 0,
    scoreStride: stride,
    step: NEVER,
    columnCount: 0,
    columnStride: stride,
    batchSize: 1,
    isFirst: 0,
    isLast: 0,
    isTraining: 0,
    firstSample: 0,
    firstScore: 0,
    epoch: 0,
    trainCount: dataset.trainCount,
    inputWidth: dataset.inputWidth,
    outputWidth: dataset.outputWidth,
    outputOffset: networks.network.program.ops.at(-1)!.outputOffset / BLOCK,
    momentum: 0,
    weightDecay: 0,
    firstCorrection: 1,
    secondCorrection: 1,
  };
}

function stepValues(step: number, options: TrainingOptions): Record<string, number> {
  return {
    step,
    batchSize: options.batchSize,
    isTraining: 1,
    momentum: options.momentum,
    weightDecay: options.weightDecay,
    firstCorrection: 1 / (1 - ADAM.beta1 ** (step + 1)),
    secondCorrection: 1 / (1 - ADAM.beta2 ** (step + 1)),
  };
}

/** Which samples: those of `sampleIndex` (reference/training.ts), from place `offset` of the batch on. */
function partValues(
  step: number,
  offset: number,
  partSize: number,
  { trainCount }: Dataset,
  { batchSize }: TrainingOptions,
): Record<string, number> {
  const position = step * batchSize + offset;
  const epoch = Math.floor(position / trainCount);
  return {
    columnCount: Math.min(partSize, batchSize - offset),
    epoch,
    firstSample: position - epoch * trainCount,
  };
}

/** Workgroups of kernels/batch.wgsl that share the blocks of an input. */
export function inputGroups(inputWidth: number): number {
  return Math.min(64, Math.ceil(blockCount(inputWidth) / 4));
}
