import { NetworkError } from '../errors.ts';
import type { Network } from './network.ts';

/** Where in a network exponents are taken. */
export interface LayerPlace {
  /** Ops from the input up to and including the layer. */
  readonly opCount: number;
  /** Time that has passed there: the number of layers, each of which counts 1. */
  readonly span: number;
  /** Most singular values of the Jacobian that are not 0: the fewest rows on the way. */
  readonly rank: number;
}

/**
 * The place of a hidden layer, 1 to depth, or of the network's output.
 *
 * @throws NetworkError naming the layers that the network has.
 */
export function layerPlace(network: Network, layer: number | 'output'): LayerPlace {
  const { depth, inputWidth, program } = network;
  const after = (opCount: number, span: number): LayerPlace => {
    const widths = program.ops.slice(0, opCount).map(({ outputWidth }) => outputWidth);
    return { opCount, span, rank: Math.min(inputWidth, ...widths) };
  };
  if (layer === 'output') return after(program.ops.length, depth + 1);
  if (!Number.isInteger(layer) || layer < 1 || layer > depth) {
    const hidden = depth > 0 ? `a hidden layer, 1 to ${depth}, or ` : '';
    const none = depth > 0 ? '' : ' (the network has no hidden layer)';
    throw new NetworkError(`layer is ${String(layer)}, but must be ${hidden}'output'${none}`);
  }
  return after(program.layerEnds[layer], layer);
}
