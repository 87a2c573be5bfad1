// Plan: no command writes over what it reads, by whatever name (control: another file, and a file that is not
// there yet). What stops a file from being written or read is said with the file's name; parts that were left
// behind are in nobody's way.
import { Command } from 'commander';
import { execFileSync } from 'node:child_process';
import { constants, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/cli/arguments.ts';
import { checkInput } from '../../src/cli/input-file.ts';
import { readNetworkFile } from '../../src/cli/network-file.ts';
import { createCommand } from '../../src/cli/options.ts';
import { OutputFile, writeOutput } from '../../src/cli/output.ts';
import { DataError } from '../../src/errors.ts';
import { encodeModel } from '../support/onnx.ts';

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

describe('a file that cannot be written', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('is named where the disk is full', async () => {
    const other = await open(at('other.json'));
    const handles = Object.getPrototypeOf(other) as typeof other;
    await other.close();
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    vi.spyOn(handles, 'write').mockRejectedValueOnce(full);
    const written = writeOutput(at('full.json'), 'text');
    await expect(written).rejects.toThrow(DataError);
    await expect(written).rejects.toThrow(
      `${at('full.json')} cannot be written: the disk is full; free some space`,
    );
    await writeOutput(at('full.json'), 'text');
    expect(await readFile(at('full.json'), 'utf8')).toBe('text');
  });

  it('has a part of another name each time', async () => {
    const files = [await OutputFile.create(at('a.npy')), await OutputFile.create(at('a.npy'))];
    const [first, second] = files.map(({ partPath }) => partPath);
    for (const file of files) await file.discard();
    const again = await OutputFile.create(at('a.npy'));
    await again.discard();
    expect(new Set([first, second, again.partPath]).size).toBe(3);
  });
});

describe('a file that cannot be read', () => {
  execFileSync('mkfifo', [at('pipe')]);
  // What still waits for someone to write to it would keep the process.
  afterAll(async () => (await open(at('pipe'), constants.O_RDWR | constants.O_NONBLOCK)).close());

  it('is named where it is a folder', async () => {
    await expect(checkInput(at('figS1'))).rejects.toThrow(
      `${at('figS1')} cannot be read: it is a folder; name a file in it`,
    );
  });

  it.each([
    ['figS1', /model\.onnx: the file of its tensors 'figS1' cannot be read: it is a folder/],
    [
      'pipe',
      /model\.onnx: the file of its tensors 'pipe' cannot be read: it is a pipe, a socket or/,
    ],
    ['none.data', /model\.onnx: initializer 'W' lies in the file 'none\.data', but no such file/],
  ])('is named where tensors lie in it: %s', async (location, message) => {
    const model = encodeModel({
      nodes: [['MatMul', 'x W', 'y']],
      tensors: { W: { shape: [2, 2], storage: { location } } },
    });
    writeFileSync(at('model.onnx'), model);
    await expect(readNetworkFile(at('model.onnx'), {})).rejects.toThrow(message);
  });
});
