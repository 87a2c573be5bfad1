import type { Command } from 'commander';
import { ceilingLine, failureLine, growthLine, rateOf } from '../../../tools/bench-report.mjs';
import { UsageError } from '../arguments.ts';
import { addBackendOption, createCommand, startSession } from '../options.ts';
import type { RunOptions } from '../session.ts';
import { showNumber, showSeconds } from '../wording.ts';

interface Options extends RunOptions {
  readonly only?: string;
  readonly quick?: boolean;
}

export function addBenchCommand(program: Command, signal: AbortSignal): void {
  const command = createCommand(
    program,
    'bench',
    'what fields and training get of what the adapter can do',
    ['--only field', '--backend dawn --json'],
  );
  command
    .option('--only <text>', 'rows whose names contain it')
    .option('--quick', 'tiny sizes, to see that it works');
  addBackendOption(command).action(async (options: Options) => {
    if (options.backend === 'cpu') {
      throw new UsageError('--backend is "cpu", but must be webgpu or dawn: kernels need a GPU');
    }
    const session = startSession('bench', options, signal);
    const { only = '', quick = false } = options;
    const run = await session.run(options.backend, 'bench', { only, quick });
    const { backend, seconds, result } = run;
    const { adapter, ceilings, growth, rows, failures = [] } = result;
    session.print({ ...result, backend, seconds }, [
      `${adapter}: ${ceilings ? ceilingLine(ceilings) : ''}`,
      ...rows.map((row) => {
        const { name, ms, gflops, percentOfPeak } = row;
        const share =
          gflops === null
            ? ''
            : `, ${showNumber(gflops)} GFLOP/s, ${showNumber(percentOfPeak)} % of that`;
        return `${name}: ${showNumber(ms)} ms, ${rateOf(row)}${share}`;
      }),
      ...(growth ? [growthLine(growth)] : []),
      ...failures.map(failureLine),
      `${backend}, ${showSeconds(seconds)}`,
    ]);
  });
}
