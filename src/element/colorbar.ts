import type { nothing } from 'lit';
import { html, type TemplateResult } from 'lit';
import type { ColorRange } from '../render/color-range.ts';
import { createLegend, formatNumber, type LegendSubject } from '../render/legend.ts';

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
  style: LegendSubject,
  space: string,
  range: ColorRange | null,
  classCount: number,
): TemplateResult | typeof nothing {
  const legend = createLegend(style, space, range, classCount);
  if (legend.kind === 'swatches') {
    return html`
      <div class="classes" part="colorbar">
        ${legend.swatches.map(({ color, label }) => {
          return html`<span><i class="swatch" .style=${`background: ${color}`}></i>${label}</span>`;
        })}
      </div>
    `;
  }
  const { title, stops, ticks } = legend;
  // A direction has the same bounds always, and the same ticks.
  const [low, high] =
    style.quantity === 'direction' ? ['0°', '180°'] : (range?.map(formatNumber) ?? []);
  const label = `Colour scale: ${title}${low ? `, from ${low} to ${high}` : ''}`;
  const colors = stops.map(({ at, color }) => `${color} ${100 * at}%`);
  const gradient = `background: linear-gradient(var(--_direction), ${colors.join(', ')})`;
  return html`
    <div class="colorbar" part="colorbar" role="img" aria-label=${label}>
      <div class="strip" .style=${gradient}></div>
      <div class="ticks">
        ${ticks.map(({ at, label }) => {
          return html`<span class="tick" .style=${`--at: ${at}`}>${label}</span>`;
        })}
      </div>
      <div class="title">${title}</div>
    </div>
  `;
}
