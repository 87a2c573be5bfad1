import attackShader from '../../shaders/kernels/attack.wgsl';
import { createArguments, createKernel, dispatch } from '../gpu/kernel.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { readBuffer } from '../gpu/readback.ts';
import { Scope } from '../gpu/scope.ts';
import { BLOCK, blockCount } from '../ops/op.ts';
import type { AttackStep } from '../reference/attack.ts';
import { classify } from '../reference/forward.ts';
import { allocateAttack, checkAttack } from './attack-checks.ts';
import type { AttackData, AttackRequest, ComputeOptions } from './engine.ts';
import {
  chooseShape,
  columnStride,
  createColumnKernels,
  fittingColumns,
  recordBackward,
  recordForward,
} from './gpu-columns.ts';
import type { GpuModel } from './gpu-model.ts';
import { createLossKernel, evaluationValues } from './gpu-training.ts';

/** Bytes of states that are kept at a time. */
const MOST_BYTES = { slow: 2 ** 24, fast: 2 ** 27 };
const MOST_POINTS = { slow: 256, fast: 16_384 };
/** Bounds that no input in float32 meets. */
const FAR = 3e38;

/** Attacks points in batches: forward, loss, backward to the inputs, and a step of them, again and again. */
export async function attackOnGpu(
  model: GpuModel,
  points: Float32Array,
  targets: Float32Array,
  request: AttackRequest,
  { signal, onProgress }: ComputeOptions,
  slow: boolean,
): Promise<AttackData> {
  const { network } = model;
  const { inputWidth, outputWidth } = network;
  const { count, step } = checkAttack(network, points, targets, request);
  signal?.throwIfAborted();
  const data = allocateAttack(network, request, count);
  const scope = new Scope(model.device, 'ftle-map/attack');
  try {
    const batch = await createBatch(scope, model, request, step, slow, count);
    for (let first = 0; first < count; first += batch.capacity) {
      const size = Math.min(batch.capacity, count - first);
      const own = points.subarray(first * inputWidth, (first + size) * inputWidth);
      const wanted = targets.subarray(first * outputWidth, (first + size) * outputWidth);
      batch.start(own, wanted, size);
      data.path?.set(own, first * inputWidth);
      for (let at = 1; at <= request.stepCount; at++) {
        batch.step();
        if (data.path) data.path.set(await batch.readPoints(), (at * count + first) * inputWidth);
        signal?.throwIfAborted();
      }
      data.points.set(await batch.readPoints(), first * inputWidth);
      const outputs = await batch.readOutputs();
      data.outputs.set(outputs, first * outputWidth);
      for (let i = 0; i < size; i++) {
        const own = outputs.subarray(i * outputWidth, (i + 1) * outputWidth);
        data.classes[first + i] = classify(own);
      }
      signal?.throwIfAborted();
      onProgress?.((first + size) / count);
    }
  } finally {
    scope.dispose();
  }
  return data;
}

interface Batch {
  readonly capacity: number;
  start(points: Float32Array, targets: Float32Array, count: number): void;
  /** Submits one step. */
  step(): void;
  /** [count][inputWidth] */
  readPoints(): Promise<Float32Array>;
  readOutputs(): Promise<Float32Array>;
}

async function createBatch(
  scope: Scope,
  model: GpuModel,
  { loss }: AttackRequest,
  attackStep: AttackStep,
  slow: boolean,
  pointCount: number,
): Promise<Batch> {
  const { device, network } = model;
  const { program, inputWidth, outputWidth } = network;
  const shape = chooseShape(program, slow);
  const lanes = slow ? 16 : 64;
  const [kernels, lossKernel, attack] = await Promise.all([
    createColumnKernels(device, program, shape),
    createLossKernel(device, loss, lanes, 'direction'),
    createKernel(device, attackShader, { overrides: { LANES: lanes } }),
  ]);
  const byteLength = slow ? MOST_BYTES.slow : MOST_BYTES.fast;
  const fitting = fittingColumns(device, shape, program.stateLength, byteLength);
  const capacity = Math.min(fitting, slow ? MOST_POINTS.slow : MOST_POINTS.fast, pointCount || 1);
  const stride = columnStride(shape, capacity);
  const [inputBlocks, outputBlocks] = [blockCount(inputWidth), blockCount(outputWidth)];
  const { storage, copyDst, copySrc } = BufferUsage;
  const usage = storage | copyDst | copySrc;
  const states = scope.buffer('states', 4 * program.stateLength * stride, usage);
  const cotangents = scope.buffer('cotangents', 4 * program.stateLength * stride, usage);
  const starts = scope.buffer('starts', 4 * BLOCK * inputBlocks * stride, usage);
  const targets = scope.buffer('targets', 4 * BLOCK * outputBlocks * stride, usage);
  const samples = scope.buffer('samples', 4 * stride, usage);
  const scores = scope.buffer('scores', 8 * stride, usage);
  const status = scope.buffer('status', 8, usage);
  device.queue.writeBuffer(
    samples,
    0,
    Uint32Array.from({ length: stride }, (_, i) => i),
  );

  const columns = { states, length: program.stateLength, columnCount: capacity };
  const forward = recordForward(scope, model, kernels, columns, 'keep');
  // One op before the first: to the inputs themselves.
  const backward = recordBackward(scope, model, kernels, columns, cotangents, -1);
  const lossArgs = createArguments(scope, lossKernel);
  const attackArgs = createArguments(scope, attack);
  const bound = {
    loss: lossKernel.bind({
      args: lossArgs.slot(0),
      states,
      targets,
      samples,
      cotangents,
      scores,
      status,
    }),
    attack: attack.bind({ args: attackArgs.slot(0), states, cotangents, starts }),
  };
  const dataset = { inputWidth, outputWidth, trainCount: 1 };
  let count = 0;
  const grid = [Math.ceil(capacity / lanes)] as const;

  const submit = (record: (pass: GPUComputePassEncoder) => void) => {
    const encoder = device.createCommandEncoder({ label: 'ftle-map/attack' });
    const pass = encoder.beginComputePass({ label: 'ftle-map/attack' });
    record(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
  const readColumns = async (blockOffset: number, width: number) => {
    const offset = 16 * blockOffset * stride;
    const bytes = await readBuffer(device, states, offset, 16 * blockCount(width) * stride);
    return fromBlocks(new Float32Array(bytes), width, count, stride);
  };
  return {
    capacity,
    start(points, wanted, pointCount) {
      count = pointCount;
      const inputs = toBlocks(points, inputWidth, count, stride);
      device.queue.writeBuffer(states, 0, inputs);
      device.queue.writeBuffer(starts, 0, inputs);
      const padded = new Float32Array(BLOCK * outputBlocks * count);
      for (let i = 0; i < count; i++) {
        const own = wanted.subarray(i * outputWidth, (i + 1) * outputWidth);
        padded.set(own, i * BLOCK * outputBlocks);
      }
      device.queue.writeBuffer(targets, 0, padded);
      lossArgs.write(0, {
        ...evaluationValues(model, dataset, program.stateLength, stride),
        columnCount: count,
        isTraining: 1,
      });
      const [low, high] = attackStep.bounds ?? [-FAR, FAR];
      attackArgs.write(0, {
        columnCount: count,
        columnStride: stride,
        inputWidth,
        norm: attackStep.norm === 'l2' ? 0 : 1,
        radius: attackStep.radius,
        signedStep: attackStep.sign * attackStep.stepSize,
        low,
        high,
      });
    },
    step() {
      submit((pass) => {
        forward(pass);
        dispatch(pass, lossKernel, bound.loss, grid);
        backward(pass);
        dispatch(pass, attack, bound.attack, grid);
      });
    },
    readPoints: () => readColumns(0, inputWidth),
    readOutputs() {
      submit(forward);
      return readColumns(program.ops.at(-1)!.outputOffset / BLOCK, outputWidth);
    },
  };
}

/** [count][width] as blocks of four rows, [block][stride]; padding is 0. */
function toBlocks(
  values: Float32Array,
  width: number,
  count: number,
  stride: number,
): Float32Array<ArrayBuffer> {
  const blocks = new Float32Array(BLOCK * blockCount(width) * stride);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) blocks[placeOf(i, j, stride)] = values[i * width + j];
  }
  return blocks;
}

function fromBlocks(
  blocks: Float32Array,
  width: number,
  count: number,
  stride: number,
): Float32Array {
  const values = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) values[i * width + j] = blocks[placeOf(i, j, stride)];
  }
  return values;
}

function placeOf(column: number, row: number, stride: number): number {
  return BLOCK * (Math.floor(row / BLOCK) * stride + column) + (row % BLOCK);
}
