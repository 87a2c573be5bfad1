import { Status, type Evaluator, type ExponentSpace, type LayerChoice } from '../engine/engine.ts';
import type { Network } from '../model/network.ts';
import { planePoint, type Plane } from '../model/plane.ts';
import { planeExponents } from '../reference/exponent.ts';
import { classify, forward } from '../reference/forward.ts';
import type { TangentStatus } from '../reference/tangent.ts';

/** Everything about one point of a map. */
export interface Probe {
  /** Plane coordinates, in units of the inputs. */
  readonly x: number;
  readonly y: number;
  /** The same as an input of the network. */
  readonly point: Float64Array;
  readonly layer: LayerChoice;
  /** l: number of layers passed; l·λ = log Λ. */
  readonly span: number;
  /** Input directions that the exponents are over: the plane's two, or all. */
  readonly space: ExponentSpace;
  /**
   * λ₁ and λ₂ in that space, per layer; −Infinity where `status` is not good. Within the plane in float64,
   * over all inputs with the engine's numbers.
   */
  readonly exponent: number;
  readonly secondExponent: number;
  /** The input direction that is stretched most: a unit vector, its largest component positive; 0 where the status is not good. */
  readonly inputDirection: Float64Array;
  /** Its part in the plane, dx ≥ 0: a unit vector too if it is the direction in the plane. */
  readonly direction: readonly [dx: number, dy: number];
  readonly outputs: Float64Array;
  /** Index of the largest output; for one output, 1 where it is positive, else 0. */
  readonly class: number;
  readonly status: TangentStatus;
}

/** Exponents within the plane, by the float64 reference. */
export function probePlane(
  network: Network,
  plane: Plane,
  layer: LayerChoice,
  x: number,
  y: number,
): Probe {
  const point = planePoint(plane, x, y);
  const { status, first, second, direction, span } = planeExponents(network, point, layer, plane);
  const [dx, dy] = direction;
  const isGood = status === 'good';
  return {
    ...outputsAt(network, point),
    x,
    y,
    layer,
    span,
    space: 'plane',
    exponent: first,
    secondExponent: second,
    inputDirection: signed(plane.u.map((u, i) => (isGood ? dx * u + dy * plane.v[i] : 0))),
    direction,
    status,
  };
}

/** Exponents over all inputs. */
export async function probeAllInputs(
  network: Network,
  plane: Plane,
  evaluator: Evaluator,
  x: number,
  y: number,
): Promise<Probe> {
  const point = planePoint(plane, x, y);
  const { layer } = evaluator.request;
  const data = await evaluator.evaluate(Float32Array.from(point));
  const inputDirection = Float64Array.from(data.directions!);
  const [dx, dy] = [plane.u, plane.v].map((axis) =>
    axis.reduce((sum, value, i) => sum + value * inputDirection[i], 0),
  );
  const sign = dx < 0 ? -1 : 1;
  return {
    ...outputsAt(network, point),
    x,
    y,
    layer,
    span: data.span,
    space: 'full',
    exponent: data.exponents[0],
    secondExponent: data.exponents.length > 1 ? data.exponents[1] : -Infinity,
    inputDirection,
    direction: [sign * dx, sign * dy],
    status: STATUS_NAMES[data.statuses[0]],
  };
}

const STATUS_NAMES = Object.keys(Status) as (keyof typeof Status)[];

function outputsAt(
  network: Network,
  point: Float64Array,
): Pick<Probe, 'point' | 'outputs' | 'class'> {
  const outputs = forward(network, point);
  return { point, outputs, class: classify(outputs) };
}

/** Turns a direction so that its largest component is positive. */
function signed(direction: Float64Array): Float64Array {
  const largest = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return largest < 0 ? direction.map((value) => -value) : direction;
}
