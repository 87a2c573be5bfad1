// Plan: `@use` and `@each` on shaders written to a folder of their own (order, once each, cycles, unknown
// names); `@set` constants, `@if` and `@unroll` on composed text; the line map against the lines of the source
// files, by a compile error too; uniforms packed by name against DataView reads at known offsets.
// Controls are the accepted twins of each refused case.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ShaderError } from '../../src/errors.ts';
import { compileShader } from '../../src/gpu/layout.ts';
import { composeShader, locate } from '../../src/wgsl/compose.ts';
import { packUniform } from '../../src/wgsl/pack.ts';
import type { StructLayout } from '../../src/wgsl/shader.ts';
import { opNames, readShader } from '../../tools/wgsl-plugin.ts';
import { createNullDevice } from '../support/null-device.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ftle-map-shaders-'));
  write('ops/beta.wgsl', '// @use lib/base.wgsl\nconst BETA: u32 = 1u;\nfn beta_f() {}');
  write('ops/alpha.wgsl', 'const ALPHA: u32 = 0u;\nfn alpha_f() {}');
  write('lib/base.wgsl', 'fn base() {}');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** Reads a kernel of that text. */
function read(text: string) {
  write('kernels/job.wgsl', text);
  return readShader('kernels/job.wgsl', root);
}

function failure(work: () => unknown): ShaderError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ShaderError);
    return error as ShaderError;
  }
  throw new Error('nothing was thrown');
}

describe('@use', () => {
  it('puts what is used before its user, each file once', () => {
    const { code } = read('// @use lib/base.wgsl\n// @use ops/*\nfn job() { base(); }');
    expect(code.match(/^(const|fn) \w+/gm)).toEqual([
      'fn base',
      'const ALPHA',
      'fn alpha_f',
      'const BETA',
      'fn beta_f',
      'fn job',
    ]);
  });

  it('takes `ops/*` from the folder, sorted', () => {
    expect(opNames(root)).toEqual(['alpha', 'beta']);
  });

  it('refuses an unknown name and says who wants it', () => {
    expect(() => read('// @use lib/nowhere.wgsl')).toThrow(
      /kernels\/job\.wgsl.*lib\/nowhere\.wgsl/,
    );
  });

  it('refuses a cycle and spells it out', () => {
    write('lib/one.wgsl', '// @use lib/two.wgsl');
    write('lib/two.wgsl', '// @use lib/one.wgsl');
    expect(() => read('// @use lib/one.wgsl')).toThrow(/one\.wgsl -> lib\/two\.wgsl -> lib\/one/);
  });

  it('refuses a uniform that is not of scalars', () => {
    const block = (type: string) =>
      `struct JobArgs { a: u32, b: ${type} }\n@group(1) @binding(0) var<uniform> args: JobArgs;\n` +
      '@compute @workgroup_size(1) fn job() { let a = args.a; }';
    expect(() => read(block('vec2f'))).toThrow(/JobArgs\.b is not a scalar/);
    expect(read(block('f32')).structs['JobArgs'].fields).toEqual([
      { name: 'a', type: 'u32', offset: 0 },
      { name: 'b', type: 'f32', offset: 4 },
    ]);
  });
});

describe('@each', () => {
  it('repeats the lines for every op, in both cases of letters', () => {
    const { code } = read(
      '// @use ops/*\nfn job() {\n  // @each alpha\n  alpha_f(ALPHA);\n  // @end\n}',
    );
    expect(code).toContain('  alpha_f(ALPHA);\n  beta_f(BETA);\n}');
  });

  it('refuses a missing end', () => {
    expect(() => read('fn job() {\n// @each alpha\n}')).toThrow(
      'kernels/job.wgsl:2: @each without',
    );
  });
});

describe('@set', () => {
  const TEXT = 'const TILE = 4u; // @set columns\nconst OTHER: u32 = 7u;\nfn job() {}';

  it('takes the given value', () => {
    const { code } = composeShader(read(TEXT), { TILE: 16 });
    expect(code.split('\n')[0]).toBe('const TILE = 16u; // @set columns');
    expect(code).toContain('const OTHER: u32 = 7u;');
  });

  it.each([{}, { TILE: NaN }, { TILE: Infinity }])('refuses %o', (constants) => {
    const error = failure(() => composeShader(read(TEXT), constants));
    expect(error.message).toMatch(/^kernels\/job\.wgsl:1: constant TILE is /);
  });

  it('refuses a constant that no line marks', () => {
    const error = failure(() => composeShader(read(TEXT), { TILE: 4, OTHER: 8, WRONG: 1 }));
    expect(error.message).toContain('unknown constant OTHER, WRONG');
  });
});

describe('@if', () => {
  const TEXT = [
    'const WIDE = 0u; // @set whether it is',
    '// @if WIDE enable f16;',
    'fn job() -> u32 {',
    '  return 1u; // @if WIDE return 2u;',
    '}',
  ].join('\n');

  it('takes the other text where the constant is not 0, directives first', () => {
    const lines = (WIDE: number) => composeShader(read(TEXT), { WIDE }).code.split('\n');
    expect(lines(0)).toEqual(TEXT.split('\n'));
    expect(lines(1)).toEqual([
      'enable f16;',
      'const WIDE = 1u; // @set whether it is',
      'fn job() -> u32 {',
      '  return 2u;',
      '}',
    ]);
    const { lines: map } = composeShader(read(TEXT), { WIDE: 1 });
    expect([1, 2, 4].map((line) => locate(map, line)[1])).toEqual([2, 1, 4]);
  });

  it('refuses a constant that is not given', () => {
    const error = failure(() => composeShader(read(TEXT.replace(/^.*\n/, '')), {}));
    expect(error.message).toMatch(/^kernels\/job\.wgsl:1: constant WIDE is undefined/);
  });
});

describe('@unroll', () => {
  const loop = (bound: string): string =>
    [
      'const TILE = 4u; // @set columns',
      'fn job() {',
      '  // @unroll',
      `  for (var c = 0u; c < ${bound}; c++) {`,
      '    use(c);',
      '  }',
      '}',
    ].join('\n');

  const bodies = (text: string, constants: Record<string, number>): string[] =>
    composeShader(read(text), constants).code.match(/const c = \d+u;/g) ?? [];

  it('writes the body for each value of a set constant', () => {
    expect(bodies(loop('TILE'), { TILE: 3 })).toEqual([0, 1, 2].map((k) => `const c = ${k}u;`));
    expect(bodies(loop('TILE'), { TILE: 1 })).toHaveLength(1);
  });

  it('takes a number', () => {
    expect(bodies(loop('2u'), { TILE: 9 })).toHaveLength(2);
  });

  it('refuses a bound that is no constant', () => {
    expect(failure(() => bodies(loop('count'), { TILE: 1 })).line).toBe(3);
  });

  it('unrolls a loop within a loop', () => {
    const text = [
      'fn job() {',
      '  // @unroll',
      '  for (var i = 0u; i < 2u; i++) {',
      '    // @unroll',
      '    for (var k = 0u; k < 3u; k++) {',
      '      use(i, k);',
      '    }',
      '  }',
      '}',
    ].join('\n');
    const { code } = composeShader(read(text));
    expect(code.match(/const k = \d+u;/g)).toHaveLength(6);
    expect(code).not.toContain('for (');
  });
});

describe('the line map', () => {
  const TEXT = [
    '// @use lib/base.wgsl',
    '// @use ops/*',
    'const TILE = 4u; // @set columns',
    'fn job() -> u32 {',
    '  var sum = 0u;',
    '  // @unroll',
    '  for (var c = 0u; c < TILE; c++) {',
    '    sum += c;',
    '  }',
    '  return sum;',
    '}',
  ].join('\n');

  it('leads every line back to the line it came from', () => {
    const { code, lines } = composeShader(read(TEXT), { TILE: 3 });
    const found = (text: string) =>
      code.split('\n').flatMap((line, index) => {
        return line.includes(text) ? [locate(lines, index + 1)] : [];
      });
    expect(found('fn base()')).toEqual([['lib/base.wgsl', 1]]);
    expect(found('fn beta_f')).toEqual([['ops/beta.wgsl', 3]]);
    expect(found('const TILE')).toEqual([['kernels/job.wgsl', 3]]);
    expect(found('sum += c')).toEqual(Array(3).fill(['kernels/job.wgsl', 8]));
    expect(found('return sum')).toEqual([['kernels/job.wgsl', 10]]);
  });

  it('names file and line of a compile error', async () => {
    const device = await createNullDevice();
    const compile = (text: string) => compileShader(device, read(text), [], { TILE: 3 }).valid;
    await compile(TEXT);
    const error = await compile(TEXT.replace('return sum', 'return 1.5')).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({ code: 'shader', file: 'kernels/job.wgsl', line: 10 });
    write('lib/base.wgsl', 'fn base() { nothing(); }');
    await expect(compile(TEXT)).rejects.toMatchObject({ file: 'lib/base.wgsl', line: 1 });
    device.destroy();
  });
});

describe('packUniform', () => {
  const layout: StructLayout = {
    byteLength: 16,
    fields: [
      { name: 'first_op', type: 'u32', offset: 0 },
      { name: 'shift', type: 'i32', offset: 4 },
      { name: 'step_size', type: 'f32', offset: 8 },
    ],
  };

  it('writes each field at its offset, by its name in TypeScript', () => {
    const bytes = packUniform(layout, { stepSize: 0.5, firstOp: 4_000_000_000, shift: -3 });
    const view = new DataView(bytes);
    expect(bytes.byteLength).toBe(16);
    expect(view.getUint32(0, true)).toBe(4_000_000_000);
    expect(view.getInt32(4, true)).toBe(-3);
    expect(view.getFloat32(8, true)).toBe(0.5);
  });

  it('writes into a buffer that is given', () => {
    const target = new ArrayBuffer(16);
    expect(packUniform(layout, { firstOp: 1, shift: 2, stepSize: 3 }, target)).toBe(target);
    expect(new Uint32Array(target)[0]).toBe(1);
  });

  it.each([
    ['missing', { firstOp: 1, shift: 2 }, 'step_size is undefined'],
    ['not finite', { firstOp: 1, shift: 2, stepSize: NaN }, 'step_size is NaN'],
    ['unknown', { firstOp: 1, shift: 2, stepSize: 3, extra: 4 }, 'unknown field'],
  ])('refuses a field that is %s', (_, values, message) => {
    expect(() => packUniform(layout, values)).toThrow(message);
  });
});
