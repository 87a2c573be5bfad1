import { canTake } from '../../src/engine/road-choice.ts';
import type { FieldSettings } from '../../src/engine/open-roads.ts';
import { layerPlace } from '../../src/model/layer-choice.ts';
import type { Network } from '../../src/model/network.ts';

export type Road = NonNullable<FieldSettings['road']>;

const ROADS = ['fused', 'wide', 'grouped', 'tiled', 'by-op'] as const;
const GPU_ROADS = [
  'fused',
  'fused-2',
  'grouped',
  'grouped-4',
  'tiled',
  'tiled-4',
  'by-op',
] as const;

/**
 * Roads that take a network, each to be measured by itself. A software adapter has those of GPUs in one shape, for they are
 * slow there, and a GPU has not the one that is made for software adapters.
 */
export function comparedRoads(network: Network, slow: boolean): Road[] {
  const place = layerPlace(network, network.depth);
  return (slow ? ROADS : GPU_ROADS).filter((road) => canTake(road, network.program, place));
}
