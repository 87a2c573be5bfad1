import type { JobName, JobParameters, JobReceived, JobResult, JobSent } from './jobs/registry.ts';
import type { Progress } from './jobs/job.ts';

export const BACKENDS = ['webgpu', 'dawn', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

/** The command's side of a job: what it gives and takes while the job runs. */
export interface JobHost<Name extends JobName> {
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
  /** Told once, before the job starts: what computes, for people. */
  onStart(description: string): void;
  /** The next part for the job; null after the last. */
  give(): Promise<JobReceived<Name> | null>;
  /** Takes a part of the result. */
  take(part: JobSent<Name>): Promise<void>;
}

/** Runs one job where it computes, and leaves nothing behind. */
export type RunJob = <Name extends JobName>(
  name: Name,
  parameters: JobParameters<Name>,
  host: JobHost<Name>,
) => Promise<JobResult<Name>>;
