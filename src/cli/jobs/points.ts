import type { PointsData, PointsRequest } from '../../engine/engine.ts';
import { Tally, type Extent } from './tally.ts';
import { unpackNetwork, type Job, type NetworkParcel } from './job.ts';

export interface PointsParameters {
  readonly network: NetworkParcel;
  readonly request: PointsRequest;
}

/** Results at some points, in the order in which they came. */
export type PointsPart = Omit<PointsData, 'request' | 'span'>;

export interface PointsResult {
  readonly span: number;
  readonly exponents: Extent;
}

/** Exponents at a list of points that comes and goes in parts, so that memory does not grow with it. */
export const computePoints: Job<PointsParameters, Float32Array, PointsPart, PointsResult> = async (
  { network, request },
  { engine, signal, receive, send },
) => {
  const model = engine.createModel(unpackNetwork(network));
  const tally = new Tally();
  let span = 0;
  try {
    const evaluator = await engine.createEvaluator(model, request);
    try {
      for (let points = await receive(); points; points = await receive()) {
        const { request: _, ...data } = await evaluator.evaluate(points, { signal });
        span = data.span;
        tally.add(data.exponents, data.statuses, request.exponentCount);
        const { span: _span, ...part } = data;
        await send(part);
      }
    } finally {
      evaluator.dispose();
    }
  } finally {
    model.dispose();
  }
  return { span, exponents: tally.extent() };
};
