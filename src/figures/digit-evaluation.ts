import type { Network } from '../model/network.ts';
import type { StepContext } from './figure.ts';

/*
 * Networks over pixels at many images, in turns that leave a run its checkpoints.
 */

type EvaluationContext = Pick<StepContext<never>, 'engine' | 'checkpoint' | 'signal'>;

/** Images between two checkpoints. */
const TURN = 1000;

/** What a network says of images. */
export interface Evaluated {
  readonly exponents: Float32Array;
  readonly outputs: Float32Array;
  readonly classes: Uint8Array;
  /** Empty unless they were asked for. */
  readonly directions: Float32Array;
}

/** λ₁ over all inputs at a hidden layer, and what else a network says of images. */
export async function evaluate(
  { engine, checkpoint, signal }: EvaluationContext,
  network: Network,
  layer: number,
  inputs: Float32Array,
  onProgress: (fraction: number) => void = () => undefined,
  wantsDirections = false,
): Promise<Evaluated> {
  const { inputWidth, outputWidth } = network;
  const count = inputs.length / inputWidth;
  const found = {
    exponents: new Float32Array(count),
    outputs: new Float32Array(count * outputWidth),
    classes: new Uint8Array(count),
    directions: new Float32Array(wantsDirections ? inputs.length : 0),
  };
  const model = engine.createModel(network);
  try {
    const evaluator = await engine.createEvaluator(model, {
      layer,
      space: 'full',
      exponentCount: 1,
      directions: wantsDirections,
    });
    try {
      for (let first = 0; first < count; first += TURN) {
        await checkpoint();
        const part = inputs.subarray(first * inputWidth, (first + TURN) * inputWidth);
        const data = await evaluator.evaluate(part, { signal });
        found.exponents.set(data.exponents, first);
        found.outputs.set(data.outputs, first * outputWidth);
        found.classes.set(data.classes, first);
        if (data.directions) found.directions.set(data.directions, first * inputWidth);
        onProgress(Math.min(1, (first + TURN) / count));
      }
    } finally {
      evaluator.dispose();
    }
  } finally {
    model.dispose();
  }
  return found;
}

/** λ₁ and outputs of a network at some images. */
type Piece = Pick<Evaluated, 'exponents' | 'outputs'>;

/** Images [count][inputWidth] from `first` to before `last`. */
type Images = (first: number, last: number) => Float32Array;

/**
 * λ₁ over all inputs at a hidden layer, and outputs, of each network at all images. Goes on from the pieces that are
 * kept of the step, if there are some.
 */
export async function measureImages(
  context: EvaluationContext & Pick<StepContext<never>, 'kept' | 'onProgress'>,
  networks: readonly Network[],
  layer: number,
  images: Images,
  count: number,
): Promise<Piece[]> {
  const { kept, checkpoint, onProgress } = context;
  const turns = Array.from({ length: Math.ceil(count / TURN) }, (_, turn) => turn * TURN);
  const places = networks.flatMap((network) =>
    turns.map((first) => ({ network, first, last: Math.min(first + TURN, count) })),
  );
  const pieces = keptPieces(kept, places);
  for (const { network, first, last } of places.slice(pieces.length)) {
    await checkpoint(() => [...pieces]);
    const { exponents, outputs } = await evaluate(context, network, layer, images(first, last));
    pieces.push({ exponents, outputs });
    onProgress(pieces.length / places.length);
  }
  return networks.map((_, i) => joinPieces(pieces.slice(i * turns.length, (i + 1) * turns.length)));
}

/** Where a piece belongs. */
interface Place {
  readonly network: Network;
  readonly first: number;
  readonly last: number;
}

/** The pieces of the first places that were kept; none if they are damaged. */
function keptPieces(kept: unknown, places: readonly Place[]): Piece[] {
  if (!Array.isArray(kept) || kept.length > places.length) return [];
  const pieces = kept as (Partial<Piece> | null)[];
  const areWhole = pieces.every((piece, i) => {
    const { network, first, last } = places[i];
    return (
      isArray(piece?.exponents, last - first) &&
      isArray(piece?.outputs, (last - first) * network.outputWidth)
    );
  });
  return areWhole ? [...(pieces as Piece[])] : [];
}

const isArray = (values: unknown, length: number): boolean =>
  values instanceof Float32Array && values.length === length;

const joinPieces = (pieces: readonly Piece[]): Piece => ({
  exponents: Float32Array.from(pieces.flatMap(({ exponents }) => [...exponents])),
  outputs: Float32Array.from(pieces.flatMap(({ outputs }) => [...outputs])),
});
