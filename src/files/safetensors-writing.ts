import { DataError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import { readTensor, tensorPlaces } from '../model/parameters.ts';
import { ownName, OWN_MEMBER, OWN_VERSION } from './own-tensors.ts';
import { LENGTH_BYTES, METADATA } from './safetensors-layout.ts';
import { showShape } from './show.ts';

const FLOAT32_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** float32 values to write, row-major. */
export interface TensorValues {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Writes a network as a safetensors file; reading it gives every bit back.
 *
 * @param metadata - JSON values; kept as they are.
 * @throws DataError if the metadata do not go into JSON.
 */
export function writeNetworkSafetensors(
  network: Network,
  metadata: Readonly<Record<string, unknown>> = {},
): Uint8Array {
  const { inputWidth, layers } = network.spec;
  const tensors = tensorPlaces(network).map((place) => {
    return {
      name: ownName(place.layerIndex, place.name),
      shape: place.shape,
      values: readTensor(place, network.parameters),
    };
  });
  let text: string;
  try {
    text = JSON.stringify({ version: OWN_VERSION, inputWidth, layers, metadata });
  } catch (cause) {
    throw new DataError(`metadata does not go into JSON: ${String(cause)}`, { cause });
  }
  return writeSafetensors(tensors, { format: 'pt', [OWN_MEMBER]: text });
}

/**
 * Writes a file of float32 tensors, in the given order.
 *
 * @throws DataError if a name stands twice or values do not fit their shape.
 */
export function writeSafetensors(
  tensors: readonly TensorValues[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const members = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) members.set(METADATA, metadata);
  let end = 0;
  for (const { name, shape, values } of tensors) {
    if (members.has(name) || name === METADATA) {
      throw new DataError(`tensor name ${name} is taken, but every tensor needs its own`);
    }
    const count = shape.reduce((product, length) => product * length, 1);
    if (values.length !== count) {
      throw new DataError(
        `tensor ${name} has ${values.length} values, but shape ${showShape(shape)} needs ${count}`,
      );
    }
    const start = end;
    end += values.length * FLOAT32_BYTES;
    members.set(name, { dtype: 'F32', shape, data_offsets: [start, end] });
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(members)));
  // Padded with spaces, so that the data are aligned for readers that map the file into memory.
  const headerLength = LENGTH_BYTES * Math.ceil(text.length / LENGTH_BYTES);
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength);
  bytes.set(text, LENGTH_BYTES);
  let offset = LENGTH_BYTES + headerLength;
  for (const { values } of tensors) {
    for (let i = 0; i < values.length; i++, offset += FLOAT32_BYTES) {
      view.setFloat32(offset, values[i], true);
    }
  }
  return bytes;
}
