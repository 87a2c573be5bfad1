import type { LayerChoice } from '../engine/engine.ts';
import type { Network } from '../model/network.ts';
import type { Domain } from '../model/plane.ts';
import type { LayerName } from './settings.ts';

/** The canvas in device pixels, and how many of them make a CSS pixel. */
export interface CanvasSize {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
}

/** The layer that a name means; `last` is the output where there is no hidden layer. */
export function resolveLayer(layer: LayerName, network: Network): LayerChoice {
  if (layer !== 'last') return layer;
  return network.depth > 0 ? network.depth : 'output';
}

export function hasLayer(network: Network, layer: LayerName): boolean {
  return typeof layer === 'string' || layer <= network.depth;
}

/** The smallest rectangle of the canvas' shape around a domain, with the same centre. */
export function widenDomain(domain: Domain, { width, height }: CanvasSize): Domain {
  if (width === 0 || height === 0) return domain;
  const { sMin, tMin, sMax, tMax } = domain;
  const [extentS, extentT] = [sMax - sMin, tMax - tMin];
  const extraS = Math.max(0, (extentT * width) / height - extentS) / 2;
  const extraT = Math.max(0, (extentS * height) / width - extentT) / 2;
  return { sMin: sMin - extraS, tMin: tMin - extraT, sMax: sMax + extraS, tMax: tMax + extraT };
}

/** Pixels of a field of the canvas' shape with that many along the longer side. */
export function fieldSize(side: number, size: CanvasSize): { width: number; height: number } {
  const longer = Math.max(size.width, size.height, 1);
  const pixels = (length: number): number => Math.max(1, Math.round((side * length) / longer));
  return { width: pixels(size.width), height: pixels(size.height) };
}

/** Pixels of such a field divided by those of the square. */
export function aspectArea({ width, height }: CanvasSize): number {
  return width > 0 && height > 0 ? Math.min(width, height) / Math.max(width, height) : 1;
}

export function isSameSize(a: CanvasSize, b: CanvasSize): boolean {
  return a.width === b.width && a.height === b.height && a.pixelRatio === b.pixelRatio;
}

/** Plane coordinates of a place on the page within the box that shows a domain. */
export function pointIn(
  { sMin, tMin, sMax, tMax }: Domain,
  box: DOMRectReadOnly,
  clientX: number,
  clientY: number,
): [x: number, y: number] {
  return [
    sMin + ((clientX - box.left) / box.width) * (sMax - sMin),
    tMax - ((clientY - box.top) / box.height) * (tMax - tMin),
  ];
}
