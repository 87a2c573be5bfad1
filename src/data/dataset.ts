/** Labelled points in memory. The first `trainCount` are for training, the rest for testing. */
export interface Dataset {
  readonly name: string;
  readonly inputWidth: number;
  readonly outputWidth: number;
  readonly count: number;
  readonly trainCount: number;
  /** Standardised inputs, [count][inputWidth]. */
  readonly points: Float32Array;
  /** Wanted outputs, [count][outputWidth]: −1 or 1 for two classes and one output, else one-hot. */
  readonly targets: Float32Array;
  /** Class of each point, from 0. */
  readonly classes: Uint8Array | Uint16Array;
  readonly classCount: number;
  /** original = mean + deviation · standardised, per input. */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}
