import type { ActivationName } from '../math/activations.ts';

/** Widths of hidden states in memory are whole blocks of four floats. */
export const BLOCK = 4;

export function blockCount(width: number): number {
  return Math.ceil(width / BLOCK);
}

export interface AffineOp {
  readonly name: 'affine';
  readonly inputWidth: number;
  readonly outputWidth: number;
}

export interface ActivationOp {
  readonly name: 'activation';
  readonly inputWidth: number;
  readonly outputWidth: number;
  readonly activation: ActivationName;
  /** Slope or scale parameter of leaky relu, elu and celu; ignored by the others. */
  readonly alpha: number;
}

/** One step of a program as a layer lowers to it. */
export type OpSpec = AffineOp | ActivationOp;

/** An op with its places: all offsets in floats, multiples of 4. */
export type Op<S extends OpSpec = OpSpec> = S & {
  /** Start of its parameters in the flat parameter array. */
  readonly parameterOffset: number;
  /** Start of its input, and of its output, in a column that keeps the states of all ops. */
  readonly inputOffset: number;
  readonly outputOffset: number;
};

/**
 * What an op is: its four rules in float64. W, x, J as in the op's own comment; vectors are plain
 * (unpadded) Float64Arrays of the op's widths; `parameters` is the network's flat array.
 */
export interface OpRules<S extends OpSpec = OpSpec> {
  readonly name: S['name'];
  /** The number by which shaders know it; equals the constant of that name in its shader. */
  readonly code: number;
  /** Row i of its output depends on row i of its input alone. */
  readonly elementwise: boolean;
  /** Floats it takes in the flat parameter array, padding included; a multiple of 4. */
  parameterLength(op: S): number;
  /** The fields `choice` and `factor` of the shader's struct Op. */
  shaderFields(op: S): { choice: number; factor: number };
  /** output = Φ(input) */
  forward(
    op: Op<S>,
    parameters: ArrayLike<number>,
    input: Float64Array,
    output: Float64Array,
  ): void;
  /** outputTangent = J(input) inputTangent */
  tangent(
    op: Op<S>,
    parameters: ArrayLike<number>,
    input: Float64Array,
    inputTangent: Float64Array,
    outputTangent: Float64Array,
  ): void;
  /** inputCotangent = J(input)ᵀ outputCotangent */
  cotangent(
    op: Op<S>,
    parameters: ArrayLike<number>,
    input: Float64Array,
    outputCotangent: Float64Array,
    inputCotangent: Float64Array,
  ): void;
  /** J itself, [outputWidth][inputWidth], of ops that have the same at every input. */
  jacobian?(op: Op<S>, parameters: ArrayLike<number>): Float64Array;
  /**
   * gradient += Σ ∂⟨outputCotangent, Φ(input)⟩ / ∂parameters over `count` samples, each sum in their order, in
   * the layout of `parameters`.
   */
  gradient(
    op: Op<S>,
    inputs: readonly Float64Array[],
    outputCotangents: readonly Float64Array[],
    count: number,
    gradient: Float64Array,
  ): void;
}
