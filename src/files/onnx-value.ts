import type { Column, NodeList } from './onnx-column.ts';
import type { OnnxNode } from './onnx-model.ts';
import { MAXIMAL_RANK } from './onnx-layout.ts';
import { quote, shorten } from './show.ts';
import type { Budget, Constant } from './onnx-tensor.ts';

/** What is known of a tensor of the graph. */
export type Value = ConstantValue | ColumnValue | SizesValue | TailValue | Fault;

/** Known numbers; they are read when they are needed. */
export interface ConstantValue {
  readonly kind: 'constant';
  /** @throws DataError if they are damaged or not there. */
  read(): Constant;
}

/** One column of numbers a point. */
export interface ColumnValue {
  readonly kind: 'column';
  readonly column: Column;
}

/** Lengths of axes, with which exporters compute shapes; null where open. */
export interface SizesValue {
  readonly kind: 'sizes';
  readonly sizes: readonly (number | null)[];
}

/** What becomes of the scores at the end, such as probabilities and labels: not part of the network. */
export interface TailValue {
  readonly kind: 'tail';
  /** The scores. */
  readonly column: Column;
  readonly dropped: NodeList;
}

/** A tensor that does not go into a network of dense layers. */
export interface Fault {
  readonly kind: 'fault';
  /** null: because of what it is made of. */
  readonly reason: string | null;
}

export function refuse(reason: string | null): Fault {
  return { kind: 'fault', reason };
}

export function constantValue(constant: Constant): ConstantValue {
  return { kind: 'constant', read: () => constant };
}

export function columnValue(column: Column): ColumnValue {
  return { kind: 'column', column };
}

/** What the rule of an operator computes with. */
export interface Call {
  readonly node: OnnxNode;
  /** As messages name the node. */
  readonly place: string;
  /** null where an optional input is left out; never a fault or a tail. */
  readonly inputs: readonly (ConstantValue | ColumnValue | SizesValue | null)[];
  readonly budget: Budget;
}

export type Rule = (call: Call) => Value;

export function nodePlace({ name, operator, outputs }: OnnxNode): string {
  const place = name === '' ? `→ ${quote(outputs[0] ?? '')}` : quote(name);
  return `${shorten(operator)} ${place}`;
}

export function integerAttribute({ attributes }: OnnxNode, name: string, absent: number): number {
  return attributes.get(name)?.integer ?? absent;
}

export function floatAttribute({ attributes }: OnnxNode, name: string, absent: number): number {
  return attributes.get(name)?.float ?? absent;
}

/** An input that must be a short list of whole numbers, some open; null if it is none. */
export function readSizes(value: Call['inputs'][number]): readonly (number | null)[] | null {
  if (value?.kind === 'sizes') return value.sizes;
  if (value?.kind !== 'constant') return null;
  const { values } = value.read();
  if (values.length > MAXIMAL_RANK) return null;
  const sizes = Array.from(values);
  return sizes.every(Number.isSafeInteger) ? sizes : null;
}

/** Axes from an attribute (older operator sets) or an input; undefined if there are none. */
export function readAxes(call: Call, inputIndex: number): readonly number[] | undefined | Fault {
  const attribute = call.node.attributes.get('axes');
  if (attribute) return attribute.integers;
  const input = call.inputs[inputIndex];
  if (!input) return undefined;
  const axes = readSizes(input);
  if (!axes || axes.includes(null)) return refuse('its axes are not known from the file');
  return axes as number[];
}
