import type { ExponentSpace } from '../engine/engine.ts';
import { colorStops, type ColorStop } from './color-scale.ts';
import { classColor, niceTicks, type ColormapName } from './palette.ts';
import type { Quantity } from './style.ts';

/** What the colours of a map stand for. */
export interface LegendSubject {
  readonly quantity: Quantity;
  /** λ is shown, not l·λ. */
  readonly perLayer: boolean;
  readonly colormap: ColormapName;
}

/** A place on a scale, from 0 (low end) to 1. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** The colours of a map explained: as a strip with ticks, or class by class. */
export type Legend =
  | {
      readonly kind: 'strip';
      readonly title: string;
      /** Low end first. */
      readonly stops: readonly ColorStop[];
      readonly ticks: readonly Tick[];
    }
  | {
      readonly kind: 'swatches';
      readonly title: string;
      readonly swatches: readonly { readonly color: string; readonly label: string }[];
    };

/** More classes than this get no swatches. */
const MOST_SWATCHES = 12;

/** Angle to the s axis, modulo 180°. */
const DIRECTION_TICKS: readonly Tick[] = [0, 45, 90, 135, 180].map((angle) => ({
  at: angle / 180,
  label: `${angle}°`,
}));

/**
 * @param space - what exponents are over, as {@link spaceName} says it.
 * @param range - values of the ends of the strip; null: no ticks.
 */
export function createLegend(
  subject: LegendSubject,
  space: string,
  range: readonly [low: number, high: number] | null,
  classCount: number,
): Legend {
  const title = quantityTitle(subject, space);
  if (subject.quantity === 'class') {
    const length = Math.min(classCount, MOST_SWATCHES);
    const swatches = Array.from({ length }, (_, index) => ({
      color: classColor(index),
      label: `class ${index}`,
    }));
    return { kind: 'swatches', title, swatches };
  }
  const isDirection = subject.quantity === 'direction';
  const stops = isDirection
    ? colorStops('direction', [0, 180])
    : colorStops(subject.colormap, range ?? [-1, 1]);
  const ticks = isDirection ? DIRECTION_TICKS : range ? scaleTicks(range, 6) : [];
  return { kind: 'strip', title, stops, ticks };
}

/** Round numbers of a scale, about `count`. */
export function scaleTicks([low, high]: readonly [number, number], count: number): Tick[] {
  return niceTicks(low, high, count).map((value) => ({
    at: (value - low) / (high - low),
    label: formatNumber(value),
  }));
}

/**
 * What the exponents of a map are over, in words; empty for up to two inputs, where plane and all inputs
 * are the same.
 */
export function spaceName(space: ExponentSpace, inputWidth: number): string {
  if (inputWidth <= 2) return '';
  return space === 'full' ? 'over all inputs' : 'in the plane';
}

/**
 * What the colours stand for, as the colour bar says it.
 *
 * @param space - as {@link spaceName} says it.
 */
export function quantityTitle(
  { quantity, perLayer }: Pick<LegendSubject, 'quantity' | 'perLayer'>,
  space: string,
): string {
  switch (quantity) {
    case 'exponent':
    case 'second-exponent': {
      const [i, log] = quantity === 'exponent' ? ['₁', ' = log Λ₁'] : ['₂', ' = log Λ₂'];
      if (perLayer) return space ? `λ${i} ${space} per layer` : `λ${i} per layer`;
      return space ? `l·λ${i} ${space}` : `l·λ${i}${log}`;
    }
    case 'direction':
      return space ? `stretching direction ${space}` : 'stretching direction';
    case 'output':
      return 'output';
    case 'class':
      return 'class';
  }
}

/** Three significant digits, with a true minus sign. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const text = Number(value.toPrecision(3)).toString();
  return text.replaceAll('-', '−');
}
