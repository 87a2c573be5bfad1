import { ShaderError } from '../errors.ts';
import type { LineRun, ShaderModule } from './shader.ts';

/** Text ready for the compiler, with the map from its lines back to the files. */
export interface ComposedShader {
  readonly code: string;
  readonly lines: readonly LineRun[];
}

const SETTABLE = /^(const (\w+)(?:: \w+)? = )-?[\d.e+-]+([uif]?);(.*\/\/ @set\b.*)$/;
const ALTERNATIVE = /^(\s*).*\/\/ @if (\w+) (.+)$/;
const LOOP = /^(\s*)for \(var (\w+) = 0u; \2 < (\w+); \2\+\+\) \{$/;

/**
 * Sets the constants of a shader, chooses between marked lines and unrolls its marked loops.
 *
 * A line `const NAME = 4u; // @set …` takes the value given for NAME. A line `// @unroll` before
 * `for (var k = 0u; k < BOUND; k++) {` writes the body once for each k, as a block in which k is a
 * constant, so that arrays indexed by it can live in registers; BOUND is a number or a set constant,
 * and the loop ends at the first line with its own indentation. A line `… // @if NAME other text` becomes the
 * other text where the set constant NAME is not 0; a directive among those (`enable …;`) goes to the top, where
 * WGSL wants it.
 *
 * @throws ShaderError if a constant that the text marks is missing, or one that is given is unknown.
 */
export function composeShader(
  shader: ShaderModule,
  constants: Readonly<Record<string, number>> = {},
): ComposedShader {
  const unused = new Set(Object.keys(constants));
  const known: Record<string, number> = { ...shader.constants };
  const given = (name: string, index: number): number => {
    const value = constants[name];
    if (value !== undefined && Number.isFinite(value)) return value;
    const message = `constant ${name} is ${String(value)}, but must be given as a number`;
    throw new ShaderError(message, ...locate(shader.lines, index + 1), shader.code);
  };
  const source = shader.code.split('\n').map((text, index) => {
    const alternative = ALTERNATIVE.exec(text);
    if (alternative) {
      const [, indentation, name, other] = alternative;
      return { text: given(name, index) === 0 ? text : indentation + other, origin: index };
    }
    const match = SETTABLE.exec(text);
    if (!match) return { text, origin: index };
    const name = match[2];
    const value = given(name, index);
    unused.delete(name);
    known[name] = value;
    return { text: `${match[1]}${value}${match[3]};${match[4]}`, origin: index };
  });
  if (unused.size > 0) {
    const message = `unknown constant ${[...unused].join(', ')}`;
    throw new ShaderError(message, shader.file, 0, shader.code);
  }
  const unrolled = unroll(directivesFirst(source), known, shader);
  return {
    code: unrolled.map((line) => line.text).join('\n'),
    lines: unrolled.map(({ origin }, index): LineRun => [
      index + 1,
      ...locate(shader.lines, origin + 1),
    ]),
  };
}

interface Line {
  text: string;
  origin: number;
}

function directivesFirst(lines: readonly Line[]): Line[] {
  const isDirective = ({ text }: Line): boolean => /^(enable|diagnostic)\b/.test(text);
  return [...lines.filter(isDirective), ...lines.filter((line) => !isDirective(line))];
}

function unroll(lines: Line[], known: Record<string, number>, shader: ShaderModule): Line[] {
  const out: Line[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (line.text.trim() !== '// @unroll') {
      out.push(line);
      continue;
    }
    const loop = LOOP.exec(lines[i + 1]?.text ?? '');
    const bound = loop ? (known[loop[3]] ?? Number(loop[3].replace(/u$/, ''))) : NaN;
    const end = loop
      ? lines.findIndex((other, index) => index > i + 1 && other.text === `${loop[1]}}`)
      : -1;
    if (!loop || !Number.isInteger(bound) || end < 0) {
      const message = '@unroll must stand before `for (var k = 0u; k < CONSTANT; k++) {`';
      throw new ShaderError(message, ...locate(shader.lines, line.origin + 1), shader.code);
    }
    const body = lines.slice(i + 2, end);
    for (let k = 0; k < bound; k++) {
      const origin = lines[i + 1].origin;
      out.push({ text: `${loop[1]}{ const ${loop[2]} = ${k}u;`, origin });
      out.push(...unroll(body, known, shader));
      out.push({ text: `${loop[1]}}`, origin: lines[end].origin });
    }
    i = end;
  }
  return out;
}

/** File and line to which a composed line (from 1) belongs. */
export function locate(lines: readonly LineRun[], line: number): [file: string, line: number] {
  const run = lines.findLast(([start]) => start <= line);
  if (!run) return ['', 0];
  const [start, file, first] = run;
  return [file, first + line - start];
}
