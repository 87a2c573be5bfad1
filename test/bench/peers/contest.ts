// contest.ts: contestants at one workload, one after the other in every round, against this library
//
// Each is first checked against float64. One that would take long computes every k-th point; its time is
// then k times what it took, which its row says. A round measures all in turn, in an order that rotates, and
// each time is divided by ours of the same round.
import { median, type Failure } from '../../../tools/bench-report.mjs';
import { asError } from '../../../src/errors.ts';
import {
  checkStretches,
  createWorkload,
  everyPoint,
  FIELD_WORKLOADS,
  type FieldWorkload,
} from '../workloads.ts';
import type { PlainWorkload } from '../workloads.ts';
import type { Contestant, Prepared } from './contestant.ts';
import { jaxAsUser, jaxByExpert } from './jax.ts';
import { OURS } from './ours.ts';
import { tensorflowAsUser, tensorflowByExpert } from './tensorflow.ts';

/** One contestant at one workload. */
export interface PeerRow {
  readonly workload: string;
  readonly tool: string;
  readonly way: string;
  readonly note: string;
  /** Median, least and largest time of all points, milliseconds. */
  readonly ms: number;
  readonly leastMs: number;
  readonly mostMs: number;
  /** Median over the rounds of its time by ours. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  /** Every k-th point was computed, and the time multiplied. */
  readonly stride: number;
  /** Largest |l·λ₁ − float64|. */
  readonly worstError: number;
}

const PEERS: readonly Contestant[] = [
  jaxByExpert('webgpu'),
  jaxByExpert('wasm'),
  tensorflowByExpert('webgpu'),
  tensorflowByExpert('wasm'),
  jaxAsUser('webgpu'),
  jaxAsUser('wasm'),
  tensorflowAsUser('webgpu'),
  tensorflowAsUser('wasm'),
];

export interface ContestOptions {
  readonly rounds: number;
  /** A tiny field, and those contestants alone that are fast to start: to see that it works. */
  readonly quick: boolean;
  /** Milliseconds that one run of a contestant should not exceed by much. */
  readonly longestRun: number;
}

export interface Contest {
  readonly rows: PeerRow[];
  /** Peers that could not compute, or were wrong; the others have their contest without them. */
  readonly failures: Failure[];
}

/** A contestant that is ready, and right. */
interface Entrant {
  readonly contestant: Contestant;
  readonly prepared: Prepared;
  readonly stride: number;
  readonly worstError: number;
  readonly times: number[];
}

const LARGEST_STRIDE = 256;

const QUICK_SIDE = 16;

/** All contestants at a workload, by its name; progress goes to `console.info`. */
export function competeAt(name: string, options: ContestOptions): Promise<Contest> {
  const workload = FIELD_WORKLOADS.find((one) => one.name === name);
  if (!workload) throw new Error(`there is no workload ${name}`);
  if (!options.quick) return compete(workload, PEERS, options);
  const isFast = ({ tool, way }: Contestant): boolean =>
    tool.endsWith('(Wasm)') && way === 'by an expert';
  return compete({ ...workload, side: QUICK_SIDE }, PEERS.filter(isFast), options);
}

async function compete(
  workload: FieldWorkload,
  peers: readonly Contestant[],
  { rounds, longestRun }: ContestOptions,
): Promise<Contest> {
  const plain = createWorkload(workload);
  const entrants: Entrant[] = [];
  const failures: Failure[] = [];
  try {
    for (const contestant of [OURS, ...peers]) {
      const begin = performance.now();
      let entrant: Entrant;
      try {
        entrant = await enter(contestant, plain, longestRun);
      } catch (error) {
        if (contestant === OURS) throw error;
        const name = `${workload.name}: ${contestant.tool}, ${contestant.way}`;
        failures.push({ names: [name], reason: asError(error).message });
        continue;
      }
      entrants.push(entrant);
      const { stride, worstError } = entrant;
      const seconds = ((performance.now() - begin) / 1000).toFixed(1);
      console.info(
        `${workload.name}: ${contestant.tool}, ${contestant.way}: right within ${worstError.toExponential(1)}, every ${stride}. point, ready in ${seconds} s`,
      );
    }
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < entrants.length; i++) {
        const { prepared, stride, times } = entrants[(i + round) % entrants.length];
        times.push(stride * (await timeOf(prepared)));
      }
    }
  } finally {
    for (const { prepared } of entrants) prepared.dispose();
  }
  const [ours] = entrants;
  const rows = entrants.map(({ contestant, stride, worstError, times }) => {
    const { tool, way, note } = contestant;
    const ratios = times.map((time, round) => time / ours.times[round]);
    return {
      workload: workload.name,
      tool,
      way,
      note,
      ms: median(times),
      leastMs: Math.min(...times),
      mostMs: Math.max(...times),
      ratio: median(ratios),
      ratios,
      stride,
      worstError,
    };
  });
  return { rows, failures };
}

async function timeOf({ run }: Prepared): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/**
 * Finds how many points it can take, and checks what it makes of them: as many as keep a run short, or as fit into
 * its memory.
 *
 * @throws Error if it cannot compute the least part, or what it computes is wrong.
 */
async function enter(
  contestant: Contestant,
  workload: PlainWorkload,
  longestRun: number,
): Promise<Entrant> {
  let stride = contestant === OURS ? 1 : LARGEST_STRIDE;
  let isLast = false;
  for (;;) {
    const points = everyPoint(workload, stride);
    const tried = await attempt(contestant, workload, points);
    if ('failure' in tried) {
      if (stride >= LARGEST_STRIDE || contestant === OURS || isLast) throw tried.failure;
      console.info(`${tried.failure.message}: it goes on with fewer points`);
      stride *= 4;
      isLast = true;
      continue;
    }
    const { prepared } = tried;
    try {
      const worstError = checkStretches(workload, points, await prepared.read());
      const shortest = Math.min(await timeOf(prepared), await timeOf(prepared));
      // The next part is four times as large.
      if (isLast || stride === 1 || 4 * shortest > longestRun) {
        return { contestant, prepared, stride, worstError, times: [] };
      }
    } catch (cause) {
      prepared.dispose();
      throw failureOf(contestant, workload, cause);
    }
    prepared.dispose();
    stride /= 4;
  }
}

/** A first run, which compiles, or why there is none. */
async function attempt(
  contestant: Contestant,
  workload: PlainWorkload,
  points: Float32Array,
): Promise<{ prepared: Prepared } | { failure: Error }> {
  let prepared: Prepared | null = null;
  try {
    prepared = await contestant.prepare(workload, points);
    await prepared.run();
    return { prepared };
  } catch (cause) {
    prepared?.dispose();
    return { failure: failureOf(contestant, workload, cause) };
  }
}

function failureOf({ tool, way }: Contestant, { name }: PlainWorkload, cause: unknown): Error {
  return new Error(`${tool}, ${way}, on ${name}: ${String(cause)}`, { cause });
}
