import { layerType } from '../layers/registry.ts';
import type { NetworkSpec } from '../model/network.ts';

/*
 * A network as a safetensors file. Tensors are named as PyTorch names those of
 *
 *     nn.Sequential(nn.Linear(2, 10), nn.Tanh(), nn.Linear(10, 1), nn.Tanh())
 *
 * so layer l from 0 has `${2 l}.weight` [out][in] and `${2 l}.bias` [out]; `load_state_dict` takes them. What
 * tensors do not tell is in the metadata, as JSON under the name `ftle-map`:
 *
 *     { "version": 1, "inputWidth": 2, "layers": [{ "type": "dense", "width": 10, "activation": "tanh", … }, …],
 *       "metadata": { … anything, kept as it is } }
 *
 * Files of others have no such entry.
 */

export const OWN_MEMBER = 'ftle-map';
export const OWN_VERSION = 1;

/** Name of a layer's tensor, such as `2.weight` of the second layer. */
export function ownName(layerIndex: number, name: string): string {
  return `${2 * layerIndex}.${name}`;
}

/** Shapes of all tensors by name, without a network that would hold them. */
export function ownShapes(spec: NetworkSpec): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  let width = spec.inputWidth;
  spec.layers.forEach((layer, layerIndex) => {
    const type = layerType(layer.type, `layers[${layerIndex}]`);
    for (const { name, shape } of type.tensors(layer, width)) {
      shapes.set(ownName(layerIndex, name), shape);
    }
    width = type.outputWidth(layer, width);
  });
  return shapes;
}
