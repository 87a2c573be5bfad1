// Plan: the API example of the README is run as it stands, and prints what a field of 64 × 64 must; the two
// commands are named there, the picture is a PNG. Control: every name that the example imports must be exported.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it, vi } from 'vitest';
import * as api from '../../src/index.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const text = readFileSync(resolve(ROOT, 'README.md'), 'utf8');

/** The example as the body of an async function of the names that it imports. */
function readExample(): { names: string[]; body: string } {
  const code = /```js\n([\s\S]*?)```/.exec(text)![1];
  const imports = /^import \{([^}]*)\} from 'ftle-map';\n/.exec(code)!;
  const names = imports[1].split(',').map((name) => name.trim());
  return { names, body: code.slice(imports[0].length) };
}

it('has an API example that runs', async () => {
  const { names, body } = readExample();
  const exported = names.map((name) => (api as unknown as Record<string, unknown>)[name]);
  expect(exported.every((value) => typeof value === 'function')).toBe(true);
  const log = vi.fn();
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction(...names, 'console', body)(...exported, { log });
  expect(log).toHaveBeenCalledOnce();
  const [count, largest] = log.mock.calls[0] as [number, number];
  expect(count).toBe(64 * 64);
  expect(Math.abs(largest)).toBeLessThan(2);
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
