import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { asError, DeviceError, FtleError } from '../errors.ts';
import { UsageError } from './arguments.ts';
import { addAccuracyCommand } from './commands/accuracy.ts';
import { addAttackCommand } from './commands/attack.ts';
import { addBenchCommand } from './commands/bench.ts';
import { addFieldCommand } from './commands/field.ts';
import { addFigureCommand } from './commands/figure.ts';
import { addInspectCommand } from './commands/inspect.ts';
import { addPointsCommand } from './commands/points.ts';
import { addRenderCommand } from './commands/render.ts';
import { addRidgesCommand } from './commands/ridges.ts';
import { addTrainCommand } from './commands/train.ts';
import { reasonOf } from './input-file.ts';
import { removeUnfinished } from './output.ts';
import { printable } from './wording.ts';

/** What the process ends with. A signal gives 128 and its number, as shells have it. */
const EXIT = { good: 0, failure: 1, usage: 2, device: 3 } as const;
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Milliseconds that tidying up may take after a signal. */
const GRACE = 10_000;

function createProgram(signal: AbortSignal): Command {
  const program = new Command('ftle')
    .description('finite-time Lyapunov exponents of neural networks')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError(true);
  addInspectCommand(program, signal);
  addFieldCommand(program, signal);
  addPointsCommand(program, signal);
  addRenderCommand(program, signal);
  addRidgesCommand(program, signal);
  addTrainCommand(program, signal);
  addAccuracyCommand(program, signal);
  addAttackCommand(program, signal);
  addFigureCommand(program, signal);
  addBenchCommand(program, signal);
  program.addHelpText(
    'after',
    `
ftle COMMAND --help has the options of each, with examples.
exit codes: 0 good, 1 failure, 2 wrong command line, 3 no device to compute on`,
  );
  return program;
}

/** Runs a command line, without the first two words of process.argv; the exit code. */
async function runCommandLine(args: readonly string[], signal: AbortSignal): Promise<number> {
  const program = createProgram(signal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.good;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.good;
    if (signal.aborted) throw thrown;
    const failure = describeFailure(thrown, args, program);
    process.stderr.write(`ftle: ${printable(failure.message)}\n`);
    if (args.includes('--json')) {
      const { code, message } = failure;
      process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
    }
    return failure.exitCode;
  }
}

interface Failure {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
}

function describeFailure(thrown: unknown, args: readonly string[], { commands }: Command): Failure {
  const { message } = asError(thrown);
  if (thrown instanceof CommanderError || thrown instanceof UsageError) {
    const isEmpty = thrown.code === 'commander.help';
    const text = isEmpty ? 'no command is given' : message.replace(/^error: /, '');
    const command = commands.find((candidate) => candidate.name() === args[0]);
    const help = command ? `ftle ${command.name()} --help` : 'ftle --help';
    return { exitCode: EXIT.usage, code: 'usage', message: `${text}\nSee ${help}` };
  }
  if (thrown instanceof DeviceError && thrown.reason === 'none') {
    return { exitCode: EXIT.device, code: thrown.code, message };
  }
  const code = thrown instanceof FtleError ? thrown.code : 'internal';
  const isOurFault = code === 'internal' && !(thrown as NodeJS.ErrnoException).code;
  const stack = isOurFault ? `\n${asError(thrown).stack ?? ''}` : '';
  return { exitCode: EXIT.failure, code, message: message + stack };
}

/** Ends when what was written has gone out; Dawn's threads would keep the process otherwise. */
async function exit(code: number): Promise<never> {
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  process.exit(code);
}

const interruption = new AbortController();
const interrupted: { by: number | null } = { by: null };
for (const [name, number] of Object.entries(SIGNALS)) {
  process.on(name, () => {
    if (interrupted.by !== null) process.exit(128 + number);
    interrupted.by = number;
    interruption.abort();
    setTimeout(() => process.exit(128 + number), GRACE).unref();
  });
}
process.on('exit', removeUnfinished);
// Whoever reads the output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    process.stderr.write(`ftle: the output cannot be written: ${reasonOf(error)}\n`);
  }
  process.exit(EXIT.failure);
});
// Progress that nobody reads any more is no reason to lose the result.
process.stderr.on('error', () => undefined);

try {
  await exit(await runCommandLine(process.argv.slice(2), interruption.signal));
} catch (thrown) {
  if (interrupted.by === null) throw thrown;
  process.stderr.write('ftle: interrupted\n');
  await exit(128 + interrupted.by);
}
