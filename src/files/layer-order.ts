import { shorten } from './show.ts';
import { compareNames, nameRank, splitName } from './tensor-names.ts';

/** A layer of unknown place. */
export interface LayerWidths {
  readonly name: string;
  readonly inputWidth: number;
  readonly width: number;
}

export interface LayerOrders<T extends LayerWidths> {
  /** Orders in which every layer takes as many numbers as the one before gives: none, one, or the first two. */
  readonly orders: readonly (readonly T[])[];
  /** Whether names alone would have decided it. */
  readonly isCertain: boolean;
  /** False if the search was given up: there may be more orders. */
  readonly isComplete: boolean;
  /** Why there is no order, for the case that there is none. */
  readonly fault: string;
}

/** Most steps of the search; more would be an order that nobody would call obvious. */
const MAXIMAL_STEPS = 20_000;

/** What names say about the order of layers: for each pair −1, 1, or 0 if they do not decide. */
export interface NameOrder {
  /** By numbers, which are sure. */
  byNumber(a: number, b: number): number;
  /** By numbers, or by words for the ends, which are a hint. */
  byWord(a: number, b: number): number;
  /** Whether numbers decide every pair. */
  readonly isCertain: boolean;
}

/** Compares all names once: they may be many and long. */
export function compareLayerNames(names: readonly string[]): NameOrder {
  const count = names.length;
  const parts = names.map(splitName);
  const ranks = parts.map(nameRank);
  const signs = new Int8Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      signs[a * count + b] = compareNames(parts[a], parts[b]);
      signs[b * count + a] = -signs[a * count + b];
    }
  }
  const byNumber = (a: number, b: number): number => signs[a * count + b];
  return {
    byNumber,
    byWord: (a, b) => byNumber(a, b) || ranks[a] - ranks[b],
    isCertain: signs.every((sign, i) => sign !== 0 || i % (count + 1) === 0),
  };
}

/**
 * Orders layers by the numbers in their names, and by their widths where names leave it open.
 *
 * @param given - their order, if it is known.
 */
export function findOrders<T extends LayerWidths>(
  layers: readonly T[],
  { byNumber, byWord, isCertain }: NameOrder,
  given?: readonly string[],
): LayerOrders<T> {
  if (given !== undefined) {
    const order = given.map((name) => layers.find((layer) => layer.name === name)!);
    const fault = chainFault(order);
    const orders = fault === null ? [order] : [];
    return { orders, isCertain: true, isComplete: true, fault: fault ?? '' };
  }
  let found = search(layers, byWord);
  if (found.orders.length === 0) found = search(layers, byNumber);
  const natural = layers.map((_, index) => index).sort((a, b) => byWord(a, b) || a - b);
  const fault = chainFault(natural.map((i) => layers[i])) ?? 'no order of the layers fits';
  return { ...found, isCertain, fault };
}

function chainFault<T extends LayerWidths>(layers: readonly T[]): string | null {
  for (let i = 1; i < layers.length; i++) {
    const [before, layer] = [layers[i - 1], layers[i]];
    if (before.width !== layer.inputWidth) {
      return `layer ${shorten(layer.name)} takes ${layer.inputWidth} numbers, but ${shorten(before.name)} before it gives ${before.width}`;
    }
  }
  return null;
}

/** Depth-first search for at most two orders that keep `compare` and whose widths chain. */
function search<T extends LayerWidths>(
  layers: readonly T[],
  compare: (a: number, b: number) => number,
): { orders: T[][]; isComplete: boolean } {
  const count = layers.length;
  const followers = layers.map((_, a) => {
    return layers.flatMap((_, b) => (compare(a, b) < 0 ? [b] : []));
  });
  const waiting = new Int32Array(count);
  for (const after of followers) for (const b of after) waiting[b]++;
  const orders: T[][] = [];
  const order: number[] = [];
  let steps = 0;
  const place = (): void => {
    if (order.length === count) {
      orders.push(order.map((index) => layers[index]));
      return;
    }
    const last = order.length > 0 ? layers[order.at(-1)!].width : null;
    for (let next = 0; next < count; next++) {
      if (waiting[next] !== 0 || (last !== null && layers[next].inputWidth !== last)) continue;
      if (orders.length > 1 || steps > MAXIMAL_STEPS) return;
      steps++;
      waiting[next] = -1;
      for (const b of followers[next]) waiting[b]--;
      order.push(next);
      place();
      order.pop();
      for (const b of followers[next]) waiting[b]++;
      waiting[next] = 0;
    }
  };
  place();
  return { orders, isComplete: steps <= MAXIMAL_STEPS };
}
