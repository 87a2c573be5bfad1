// Plan: the package is built into a folder of its own and used as by a stranger: gzip sizes of what each
// entry loads, and of the chunks that it loads only when they are needed, against their budgets, entries imported in plain Node (no window, no navigator.gpu) without
// a side effect, no `eval` or `new Function` that a strict content security policy would refuse, and no
// package but lit left to import, the licences of those that are in it. Likewise `ftle-map.js`, the element in one file, which imports nothing and is in the
// package. Control: the files of element.js import, at once and later.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildForUse } from '../../tools/build-for-use.mjs';

const ROOT = resolve(import.meta.dirname, '../..');

/** Budgets in bytes of gzip: an entry with all chunks that it loads at once, without lit. */
const BUDGETS = { 'index.js': 71_000, 'element.js': 88_500, 'define.js': 88_500 } as const;
/** Likewise of everything that any entry loads later: training, the engine of the CPU, files, wide networks, curves, surfaces with their matrices, the menu. */
const LATER_BUDGET = 191_000;
/** Likewise of the element in one file, lit and all. */
const ONE_FILE_BUDGET = 223_000;

/** Inside the checkout, so that `lit` is found; not `dist`, which a server may be using. */
let folder: string;

beforeAll(async () => {
  const cache = join(ROOT, 'node_modules/.cache/ftle-map');
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'bundle-'));
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await buildForUse({
    root: ROOT,
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: join(folder, 'dist'), sourcemap: false },
  });
  await buildForUse({
    configFile: join(ROOT, 'tools/one-file.config.ts'),
    logLevel: 'warn',
    build: { outDir: join(folder, 'dist') },
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (file: string): string => readFileSync(join(folder, 'dist', file), 'utf8');

const AT_ONCE = /\b(?:from|import)\s*(["'`])([^"'`]+)\1/g;
const LATER = /\bimport\s*\(\s*(["'`])([^"'`]+)\1/g;

/** What a file imports: at once, and by `import()` too if asked for. */
function importsOf(file: string, patterns: readonly RegExp[] = [AT_ONCE, LATER]): string[] {
  const text = textOf(file);
  return patterns.flatMap((pattern) => Array.from(text.matchAll(pattern), (match) => match[2]));
}

/** The entry and every file of the package that it leads to. */
function filesOf(entry: string, patterns?: readonly RegExp[]): string[] {
  const files = new Set([entry]);
  for (const file of files) {
    for (const name of importsOf(file, patterns)) {
      if (name.startsWith('.')) files.add(posix.join(posix.dirname(file), name));
    }
  }
  return [...files];
}

/** Bytes of gzip of the files together. */
function sizeOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + gzipSync(textOf(file)).length, 0);
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
    const files = filesOf(entry, [AT_ONCE]);
    const size = sizeOf(files);
    console.log(`${entry}: ${size} of ${budget} bytes, gzip, in ${files.length} files`);
    expect(size).toBeGreaterThan(500);
    expect(size).toBeLessThanOrEqual(budget);
  });

  it(`loads at most ${LATER_BUDGET} bytes later`, () => {
    const entries = Object.keys(BUDGETS);
    const atOnce = new Set(filesOf('element.js', [AT_ONCE]));
    const later = [...new Set(entries.flatMap((entry) => filesOf(entry)))].filter(
      (file) => !atOnce.has(file) && !entries.includes(file),
    );
    const size = sizeOf(later);
    console.log(`later: ${size} of ${LATER_BUDGET} bytes, gzip, in ${later.length} files`);
    expect(later.length).toBeGreaterThan(1);
    expect(size).toBeLessThanOrEqual(LATER_BUDGET);
  });

  it('imports no package but lit', () => {
    const files = Object.keys(BUDGETS).flatMap((entry) => filesOf(entry));
    const packages = files
      .flatMap((file) => importsOf(file))
      .filter((name) => !name.startsWith('.'));
    expect(packages.filter((name) => !/^lit(\/|$)/.test(name))).toEqual([]);
    expect(
      filesOf('index.js')
        .flatMap((file) => importsOf(file))
        .filter((name) => name.startsWith('lit')),
    ).toEqual([]);
  });

  it('has users install no package but lit, and what the command starts browsers with', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(Object.keys(dependencies).sort()).toEqual(['lit', 'playwright']);
  });

  it.each([
    ['licenses.md', ['fflate', 'pbf', 'wgpu-matrix']],
    ['ftle-map.licenses.md', ['fflate', 'lit', 'lit-html', 'pbf', 'wgpu-matrix']],
  ])('has the licences of the packages in it: %s', (file, packages) => {
    const text = textOf(file);
    for (const name of packages) {
      const [, section] = text.split(`\n## ${name} - `);
      expect(section, name).toMatch(/^[\d.]+ \((MIT|BSD-3-Clause)\)\n[^#]*Copyright \(c\)/);
    }
  });

  it('makes no code from text', () => {
    const entries = [...Object.keys(BUDGETS), 'ftle-map.js'];
    for (const file of entries.flatMap((entry) => filesOf(entry))) {
      // Messages may tell people to call PyTorch's model.eval().
      expect(textOf(file)).not.toMatch(/(?<!model\.)\beval\(|\bnew Function\b|[^.\w]Function\(/);
    }
  });
});

describe('ftle-map.js', () => {
  it('imports nothing, at once or later', () => {
    for (const pattern of [AT_ONCE, LATER]) {
      const imported = filesOf('element.js').flatMap((file) => importsOf(file, [pattern]));
      expect(imported).not.toEqual([]);
    }
    expect(importsOf('ftle-map.js')).toEqual([]);
  });

  it('says where the licences of what is in it are', () => {
    expect(textOf('ftle-map.js')).toMatch(/^\/\*! .*ftle-map\.licenses\.md \*\//);
  });

  it(`stays within ${ONE_FILE_BUDGET} bytes of gzip, for use`, () => {
    const size = sizeOf(['ftle-map.js']);
    console.log(`ftle-map.js: ${size} of ${ONE_FILE_BUDGET} bytes, gzip`);
    expect(size).toBeLessThanOrEqual(ONE_FILE_BUDGET);
    // lit's development version warns; its production version, and all else, asks for no environment.
    expect(textOf('ftle-map.js')).not.toMatch(/Lit is in dev mode|process\.env/);
  });

  it('is in the package, by its name and for servers of packages', () => {
    const { exports, files, jsdelivr, sideEffects, unpkg } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    ) as Record<'jsdelivr' | 'unpkg', string> &
      Record<'files' | 'sideEffects', string[]> & { exports: Record<string, unknown> };
    expect(exports['./ftle-map.js']).toBe('./dist/ftle-map.js');
    expect([jsdelivr, unpkg]).toEqual(['dist/ftle-map.js', 'dist/ftle-map.js']);
    expect(files).toContain('dist');
    expect(sideEffects).toContain('./dist/ftle-map.js');
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
