import type { LayerChoice } from '../engine/engine.ts';
import { layerPlace } from '../model/layer-choice.ts';
import type { Network } from '../model/network.ts';
import { programCost } from '../model/program-cost.ts';
import { exponents, planeExponents } from '../reference/exponent.ts';
import type { LiveMap } from './live-map.ts';
import { probeAllInputs, probePlane, type Probe } from './probe.ts';
import { resolveLayer } from './view.ts';

/** λ₁ and λ₂; the second is −Infinity where there is none. */
export type ExponentPair = readonly [first: number, second: number];

/** A point of a map, and how exact its exponents are. */
export interface Reading {
  readonly probe: Probe;
  /**
   * In float64, null where that takes too long; and with the engine's numbers. Both are at the point rounded to
   * float32.
   */
  readonly double: ExponentPair | null;
  readonly single: ExponentPair;
  /** |λ₁ of the engine − λ₁ in float64|; null if one of them is not known. */
  readonly error: number | null;
  /** Λ = exp(l·λ), from the better of both. */
  readonly singularValues: ExponentPair;
}

/**
 * Most that exponents over all inputs may cost in float64, in the units of {@link exponentsCost}: some 25 ms, in
 * which the page does nothing else. Beyond it a reading has the engine's numbers alone, and no error.
 */
const MOST_COST = 2 ** 21;
/** Cost of Jacobi rotations, for each number of the Jacobian and each of its exponents. */
const ROTATION_COST = 16;

/** Reads a point of a map with its present weights. */
export function readPoint(live: LiveMap, x: number, y: number): Promise<Reading> {
  return live.ask(async ({ network, plane: { plane }, session }) => {
    const { space } = live.picture;
    const layer = resolveLayer(live.picture.layer, network);
    const evaluator = await session.openEvaluator(layer, space === 'full' ? space : plane);
    const isPlane = space === 'plane';
    const probe = isPlane
      ? probePlane(network, plane, layer, x, y)
      : await probeAllInputs(network, plane, evaluator, x, y);
    const point = Float32Array.from(probe.point);
    const data = await evaluator.evaluate(point);
    const pair = ([first = -Infinity, second = -Infinity]: ArrayLike<number> &
      Iterable<number>): ExponentPair => [first, second];
    const single = pair(data.exponents);
    let double: ExponentPair | null = null;
    if (isPlane) {
      const { first, second } = planeExponents(network, point, layer, plane);
      double = [first, second];
    } else if (exponentsCost(network, layer) <= MOST_COST) {
      double = pair(exponents(network, point, layer).values);
    }
    const difference = double ? Math.abs(single[0] - double[0]) : NaN;
    const [first, second] = double ?? single;
    return {
      probe,
      double,
      single,
      error: Number.isFinite(difference) ? difference : null,
      singularValues: [Math.exp(probe.span * first), Math.exp(probe.span * second)],
    };
  });
}

/** What {@link exponents} cost, roughly, in pairs of blocks as {@link programCost} counts them. */
function exponentsCost(network: Network, layer: LayerChoice): number {
  const { inputWidth, program } = network;
  const ops = program.ops.slice(0, layerPlace(network, layer).opCount);
  const rows = ops.at(-1)!.outputWidth;
  const rotations = rows * inputWidth * Math.min(rows, inputWidth);
  return inputWidth * programCost({ ops }) + ROTATION_COST * rotations;
}
