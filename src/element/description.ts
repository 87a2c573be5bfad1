import type { ExponentSpace, LayerChoice, TrainingStatus } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import { formatNumber, spaceName } from '../render/legend.ts';
import type { FrameInfo } from './listener.ts';
import type { Plan } from './plan.ts';
import type { PlaneView } from './plane-view.ts';
import type { StyleSettings } from './settings.ts';

const SUBJECTS = {
  exponent: 'maximal finite-time Lyapunov exponent',
  'second-exponent': 'second finite-time Lyapunov exponent',
  direction: 'direction of maximal stretching',
  output: 'network output',
  class: 'predicted class',
} as const;

/** Where the field of a picture was taken. */
interface ShownPlace {
  readonly layer: LayerChoice;
  readonly plane: PlaneView;
  readonly space: ExponentSpace;
  readonly domain: Domain;
}

/** The picture in words, for the label of the canvas. */
export function describePicture(
  plan: Plan,
  { layer, plane, space, domain }: ShownPlace,
  style: StyleSettings,
  frame: FrameInfo | null,
  status: TrainingStatus | null,
): string {
  const { quantity, perLayer } = style;
  const isExponent = quantity === 'exponent' || quantity === 'second-exponent';
  const { depth } = plan.network;
  const place = layer === 'output' ? 'the output' : `hidden layer ${layer} of ${depth}`;
  const isOutput = quantity === 'output' || quantity === 'class';
  const where = isOutput ? '' : ` at ${place}`;
  const over = isOutput ? '' : spaceName(space, plan.network.inputWidth);
  const unit = isExponent ? (perLayer ? ' per layer' : ' times number of layers') : '';
  const { sMin, sMax, tMin, tMax } = domain;
  const span = (low: number, high: number): string =>
    `${formatNumber(low)} to ${formatNumber(high)}`;
  const parts = [
    `Map of the ${SUBJECTS[quantity]}${over && ` ${over}`}${unit}${where}, network ${plan.name}`,
    `${plane.axes[0]} from ${span(sMin, sMax)}, ${plane.axes[1]} from ${span(tMin, tMax)}`,
  ];
  plane.marks.forEach((mark, i) => {
    parts.push(`point ${i + 1} at ${mark.map(formatNumber).join(', ')}`);
  });
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
