#!/usr/bin/env node
// ftle.mjs: the command `ftle`
//
// In a checkout it builds dist/cli first if that is missing or older than its sources; a package that was
// installed has it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
if (existsSync(join(root, 'src/cli'))) {
  const { ensureCli } = await import('./build-cli.mjs');
  await ensureCli((line) => process.stderr.write(`ftle: ${line}\n`));
}
await import(new URL('../dist/cli/main.js', import.meta.url).href);
