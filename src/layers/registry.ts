import { NetworkError, show } from '../errors.ts';
import { dense, type DenseSpec } from './dense.ts';
import type { LayerType } from './layer.ts';

/** A checked layer specification. */
export type LayerSpec = DenseSpec;

/** Every layer type, by the `type` of its specification. */
export const LAYERS: { readonly [T in LayerSpec['type']]: LayerType<LayerSpec & { type: T }> } = {
  dense,
};

/** The rules of a layer type; `place` is for the message if the type is unknown. */
export function layerType(type: unknown, place: string): LayerType<LayerSpec> {
  if (typeof type === 'string' && Object.hasOwn(LAYERS, type)) {
    return LAYERS[type as LayerSpec['type']];
  }
  const wanted = Object.keys(LAYERS).join(', ');
  throw new NetworkError(`${place}.type is ${show(type)}, but must be one of ${wanted}`);
}
