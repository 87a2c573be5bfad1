// Plan: builds of the command, put in place one after another: what was built before stays where a running command
// looks for it, main.js leads to the last, the oldest go. Control: the same build again is no other one.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { install } from '../../tools/build-cli.mjs';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'ftle-map-build-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** Installs a build with this text in it, which began at that second; the folder that main.js leads to. */
function build(text: string, second: number): string {
  const folder = join(place, '.new-build');
  mkdirSync(folder);
  writeFileSync(join(folder, 'main.js'), `import('./part.js')`);
  writeFileSync(join(folder, 'part.js'), text);
  install(folder, place, new Date(1000 * second));
  const [, home] = /^import '\.\/(\w+)\/main\.js';\n$/.exec(textOf('main.js'))!;
  return home;
}

const textOf = (name: string): string => readFileSync(join(place, name), 'utf8');
const builds = (): string[] => readdirSync(place).filter((name) => name !== 'main.js');

it('a running command finds its parts after another was built', () => {
  const running = build('one', 1);
  const next = build('two', 2);
  expect(next).not.toBe(running);
  expect([textOf(`${running}/part.js`), textOf(`${next}/part.js`)]).toEqual(['one', 'two']);
  expect(statSync(join(place, 'main.js')).mtimeMs).toBe(2000);
});

it('the same build is there once', () => {
  expect(build('one', 1)).toBe(build('one', 2));
  expect(builds()).toHaveLength(1);
  expect(statSync(join(place, 'main.js')).mtimeMs).toBe(2000);
});

it('the oldest builds go, and what is no build', () => {
  // As it lay before, when builds had no folders.
  writeFileSync(join(place, 'page.js'), '');
  const homes = Array.from({ length: 40 }, (_, i) => build(`number ${i}`, 2e9 + i));
  expect(builds().sort()).toEqual(homes.slice(-16).sort());
});
