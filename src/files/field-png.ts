import type { FieldData } from '../engine/engine.ts';
import { extremeRange, type ColorRange } from '../render/color-range.ts';
import { shownValue, type ValueStyle } from '../render/pixel-color.ts';
import { paintStill, type StillStyle } from '../render/still.ts';
import type { Quantity } from '../render/style.ts';
import { writeParameters, type GreyRecord, type MapParameters } from './parameters.ts';
import { writePng, type PngTexts } from './png.ts';

/** Keyword of the parameters among the texts of a PNG. */
export const PNG_PARAMETERS = 'ftle-map';

/** Largest sample of 16 bits; 0 stands for no value. */
const LARGEST = 65_535;

/** A field as a picture in colours, 8 bits a channel; pixels without a value are hatched in grey. */
export async function writeFieldPng(
  data: FieldData,
  style: StillStyle,
  parameters: MapParameters,
  title: string,
): Promise<Uint8Array> {
  const { width, height, data: pixels } = await paintStill(data, style);
  return writePng({ width, height, channels: 3, data: pixels }, pngTexts(parameters, title));
}

/** What the numbers of a grey picture are taken from: λ as defined, not multiplied by l. */
export interface GreyStyle {
  readonly quantity: Quantity;
  readonly outputIndex: number;
  /** Values of the samples 1 and 65535; by default the least and the largest. */
  readonly range: ColorRange | 'auto';
}

/**
 * A field as grey picture of 16 bits: sample = 1 + round(65534·(value − low)/(high − low)), cut off at the
 * ends, and 0 where there is no value. The range stands in the parameters and, in words, in the comment.
 * Directions are angles to the s axis from 0 to π, classes are numbers.
 */
export async function writeGreyPng(
  data: FieldData,
  { quantity, outputIndex, range }: GreyStyle,
  parameters: MapParameters,
  title: string,
): Promise<Uint8Array> {
  const { width, height } = data.request;
  const style: ValueStyle = { quantity, outputIndex, scale: 1 };
  const [low, high] = range === 'auto' ? (extremeRange(data, style) ?? [0, 1]) : range;
  const samplesPerUnit = high > low ? (LARGEST - 1) / (high - low) : 0;
  const samples = new Uint16Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = shownValue(data, (height - 1 - y) * width + x, style);
      if (value === null) continue;
      const sample = 1 + Math.round((value - low) * samplesPerUnit);
      samples[y * width + x] = Math.min(Math.max(sample, 1), LARGEST);
    }
  }
  const grey: GreyRecord = { quantity, outputIndex, low, high };
  const texts = {
    ...pngTexts({ ...parameters, grey }, title),
    Comment: `value = ${low} + (sample - 1) * ${(high - low) / (LARGEST - 1)}; sample 0: no value`,
  };
  return writePng({ width, height, channels: 1, data: samples }, texts);
}

/** What a PNG of a map says in words. */
export function pngTexts(parameters: MapParameters, title: string): PngTexts {
  return { Title: title, Software: 'ftle-map', [PNG_PARAMETERS]: writeParameters(parameters) };
}
