// Plan: the package is built into a folder of its own and used as by a stranger: gzip sizes of what each
// entry loads against their budgets, entries imported in plain Node (no window, no navigator.gpu) without
// a side effect, no `eval` or `new Function` that a strict content security policy would refuse, and no
// package but lit left to import.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** Budgets in bytes of gzip: an entry with all chunks that it loads, without lit. */
const BUDGETS = { 'index.js': 64_000, 'element.js': 95_000, 'define.js': 95_000 } as const;

/** Inside the checkout, so that `lit` is found; not `dist`, which a server may be using. */
let folder: string;

beforeAll(async () => {
  const cache = join(ROOT, 'node_modules/.cache/ftle-map');
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'bundle-'));
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await build({
    root: ROOT,
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: join(folder, 'dist'), sourcemap: false },
  });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (file: string): string => readFileSync(join(folder, 'dist', file), 'utf8');

/** What a file imports, statically or by `import()`. */
function importsOf(file: string): string[] {
  const found = textOf(file).matchAll(
    /(?:\bfrom|\bimport)\s*\(?\s*(["'`])([^"'`]+)\1|\bexport\s*\*\s*from\s*(["'`])([^"'`]+)\3/g,
  );
  return [...found].map((match) => match[2] ?? match[4]);
}

/** The entry and every file of the package that it leads to. */
function filesOf(entry: string): string[] {
  const files = new Set([entry]);
  for (const file of files) {
    for (const name of importsOf(file)) {
      if (name.startsWith('.')) files.add(posix.join(posix.dirname(file), name));
    }
  }
  return [...files];
}

/** Runs a module in a fresh Node inside the built package; what it prints. */
async function runInNode(code: string): Promise<string> {
  const args = ['--input-type=module', '--eval', code];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  expect(stderr).toBe('');
  return stdout.trim();
}

describe('the bundle', () => {
  it.each(Object.entries(BUDGETS))('of %s stays within %d bytes of gzip', (entry, budget) => {
    const files = filesOf(entry);
    const size = files.reduce((sum, file) => sum + gzipSync(textOf(file)).length, 0);
    console.log(`${entry}: ${size} of ${budget} bytes, gzip, in ${files.length} files`);
    expect(size).toBeGreaterThan(500);
    expect(size).toBeLessThanOrEqual(budget);
  });

  it('imports no package but lit', () => {
    const files = Object.keys(BUDGETS).flatMap(filesOf);
    const packages = files.flatMap(importsOf).filter((name) => !name.startsWith('.'));
    expect(packages.filter((name) => !/^lit(\/|$)/.test(name))).toEqual([]);
    expect(
      filesOf('index.js')
        .flatMap(importsOf)
        .filter((name) => name.startsWith('lit')),
    ).toEqual([]);
  });

  it('makes no code from text', () => {
    for (const file of Object.keys(BUDGETS).flatMap(filesOf)) {
      expect(textOf(file)).not.toMatch(/\beval\(|\bnew Function\b|[^.\w]Function\(/);
    }
  });
});

describe('in plain Node', () => {
  /** Names that a module exports, globals that it adds, and what it made of the tag `ftle-map`. */
  async function load(name: string): Promise<{ names: string[]; added: string[]; tag: string }> {
    // lit leaves marks of its own and a stand-in for customElements, so it goes first.
    const printed = await runInNode(`
      if (${name !== 'ftle-map'}) await import('lit');
      const before = Object.getOwnPropertyNames(globalThis);
      const module = await import('${name}');
      const added = Object.getOwnPropertyNames(globalThis).filter((key) => !before.includes(key));
      const tag = typeof globalThis.customElements?.get('ftle-map');
      console.log(JSON.stringify({ names: Object.keys(module), added, tag }));`);
    return JSON.parse(printed) as { names: string[]; added: string[]; tag: string };
  }

  it('ftle-map imports without a side effect', async () => {
    const { names, added } = await load('ftle-map');
    expect(names).toContain('FtleError');
    expect(added).toEqual([]);
  });

  it('ftle-map/element imports, and registers nothing', async () => {
    const { names, added, tag } = await load('ftle-map/element');
    expect(names).toContain('FtleMapElement');
    expect(added).toEqual([]);
    expect(tag).toBe('undefined');
  });

  it('ftle-map/define registers the tag where there is a registry', async () => {
    expect((await load('ftle-map/define')).tag).toBe('function');
  });
});
