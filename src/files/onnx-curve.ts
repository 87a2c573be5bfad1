import { ACTIVATIONS, type ActivationName } from '../math/activations.ts';
import { erfc } from '../math/gaussian.ts';

/**
 * A function of one number that nodes of a graph compute element by element, such as
 * u (1 + erf(u/√2)) / 2. Exporters write one activation in many ways, so it is known by its values, not
 * by its nodes.
 */
export type Curve = Line | CurveConstant | CurveCall;

/** factor·u + offset */
export interface Line {
  readonly kind: 'line';
  readonly factor: number;
  readonly offset: number;
  /** Unit roundoff of the constants in it. */
  readonly unit: number;
}

export interface CurveConstant {
  readonly kind: 'constant';
  readonly value: number;
  readonly unit: number;
}

export interface CurveCall {
  readonly kind: 'call';
  readonly compute: (...operands: number[]) => number;
  readonly operands: readonly Curve[];
  readonly unit: number;
  /** Number of terms in it, repeated ones included. */
  readonly size: number;
  /** Node of the graph, for messages. */
  readonly node: string;
  /** The activation that this call alone is, if its operand is a line. */
  readonly activation: { readonly name: ActivationName; readonly alpha: number } | null;
}

/** Longest curve that is compared with the activations; the tanh form of gelu has about 30 terms. */
export const MAXIMAL_CURVE_SIZE = 128;

/** Most lines that are tried before an activation; gelu written out has three. */
const MAXIMAL_LINES = 6;

export const UNIT_LINE: Line = { kind: 'line', factor: 1, offset: 0, unit: 0 };

/** Tried of every curve: log(sigmoid(u)) is −softplus(−u). */
const MIRROR: Line = { kind: 'line', factor: -1, offset: 0, unit: 0 };

/** A curve as outer(g(inner(u))), g an activation. */
export interface ActivationCurve {
  readonly activation: ActivationName;
  readonly alpha: number;
  readonly inner: Line;
  readonly outer: Line;
}

export function callCurve(
  node: string,
  compute: (...operands: number[]) => number,
  operands: readonly Curve[],
  activation: CurveCall['activation'] = null,
): CurveCall {
  const size = operands.reduce((sum, curve) => sum + (curve.kind === 'call' ? curve.size : 1), 1);
  const unit = Math.max(...operands.map((curve) => curve.unit));
  return { kind: 'call', compute, operands, unit, size, node, activation };
}

/** factor·line + offset */
export function scaleLine(line: Line, factor: number, offset: number, unit: number): Line {
  return {
    kind: 'line',
    factor: factor * line.factor,
    offset: factor * line.offset + offset,
    unit: Math.max(unit, line.unit),
  };
}

export function evaluateCurve(curve: Curve, u: number): number {
  if (curve.kind === 'line') return curve.factor * u + curve.offset;
  if (curve.kind === 'constant') return curve.value;
  return curve.compute(...curve.operands.map((operand) => evaluateCurve(operand, u)));
}

/** Names of all nodes in a curve, in the order of the graph, each once. */
export function curveNodes(curve: Curve): string[] {
  if (curve.kind !== 'call') return [];
  return [...new Set([...curve.operands.flatMap(curveNodes), curve.node])];
}

/**
 * Arguments at which curves are compared: both tails, where all activations are straight or level, the
 * bends between, and both sides of 20, from where PyTorch's softplus is cut off.
 */
const SAMPLES = [0.06, 0.2, 0.45, 0.8, 1.3, 1.9, 2.4, 3.1, 4.3, 5.6, 7.7, 11, 19, 21, 40].flatMap(
  (x) => [-1.05 * x, x],
);

/** Least error that is told from rounding, relative to the size of the activation. */
const ROUNDING = 1e-6;

/** Errors of written-out activations in units of their constants' roundoff. */
const UNITS = 8;

/** Digits of a factor that follows from two samples. */
const DIGITS = 13;

/** Where elu and its kin have reached their limit. */
const FAR = -1e4;

/**
 * The activation that a curve is, up to lines before and after it; null if it is none.
 *
 * The line before is one of those in the curve. A line after is tried only if there is no activation
 * without one, since it would take up the rounding of the constants; it follows from two samples.
 */
export function recogniseCurve(curve: CurveCall): ActivationCurve | null {
  const [operand] = curve.operands;
  if (curve.activation && operand.kind === 'line') {
    const { name: activation, alpha } = curve.activation;
    return { activation, alpha, inner: operand, outer: UNIT_LINE };
  }
  return bestFit(curve, false) ?? bestFit(curve, true);
}

/** The closest of all candidates that agree within rounding; of equally close ones the plainest. */
function bestFit(curve: CurveCall, withOuter: boolean): ActivationCurve | null {
  const tolerance = Math.max(ROUNDING, UNITS * curve.unit);
  let best: ActivationCurve | null = null;
  let least = Infinity;
  for (const fit of candidates(curve, withOuter)) {
    const error = Math.max(ROUNDING, fitError(curve, fit, tolerance));
    if (error <= tolerance && error < least) [best, least] = [fit, error];
  }
  return best;
}

/** Candidates, the plainest first. */
function* candidates(curve: CurveCall, withOuter: boolean): Generator<ActivationCurve> {
  const lines = [UNIT_LINE, MIRROR, ...linesOf(curve)].filter(
    ({ factor, offset }, index, all) =>
      factor !== 0 &&
      all.findIndex((line) => line.factor === factor && line.offset === offset) === index,
  );
  for (const inner of lines.slice(0, MAXIMAL_LINES)) {
    // The curve as a function of the argument of its activation.
    const f = (v: number): number => evaluateCurve(curve, (v - inner.offset) / inner.factor);
    for (const activation of Object.keys(ACTIVATIONS) as ActivationName[]) {
      const fit = fitActivation(activation, f, withOuter);
      if (fit) yield { activation, inner, ...fit };
    }
  }
}

function linesOf(curve: Curve): Line[] {
  if (curve.kind === 'line') return [curve];
  return curve.kind === 'call' ? curve.operands.flatMap(linesOf) : [];
}

/** α and the line after the activation, from a few samples of f. */
function fitActivation(
  activation: ActivationName,
  f: (v: number) => number,
  withOuter: boolean,
): { alpha: number; outer: Line } | null {
  const { value, defaultAlpha } = ACTIVATIONS[activation];
  if (defaultAlpha === 0) {
    const g = (v: number): number => value(v, 0);
    return { alpha: 0, outer: withOuter ? lineThrough(f, g, 1.1, -0.7) : UNIT_LINE };
  }
  const outer = withOuter ? lineThrough(f, (v) => v, 1, 3) : UNIT_LINE;
  const limit = (f(FAR) - outer.offset) / outer.factor;
  const alpha = activation === 'leaky-relu' ? limit / FAR : -limit;
  return Number.isFinite(alpha) && (activation !== 'celu' || alpha > 0) ? { alpha, outer } : null;
}

/** The line with f = line(g) at two arguments, without the last digits, which differences have lost. */
function lineThrough(
  f: (v: number) => number,
  g: (v: number) => number,
  first: number,
  second: number,
): Line {
  const slope = (f(second) - f(first)) / (g(second) - g(first));
  const factor = Number(slope.toPrecision(DIGITS));
  const size = Math.abs(f(first)) + Math.abs(factor * g(first));
  const offset = f(first) - factor * g(first);
  const isZero = Math.abs(offset) < size * 10 ** (1 - DIGITS);
  return { kind: 'line', factor, offset: isZero ? 0 : offset, unit: 0 };
}

/** Largest error of a fit over all samples, relative to the activation's size; infinite if beyond `limit`. */
function fitError(
  curve: CurveCall,
  { activation, alpha, inner, outer }: ActivationCurve,
  limit: number,
): number {
  let worst = 0;
  for (const v of SAMPLES) {
    const g = ACTIVATIONS[activation].value(v, alpha);
    const wanted = outer.factor * g + outer.offset;
    const found = evaluateCurve(curve, (v - inner.offset) / inner.factor);
    const size = Math.abs(outer.factor) * (1 + Math.abs(g));
    const error = Math.abs(found - wanted) / size;
    if (!(error <= limit)) return Infinity;
    worst = Math.max(worst, error);
  }
  return worst;
}

/** erf(x) = 1 − erfc(x), exact to the last digits of 1. */
export function erf(x: number): number {
  return 1 - erfc(x);
}
