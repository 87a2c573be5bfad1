import type { TrainingStatus } from '../engine/engine.ts';
import type { Plan } from './plan.ts';
import type { PlaneSettings } from './plane-settings.ts';
import type { StyleSettings, ViewSettings } from './settings.ts';

/** What was painted last. */
export interface FrameInfo {
  /** Pixels of the field. */
  readonly width: number;
  readonly height: number;
  /** From the start of the frame's work to its painting. */
  readonly milliseconds: number;
  /** Bounds of the colours, in the units of the colour bar. */
  readonly low: number;
  readonly high: number;
  /** Training steps done for this frame; 0 for a still picture. */
  readonly stepsPerFrame: number;
}

/** Where something went wrong; the same source reports again, with null, once it is right. */
export type LiveSource = 'network' | 'plane' | 'view' | 'engine';

/** Who is told what happens. */
export interface LiveMapListener {
  onOpen(): void;
  onFrame(frame: FrameInfo): void;
  onStatus(status: TrainingStatus): void;
  /** `playing` is false now because training diverged, failed, or has no data. */
  onStop(): void;
  onProblem(source: LiveSource, error: Error | null): void;
}

/** Weights that a plan's network had come to. */
export interface KeptWeights {
  readonly plan: Plan;
  readonly parameters: Float32Array;
}

/** Wishes that a live map starts with. */
export interface LiveMapStart {
  readonly style: StyleSettings;
  readonly view: ViewSettings;
  readonly plane: PlaneSettings;
  readonly learningRate: number;
  readonly playing: boolean;
  /** To go on with, instead of the start values, if the first plan is theirs. */
  readonly kept: KeptWeights | null;
}
