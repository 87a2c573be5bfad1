import type { FtleMapElement, Probe } from 'ftle-map/element';
import { createImage, type ImageShape } from './own-image.ts';
import { find } from './page.ts';

/** Components of a direction that are named where it is no image. */
const MOST_COMPONENTS = 4;
/** Outputs that are listed. */
const MOST_OUTPUTS = 10;

/**
 * Shows what the map says about a point: both exponents where they differ, and where it is stretched. The
 * exponents over all inputs take longer the first time, so the others come before them.
 */
export async function showPoint(
  map: FtleMapElement,
  x: number,
  y: number,
  shape: ImageShape | null,
): Promise<void> {
  const inPlane = await map.probe(x, y, { space: 'plane' });
  if (inPlane.point.length <= 2) show(inPlane, null, map.space, shape);
  else {
    show(inPlane, 'awaited', map.space, shape);
    show(inPlane, await map.probe(x, y, { space: 'full' }), map.space, shape);
  }
}

/** @param full - over all inputs; null where that is the same. */
function show(
  inPlane: Probe,
  full: Probe | 'awaited' | null,
  space: FtleMapElement['space'],
  shape: ImageShape | null,
): void {
  const { x, y, point, outputs } = inPlane;
  const entries: Record<string, string> = {
    's, t': [x, y].map((value) => number(value)).join(', '),
  };
  if (full) {
    entries['l·λ₁ in the plane'] = logStretch(inPlane);
    entries['l·λ₁ over all inputs'] = full === 'awaited' ? '…' : logStretch(full);
  } else entries['l·λ₁'] = logStretch(inPlane);
  entries['Class'] = String(inPlane.class);
  const listed = Array.from(outputs.subarray(0, MOST_OUTPUTS), (value) => number(value));
  if (outputs.length > MOST_OUTPUTS) listed.push('…');
  entries['Output'] = listed.join('  ');
  if (!shape) {
    const shown = space === 'full' && full ? full : inPlane;
    const words = shown === 'awaited' ? '…' : components(shown.inputDirection);
    entries[full ? `Stretched most ${SPACES[space]}` : 'Stretched most'] = words;
  }
  find('#point').replaceChildren(
    ...Object.entries(entries).map(([name, value]) => {
      const entry = document.createElement('div');
      const [term, detail] = ['dt', 'dd'].map((tag) => document.createElement(tag));
      [term.textContent, detail.textContent] = [name, value];
      if (name.startsWith('Output') || name.startsWith('Stretched')) entry.className = 'whole';
      entry.append(term, detail);
      return entry;
    }),
  );
  const images: HTMLElement[] = [];
  if (shape) {
    images.push(createImage(point, shape, 'The input', false));
    for (const probe of [inPlane, full]) {
      if (!probe || probe === 'awaited') continue;
      const caption = `Stretched most ${SPACES[probe.space]}`;
      images.push(createImage(probe.inputDirection, shape, caption, true));
    }
  }
  find('#images').replaceChildren(...images);
}

const SPACES = { plane: 'in the plane', full: 'over all inputs' } as const;

/** l·λ₁ = log Λ₁, or why there is none. */
function logStretch({ status, exponent, span }: Probe): string {
  return status === 'good' ? number(span * exponent) : status;
}

/** The largest components of a direction, in words; not those that would be written as 0. */
function components(direction: Float64Array): string {
  return Array.from(direction, (value, input) => ({ value, input }))
    .filter(({ value }) => Math.abs(value) >= 0.0005)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, MOST_COMPONENTS)
    .map(({ value, input }) => `${number(value)} · input ${input}`)
    .join(', ');
}

function number(value: number): string {
  return value.toFixed(3).replace('-', '−');
}
