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
  // As a user builds it: with the test runner's own environment, lit would be its development version.
  const environment = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  const site = await serveDemo();
  process.env.NODE_ENV = environment;
  project.provide('siteUrl', site.url);
  return () => site.close();
}
