import { DataError, NetworkError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import { listNodes, type Column, type NodeList } from './onnx-column.ts';
import { evaluateGraph, type Graph } from './onnx-graph.ts';
import { readOnnxModel, type OnnxModel } from './onnx-model.ts';
import { buildNetwork, describeStack } from './onnx-network.ts';
import { quote, showList } from './show.ts';
import { findStack, type Stack, type StackFaults } from './onnx-stack.ts';
import { Budget, type ExternalData } from './onnx-tensor.ts';
import { nodePlace } from './onnx-value.ts';

export interface OnnxOptions {
  /** Files that hold tensors of the model, such as `model.onnx.data`, by their names. */
  readonly externalData?: ExternalData;
}

export interface OnnxNetwork {
  readonly network: Network;
  /** What was folded, left out or assumed, in words for people. */
  readonly notes: readonly string[];
}

/**
 * Reads a stack of dense layers from an ONNX file, as PyTorch, Keras and scikit-learn write it.
 *
 * Layers are the matrix products of the graph: Gemm, or MatMul with Add. Constants before and after them
 * (standardisation, batch normalisation) are folded into weights and biases. Activations are single nodes
 * or written out; softmax, probabilities and labels at the end are left out.
 *
 * @param bytes - the file; not modified, may be kept as long as this runs.
 * @throws DataError if the file is damaged or incomplete; NetworkError if it holds another kind of
 *   network, with all nodes that cannot be read.
 */
export function parseOnnx(bytes: Uint8Array, options: OnnxOptions = {}): OnnxNetwork {
  const { externalData = new Map<string, Uint8Array>() } = options;
  const model = readOnnxModel(bytes);
  checkVersion(model);
  let byteLength = bytes.length;
  for (const file of externalData.values()) byteLength += file.length;
  const graph = evaluateGraph(model, externalData, new Budget(byteLength));
  const { stack, notes } = followOutput(model, graph);
  const network = buildNetwork(stack, byteLength);
  return { network, notes: [...describeStack(stack), ...notes] };
}

/** Oldest operator set whose broadcasting is NumPy's. */
const OLDEST_OPSET = 7;

function checkVersion({ opsets, outputs, producer }: OnnxModel): void {
  const version = opsets.get('');
  if (version !== undefined && version < OLDEST_OPSET) {
    const writer = producer === '' ? '' : ` (written by ${quote(producer)})`;
    throw new DataError(
      `the model uses operator set ${version}${writer}, but must use at least ${OLDEST_OPSET}; export it again, with opset_version=17`,
    );
  }
  if (outputs.length === 0) throw new DataError('graph.output is empty, but must name the outputs');
}

/** An output that may be followed, and what is left out on the way to it. */
interface Candidate {
  readonly name: string;
  readonly column: Column;
  readonly dropped: NodeList | null;
}

/** Most outputs that are tried. */
const MAXIMAL_TRIES = 8;

/** The stack behind the output that has most layers of all that can be read. */
function followOutput(model: OnnxModel, graph: Graph): { stack: Stack; notes: string[] } {
  const candidates = model.outputs.flatMap((name): Candidate[] => {
    const value = graph.values.get(name);
    if (!value) {
      throw new DataError(
        `graph.output ${quote(name)} is made by no node: is the file complete? Export it again`,
      );
    }
    if (value.kind === 'column') return [{ name, column: value.column, dropped: null }];
    if (value.kind !== 'tail') return [];
    return [{ name, column: value.column, dropped: value.dropped }];
  });
  const depth = ({ column }: Candidate): number => column.anchor.stage.depth;
  const droppedCount = ({ dropped }: Candidate): number => dropped?.length ?? 0;
  candidates.sort((a, b) => depth(b) - depth(a) || droppedCount(a) - droppedCount(b));
  let refused: StackFaults | null = null;
  for (const { name, column, dropped } of candidates.slice(0, MAXIMAL_TRIES)) {
    const stack = findStack(column);
    if (!('layers' in stack)) {
      refused ??= stack;
      continue;
    }
    const notes: string[] = [];
    if (dropped) {
      notes.push(
        `left out at the end: ${showList(listNodes(dropped))}; outputs are the scores before`,
      );
    }
    const others = model.outputs.filter((other) => other !== name).map(quote);
    if (others.length > 0) {
      notes.push(`output ${quote(name)} is followed, not ${showList(others)}`);
    }
    return { stack, notes };
  }
  throw new NetworkError(describeFaults(model, graph, refused));
}

/** Every node on the way to an output that cannot be read, each with the reason. */
function describeFaults(model: OnnxModel, graph: Graph, refused: StackFaults | null): string {
  const wanted = graph.nodesOf(model.outputs);
  const lines = [...graph.faults]
    .filter(([index]) => wanted.has(index))
    .sort(([a], [b]) => a - b)
    .map(([index, reason]) => `${nodePlace(graph.nodes[index])}: ${reason}`);
  for (const [nodes, reason] of refused?.faults ?? []) lines.push(`${nodes}: ${reason}`);
  if (lines.length === 0) {
    return `no output depends on the inputs: ${showList(model.outputs.map(quote))}`;
  }
  const rest = lines.length - MAXIMAL_LINES;
  const shown = lines.slice(0, MAXIMAL_LINES).join('\n  ');
  const count = lines.length === 1 ? 'a node that is' : `${lines.length} nodes that are`;
  return `the network has ${count} not read:\n  ${shown}${rest > 0 ? `\n  and ${rest} more` : ''}`;
}

/** Most nodes that a message lists with their reasons. */
const MAXIMAL_LINES = 40;
