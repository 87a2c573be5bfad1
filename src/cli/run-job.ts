import type { Backend, RunJob } from './host.ts';
import { runInBrowser } from './in-browser.ts';
import { runOnCpu, runOnDawn } from './in-process.ts';

/** How each backend runs jobs. */
export const RUN_JOB: Readonly<Record<Backend, RunJob>> = {
  webgpu: runInBrowser,
  dawn: runOnDawn,
  cpu: runOnCpu,
};
