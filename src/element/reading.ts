import { exponents, planeExponents } from '../reference/exponent.ts';
import type { LiveMap } from './live-map.ts';
import { probeAllInputs, probePlane, type Probe } from './probe.ts';
import { resolveLayer } from './view.ts';

/** λ₁ and λ₂; the second is −Infinity where there is none. */
export type ExponentPair = readonly [first: number, second: number];

/** A point of a map, and how exact its exponents are. */
export interface Reading {
  readonly probe: Probe;
  /** In float64, and with the engine's numbers, both at the point rounded to float32. */
  readonly double: ExponentPair | null;
  readonly single: ExponentPair;
  /** |λ₁ of the engine − λ₁ in float64|; null if one of them is not known. */
  readonly error: number | null;
  /** Λ = exp(l·λ), from the better of both. */
  readonly singularValues: ExponentPair;
}

/** Over more inputs than this, float64 takes longer than a pointer rests. */
const MOST_INPUTS = 64;

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
    } else if (network.inputWidth <= MOST_INPUTS) {
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
