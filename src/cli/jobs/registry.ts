import { attackPoints } from './attack.ts';
import { measureAccuracy } from './accuracy.ts';
import { measureBench } from './bench.ts';
import { computeField } from './field.ts';
import { computeFigure } from './figure.ts';
import type { Job, JobContext } from './job.ts';
import { computePoints } from './points.ts';
import { rasterisePictures } from './rasterise.ts';
import { computePicture } from './render.ts';
import { trainNetwork } from './train.ts';

/** Every job that a command can run. */
export const JOBS = {
  field: computeField,
  points: computePoints,
  render: computePicture,
  train: trainNetwork,
  accuracy: measureAccuracy,
  attack: attackPoints,
  figure: computeFigure,
  rasterise: rasterisePictures,
  bench: measureBench,
} as const;

export type JobName = keyof typeof JOBS;
type Types<Name extends JobName> =
  (typeof JOBS)[Name] extends Job<infer P, infer In, infer Out, infer R>
    ? { parameters: P; received: In; sent: Out; result: R }
    : never;
export type JobParameters<Name extends JobName> = Types<Name>['parameters'];
export type JobReceived<Name extends JobName> = Types<Name>['received'];
export type JobSent<Name extends JobName> = Types<Name>['sent'];
export type JobResult<Name extends JobName> = Types<Name>['result'];

/** Runs a job by its name. */
export function startJob<Name extends JobName>(
  name: Name,
  parameters: JobParameters<Name>,
  context: JobContext<JobReceived<Name>, JobSent<Name>>,
): Promise<JobResult<Name>> {
  const job = JOBS[name] as unknown as Job<
    JobParameters<Name>,
    JobReceived<Name>,
    JobSent<Name>,
    JobResult<Name>
  >;
  return job(parameters, context);
}
