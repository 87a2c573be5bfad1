import type { Backend, RunJob } from './host.ts';
import { runOnCpu, runOnDawn } from './in-process.ts';

/** How each backend runs jobs; what drives a browser is loaded only where one is wanted. */
export const RUN_JOB: Readonly<Record<Backend, RunJob>> = {
  webgpu: async (name, parameters, host) => {
    const { runInBrowser } = await import('./in-browser.ts');
    return runInBrowser(name, parameters, host);
  },
  dawn: runOnDawn,
  cpu: runOnCpu,
};
