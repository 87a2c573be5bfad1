// Plan: pictures of `ftle render` read by another decoder (fast-png), or as text: size, the colours of classes
// pixel by pixel, parameters; ridges and boundary change pixels and are paths of SVG; samples, and the three points
// that a plane goes through, are marked; grey pictures hold λ; --like repeats a picture byte for byte.
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu-engine.ts';
import { writeNpy } from '../../src/files/npy.ts';
import { readParameters } from '../../src/files/save.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { classRgb } from '../../src/render/palette.ts';
import { Workplace } from '../support/command.ts';

const place = new Workplace();
const network = place.network('net.json', '2-8x4-3', { variance: 6, outputActivation: 'identity' });
const [WIDTH, HEIGHT] = [40, 20];
const PLAIN = [
  ...['render', 'net.json', '--backend', 'cpu', '--domain', '-2,-1,2,1'],
  ...['--size', `${WIDTH}x${HEIGHT}`, '--no-colorbar'],
];

const engine = createCpuEngine();
const data = await engine.computeField(engine.createModel(network), {
  plane: coordinatePlane(2),
  domain: { sMin: -2, tMin: -1, sMax: 2, tMax: 1 },
  width: WIDTH,
  height: HEIGHT,
  layer: 4,
});

async function paint(...args: string[]): Promise<Uint8Array> {
  await place.json([...PLAIN, ...args, '--out', 'map.png']);
  return place.read('map.png');
}

const pixelsOf = (png: Uint8Array): number[] => [...decode(png).data];

describe('ftle render', () => {
  it('paints classes where they are', async () => {
    const png = await paint('--quantity', 'class');
    const { width, height, channels, depth } = decode(png);
    expect([width, height, channels, depth]).toEqual([WIDTH, HEIGHT, 3, 8]);
    const pixels = pixelsOf(png);
    const wanted = Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
      const row = HEIGHT - 1 - Math.floor(i / WIDTH);
      const color = classRgb(data.classes[row * WIDTH + (i % WIDTH)]);
      return color.map((part) => Math.round(255 * part));
    });
    expect(pixels).toEqual(wanted.flat());
    expect(new Set(data.classes).size).toBeGreaterThan(1);
  });

  it('draws lines and marks over the map', async () => {
    const plain = pixelsOf(await paint());
    for (const option of ['--ridges', '--boundary', '--directions']) {
      expect(pixelsOf(await paint(option)), option).not.toEqual(plain);
    }
    const ridges = pixelsOf(await paint('--ridges'));
    expect(pixelsOf(await paint('--ridges', '--ridge-threshold', '99'))).toEqual(plain);
    expect(pixelsOf(await paint('--ridges', '--ridge-smoothing', '0.1'))).not.toEqual(ridges);
    expect(pixelsOf(await paint('--samples', '--dataset', 'blobs'))).not.toEqual(plain);
    const range = ['--range', '-2,2'];
    const perLayer = pixelsOf(await paint('--per-layer', ...range));
    expect(perLayer).not.toEqual(pixelsOf(await paint(...range)));
    const corners = Float32Array.of(-1, -0.5, 1, -0.5, 0, 0.5);
    place.write('x.npy', writeNpy({ shape: [3, 2], values: corners }));
    const marked = [...PLAIN, '--inputs', 'x.npy', '--plane-points', '0,1,2', '--out', 'map.png'];
    await place.json(marked);
    const unmarked = pixelsOf(place.read('map.png'));
    await place.json([...marked, '--samples']);
    const changed = pixelsOf(place.read('map.png')).filter((value, i) => value !== unmarked[i]);
    expect(changed.length).toBeGreaterThan(3 * 3 * 4);
    place.write('y.npy', writeNpy({ shape: [3, 2], values: corners.map((value) => value / 2) }));
    const plane = pixelsOf(await paint());
    const rows = pixelsOf(await paint('--samples', '--inputs', 'y.npy'));
    expect(rows.filter((value, i) => value !== plane[i]).length).toBeGreaterThan(3 * 3 * 4);
    const { code, stderr } = await place.run([...PLAIN, '--samples', '--out', 'map.png']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--samples needs --dataset/)]);
  });

  it('writes SVG with a path for every kind of line', async () => {
    interface Said {
      readonly ridgeSegments: number;
      readonly parameters: object;
    }
    const args = [...PLAIN.slice(0, -1), '--ridges', '--boundary'];
    const said = await place.json<Said>([...args, '--out', 'map.svg']);
    const bytes = place.read('map.svg');
    const text = new TextDecoder().decode(bytes);
    expect(said.ridgeSegments).toBeGreaterThan(0);
    // Ridges are drawn twice: their halo, and they themselves.
    const counts = Array.from(
      text.matchAll(/ d="([^"]*)"/g),
      ([, path]) => path.split('M').length - 1,
    );
    expect(counts.filter((count) => count === said.ridgeSegments).length).toBe(2);
    const { picture, field } = await readParameters(bytes);
    expect(picture).toMatchObject({ ridges: true, boundary: true, colorbar: true });
    expect(said.parameters).toMatchObject({
      picture: { ridges: true },
      field: { layer: field!.layer },
    });
  });

  it('holds λ in grey pictures', async () => {
    const png = await paint('--grey');
    const { depth, channels, data: samples } = decode(png);
    expect([depth, channels]).toEqual([16, 1]);
    const { low, high } = (await readParameters(png)).grey!;
    const step = (high - low) / 65534;
    const errors = Array.from(samples, (sample, i) => {
      const row = HEIGHT - 1 - Math.floor(i / WIDTH);
      return Math.abs(low + (sample - 1) * step - data.exponents[row * WIDTH + (i % WIDTH)]);
    });
    // Half a step, and rounding of the range.
    expect(Math.max(...errors)).toBeLessThan(0.51 * step);
  });

  it('repeats what a picture says', async () => {
    const repeat = async (...style: string[]) => {
      const like = ['render', 'net.json', '--like', 'map.png', ...style, '--backend', 'cpu'];
      await place.json([...like, '--out', 'again.png']);
      return place.read('again.png');
    };
    const style = '--quantity output --output-index 2 --colormap viridis --boundary'.split(' ');
    const first = await paint(...style, '--range', '-2,3', '--layer', '2');
    expect(await repeat()).toEqual(first);
    expect(await repeat('--colormap', 'greys')).not.toEqual(first);

    const smooth = await paint('--ridges', '--ridge-smoothing', '0.1');
    expect(await repeat()).toEqual(smooth);
    const none = await paint('--ridges', '--ridge-threshold', '99');
    expect(await repeat()).toEqual(none);
    expect(pixelsOf(await repeat('--ridge-threshold', 'auto'))).not.toEqual(pixelsOf(none));

    const plain = await paint();
    await paint('--samples', '--dataset', 'blobs');
    // Which points those were the picture does not say.
    expect(pixelsOf(await repeat())).toEqual(pixelsOf(plain));
  });
});
