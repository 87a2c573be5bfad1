// Plan: values with typed arrays, numbers that are not finite, and nested lists come back as they were, also from
// Node's buffers at odd offsets, as HTTP bodies are; the arrays are in memory of their own. A packet that is cut
// off is an error.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.ts';
import { decodePacket, encodePacket } from '../../src/cli/packet.ts';

/** What arrives: the pieces in one buffer, `offset` bytes into a larger one. */
function send(value: unknown, offset = 0): Buffer {
  const bytes = Buffer.concat(encodePacket(value));
  const whole = Buffer.concat([Buffer.alloc(offset, 0xff), bytes]);
  return whole.subarray(offset);
}

const leaf = fc.oneof(
  fc.constantFrom(null, true, false, NaN, Infinity, -Infinity, 0, 1.5),
  fc.string(),
  fc.float32Array({ maxLength: 5 }),
  fc.float64Array({ maxLength: 5 }),
  fc.uint8Array({ maxLength: 5 }),
  fc.uint16Array({ maxLength: 5 }),
  fc.int32Array({ maxLength: 5 }),
);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie('value'), { maxKeys: 4 }),
  ),
}));

describe('packets', () => {
  it('bring every value back', () => {
    fc.assert(
      fc.property(anyValue, fc.integer({ min: 0, max: 9 }), (value, offset) => {
        // Objects without a prototype, which JSON cannot tell from others, compare as equal here.
        expect(decodePacket(send(value, offset))).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it('have arrays in memory of their own', () => {
    const bytes = send({ a: Float32Array.of(1, 2), b: Uint8Array.of(3) }, 3);
    const { a, b } = decodePacket(bytes) as { a: Float32Array; b: Uint8Array };
    bytes.fill(0);
    expect([...a, ...b]).toEqual([1, 2, 3]);
    expect(a.buffer.byteLength).toBe(8);
  });

  it('tell when they are cut off', () => {
    const bytes = send(new Float64Array(100));
    expect(() => decodePacket(bytes.subarray(0, 200))).toThrow(/ends after 200 bytes/);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodePacket(bytes.subarray(0, length)), `${length}`).toThrow(DataError);
    }
  });

  it('tell when they are damaged', () => {
    const bytes = send({ a: Float64Array.of(1, 2) });
    const text = new TextDecoder().decode(bytes);
    bytes.set(new TextEncoder().encode('Flout'), text.indexOf('Float'));
    expect(() => decodePacket(bytes)).toThrow(DataError);
    expect(() => decodePacket(bytes)).toThrow(/^a packet is damaged: /);
  });
});
