import { html, nothing, type TemplateResult } from 'lit';
import type { Engine } from '../engine/engine.ts';
import type { Problems } from './problems.ts';

/**
 * Says over the picture what computes, if it is not a GPU, and what does not go with it.
 *
 * @param isFlat - whether a surface is wanted, for which there is no GPU.
 */
export function renderBadge(
  engine: Engine,
  fallbackReason: string | null,
  isFlat: boolean,
): TemplateResult | typeof nothing {
  if (!engine.slow) return nothing;
  const reason = fallbackReason ? `, because ${fallbackReason}` : '';
  const text = engine.backend === 'cpu' ? 'CPU, float64' : 'software GPU';
  const lack = isFlat ? ': a surface needs WebGPU' : fallbackReason ? ': no WebGPU' : '';
  return html`
    <div class="badge" part="badge" title=${`${engine.description}${reason}`}>${text}${lack}</div>
  `;
}

/** The gravest problem, over the picture; the place is there even when it is empty, to be announced. */
export function renderMessage(problems: Problems): TemplateResult {
  const { first, others } = problems;
  const more = others > 0 ? html` <small>(and ${others} more)</small>` : nothing;
  const content = first ? html`${first.message}${more}` : nothing;
  return html`<div class="message" part="message" role="alert">${content}</div>`;
}
