import type { LayerChoice, TrainingStatus } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import { formatNumber } from '../render/legend.ts';
import type { FrameInfo } from './listener.ts';
import type { Plan } from './plan.ts';
import type { StyleSettings } from './settings.ts';

const SUBJECTS = {
  exponent: 'maximal finite-time Lyapunov exponent',
  'second-exponent': 'second finite-time Lyapunov exponent',
  direction: 'direction of maximal stretching',
  output: 'network output',
  class: 'predicted class',
} as const;

/** The picture in words, for the label of the canvas. */
export function describePicture(
  plan: Plan,
  layer: LayerChoice,
  domain: Domain,
  style: StyleSettings,
  frame: FrameInfo | null,
  status: TrainingStatus | null,
): string {
  const { quantity, perLayer } = style;
  const isExponent = quantity === 'exponent' || quantity === 'second-exponent';
  const { depth } = plan.network;
  const place = layer === 'output' ? 'the output' : `hidden layer ${layer} of ${depth}`;
  const where = quantity === 'output' || quantity === 'class' ? '' : ` at ${place}`;
  const unit = isExponent ? (perLayer ? ' per layer' : ' times number of layers') : '';
  const { sMin, sMax, tMin, tMax } = domain;
  const span = (low: number, high: number): string =>
    `${formatNumber(low)} to ${formatNumber(high)}`;
  const parts = [
    `Map of the ${SUBJECTS[quantity]}${unit}${where}, network ${plan.name}`,
    `x from ${span(sMin, sMax)}, y from ${span(tMin, tMax)}`,
  ];
  if (frame && (isExponent || quantity === 'output')) {
    parts.push(`colours from ${span(frame.low, frame.high)}`);
  }
  if (status && Number.isFinite(status.testAccuracy)) {
    parts.push(`test accuracy ${formatPercent(status.testAccuracy)}`);
  }
  return `${parts.join('; ')}.`;
}

/** What happened when training diverged, and what to do. */
export function describeDivergence({ stepCount }: TrainingStatus, learningRate: number): string {
  return `Training diverged at step ${stepCount}: loss or weights are no longer finite. The last finite weights are shown. Lower the learning rate (now ${learningRate}) and reset.`;
}

export function formatPercent(fraction: number): string {
  return Number.isFinite(fraction) ? `${(100 * fraction).toFixed(1)} %` : '–';
}
