import type { TestProject } from 'vitest/node';
import { serveDemo } from '../../tools/site.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the built demo, ending in a slash. */
    siteUrl: string;
  }
}

/** Global set-up of the page tests: builds the demo and serves it on a free port of localhost. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const site = await serveDemo();
  project.provide('siteUrl', site.url);
  return () => site.close();
}
