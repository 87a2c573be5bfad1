import type { PlainWorkload } from '../workloads.ts';

/** Something that computes a workload. */
export interface Contestant {
  /** Library and where it runs, such as `jax-js (WebGPU)`. */
  readonly tool: string;
  /** How it is written. */
  readonly way: 'as its users would' | 'by an expert';
  /** What is worth knowing of that way. */
  readonly note: string;
  /**
   * Gets ready to compute l·λ₁ at points.
   *
   * @param points - [count][2]
   */
  prepare(workload: PlainWorkload, points: Float32Array): Promise<Prepared>;
}

export interface Prepared {
  /** Computes anew at all points; resolves when the work is complete. */
  run(): Promise<void>;
  /** What `run` computed last: l·λ₁ at each point. */
  read(): Promise<ArrayLike<number>>;
  dispose(): void;
}
