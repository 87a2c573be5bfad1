// Plan: SVGs parsed as XML by the browser: one part of a path for each segment, at its place; axes with round ticks in
// their places, colour bar, parameters and title as they were given, hostile texts included; drawn by the browser, the
// image shows the field's colours. 1 × 1 and other shapes, with and without a bar. Control: without lines there are
// no paths of them, and a text that is not escaped does not parse.
import { describe, expect, it } from 'vitest';
import type { FieldData } from '../../src/engine/engine.ts';
import type { MapParameters } from '../../src/files/parameters.ts';
import { readParameters } from '../../src/files/save.ts';
import { escapeXml, writeFieldSvg } from '../../src/files/svg.ts';
import { boundarySegments } from '../../src/curves/boundary.ts';
import { directionMarks } from '../../src/render/direction-marks.ts';
import { colorTable, controlColors, tableColor } from '../../src/render/palette.ts';
import type { StillStyle } from '../../src/render/still.ts';
import { createFieldData } from '../support/synthetic-field.ts';

const DOMAIN = { sMin: -1, tMin: -2, sMax: 3, tMax: 1 };
/** A text with these characters in it. */
const hostile = (characters: string): string =>
  `</metadata><script>alert(1)</script> "quoted" '&amp;' ]]> ${characters} λ 😀`;
/** Characters that XML cannot hold, and what stands for them. */
const HOSTILE = hostile('\u0000\u0007\ud800');
const HELD = hostile('\ufffd\ufffd\ufffd');

const PARAMETERS: MapParameters = {
  network: {
    address: '</metadata><script>"&lt;"',
    sha256: '0123456789abcdef'.repeat(4),
    inputWidth: 2,
    layers: [{ type: 'dense', width: 1, activation: 'tanh', alpha: 0 }],
  },
};

const STYLE: StillStyle = {
  quantity: 'exponent',
  colormap: 'viridis',
  range: [0, 1],
  perLayer: true,
  outputIndex: 0,
  ridges: Float32Array.of(-1, -2, 3, 1, 0.5, 0.5, 0.5, -0.25),
  directions: true,
  regions: false,
  marks: null,
  boundary: true,
  samples: { points: Float32Array.of(0, 0, 2, -1), classes: [0, 1], count: 2 },
  colorbar: true,
  pixelRatio: 1,
};

type Size = readonly [width: number, height: number];

const field = ([width, height]: Size): FieldData =>
  createFieldData({ width, height }, DOMAIN, (s) => ({
    exponent: (s + 1) / 4,
    angle: 0.5,
    outputs: [s - 0.3],
  }));

async function parse(
  size: Size,
  style: Partial<StillStyle> = {},
  title = 'map',
): Promise<{ svg: Document; text: string }> {
  const text = await writeFieldSvg(field(size), { ...STYLE, ...style }, PARAMETERS, title);
  const svg = new DOMParser().parseFromString(text, 'image/svg+xml');
  expect(svg.querySelector('parsererror')?.textContent ?? '').toBe('');
  expect(svg.documentElement.localName).toBe('svg');
  return { svg, text };
}

/** Segments of a path `M x y L x y …`, [count][4]. */
function segmentsOf(svg: Document, name: string): number[][] {
  const path = svg.querySelector(`path.${name}`)?.getAttribute('d') ?? '';
  const parts = path.match(/M[^M]*/g) ?? [];
  return parts.map((part) => {
    const numbers = part.match(/-?[\d.]+/g)!.map(Number);
    expect(part).toMatch(/^M-?[\d.]+ -?[\d.]+L-?[\d.]+ -?[\d.]+$/);
    return numbers;
  });
}

/** Left, top, width and height of the map. */
function mapOf(svg: Document): number[] {
  const image = svg.querySelector('image')!;
  return ['x', 'y', 'width', 'height'].map((name) => Number(image.getAttribute(name)));
}

describe.each<{ size: Size }>([{ size: [80, 60] }, { size: [1, 1] }, { size: [7, 90] }])(
  'an SVG of $size',
  ({ size }) => {
    it('has a part of a path for each segment, at its place', async () => {
      const { svg } = await parse(size);
      const data = field(size);
      const [left, top, width, height] = mapOf(svg);
      expect([width, height]).toEqual([...size]);
      const wanted = {
        ridges: STYLE.ridges!,
        'ridge-halo': STYLE.ridges!,
        boundary: boundarySegments(data),
        directions: directionMarks(data, data.request, DOMAIN, 1),
      };
      for (const [name, segments] of Object.entries(wanted)) {
        const found = segmentsOf(svg, name);
        expect(found.length, name).toBe(segments.length / 4);
        found.flat().forEach((value, i) => {
          const place =
            i % 2 === 0
              ? left + ((segments[i] + 1) / 4) * width
              : top + ((1 - segments[i]) / 3) * height;
          expect(Math.abs(value - place), `${name} ${i}`).toBeLessThan(1e-3);
        });
      }
      expect(svg.querySelectorAll('circle.sample').length).toBe(2);
    });

    it('has rings around samples that are wrong, and numbered marks', async () => {
      const samples = { ...STYLE.samples!, errors: [0, 1] };
      const { svg } = await parse(size, { samples, marks: Float32Array.of(0, 0, 2, -1) });
      const [left, top, width, height] = mapOf(svg);
      const centresOf = (name: string): number[][] =>
        [...svg.querySelectorAll(`circle.${name}`)].map((ring) =>
          ['cx', 'cy'].map((axis) => Number(ring.getAttribute(axis))),
        );
      const places = [
        [left + width / 4, top + height / 3],
        [left + (3 * width) / 4, top + (2 * height) / 3],
      ];
      for (const [name, wanted] of [
        ['error', places.slice(1)],
        ['mark', places],
      ] as const) {
        const found = centresOf(name);
        expect(found.length).toBe(wanted.length);
        found.flat().forEach((value, i) => expect(value).toBeCloseTo(wanted.flat()[i], 2));
      }
      const numbers = [...svg.querySelectorAll('text.mark')].map((text) => text.textContent);
      expect(numbers).toEqual(['1', '2']);
    });

    it('has no lines that were not asked for', async () => {
      const none = { ridges: null, directions: false, boundary: false, samples: null };
      const { svg } = await parse(size, { ...none, colorbar: false });
      expect(svg.querySelectorAll('path[class], circle, linearGradient').length).toBe(0);
    });

    it('keeps all within its box', async () => {
      for (const quantity of ['exponent', 'class'] as const) {
        const { text } = await parse(size, { quantity });
        const holder = document.createElement('div');
        holder.innerHTML = text;
        document.body.append(holder);
        const drawn = holder.querySelector('svg')!;
        const box = drawn.viewBox.baseVal;
        for (const element of drawn.querySelectorAll<SVGGraphicsElement>('text')) {
          const around = drawn.getBoundingClientRect();
          const { left, right, top, bottom } = element.getBoundingClientRect();
          const place = `${element.textContent} of ${quantity}`;
          expect(left - around.left, place).toBeGreaterThanOrEqual(-0.5);
          expect(top - around.top, place).toBeGreaterThanOrEqual(-0.5);
          expect(around.right - right, place).toBeGreaterThanOrEqual(-0.5);
          expect(around.bottom - bottom, place).toBeGreaterThanOrEqual(-0.5);
        }
        expect(box.width).toBeGreaterThan(size[0]);
        holder.remove();
      }
    });
  },
);

it('has axes with round ticks in their places, and the colour bar of its colours', async () => {
  const { svg } = await parse([400, 300]);
  const [left, top, width, height] = mapOf(svg);
  const texts = [...svg.querySelectorAll('text')];
  const textAt = (label: string, anchor: string): Element =>
    texts.find((text) => {
      return text.textContent === label && text.getAttribute('text-anchor') === anchor;
    })!;
  for (const s of [-1, 0, 1, 2, 3]) {
    const x = Number(textAt(String(s).replace('-', '−'), 'middle').getAttribute('x'));
    expect(x).toBeCloseTo(left + ((s + 1) / 4) * width, 2);
  }
  const levels = [-2, -1, 0, 1].map((t) =>
    Number(textAt(String(t).replace('-', '−'), 'end').getAttribute('y')),
  );
  for (let i = 1; i < 4; i++) expect(levels[i - 1] - levels[i]).toBeCloseTo(height / 3, 2);
  expect(Math.abs(levels[3] - top)).toBeLessThan(6);
  const stops = [...svg.querySelectorAll('stop')].map((stop) => stop.getAttribute('stop-color'));
  expect(stops).toEqual(controlColors('viridis'));
  expect(texts.some(({ textContent }) => textContent === 'λ₁ per layer')).toBe(true);
});

it('holds hostile texts as texts', async () => {
  const { svg, text } = await parse([4, 3], {}, HOSTILE);
  expect(svg.querySelector('script')).toBeNull();
  expect(svg.querySelector('title')!.textContent).toBe(HELD);
  const { network } = JSON.parse(svg.querySelector('#ftle-map')!.textContent) as MapParameters;
  expect(network.address).toBe(PARAMETERS.network.address);
  expect(await readParameters(new TextEncoder().encode(text))).toEqual(PARAMETERS);
  expect(escapeXml('a<b>&"c"')).toBe('a&lt;b&gt;&amp;&quot;c&quot;');
  const broken = new DOMParser().parseFromString(`<svg>${HOSTILE}</svg>`, 'image/svg+xml');
  expect(broken.querySelector('parsererror')).not.toBeNull();
});

it('shows the colours of the field, as a browser draws it', async () => {
  const none = { ridges: null, directions: false, boundary: false, samples: null };
  const { svg, text } = await parse([64, 48], none);
  const [left, top] = mapOf(svg);
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d')!;
  context.drawImage(image, 0, 0);
  URL.revokeObjectURL(image.src);
  const table = colorTable('viridis');
  for (const column of [2, 20, 45, 61]) {
    const [r, g, b] = context.getImageData(left + column, top + 20, 1, 1).data;
    const wanted = tableColor(table, (column + 0.5) / 64).map((part) => Math.round(255 * part));
    expect([r, g, b], `column ${column}`).toEqual(wanted);
  }
});
