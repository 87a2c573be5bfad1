// Plan: how tools/peers.py takes times, with a clock of its own making, on which a run takes so many milliseconds. On a
// GPU it computes for 0.2 s first, then what is timed takes 50 ms, with one wait; on the CPU it is one run. Ways of both
// kinds do not take turns. JAX is kept from taking all memory unless the user said otherwise. NumPy is not needed for
// that, so another stands in; without Python (FTLE_PYTHON names another) this is skipped.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const PYTHON = process.env['FTLE_PYTHON'] ?? 'python3';
const TOOLS = resolve(import.meta.dirname, '../../tools');
const VARIABLE = 'XLA_PYTHON_CLIENT_PREALLOCATE';

/** Runs the script with what stands in for NumPy and for the clock; `log` is printed as JSON. */
function runPython(lines: string, environment: NodeJS.ProcessEnv = {}): unknown {
  const script = `
import json, os, statistics, sys, types
sys.dont_write_bytecode = True
sys.modules['numpy'] = types.SimpleNamespace(median=statistics.median)
sys.path.insert(0, ${JSON.stringify(TOOLS)})
import peers
now, log = 0.0, []
peers.time = types.SimpleNamespace(perf_counter=lambda: now)
def way(name, seconds, on_gpu):
    def launch():
        global now
        now += seconds
        log.append(name)
    return peers.Run(launch, lambda result: log.append('wait'), None, on_gpu)
${lines}
print(json.dumps(log))`;
  const { [VARIABLE]: _, ...own } = process.env;
  const options = { encoding: 'utf8', env: { ...own, ...environment } } as const;
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', script], options);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const hasPython = spawnSync(PYTHON, ['--version']).status === 0;

describe.skipIf(!hasPython)('a time of the script', () => {
  /** Runs before each wait, and what is said to be milliseconds of a run. */
  function batches(ms: number, isOnGpu: boolean) {
    const lines = `log.append(round(1000 * peers.seconds_of(way('run', ${ms / 1000}, ${isOnGpu ? 'True' : 'False'})), 6))`;
    const log = runPython(lines) as (string | number)[];
    const found = log.at(-1);
    const counts: number[] = [];
    let count = 0;
    for (const entry of log.slice(0, -1)) {
      if (entry === 'run') count++;
      else {
        counts.push(count);
        count = 0;
      }
    }
    return { found, counts };
  }

  it('is of 50 ms after 0.2 s on a GPU', () => {
    // 63 ms in batches that are too short; of the others three begin before 200 ms, the last of them at 191.
    expect(batches(1, true)).toEqual({ found: 1, counts: [1, 2, 4, 8, 16, 32, 64, 64, 64, 64] });
    expect(batches(3000, true)).toEqual({ found: 3000, counts: [1, 1] });
  });

  it('is of one run on the CPU', () => {
    expect(batches(1, false)).toEqual({ found: 1, counts: [1] });
  });

  it('has nothing of the other kind between its rounds', () => {
    const log = runPython(`
ways = [('cpu', 0.5, False), ('gpu', 0.5, True), ('cpu2', 0.5, False), ('gpu2', 0.5, True)]
peers.enter = lambda workload, make, longest: (make, 2, 0.0)
entrants = [('tool', name, 'device', way(name, *rest)) for name, *rest in ways]
rows = list(peers.measure(types.SimpleNamespace(name='A'), entrants, 2, 1))
log = [name for name in log if name != 'wait'] + [(row['way'], row['ms']) for row in rows]`);
    expect(log).toEqual([
      ...['cpu', 'cpu2', 'cpu2', 'cpu'],
      ...['gpu', 'gpu', 'gpu2', 'gpu2', 'gpu2', 'gpu2', 'gpu', 'gpu'],
      ...['cpu', 'gpu', 'cpu2', 'gpu2'].map((name) => [name, 1000]),
    ]);
  });

  it('leaves memory to others, unless the user wants it otherwise', () => {
    const line = `log.append(os.environ['${VARIABLE}'])`;
    expect(runPython(line)).toEqual(['false']);
    expect(runPython(line, { [VARIABLE]: 'true' })).toEqual(['true']);
  });
});
