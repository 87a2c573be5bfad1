import { resolve } from 'node:path';

const source = (path: string): string => resolve(import.meta.dirname, '../src', path);

/** Aliases by which demo and tests import the package as its users do, from source. */
export const ENTRY_ALIASES = [
  { find: /^ftle-map$/, replacement: source('index.ts') },
  { find: /^ftle-map\/element$/, replacement: source('element/ftle-map.ts') },
  { find: /^ftle-map\/define$/, replacement: source('element/define.ts') },
];
