import { resolve } from 'node:path';
import { build, preview } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the built demo, ending in a slash. */
    siteUrl: string;
  }
}

const DEMO = resolve(import.meta.dirname, '../../demo');

/** Global set-up of the page tests: builds the demo and serves it on a free port of localhost. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const configFile = resolve(DEMO, 'vite.config.ts');
  // As a user builds it: with the test runner's own environment, lit would be its development version.
  const environment = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  await build({ root: DEMO, configFile, logLevel: 'warn' });
  process.env.NODE_ENV = environment;
  const server = await preview({
    root: DEMO,
    configFile,
    logLevel: 'warn',
    preview: { port: 0, host: 'localhost', open: false },
  });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('the preview server of the demo has no address');
  project.provide('siteUrl', url);
  return () => server.close();
}
