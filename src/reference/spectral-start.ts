import { factorQr, transpose } from '../math/linear.ts';
import type { Program } from '../model/network.ts';
import { opRules } from '../ops/registry.ts';

/** Tangents to push for the exponents over all input directions: as few as the first op allows. */
export interface SpectralStart {
  /** Ops whose Jacobian is in the tangents already: 0, or 1. */
  readonly opCount: number;
  /** Tangents at the start: as many as each is long. */
  readonly columns: readonly Float64Array[];
  /** Input direction of each tangent, unit and orthogonal to the others; null: they are the unit vectors. */
  readonly basis: readonly Float64Array[] | null;
}

/** What a start takes, whatever the parameters are. */
export interface StartShape {
  readonly opCount: number;
  /** Tangents, and the length of each. */
  readonly sideCount: number;
}

/** The first op counts as passed where its Jacobian is the same at every input and has fewer rows than columns. */
export function startShape({ ops: [first] }: Program): StartShape {
  const { inputWidth, outputWidth } = first;
  const isFactored = opRules(first).jacobian !== undefined && outputWidth < inputWidth;
  return isFactored
    ? { opCount: 1, sideCount: outputWidth }
    : { opCount: 0, sideCount: inputWidth };
}

/**
 * Factors the first op's matrix W = R Qᵀ, Q with orthonormal columns, where it has fewer rows than columns.
 *
 * J = … W = (… R) Qᵀ then has the singular values of … R, and right singular vectors Q v if those of … R
 * are v: so a network of many inputs costs as many tangents as its first layer is wide.
 *
 * Cost: 4 n N² multiply-adds for n inputs and a first layer of width N < n.
 *
 * @param parameters - those of the first op are enough.
 */
export function spectralStart(program: Program, parameters: ArrayLike<number>): SpectralStart {
  const [first] = program.ops;
  const { inputWidth, outputWidth } = first;
  if (startShape(program).opCount === 0) {
    return { opCount: 0, columns: unitVectors(inputWidth), basis: null };
  }
  const matrix = opRules(first).jacobian!(first, parameters);
  const { q, r } = factorQr(transpose(matrix, outputWidth, inputWidth), inputWidth, outputWidth);
  const columnsOfQ = transpose(q, inputWidth, outputWidth);
  const vectors = (values: Float64Array, length: number) =>
    Array.from({ length: outputWidth }, (_, i) => values.slice(i * length, (i + 1) * length));
  // Wᵀ = Q r, so W = rᵀ Qᵀ, and the columns of rᵀ are the rows of r.
  return {
    opCount: 1,
    columns: vectors(r, outputWidth),
    basis: vectors(columnsOfQ, inputWidth),
  };
}

/** Σ c_j q_j: an input direction from its components along the tangents of a start. */
export function inputDirection(
  { basis }: SpectralStart,
  components: ArrayLike<number>,
): Float64Array {
  if (!basis) return Float64Array.from(components);
  const direction = new Float64Array(basis[0].length);
  basis.forEach((vector, j) => {
    for (let i = 0; i < direction.length; i++) direction[i] += components[j] * vector[i];
  });
  return direction;
}

export function unitVectors(width: number): Float64Array[] {
  return Array.from({ length: width }, (_, i) => {
    const unit = new Float64Array(width);
    unit[i] = 1;
    return unit;
  });
}
