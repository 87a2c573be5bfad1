// Plan: philox in WGSL against the known answers of Random123 and, like uniform numbers and permute, bit for bit
// against TypeScript, for many counters, keys and counts. Control: another key gives other bits.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BufferUsage } from '../../src/gpu/flags.ts';
import { createArguments, createKernel, dispatch, type Kernel } from '../../src/gpu/kernel.ts';
import { readBuffer } from '../../src/gpu/readback.ts';
import { Scope } from '../../src/gpu/scope.ts';
import { permute, philox, uniformFromWord, type Key } from '../../src/math/random.ts';
import { KNOWN_ANSWERS } from '../golden/philox.ts';
import { getTestDevice } from '../support/device.ts';
import probe from '../support/random-probe.wgsl';

const COUNT = 500;

let device: GPUDevice;
let kernel: Kernel;
let scope: Scope;

beforeAll(async () => {
  device = await getTestDevice();
  kernel = await createKernel(device, probe);
  scope = new Scope(device, 'ftle-map/test/random');
});

afterAll(() => {
  scope.dispose();
  expect(scope.size).toBe(0);
});

async function evaluate(counters: Uint32Array, key: Key, itemCount: number, epoch: number) {
  const count = counters.length / 4;
  const usage = BufferUsage.storage | BufferUsage.copySrc | BufferUsage.copyDst;
  const counterBuffer = scope.buffer('counters', counters.byteLength, usage);
  const words = scope.buffer('words', counters.byteLength, usage);
  const uniforms = scope.buffer('uniforms', 4 * count, usage);
  const places = scope.buffer('places', 4 * count, usage);
  device.queue.writeBuffer(counterBuffer, 0, counters);
  const args = createArguments(scope, kernel);
  args.write(0, { count, itemCount, keyLow: key[0], keyHigh: key[1], epoch });
  const groups = kernel.bind({
    args: args.slot(0),
    counters: counterBuffer,
    words,
    uniforms,
    places,
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  dispatch(pass, kernel, groups, [Math.ceil(count / 64)]);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const result = {
    words: Array.from(new Uint32Array(await readBuffer(device, words))),
    uniforms: Array.from(new Float32Array(await readBuffer(device, uniforms, 0, 4 * count))),
    places: Array.from(new Uint32Array(await readBuffer(device, places, 0, 4 * count))),
  };
  for (const buffer of [counterBuffer, words, uniforms, places]) scope.release(buffer);
  return result;
}

/** Counters whose words have all their bits in use. */
function counters(): Uint32Array {
  return Uint32Array.from({ length: 4 * COUNT }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
}

describe('philox in WGSL', () => {
  it.each(KNOWN_ANSWERS)('gives the known answer for %o', async ({ counter, key, words }) => {
    const found = await evaluate(Uint32Array.from(counter), key, 1, 0);
    expect(found.words).toEqual(words);
  });

  it('has the bits of TypeScript, as words and as uniform numbers', async () => {
    const list = counters();
    const key: Key = [0xdeadbeef, 0x8badf00d];
    const found = await evaluate(list, key, 1, 0);
    const wanted = Array.from({ length: COUNT }, (_, i) => {
      const [a, b, c, d] = list.subarray(4 * i, 4 * i + 4);
      return philox([a, b, c, d], key);
    });
    expect(found.words).toEqual(wanted.flat());
    expect(found.uniforms).toEqual(wanted.map(([word]) => uniformFromWord(word)));
    const other = await evaluate(list, [0xdeadbeef, 0x8badf00c], 1, 0);
    expect(other.words.filter((word, i) => word === found.words[i]).length).toBeLessThan(3);
  });
});

describe('permute in WGSL', () => {
  it.each([1, 2, 3, 5, 64, 65, 499, 500, 36_000, 2 ** 20 + 1, 2 ** 31 - 1])(
    'has the order of TypeScript for %i things',
    async (itemCount) => {
      const key: Key = [itemCount, 0xfffffff0];
      for (const epoch of [0, 0xffffffff]) {
        const { places } = await evaluate(counters(), key, itemCount, epoch);
        const wanted = places.map((_, i) => permute(i % itemCount, itemCount, key, epoch));
        expect(places).toEqual(wanted);
      }
    },
  );
});
