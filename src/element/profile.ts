import type { ExponentSpace, FieldHistogram, LayerChoice } from '../engine/engine.ts';
import { DataError } from '../errors.ts';
import { planePoint } from '../model/plane.ts';
import { hasOutput } from '../curves/boundary.ts';
import type { LiveMap } from './live-map.ts';
import { readLayer, readSpace, type LayerName } from './settings.ts';
import { wholeNumber } from './values.ts';
import { resolveLayer } from './view.ts';

/** Plane coordinates. */
export type Place = readonly [x: number, y: number];

/** Which exponents a profile takes; by default those that the map shows. */
export interface ProfileOptions {
  readonly layer?: LayerName;
  readonly space?: ExponentSpace;
  readonly signal?: AbortSignal;
}

/** Exponents and outputs along a straight line of the plane, at evenly spaced points with both its ends. */
export interface Profile {
  readonly layer: LayerChoice;
  /** l: number of layers passed. */
  readonly span: number;
  readonly space: ExponentSpace;
  /** Plane coordinates, [count][2]. */
  readonly positions: Float64Array;
  /** From the start, in units of the inputs. */
  readonly distance: Float64Array;
  /** λ₁ and λ₂; −Infinity where the status is not good. */
  readonly exponents: Float32Array;
  readonly secondExponents: Float32Array;
  /** [count][outputWidth] */
  readonly outputs: Float32Array;
  readonly classes: Uint8Array | Uint16Array;
  readonly statuses: Uint8Array;
  /** Distances at which the line crosses the decision boundary, interpolated between the points. */
  readonly crossings: Float64Array;
}

/** λ₁ over the view: pixels in bins of equal width from `low` to `high`. */
export interface Histogram {
  readonly span: number;
  readonly low: number;
  readonly high: number;
  readonly counts: Uint32Array;
  /** Pixels with good status, which is the sum of the counts, and the others. */
  readonly goodCount: number;
  readonly badCount: number;
}

const MOST_POINTS = 65_536;

/**
 * Exponents along a line with the present weights, each computed at its point, not read from the picture.
 *
 * @throws DataError if ends or count are wrong, NetworkError if the layer is, AbortError if the signal fires.
 */
export function profileMap(
  live: LiveMap,
  from: Place,
  to: Place,
  count: number,
  { layer: layerName, space: spaceName, signal }: ProfileOptions,
): Promise<Profile> {
  for (const [name, place] of Object.entries({ from, to })) {
    if (!Array.isArray(place) || place.length !== 2 || !place.every(Number.isFinite)) {
      throw new DataError(`${name} is ${String(place)}, but must be two finite numbers`);
    }
  }
  wholeNumber('count', count, 2, MOST_POINTS);
  const space = readSpace(spaceName ?? live.picture.space);
  const wanted = readLayer(layerName ?? live.picture.layer);
  return live.ask(async ({ network, plane: { plane }, session }) => {
    signal?.throwIfAborted();
    const layer = resolveLayer(wanted, network);
    const evaluator = await session.openEvaluator(layer, space === 'full' ? space : plane);
    const positions = new Float64Array(2 * count);
    const points = new Float32Array(count * network.inputWidth);
    for (let i = 0; i < count; i++) {
      const part = i / (count - 1);
      const [x, y] = [0, 1].map((axis) => (1 - part) * from[axis] + part * to[axis]);
      positions.set([x, y], 2 * i);
      points.set(planePoint(plane, x, y), i * network.inputWidth);
    }
    const data = await evaluator.evaluate(points, signal ? { signal } : {});
    const { span, outputs, classes, statuses } = data;
    const { exponentCount } = data.request;
    const exponentsOf = (index: number): Float32Array =>
      Float32Array.from({ length: count }, (_, i) =>
        index < exponentCount ? data.exponents[i * exponentCount + index] : -Infinity,
      );
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const profile = {
      layer,
      span,
      space,
      positions,
      distance: Float64Array.from({ length: count }, (_, i) => (i / (count - 1)) * length),
      exponents: exponentsOf(0),
      secondExponents: exponentsOf(1),
      outputs,
      classes,
      statuses,
    };
    return { ...profile, crossings: findCrossings(profile) };
  });
}

/**
 * Where the class changes from a to b between neighbours p and q: at d(p) / (d(p) − d(q)) of the way, with d
 * output a less output b, or the output itself if there is one.
 */
function findCrossings(profile: Omit<Profile, 'crossings'>): Float64Array {
  const { distance, outputs, classes } = profile;
  const width = outputs.length / distance.length;
  const crossings: number[] = [];
  for (let i = 1; i < distance.length; i++) {
    const [a, b] = [classes[i - 1], classes[i]];
    if (a === b || !hasOutput(profile, i - 1) || !hasOutput(profile, i)) continue;
    const [before, after] = [i - 1, i].map((at) =>
      width === 1 ? outputs[at] : outputs[at * width + a] - outputs[at * width + b],
    );
    const part = before / (before - after);
    crossings.push(distance[i - 1] + part * (distance[i] - distance[i - 1]));
  }
  return Float64Array.from(crossings);
}

/**
 * Histogram of λ₁ over the field that is shown.
 *
 * @param binCount - a power of two up to 4,096.
 * @throws DataError if it is none, or if there is no field because the map has no size.
 */
export function histogramOfMap(live: LiveMap, binCount: number): Promise<Histogram> {
  wholeNumber('binCount', binCount, 1, 4096);
  if (!Number.isInteger(Math.log2(binCount))) {
    throw new DataError(`binCount is ${binCount}, but must be a power of two from 1 to 4096`);
  }
  return live.ask(async ({ session: { field } }) => {
    if (!field.request) throw new DataError('the map has no size, so there is no field yet');
    const { span } = field;
    const { minimum, maximum, counts, goodCount, badCount } = await field.histogram();
    const merged = mergeBins(counts, binCount);
    return { span, low: minimum, high: maximum, counts: merged, goodCount, badCount };
  });
}

function mergeBins(counts: FieldHistogram['counts'], binCount: number): Uint32Array {
  const share = counts.length / binCount;
  const merged = new Uint32Array(binCount);
  counts.forEach((count, bin) => (merged[Math.floor(bin / share)] += count));
  return merged;
}
