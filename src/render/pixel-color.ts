import { Status, type FieldData } from '../engine/engine.ts';
import { hasOutput } from '../curves/boundary.ts';
import { classRgb, colorTable, tableColor, type Rgb } from './palette.ts';
import type { PaintStyle } from './style.ts';

/** What decides the number that a pixel shows. */
export type ValueStyle = Pick<PaintStyle, 'quantity' | 'scale' | 'outputIndex'>;

/** What decides its colour. */
export type ColorStyle = Pick<
  PaintStyle,
  'quantity' | 'colormap' | 'range' | 'scale' | 'outputIndex'
>;

/** The table that the colours of a style come from; classes have colours of their own. */
export function styleTable({ quantity, colormap }: ColorStyle): Float32Array {
  return colorTable(quantity === 'direction' ? 'direction' : colormap);
}

/**
 * Colour of a pixel.
 *
 * @param table - of {@link styleTable}.
 * @returns null where there is nothing to show: J = 0, an overflow, or a λ₂ that is −Infinity.
 */
export function pixelColor(
  data: FieldData,
  pixel: number,
  style: ColorStyle,
  table: Float32Array,
): Rgb | null {
  const { quantity, range } = style;
  const value = shownValue(data, pixel, style);
  if (value === null) return null;
  if (quantity === 'class') return classRgb(value);
  if (quantity === 'direction') return tableColor(table, value / Math.PI);
  return tableColor(table, (value - range[0]) / (range[1] - range[0]));
}

/** What the colour stands for: a number, the class, or for directions the angle, 0 to π; null if there is none. */
export function shownValue(data: FieldData, pixel: number, style: ValueStyle): number | null {
  const { quantity, scale, outputIndex } = style;
  const isOutput = quantity === 'output' || quantity === 'class';
  const isGood = isOutput ? hasOutput(data, pixel) : data.statuses[pixel] === Status.good;
  if (!isGood) return null;
  const value = rawValue(data, pixel, quantity, outputIndex);
  if (!Number.isFinite(value)) return null;
  return quantity === 'exponent' || quantity === 'second-exponent' ? scale * value : value;
}

function rawValue(
  data: FieldData,
  pixel: number,
  quantity: ColorStyle['quantity'],
  outputIndex: number,
): number {
  switch (quantity) {
    case 'exponent':
      return data.exponents[pixel];
    case 'second-exponent':
      return data.secondExponents[pixel];
    case 'direction': {
      const angle = Math.atan2(data.directions[2 * pixel + 1], data.directions[2 * pixel]);
      return angle < 0 ? angle + Math.PI : angle;
    }
    case 'class':
      return data.classes[pixel];
    case 'output': {
      const outputWidth = data.outputs.length / data.statuses.length;
      return data.outputs[pixel * outputWidth + Math.min(outputIndex, outputWidth - 1)];
    }
  }
}
