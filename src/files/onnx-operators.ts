import { appendNode, haveSameAnchor, type Column } from './onnx-column.ts';
import { evaluateCurve } from './onnx-curve.ts';
import { describeJoin, ELEMENTWISE_RULES } from './onnx-elementwise.ts';
import { layoutWidth } from './onnx-layout.ts';
import { quote } from './show.ts';
import { PRODUCT_RULES } from './onnx-products.ts';
import { joinSizes, SHAPE_RULES } from './onnx-shapes.ts';
import { isFloatType, mapConstants } from './onnx-tensor.ts';
import {
  constantValue,
  integerAttribute,
  refuse,
  type Call,
  type Rule,
  type Value,
} from './onnx-value.ts';

/** Passes its first input on. */
const pass: Rule = ({ inputs: [input] }) => input ?? refuse('it has no input');

/** Rules of the operators that are read, by name; those of other domains as `domain:name`. */
export const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...Object.entries(ELEMENTWISE_RULES),
  ...Object.entries(PRODUCT_RULES),
  ...Object.entries(SHAPE_RULES),
  ['Identity', pass],
  ['CastLike', pass],
  ['Cast', cast],
  ['Dropout', dropout],
  ['Concat', concatenate],
]);

/** Operators that make probabilities or labels of scores. */
export const TAIL_STARTS: ReadonlySet<string> = new Set([
  'Softmax',
  'LogSoftmax',
  'Hardmax',
  'ArgMax',
  'ArgMin',
  'TopK',
  'ai.onnx.ml:ZipMap',
  'ai.onnx.ml:ArrayFeatureExtractor',
  'ai.onnx.ml:Binarizer',
]);

/** Operators that may follow those. */
export const TAIL_FOLLOWERS: ReadonlySet<string> = new Set([
  ...TAIL_STARTS,
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Neg',
  'Log',
  'Clip',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Where',
  'Identity',
  'Cast',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Gather',
  'Slice',
  'Concat',
  'Equal',
  'Not',
  'ReduceMax',
  'ai.onnx.ml:LabelEncoder',
]);

export function operatorKey(operator: string, domain: string): string {
  return domain === '' ? operator : `${domain}:${operator}`;
}

/** What to do about an operator that is not read. */
export function adviceFor(operator: string, domain: string): string {
  if (domain !== '' && domain !== 'ai.onnx.ml') {
    return `the domain ${quote(domain)} is not read; export with standard operators only`;
  }
  if (/Conv|Pool/.test(operator)) return 'convolutions are not read, only dense layers';
  if (/^(LSTM|GRU|RNN|Loop|Scan|If)$/.test(operator)) {
    return 'loops and recurrent layers are not read, only dense layers';
  }
  if (/Normalization|^LpNorm|Normalizer/.test(operator)) {
    return 'this normalisation depends on the whole layer and is not read; only BatchNormalization folds into dense layers';
  }
  if (operator.startsWith('Reduce')) {
    return 'sums over entries are not read; for weight norm, call torch.nn.utils.parametrize.remove_parametrizations before the export';
  }
  if (/Quantize|QLinear|Integer$/.test(operator)) {
    return 'quantised networks are not read; export before quantising';
  }
  if (/^(Split|GatherElements|Pad|Expand|Tile|Einsum|Attention)$/.test(operator)) {
    return 'only whole layers are read; write it with Linear layers';
  }
  if (/Soft|Hard|Mish|Thresholded|Shrink|Cos|Atan|Sign/.test(operator)) {
    return 'this activation is not known; use tanh, sigmoid, relu, leaky relu, elu, selu, celu, gelu, silu, softplus or sin';
  }
  return 'this operator is not read; cut it off the model (onnx.utils.extract_model) or write it with Linear layers';
}

function dropout(call: Call): Value {
  const mode = call.inputs[2];
  if (mode?.kind === 'constant' && mode.read().values[0]) {
    return refuse('it is in training mode; export after model.eval()');
  }
  return pass(call);
}

function cast(call: Call): Value {
  const [input] = call.inputs;
  const type = integerAttribute(call.node, 'to', 0);
  if (isFloatType(type) || !input || input.kind === 'sizes') return pass(call);
  if (input.kind === 'column') return refuse('it rounds to whole numbers, which has no slope');
  return constantValue(mapConstants(call.place, [input.read()], call.budget, Math.trunc)!);
}

function concatenate(call: Call): Value {
  const { inputs, place } = call;
  const columns = inputs.flatMap((input) => (input?.kind === 'column' ? [input.column] : []));
  if (columns.length === 0) return joinSizes(call);
  const [first, second] = columns;
  if (columns.length === 2 && inputs.length === 2 && areComplementary(first, second)) {
    // p and 1 − p of scikit-learn's binary classifiers: the plainer one is the score.
    const size = ({ curve }: Column): number => (curve.kind === 'call' ? curve.size : 0);
    const score = size(first) <= size(second) ? first : second;
    return { kind: 'tail', column: score, dropped: appendNode(null, place) };
  }
  return refuse(
    columns.length < inputs.length
      ? 'it joins columns with constants'
      : describeJoin(first, columns.at(-1)!),
  );
}

/** Whether two tensors of one number a point add up to 1, whatever the point. */
function areComplementary(first: Column, second: Column): boolean {
  if (!haveSameAnchor(first, second)) return false;
  if (layoutWidth(first.layout) !== 1 || layoutWidth(second.layout) !== 1) return false;
  return [-2.9, -0.7, 0.1, 1.3, 4.1].every((u) => {
    return Math.abs(evaluateCurve(first.curve, u) + evaluateCurve(second.curve, u) - 1) < 1e-6;
  });
}
