import { html, nothing, type TemplateResult } from 'lit';
import type { LayerChoice, TrainingStatus } from '../engine/engine.ts';
import { formatNumber } from '../render/legend.ts';
import type { MapAttributes } from './attributes.ts';
import { formatPercent } from './description.ts';
import { isMotionReduced } from './layer-animation.ts';
import type { ViewStep } from './navigation.ts';

/** What the controls show besides the element's own properties. */
export interface ControlState {
  /** Number of hidden layers; 0 before the first network. */
  readonly depth: number;
  readonly layer: LayerChoice | null;
  readonly canTrain: boolean;
  readonly playing: boolean;
  readonly canMove: boolean;
  readonly hasMenu: boolean;
  /** Whether a surface can be shown. */
  readonly hasSurface: boolean;
  readonly status: TrainingStatus | null;
}

/** What the user does with them. */
export interface ControlActions {
  toggle(): void;
  step(): void;
  reset(): void;
  view(step: ViewStep): void;
  menu(button: HTMLElement): void;
  nextLayer(): void;
  change(
    name: 'layer' | 'learningRate' | 'animateLayers' | Overlay,
    value: number | 'output' | boolean,
  ): void;
}

export const OVERLAYS = ['ridges', 'directions', 'boundary', 'samples', 'surface'] as const;
export type Overlay = (typeof OVERLAYS)[number];

const OVERLAY_LABELS: Readonly<Record<Overlay, string>> = {
  ridges: 'Ridges',
  directions: 'Directions',
  boundary: 'Boundary',
  samples: 'Samples',
  surface: 'Surface',
};

/** The slider of the learning rate is logarithmic: 10⁻⁴ to 10, twenty positions a decade. */
const RATE_DECADES = { low: -4, high: 1, step: 0.05 };

export function renderControls(
  properties: Pick<MapAttributes, Overlay | 'learningRate' | 'animateLayers'>,
  state: ControlState,
  actions: ControlActions,
): TemplateResult {
  const { playing, canTrain } = state;
  return html`
    <div class="controls" part="controls" role="group" aria-label="Controls of the map">
      <div class="group">
        <button class="primary" type="button" ?disabled=${!canTrain} @click=${actions.toggle}>
          ${playing ? 'Pause' : 'Play'}
        </button>
        <button type="button" ?disabled=${!canTrain || playing} @click=${actions.step}>Step</button>
        <button type="button" ?disabled=${!canTrain} @click=${actions.reset}>Reset</button>
      </div>
      ${state.depth > 0 ? layerSlider(properties.animateLayers, state, actions) : nothing}
      ${rateSlider(properties.learningRate, canTrain, actions)}
      <div class="group" role="group" aria-label="Overlays">
        ${OVERLAYS.map((name) => {
          const isMissing = name === 'surface' && !state.hasSurface;
          return html`
            <button
              class="toggle"
              type="button"
              aria-pressed=${properties[name] && !isMissing ? 'true' : 'false'}
              ?disabled=${isMissing || (name === 'samples' && !canTrain)}
              @click=${() => actions.change(name, !properties[name])}
            >
              ${OVERLAY_LABELS[name]}
            </button>
          `;
        })}
      </div>
      ${state.canMove ? viewButtons(actions) : nothing}
      ${state.hasMenu ? menuButton(actions) : nothing}
      ${canTrain ? statusLine(state.status) : nothing}
    </div>
  `;
}

function viewButtons({ view }: ControlActions): TemplateResult {
  return html`
    <div class="group" role="group" aria-label="View">
      <button type="button" aria-label="Zoom in" @click=${() => view('in')}>+</button>
      <button type="button" aria-label="Zoom out" @click=${() => view('out')}>−</button>
      <button type="button" @click=${() => view('home')}>Home</button>
    </div>
  `;
}

function menuButton({ menu }: ControlActions): TemplateResult {
  const open = ({ currentTarget }: Event): void => menu(currentTarget as HTMLElement);
  return html`
    <button
      type="button"
      aria-label="Save, copy, open"
      aria-haspopup="menu"
      aria-expanded="false"
      @click=${open}
    >
      ⋯
    </button>
  `;
}

/** Positions 1 to depth are hidden layers, one more is the output. */
function layerSlider(
  isAnimated: boolean,
  { depth, layer }: ControlState,
  actions: ControlActions,
): TemplateResult {
  const position = layer === 'output' ? depth + 1 : (layer ?? depth);
  const name = layer === 'output' ? 'output' : `${position} of ${depth}`;
  const move = (event: Event): void => {
    const value = Number((event.target as HTMLInputElement).value);
    actions.change('layer', value > depth ? 'output' : value);
  };
  return html`
    <label class="slider">
      <span>Layer</span>
      <input
        type="range"
        min="1"
        max=${depth + 1}
        step="1"
        .value=${String(position)}
        aria-valuetext=${name}
        @input=${move}
      />
      <span class="value" aria-hidden="true">${name}</span>
    </label>
    ${depth > 1 ? layerButton(isAnimated, actions) : nothing}
  `;
}

/** Plays the layers; for those who want no motion it shows the next one. */
function layerButton(isAnimated: boolean, actions: ControlActions): TemplateResult {
  if (isMotionReduced()) {
    return html`<button type="button" @click=${actions.nextLayer}>Next layer</button>`;
  }
  return html`
    <button
      class="toggle"
      type="button"
      aria-pressed=${isAnimated ? 'true' : 'false'}
      @click=${() => actions.change('animateLayers', !isAnimated)}
    >
      Play layers
    </button>
  `;
}

function rateSlider(rate: number, canTrain: boolean, actions: ControlActions): TemplateResult {
  const { low, high, step } = RATE_DECADES;
  const move = (event: Event): void => {
    const value = 10 ** Number((event.target as HTMLInputElement).value);
    actions.change('learningRate', Number(value.toPrecision(2)));
  };
  return html`
    <label class="slider">
      <span>Learning rate</span>
      <input
        type="range"
        min=${low}
        max=${high}
        step=${step}
        .value=${String(Math.log10(rate > 0 ? rate : 10 ** low))}
        aria-valuetext=${String(rate)}
        ?disabled=${!canTrain}
        @input=${move}
      />
      <span class="value" aria-hidden="true">${rate}</span>
    </label>
  `;
}

function statusLine(status: TrainingStatus | null): TemplateResult {
  const entries = {
    Epoch: status ? status.epoch.toFixed(1) : '–',
    Loss: status ? formatNumber(status.trainLoss) : '–',
    Training: status ? formatPercent(status.trainAccuracy) : '–',
    Test: status ? formatPercent(status.testAccuracy) : '–',
  };
  return html`
    <dl class="status">
      ${Object.entries(entries).map(
        ([name, value]) => html`
          <div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>
        `,
      )}
    </dl>
  `;
}
