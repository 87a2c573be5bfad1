import type { ExponentSpace, LayerChoice, TrainingStatus } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import type { FrameInfo } from './listener.ts';
import type { Plan } from './plan.ts';
import type { PlaneView } from './plane-view.ts';
import type { StyleSettings } from './settings.ts';

/**
 * What the exponents of a map are over, in words; empty for up to two inputs, where plane and all inputs
 * are the same.
 */
export function spaceName(space: ExponentSpace, inputWidth: number): string {
  if (inputWidth <= 2) return '';
  return space === 'full' ? ' over all inputs' : ' in the plane';
}

/**
 * What the colours stand for, as the colour bar says it.
 *
 * @param space - as {@link spaceName} says it.
 */
export function quantityTitle({ quantity, perLayer }: StyleSettings, space: string): string {
  switch (quantity) {
    case 'exponent':
    case 'second-exponent': {
      const [i, log] = quantity === 'exponent' ? ['₁', ' = log Λ₁'] : ['₂', ' = log Λ₂'];
      if (perLayer) return `λ${i}${space}${space ? ',' : ''} per layer`;
      return `l·λ${i}${space || log}`;
    }
    case 'direction':
      return `stretching direction${space}`;
    case 'output':
      return 'output';
    case 'class':
      return 'class';
  }
}

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
    `Map of the ${SUBJECTS[quantity]}${over}${unit}${where}, network ${plan.name}`,
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

/** Three significant digits, with a true minus sign. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const text = Number(value.toPrecision(3)).toString();
  return text.replace('-', '−');
}

export function formatPercent(fraction: number): string {
  return Number.isFinite(fraction) ? `${(100 * fraction).toFixed(1)} %` : '–';
}
