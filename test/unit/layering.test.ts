// Plan: every import in src/ against the table of folders that may be imported, every package against
// the one folder that may use it, every `@use` in shaders/ against the same kind of table; no cycles,
// neither in the tables nor between files. Control: edges that must be refused are refused.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** Folder or file of src/ -> folders it may import, besides itself and `errors.ts`. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  math: [],
  ops: ['math'],
  layers: ['ops', 'math'],
  model: ['layers', 'ops', 'math', 'data'],
  data: ['math'],
  files: ['engine', 'curves', 'render', 'model', 'layers', 'math'],
  reference: ['model', 'ops', 'math', 'data'],
  wgsl: ['ops'],
  gpu: ['wgsl'],
  engine: ['gpu', 'wgsl', 'reference', 'model', 'ops', 'math', 'data', 'shaders/kernels'],
  curves: ['engine', 'reference', 'model', 'math'],
  render: ['curves', 'engine', 'gpu', 'model', 'wgsl', 'shaders/render'],
  figures: ['engine', 'curves', 'render', 'files', 'data', 'model', 'reference', 'math'],
  element: ['engine', 'curves', 'render', 'files', 'data', 'model', 'reference', 'gpu', 'math'],
  cli: [
    'figures',
    'engine',
    'curves',
    'render',
    'files',
    'data',
    'model',
    'reference',
    'gpu',
    'math',
    'test/bench',
    'tools',
  ],
  'index.ts': ['engine', 'curves', 'model', 'layers', 'reference', 'data', 'files', 'math'],
};

/** Package -> folders that may import it. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'cli-progress': ['cli'],
  commander: ['cli'],
  fflate: ['files', 'cli'],
  lit: ['element'],
  node: ['cli'],
  'package.json': ['cli'],
  pbf: ['files'],
  playwright: ['cli'],
  vega: ['figures'],
  'vega-interpreter': ['figures'],
  'vega-lite': ['figures'],
  webgpu: ['cli'],
  'wgpu-matrix': ['render'],
};

/** Folder of shaders/ -> folders it may `@use`, besides itself. */
const SHADER_LAYERS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  ops: ['lib'],
  fused: ['lib'],
  kernels: ['lib', 'ops', 'fused'],
  render: ['lib'],
};

type Edge = readonly [from: string, to: string];

function sourceEdges(): Edge[] {
  const names = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => posix.join('src', name.replaceAll('\\', '/')))
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8'));
      return importedFiles.map(({ fileName }): Edge => {
        const isFile = fileName.startsWith('.');
        return [file, isFile ? posix.join(posix.dirname(file), fileName) : fileName];
      });
    });
}

function shaderEdges(): Edge[] {
  const names = readdirSync(join(ROOT, 'shaders'), { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => name.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.wgsl'))
    .flatMap((file) => {
      const text = readFileSync(join(ROOT, 'shaders', file), 'utf8');
      return [...text.matchAll(/^\/\/ @use (\S+)$/gm)].map((match): Edge => [file, match[1]]);
    });
}

/** Folder that the table knows a file by: `src/ops/op.ts` -> `ops`, `shaders/lib/x.wgsl` -> `shaders/lib`. */
function folderOf(file: string): string {
  const [top, second] = file.split('/');
  return top === 'src' ? second : posix.dirname(file);
}

/** Why an edge of src/ is not allowed, or null. */
function refuse([from, to]: Edge): string | null {
  const folder = folderOf(from);
  const allowed = LAYERS[folder] as readonly string[] | undefined;
  if (!allowed) return `${from}: folder ${folder} is not in the table`;
  if (!/^(src|shaders|tools|test)\//.test(to)) {
    // node:fs is of the package node here, as it were.
    const name = to.split(/[/:]/)[0];
    return PACKAGES[name]?.includes(folder) ? null : `${from} imports package ${to}`;
  }
  const target = folderOf(to);
  if (target === folder || target === 'errors.ts' || allowed.includes(target)) return null;
  return `${from} imports ${to}: ${folder} may import ${allowed.join(', ') || 'nothing'}`;
}

function refuseUse([from, to]: Edge): string | null {
  const folder = posix.dirname(from);
  const target = posix.dirname(to);
  const allowed = SHADER_LAYERS[folder] as readonly string[] | undefined;
  if (!allowed) return `${from}: folder ${folder} is not in the table`;
  return target === folder || allowed.includes(target) ? null : `${from} uses ${to}`;
}

/** The nodes of one cycle, the first repeated at the end; null if there is none. */
function findCycle(edges: readonly Edge[]): string[] | null {
  const targets = new Map<string, string[]>();
  for (const [from, to] of edges) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (node: string, path: string[]): string[] | null => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return null;
    for (const next of targets.get(node) ?? []) {
      const cycle = visit(next, [...path, node]);
      if (cycle) return cycle;
    }
    done.add(node);
    return null;
  };
  for (const node of targets.keys()) {
    const cycle = visit(node, []);
    if (cycle) return cycle;
  }
  return null;
}

const tableEdges = (table: Readonly<Record<string, readonly string[]>>): Edge[] =>
  Object.entries(table).flatMap(([from, targets]) => targets.map((to): Edge => [from, to]));

describe('the tables', () => {
  it('have no cycle', () => {
    expect(findCycle(tableEdges(LAYERS))).toBeNull();
    expect(findCycle(tableEdges(SHADER_LAYERS))).toBeNull();
  });

  it('refuse what they must', () => {
    expect(refuse(['src/reference/forward.ts', 'src/gpu/kernel.ts'])).toContain('may import');
    expect(refuse(['src/gpu/kernel.ts', 'src/engine/engine.ts'])).toContain('may import wgsl');
    expect(refuse(['src/engine/engine.ts', 'lit/decorators.js'])).toContain('package lit');
    expect(refuse(['src/cpu/x.ts', 'src/errors.ts'])).toContain('not in the table');
    expect(refuse(['src/ops/op.ts', 'src/errors.ts'])).toBeNull();
    expect(refuseUse(['lib/tile.wgsl', 'ops/affine.wgsl'])).toContain('uses');
  });

  it('have their cycles found', () => {
    const chain: Edge[] = [
      ['a', 'b'],
      ['b', 'c'],
    ];
    expect(findCycle(chain)).toBeNull();
    expect(findCycle([...chain, ['c', 'b']])).toEqual(['b', 'c', 'b']);
  });
});

describe('src', () => {
  const edges = sourceEdges();

  it('has only edges of the table', () => {
    expect(edges.length).toBeGreaterThan(20);
    expect(edges.map(refuse).filter((reason) => reason !== null)).toEqual([]);
  });

  it('has no cycle of files', () => {
    expect(findCycle(edges)).toBeNull();
  });

  it('has its public index as the only index.ts', () => {
    const names = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
    const found = names.filter((name) => /(^|[\\/])index\.ts$/.test(name));
    expect(found).toEqual(['index.ts']);
  });
});

describe('shaders', () => {
  it('use only what their table allows', () => {
    const edges = shaderEdges();
    expect(edges.length).toBeGreaterThan(2);
    expect(edges.map(refuseUse).filter((reason) => reason !== null)).toEqual([]);
  });
});
