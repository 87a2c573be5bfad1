import type { Program } from '../model/network.ts';
import { opRules } from '../ops/registry.ts';

/** `collapsed`: all tangents are zero. `overflow`: states or tangents left the range of float64. */
export type TangentStatus = 'good' | 'collapsed' | 'overflow';

/** Tangents of one point, v_i = J_i v_{i−1}, that share one factor: the true ones are 2^power times these. */
export interface Tangents {
  /** [column][op]: the start at 0, then the tangent after every op. */
  readonly columns: readonly (readonly Float64Array[])[];
  power: number;
  status: TangentStatus;
}

/** Memory for tangents that start as these vectors, at the input or at the state after `from` ops. */
export function createTangents(
  { ops }: Program,
  starts: readonly ArrayLike<number>[],
  from = 0,
): Tangents {
  const widths = [ops[0].inputWidth, ...ops.map((op) => op.outputWidth)];
  const columns = starts.map((start) =>
    widths.map((width, i) => (i === from ? Float64Array.from(start) : new Float64Array(width))),
  );
  return { columns, power: 0, status: 'good' };
}

/** Largest components outside this range are brought back to 1; a power of two, so that it is exact. */
const RANGE = 2 ** 100;

/**
 * Pushes all tangents through ops `from` to `opCount` − 1, at states from `runForward`; sets `power` and
 * `status`. Depth can neither overflow nor underflow: the common factor is divided out as it grows.
 */
export function pushTangents(
  { ops }: Program,
  parameters: ArrayLike<number>,
  states: readonly Float64Array[],
  tangents: Tangents,
  opCount: number,
  from = 0,
): void {
  tangents.power = 0;
  tangents.status = 'good';
  for (let i = from; i < opCount; i++) {
    const op = ops[i];
    const rules = opRules(op);
    for (const column of tangents.columns) {
      rules.tangent(op, parameters, states[i], column[i], column[i + 1]);
    }
    const largest = largestComponent(tangents, i + 1);
    if (largest > 1 / RANGE && largest < RANGE) continue;
    if (largest === 0 || !Number.isFinite(largest)) {
      tangents.status = largest === 0 ? 'collapsed' : 'overflow';
      break;
    }
    divide(tangents, i + 1, Math.floor(Math.log2(largest)));
  }
  // A state that is not finite makes its tangents meaningless, even if a slope of 0 or 1 hides it.
  if (!areFinite(states, opCount)) tangents.status = 'overflow';
}

function areFinite(states: readonly Float64Array[], opCount: number): boolean {
  for (let i = 0; i <= opCount; i++) {
    const state = states[i];
    for (let k = 0; k < state.length; k++) if (!Number.isFinite(state[k])) return false;
  }
  return true;
}

/** Largest |component| over all columns; NaN if there is one. */
function largestComponent({ columns }: Tangents, index: number): number {
  let largest = 0;
  for (let c = 0; c < columns.length; c++) {
    const tangent = columns[c][index];
    for (let k = 0; k < tangent.length; k++) {
      const size = Math.abs(tangent[k]);
      if (size > largest) largest = size;
      else if (Number.isNaN(size)) return NaN;
    }
  }
  return largest;
}

function divide(tangents: Tangents, index: number, power: number): void {
  // Two steps, because 2^−power alone may leave the range.
  const first = 2 ** -Math.trunc(power / 2);
  const second = 2 ** -(power - Math.trunc(power / 2));
  for (const column of tangents.columns) {
    const tangent = column[index];
    for (let k = 0; k < tangent.length; k++) tangent[k] = tangent[k] * first * second;
  }
  tangents.power += power;
}
