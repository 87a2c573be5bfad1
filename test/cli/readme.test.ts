// Plan: every command line of the README runs as it stands, in the order in which it stands there, but on the CPU,
// with short training and small pictures; the files that it names are there afterwards.
import { copyFileSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { writeNpy } from '../../src/files/npy.ts';
import { Workplace } from '../support/command.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const place = new Workplace();
const commands = Array.from(
  readFileSync(`${ROOT}/README.md`, 'utf8').matchAll(/^npx ftle (.*)$/gm),
  ([, line]) => line.split(' '),
);

const FIXTURE = `${ROOT}/test/fixtures/onnx-keras`;

it('has a command line for every command', () => {
  const names = new Set(commands.map(([name]) => name));
  expect(names).toEqual(
    new Set(['train', 'inspect', 'field', 'points', 'render', 'ridges', 'accuracy', 'attack']),
  );
});

it('has command lines that run', async () => {
  copyFileSync(`${FIXTURE}.onnx`, place.path('net.onnx'));
  const { inputs } = JSON.parse(readFileSync(`${FIXTURE}.json`, 'utf8')) as { inputs: number[][] };
  const shape = [inputs.length, inputs[0].length];
  place.write('x.npy', writeNpy({ shape, values: Float64Array.from(inputs.flat()) }));
  place.write('x.csv', inputs.map((row) => row.join(',')).join('\n'));
  for (const command of commands) {
    const args = command.map((arg, i) => {
      if (command[i - 1] === '--epochs') return '0.05';
      return command[i - 1] === '--size' ? '24x24' : arg;
    });
    if (/^(field|render|ridges)$/.test(args[0]) && !args.includes('--size'))
      args.push('--size', '24');
    if (args[0] !== 'inspect') args.push('--backend', 'cpu');
    const { code, stderr } = await place.run(args);
    expect([code, code === 0 ? '' : stderr], args.join(' ')).toEqual([0, '']);
    const out = args.indexOf('--out');
    if (out > 0) expect(place.read(args[out + 1]).length).toBeGreaterThan(100);
  }
});
