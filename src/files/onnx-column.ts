import { assert } from '../errors.ts';
import { callCurve, scaleLine, UNIT_LINE, type CurveCall, type Line } from './onnx-curve.ts';
import type { Factor, Layout } from './onnx-layout.ts';

/**
 * A tensor that depends on the inputs: curve(scale·h + shift) for each entry, h what a stage gives.
 *
 * Lines with one factor for all entries stay in the curve, so that the parts of a written-out activation,
 * such as z and z/√2, keep the same anchor.
 */
export interface Column {
  readonly anchor: Anchor;
  readonly curve: Line | CurveCall;
  readonly layout: Layout;
  /** Nodes that were folded in since the stage, last first. */
  readonly folded: NodeList | null;
}

/** scale·h + shift */
export interface Anchor {
  readonly stage: Stage;
  readonly scale: Factor;
  readonly shift: Factor;
  readonly folded: NodeList | null;
}

export type Stage = InputStage | ProductStage | CurveStage;

/** The network's inputs. */
export interface InputStage {
  readonly kind: 'input';
  readonly name: string;
  readonly depth: 0;
}

/** factor · W h */
export interface ProductStage {
  readonly kind: 'product';
  readonly node: string;
  readonly input: Anchor;
  readonly weight: Matrix;
  /** Number of products up to here. */
  readonly depth: number;
}

/** curve(scale·h + shift), an activation unless the file has something else there. */
export interface CurveStage {
  readonly kind: 'curve';
  readonly anchor: Anchor;
  readonly curve: CurveCall;
  readonly depth: number;
}

/** Entry (i, j) is factor · values[i · rowStride + j · columnStride]. */
export interface Matrix {
  readonly name: string;
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly factor: number;
}

export interface NodeList {
  readonly node: string;
  readonly previous: NodeList | null;
  readonly length: number;
}

export function appendNode(previous: NodeList | null, node: string): NodeList {
  return { node, previous, length: 1 + (previous?.length ?? 0) };
}

/** First node first. */
export function listNodes(list: NodeList | null): string[] {
  const nodes: string[] = [];
  for (let item = list; item; item = item.previous) nodes.push(item.node);
  return nodes.reverse();
}

export function inputColumn(name: string, layout: Layout): Column {
  return startColumn({ kind: 'input', name, depth: 0 }, layout);
}

function startColumn(stage: Stage, layout: Layout): Column {
  const anchor = { stage, scale: 1, shift: 0, folded: null };
  return { anchor, curve: UNIT_LINE, layout, folded: null };
}

/** Whether two columns are functions of the same numbers. */
export function haveSameAnchor({ anchor: a }: Column, { anchor: b }: Column): boolean {
  return a.stage === b.stage && a.scale === b.scale && a.shift === b.shift;
}

/** A column as an anchor: its curve becomes a stage, if it is more than a line. */
export function settle({ anchor, curve, folded }: Column): Anchor {
  if (curve.kind === 'call') {
    const { depth } = anchor.stage;
    const stage: CurveStage = { kind: 'curve', anchor, curve, depth };
    return { stage, scale: 1, shift: 0, folded: null };
  }
  const { factor, offset } = curve;
  if (factor === 1 && offset === 0) return { ...anchor, folded };
  return scaleAnchor({ ...anchor, folded }, factor, offset);
}

/** scale·anchor + shift */
export function scaleAnchor(anchor: Anchor, scale: Factor, shift: Factor): Anchor {
  return {
    ...anchor,
    scale: combine(scale, anchor.scale, (a, b) => a * b),
    shift: combine(
      combine(scale, anchor.shift, (a, b) => a * b),
      shift,
      (a, b) => a + b,
    ),
  };
}

export function combine(
  first: Factor,
  second: Factor,
  compute: (a: number, b: number) => number,
): Factor {
  if (typeof first === 'number') {
    if (typeof second === 'number') return compute(first, second);
    return second.map((value) => compute(first, value));
  }
  if (typeof second === 'number') return first.map((value) => compute(value, second));
  assert(first.length === second.length, 'factors of columns of different width');
  return first.map((value, i) => compute(value, second[i]));
}

/** Entry of a factor. */
export function factorAt(factor: Factor, index: number): number {
  return typeof factor === 'number' ? factor : factor[index];
}

/** scale·column + shift */
export function scaleColumn(
  column: Column,
  node: string,
  scale: Factor,
  shift: Factor,
  unit: number,
): Column {
  const { curve, layout } = column;
  if (typeof scale === 'number' && typeof shift === 'number') {
    if (curve.kind === 'line') {
      const folded = appendNode(column.folded, node);
      return { ...column, curve: scaleLine(curve, scale, shift, unit), folded };
    }
    const operands = [curve, { kind: 'constant', value: scale, unit } as const];
    return { ...column, curve: callCurve(node, (value) => scale * value + shift, operands) };
  }
  const settled = settle(column);
  const folded = appendNode(settled.folded, node);
  const anchor = scaleAnchor({ ...settled, folded }, scale, shift);
  return { anchor, curve: UNIT_LINE, layout, folded };
}

/** W · column */
export function multiplyColumn(
  column: Column,
  node: string,
  weight: Matrix,
  layout: Layout,
): Column {
  const input = settle(column);
  const depth = input.stage.depth + 1;
  return startColumn({ kind: 'product', node, input, weight, depth }, layout);
}
