// Plan: no command writes over what it reads, by whatever name (control: another file, and a file that is not
// there yet).
import { Command } from 'commander';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/arguments.ts';
import { createCommand } from '../../src/cli/options.ts';

const folder = mkdtempSync(join(tmpdir(), 'ftle-map-output-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

describe('a command', () => {
  for (const name of ['net.json', 'x.npz', 'y.npy', 'other.json']) writeFileSync(at(name), name);
  symlinkSync(at('net.json'), at('link.json'));
  mkdirSync(at('figS1'));

  /** Runs a command that reads and writes these; resolves if it came to its action. */
  async function run(...args: string[]): Promise<void> {
    const program = new Command();
    createCommand(program, 'any', 'any', [])
      .argument('[network]')
      .option('--inputs <file>')
      .option('--classes <file>')
      .option('--dataset <file>')
      .option('--like <file>')
      .option('--out <file>')
      .action(() => undefined);
    await program.parseAsync(['any', ...args], { from: 'user' });
  }

  it.each([
    ['the network', [at('net.json'), '--out', at('net.json')]],
    ['the network', [at('net.json'), '--out', at('link.json')]],
    ['the network', [at('link.json'), '--out', join(folder, 'figS1/../net.json')]],
    ['--inputs', [at('net.json'), '--inputs', `${at('x.npz')}:inputs`, '--out', at('x.npz')]],
    ['--classes', [at('net.json'), '--classes', at('y.npy'), '--out', at('y.npy')]],
    ['--dataset', ['--dataset', at('x.npz'), '--out', at('x.npz')]],
  ])('does not write over %s', async (name, args) => {
    const failure = await run(...args).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(UsageError);
    expect((failure as Error).message).toBe(
      `--out is ${args.at(-1)}, which is also what is read as ${name}: name another file`,
    );
  });

  it.each([
    ['another file', [at('net.json'), '--out', at('other.json')]],
    ['a new one', [at('net.json'), '--inputs', at('x.npz'), '--out', at('new.npz')]],
    ['the one that it is made like', [at('net.json'), '--like', at('y.npy'), '--out', at('y.npy')]],
    ['a folder of the name of a figure', [at('figS1'), '--out', at('figS1')]],
    ['nothing', [at('net.json')]],
  ])('writes %s', async (_title, args) => {
    await expect(run(...args)).resolves.toBeUndefined();
  });
});
