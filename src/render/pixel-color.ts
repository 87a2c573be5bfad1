import { Status, type FieldData } from '../engine/engine.ts';
import { hasOutput } from '../curves/boundary.ts';
import { colorScale, partOf, type ColorScale } from './color-scale.ts';
import { classRgb, colorTable, tableColor, type Rgb } from './palette.ts';
import type { PaintStyle } from './style.ts';

/** What decides the number that a pixel shows. */
export type ValueStyle = Pick<PaintStyle, 'quantity' | 'scale' | 'outputIndex'>;

/** What decides its colour. */
export type ColorStyle = Pick<
  PaintStyle,
  'quantity' | 'colormap' | 'range' | 'scale' | 'outputIndex'
>;

/** A table, and where values stand in it. */
export interface ScaledTable {
  readonly table: Float32Array;
  readonly scale: ColorScale;
}

/** What the colours of a style come from; classes have colours of their own. */
export function styleTable({
  quantity,
  colormap,
  range,
}: Pick<ColorStyle, 'quantity' | 'colormap' | 'range'>): ScaledTable {
  const isDirection = quantity === 'direction';
  const name = isDirection ? quantity : colormap;
  return { table: colorTable(name), scale: colorScale(name, isDirection ? [0, Math.PI] : range) };
}

/**
 * Colour of a pixel.
 *
 * @param colors - of {@link styleTable}.
 * @returns null where there is nothing to show: J = 0, an overflow, or a λ₂ that is −Infinity.
 */
export function pixelColor(
  data: FieldData,
  pixel: number,
  style: ColorStyle,
  { table, scale }: ScaledTable,
): Rgb | null {
  const value = shownValue(data, pixel, style);
  if (value === null) return null;
  return style.quantity === 'class' ? classRgb(value) : tableColor(table, partOf(scale, value));
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
