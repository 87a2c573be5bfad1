// Plan: wrong command lines end with 2 and a message that names the option, its value and what it must be;
// failures with 1; no device with 3; help and version with 0. With --json the error is an object. A file that
// was there before a failed run is there after it.
import { describe, expect, it } from 'vitest';
import { Workplace } from '../support/command.ts';

const place = new Workplace();
place.network('net.json', '2-3-1');
const OUT = ['--out', 'field.npy', '--backend', 'cpu'];
const ACCURACY = ['accuracy', 'net.json', '--backend', 'cpu'];
const PICTURE = ['render', 'net.json', '--out', 'a.png', '--backend', 'cpu'];

describe('the command line', () => {
  it.each<[args: string[], message: RegExp]>([
    [[], /Usage: ftle.*ftle: no command is given/s],
    [['fild', 'net.json'], /unknown command 'fild'.*Did you mean field/s],
    [['field', 'net.json'], /required option '--out <file>'/],
    [['field', ...OUT], /missing required argument 'network'/],
    [['field', 'net.json', 'more.json', ...OUT], /too many arguments/],
    [['field', 'net.json', '--sise', '5', ...OUT], /unknown option '--sise'.*--size/s],
    [['field', 'net.json', '--size', '0x5', ...OUT], /--size is "0x5", but must be WIDTHxHEIGHT/],
    [['field', 'net.json', '--size', '9000', ...OUT], /sides from 1 to 8192, such as 512x512/],
    [['field', 'net.json', '--domain', '0,0,1', ...OUT], /--domain is "0,0,1".*such as -1.5,/],
    [['field', 'net.json', '--domain', '1,0,0,1', ...OUT], /sMin below sMax/],
    [['field', 'net.json', '--layer', 'first', ...OUT], /--layer is "first".*last or output/],
    [
      ['field', 'net.json', '--layer', '9', ...OUT],
      /layer is 9, but must be a hidden layer, 1 to 1/,
    ],
    [['field', 'net.json', '--activation', 'tan', ...OUT], /--activation is "tan".*tanh, sigmoid/],
    [['field', 'net.json', '--plane-axes', '0,2', ...OUT], /--plane-axes\[1\] is 2.*from 0 to 1/],
    [['field', 'net.json', '--plane-points', '0,1,2', ...OUT], /--plane-points needs --inputs/],
    [['field', 'net.json', '--plane-components', '--plane-axes', '0,1', ...OUT], /only one fits/],
    [['field', 'net.json', '--backend', 'gpu', '--out', 'f.npy'], /one of webgpu, dawn, cpu/],
    [
      ['field', 'net.json', '--out', 'field.tiff', '--backend', 'cpu'],
      /must end in one of \.npy, \.npz, \.csv/,
    ],
    [['points', 'net.json', ...OUT], /--inputs is missing/],
    [['field', 'net.json', '--inputs', 'x.npy', ...OUT], /--inputs .* without --plane-points or/],
    [
      ['field', 'net.json', '--quantity', 'class', '--out', 'f.npz', '--backend', 'cpu'],
      /--quantity is for \.npy/,
    ],
    [
      ['points', 'net.json', '--inputs', 'x.npy', '--full', '--plane-axes', '0,1', ...OUT],
      /--plane-axes .* with --full/,
    ],
    [[...ACCURACY, '--inputs', 'x.npy', '--size', '9'], /--size has no effect with --inputs, /],
    [[...ACCURACY, '--inputs', 'x.npy', '--domain', '0,0,1,1'], /--domain has no effect with/],
    [[...ACCURACY, '--count', '9'], /--count has no effect without --inputs, /],
    [
      [...ACCURACY, '--inputs', 'x.npy', '--full', '--plane-axes', '0,1'],
      /--plane-axes has no effect with --inputs and --full/,
    ],
    [[...PICTURE, '--grey', '--per-layer'], /--per-layer .* grey .* --grey/],
    [[...PICTURE, '--ridge-threshold', '1'], /--ridge-threshold .* without --ridges/],
    [[...PICTURE, '--output-index', '0'], /--output-index .* without --quantity output/],
    [
      [...PICTURE, '--quantity', 'output', '--output-index', '5'],
      /--output-index is 5.*from 0 to 0/,
    ],
    [[...PICTURE, '--dataset', 'circle'], /--dataset .* without --samples/],
    [[...PICTURE, '--samples', '--seed', '2'], /--seed has no effect without --dataset/],
    [[...PICTURE, '--samples', '--dataset', 'disk'], /--dataset is "disk", .* or a file \.npz/],
    [['figure', 'foo', '--out', 'z'], /the figure is "foo", but must be one of fig2, /],
    [['render', 'net.json', '--out', 'a.svg', '--grey', '--backend', 'cpu'], /--grey is for \.png/],
    [
      ['train', '--dataset', 'circle', '--epochs', '0', '--out', 'n.json'],
      /--epochs is "0".*above 0/,
    ],
    [
      ['train', '--dataset', 'circle', '--architecture', '3-5-1', '--out', 'n.json'],
      /change the first number/,
    ],
    [
      ['train', '--dataset', 'disk', '--out', 'n.json', '--backend', 'cpu'],
      /--dataset is "disk", but must be one of circle, spirals/,
    ],
    [
      ['train', '--dataset', 'circle', '--loss', 'cross-entropy', '--out', 'n.json'],
      /--loss is cross-entropy, but one output has no softmax/,
    ],
    [
      ['train', '--dataset', 'circle', '--no-standardise', '--out', 'n.json'],
      /--no-standardise is for data\.npz/,
    ],
  ])('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await place.run(args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/See ftle/);
    expect([code, stdout]).toEqual([2, '']);
  });

  it.each([
    [['render', 'field', '--sise', '5'], 'ftle render --help'],
    [['fild', 'render'], 'ftle --help'],
    [['--jsn', 'field'], 'ftle --help'],
  ])('%j points to its own help', async (args, help) => {
    const { code, stderr } = await place.run(args);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`See ${help}`);
    expect(code).toBe(2);
  });

  it.each<[args: string[], message: RegExp]>([
    [['inspect', 'none.onnx'], /none\.onnx cannot be read: there is no such file/],
    [
      ['field', 'net.json', '--out', 'no/field.npy', '--backend', 'cpu'],
      /no folder no; create it first/,
    ],
    [
      ['field', 'net.json', '--like', 'net.json', ...OUT],
      /net\.json: the network file holds no parameters/,
    ],
  ])('%j fails', async (args, message) => {
    const { code, stdout, stderr } = await place.run(args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([1, '']);
  });

  it('says that there is no device', async () => {
    const browser = await place.run(['field', 'net.json', '--out', 'f.npy'], {
      FTLE_BROWSER: '/none',
    });
    expect(browser.stderr).toMatch(/FTLE_BROWSER is \/none, which cannot be used/);
    expect(browser.code).toBe(3);
    const dawn = await place.run(['field', 'net.json', '--out', 'f.npy', '--backend', 'dawn'], {
      VK_ICD_FILENAMES: '/none.json',
    });
    expect(dawn.stderr).toMatch(/Dawn: WebGPU finds no adapter.*VK_ICD_FILENAMES/);
    expect(dawn.code).toBe(3);
  });

  it('describes errors as JSON where that is wanted', async () => {
    const { code, stdout } = await place.run([
      'field',
      'net.json',
      '--size',
      'x',
      ...OUT,
      '--json',
    ]);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect([code, error.code]).toEqual([2, 'usage']);
    expect(error.message).toMatch(/--size is "x"/);
  });

  it('helps, with examples', async () => {
    const version = await place.run(['--version']);
    expect([version.code, version.stdout.trim()]).toEqual([
      0,
      expect.stringMatching(/^\d+\.\d+\.\d+$/),
    ]);
    const { code, stdout } = await place.run(['--help']);
    expect(code).toBe(0);
    const names = ['inspect', 'field', 'points', 'render', 'train', 'accuracy'];
    for (const name of names) {
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
      const help = await place.run([name, '--help']);
      expect([name, help.code]).toEqual([name, 0]);
      expect(help.stdout).toMatch(new RegExp(`examples:\n  ftle ${name} `));
    }
  });

  it('leaves what was there when it fails', async () => {
    place.write('field.npy', 'precious');
    place.write('x.csv', '1,2\nthree,4\n');
    const args = ['points', 'net.json', '--inputs', 'x.csv', '--full', ...OUT];
    expect((await place.run(args)).code).toBe(1);
    expect(new TextDecoder().decode(place.read('field.npy'))).toBe('precious');
    expect(place.list().filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
