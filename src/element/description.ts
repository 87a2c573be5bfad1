import type { ExponentSpace, LayerChoice, TrainingStatus } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import { formatNumber, spaceName } from '../render/legend.ts';
import type { Pose } from '../render/style.ts';
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
  /** Where its surface is seen from; null: the map is shown. */
  readonly pose: Pose | null;
}

/** The picture in words, for the label of the canvas. */
export function describePicture(
  plan: Plan,
  { layer, plane, space, domain, pose }: ShownPlace,
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
    `${pose ? 'Surface' : 'Map'} of the ${SUBJECTS[quantity]}${over && ` ${over}`}${unit}${where}, network ${plan.name}`,
    `${plane.axes[0]} from ${span(sMin, sMax)}, ${plane.axes[1]} from ${span(tMin, tMax)}`,
  ];
  if (pose) parts.push(describePose(pose));
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

const QUARTERS = [
  'south',
  'south-east',
  'east',
  'north-east',
  'north',
  'north-west',
  'west',
  'south-west',
];

/** Where a surface is seen from, in words; the map's upper edge is its north. */
export function describePose({ azimuth, elevation }: Pose): string {
  const quarter = ((Math.round(azimuth / 45) % 8) + 8) % 8;
  return `seen from the ${QUARTERS[quarter]}, ${Math.round(elevation)}° above`;
}

/** What happened when training diverged, and what to do. */
export function describeDivergence({ stepCount }: TrainingStatus, learningRate: number): string {
  return `Training diverged at step ${stepCount}: loss or weights are no longer finite. The last finite weights are shown. Lower the learning rate (now ${learningRate}) and reset.`;
}

export function formatPercent(fraction: number): string {
  return Number.isFinite(fraction) ? `${(100 * fraction).toFixed(1)} %` : '–';
}
