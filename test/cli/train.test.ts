// Plan: `ftle train` gives bit for bit what the engine's trainer gives from the same seed; the file says how it was
// made, in safetensors and in JSON; data from an NPZ with targets or classes, whose inputs the written network takes
// as they stand there, and which maps show where they are; a run that diverges fails and leaves nothing; faults of
// data files are named.
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/toy.ts';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import { loadNetwork } from '../../src/files/load.ts';
import { writeNpz } from '../../src/files/npz.ts';
import { readParameters } from '../../src/files/save.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { classify, forward } from '../../src/reference/forward.ts';
import { Workplace } from '../support/command.ts';

const place = new Workplace();
const CPU = ['--backend', 'cpu'];

async function trainHere(): Promise<Float32Array> {
  const dataset = createDataset('xor', { seed: 3 });
  const spec = parseArchitecture('2-5x2-1', { outputActivation: 'tanh' });
  const engine = createCpuEngine();
  const model = engine.createModel(
    initialiseNetwork(spec, 3, { scheme: 'gaussian', variance: 1.5 }),
  );
  const trainer = await engine.createTrainer(model, dataset, {
    optimizer: 'adam',
    learningRate: 0.01,
    momentum: 0,
    weightDecay: 0,
    batchSize: 32,
    loss: 'squared',
    seed: 3,
  });
  await trainer.step(Math.ceil((0.5 * 7200) / 32));
  return model.read();
}

describe('ftle train', () => {
  it.each(['net.safetensors', 'net.json'])('writes %s as the engine trains it', async (name) => {
    const args = [
      '--dataset',
      'xor',
      '--architecture',
      '2-5x2-1',
      '--seed',
      '3',
      '--epochs',
      '0.5',
    ];
    const options = ['--optimizer', 'adam', '--learning-rate', '0.01', '--batch-size', '32'];
    const start = ['--start-variance', '1.5', ...CPU];
    const said = await place.json(['train', ...args, ...options, ...start, '--out', name]);
    const bytes = place.read(name);
    const { network } = await loadNetwork(bytes);
    expect(network.parameters).toEqual(await trainHere());
    const { training, network: record } = await readParameters(bytes);
    expect(record.start).toEqual({ scheme: 'gaussian', variance: 1.5, seed: 3 });
    expect(training).toEqual({
      dataset: 'xor',
      seed: 3,
      optimizer: 'adam',
      learningRate: 0.01,
      momentum: 0,
      weightDecay: 0,
      batchSize: 32,
      loss: 'squared',
      stepCount: 113,
    });
    expect(said).toMatchObject({ out: name, stepCount: 113, parameters: { training } });
  });

  it('takes data from an NPZ file', async () => {
    const inputs = Float64Array.from({ length: 1200 }, (_, i) => Math.sin(i * i));
    const classes = Uint8Array.from(
      { length: 300 },
      (_, i) => (inputs[4 * i] > 0 ? 1 : 0) + (i % 3 === 0 ? 1 : 0),
    );
    const targets = Float32Array.from({ length: 600 }, (_, i) => inputs[2 * i]);
    const x = { shape: [300, 2, 2], values: inputs };
    place.write(
      'classes.npz',
      await writeNpz({ inputs: x, classes: { shape: [300], values: classes } }),
    );
    place.write(
      'targets.npz',
      await writeNpz({ inputs: x, targets: { shape: [300, 2], values: targets } }),
    );
    place.write(
      'short.npz',
      await writeNpz({ inputs: x, classes: { shape: [30], values: classes.subarray(0, 30) } }),
    );
    place.write('none.npz', await writeNpz({ inputs: x }));
    const train = (name: string): string[] => [
      'train',
      '--dataset',
      name,
      '--epochs',
      '1',
      ...CPU,
      '--out',
      'n.json',
    ];
    const architecture = ['--architecture', '4-3-3'];
    await place.json([...train('classes.npz'), ...architecture]);
    await place.json([...train('targets.npz'), '--loss', 'squared', '--no-standardise']);
    const { network } = await loadNetwork(place.read('n.json'));
    expect([network.inputWidth, network.depth, network.outputWidth]).toEqual([4, 8, 2]);
    const short = await place.run(train('short.npz'));
    expect(short.stderr).toMatch(/short\.npz: inputs has 300 rows, but targets or classes has 30/);
    const none = await place.run(train('none.npz'));
    expect(none.stderr).toMatch(/none\.npz: it holds inputs, but must hold inputs, and either/);
    expect([short.code, none.code]).toEqual([1, 1]);
  });

  it('writes a network for the inputs as they stand in the NPZ file', async () => {
    const count = 200;
    const inputs = Float64Array.from({ length: 2 * count }, (_, i) => 50 + 3 * Math.sin(i * i));
    const classes = Uint8Array.from({ length: count }, (_, i) => {
      return inputs[2 * i] + inputs[2 * i + 1] > 100 ? 1 : 0;
    });
    const data = {
      inputs: { shape: [count, 2], values: inputs },
      classes: { shape: [count], values: classes },
    };
    place.write('far.npz', await writeNpz(data));
    const options = '--architecture 2-6-1 --optimizer adam --learning-rate 0.02 --epochs 50';
    const train = ['train', '--dataset', 'far.npz', ...options.split(' '), ...CPU];
    const said = await place.json<{ trainAccuracy: number; testAccuracy: number }>([
      ...train,
      '--out',
      'far.safetensors',
    ]);
    const { network } = await loadNetwork(place.read('far.safetensors'));
    const rightCount = classes.filter((wanted, i) => {
      return classify(forward(network, inputs.subarray(2 * i, 2 * i + 2))) === wanted;
    }).length;
    expect(rightCount).toBeGreaterThan(0.9 * count);
    expect(rightCount).toBeCloseTo(180 * said.trainAccuracy + 20 * said.testAccuracy, 6);

    const map = ['render', 'far.safetensors', '--samples', '--domain', '46,46,54,54', ...CPU];
    await place.json([...map, '--size', '80', '--no-colorbar', '--out', 'far.svg']);
    const svg = new TextDecoder().decode(place.read('far.svg'));
    const places = Array.from(svg.matchAll(/class="sample" cx="([^"]+)"/g), ([, x]) => Number(x));
    const wanted = inputs.filter((_, i) => i % 2 === 0).sort();
    expect(places).toHaveLength(count);
    for (const [i, x] of places.sort((a, b) => a - b).entries()) {
      // Left of the map there is room for the numbers of its axis.
      expect(x - places[0]).toBeCloseTo((80 / 8) * (wanted[i] - wanted[0]), 1);
    }
  });

  it('fails where training diverges', async () => {
    const before = place.list();
    const args = [
      '--dataset',
      'moons',
      '--output-activation',
      'identity',
      '--learning-rate',
      '1e6',
    ];
    const { code, stderr } = await place.run([
      'train',
      ...args,
      ...CPU,
      '--out',
      'bad.safetensors',
    ]);
    expect(stderr).toMatch(
      /training diverged after \d+ of 2250 steps: try a learning rate below 1000000/,
    );
    expect(code).toBe(1);
    expect(place.list()).toEqual(before);
  });
});
