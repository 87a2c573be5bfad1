import { NetworkError } from '../errors.ts';
import { MAXIMAL_LAYER_COUNT } from '../model/network.ts';
import {
  listNodes,
  scaleAnchor,
  settle,
  type Anchor,
  type Column,
  type CurveStage,
  type ProductStage,
  type Stage,
} from './onnx-column.ts';
import { showList } from './show.ts';
import { curveNodes, recogniseCurve, type ActivationCurve } from './onnx-curve.ts';

/** scale·x + shift, for each entry, and the nodes that it comes from. */
export type Transform = Pick<Anchor, 'scale' | 'shift' | 'folded'>;

/** x_l = outer(g(inner(rows(W columns(x_{l−1}))))); g is the identity if there is none. */
export interface StackLayer {
  readonly product: ProductStage;
  readonly columns: Transform;
  readonly rows: Transform;
  readonly activation: ActivationCurve | null;
  /** Nodes that were read as the activation. */
  readonly activationNodes: readonly string[];
}

export interface Stack {
  readonly inputName: string;
  /** At least one. */
  readonly layers: readonly StackLayer[];
  /** What the graph does with the last activation's values. */
  readonly output: Transform;
}

/** Nodes that do not fit into a stack of dense layers, and why. */
export interface StackFaults {
  readonly faults: readonly (readonly [nodes: string, reason: string])[];
}

/** Activations as messages list them. */
export const KNOWN_ACTIVATIONS =
  'tanh, sigmoid, relu, leaky relu, elu, selu, celu, gelu, silu, softplus or sin';

const UNIT_TRANSFORM: Transform = { scale: 1, shift: 0, folded: null };

/**
 * The dense layers that a column is made by.
 *
 * @returns faults if curves are no activations or do not follow a matrix product.
 * @throws NetworkError if there are no layers, or too many.
 */
export function findStack(column: Column): Stack | StackFaults {
  const last = settle(column);
  checkDepth(last.stage.depth);
  const { inputName, stages } = listStages(last.stage);
  const faults: [string, string][] = [];
  const layers: { -readonly [K in keyof StackLayer]: StackLayer[K] }[] = [];
  for (const [i, stage] of stages.entries()) {
    const before = stages[i - 1] as Stage | undefined;
    const layer = layers.at(-1)!;
    const incoming = stage.kind === 'product' ? stage.input : stage.anchor;
    if (before?.kind === 'product') layer.rows = incoming;
    if (stage.kind === 'product') {
      layers.push({
        product: stage,
        columns: before?.kind === 'product' ? UNIT_TRANSFORM : afterActivation(layer, incoming),
        rows: UNIT_TRANSFORM,
        activation: null,
        activationNodes: [],
      });
      continue;
    }
    const nodes = curveNodes(stage.curve);
    const activation = recogniseCurve(stage.curve);
    if (!activation) faults.push([showList(nodes), unknownCurve(nodes)]);
    if (before?.kind !== 'product') {
      const what = before ? 'another activation' : 'the inputs';
      faults.push([
        showList(nodes),
        `acts on ${what}; put a Linear layer with the unit matrix before it`,
      ]);
    } else {
      layer.activation = activation;
      layer.activationNodes = nodes;
    }
  }
  if (faults.length > 0) return { faults };
  const end = layers.at(-1)!;
  if (last.stage.kind === 'curve') {
    return { inputName, layers, output: afterActivation(end, last) };
  }
  end.rows = last;
  return { inputName, layers, output: UNIT_TRANSFORM };
}

function checkDepth(depth: number): void {
  if (depth === 0) {
    throw new NetworkError(
      'the graph has no Gemm or MatMul with constant weights on the way from input to output, so there is no layer',
    );
  }
  if (depth > MAXIMAL_LAYER_COUNT) {
    throw new NetworkError(
      `the network has ${depth} layers, but may have ${MAXIMAL_LAYER_COUNT} at most`,
    );
  }
}

/** Stages from the input to this one, without the input. */
function listStages(last: Stage): {
  readonly inputName: string;
  readonly stages: (ProductStage | CurveStage)[];
} {
  const stages: (ProductStage | CurveStage)[] = [];
  let stage = last;
  while (stage.kind !== 'input') {
    stages.push(stage);
    stage = stage.kind === 'product' ? stage.input.stage : stage.anchor.stage;
  }
  return { inputName: stage.name, stages: stages.reverse() };
}

/** incoming(outer(g)) as a transform of g; before the first layer there is none. */
function afterActivation(layer: StackLayer | undefined, incoming: Anchor): Transform {
  const outer = layer?.activation?.outer;
  if (!outer || (outer.factor === 1 && outer.offset === 0)) return incoming;
  const inside = { ...incoming, scale: outer.factor, shift: outer.offset };
  return scaleAnchor(inside, incoming.scale, incoming.shift);
}

function unknownCurve(nodes: readonly string[]): string {
  const what = nodes.length > 1 ? 'are together no known activation' : 'is no known activation';
  return `${what}; use ${KNOWN_ACTIVATIONS}`;
}

/** Nodes whose constants went into a layer's weights and bias, other than its own bias. */
export function foldedNodes({ columns, rows }: StackLayer): string[] {
  const after = listNodes(rows.folded);
  const isBias = after.length > 0 && /^(Add|Gemm) /.test(after[0]);
  return [...listNodes(columns.folded), ...after.slice(isBias ? 1 : 0)];
}
