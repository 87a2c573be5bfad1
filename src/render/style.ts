import type { Field, Ridges } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import type { ColormapName, Rgb } from './palette.ts';

/** What a map can show. */
export const QUANTITIES = ['exponent', 'second-exponent', 'direction', 'output', 'class'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** Ways to show stretching directions. */
export const DIRECTION_STYLES = ['segments', 'convolution'] as const;
export type DirectionStyle = (typeof DIRECTION_STYLES)[number];

/** Points to mark: plane coordinates [count][2], and their classes. */
export interface SampleMarks {
  readonly points: Float32Array;
  readonly classes: ArrayLike<number>;
  /** 1 for those that the network gets wrong, else 0; null: not known. */
  readonly errors?: ArrayLike<number> | null;
  readonly count: number;
}

/** Where a surface is seen from: angles in degrees, lengths in parts of the field's longer side. */
export interface Pose {
  /** Of the eye, from the south to the east: 0 sees the map as it is, from below its lower edge. */
  readonly azimuth: number;
  /** Above the plane. */
  readonly elevation: number;
  /** 1: all of the surface just fits. */
  readonly distance: number;
  /** What is looked at, from the middle of the field. */
  readonly target: readonly [s: number, t: number];
}

/** The pose that a surface starts with: from the south and a little from the west. */
export const HOME_POSE: Pose = { azimuth: -24, elevation: 40, distance: 1, target: [0, 0] };

/** A field as a surface in space. */
export interface SurfaceLook {
  readonly pose: Pose;
  /** Height of the colours' range, as a part of the field's longer side. */
  readonly relief: number;
  readonly background: Rgb;
  /** Of walls and of the floor below gaps. */
  readonly ground: Rgb;
}

/** How a field is shown. */
export interface PaintStyle {
  readonly quantity: Quantity;
  readonly colormap: ColormapName;
  /** Values of the ends of the colour map. */
  readonly range: readonly [low: number, high: number];
  /** Factor on λ before colouring: the span for l·λ, 1 for λ. */
  readonly scale: number;
  /** Which output the quantity `output` shows. */
  readonly outputIndex: number;
  readonly ridges: boolean;
  /** null: not at all. */
  readonly directions: DirectionStyle | null;
  readonly boundary: boolean;
  /** Whether the regions of the classes are tinted. */
  readonly regions: boolean;
  readonly samples: SampleMarks | null;
  /** Canvas pixels per CSS pixel. */
  readonly pixelRatio: number;
  /** Colour of lines. */
  readonly ink: Rgb;
  /** null or left out: the map. The surface has no directions and no regions; only WebGPU paints it. */
  readonly surface?: SurfaceLook | null;
}

/** What of a style has to be loaded first. */
export interface StyleNeeds extends Pick<PaintStyle, 'directions' | 'regions'> {
  readonly surface?: object | null;
}

/** Paints live fields on one canvas. */
export interface Painter {
  /**
   * Paints the field's present content.
   *
   * @param view - rectangle that the canvas shows; the field is re-projected if its own differs.
   */
  paint(field: Field, ridges: Ridges | null, style: PaintStyle, view: Domain): void;
  /** Loads what a style needs beyond the usual; until then it is painted without. */
  prepare(style: StyleNeeds): Promise<void>;
  dispose(): void;
}

/** Widths in CSS pixels that both painters share. */
export const LINES = {
  ridge: 2,
  ridgeHalo: 4,
  direction: 1.1,
  directionLength: 10,
  directionSpacing: 18,
  boundary: 1.4,
  sample: 5,
  /** Diameter of the ring around a sample that is wrong, and its stroke. */
  error: 10,
  errorStroke: 1.6,
  hatch: 8,
} as const;

/** Numbered rings at points that a plane was laid through, in CSS pixels: radius, strokes, text. */
export const MARKS = {
  radius: 6,
  stroke: 2,
  halo: 4.5,
  label: 13,
  labelHalo: 3.5,
  /** Of the label's lower left from the centre, to the right; upwards it is less by the radius. */
  offset: 9,
} as const;
/** Colour of their strokes; their halo is white. */
export const MARK_INK: Rgb = [0.063, 0.071, 0.094];

/** How much of what is below lines hide. */
export const OPACITY = { ridgeHalo: 0.75, ridge: 1, direction: 0.9, boundary: 0.85 } as const;

/** Stripes where a field has no value: dark, light. */
export const HATCH: readonly [Rgb, Rgb] = [
  [0.62, 0.62, 0.62],
  [0.78, 0.78, 0.78],
];

/** Lightest colour next to a line: the halo of ridges. */
export const HALO: Rgb = [1, 1, 1];
/** Where there is no field. */
export const OUTSIDE: Rgb = [0.5, 0.5, 0.5];
