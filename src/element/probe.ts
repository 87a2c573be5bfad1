import type { LayerChoice } from '../engine/engine.ts';
import type { Network } from '../model/network.ts';
import { planePoint, type Plane } from '../model/plane.ts';
import { planeExponents } from '../reference/exponent.ts';
import { classify, forward } from '../reference/forward.ts';
import type { TangentStatus } from '../reference/tangent.ts';

/** Everything about one point of a map, in float64. */
export interface Probe {
  /** Plane coordinates, in units of the inputs. */
  readonly x: number;
  readonly y: number;
  readonly layer: LayerChoice;
  /** l: number of layers passed; l·λ = log Λ. */
  readonly span: number;
  /** λ₁ and λ₂ within the plane, per layer; −Infinity where `status` is not good. */
  readonly exponent: number;
  readonly secondExponent: number;
  /** Direction that is stretched most: unit, dx ≥ 0. */
  readonly direction: readonly [dx: number, dy: number];
  readonly outputs: Float64Array;
  /** Index of the largest output; for one output, 1 where it is positive, else 0. */
  readonly class: number;
  readonly status: TangentStatus;
}

/** Evaluates a network at plane coordinates by the float64 reference. */
export function probeNetwork(
  network: Network,
  plane: Plane,
  layer: LayerChoice,
  x: number,
  y: number,
): Probe {
  const point = planePoint(plane, x, y);
  const { status, first, second, direction, span } = planeExponents(network, point, layer, plane);
  const outputs = forward(network, point);
  return {
    x,
    y,
    layer,
    span,
    exponent: first,
    secondExponent: second,
    direction,
    outputs,
    class: classify(outputs),
    status,
  };
}
