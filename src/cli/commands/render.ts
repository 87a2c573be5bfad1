import type { Command } from 'commander';
import type { FieldData, FieldRequest } from '../../engine/engine.ts';
import { allocateRows, setBand } from '../../engine/field-bands.ts';
import type { DrawnRidges } from '../../engine/ridge-limits.ts';
import { countOf, FtleError } from '../../errors.ts';
import type { FieldFormat } from '../../files/file-options.ts';
import { parametersValue, type TrainingRecord } from '../../files/parameters.ts';
import { readParameters, writeField } from '../../files/save.ts';
import type { Network } from '../../model/network.ts';
import { planeCoordinates, type Plane } from '../../model/plane.ts';
import { COLORMAPS, type ColormapName } from '../../render/palette.ts';
import { QUANTITIES, type Quantity, type SampleMarks } from '../../render/style.ts';
import {
  numberAbove,
  oneOf,
  readEnding,
  readRange,
  readThreshold,
  refuseUnused,
  UsageError,
  wholeNumber,
} from '../arguments.ts';
import { loadDataset, readDatasetName } from '../dataset-file.ts';
import { packNetwork } from '../jobs/job.ts';
import type { FieldPart } from '../jobs/field.ts';
import { addFieldOptions, chooseField, type FieldOptions } from '../field-options.ts';
import {
  addBackendOption,
  addNetworkOptions,
  createCommand,
  loadFromOptions,
  startSession,
  valueOption,
} from '../options.ts';
import { checkPlace, writeOutput } from '../output.ts';
import { openRows } from '../rows.ts';
import type { RunOptions, Session } from '../session.ts';
import { showExtent, showSeconds } from '../wording.ts';

interface Options extends FieldOptions, RunOptions {
  readonly quantity?: Quantity;
  readonly outputIndex?: number;
  readonly perLayer?: boolean;
  readonly colormap?: ColormapName;
  readonly range?: 'auto' | readonly [number, number];
  readonly ridges?: boolean;
  readonly ridgeSmoothing?: number;
  readonly ridgeThreshold?: number | 'auto';
  readonly directions?: boolean;
  readonly boundary?: boolean;
  readonly samples?: boolean;
  /** False only where it is left out on purpose. */
  readonly colorbar?: boolean;
  readonly pixelRatio?: number;
  readonly grey?: boolean;
  readonly dataset?: string;
  readonly seed?: number;
  readonly out: string;
}

/** As many as can be told apart on a map of a few hundred pixels. */
const MOST_SAMPLES = 600;

export function addRenderCommand(program: Command, signal: AbortSignal): void {
  const command = createCommand(program, 'render', 'the map of a network, as a picture', [
    'net.safetensors --ridges --boundary --out map.png',
    'net.onnx --size 1200x800 --quantity class --colormap viridis --out map.svg',
    'net.onnx --inputs x.npy --plane-points 0,10,20 --samples --out map.png',
    'net.safetensors --like map.png --size 2048x2048 --out larger.png',
  ]);
  addNetworkOptions(command);
  addFieldOptions(command, ', and all that is drawn,');
  command
    .addOption(valueOption('--quantity <name>', 'what is shown (exponent)', oneOf(QUANTITIES)))
    .addOption(
      valueOption('--output-index <i>', 'which output the quantity output shows', wholeNumber(0)),
    )
    .option('--per-layer', 'show λ instead of l·λ')
    .addOption(valueOption('--colormap <name>', 'colours (diverging)', oneOf(COLORMAPS)))
    .addOption(
      valueOption('--range <low,high>', 'values of the ends of the colours (auto)', readRange),
    )
    .option('--ridges', 'draw the ridges')
    .addOption(
      valueOption(
        '--ridge-smoothing <part>',
        'scale of their derivatives, a part of the longer side, up to 16 pixels (1/170)',
        numberAbove(0, false),
      ),
    )
    .addOption(
      valueOption(
        '--ridge-threshold <lambda>',
        'least λ per layer of a ridge (auto)',
        readThreshold,
      ),
    )
    .option('--directions', 'draw stretching directions')
    .option('--boundary', 'draw the decision boundary')
    .option(
      '--samples',
      'draw points of --dataset, or the three that the plane goes through, or rows of --inputs',
    )
    .addOption(
      valueOption(
        '--dataset <name>',
        'whose points (what the network was trained on, if it was here)',
        readDatasetName,
      ),
    )
    .addOption(valueOption('--seed <n>', 'of the data set (1)', wholeNumber(0)))
    .option('--no-colorbar', 'leave out the colour bar')
    .addOption(
      valueOption(
        '--pixel-ratio <n>',
        'pixels for each unit of lines and text',
        numberAbove(0, false, 256),
      ),
    )
    .option('--grey', 'grey PNG of 16 bits that holds the numbers, λ per layer')
    .requiredOption('--out <file>', 'map.png or map.svg');
  addBackendOption(command).action((path: string, options: Options) => {
    const { colorbar, ...rest } = options;
    // The standard of an option `--no-…` is true, which is not what was said.
    return render(path, colorbar === false ? { ...rest, colorbar } : rest, signal);
  });
}

async function render(path: string, given: Options, signal: AbortSignal): Promise<void> {
  const { out } = given;
  const ending = readEnding(out, ['png', 'svg']);
  if (given.grey && ending === 'svg') throw new UsageError('--grey is for .png');
  await checkPlace(out);
  const session = startSession('render', given, signal);
  const { network, origin } = await loadFromOptions(path, given, session);
  const { request, span, places, like } = await chooseField(network, given, session, given.samples);
  const options = { colorbar: true, ...like?.picture, ...like?.grey, ...given };
  const isGrey = given.grey ?? (like?.grey !== undefined && ending === 'png');
  checkUse(given, options, isGrey);
  const { outputIndex = 0 } = options;
  if (outputIndex >= network.outputWidth) {
    throw new UsageError(
      `--output-index is ${outputIndex}, but must be a whole number from 0 to ${network.outputWidth - 1}`,
    );
  }
  const findSamples = async (): Promise<SampleMarks> => {
    const { plane } = request;
    if (given.dataset === undefined) {
      if (places) return markPlaces(places);
      if (given.inputs !== undefined) return markRows(given.inputs, plane, session);
    }
    return markDataset(given, origin.training, network, plane);
  };
  const samples = options.samples
    ? await findSamples().catch((error: unknown) => {
        // Nobody asked for those of `--like`, which says no more than that there were some.
        const isAsked = given.samples ?? given.dataset !== undefined;
        if (isAsked || !(error instanceof FtleError)) throw error;
        session.reporter.note(`samples as in ${given.like!} are left out: ${error.message}`);
        return null;
      })
    : null;
  const data: FieldData = allocateRows(network, request, span, request.height);
  const drawn: DrawnRidges = {
    smoothing: options.ridgeSmoothing ?? null,
    threshold: options.ridgeThreshold ?? 'auto',
  };
  const job = {
    network: packNetwork(network),
    request,
    ridges: options.ridges === true && !isGrey ? drawn : null,
  };
  const run = await session.run(given.backend, 'render', job, {
    async take(part) {
      setBand(data, wholeBand(part, request, span));
    },
  });
  const { exponents, ridges } = run.result;
  const format: FieldFormat = isGrey ? 'grey' : ending;
  const bytes = await writeField(data, format, origin, { ...options, ridges, samples });
  signal.throwIfAborted();
  await writeOutput(out, bytes);
  const { backend, description, seconds } = run;
  session.print(
    {
      out,
      format,
      backend,
      device: description,
      seconds,
      lambda1: exponents,
      ridgeSegments: ridges ? ridges.length / 4 : null,
      parameters: parametersValue(await readParameters(bytes)),
    },
    [
      `${out}: ${request.width} × ${request.height}, ${showExtent(exponents, 'pixel')}`,
      `${backend} (${description}), ${showSeconds(seconds)}`,
    ],
  );
}

/**
 * @param options - those that are given, and what `--like` adds to them.
 * @throws UsageError if an option is given that draws nothing.
 */
function checkUse(
  given: Options,
  { ridges, quantity, samples }: Pick<Options, 'ridges' | 'quantity' | 'samples'>,
  isGrey: boolean,
): void {
  if (isGrey) {
    const why = `has no place in grey pictures, and ${given.grey ? '--grey' : given.like!} asks for one`;
    refuseUnused(given, COLOURED, why);
  }
  if (!ridges) {
    refuseUnused(given, ['ridgeSmoothing', 'ridgeThreshold'], 'has no effect without --ridges');
  }
  if (quantity !== 'output') {
    refuseUnused(given, ['outputIndex'], 'has no effect without --quantity output');
  }
  if (!samples) refuseUnused(given, ['dataset'], 'has no effect without --samples');
  if (given.dataset === undefined) {
    refuseUnused(given, ['seed'], 'has no effect without --dataset, whose points it chooses');
  }
}

/** What a picture that holds numbers has not. */
const COLOURED = [
  'perLayer',
  'colormap',
  'ridges',
  'directions',
  'boundary',
  'samples',
  'pixelRatio',
] as const satisfies readonly (keyof Options)[];

function wholeBand(part: FieldPart, request: FieldRequest, span: number) {
  return { ...(part as Required<FieldPart>), request, span };
}

/** The points that a plane was made from, each in a colour of its own. */
function markPlaces(places: Float32Array): SampleMarks {
  const count = places.length / 2;
  return { points: places, classes: Uint8Array.from({ length: count }, (_, i) => i), count };
}

/** Plane coordinates [count][2] of points [count][inputs]. */
function projectRows(points: Float32Array, plane: Plane): Float32Array {
  const width = plane.origin.length;
  const marks = new Float32Array((2 * points.length) / width);
  for (let i = 0; i < marks.length / 2; i++) {
    const point = points.subarray(i * width, (i + 1) * width);
    marks.set(planeCoordinates(plane, point), 2 * i);
  }
  return marks;
}

/** The first rows of a table, projected onto the plane, in one colour: nobody says what classes they have. */
async function markRows(inputs: string, plane: Plane, { reporter }: Session): Promise<SampleMarks> {
  const width = plane.origin.length;
  const rows = await openRows(inputs, width);
  try {
    const points = (await rows.read(MOST_SAMPLES))!;
    await rows.verify();
    const count = points.length / width;
    if (count < rows.count) {
      reporter.note(`--samples draws the first ${count} of ${rows.count} rows of ${inputs}`);
    }
    return { points: projectRows(points, plane), classes: new Uint8Array(count), count };
  } finally {
    await rows.close();
  }
}

/** The first points of a data set, which are in random order, projected onto the plane. */
async function markDataset(
  { dataset: given, seed: givenSeed = 1 }: Options,
  trained: TrainingRecord | undefined,
  network: Network,
  plane: Plane,
): Promise<SampleMarks> {
  const name = given ?? trained?.dataset;
  if (name === undefined) {
    throw new UsageError('--samples needs --dataset: the file does not say what it was trained on');
  }
  const seed = given === undefined ? trained!.seed : givenSeed;
  const { points, classes, inputWidth, count } = await loadDataset(name, {
    seed,
    standardise: false,
  });
  if (inputWidth !== network.inputWidth) {
    throw new UsageError(
      `--dataset ${name} has ${countOf(inputWidth, 'input')}, but the network has ${network.inputWidth}`,
    );
  }
  const shown = Math.min(count, MOST_SAMPLES);
  const marks = projectRows(points.subarray(0, shown * inputWidth), plane);
  return { points: marks, classes: classes.subarray(0, shown), count: shown };
}
