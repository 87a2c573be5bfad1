import { Option, type Command } from 'commander';
import type { WeightOrder } from '../files/tensor-names.ts';
import { ACTIVATION_NAMES, ACTIVATIONS, type ActivationName } from '../math/activations.ts';
import { anyNumber, flagOf, oneOf, reading, type Reader } from './arguments.ts';
import { BACKENDS } from './host.ts';
import { readNetworkFile, type NetworkFromFile } from './network-file.ts';
import { checkKept } from './output.ts';
import { Reporter } from './reporter.ts';
import { tablePath } from './rows.ts';
import { Session, type CommonOptions } from './session.ts';

/*
 * Options that several commands have, and the network's.
 */

/**
 * An option with a value. Where its values can be listed, the help does so.
 *
 * @param flags - such as `--size <WxH>`.
 */
export function valueOption<T>(
  flags: string,
  description: string,
  read: Reader<T>,
  standard?: string,
): Option {
  const { values = [] } = read;
  const isComplete = values.every((value) => description.includes(value));
  const text = isComplete ? description : `${description}: ${values.join(', ')}`;
  const option = new Option(flags, text);
  const parse = reading(option.long!, read);
  option.argParser(parse);
  return standard === undefined ? option : option.default(parse(standard), standard);
}

/**
 * A command with the options that all have.
 *
 * @param examples - command lines, without `ftle` and the command's name.
 */
export function createCommand(
  program: Command,
  name: string,
  description: string,
  examples: readonly string[],
): Command {
  const lines = examples.map((example) => `  ftle ${name} ${example}`);
  return program
    .command(name)
    .description(description)
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'no progress and no notes')
    .allowExcessArguments(false)
    .exitOverride()
    .hook('preAction', checkSources)
    .addHelpText('after', `\nexamples:\n${lines.join('\n')}`);
}

/** No command writes over a file that it reads, except the one that `--like` names: that is made anew. */
async function checkSources(command: Command): Promise<void> {
  const { out, inputs, classes, dataset } = command.opts<Record<string, string | undefined>>();
  if (out === undefined) return;
  const [table, labels] = [inputs, classes].map((text) => text && tablePath(text).path);
  await checkKept(out, {
    'the network': command.args[0],
    '--inputs': table,
    '--classes': labels,
    '--dataset': dataset,
  });
}

/** Starts what the command reports to. */
export function startSession(name: string, options: CommonOptions, signal: AbortSignal): Session {
  return new Session(name, options, signal, new Reporter(options.quiet === true));
}

export function addBackendOption(command: Command): Command {
  const text =
    'what computes: webgpu, a headless browser; dawn, the package webgpu; cpu, in float64';
  return command.addOption(valueOption('--backend <name>', text, oneOf(BACKENDS), 'webgpu'));
}

export interface NetworkOptions {
  readonly activation?: ActivationName;
  readonly outputActivation?: ActivationName;
  readonly alpha?: number;
  readonly weightOrder?: WeightOrder;
  readonly layers?: readonly string[];
}

export function addNetworkOptions(command: Command): Command {
  const activation = oneOf(ACTIVATION_NAMES);
  return command
    .argument('<network>', 'file of the network: safetensors, ONNX or JSON')
    .addOption(
      valueOption(
        '--activation <name>',
        'of the hidden layers, where the file does not say (tanh)',
        activation,
      ),
    )
    .addOption(
      valueOption(
        '--output-activation <name>',
        'of the output, where the file does not say (identity)',
        activation,
      ),
    )
    .addOption(valueOption('--alpha <number>', 'parameter of leaky-relu, elu and celu', anyNumber))
    .addOption(
      valueOption(
        '--layers <names>',
        'names of the layers in safetensors, first to last, where they leave the order open',
        (text) => text.split(','),
      ),
    )
    .addOption(
      valueOption(
        '--weight-order <order>',
        'how weights are stored, where nothing tells: out-in or in-out',
        oneOf(['out-in', 'in-out'] as const),
      ),
    );
}

/** Reads the network and tells what was assumed. */
export async function loadFromOptions(
  path: string,
  options: NetworkOptions,
  session: Session,
): Promise<NetworkFromFile> {
  const { activation, outputActivation, alpha, weightOrder, layers } = options;
  const loaded = await readNetworkFile(path, {
    ...(activation && { activation }),
    ...(outputActivation && { outputActivation }),
    ...(alpha !== undefined && { alpha }),
    ...(weightOrder && { weightOrder }),
    ...(layers && { layers }),
  });
  const notes = [...loaded.notes, ...unusedNotes(loaded, options)];
  for (const note of notes) session.reporter.note(note);
  return { ...loaded, notes };
}

/** What a file says of its network counts, and not the option; who gives one should know. */
function unusedNotes(
  { network: { spec, depth }, isTensorsAlone }: NetworkFromFile,
  { activation, outputActivation, alpha, weightOrder, layers }: NetworkOptions,
): string[] {
  const note = (name: keyof NetworkOptions, why: string, given: string | number = ''): string =>
    `${`${flagOf(name)} ${given}`.trimEnd()} is not used: ${why}`;
  const found = spec.layers.map((layer) => layer.activation);
  const describe = <T extends string | number>(
    name: keyof NetworkOptions,
    given: T | undefined,
    own: readonly T[],
  ): string[] => {
    if (given === undefined || own.every((other) => isAlike(other, given))) return [];
    return [note(name, `the file says ${[...new Set(own)].join(', ')}`, given)];
  };
  const alphas = spec.layers
    .filter((layer) => ACTIVATIONS[layer.activation].defaultAlpha !== 0)
    .map((layer) => layer.alpha);
  const isAlphaLost = alpha !== undefined && alphas.length === 0;
  const ownReading = 'this file says itself how it is to be read';
  return [
    ...describe('activation', activation, found.slice(0, depth)),
    ...describe('outputActivation', outputActivation, found.slice(depth)),
    ...(isAlphaLost ? [note('alpha', 'no activation of the network has it', alpha)] : []),
    ...describe('alpha', alpha, alphas),
    ...(layers && !isTensorsAlone ? [note('layers', ownReading)] : []),
    ...(weightOrder && !isTensorsAlone ? [note('weightOrder', ownReading)] : []),
  ];
}

/** Numbers in files are often float32. */
function isAlike(a: string | number, b: string | number): boolean {
  return a === b || (typeof a === 'number' && Math.fround(a) === Math.fround(Number(b)));
}
