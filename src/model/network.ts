import { assert, NetworkError, show } from '../errors.ts';
import { layerType, type LayerSpec } from '../layers/registry.ts';
import { BLOCK, blockCount, type Op, type OpSpec } from '../ops/op.ts';
import { opRules } from '../ops/registry.ts';

/** What a network is made of, without its parameters: plain JSON. */
export interface NetworkSpec {
  readonly inputWidth: number;
  /** Hidden layers, then the output layer. */
  readonly layers: readonly LayerSpec[];
}

/** The ops that a network lowers to, with their places in memory. */
export interface Program {
  readonly ops: readonly Op[];
  /** `layerEnds[l]`: how many ops make up the input and layers 1 to l; `layerEnds[0]` is 0. */
  readonly layerEnds: readonly number[];
  /** Floats of the flat parameter array. */
  readonly parameterLength: number;
  /** Floats of a column that keeps the input and the state after every op. */
  readonly stateLength: number;
}

/** A feed-forward network: plain data. */
export interface Network {
  readonly spec: NetworkSpec;
  readonly inputWidth: number;
  readonly outputWidth: number;
  /** Number of hidden layers, L; the output layer is not counted. */
  readonly depth: number;
  readonly program: Program;
  /** All parameters, float32, in the layout of the program's ops (padded to blocks of four). */
  readonly parameters: Float32Array;
}

export const MAXIMAL_LAYER_COUNT = 512;
/** More than a colour picture of 512 × 512. */
export const MAXIMAL_INPUT_WIDTH = 2 ** 20;
/** Floats of the parameter array, half a GiB: 127 layers of width 1024. */
export const MAXIMAL_PARAMETER_COUNT = 2 ** 27;

/**
 * Checks a specification from an untrusted source and fills in what is optional.
 *
 * @throws NetworkError naming place, value and wanted value.
 */
export function checkSpec(value: unknown): NetworkSpec {
  if (typeof value !== 'object' || value === null) {
    throw new NetworkError(`network is ${show(value)}, but must be { inputWidth, layers }`);
  }
  const { inputWidth, layers } = value as Record<string, unknown>;
  const isWhole = typeof inputWidth === 'number' && Number.isInteger(inputWidth);
  if (!isWhole || inputWidth < 1 || inputWidth > MAXIMAL_INPUT_WIDTH) {
    throw new NetworkError(
      `inputWidth is ${show(inputWidth)}, but must be a whole number from 1 to ${MAXIMAL_INPUT_WIDTH}`,
    );
  }
  if (!Array.isArray(layers) || layers.length < 1 || layers.length > MAXIMAL_LAYER_COUNT) {
    const found = Array.isArray(layers) ? `has ${layers.length} layers` : 'is no list';
    throw new NetworkError(`layers ${found}, but must be a list of 1 to ${MAXIMAL_LAYER_COUNT}`);
  }
  const spec: NetworkSpec = {
    inputWidth,
    layers: layers.map((layer: unknown, index) => {
      const place = `layers[${index}]`;
      if (typeof layer !== 'object' || layer === null) {
        throw new NetworkError(`${place} is ${show(layer)}, but must be { type, … }`);
      }
      const members = layer as Record<string, unknown>;
      return layerType(members.type, place).check(members, place);
    }),
  };
  const { parameterLength } = lowerSpec(spec);
  if (parameterLength > MAXIMAL_PARAMETER_COUNT) {
    throw new NetworkError(
      `the layers have ${parameterLength} parameters, but may have ${MAXIMAL_PARAMETER_COUNT} at most: take fewer or narrower ones`,
    );
  }
  return spec;
}

/** Lays out the ops of a checked specification. */
export function lowerSpec(spec: NetworkSpec): Program {
  const ops: Op[] = [];
  const layerEnds = [0];
  let width = spec.inputWidth;
  let parameterOffset = 0;
  let stateOffset = 0;
  spec.layers.forEach((layer, index) => {
    for (const op of layerType(layer.type, `layers[${index}]`).lower(layer, width)) {
      const inputOffset = stateOffset;
      stateOffset += BLOCK * blockCount(op.inputWidth);
      ops.push({ ...op, parameterOffset, inputOffset, outputOffset: stateOffset });
      parameterOffset += parameterLength(op);
      width = op.outputWidth;
    }
    layerEnds.push(ops.length);
  });
  const stateLength = stateOffset + BLOCK * blockCount(width);
  return { ops, layerEnds, parameterLength: parameterOffset, stateLength };
}

function parameterLength(op: OpSpec): number {
  const length = opRules(op).parameterLength(op);
  assert(length % BLOCK === 0, `${op.name} takes ${length} floats, no whole number of blocks`);
  return length;
}

/**
 * Puts a network together.
 *
 * @param parameters - in the layout of the program; zeros if left out. Not copied.
 * @throws NetworkError if the length does not fit or a value is not finite.
 */
export function createNetwork(spec: NetworkSpec, parameters?: Float32Array): Network {
  const program = lowerSpec(spec);
  const values = parameters ?? new Float32Array(program.parameterLength);
  if (values.length !== program.parameterLength) {
    throw new NetworkError(
      `parameters has ${values.length} floats, but the layers need ${program.parameterLength}`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new NetworkError(`parameters[${bad}] is ${values[bad]}, but must be finite`);
  }
  return {
    spec,
    inputWidth: spec.inputWidth,
    outputWidth: program.ops.at(-1)!.outputWidth,
    depth: spec.layers.length - 1,
    program,
    parameters: values,
  };
}
