import type { Backend, RunJob } from './host.ts';

/** How each backend runs jobs; engines, and what drives a browser, are loaded only where one is wanted. */
export const RUN_JOB: Readonly<Record<Backend, RunJob>> = {
  webgpu: async (name, parameters, host) => {
    const { runInBrowser } = await import('./in-browser.ts');
    return runInBrowser(name, parameters, host);
  },
  dawn: async (name, parameters, host) => {
    const { runOnDawn } = await import('./in-process.ts');
    return runOnDawn(name, parameters, host);
  },
  cpu: async (name, parameters, host) => {
    const { runOnCpu } = await import('./in-process.ts');
    return runOnCpu(name, parameters, host);
  },
};
