import type { FtleMapElement } from 'ftle-map/element';
import { createImage, type ImageShape } from './own-image.ts';
import { find } from './page.ts';

type Probe = Awaited<ReturnType<FtleMapElement['probe']>>;

/** Components of a direction that are named where it is no image. */
const MOST_COMPONENTS = 4;
/** Outputs that are listed. */
const MOST_OUTPUTS = 10;

/** Shows what the map says about a point: both exponents where they differ, and where it is stretched. */
export async function showPoint(
  map: FtleMapElement,
  x: number,
  y: number,
  shape: ImageShape | null,
): Promise<void> {
  const inPlane = await map.probe(x, y, { space: 'plane' });
  const isFlat = inPlane.point.length <= 2;
  const full = isFlat ? null : await map.probe(x, y, { space: 'full' });
  const shown = full && map.space === 'full' ? full : inPlane;
  const entries: Record<string, string> = {
    's, t': [x, y].map((value) => number(value)).join(', '),
  };
  if (full) {
    entries['l·λ₁ in the plane'] = logStretch(inPlane);
    entries['l·λ₁ over all inputs'] = logStretch(full);
  } else entries['l·λ₁'] = logStretch(inPlane);
  entries['Class'] = String(inPlane.class);
  const outputs = Array.from(inPlane.outputs.subarray(0, MOST_OUTPUTS), (value) => number(value));
  if (inPlane.outputs.length > MOST_OUTPUTS) outputs.push('…');
  entries['Output'] = outputs.join('  ');
  if (!shape) entries['Stretched most'] = components(shown.inputDirection);
  find('#point').replaceChildren(
    ...Object.entries(entries).map(([name, value]) => {
      const entry = document.createElement('div');
      const [term, detail] = ['dt', 'dd'].map((tag) => document.createElement(tag));
      [term.textContent, detail.textContent] = [name, value];
      if (name === 'Output') entry.className = 'whole';
      entry.append(term, detail);
      return entry;
    }),
  );
  find('#images').replaceChildren(
    ...(shape
      ? [
          createImage(shown.point, shape, 'The input', false),
          createImage(inPlane.inputDirection, shape, 'Stretched most, in the plane', true),
          ...(full
            ? [createImage(full.inputDirection, shape, 'Stretched most, over all inputs', true)]
            : []),
        ]
      : []),
  );
}

/** l·λ₁ = log Λ₁, or why there is none. */
function logStretch({ status, exponent, span }: Probe): string {
  return status === 'good' ? number(span * exponent) : status;
}

/** The largest components of a direction, in words. */
function components(direction: Float64Array): string {
  return Array.from(direction, (value, input) => ({ value, input }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, MOST_COMPONENTS)
    .map(({ value, input }) => `${number(value)} · input ${input}`)
    .join(', ');
}

function number(value: number): string {
  return value.toFixed(3).replace('-', '−');
}
