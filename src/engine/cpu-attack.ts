import { attackPath } from '../reference/attack.ts';
import { classify, createStates, runForward } from '../reference/forward.ts';
import { allocateAttack, checkAttack } from './attack-checks.ts';
import type { CpuModel } from './cpu-model.ts';
import type { AttackData, AttackRequest, ComputeOptions } from './engine.ts';
import { Slices } from './slices.ts';

/** Attacks point after point in float64, in slices that leave the event loop its turns, between steps too. */
export async function attackOnCpu(
  model: CpuModel,
  points: Float32Array,
  targets: Float32Array,
  request: AttackRequest,
  { signal, onProgress }: ComputeOptions = {},
): Promise<AttackData> {
  model.assertAlive();
  signal?.throwIfAborted();
  const { network } = model;
  const { inputWidth, outputWidth, program } = network;
  const { count, step } = checkAttack(network, points, targets, request);
  const { loss, stepCount } = request;
  const data = allocateAttack(network, request, count);
  const parameters = model.parameters.slice();
  const states = createStates(program);
  const slices = new Slices();
  for (let i = 0; i < count; i++) {
    const start = points.subarray(i * inputWidth, (i + 1) * inputWidth);
    const target = targets.subarray(i * outputWidth, (i + 1) * outputWidth);
    let pointCount = 0;
    for (const point of attackPath(network, parameters, start, target, loss, step, stepCount)) {
      data.path?.set(point, (pointCount * count + i) * inputWidth);
      states[0].set(point);
      pointCount++;
      if (slices.due) {
        onProgress?.((i + pointCount / (stepCount + 1)) / count);
        await slices.next();
        signal?.throwIfAborted();
      }
    }
    runForward(program, parameters, states);
    const outputs = states.at(-1)!;
    data.points.set(states[0], i * inputWidth);
    data.outputs.set(outputs, i * outputWidth);
    data.classes[i] = classify(outputs);
  }
  onProgress?.(1);
  return data;
}
