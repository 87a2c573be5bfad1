import { DataError } from '../errors.ts';
import { appendNode, inputColumn } from './onnx-column.ts';
import { inputLayout } from './onnx-layout.ts';
import type { OnnxModel, OnnxNode } from './onnx-model.ts';
import { adviceFor, operatorKey, RULES, TAIL_FOLLOWERS, TAIL_STARTS } from './onnx-operators.ts';
import { quote } from './show.ts';
import { readConstant, type Budget, type Constant, type ExternalData } from './onnx-tensor.ts';
import {
  columnValue,
  constantValue,
  nodePlace,
  refuse,
  type Call,
  type ConstantValue,
  type Value,
} from './onnx-value.ts';

/** A graph of which all is known that does not depend on the inputs. */
export interface Graph {
  readonly values: ReadonlyMap<string, Value>;
  /** Nodes that do not go into a network of dense layers, by index, and why. */
  readonly faults: ReadonlyMap<number, string>;
  /** Indices of all nodes that tensors are made by, directly or not. */
  nodesOf(names: readonly string[]): ReadonlySet<number>;
  readonly nodes: readonly OnnxNode[];
}

/**
 * Runs through the nodes of a model, in an order in which each comes after those it reads.
 *
 * @throws DataError if the graph is damaged: cycles, names that are missing or given twice.
 *
 * Cost: linear in the file; what constants ask for is on the budget.
 */
export function evaluateGraph(model: OnnxModel, externalData: ExternalData, budget: Budget): Graph {
  const { nodes } = model;
  const values = givenValues(model, externalData, budget);
  const makers = findMakers(nodes, values);
  const sources = nodes.map((node) => sourcesOf(node, values, makers));
  const faults = new Map<number, string>();
  for (const index of sortNodes(nodes, sources)) {
    const node = nodes[index];
    const value = evaluateNode(node, values, externalData, budget, (reason) => {
      faults.set(index, reason);
    });
    node.outputs.forEach((name, i) => {
      // Only first outputs carry numbers on; others, such as the mask of Dropout, are refused if used.
      const isRead = i === 0 || value.kind === 'tail';
      const reason = `it reads output ${i + 1} of ${nodePlace(node)}, which is not read`;
      if (name !== '') values.set(name, isRead ? value : refuse(reason));
    });
  }
  const nodesOf = (names: readonly string[]): ReadonlySet<number> => {
    const found = new Set<number>();
    const open = names.flatMap((name) => makers.get(name) ?? []);
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (found.has(index)) continue;
      found.add(index);
      for (const source of sources[index]) open.push(source);
    }
    return found;
  };
  return { values, faults, nodesOf, nodes };
}

/** Initializers and inputs. Older files list initializers among the inputs as well. */
function givenValues(
  { initializers, inputs }: OnnxModel,
  externalData: ExternalData,
  budget: Budget,
): Map<string, Value> {
  const values = new Map<string, Value>();
  initializers.forEach((tensor, index) => {
    const { name } = tensor;
    if (name === '') throw new DataError(`graph.initializer[${index}] has no name`);
    if (values.has(name)) {
      throw new DataError(
        `there are two initializers ${quote(name)}, but names must differ: the file is damaged, export it again`,
      );
    }
    const place = `initializer ${quote(name)}`;
    values.set(
      name,
      lazily(() => readConstant(tensor, place, externalData, budget)),
    );
  });
  const seen = new Set<string>();
  for (const { name, shape } of inputs) {
    if (seen.has(name)) {
      throw new DataError(
        `there are two inputs ${quote(name)}, but names must differ: the file is damaged, export it again`,
      );
    }
    seen.add(name);
    if (!values.has(name)) values.set(name, columnValue(inputColumn(name, inputLayout(shape))));
  }
  return values;
}

function lazily(read: () => Constant): ConstantValue {
  let constant: Constant | null = null;
  return { kind: 'constant', read: () => (constant ??= read()) };
}

/** Which node makes each tensor. */
function findMakers(
  nodes: readonly OnnxNode[],
  given: ReadonlyMap<string, Value>,
): Map<string, number> {
  const makers = new Map<string, number>();
  nodes.forEach((node, index) => {
    for (const name of node.outputs) {
      if (name === '') continue;
      const other = makers.get(name);
      if (other !== undefined || given.has(name)) {
        const what = other === undefined ? 'an input or initializer' : nodePlace(nodes[other]);
        throw new DataError(
          `${nodePlace(node)} makes ${quote(name)}, and so does ${what}, but names must differ: the file is damaged, export it again`,
        );
      }
      makers.set(name, index);
    }
  });
  return makers;
}

/** Indices of the nodes that a node reads from. */
function sourcesOf(
  node: OnnxNode,
  given: ReadonlyMap<string, Value>,
  makers: ReadonlyMap<string, number>,
): number[] {
  return node.inputs.flatMap((name) => {
    if (name === '' || given.has(name)) return [];
    const maker = makers.get(name);
    if (maker === undefined) {
      throw new DataError(
        `${nodePlace(node)} reads ${quote(name)}, which no node, input or initializer gives: is the file complete? Export it again`,
      );
    }
    return [maker];
  });
}

/** Each node after those it reads from (Kahn 1962). */
function sortNodes(nodes: readonly OnnxNode[], sources: readonly (readonly number[])[]): number[] {
  const readers: number[][] = nodes.map(() => []);
  const waiting = sources.map((list, index) => {
    for (const source of list) readers[source].push(index);
    return list.length;
  });
  const order = nodes.flatMap((_, index) => (waiting[index] === 0 ? [index] : []));
  for (let i = 0; i < order.length; i++) {
    for (const reader of readers[order[i]]) if (--waiting[reader] === 0) order.push(reader);
  }
  if (order.length < nodes.length) throw new DataError(describeCycle(nodes, sources, waiting));
  return order;
}

function describeCycle(
  nodes: readonly OnnxNode[],
  sources: readonly (readonly number[])[],
  waiting: readonly number[],
): string {
  // Whatever still waits reads from something that waits: walking back must come round.
  const path: number[] = [];
  const seen = new Set<number>();
  let index = waiting.findIndex((count) => count > 0);
  while (!seen.has(index)) {
    seen.add(index);
    path.push(index);
    index = sources[index].find((source) => waiting[source] > 0)!;
  }
  const cycle = path.slice(path.indexOf(index)).reverse();
  const shown = cycle.slice(0, 6).map((place) => nodePlace(nodes[place]));
  const more = cycle.length > shown.length ? ` and ${cycle.length - shown.length} more` : '';
  return `the graph has a cycle: ${shown.join(', ')}${more} read from each other; the file is damaged, export it again`;
}

function evaluateNode(
  node: OnnxNode,
  values: ReadonlyMap<string, Value>,
  externalData: ExternalData,
  budget: Budget,
  report: (reason: string) => void,
): Value {
  const place = nodePlace(node);
  const key = operatorKey(node.operator, node.domain);
  if (key === 'Constant') return readConstantNode(node, externalData, budget, report);
  const rule = RULES.get(key);
  if (!rule && !TAIL_STARTS.has(key) && !TAIL_FOLLOWERS.has(key)) {
    report(adviceFor(node.operator, node.domain));
    return refuse(null);
  }
  const inputs = node.inputs.map((name) => (name === '' ? null : values.get(name)!));
  for (const input of inputs) {
    if (input?.kind !== 'fault') continue;
    if (input.reason !== null) report(input.reason);
    return refuse(null);
  }
  const value =
    evaluateTail(key, place, inputs) ?? applyRule(rule, { node, place, inputs, budget });
  if (value.kind !== 'fault') return value;
  report(value.reason ?? '');
  return refuse(null);
}

function applyRule(
  rule: ((call: Call) => Value) | undefined,
  call: Omit<Call, 'inputs'> & { readonly inputs: readonly (Value | null)[] },
): Value {
  if (!rule) return refuse('it is read at the end of a network only, after the scores');
  return rule(call as Call);
}

/** The value of a node that makes something of the scores; null if it stands before them. */
function evaluateTail(key: string, place: string, inputs: readonly (Value | null)[]): Value | null {
  const tail = inputs.find((input) => input?.kind === 'tail');
  const columns = inputs.flatMap((input) => (input?.kind === 'column' ? [input.column] : []));
  if (tail) {
    if (columns.length > 0 || !TAIL_FOLLOWERS.has(key)) {
      return refuse(
        `it reads what ${tail.dropped.node} makes of the scores; that is read at the end of a network only`,
      );
    }
    return { ...tail, dropped: appendNode(tail.dropped, place) };
  }
  if (!TAIL_STARTS.has(key) || columns.length !== 1) return null;
  return { kind: 'tail', column: columns[0], dropped: appendNode(null, place) };
}

/** Operator Constant: a tensor, a number or a list of numbers. */
function readConstantNode(
  node: OnnxNode,
  externalData: ExternalData,
  budget: Budget,
  report: (reason: string) => void,
): Value {
  const { attributes } = node;
  const name = node.outputs[0] ?? '';
  const tensor = attributes.get('value')?.tensor;
  if (tensor) {
    return lazily(() => {
      const place = `${nodePlace(node)}.value`;
      return { ...readConstant(tensor, place, externalData, budget), name };
    });
  }
  const make = (shape: number[], values: readonly number[], unit: number): Value =>
    constantValue({ name, shape, values, unit });
  const float = attributes.get('value_float');
  if (float) return make([], [float.float], 2 ** -24);
  const integer = attributes.get('value_int');
  if (integer) return make([], [integer.integer], 0);
  const floats = attributes.get('value_floats')?.floats;
  if (floats) return make([floats.length], floats, 2 ** -24);
  const integers = attributes.get('value_ints')?.integers;
  if (integers) return make([integers.length], integers, 0);
  report('its value is no tensor of numbers');
  return refuse(null);
}
