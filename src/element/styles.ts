import { css } from 'lit';

/**
 * Look of the element. Sizes follow the font size of the host; colours come from `--ftle-…`, which
 * have values for light and dark, by the `color-scheme` that the element inherits: its text lies on the page's
 * ground. The colour bar and the map are not mirrored where text runs from right to left.
 */
export const styles = css`
  :host {
    --_ink: var(--ftle-ink, #1d2330);
    --_muted: var(--ftle-muted, #59606e);
    --_surface: var(--ftle-surface, #ffffff);
    --_line: var(--ftle-line, #c9ced8);
    --_hover: var(--ftle-hover, #eef1f6);
    --_accent: var(--ftle-accent, #1f57b8);
    --_on-accent: var(--ftle-on-accent, #ffffff);
    --_alert: var(--ftle-alert, #a3231a);
    --_on-alert: var(--ftle-on-alert, #ffffff);
    --_radius: var(--ftle-radius, 6px);
    display: block;
    min-inline-size: 160px;
    color: var(--_ink);
    font: 400 0.8125rem/1.4 var(--ftle-font, system-ui, sans-serif);
    font-variant-numeric: tabular-nums;
    text-align: start;
  }
  :host([hidden]) {
    display: none;
  }
  /* Browsers without light-dark() stay light: in a custom property it cannot fall back. */
  @supports (color: light-dark(black, white)) {
    :host {
      --_ink: var(--ftle-ink, light-dark(#1d2330, #e6e9f0));
      --_muted: var(--ftle-muted, light-dark(#59606e, #a3abb9));
      --_surface: var(--ftle-surface, light-dark(#ffffff, #14171d));
      --_line: var(--ftle-line, light-dark(#c9ced8, #3c4350));
      --_hover: var(--ftle-hover, light-dark(#eef1f6, #232934));
      --_accent: var(--ftle-accent, light-dark(#1f57b8, #8ab4ff));
      --_on-accent: var(--ftle-on-accent, light-dark(#ffffff, #10131a));
      --_alert: var(--ftle-alert, light-dark(#a3231a, #8f1f18));
    }
  }
  * {
    box-sizing: border-box;
  }
  .root {
    container-type: inline-size;
    /* A container has no width of its own: where a page asks for one, it is this. */
    contain-intrinsic-inline-size: min(22rem, 85vw);
    display: flex;
    flex-direction: column;
    block-size: 100%;
  }
  .stage {
    /* Where the height is fixed, the picture gives way first, down to this; then the controls scroll. */
    flex: 1 1000 auto;
    min-block-size: min(14rem, 70%);
    display: flex;
    flex-direction: column;
    gap: 0.6em;
  }
  .frame {
    position: relative;
    flex: 1 1 auto;
    aspect-ratio: var(--ftle-aspect-ratio, 1);
    min-inline-size: 0;
    min-block-size: 0;
    overflow: hidden;
    border-radius: var(--_radius);
    background: color-mix(in srgb, var(--_muted) 14%, var(--_surface));
  }
  .pictures,
  canvas {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
  }
  canvas {
    display: block;
    cursor: crosshair;
  }
  .marks {
    pointer-events: none;
  }

  .badge,
  .message {
    position: absolute;
    inset-inline-start: 0.6em;
    max-inline-size: calc(100% - 1.2em);
    border-radius: calc(var(--_radius) - 1px);
    line-height: 1.35;
  }
  .badge {
    inset-block-start: 0.6em;
    padding: 0.15em 0.6em;
    font-size: 0.75rem;
    color: var(--_ink);
    background: color-mix(in srgb, var(--_surface) 86%, transparent);
  }
  .message {
    inset-block-end: 0.6em;
    inset-inline-end: 0.6em;
    max-block-size: calc(100% - 1.2em);
    overflow: auto;
    padding: 0.6em 0.8em;
    color: var(--_on-alert);
    background: var(--_alert);
    overflow-wrap: anywhere;
    box-shadow: 0 2px 10px rgb(0 0 0 / 25%);
  }
  .message:empty {
    display: none;
  }
  .message small {
    font-size: inherit;
    opacity: 0.85;
  }

  .colorbar {
    --_direction: to right;
    direction: ltr;
    flex: none;
    display: grid;
    grid-template: 0.8em 1.5em auto / 1fr;
    padding-inline: 1.2em;
  }
  .strip {
    border-radius: 2px;
    box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--_ink) 22%, transparent);
  }
  .strip,
  .swatch {
    print-color-adjust: exact;
  }
  .ticks {
    position: relative;
    color: var(--_ink);
    font-size: 0.75rem;
  }
  .tick {
    position: absolute;
    inset-inline-start: calc(var(--at) * 100%);
    padding-block-start: 0.3em;
    transform: translateX(-50%);
    line-height: 1.1;
    white-space: nowrap;
  }
  .tick::before {
    content: '';
    position: absolute;
    inset-block-start: 0;
    inset-inline-start: calc(50% - 0.5px);
    inline-size: 1px;
    block-size: 0.25em;
    background: var(--_muted);
  }
  .title {
    text-align: center;
    color: var(--_muted);
    white-space: nowrap;
  }
  .classes {
    flex: none;
    display: flex;
    flex-wrap: wrap;
    gap: 0.2em 1em;
    align-items: center;
    color: var(--_muted);
  }
  .swatch {
    display: inline-block;
    inline-size: 0.85em;
    block-size: 0.85em;
    margin-inline-end: 0.4em;
    border-radius: 2px;
    vertical-align: -0.08em;
    box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--_ink) 22%, transparent);
  }
  .controls {
    flex: 0 1 auto;
    overflow: auto;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5em 1em;
    /* What scrolls is cut off: room for the outline of the focus. */
    margin-inline-start: -4px;
    padding: 0.7em 4px 4px;
  }
  .group {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.35em;
    margin: 0;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  .slider {
    flex: 1 1 15em;
    display: grid;
    grid-template-columns: auto minmax(4em, 1fr) 4.2em;
    align-items: center;
    gap: 0.5em;
  }
  .slider > span {
    white-space: nowrap;
  }
  .slider .value {
    color: var(--_ink);
  }
  .value,
  .message,
  dd {
    unicode-bidi: plaintext;
  }
  .slider,
  .status {
    color: var(--_muted);
  }
  button {
    min-block-size: 2.2em;
    padding: 0.25em 0.8em;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    color: inherit;
    background: var(--_surface);
    font: inherit;
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    background: var(--_hover);
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button.primary {
    min-inline-size: 5em;
    border-color: var(--_accent);
    color: var(--_on-accent);
    background: var(--_accent);
    font-weight: 600;
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--_accent) 86%, var(--_ink));
  }
  button.toggle[aria-pressed='true'] {
    border-color: var(--_accent);
    color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }
  :is(button, input):focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  input[type='range'] {
    inline-size: 100%;
    min-inline-size: 0;
    margin: 0;
    accent-color: var(--_accent);
  }
  .status {
    flex: 1 1 100%;
    display: grid;
    grid-template-columns: repeat(2, max-content);
    gap: 0 1.4em;
    margin: 0;
  }
  .status div {
    display: flex;
    gap: 0.4em;
  }
  .status dd {
    min-inline-size: 3.4em;
    margin: 0;
    color: var(--_ink);
  }
  @container (max-width: 18em) {
    .slider {
      grid-template-columns: 1fr auto;
    }
    .slider input {
      grid-area: 2 / 1 / 3 / 3;
    }
    .status {
      grid-template-columns: max-content;
    }
    .title {
      white-space: normal;
    }
  }
  @container (min-width: 400px) {
    .stage:has(.colorbar) {
      flex-direction: row;
      gap: 0.7em;
    }
    .stage:has(.colorbar) .frame {
      flex-basis: 0;
    }
    .colorbar {
      --_direction: to top;
      grid-template: 1fr / 0.85em 2.7em auto;
      padding: 0.6em 0;
    }
    .tick {
      inset-inline-start: 0;
      inset-block-end: calc(var(--at) * 100%);
      padding-block-start: 0;
      padding-inline-start: 0.6em;
      transform: translateY(50%);
    }
    .tick::before {
      inset-block-start: calc(50% - 0.5px);
      inset-inline-start: 0;
      inline-size: 0.3em;
      block-size: 1px;
    }
    .status {
      grid-template-columns: repeat(4, max-content);
    }
    .title {
      writing-mode: vertical-rl;
      transform: rotate(180deg);
    }
  }
  @media (forced-colors: active) {
    button.toggle[aria-pressed='true'] {
      outline: 2px solid;
    }
    .strip,
    .swatch {
      forced-color-adjust: none;
    }
  }
`;
