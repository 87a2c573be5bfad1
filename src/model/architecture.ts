import { NetworkError, shorten } from '../errors.ts';
import { MAXIMAL_WIDTH } from '../layers/dense.ts';
import type { ActivationName } from '../math/activations.ts';
import {
  checkSpec,
  MAXIMAL_INPUT_WIDTH,
  MAXIMAL_LAYER_COUNT,
  type NetworkSpec,
} from './network.ts';

export interface ArchitectureOptions {
  /** Activation of the hidden layers; `tanh` by default. */
  readonly activation?: ActivationName;
  /** Activation of the output layer; `tanh` by default. */
  readonly outputActivation?: ActivationName;
}

/**
 * A dense network from a short text: input width, hidden layers, output width, joined by `-`;
 * `10x8` stands for eight layers of width ten. `2-10x8-1` has two inputs, eight hidden layers, one output.
 *
 * @throws NetworkError naming the part that does not parse or a width or depth out of range.
 */
export function parseArchitecture(text: string, options: ArchitectureOptions = {}): NetworkSpec {
  const wanted = `such as 2-10x8-1 (inputs, hidden widths, outputs; 10x8 is eight layers of ten)`;
  const shown = JSON.stringify(shorten(text));
  const parts = text.trim().split('-');
  if (parts.length < 2) {
    throw new NetworkError(`architecture is ${shown}, but must be ${wanted}`);
  }
  const widths: number[] = [];
  for (const [index, part] of parts.entries()) {
    const match = /^(\d+)(?:[x×](\d+))?$/.exec(part.trim());
    const isEnd = index === 0 || index === parts.length - 1;
    if (!match || (isEnd && match[2] !== undefined)) {
      throw new NetworkError(
        `architecture ${shown}: part ${index + 1} is ${JSON.stringify(shorten(part))}, but must be ${isEnd ? 'a width' : 'a width or width x count'}, ${wanted}`,
      );
    }
    const [width, count] = [Number(match[1]), Number(match[2] ?? 1)];
    const most = index === 0 ? MAXIMAL_INPUT_WIDTH : MAXIMAL_WIDTH;
    if (width < 1 || width > most) {
      throw new NetworkError(
        `architecture ${shown}: part ${index + 1} has width ${width}, but must have 1 to ${most}`,
      );
    }
    if (count < 1 || count >= MAXIMAL_LAYER_COUNT) {
      throw new NetworkError(
        `architecture ${shown}: part ${index + 1} has ${count} layers, but must have 1 to ${MAXIMAL_LAYER_COUNT - 1}`,
      );
    }
    // Before they are listed: thirty thousand parts of 511 layers would fill the memory.
    if (widths.length + count > MAXIMAL_LAYER_COUNT + 1) {
      throw new NetworkError(
        `architecture ${shown} has more than ${MAXIMAL_LAYER_COUNT} layers with part ${index + 1}, but must have 1 to ${MAXIMAL_LAYER_COUNT}`,
      );
    }
    for (let i = 0; i < count; i++) widths.push(width);
  }
  const { activation = 'tanh', outputActivation = 'tanh' } = options;
  return checkSpec({
    inputWidth: widths[0],
    layers: widths.slice(1).map((width, index) => ({
      type: 'dense',
      width,
      activation: index === widths.length - 2 ? outputActivation : activation,
    })),
  });
}
