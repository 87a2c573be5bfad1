import type { Initialisation } from '../math/initialisation.ts';
import type { OpSpec } from '../ops/op.ts';

/**
 * What a layer type is. A specification is plain JSON: `{ type, … }`.
 *
 * @typeParam S - the checked specification, every optional member filled in.
 */
export interface LayerType<S extends { readonly type: string }> {
  readonly type: S['type'];
  /**
   * Checks untrusted input.
   *
   * @param place - where it stands, such as `layers[2]`, for messages.
   * @throws NetworkError naming place, value and wanted value.
   */
  check(spec: Readonly<Record<string, unknown>>, place: string): S;
  outputWidth(spec: S, inputWidth: number): number;
  /** The ops it is made of, in order; widths chain from `inputWidth` to `outputWidth`. */
  lower(spec: S, inputWidth: number): OpSpec[];
  /** Names that its tensors can have: members of a layer in files which are not of the specification. */
  readonly tensorNames: readonly string[];
  /** Its parameters, in the order of files. */
  tensors(spec: S, inputWidth: number): LayerTensor[];
  /** Start values of one tensor, row-major without padding. */
  initialise(tensor: LayerTensor, start: Initialisation, key: LayerKey): Float64Array;
}

/** One parameter tensor of a layer. */
export interface LayerTensor {
  readonly name: string;
  /** `[rows, columns]` or `[length]`. */
  readonly shape: readonly number[];
  /** Which op of the layer holds it, and which part of that op's parameters it is. */
  readonly opIndex: number;
  readonly part: 'weight' | 'bias';
}

/** Which stream of random numbers a layer draws its start values from. */
export interface LayerKey {
  readonly seed: number;
  readonly layerIndex: number;
}
