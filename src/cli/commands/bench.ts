import type { Command } from 'commander';
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
    const { adapter, ceilings, rows } = result;
    session.print({ adapter, date: today(), backend, seconds, ceilings, rows }, [
      `${adapter}: ${showNumber(ceilings.gflops)} GFLOP/s, ${showNumber(ceilings.gbps)} GB/s`,
      ...rows.map(({ name, ms, rate, unit, gflops, percentOfPeak }) => {
        const share =
          gflops === null
            ? ''
            : `, ${showNumber(gflops)} GFLOP/s, ${showNumber(percentOfPeak)} % of that`;
        return `${name}: ${showNumber(ms)} ms, ${showNumber(rate)} ${unit}${share}`;
      }),
      `${backend}, ${showSeconds(seconds)}`,
    ]);
  });
}

const today = (): string => new Date().toISOString().slice(0, 10);
