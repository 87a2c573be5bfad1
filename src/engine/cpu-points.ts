import { FtleError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import { planeStretching, stretchings } from '../reference/exponent.ts';
import { classify, createStates, runForward } from '../reference/forward.ts';
import { inputDirection, spectralStart } from '../reference/spectral-start.ts';
import { createTangents, pushTangents, type TangentStatus } from '../reference/tangent.ts';
import type { CpuModel } from './cpu-model.ts';
import { Status, type ComputeOptions, type Evaluator, type PointsRequest } from './engine.ts';
import { checkPoints, checkPointsRequest } from './field-checks.ts';
import { allocatePoints, setDirection } from './points-data.ts';
import { Slices } from './slices.ts';

/** Exponents at one point; its arrays hold until the next point is taken. */
export interface PointOutcome {
  readonly status: TangentStatus;
  /** λ₁ ≥ λ₂ ≥ …, as many as there are. */
  readonly exponents: ArrayLike<number>;
  /** Of λ₁, in input space; null where the status is not good. */
  readonly direction: ArrayLike<number> | null;
  /** All 0 where one of them is not finite in float32. */
  readonly outputs: Float64Array;
  readonly classIndex: number;
}

/** Exponents at listed points in float64, in slices that leave the event loop its turns. */
export function createCpuEvaluator(model: CpuModel, request: PointsRequest): Evaluator {
  const { network } = model;
  const { inputWidth, outputWidth } = network;
  const place = checkPointsRequest(network, request);
  let isDisposed = false;
  return {
    model,
    request,
    async evaluate(points, { signal, onProgress }: ComputeOptions = {}) {
      if (isDisposed) throw new FtleError('internal', 'evaluator is used after dispose()');
      model.assertAlive();
      signal?.throwIfAborted();
      const count = checkPoints(network, points);
      const data = allocatePoints(network, request, place.span, count);
      const evaluate = pointEvaluator(network, model.parameters.slice(), request.space, place);
      const slices = new Slices();
      const { exponentCount } = request;
      for (let i = 0; i < count; i++) {
        const outcome = evaluate(points.subarray(i * inputWidth, (i + 1) * inputWidth));
        for (let k = 0; k < exponentCount; k++) {
          data.exponents[i * exponentCount + k] = outcome.exponents[k] ?? -Infinity;
        }
        if (data.directions && outcome.direction) {
          setDirection(data.directions, i, outcome.direction);
        }
        data.outputs.set(outcome.outputs, i * outputWidth);
        data.classes[i] = outcome.classIndex;
        data.statuses[i] = Status[outcome.status];
        if (slices.due) {
          onProgress?.((i + 1) / count);
          await slices.next();
          signal?.throwIfAborted();
        }
      }
      onProgress?.(1);
      return data;
    },
    dispose() {
      isDisposed = true;
    },
  };
}

/** Computes one point after the other; its memory is made once. */
export function pointEvaluator(
  network: Network,
  parameters: Float64Array,
  space: PointsRequest['space'],
  place: LayerPlace,
): (point: ArrayLike<number>) => PointOutcome {
  const { program, outputWidth } = network;
  const { opCount } = place;
  const start =
    space === 'full'
      ? spectralStart(program, parameters)
      : { opCount: 0, columns: [space.u, space.v], basis: [space.u, space.v] };
  const states = createStates(program);
  const tangents = createTangents(program, start.columns, start.opCount);
  const [input, outputs] = [states[0], states.at(-1)!];
  const rows = program.ops[opCount - 1].outputWidth;
  const zeros = new Float64Array(outputWidth);

  const stretch = (): Pick<PointOutcome, 'exponents' | 'direction'> => {
    if (space !== 'full') {
      const { first, second, direction } = planeStretching(tangents, place);
      return { exponents: [first, second], direction: inputDirection(start, direction) };
    }
    const { values, directions } = stretchings(tangents, place, rows);
    const first = directions.subarray(0, start.columns.length);
    return { exponents: values, direction: inputDirection(start, first) };
  };
  return (point) => {
    input.set(point);
    runForward(program, parameters, states);
    pushTangents(program, parameters, states, tangents, opCount, start.opCount);
    const isFinite = outputs.every((value) => Number.isFinite(Math.fround(value)));
    if (!isFinite) tangents.status = 'overflow';
    const { status } = tangents;
    return {
      status,
      ...(status === 'good' ? stretch() : { exponents: [], direction: null }),
      outputs: isFinite ? outputs : zeros,
      classIndex: isFinite ? classify(outputs) : 0,
    };
  };
}
