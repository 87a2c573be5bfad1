// markdown.mjs: tables of figures as Markdown, formatted as all our files are
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** @param {string} file @param {string} text */
export async function writeMarkdown(file, text) {
  const filepath = resolve(file);
  const config = await resolveConfig(filepath);
  mkdirSync(dirname(filepath), { recursive: true });
  writeFileSync(filepath, await format(text, { ...config, parser: 'markdown' }));
}
