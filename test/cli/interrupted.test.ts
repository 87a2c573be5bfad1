// Plan: a command that is stopped in the middle by SIGINT or SIGTERM ends with 128 + the signal's number,
// leaves no file of its own, the old one as it was, and no process. Control: the same processes are found while
// it runs. One whose messages nobody reads goes on; one whose result cannot be printed says so.
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Workplace } from '../support/command.ts';

const place = new Workplace();
place.network('net.json', '2-20x12-1');
place.write('field.npz', 'precious');
place.write('x.csv', '0.5,0.25\n'.repeat(2000));
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

describe('a command whose output nobody takes', () => {
  it('works on without its messages', async () => {
    const args = ['points', 'net.json', '--inputs', 'x.csv', '--full', '--out', 'kept.npy'];
    const running = place.start([...args, '--backend', 'cpu']);
    running.process.stderr!.destroy();
    const { code, stdout } = await running.ended;
    expect(stdout).toMatch(/kept\.npy: 2000 points/);
    expect(code).toBe(0);
    expect(place.list()).toContain('kept.npy');
  });

  it.runIf(existsSync('/dev/full'))('says in a line that it cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const { code, stderr } = await place.run(['inspect', 'net.json'], {}, full);
    closeSync(full);
    expect(stderr).toBe('ftle: the output cannot be written: the disk is full; free some space\n');
    expect(code).toBe(1);
  });
});
