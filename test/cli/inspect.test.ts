// Plan: `ftle inspect` on files that frameworks wrote: format, widths, activations, counts of parameters, what was
// folded or assumed, tensors in a file beside; options that say what a file leaves open; text for people.
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNetworkJson } from '../../src/files/json.ts';
import { Workplace } from '../support/command.ts';

const place = new Workplace();
const fixture = (name: string): string => resolve(import.meta.dirname, '../fixtures', name);

interface Said {
  readonly format: string;
  readonly depth: number;
  readonly parameterCount: number;
  readonly layers: readonly { inputs: number; outputs: number; activation: string }[];
  readonly notes: readonly string[];
}

describe('ftle inspect', () => {
  it('describes ONNX, with what was folded and left out', async () => {
    const said = await place.json<Said>(['inspect', fixture('onnx-torchscript-image.onnx')]);
    expect(said.format).toBe('onnx');
    expect(said.layers.map(({ activation }) => activation)).toEqual(['tanh', 'tanh', 'identity']);
    const counts = said.layers.map(({ inputs, outputs }) => (inputs + 1) * outputs);
    expect(said.parameterCount).toBe(counts.reduce((a, b) => a + b));
    expect(said.notes.join('\n')).toMatch(/folded into layers\[0\]: Sub/);
  });

  it('finds the data beside a model', async () => {
    const said = await place.json<Said>(['inspect', fixture('onnx-external.onnx')]);
    expect(said.depth).toBe(3);
    const { code, stderr } = await place.run(['inspect', fixture('onnx-external.onnx.data')]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/onnx-external\.onnx\.data: the file starts with/),
    ]);
  });

  it('describes safetensors, with what was assumed, and takes what is said instead', async () => {
    const file = fixture('torch-tanh.safetensors');
    const assumed = await place.json<Said>(['inspect', file]);
    const activations = (said: Said) => new Set(said.layers.slice(0, -1).map((x) => x.activation));
    expect(activations(assumed)).toEqual(new Set(['tanh']));
    expect(assumed.notes.join('\n')).toMatch(/tanh/);
    const said = await place.json<Said>([
      'inspect',
      file,
      '--activation',
      'celu',
      '--alpha',
      '0.5',
    ]);
    expect(activations(said)).toEqual(new Set(['celu']));
    expect(said.layers[0]).toMatchObject({ alpha: 0.5 });
  });

  it('takes metadata for what they are', async () => {
    const file = JSON.parse(writeNetworkJson(place.network('net.json', '2-3-1'))) as object;
    const format = 'ftle-map/parameters';
    for (const [parameters, count] of [
      [{ lr: 0.1 }, 0],
      [{ format, version: 1 }, 1],
    ] as const) {
      place.write('other.json', JSON.stringify({ ...file, metadata: { parameters } }));
      const { notes } = await place.json<Said>(['inspect', 'other.json']);
      expect(notes).toHaveLength(count);
    }
  });

  it('prints lines for people', async () => {
    place.network('net.json', '3-4-5x2-2', { activation: 'elu' });
    const { code, stdout } = await place.run(['inspect', 'net.json']);
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.trim().replace(/ +/g, ' '))).toEqual([
      'net.json: json, 3 inputs, 3 hidden layers, 2 outputs, 83 parameters',
      '1 dense 3 → 4 elu (alpha 1) 16 parameters',
      '2 dense 4 → 5 elu (alpha 1) 25 parameters',
      '3 dense 5 → 5 elu (alpha 1) 30 parameters',
      'output dense 5 → 2 tanh 12 parameters',
      '',
    ]);
  });
});
