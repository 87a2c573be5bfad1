// Plan: every file in shaders/ is read, composed and compiled on Dawn's null device: kernels as
// pipelines with their layouts, render files with all their entries, functions alone unless a kernel has
// to provide something to them; then they must be part of one that compiled. The registry of ops against
// shaders/ops. Variables of loops are given a value. Controls: a file with a wrong type, a kernel with too many
// bindings and a loop whose variable has no value are refused.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ShaderError } from '../../src/errors.ts';
import { createKernel } from '../../src/gpu/kernel.ts';
import { compileShader } from '../../src/gpu/layout.ts';
import { OPS } from '../../src/ops/registry.ts';
import { locate } from '../../src/wgsl/compose.ts';
import type { ShaderModule } from '../../src/wgsl/shader.ts';
import { readShader } from '../../tools/wgsl-plugin.ts';
import { createNullDevice } from '../support/null-device.ts';

const SHADERS = resolve(import.meta.dirname, '../../shaders');

const ALL = readdirSync(SHADERS, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.wgsl'))
  .sort();
const filesIn = (folder: string): string[] => ALL.filter((file) => file.startsWith(`${folder}/`));
const PROGRAMS = [...filesIn('kernels'), ...filesIn('render')];
const FUNCTIONS = ALL.filter((file) => !PROGRAMS.includes(file));

/** The values as written of the lines marked `// @set`. */
function writtenConstants(shader: ShaderModule): Record<string, number> {
  const names = [...shader.code.matchAll(/^const (\w+).*\/\/ @set\b/gm)].map((match) => match[1]);
  return Object.fromEntries(names.map((name) => [name, shader.constants[name]]));
}

const headerOf = (file: string): string =>
  readFileSync(join(SHADERS, file), 'utf8').split(/^(?!\/\/)/m)[0];

/** Whether its functions call some that the including kernel defines, as its header says. */
const needsKernel = (file: string): boolean => /^\/\/ kernel\s+provides/m.test(headerOf(file));

/** Declarations without a value within loops that are not written out. */
function unsetInLoops(code: string): string[] {
  const found: string[] = [];
  const isLoop: boolean[] = [];
  let written = false;
  for (const line of code.split('\n')) {
    const text = line.split('//')[0].trim();
    if (/^var \w+: [^=]+;$/.test(text) && isLoop.includes(true)) found.push(text);
    const opens = /^(for|while|loop)\b/.test(text) && !written;
    for (const brace of text.match(/[{}]/g) ?? []) {
      if (brace === '{') isLoop.push(opens);
      else isLoop.pop();
    }
    written = line.trim() === '// @unroll';
  }
  return found;
}

let device: GPUDevice;
beforeAll(async () => {
  device = await createNullDevice();
});
afterAll(() => device.destroy());

async function compile(shader: ShaderModule): Promise<void> {
  const constants = writtenConstants(shader);
  if (shader.entries.some((entry) => entry.stage === 'compute')) {
    await createKernel(device, shader, { constants });
  } else {
    const names = shader.entries.map((entry) => entry.name);
    await compileShader(device, shader, names, constants).valid;
  }
}

describe('every shader', () => {
  it.each(ALL)('%s opens with its header', (file) => {
    const stem = file.split('/')[1];
    expect(headerOf(file).startsWith(`// ${stem}: `)).toBe(true);
  });

  // WGSL starts it from 0 each time; Tint's SPIR-V (webgpu 0.6.2) and Naga until May 2026 do so once.
  it.each(ALL)('%s gives a variable of a loop its value', (file) => {
    expect(unsetInLoops(readFileSync(join(SHADERS, file), 'utf8'))).toEqual([]);
  });

  it('is not taken at its word: a variable of a loop without a value is found', () => {
    const loop = 'for (var i = 0u; i < 3u; i++) {\n  if (i > 1u) {\n    var sum: f32;\n  }\n}\n';
    expect(unsetInLoops(`fn main() {\n  var before: u32;\n${loop}  var after: u32;\n}`)).toEqual([
      'var sum: f32;',
    ]);
    expect(unsetInLoops(`fn main() {\n// @unroll\n${loop}}`)).toEqual([]);
  });

  it.each(PROGRAMS)('%s compiles', async (file) => {
    const shader = readShader(file);
    expect(shader.entries.length).toBeGreaterThan(0);
    await compile(shader);
  });

  it('compiles with subgroups, where it has a line for them', async () => {
    const subgroupDevice = await createNullDevice(['subgroups']);
    const users = PROGRAMS.map((file) => readShader(file)).filter(({ code }) =>
      code.includes('@if SUBGROUPS'),
    );
    expect(users.length).toBeGreaterThan(1);
    for (const shader of users) {
      const constants = { ...writtenConstants(shader), SUBGROUPS: 1 };
      await createKernel(subgroupDevice, shader, { constants });
      await expect(createKernel(device, shader, { constants })).rejects.toThrow(/subgroups/);
    }
    subgroupDevice.destroy();
  });

  it.each(filesIn('kernels'))('%s has one entry point, named after the file', (file) => {
    const stem = file.replace(/^kernels\/|\.wgsl$/g, '').replaceAll('-', '_');
    expect(readShader(file).entries.map((entry) => entry.name)).toEqual([stem]);
  });

  it.each(FUNCTIONS)('%s compiles', async (file) => {
    const shader = readShader(file);
    expect(shader.entries).toEqual([]);
    if (needsKernel(file)) {
      const users = PROGRAMS.filter((program) =>
        readShader(program).lines.some(([, name]) => name === file),
      );
      expect(users).not.toEqual([]);
    } else {
      await compile(shader);
    }
  });

  it.each(PROGRAMS)('%s keeps to eight storage buffers and scalar uniforms', (file) => {
    for (const { bindings } of readShader(file).entries) {
      const storage = bindings.filter(({ kind }) => kind === 'read' || kind === 'read_write');
      expect(storage.length).toBeLessThanOrEqual(8);
    }
  });

  it('compiles without its comments, with the same lines behind it', async () => {
    for (const file of PROGRAMS) {
      const [full, bare] = [true, false].map((keep) => readShader(file, SHADERS, keep));
      await compile(bare);
      expect(bare.entries).toEqual(full.entries);
      expect(bare.code.length).toBeLessThan(full.code.length);
      const entry = `fn ${bare.entries[0].name}(`;
      const places = [full, bare].map(({ code, lines }) =>
        locate(lines, code.split('\n').findIndex((line) => line.includes(entry)) + 1),
      );
      expect(places[1]).toEqual(places[0]);
    }
  });
});

describe('the registry of ops', () => {
  const names = Object.keys(OPS).sort();

  it('has the names of shaders/ops', () => {
    expect(filesIn('ops')).toEqual(names.map((name) => `ops/${name}.wgsl`));
  });

  it.each(Object.values(OPS))(
    '$name has its code and its rules in the shader',
    ({ name, code }) => {
      const { constants, code: text } = readShader(`ops/${name}.wgsl`);
      expect(constants[name.toUpperCase()]).toBe(code);
      const functions = [...text.matchAll(/^fn (\w+)\(/gm)].map((match) => match[1]);
      const rules = ['forward', 'tangent', 'cotangent'].map((rule) => `${name}_${rule}`);
      expect(rules.filter((rule) => !functions.includes(rule))).toEqual([]);
    },
  );

  it('has no code twice', () => {
    const codes = Object.values(OPS).map((rules) => rules.code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('a wrong shader', () => {
  const good = (): ShaderModule => readShader('kernels/forward.wgsl');

  it('is refused with file and line for a wrong type', async () => {
    const shader = good();
    const code = shader.code.replace('let column = id.x * TILE;', 'let column: i32 = id.x;');
    expect(code).not.toBe(shader.code);
    const failure = await compile({ ...shader, file: 'kernels/wrong.wgsl', code }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ShaderError);
    const { file, line } = failure as ShaderError;
    const source = readFileSync(join(SHADERS, file), 'utf8').split('\n');
    expect(source[line - 1]).toContain('let column = id.x * TILE;');
  });

  it('is refused for a workgroup that is too large', async () => {
    const constants = writtenConstants(good());
    const overrides = { COLUMN_LANES: 1024, ROW_LANES: 1024 };
    await expect(createKernel(device, good(), { constants, overrides })).rejects.toThrow();
  });
});
