// Plan: the boundary of a chequered field, each of whose cells has four segments, in buffers with room for all of
// them, for some and for none: the draw has as many as were written, and all of these lie in the field. Control: with
// room to spare nothing is left out.
import { describe, expect, it } from 'vitest';
import boundaryShader from '../../shaders/render/boundary.wgsl';
import { checkShader } from '../../src/gpu/checked-shader.ts';
import { BufferUsage } from '../../src/gpu/flags.ts';
import { createArguments, dispatch } from '../../src/gpu/kernel.ts';
import { readBuffer } from '../../src/gpu/readback.ts';
import { Scope } from '../../src/gpu/scope.ts';
import { getTestDevice } from '../support/device.ts';

const [WIDTH, HEIGHT] = [20, 12];
/** Four crossings in each cell between pixel centres, two in each along the sides: they are one segment. */
const SEGMENT_COUNT = 4 * (WIDTH - 1) * (HEIGHT - 1) + 2 * (WIDTH - 1) + 2 * (HEIGHT - 1);

describe('boundary', () => {
  it.each([0, 1, SEGMENT_COUNT - 1, SEGMENT_COUNT, SEGMENT_COUNT + 50])(
    'with room for %d segments draws no others',
    async (capacity) => {
      const device = await getTestDevice();
      const scope = new Scope(device, 'ftle-map/test/boundary');
      const isEven = Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
        return (Math.floor(i / WIDTH) + (i % WIDTH)) % 2 === 0;
      });
      const upload = (name: string, data: Uint32Array | Float32Array): GPUBuffer => {
        const { storage, copyDst, copySrc } = BufferUsage;
        const buffer = scope.buffer(name, data.byteLength, storage | copyDst | copySrc);
        device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
        return buffer;
      };
      const statuses = upload(
        'statuses',
        Uint32Array.from(isEven, (even) => (even ? 256 : 0)),
      );
      const outputs = upload(
        'outputs',
        Float32Array.from(isEven, (even) => (even ? 1 : -1)),
      );
      // Behind the room that is given there is more, which has to stay empty.
      const segments = upload('segments', new Float32Array(4 * (SEGMENT_COUNT + 100)));
      const counters = upload('counters', Uint32Array.of(0, 1, 0, 0));
      const kernel = (await checkShader(device, boundaryShader)).kernel();
      const args = createArguments(scope, kernel);
      args.write(0, { width: WIDTH, height: HEIGHT, outputWidth: 1, capacity });
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      const bound = kernel.bind({ args: args.slot(0), statuses, outputs, segments, counters });
      dispatch(pass, kernel, bound, [Math.ceil((WIDTH + 1) / 8), Math.ceil((HEIGHT + 1) / 8)]);
      pass.end();
      device.queue.submit([encoder.finish()]);

      const drawn = Math.min(capacity, SEGMENT_COUNT);
      const draw = new Uint32Array(await readBuffer(device, counters));
      expect([...draw]).toEqual([6 * drawn, 1, 0, 0]);
      const places = new Float32Array(await readBuffer(device, segments));
      const isWritten = Array.from({ length: places.length / 4 }, (_, i) =>
        places.subarray(4 * i, 4 * i + 4).some((part) => part !== 0),
      );
      expect(isWritten.lastIndexOf(true)).toBe(drawn - 1);
      expect(isWritten.filter(Boolean).length).toBe(drawn);
      expect(places.every((part) => part >= 0 && part <= 1)).toBe(true);
      scope.dispose();
      expect(scope.size).toBe(0);
    },
  );
});
