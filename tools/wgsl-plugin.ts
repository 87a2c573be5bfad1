// wgsl-plugin.ts: turns `import shader from '….wgsl'` into a ShaderModule (src/wgsl/shader.ts)
//
//   // @use lib/x.wgsl          includes that file once, depth first; `ops/*` and
//                                `fused/*` mean that file of every op
//   // @each affine … // @end   repeats the lines between for every op: affine -> name, AFFINE -> NAME
//
// Both leave a file that is valid WGSL as it stands. Bindings and layouts are read by wgsl_reflect.
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import type {
  LineRun,
  ShaderBinding,
  ShaderEntry,
  ShaderModule,
  StructLayout,
} from '../src/wgsl/shader.ts';

interface SourceLine {
  text: string;
  file: string;
  line: number;
}

/** Query of an import that means a file's own lines, without those it uses. */
const PART = 'part';

const SHADERS = resolve(import.meta.dirname, '../shaders');

/** Names of all ops: the stems of `shaders/ops/`, sorted. */
export function opNames(root = SHADERS): string[] {
  return readdirSync(join(root, 'ops'))
    .filter((name) => name.endsWith('.wgsl'))
    .map((name) => basename(name, '.wgsl'))
    .sort();
}

function include(root: string, file: string, done: Set<string>, path: string[]): SourceLine[] {
  if (path.includes(file)) throw new Error(`@use cycle: ${[...path, file].join(' -> ')}`);
  if (done.has(file)) return [];
  let text: string;
  try {
    text = readFileSync(join(root, file), 'utf8');
  } catch {
    throw new Error(`${path.at(-1) ?? 'import'}: @use names ${file}, which does not exist`);
  }
  const own: SourceLine[] = [];
  const used: SourceLine[] = [];
  text.split('\n').forEach((line, index) => {
    const use = /^\/\/ @use (\S+)$/.exec(line);
    if (use) {
      const folder = /^(\w+)\/\*$/.exec(use[1])?.[1];
      const files = folder ? opNames(root).map((op) => `${folder}/${op}.wgsl`) : [use[1]];
      for (const name of files) used.push(...include(root, name, done, [...path, file]));
    } else {
      own.push({ text: line, file, line: index + 1 });
    }
  });
  done.add(file);
  return [...used, ...repeatOps(own, opNames(root))];
}

function repeatOps(lines: SourceLine[], ops: string[]): SourceLine[] {
  const out: SourceLine[] = [];
  for (let i = 0; i < lines.length; i++) {
    const each = /^\s*\/\/ @each (\w+)$/.exec(lines[i].text);
    if (!each) {
      out.push(lines[i]);
      continue;
    }
    const end = lines.findIndex((line, index) => index > i && /^\s*\/\/ @end$/.test(line.text));
    if (end < 0) throw new Error(`${lines[i].file}:${lines[i].line}: @each without @end`);
    const name = each[1];
    for (const op of ops) {
      for (const line of lines.slice(i + 1, end)) {
        const text = line.text
          .replaceAll(name, op)
          .replaceAll(name.toUpperCase(), op.toUpperCase());
        out.push({ ...line, text });
      }
    }
    i = end;
  }
  return out;
}

function lineRuns(lines: SourceLine[]): LineRun[] {
  const runs: LineRun[] = [];
  lines.forEach(({ file, line }, index) => {
    const last = runs.at(-1);
    if (last && last[1] === file && last[2] + index + 1 - last[0] === line) return;
    runs.push([index + 1, file, line]);
  });
  return runs;
}

const DIRECTIVE = /\/\/ @(set|unroll|if)\b/;

/** Without comments and blank lines, but with the marks that `composeShader` reads. */
function withoutComments(lines: SourceLine[]): SourceLine[] {
  return lines
    .map((line) => {
      const text = DIRECTIVE.test(line.text) ? line.text : line.text.replace(/\s*\/\/.*$/, '');
      return { ...line, text };
    })
    .filter((line) => line.text.trim() !== '');
}

/** By the numbers of wgsl_reflect's ResourceType; storage buffers have their access instead. */
const BINDING_KINDS: Readonly<Record<number, string>> = {
  0: 'uniform',
  2: 'immediate',
  3: 'texture',
  4: 'sampler',
  5: 'storage texture',
};

function isBindingKind(kind: string): kind is ShaderBinding['kind'] {
  return ['uniform', 'read', 'read_write', 'texture', 'sampler'].includes(kind);
}

/** Lines of a file and of all that it uses, by file, in the order of the composed text. */
function shaderParts(file: string, root: string, keepComments: boolean): SourceLine[][] {
  const all = include(root, file, new Set(), []);
  const lines = keepComments ? all : withoutComments(all);
  const parts = new Map<string, SourceLine[]>();
  for (const line of lines) {
    const part = parts.get(line.file);
    if (part) part.push(line);
    else parts.set(line.file, [line]);
  }
  return [...parts.values()];
}

function textOf(lines: readonly SourceLine[]): string {
  return lines.map((line) => line.text).join('\n');
}

/**
 * Resolves one file under `root` and reads what it declares.
 *
 * @param keepComments - false for a build, where they are a third of the bytes.
 */
export function readShader(file: string, root = SHADERS, keepComments = true): ShaderModule {
  const lines = shaderParts(file, root, keepComments).flat();
  const code = textOf(lines);
  let reflect: WgslReflect;
  try {
    // wgsl_reflect takes `block` for a keyword, which WGSL does not.
    reflect = new WgslReflect(code.replaceAll(/\bblock\b/g, 'block_'));
  } catch (cause) {
    throw new Error(`${file}: wgsl_reflect cannot read it: ${String(cause)}`, { cause });
  }
  const structs: Record<string, StructLayout> = {};
  for (const uniform of reflect.uniforms) {
    const struct = reflect.structs.find((candidate) => candidate.name === uniform.type.name);
    if (!struct) throw new Error(`${file}: uniform ${uniform.name} is not a struct`);
    structs[struct.name] = {
      byteLength: Math.ceil(struct.size / 16) * 16,
      fields: struct.members.map((member) => {
        const type = member.type.name;
        if (type !== 'u32' && type !== 'i32' && type !== 'f32') {
          throw new Error(`${file}: ${struct.name}.${member.name} is not a scalar`);
        }
        return { name: member.name, type, offset: member.offset };
      }),
    };
  }
  const entries: ShaderEntry[] = (['compute', 'vertex', 'fragment'] as const).flatMap((stage) =>
    reflect.entry[stage].map((entry) => ({
      name: entry.name,
      stage,
      bindings: entry.resources
        .map((resource): ShaderBinding => {
          const { name, group, binding } = resource;
          const kind = BINDING_KINDS[resource.resourceType] ?? resource.access;
          if (!isBindingKind(kind))
            throw new Error(`${file}: ${name} is of a kind not laid out yet`);
          return { name, group, binding, kind, type: resource.type.name };
        })
        .sort((a, b) => a.group - b.group || a.binding - b.binding),
      overrides: entry.overrides.map((override) => override.name),
    })),
  );
  const constants: Record<string, number> = {};
  for (const { text } of lines) {
    const found = /^const (\w+)(?:: \w+)? = (-?[\d.e+-]+)[uif]?;/.exec(text);
    if (found) constants[found[1]] = Number(found[2]);
  }
  return { file, code, lines: lineRuns(lines), entries, structs, constants };
}

/** Vite plugin: `.wgsl` files under `shaders/` become modules with a ShaderModule as default export. */
export function wgsl(): Plugin {
  let isBuild = false;
  return {
    name: 'ftle-map:wgsl',
    enforce: 'pre',
    configResolved(config) {
      isBuild = config.command === 'build';
    },
    load(id) {
      const [path, query] = id.split('?');
      if (!path.endsWith('.wgsl')) return null;
      const file = relative(SHADERS, path).replaceAll('\\', '/');
      const parts = shaderParts(file, SHADERS, !isBuild);
      if (query === PART) {
        const own = parts.find((part) => part[0].file === file) ?? [];
        return { code: `export default ${JSON.stringify(textOf(own))};`, moduleType: 'js' };
      }
      // A file that many shaders use is in the bundle once.
      const imports = parts.map((part, index) => {
        const from = JSON.stringify(`${join(SHADERS, part[0].file)}?${PART}`);
        return `import part${index} from ${from};`;
      });
      for (const part of parts) this.addWatchFile(join(SHADERS, part[0].file));
      const { code: _, ...rest } = readShader(file, SHADERS, !isBuild);
      const text = `/*#__PURE__*/ [${parts.map((_part, index) => `part${index}`).join(', ')}].join('\\n')`;
      const code = `${imports.join('\n')}\nexport default { code: ${text}, ...${JSON.stringify(rest)} };`;
      return { code, moduleType: 'js' };
    },
  };
}
