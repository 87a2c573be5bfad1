// Plan: pictures written and decoded again by fast-png, which checks every checksum, over sizes (1 × 1, rows
// longer than a deflate window), channels and depths; texts read by it and by our own reader; the same picture
// gives the same bytes; broken files give DataError, for every cut and under random changes. Control: a picture
// with one other sample decodes to other data.
import fc from 'fast-check';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.ts';
import { readPngTexts, writePng, type PngImage } from '../../src/files/png.ts';
import { RandomStream } from '../../src/math/random.ts';

/** A picture of random samples, every third row smooth, so that all filters are in use. */
function createImage(
  width: number,
  height: number,
  channels: 1 | 3,
  depth: 8 | 16,
): PngImage & { data: Uint8Array | Uint16Array } {
  const stream = new RandomStream(7, 1, width * height);
  const length = width * height * channels;
  const data = depth === 8 ? new Uint8Array(length) : new Uint16Array(length);
  const row = width * channels;
  for (let i = 0; i < length; i++) {
    const kind = Math.floor(i / row) % 3;
    const random = Math.floor(2 ** depth * stream.uniform());
    data[i] = kind === 0 ? random : kind === 1 ? data[i - row] + 1 : 3 * (i % row);
  }
  return { width, height, channels, data };
}

describe('pictures', () => {
  it.each([
    [1, 1, 1, 8],
    [1, 1, 3, 16],
    [7, 3, 3, 8],
    [1, 9, 1, 16],
    [9, 1, 3, 8],
    [301, 200, 3, 8],
    [20_000, 4, 1, 16],
  ] as const)(
    'of %d × %d with %d channels of %d bits come back',
    async (width, height, channels, depth) => {
      const image = createImage(width, height, channels, depth);
      const decoded = decode(await writePng(image), { checkCrc: true });
      expect(decoded).toMatchObject({ width, height, channels, depth });
      expect([...decoded.data]).toEqual([...image.data]);
      image.data[image.data.length - 1] ^= 1;
      const other = decode(await writePng(image), { checkCrc: true });
      expect([...other.data]).not.toEqual([...decoded.data]);
    },
  );

  it('are smaller than their samples where rows are alike, and the same each time', async () => {
    const data = Uint8Array.from({ length: 3 * 200 * 200 }, (_, i) => (i % 600) / 3);
    const image = { width: 200, height: 200, channels: 3, data } as const;
    const bytes = await writePng(image);
    expect(bytes.length).toBeLessThan(data.length / 50);
    expect(await writePng(image)).toEqual(bytes);
  });

  it('say that colours are sRGB, and nothing of the kind of greys', async () => {
    const names = async (channels: 1 | 3): Promise<string> =>
      new TextDecoder('latin1').decode(await writePng(createImage(2, 2, channels, 8)));
    expect(await names(3)).toContain('sRGB');
    expect(await names(1)).not.toContain('sRGB');
  });
});

describe('texts', () => {
  const texts = {
    Title: 'l·λ₁ = log Λ₁ 😀',
    Software: 'ftle-map',
    'ftle-map': JSON.stringify({ hostile: '</svg>"\0\n' }),
    Empty: '',
  };

  it('come back, here and in fast-png', async () => {
    const bytes = await writePng(createImage(3, 2, 3, 8), texts);
    expect(Object.fromEntries(readPngTexts(bytes))).toEqual(texts);
    const { text } = decode(bytes, { checkCrc: true });
    expect(text).toMatchObject({ Software: texts.Software, 'ftle-map': texts['ftle-map'] });
  });

  it.each(['', ' x', 'x'.repeat(80), 'λ', 'a\0b'])('refuse the keyword %j', async (keyword) => {
    const written = writePng(createImage(1, 1, 1, 8), { [keyword]: 'text' });
    await expect(written).rejects.toThrow(/keyword of a PNG text/);
  });

  it('are read in Latin-1, and only the one that is wanted', async () => {
    const codes = Uint8Array.from({ length: 10_000 }, (_, i) => 1 + (i % 255));
    const foreign = Uint8Array.of(...new TextEncoder().encode('Comment'), 0, ...codes);
    const chunk = new Uint8Array(12 + foreign.length);
    new DataView(chunk.buffer).setUint32(0, foreign.length);
    chunk.set(new TextEncoder().encode('tEXt'), 4);
    chunk.set(foreign, 8);
    const bytes = await writePng(createImage(1, 1, 1, 8), { Title: 'ours' });
    const both = Uint8Array.from([...bytes.subarray(0, 33), ...chunk, ...bytes.subarray(33)]);
    const text = Array.from(codes, (code) => String.fromCharCode(code)).join('');
    expect(readPngTexts(both)).toEqual(
      new Map([
        ['Comment', text],
        ['Title', 'ours'],
      ]),
    );
    expect(readPngTexts(both, 'Title')).toEqual(new Map([['Title', 'ours']]));
  });

  it('of broken files are DataErrors', async () => {
    const bytes = await writePng(createImage(3, 2, 3, 8), texts);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readPngTexts(bytes.subarray(0, length)), `${length} bytes`).toThrow(DataError);
    }
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const broken = bytes.slice();
        for (const [at, byte] of changes) broken[at] = byte;
        try {
          readPngTexts(broken);
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
