// Plan: a command that is stopped in the middle by SIGINT or SIGTERM ends with 128 + the signal's number,
// leaves no file of its own, the old one as it was, and no process. Control: the same processes are found while
// it runs.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Workplace } from '../support/command.ts';

const place = new Workplace();
place.network('net.json', '2-20x12-1');
place.write('field.npz', 'precious');
const before = place.list();
const ARGS = ['field', 'net.json', '--size', '4096', '--out', 'field.npz'];

/** Processes with this in their environment, which those that they start inherit; null where that cannot be seen. */
function processesWith(mark: string): number[] | null {
  if (!existsSync('/proc/self/environ')) return null;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      try {
        return readFileSync(`/proc/${id}/environ`, 'latin1').includes(mark);
      } catch {
        // It has ended, or belongs to someone else.
        return false;
      }
    });
}

describe('a command that is interrupted', () => {
  it.each([
    ['cpu', 'SIGINT', 130],
    ['cpu', 'SIGTERM', 143],
    ['webgpu', 'SIGINT', 130],
  ] as const)('on %s by %s leaves nothing', async (backend, signal, code) => {
    const mark = randomUUID();
    const running = place.start([...ARGS, '--backend', backend], { FTLE_TEST_MARK: mark });
    await running.heard(/"progress"/);
    const busy = processesWith(mark);
    if (busy) expect(busy.length).toBeGreaterThan(backend === 'webgpu' ? 2 : 0);
    expect(place.list().length).toBeGreaterThan(before.length);
    running.process.kill(signal);
    const ended = await running.ended;
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(/ftle: interrupted\n$/);
    expect(ended.stdout).toBe('');
    expect(place.list()).toEqual(before);
    expect(new TextDecoder().decode(place.read('field.npz'))).toBe('precious');
    expect(processesWith(mark) ?? []).toEqual([]);
  });
});
