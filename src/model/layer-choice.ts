import { NetworkError } from '../errors.ts';
import type { Network } from './network.ts';

/** Where in a network exponents are taken. */
export interface LayerPlace {
  /** Ops from the input up to and including the layer. */
  readonly opCount: number;
  /** Time that has passed there: the number of layers, each of which counts 1. */
  readonly span: number;
}

/**
 * The place of a hidden layer, 1 to depth, or of the network's output.
 *
 * @throws NetworkError naming the layers that the network has.
 */
export function layerPlace(network: Network, layer: number | 'output'): LayerPlace {
  const { depth, program } = network;
  if (layer === 'output') return { opCount: program.ops.length, span: depth + 1 };
  if (!Number.isInteger(layer) || layer < 1 || layer > depth) {
    const hidden = depth > 0 ? `a hidden layer, 1 to ${depth}, or ` : '';
    const none = depth > 0 ? '' : ' (the network has no hidden layer)';
    throw new NetworkError(`layer is ${String(layer)}, but must be ${hidden}'output'${none}`);
  }
  return { opCount: program.layerEnds[layer], span: layer };
}
