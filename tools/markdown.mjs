// markdown.mjs: pages that our own commands write, formatted as all our files are
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

const OURS = join(import.meta.dirname, '../README.md');

/** @param {string} file @param {string} text */
export async function writeMarkdown(file, text) {
  const config = await resolveConfig(OURS);
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, await format(text, { ...config, parser: 'markdown' }));
}
