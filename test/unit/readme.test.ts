// Plan: the API examples of the README are run as they stand, one after the other, and print what a field of 64 × 64,
// statistics of 1,000 points and its file must; the two commands are named there, the picture is a PNG. Control: every name that an example
// imports must be exported.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it, vi } from 'vitest';
import * as api from '../../src/index.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const text = readFileSync(resolve(ROOT, 'README.md'), 'utf8');

/** The examples, joined, as the body of an async function of the names that they import. */
function readExamples(): { names: string[]; body: string } {
  const codes = Array.from(text.matchAll(/```js\n([\s\S]*?)```/g), (match) => match[1]);
  expect(codes.length).toBe(3);
  const parts = codes.map((code) => {
    const imports = /^import \{([^}]*)\} from 'ftle-map';\n/.exec(code)!;
    const names = imports[1].split(',').map((name) => name.trim());
    return { names, body: code.slice(imports[0].length) };
  });
  return {
    names: parts.flatMap(({ names }) => names),
    body: parts.map(({ body }) => body).join('\n'),
  };
}

it('has API examples that run', async () => {
  const { names, body } = readExamples();
  const exported = names.map((name) => (api as unknown as Record<string, unknown>)[name]);
  expect(exported.every((value) => typeof value === 'function')).toBe(true);
  const log = vi.fn();
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction(...names, 'console', body)(...exported, { log });
  expect(log).toHaveBeenCalledTimes(4);
  const [count, largest] = log.mock.calls[0] as [number, number];
  expect(count).toBe(64 * 64);
  expect(Math.abs(largest)).toBeLessThan(2);
  const [total, centre, density] = log.mock.calls[1] as number[];
  expect([total, centre]).toEqual([1000, -0.975]);
  expect(density).toBeGreaterThanOrEqual(0);
  const [counts, ...found] = log.mock.calls[2] as [Float64Array, number, number, number];
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(1000);
  const [mean, error, correlation] = found;
  expect(mean).toBeGreaterThan(0);
  expect(mean).toBeLessThan(Math.log(3));
  expect(error).toBeLessThan(mean);
  expect(Math.abs(correlation)).toBeLessThan(1);
  expect(log.mock.calls[3]).toEqual([[-1.8, -1.8, 1.8, 1.8]]);
});

it('opens with a picture that is there', () => {
  const [, file] = /!\[[^\]]+\]\(([^)]+\.png)\)/.exec(text)!;
  expect(text.indexOf(file)).toBeLessThan(text.indexOf('## Start'));
  const bytes = readFileSync(resolve(ROOT, file));
  expect([...bytes.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  expect(bytes.readUInt32BE(16)).toBeGreaterThan(400);
});

it('names the two commands', () => {
  expect(text).toContain('npm ci && npm start');
  expect(text).toContain('npm ci && npm test');
});
