import type { Engine } from '../engine/engine.ts';
import { mean } from '../math/statistics.ts';
import type { Network } from '../model/network.ts';
import { discPoints, ringPoints, type CircleData } from './circle.ts';
import { exponentsAt, measureAt } from './training.ts';

/*
 * Levels of L⟨λ₁⟩ of a network of the circle, for Figs. 2 and 3(b).
 */

/** Radii of discs that could be the centre, in radii of the circle; the last is the standard. */
export const CENTRE_EXTENTS = [0.2, 0.4, 0.6, 0.8, 0.9] as const;
export const STANDARD_EXTENT = CENTRE_EXTENTS.length - 1;
/** What the standard means, for people. */
export const CENTRE_NOTE = `centre: disc of ${CENTRE_EXTENTS[STANDARD_EXTENT]} radii`;

const BOUNDARY_POINTS = 128;
/** Where the boundary is looked for: this part of the circle's radius inside and outside of it. */
const SEARCH_EXTENT = 0.5;
const RADIUS_COUNT = 33;
const CENTRE_POINTS = 64;

/** What levels depend on besides the network. */
export const LEVELS_PLAN = {
  CENTRE_EXTENTS,
  BOUNDARY_POINTS,
  SEARCH_EXTENT,
  RADIUS_COUNT,
  CENTRE_POINTS,
} as const;

/** Means of L·λ₁ of one network, in the units of its inputs. */
export interface CircleLevels {
  readonly boundary: number;
  /** In discs of the radii {@link CENTRE_EXTENTS}. */
  readonly centres: readonly number[];
}

/** L⟨λ₁⟩ of a network on its boundary and in the discs. */
export async function measureLevel(
  engine: Engine,
  network: Network,
  circle: CircleData,
): Promise<CircleLevels> {
  const boundary = await boundaryLevel(engine, network, circle);
  const centres: number[] = [];
  for (const extent of CENTRE_EXTENTS) {
    const points = discPoints(extent * circle.radius, CENTRE_POINTS);
    centres.push(await levelAt(engine, network, points));
  }
  return { boundary, centres };
}

/** L⟨λ₁⟩ on the circle itself. */
export const levelOnCircle = (
  engine: Engine,
  network: Network,
  { radius }: CircleData,
): Promise<number> => levelAt(engine, network, ringPoints(radius, BOUNDARY_POINTS));

/**
 * L⟨λ₁⟩ where the network's output changes its sign: on each ray from the middle at the change that is nearest
 * the circle. Rays without one are left out; on the circle itself if no ray has one.
 */
async function boundaryLevel(
  engine: Engine,
  network: Network,
  circle: CircleData,
): Promise<number> {
  const { radius } = circle;
  const radii = Array.from({ length: RADIUS_COUNT }, (_, i) => {
    return radius * (1 + SEARCH_EXTENT * ((2 * i) / (RADIUS_COUNT - 1) - 1));
  });
  const rings = new Float32Array(RADIUS_COUNT * 2 * BOUNDARY_POINTS);
  radii.forEach((own, i) => rings.set(ringPoints(own, BOUNDARY_POINTS), i * 2 * BOUNDARY_POINTS));
  const { outputs } = await measureAt(engine, network, rings);
  const found: number[] = [];
  for (let ray = 0; ray < BOUNDARY_POINTS; ray++) {
    const crossings: number[] = [];
    for (let i = 1; i < RADIUS_COUNT; i++) {
      const at = i * BOUNDARY_POINTS + ray;
      const [inner, outer] = [outputs[at - BOUNDARY_POINTS], outputs[at]];
      if (inner > 0 === outer > 0) continue;
      const part = inner / (inner - outer);
      crossings.push(radii[i - 1] + part * (radii[i] - radii[i - 1]));
    }
    if (crossings.length === 0) continue;
    const distance = (own: number): number => Math.abs(own - radius);
    const own = crossings.reduce((best, one) => (distance(one) < distance(best) ? one : best));
    const [x, y] = rings.subarray(2 * ray, 2 * ray + 2);
    found.push((x / radii[0]) * own, (y / radii[0]) * own);
  }
  if (found.length === 0) return levelOnCircle(engine, network, circle);
  return levelAt(engine, network, Float32Array.from(found));
}

/** Mean of L·λ₁. */
async function levelAt(engine: Engine, network: Network, points: Float32Array): Promise<number> {
  const exponents = await exponentsAt(engine, network, points);
  return network.depth * mean(exponents);
}
