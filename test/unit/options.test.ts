// Plan: the help of an option lists its values, once; an option without a list has its description alone. An option that
// would have no effect is refused by its flag; what the file of a network has otherwise, or has no use for, is noted, what it has is not. Messages of checks
// and readers name flags; words that are none stay.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  asUsage,
  oneOf,
  optionsInFlags,
  refuseUnused,
  UsageError,
  wholeNumber,
} from '../../src/cli/arguments.ts';
import { loadFromOptions, valueOption, type NetworkOptions } from '../../src/cli/options.ts';
import { Reporter } from '../../src/cli/reporter.ts';
import { Session } from '../../src/cli/session.ts';
import { DataError } from '../../src/errors.ts';
import { writeNetworkJson } from '../../src/files/json.ts';
import { writeNetworkSafetensors } from '../../src/files/safetensors-writing.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { readFixture } from '../support/files.ts';

const values = oneOf(['red', 'blue']);

describe('valueOption', () => {
  it('lists the values that there are, once', () => {
    const text = (description: string) => valueOption('--colour <name>', description, values);
    expect(text('of lines (red)').description).toBe('of lines (red): red, blue');
    expect(text('red or blue').description).toBe('red or blue');
    expect(valueOption('--count <n>', 'of lines', wholeNumber(1)).description).toBe('of lines');
  });
});

describe('refuseUnused', () => {
  it('names the flag that is given', () => {
    const given: { ridgeScale?: number; out?: string } = { out: 'x.npy' };
    expect(() => refuseUnused(given, ['ridgeScale'], 'is for lines')).not.toThrow();
    const both = { ...given, ridgeScale: 0 };
    expect(() => refuseUnused(both, ['ridgeScale'], 'is for lines')).toThrow(
      /^--ridge-scale is for lines$/,
    );
  });
});

describe('messages', () => {
  it.each([
    ['exponentCount is 3, but', '--exponents is 3, but'],
    ['axes[1] is 7, but', '--plane-axes[1] is 7, but'],
    ['bounds are [1, 0], but', '--bounds are [1, 0], but'],
    ['plane.u has 3 numbers', 'plane.u has 3 numbers'],
    ['constructor is odd', 'constructor is odd'],
  ])('%j goes to the user as %j', (message, shown) => {
    const check = () => {
      throw new DataError(message);
    };
    expect(() => asUsage(check)).toThrow(new UsageError(shown));
  });

  it('name options of networks by their flags', () => {
    const message = "Give the option weightOrder, 'out-in'; the option layers names a";
    expect(optionsInFlags(message)).toBe(
      "Give the option --weight-order, 'out-in'; the option --layers names a",
    );
  });
});

describe('loadFromOptions', () => {
  /** Notes of a file with this content, by the options that are given. */
  function noting(content: string | Uint8Array) {
    const folder = mkdtempSync(join(tmpdir(), 'ftle-map-options-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'net');
    writeFileSync(path, content);
    const session = new Session('any', {}, new AbortController().signal, new Reporter(true));
    return async (options: NetworkOptions) => (await loadFromOptions(path, options, session)).notes;
  }

  it('notes activations that the file has otherwise', async () => {
    const spec = parseArchitecture('2-3x2-1', { outputActivation: 'identity' });
    const notes = noting(writeNetworkJson(initialiseNetwork(spec, 1)));
    expect(await notes({ activation: 'tanh', outputActivation: 'identity' })).toEqual([]);
    expect(await notes({ activation: 'sine', outputActivation: 'relu' })).toEqual([
      '--activation sine is not used: the file says tanh',
      '--output-activation relu is not used: the file says identity',
    ]);
  });

  it('notes what only tensors alone have a use for', async () => {
    const activations = { activation: 'leaky-relu', outputActivation: 'identity' } as const;
    const network = initialiseNetwork(parseArchitecture('2-3x2-1', activations), 1);
    const lost = 'is not used: this file says itself how it is to be read';
    const options: NetworkOptions = { alpha: 0.3, layers: ['0', '2', '4'], weightOrder: 'out-in' };
    for (const content of [writeNetworkJson(network), writeNetworkSafetensors(network)]) {
      const notes = noting(content);
      expect(await notes(options)).toEqual([
        '--alpha 0.3 is not used: the file says 0.01',
        `--layers ${lost}`,
        `--weight-order ${lost}`,
      ]);
      expect(await notes({ alpha: 0.01 })).toEqual([]);
    }
    const alone = noting(readFixture('torch-tanh.safetensors'));
    const said = async (given: NetworkOptions) =>
      (await alone(given)).filter((note) => note.includes('is not used'));
    expect(await said({ activation: 'elu', alpha: 0.3, weightOrder: 'out-in' })).toEqual([]);
    expect(await said({ alpha: 0.3 })).toEqual([
      '--alpha 0.3 is not used: no activation of the network has it',
    ]);
  });
});
