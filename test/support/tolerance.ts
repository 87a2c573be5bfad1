import type { Dataset } from '../../src/data/dataset.ts';
import { ACTIVATIONS, type ActivationName } from '../../src/math/activations.ts';
import { Purpose, RandomStream } from '../../src/math/random.ts';
import type { Network, Program } from '../../src/model/network.ts';
import type { TrainingOptions } from '../../src/model/training.ts';
import { opRules } from '../../src/ops/registry.ts';
import { exponents } from '../../src/reference/exponent.ts';
import { createStates, forward, runForward } from '../../src/reference/forward.ts';
import { addGradients } from '../../src/reference/gradient.ts';
import {
  createTrainingState,
  sampleIndex,
  trainStep,
  type TrainingState,
} from '../../src/reference/training.ts';

/** Unit roundoff: half the distance from 1 to the next number. */
export const FLOAT32_UNIT = 2 ** -24;
export const FLOAT64_UNIT = 2 ** -53;

/** What numbers an activation is computed with. */
export interface Arithmetic {
  readonly unit: number;
  /** Results below this size may have no correct digit, or be 0. */
  readonly smallest: number;
}

/** shaders/lib/activation.wgsl with shift 0: what is near the end of float32 may be flushed to 0. */
export const SHADER: Arithmetic = { unit: FLOAT32_UNIT, smallest: 2 ** -118 };
/** The same for slopes · 2^−shift, which end where float64 does. */
export const SHIFTED_SHADER: Arithmetic = { unit: FLOAT32_UNIT, smallest: 2 ** -1060 };
/** Subnormal float64 numbers have fewer digits, and slopes multiply them by up to x² ~ 2¹⁰. */
export const DOUBLE: Arithmetic = { unit: FLOAT64_UNIT, smallest: 2 ** -1060 };

/**
 * Largest error of a value g(x) that is computed with unit roundoff u.
 *
 * Closed forms are a dozen operations without cancellation, errors of division (2.5 ulps in WGSL)
 * included: u · 14 |g|. Where exp has a rounded argument a, of up to five roundings, it magnifies its
 * error: u · 5 |a| |g|. The sine also pays for π/2 in three parts.
 */
export function activationValueTolerance(
  name: ActivationName,
  x: number,
  alpha: number,
  arithmetic: Arithmetic,
): number {
  return tolerance(name, x, alpha, Math.abs(ACTIVATIONS[name].value(x, alpha)), arithmetic);
}

/** Likewise of a slope g′(x): |g′| is replaced by the sum of the sizes of its terms, which may cancel. */
export function activationSlopeTolerance(
  name: ActivationName,
  x: number,
  alpha: number,
  arithmetic: Arithmetic,
): number {
  return tolerance(name, x, alpha, slopeTerms(name, x, alpha), arithmetic);
}

function tolerance(
  name: ActivationName,
  x: number,
  alpha: number,
  size: number,
  { unit, smallest }: Arithmetic,
): number {
  const reduction = name === 'sine' ? unit * 2 ** -20 * Math.abs(x) : 0;
  return unit * (14 + 5 * roundedArgument(name, x, alpha)) * size + reduction + smallest;
}

/** |a| where g contains exp(a) and a is a rounded number: 2√(2/π)(x + 0.044715x³), x/α. */
function roundedArgument(name: ActivationName, x: number, alpha: number): number {
  if (name === 'gelu-tanh') return 1.6 * Math.abs(x + 0.044715 * x ** 3);
  if (name === 'celu' && x < 0) return Math.abs(x / alpha);
  return 0;
}

/** |g₁| + |g₂| for slopes that are a sum, such as Φ(x) + x φ(x) of gelu: from g′(x) − g(x)/x. */
function slopeTerms(name: ActivationName, x: number, alpha: number): number {
  const { value, slope } = ACTIVATIONS[name];
  if (x === 0 || (name !== 'gelu' && name !== 'gelu-tanh' && name !== 'silu')) {
    return Math.abs(slope(x, alpha));
  }
  const first = value(x, alpha) / x;
  return Math.abs(first) + Math.abs(slope(x, alpha) - first);
}

/**
 * Relative error of singular values, of the orthogonality of singular vectors and of QR factors of a
 * matrix [rows][columns] in float64: a few roundings for every entry that a rotation or reflection mixes.
 */
export function singularTolerance(rows: number, columns: number): number {
  return 4 * Math.max(rows, columns) * FLOAT64_UNIT;
}

/**
 * Largest error of a central difference of step h, whose values are at most `size` and whose function has
 * moderate third derivatives: h²|f'''|/6 with |f'''| ≤ 20 (1 + |f'|), and rounding of sums of `width`
 * terms, u (width + 14) size / h.
 */
export function differenceTolerance(
  step: number,
  size: number,
  width: number,
  slope: number,
): number {
  const truncation = step * step * (20 / 6) * (1 + slope);
  return truncation + (FLOAT64_UNIT * (width + 14) * size) / step;
}

/** Errors after some layers, as `chainTolerance` bounds them. */
export interface ChainTolerance {
  /** Largest error of a state of this size. */
  state(size: number): number;
  /** Largest error of an entry of the Jacobian's row, and of a singular value. */
  readonly rows: Float64Array;
  readonly singular: number;
}

/**
 * Errors in float64 of what `layerCount` layers make of a point: each layer adds the rounding of a sum of
 * `inputWidth` terms and of an activation. Those of a Jacobian count relative to its entries without
 * cancellation, |D_l| |W_l| … |D_1| |W_1|.
 */
export function chainTolerance(
  network: Network,
  point: ArrayLike<number>,
  layerCount: number,
): ChainTolerance {
  const { program, parameters } = network;
  const states = createStates(program);
  states[0].set(point);
  runForward(program, parameters, states);
  let roundings = 0;
  let paths = new Float64Array(network.inputWidth).fill(1);
  program.ops.slice(0, program.layerEnds[layerCount]).forEach((op, index) => {
    roundings += op.inputWidth + 14;
    const next = new Float64Array(op.outputWidth);
    opRules(op).tangent(op, parameters.map(Math.abs), states[index], paths, next);
    paths = next.map(Math.abs);
  });
  const unit = FLOAT64_UNIT * roundings;
  return {
    state: (size) => unit * size,
    rows: paths.map((path) => unit * path),
    singular: unit * Math.hypot(...paths),
  };
}

/** Random parameters that are tried to see how much roundings matter. */
const DRAWS = 4;

/**
 * Largest error of each entry of a step's gradient in float32, for a network at its parameters.
 *
 * A sum of n products and an activation have the result of exact arithmetic with parameters that differ
 * by their n + 14 roundings (backward error), of random sign, so by about √(n + 14) u: the gradient is
 * taken at parameters changed by that much, and the largest change of an op's parameters holds for all
 * of them. Added is the rounding of the sum over the batch, u (batch + 14) Σ |terms|.
 */
export function gradientTolerance(
  network: Network,
  dataset: Dataset,
  options: TrainingOptions,
  step: number,
): Float64Array {
  const { program } = network;
  const truth = batchGradient(program, network.parameters, dataset, options, step);
  const changes = Array.from({ length: DRAWS }, (_, draw) => {
    const changed = Float64Array.from(network.parameters);
    changeParameters(program, changed, new RandomStream(draw, Purpose.noise));
    const moved = batchGradient(program, changed, dataset, options, step);
    return moved.gradient.map((value, i) => Math.abs(value - truth.gradient[i]));
  });
  const largest = largestOfOps(program, changes);
  const sum = FLOAT32_UNIT * (options.batchSize + 14);
  return largest.map((change, i) => change + sum * truth.terms[i]);
}

/**
 * Largest difference of each parameter between `stepCount` steps in float32 and the same in float64.
 *
 * Float64 runs whose parameters are changed after every step as roundings would, as in
 * `gradientTolerance`, show how much that matters; the largest difference that they come to is doubled,
 * since they are few.
 */
export function trainingTolerance(
  network: Network,
  dataset: Dataset,
  options: TrainingOptions,
  stepCount: number,
): Float64Array {
  const { program, parameters } = network;
  const run = (change: (state: TrainingState) => void) => {
    const state = createTrainingState(program, parameters);
    for (let step = 0; step < stepCount; step++) {
      change(state);
      trainStep(program, dataset, options, step, state);
    }
    return state.parameters;
  };
  const truth = run(() => {});
  const changes = Array.from({ length: DRAWS }, (_, draw) => {
    const stream = new RandomStream(draw, Purpose.noise);
    const moved = run((state) => changeParameters(program, state.parameters, stream));
    return moved.map((value, i) => Math.abs(value - truth[i]));
  });
  return largestOfOps(program, changes).map((change) => 2 * change);
}

/**
 * Largest difference of each result that roundings of this unit make, as in `gradientTolerance`: measured with
 * changes large enough for float32 parameters, and scaled down, since small changes add up linearly. Doubled,
 * since draws are few; four times that where slopes are taken as 1 − g², whose rounding counts relative to them.
 */
export function parameterTolerance(
  network: Network,
  unit: number,
  evaluate: (network: Network) => readonly number[],
): number[] {
  const roundoff = 2 ** -14;
  const truth = evaluate(network);
  const largest = truth.map(() => 0);
  for (let draw = 0; draw < DRAWS; draw++) {
    const parameters = Float32Array.from(network.parameters);
    const stream = new RandomStream(draw, Purpose.noise);
    changeParameters(network.program, parameters, stream, roundoff);
    evaluate({ ...network, parameters }).forEach((value, i) => {
      largest[i] = Math.max(largest[i], Math.abs(value - truth[i]));
    });
  }
  return largest.map((change) => (8 * unit * change) / roundoff);
}

/** Multiplies each parameter by 1 ± √(n + 14) u, n its op's input width. */
function changeParameters(
  program: Program,
  parameters: Float32Array | Float64Array,
  stream: RandomStream,
  roundoff = FLOAT32_UNIT,
): void {
  for (const op of program.ops) {
    const unit = roundoff * Math.sqrt(op.inputWidth + 14);
    const end = op.parameterOffset + opRules(op).parameterLength(op);
    for (let i = op.parameterOffset; i < end; i++) {
      parameters[i] *= 1 + (stream.uniform() < 0.5 ? unit : -unit);
    }
  }
}

/** For each parameter, the largest of all changes within its op. */
function largestOfOps(program: Program, changes: readonly Float64Array[]): Float64Array {
  const largest = new Float64Array(program.parameterLength);
  for (const op of program.ops) {
    const end = op.parameterOffset + opRules(op).parameterLength(op);
    let most = 0;
    for (const change of changes) {
      for (let i = op.parameterOffset; i < end; i++) most = Math.max(most, change[i]);
    }
    largest.fill(most, op.parameterOffset, end);
  }
  return largest;
}

/** The gradient of a step's batch, and the sum of the sizes of what its samples add to it. */
function batchGradient(
  program: Program,
  parameters: ArrayLike<number>,
  { points, targets, inputWidth, outputWidth, trainCount }: Dataset,
  options: TrainingOptions,
  step: number,
): { gradient: Float64Array; terms: Float64Array } {
  const { loss, batchSize } = options;
  const gradient = new Float64Array(program.parameterLength);
  const terms = new Float64Array(program.parameterLength);
  for (let slot = 0; slot < batchSize; slot++) {
    const sample = sampleIndex(options, trainCount, step, slot);
    const point = points.subarray(sample * inputWidth, (sample + 1) * inputWidth);
    const target = targets.subarray(sample * outputWidth, (sample + 1) * outputWidth);
    const own = new Float64Array(program.parameterLength);
    addGradients(program, parameters, [point], [target], loss, 1 / batchSize, own);
    own.forEach((value, i) => {
      gradient[i] += value;
      terms[i] += Math.abs(value);
    });
  }
  return { gradient, terms };
}

/** Errors of what is computed with a network from a file, against the program that wrote it. */
export interface ReadingTolerance {
  readonly outputs: number;
  /** Of log σ_max of the Jacobian of a layer. */
  readonly logSingular: number;
}

/**
 * Errors of outputs and of log σ_max at a point, for a network that was read from a file.
 *
 * Both sides compute in float64, with the errors of `chainTolerance`. Constants that were folded are
 * rounded a few times more, by `roundings` float32 units for each parameter: parameters changed by that
 * much, with random signs, show what it does; the largest change is doubled, since draws are few.
 */
export function readingTolerance(
  network: Network,
  point: ArrayLike<number>,
  layer: number,
  roundings: number,
): ReadingTolerance {
  const measure = (
    parameters: Float32Array | Float64Array,
  ): [outputs: Float64Array, log: number] => {
    // The reference computes in float64 whatever the parameters are stored in.
    const changed: Network = { ...network, parameters: parameters as Float32Array };
    return [forward(changed, point), layer * exponents(changed, point, layer).values[0]];
  };
  const [outputs, logSingular] = measure(network.parameters);
  const chain = chainTolerance(network, point, layer);
  const worst = {
    outputs: chain.state(Math.max(1, ...outputs.map(Math.abs))),
    logSingular: chain.singular / Math.exp(logSingular),
  };
  for (let draw = 0; draw < DRAWS && roundings > 0; draw++) {
    const stream = new RandomStream(draw, Purpose.noise);
    const unit = FLOAT32_UNIT * roundings;
    const moved = Float64Array.from(network.parameters, (value) => {
      return value * (1 + (stream.uniform() < 0.5 ? unit : -unit));
    });
    const [movedOutputs, movedLog] = measure(moved);
    const changes = movedOutputs.map((value, i) => Math.abs(value - outputs[i]));
    worst.outputs = Math.max(worst.outputs, 2 * Math.max(...changes));
    worst.logSingular = Math.max(worst.logSingular, 2 * Math.abs(movedLog - logSingular));
  }
  return worst;
}

/**
 * Bound on |double − stored|, where both are the same number, computed in float64 in two orders, and one of them is
 * kept as float32: its rounding, and a thousand roundings of float64 for what networks of a few layers of a few
 * units add up.
 *
 * @param condition - factor by which the computation magnifies roundings; ≥ 1.
 */
export function storedTolerance(value: number, condition: number): number {
  return FLOAT32_UNIT * Math.abs(value) + 1000 * FLOAT64_UNIT * condition;
}
