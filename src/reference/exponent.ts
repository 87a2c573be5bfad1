import { layerPlace, type LayerPlace } from '../model/layer-choice.ts';
import type { Network } from '../model/network.ts';
import type { Plane } from '../model/plane.ts';
import { planeStretch, singularFactors } from '../math/singular.ts';
import { checkPoint, createStates, runForward } from './forward.ts';
import { unitVectors } from './spectral-start.ts';
import { createTangents, pushTangents, type Tangents, type TangentStatus } from './tangent.ts';

/** Exponents within a plane, at one point. */
export interface PlaneExponents {
  readonly status: TangentStatus;
  /** λ₁ ≥ λ₂ in 1/span; −Infinity where the status is not good, λ₂ also where J[u v] has rank one. */
  readonly first: number;
  readonly second: number;
  /** Direction (ds, dt) in the plane that is stretched most: unit, ds ≥ 0; (1, 0) if the status is bad. */
  readonly direction: readonly [ds: number, dt: number];
  readonly span: number;
}

/** Exponents over all input directions, at one point. */
export interface FullExponents {
  readonly status: TangentStatus;
  /** λ₁ ≥ λ₂ ≥ … in 1/span, as many as the Jacobian has rows or columns, whichever are fewer. */
  readonly values: Float64Array;
  /** Stretching direction of each, [values.length][inputWidth], unit; zero where λ is −Infinity. */
  readonly directions: Float64Array;
  readonly span: number;
}

/**
 * Finite-time Lyapunov exponents λ_i = log σ_i(J [u v]) / span within a plane, J = ∂x_l/∂x at one point.
 *
 * σ₁, σ₂ are the singular values of the N × 2 matrix of the two pushed tangents. σ₂ is good to about
 * 10⁻¹⁶ σ₁, so beyond span·(λ₁ − λ₂) = 30 the second exponent is a bound.
 *
 * @param point - length `network.inputWidth`, in input units.
 * @param layer - 1 to depth, or `'output'`.
 * @throws NetworkError if `point`, the plane or the layer do not fit the network.
 *
 * Cost: three forward passes. Source: Storm et al., Phys. Rev. Lett. 132, 057301 (2024).
 */
export function planeExponents(
  network: Network,
  point: ArrayLike<number>,
  layer: number | 'output',
  plane: Plane,
): PlaneExponents {
  const place = layerPlace(network, layer);
  const starts = [checkPoint(network, plane.u), checkPoint(network, plane.v)];
  const tangents = push(network, point, place.opCount, starts);
  return { ...planeStretching(tangents, place), span: place.span };
}

/** `planeExponents` from tangents that have been pushed through to a layer: two columns. */
export function planeStretching(
  tangents: Tangents,
  { opCount, span, rank }: LayerPlace,
): Omit<PlaneExponents, 'span'> {
  if (tangents.status !== 'good') {
    return { status: tangents.status, first: -Infinity, second: -Infinity, direction: [1, 0] };
  }
  const [u, v] = tangents.columns as [Float64Array[], Float64Array[]];
  const { logFirst, logSecond, direction } = planeStretch(u[opCount], v[opCount]);
  const logFactor = tangents.power * Math.LN2;
  return {
    status: 'good',
    first: (logFirst + logFactor) / span,
    // Of rank one, it is rounding, however small.
    second: rank > 1 ? (logSecond + logFactor) / span : -Infinity,
    direction,
  };
}

/**
 * Finite-time Lyapunov exponents λ_i = log σ_i(J) / span over all input directions, J = ∂x_l/∂x at one
 * point, with the stretching directions (right singular vectors).
 *
 * @param point - length `network.inputWidth`, in input units.
 * @param layer - 1 to depth, or `'output'`.
 * @throws NetworkError if `point` or the layer do not fit the network.
 *
 * Cost: input width × one forward pass. Source: Storm et al., Phys. Rev. Lett. 132, 057301 (2024).
 */
export function exponents(
  network: Network,
  point: ArrayLike<number>,
  layer: number | 'output',
): FullExponents {
  const place = layerPlace(network, layer);
  const { opCount, span } = place;
  const { inputWidth } = network;
  const tangents = push(network, point, opCount, unitVectors(inputWidth));
  const rows = network.program.ops[opCount - 1].outputWidth;
  const count = Math.min(rows, inputWidth);
  if (tangents.status !== 'good') {
    const values = new Float64Array(count).fill(-Infinity);
    return {
      status: tangents.status,
      values,
      directions: new Float64Array(count * inputWidth),
      span,
    };
  }
  return { status: 'good', ...stretchings(tangents, place, rows), span };
}

/** Exponents and directions from tangents that have been pushed through to a layer: columns of any number. */
export function stretchings(
  tangents: Tangents,
  { opCount, span, rank }: LayerPlace,
  rows: number,
): Pick<FullExponents, 'values' | 'directions'> {
  const sides = tangents.columns.length;
  const { values, vectors } = singularFactors(asMatrix(tangents, opCount, rows), rows, sides);
  const logFactor = tangents.power * Math.LN2;
  const logs = values.map((value) => (Math.log(value) + logFactor) / span);
  return { values: logs.fill(-Infinity, rank), directions: vectors.fill(0, rank * sides) };
}

/**
 * The Jacobian J = ∂x_l/∂x of a layer with respect to the input, at one point.
 *
 * @param layer - 1 to depth, or `'output'`.
 * @returns row-major [width of the layer][inputWidth]; not finite where J leaves the range of float64.
 * @throws NetworkError if `point` or the layer do not fit the network.
 *
 * Cost: input width × one forward pass.
 */
export function jacobian(
  network: Network,
  point: ArrayLike<number>,
  layer: number | 'output',
): Float64Array {
  const { opCount } = layerPlace(network, layer);
  const tangents = push(network, point, opCount, unitVectors(network.inputWidth));
  const rows = network.program.ops[opCount - 1].outputWidth;
  if (tangents.status === 'collapsed') return new Float64Array(rows * network.inputWidth);
  if (tangents.status === 'overflow') return new Float64Array(rows * network.inputWidth).fill(NaN);
  const half = Math.trunc(tangents.power / 2);
  return asMatrix(tangents, opCount, rows).map(
    (value) => value * 2 ** half * 2 ** (tangents.power - half),
  );
}

function push(
  network: Network,
  point: ArrayLike<number>,
  opCount: number,
  starts: readonly ArrayLike<number>[],
): Tangents {
  const { program, parameters } = network;
  const states = createStates(program);
  states[0].set(checkPoint(network, point));
  runForward(program, parameters, states, 0, opCount);
  const tangents = createTangents(program, starts);
  pushTangents(program, parameters, states, tangents, opCount);
  return tangents;
}

/** Tangents after `opCount` ops as a matrix [rows][column]. */
function asMatrix({ columns }: Tangents, opCount: number, rows: number): Float64Array {
  const matrix = new Float64Array(rows * columns.length);
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) matrix[i * columns.length + j] = column[opCount][i]!;
  });
  return matrix;
}
