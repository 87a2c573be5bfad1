import type { LayerPlace } from '../model/layer-choice.ts';
import type { Plane } from '../model/plane.ts';

/** Where a field lives on the GPU: row 0 is the lowest t. */
export interface FieldBuffers {
  /** λ₁, λ₂, ds, dt of each pixel; −3e38 stands for −Infinity. */
  readonly exponents: GPUBuffer;
  /** Status + 256 · class of each pixel. */
  readonly statuses: GPUBuffer;
  /** [pixel][outputWidth] */
  readonly outputs: GPUBuffer;
  readonly width: number;
  readonly height: number;
  readonly outputWidth: number;
}

/** What a road needs to know of a field in the making. */
export interface FieldJob {
  readonly place: LayerPlace;
  readonly buffers: FieldBuffers;
  readonly vectors: Plane;
  /** Origin, u and v, each in whole blocks. */
  readonly plane: GPUBuffer;
  /** s of each column, then t of each row of the buffers. */
  readonly coordinates: GPUBuffer;
}

/**
 * Ways to compute a field. A number stands for another shape of the same kernels: points of an invocation, or rows where
 * the road without a number has eight.
 */
export type RoadName =
  | 'fused'
  | 'fused-2'
  | 'wide'
  | 'grouped'
  | 'grouped-4'
  | 'tiled'
  | 'tiled-4'
  | 'by-op'
  | 'spectral';

/** A way to compute pixels of a field. */
export interface FieldRoad {
  readonly name: RoadName;
  /** Most pixels of one submission. */
  readonly capacity: number;
  /** Pixels of which a submission should have a multiple, 1 by default; `capacity` is one. */
  readonly grain?: number;
  /** Gets ready what depends on the present parameters; awaited before the first `record` of a field. */
  prepare?(job: FieldJob): Promise<void>;
  /** Its present kernels are so much slower than those to come that no field should have to do with them. */
  readonly isStopgap?: boolean;
  /** Gets faster kernels ready, if there are any; asked for in the background, when a picture stands. */
  improve?(): Promise<void>;
  /** Records the work for the pixels from `first` to before `end`; writes to the queue at once. */
  record(pass: GPUComputePassEncoder, job: FieldJob, first: number, end: number): void;
}
