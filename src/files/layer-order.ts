import { DataError } from '../errors.ts';
import { shorten, showList } from './show.ts';
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

/**
 * Orders layers by the numbers in their names, and by their widths where names leave it open.
 *
 * @param names - the order, if it is given.
 * @throws DataError if names are given that are not those of the layers.
 */
export function findOrders<T extends LayerWidths>(
  layers: readonly T[],
  names?: readonly string[],
): LayerOrders<T> {
  if (names !== undefined) {
    const given = pickLayers(layers, names);
    const fault = chainFault(given);
    const orders = fault === null ? [given] : [];
    return { orders, isCertain: true, isComplete: true, fault: fault ?? '' };
  }
  const parts = layers.map(({ name }) => splitName(name));
  const ranks = parts.map(nameRank);
  const byNumber = (a: number, b: number): number => compareNames(parts[a], parts[b]);
  const byWord = (a: number, b: number): number => byNumber(a, b) || ranks[a] - ranks[b];
  // Words for the ends are a hint: they yield where widths say otherwise.
  let found = search(layers, byWord);
  if (found.orders.length === 0) found = search(layers, byNumber);
  const isCertain = layers.every((_, a) => layers.every((_, b) => a === b || byNumber(a, b) !== 0));
  const natural = layers.map((_, index) => index).sort((a, b) => byWord(a, b) || a - b);
  return { ...found, isCertain, fault: chainFault(natural.map((i) => layers[i])) ?? '' };
}

function pickLayers<T extends LayerWidths>(layers: readonly T[], names: readonly string[]): T[] {
  const known = layers.map(({ name }) => name);
  const wanted = `must name each of ${showList(known)} once`;
  if (names.length !== known.length || new Set(names).size !== names.length) {
    throw new DataError(`layers has ${names.length} names, but ${wanted}`);
  }
  return names.map((name) => {
    const layer = layers[known.indexOf(name)];
    if (!layer) throw new DataError(`layers names ${JSON.stringify(name)}, but ${wanted}`);
    return layer;
  });
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
