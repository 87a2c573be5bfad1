import type { nothing } from 'lit';
import { html, type TemplateResult } from 'lit';
import { classColor, gradientStops, niceTicks } from '../render/palette.ts';
import type { ColorRange } from './automatic-range.ts';
import { formatNumber, quantityTitle } from './description.ts';
import type { StyleSettings } from './settings.ts';

/** A place on the bar, from 0 (start) to 1 (end). */
interface Tick {
  readonly at: number;
  readonly label: string;
}

/** More classes than this get no swatches. */
const MOST_SWATCHES = 12;

/**
 * The legend of the colours: a strip with ticks and title, or swatches for classes. Without a range
 * there are no ticks.
 *
 * @param space - what exponents are over, if that needs to be said.
 *
 * Its styles are set as properties, not attributes, so that it works under a strict content security
 * policy.
 */
export function renderColorbar(
  style: StyleSettings,
  space: string,
  range: ColorRange | null,
  classCount: number,
): TemplateResult | typeof nothing {
  const title = quantityTitle(style, space);
  if (style.quantity === 'class') return swatches(Math.min(classCount, MOST_SWATCHES));
  const isDirection = style.quantity === 'direction';
  const stops = gradientStops(isDirection ? 'direction' : style.colormap);
  const ticks = isDirection ? DIRECTION_TICKS : range ? rangeTicks(range) : [];
  return html`
    <div class="colorbar" part="colorbar" role="img" aria-label=${describe(title, ticks)}>
      <div class="strip" .style=${`background: linear-gradient(var(--_direction), ${stops})`}></div>
      <div class="ticks">
        ${ticks.map(({ at, label }) => {
          return html`<span class="tick" .style=${`--at: ${at}`}>${label}</span>`;
        })}
      </div>
      <div class="title">${title}</div>
    </div>
  `;
}

/** Angle to the s axis, modulo 180°. */
const DIRECTION_TICKS: readonly Tick[] = [0, 45, 90, 135, 180].map((angle) => ({
  at: angle / 180,
  label: `${angle}°`,
}));

function rangeTicks([low, high]: ColorRange): Tick[] {
  return niceTicks(low, high, 6).map((value) => ({
    at: (value - low) / (high - low),
    label: formatNumber(value),
  }));
}

function swatches(count: number): TemplateResult {
  return html`
    <div class="classes" part="colorbar">
      ${Array.from({ length: count }, (_, index) => {
        const style = `background: ${classColor(index)}`;
        return html`<span><i class="swatch" .style=${style}></i>class ${index}</span>`;
      })}
    </div>
  `;
}

function describe(title: string, ticks: readonly Tick[]): string {
  const [first, last] = [ticks.at(0), ticks.at(-1)];
  return `Colour scale: ${title}${first && last ? `, from ${first.label} to ${last.label}` : ''}`;
}
