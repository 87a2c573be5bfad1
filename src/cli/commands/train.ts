import type { Command } from 'commander';
import type { Dataset } from '../../data/dataset.ts';
import { DATASET_NAMES } from '../../data/toy.ts';
import { countOf } from '../../errors.ts';
import { describeNetwork, parametersValue, type TrainingRecord } from '../../files/parameters.ts';
import { ACTIVATION_NAMES, type ActivationName } from '../../math/activations.ts';
import type { Initialisation } from '../../math/initialisation.ts';
import { parseArchitecture } from '../../model/architecture.ts';
import { createNetwork, type Network } from '../../model/network.ts';
import { initialiseNetwork, takeOriginalInputs } from '../../model/parameters.ts';
import {
  checkTraining,
  MAXIMAL_BATCH_SIZE,
  type Loss,
  type Optimizer,
  type TrainingOptions,
} from '../../model/training.ts';
import {
  asUsage,
  numberAbove,
  oneOf,
  readEnding,
  refuseUnused,
  UsageError,
  wholeNumber,
} from '../arguments.ts';
import { isDatasetFile, loadDataset, readDatasetName } from '../dataset-file.ts';
import { packNetwork } from '../jobs/job.ts';
import { addBackendOption, createCommand, startSession, valueOption } from '../options.ts';
import { checkPlace, writeOutput } from '../output.ts';
import type { RunOptions } from '../session.ts';
import { showNumber, showSeconds } from '../wording.ts';

interface Options extends RunOptions {
  readonly dataset: string;
  readonly standardise: boolean;
  readonly architecture?: string;
  readonly activation: ActivationName;
  readonly outputActivation?: ActivationName;
  readonly seed: number;
  readonly startVariance: number;
  readonly epochs: number;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly momentum?: number;
  readonly weightDecay: number;
  readonly batchSize: number;
  readonly loss?: Loss;
  readonly out: string;
}

/** Hidden layers where no architecture is given. */
const DEFAULT_HIDDEN = '10x8';

export function addTrainCommand(program: Command, signal: AbortSignal): void {
  const command = createCommand(program, 'train', 'a network, trained from its start values', [
    '--dataset circle --architecture 2-10x8-1 --seed 1 --epochs 20 --out net.safetensors',
    '--dataset data.npz --optimizer adam --learning-rate 0.001 --out net.json',
  ]);
  const activation = oneOf(ACTIVATION_NAMES);
  const rate = numberAbove(0, true);
  const options = [
    valueOption(
      '--architecture <widths>',
      `inputs, hidden layers, outputs, such as 2-10x8-1 (${DEFAULT_HIDDEN} between those of the data)`,
      (text) => text,
    ),
    valueOption('--activation <name>', 'of the hidden layers', activation, 'tanh'),
    valueOption(
      '--output-activation <name>',
      'of the output (tanh for one output, else identity)',
      activation,
    ),
    valueOption(
      '--seed <n>',
      'decides start values, data and the order of samples',
      wholeNumber(0),
      '1',
    ),
    valueOption('--start-variance <σ²>', 'start weights have variance σ²/fan-in', rate, '1'),
    valueOption('--epochs <n>', 'passes over the data', numberAbove(0, false), '20'),
    valueOption('--optimizer <name>', 'sgd or adam', oneOf(['sgd', 'adam'] as const), 'sgd'),
    valueOption('--learning-rate <η>', 'step size', numberAbove(0, false), '0.05'),
    valueOption('--momentum <number>', 'of sgd, from 0 to below 1 (0)', rate),
    valueOption('--weight-decay <number>', 'L2 penalty', rate, '0'),
    valueOption('--batch-size <n>', 'samples of a step', wholeNumber(1, MAXIMAL_BATCH_SIZE), '64'),
    valueOption(
      '--loss <name>',
      'squared or cross-entropy (squared for one output)',
      oneOf(['squared', 'cross-entropy'] as const),
    ),
  ];
  command
    .addOption(
      valueOption(
        '--dataset <name>',
        `${DATASET_NAMES.join(', ')}, or data.npz with inputs and either targets or classes`,
        readDatasetName,
      ).makeOptionMandatory(),
    )
    .option('--no-standardise', 'train on the inputs of data.npz as they are');
  for (const option of options) command.addOption(option);
  command.requiredOption('--out <file>', 'net.safetensors or net.json');
  addBackendOption(command).action((given: Options) => train(given, signal));
}

async function train(given: Options, signal: AbortSignal): Promise<void> {
  const { out, backend, seed, standardise } = given;
  const format = readEnding(out, ['safetensors', 'json']);
  if (given.optimizer !== 'sgd') refuseUnused(given, ['momentum'], 'is for --optimizer sgd');
  if (!standardise && !isDatasetFile(given.dataset))
    throw new UsageError('--no-standardise is for data.npz: toy problems come standardised');
  await checkPlace(out);
  const session = startSession('train', given, signal);
  const dataset = await loadDataset(given.dataset, { seed, standardise });
  const start = { scheme: 'gaussian', variance: given.startVariance } as const;
  const network = asUsage(() => makeNetwork(given, dataset, start));
  const { optimizer, learningRate, momentum = 0, weightDecay, batchSize } = given;
  const loss = given.loss ?? (network.outputWidth === 1 ? 'squared' : 'cross-entropy');
  const options: TrainingOptions = {
    optimizer,
    learningRate,
    momentum,
    weightDecay,
    batchSize,
    loss,
    seed,
  };
  asUsage(() => checkTraining(network, dataset, options));
  const stepCount = Math.ceil((given.epochs * dataset.trainCount) / batchSize);
  const job = { network: packNetwork(network), dataset, options, stepCount };
  const { result, description, seconds } = await session.run(backend, 'train', job);
  const isFile = isDatasetFile(given.dataset);
  const standard = createNetwork(network.spec, result.parameters);
  // What is written takes inputs as they stand in the file, so that all commands can.
  const trained = isFile ? takeOriginalInputs(standard, dataset) : standard;
  const training: TrainingRecord = { dataset: given.dataset, ...options, stepCount };
  const record = describeNetwork(trained, undefined, { ...start, seed });
  const parameters = parametersValue({ network: record, training });
  const { mean, deviation } = dataset;
  const standardisation = isFile ? null : { mean: [...mean], deviation: [...deviation] };
  const metadata = { parameters, ...(standardisation && { standardisation }) };
  await writeOutput(out, await WRITERS[format](trained, metadata));
  const { epoch, trainLoss, testLoss, trainAccuracy, testAccuracy } = result.status;
  session.print(
    {
      out,
      format,
      backend,
      device: description,
      seconds,
      stepCount,
      epoch,
      trainLoss,
      testLoss,
      trainAccuracy,
      testAccuracy,
      standardisation,
      parameters,
    },
    [
      `${out}: ${countOf(stepCount, 'step')}, ${showNumber(epoch)} epochs`,
      `loss ${showNumber(trainLoss)}, of the test set ${showNumber(testLoss)}; accuracy ${percent(trainAccuracy)}, of the test set ${percent(testAccuracy)}`,
      `${backend} (${description}), ${showSeconds(seconds)}`,
    ],
  );
}

/** Each is a chunk of its own. */
const WRITERS = {
  async json(network: Network, metadata: Readonly<Record<string, unknown>>) {
    const { writeNetworkJson } = await import('../../files/json.ts');
    return writeNetworkJson(network, metadata);
  },
  async safetensors(network: Network, metadata: Readonly<Record<string, unknown>>) {
    const { writeNetworkSafetensors } = await import('../../files/safetensors-writing.ts');
    return writeNetworkSafetensors(network, metadata);
  },
};

function makeNetwork(given: Options, dataset: Dataset, start: Initialisation): Network {
  const { inputWidth, outputWidth } = dataset;
  const text = given.architecture ?? `${inputWidth}-${DEFAULT_HIDDEN}-${outputWidth}`;
  const standard = /-\s*1\s*$/.test(text) ? 'tanh' : 'identity';
  const outputActivation = given.outputActivation ?? standard;
  const spec = parseArchitecture(text, { activation: given.activation, outputActivation });
  return initialiseNetwork(spec, given.seed, start);
}

const percent = (fraction: number): string => `${(100 * fraction).toFixed(2)} %`;
